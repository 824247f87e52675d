/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/work.h"

#include "base/grow.h"
#include "jmx/rmi/exception.h"
#include "jmx/rmi/graph.h"
#include "jmx/rmi/wire.h"

#include <stdlib.h>

enum {
    ITEMS_MAX = 300000,
    ODD_MAX = 10000,
    ODD_POLLS = 500, /* then they are forgotten, and tried again */
    INFOS_MAX = 100000,
    REMEMBERED_BYTES_MAX = 16 << 20,
    KEPT_ITEMS = 10000,
    REQUEST_BYTES_MAX = 2 << 20,
};

/* A list of attributes, as they are sent. */
struct list {
    char *ptr; /* owned */
    size_t len;
    uint32_t n;
};

/* A name, with the attributes that it has, or that are asked of it. */
struct info {
    struct sg_keyed_text key;
    struct list attributes;
};

struct odd {
    struct info info; /* the first member: what is done with an info is done with it */
    bool is_absent;
    bool is_one_by_one; /* it cannot be asked for several attributes at once */
    bool is_reduced;    /* some attributes cannot be sent: `info` has the others */
};

static void drop_info(void *thing)
{
    free(((struct info *)thing)->attributes.ptr);
}

static const struct sg_keyed_kind odd_kind = {
    .size = sizeof(struct odd),
    .key_at = offsetof(struct odd, info.key),
    .seen_at = offsetof(struct odd, info.key) + offsetof(struct sg_keyed_text, seen),
    .drop = drop_info,
};

static const struct sg_keyed_kind info_kind = {
    .size = sizeof(struct info),
    .key_at = offsetof(struct info, key),
    .seen_at = offsetof(struct info, key) + offsetof(struct sg_keyed_text, seen),
    .drop = drop_info,
};

static const char *const unsendable =
    "an attribute that is requested by its name cannot be sent by Java (it is not serializable)";

void sg_rmi_work_init(struct sg_rmi_work *work)
{
    *work = (struct sg_rmi_work){ .n = 0 };
    sg_keyed_init(&work->odd, &odd_kind);
    work->odd.max = ODD_MAX;
    sg_keyed_init(&work->infos, &info_kind);
    work->infos.max = INFOS_MAX;
    sg_buf_init(&work->key, 2 * REQUEST_BYTES_MAX);
}

void sg_rmi_work_done(struct sg_rmi_work *work)
{
    sg_rmi_answer_done(&work->answer);
    (void)sg_arena_unref(work->arena);
    sg_keyed_done(&work->odd);
    sg_keyed_done(&work->infos);
    sg_buf_done(&work->key);
    free(work->items);
}

/* ---- Texts ---- */

/* Keep a text for this poll. @return 0, -ENOMEM or SG_RMI_WORK_E_FULL */
static int keep(struct sg_rmi_work *work, struct sg_str text, struct sg_str *ret_kept)
{
    if (text.len > work->max_kept - work->kept)
        return SG_RMI_WORK_E_FULL;
    char *copy = sg_arena_copy(work->arena, text);
    if (!copy)
        return -ENOMEM;
    work->kept += text.len;
    *ret_kept = (struct sg_str){ copy, text.len };
    return 0;
}

/* For what is remembered from poll to poll. */
static size_t room(const struct sg_rmi_work *work)
{
    size_t max = work->max_kept < REMEMBERED_BYTES_MAX ? work->max_kept : REMEMBERED_BYTES_MAX;
    return work->n_remembered < max ? max - work->n_remembered : 0;
}

/* Replace a list that is remembered. @param list  consumed @return false: there is no room */
static bool remember(struct sg_rmi_work *work, struct list *remembered, struct list list)
{
    if (!list.ptr || list.len > room(work) + remembered->len) {
        free(list.ptr);
        return false;
    }
    work->n_remembered += list.len - remembered->len;
    free(remembered->ptr);
    *remembered = list;
    return true;
}

/* ---- What is known of names ---- */

/* @return the key, valid until the next one; empty: no memory */
static struct sg_str key_of(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    sg_buf_clear(&work->key);
    (void)sg_buf_add_str(&work->key, item->name);
    (void)sg_buf_add(&work->key, "", 1);
    (void)sg_buf_add_str(&work->key, item->attributes);
    return sg_buf_error(&work->key) ? SG_STR("") : sg_buf_get(&work->key);
}

/* @return NULL: nothing */
static struct odd *find_odd(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    uint32_t number = work->odd.n ? sg_keyed_find(&work->odd, key_of(work, item)) : SG_INDEX_NONE;
    return number == SG_INDEX_NONE ? NULL : sg_keyed_at(&work->odd, number);
}

/* Find what is remembered of a key, or begin to. @return NULL: no memory, or no room */
static void *remember_key(struct sg_rmi_work *work, struct sg_keyed *keyed, struct sg_str key)
{
    uint32_t number = sg_keyed_find(keyed, key);

    if (number != SG_INDEX_NONE)
        return sg_keyed_at(keyed, number);
    if (!key.len || key.len > room(work) || sg_keyed_add(keyed, key, &number, NULL))
        return NULL;
    work->n_remembered += key.len;
    return sg_keyed_at(keyed, number);
}

/* Without memory, or past the limit, it is asked for again. */
static struct odd *add_odd(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    return remember_key(work, &work->odd, key_of(work, item));
}

static void add_info(
    struct sg_rmi_work *work, struct sg_str name, struct sg_str attributes, uint32_t n)
{
    struct list list = { malloc(attributes.len + 1), attributes.len, n };
    struct info *info = remember_key(work, &work->infos, name);

    if (!list.ptr || !info) {
        free(list.ptr);
        return;
    }
    if (attributes.len)
        (void)memcpy(list.ptr, attributes.ptr, attributes.len);
    (void)remember(work, &info->attributes, list);
}

/* Of the polls since one ended well. @return is it known which attributes it has? */
static bool use_info(const struct sg_rmi_work *work, struct sg_rmi_work_item *item)
{
    bool is_wanted = item->n_attributes == 0 && work->infos.n;
    uint32_t number = is_wanted ? sg_keyed_find(&work->infos, item->name) : SG_INDEX_NONE;

    if (number == SG_INDEX_NONE)
        return false;
    const struct info *info = sg_keyed_at(&work->infos, number);
    item->attributes = (struct sg_str){ info->attributes.ptr, info->attributes.len };
    item->n_attributes = info->attributes.n;
    return info->attributes.ptr;
}

/* @param keyed  of struct info, or of struct odd */
static size_t bytes_of(const struct sg_keyed *keyed)
{
    size_t n = 0;

    for (uint32_t i = 0; i < keyed->n; i++) {
        const struct info *info = sg_keyed_at(keyed, i);
        n += info->key.len + info->attributes.len;
    }
    return n;
}

/* ---- Beginning ---- */

static int add_item(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    if (work->n >= ITEMS_MAX)
        return SG_RMI_WORK_E_FULL;
    int r = sg_grow(&work->items, work->n, &work->allocated, sizeof *work->items);
    if (!r)
        work->items[work->n++] = *item;
    return r;
}

/* The names of attributes as they are sent: made once for a request. */
static int encode(
    struct sg_rmi_work *work, const char *const *names, size_t n, struct sg_str *ret_attributes)
{
    struct sg_buf out;

    sg_buf_init(&out, REQUEST_BYTES_MAX);
    for (size_t i = 0; i < n; i++)
        sg_rmi_write_string(&out, sg_str_of(names[i]));
    struct sg_str got = sg_buf_get(&out);
    char *copy = sg_buf_error(&out) ? NULL : sg_arena_copy(work->arena, got);
    sg_buf_done(&out);
    *ret_attributes = (struct sg_str){ copy, got.len };
    return copy ? 0 : -ENOMEM;
}

/* A name of a list as it is sent. @return its length */
static size_t next_name(struct sg_str list)
{
    const uint8_t *bytes = (const uint8_t *)list.ptr;
    return 3 + (size_t)(bytes[1] << 8 | bytes[2]);
}

static int add_one_by_one(struct sg_rmi_work *work, const struct sg_rmi_work_item *asked)
{
    struct sg_str list = asked->attributes;
    int r = 0;

    for (size_t n; list.len && !r; list = (struct sg_str){ list.ptr + n, list.len - n }) {
        struct sg_rmi_work_item item = *asked;
        n = next_name(list);
        item.call = SG_RMI_CALL_READ_ONE;
        item.sent = (struct sg_str){ list.ptr, n };
        r = add_item(work, &item);
    }
    return r;
}

/* A value that was asked for by its name is missed; of all that an MBean has, it is not. */
static int report_unsendable(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    if (work->plan->requests[item->request].n_attributes == 0)
        return 0;
    return sg_rmi_answer_add(&work->answer,
        &(struct sg_rmi_part){ .request = item->request, .mbean = item->name, .lost = unsendable },
        SG_STR(""));
}

/* Ask for a name, without what is known not to be there. */
static int add_name(struct sg_rmi_work *work, const struct sg_rmi_work_item *asked)
{
    struct sg_rmi_work_item item = *asked;

    if (use_info(work, &item) && item.n_attributes == 0)
        return 0;
    const struct odd *odd = find_odd(work, &item);
    item.call = odd && odd->is_absent ? SG_RMI_CALL_EXISTS
                : item.n_attributes   ? SG_RMI_CALL_READ
                                      : SG_RMI_CALL_INFO;
    if (odd && odd->is_one_by_one && item.call == SG_RMI_CALL_READ)
        return add_one_by_one(work, &item);
    if (!odd || !odd->is_reduced || item.call != SG_RMI_CALL_READ)
        return add_item(work, &item);
    int r = report_unsendable(work, asked);
    if (r || odd->info.attributes.n == 0)
        return r;
    r = keep(
        work, (struct sg_str){ odd->info.attributes.ptr, odd->info.attributes.len }, &item.sent);
    item.n_sent = odd->info.attributes.n;
    return r ? r : add_item(work, &item);
}

static int add_request(struct sg_rmi_work *work, size_t i)
{
    const struct sg_poll_request *request = &work->plan->requests[i];
    struct sg_rmi_work_item item = { .call = SG_RMI_CALL_QUERY,
        .request = (uint32_t)i,
        .name = sg_str_of(request->mbean),
        .n_attributes = (uint32_t)request->n_attributes };

    int r = encode(work, request->attributes, request->n_attributes, &item.attributes);
    if (r)
        return r;
    return request->is_pattern ? add_item(work, &item) : add_name(work, &item);
}

int sg_rmi_work_begin(struct sg_rmi_work *work, const struct sg_poll_plan *plan, size_t max_bytes)
{
    static const struct sg_keyed_rule rule = { ODD_POLLS, 64, 4 };
    bool is_done = sg_rmi_work_is_done(work);

    (void)sg_arena_unref(work->arena);
    work->arena = sg_arena_new();
    work->plan = plan;
    work->n = work->sent = work->done = 0;
    work->kept = 0;
    work->max_kept = max_bytes;
    if (work->allocated > KEPT_ITEMS) {
        free(work->items);
        work->items = NULL;
        work->allocated = 0;
    }
    work->odd.generation++;
    (void)sg_keyed_forget_by(&work->odd, &rule);
    if (is_done)
        sg_keyed_clear(&work->infos);
    work->n_remembered = bytes_of(&work->odd) + bytes_of(&work->infos);
    int r = work->arena ? sg_rmi_answer_begin(&work->answer, plan->n, max_bytes) : -ENOMEM;
    for (size_t i = 0; i < plan->n && !r; i++)
        r = add_request(work, i);
    return r;
}

/* ---- Sending ---- */

bool sg_rmi_work_send(
    struct sg_rmi_work *work, const struct sg_rmi_obj_id *connection, struct sg_buf *out)
{
    if (work->sent == work->n)
        return false;
    const struct sg_rmi_work_item *item = &work->items[work->sent++];
    switch (item->call) {
    case SG_RMI_CALL_QUERY:
        sg_rmi_write_query_names(out, connection, item->name);
        break;
    case SG_RMI_CALL_EXISTS:
        sg_rmi_write_for_name(out, connection, SG_RMI_IS_REGISTERED, item->name);
        break;
    case SG_RMI_CALL_INFO:
        sg_rmi_write_for_name(out, connection, SG_RMI_GET_MBEAN_INFO, item->name);
        break;
    case SG_RMI_CALL_READ_ONE:
        sg_rmi_write_get_attribute(out, connection, item->name);
        (void)sg_buf_add_str(out, item->sent);
        sg_rmi_write_null(out);
        break;
    case SG_RMI_CALL_READ:
        sg_rmi_write_get_attributes(
            out, connection, item->name, item->sent.ptr ? item->n_sent : item->n_attributes);
        (void)sg_buf_add_str(out, item->sent.ptr ? item->sent : item->attributes);
        sg_rmi_write_null(out);
        break;
    }
    return true;
}

struct sg_str sg_rmi_work_awaited(const struct sg_rmi_work *work)
{
    return work->done < work->n ? work->items[work->done].name : SG_STR("");
}

bool sg_rmi_work_awaits_flag(const struct sg_rmi_work *work)
{
    return work->items[work->done].call == SG_RMI_CALL_EXISTS;
}

/* ---- Replies ---- */

/* A pattern's names. What is not one is skipped. */
static int take_names(struct sg_rmi_work *work,
    const struct sg_rmi_reply *reply,
    const struct sg_rmi_work_item *query)
{
    struct sg_rmi_walk walk;
    struct sg_str name;
    uint32_t node;
    int r = 0;

    if (!sg_rmi_walk_list(reply, reply->root, &walk))
        return sg_rmi_answer_add(&work->answer,
            &(struct sg_rmi_part){ .request = query->request,
                .mbean = query->name,
                .lost = "the names that match it are not a set of ObjectNames" },
            SG_STR(""));
    while (!r && sg_rmi_walk_next(reply, &walk, &node)) {
        if (!sg_rmi_object_name(reply, node, work->arena, &name))
            continue;
        struct sg_rmi_work_item item = *query;
        r = keep(work, name, &item.name);
        if (!r)
            r = add_name(work, &item);
    }
    return r;
}

static bool is_readable(const struct sg_rmi_reply *reply, uint32_t attribute)
{
    return sg_rmi_known_of(reply, attribute) == SG_RMI_ATTRIBUTE_INFO &&
           sg_rmi_field_flag(reply, attribute, "isRead");
}

/* The names of all attributes that an MBean has. */
static int take_info(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, const struct sg_rmi_work_item *info)
{
    struct sg_rmi_work_item item = *info;
    struct sg_rmi_walk walk;
    struct sg_str name;
    struct sg_buf out;
    uint32_t node;

    if (!sg_rmi_walk_list(reply, sg_rmi_field_node(reply, reply->root, "attributes"), &walk))
        return 0;
    sg_buf_init(&out, REQUEST_BYTES_MAX);
    while (sg_rmi_walk_next(reply, &walk, &node)) {
        if (!is_readable(reply, node) ||
            !sg_rmi_text(reply, sg_rmi_field_node(reply, node, "name"), work->arena, &name))
            continue;
        sg_rmi_write_string(&out, name);
        item.n_attributes++;
    }
    int r = sg_buf_error(&out);
    if (!r)
        r = keep(work, sg_buf_get(&out), &item.attributes);
    sg_buf_done(&out);
    if (r)
        return r;
    add_info(work, item.name, item.attributes, item.n_attributes);
    return item.n_attributes ? add_name(work, &item) : 0;
}

/* Take a name out of a list. @param name  as it is sent @return owned; NULL: no memory */
static struct list without(struct sg_str list, struct sg_str name)
{
    struct list others = { malloc(list.len + 1), 0, 0 };

    for (size_t n; others.ptr && list.len; list = (struct sg_str){ list.ptr + n, list.len - n }) {
        n = next_name(list);
        if (sg_str_equal((struct sg_str){ list.ptr, n }, name))
            continue;
        (void)memcpy(others.ptr + others.len, list.ptr, n);
        others.len += n;
        others.n++;
    }
    return others;
}

/* Without a name that is known to be at fault none is asked for. */
static int reduce(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, const struct sg_rmi_work_item *item)
{
    struct sg_str list = item->sent.ptr ? item->sent : item->attributes;
    struct odd *odd = item->call == SG_RMI_CALL_READ ? add_odd(work, item) : NULL;
    struct sg_str name = { "", 0 };
    struct sg_buf sent;

    if (!odd)
        return report_unsendable(work, item);
    sg_buf_init(&sent, REQUEST_BYTES_MAX);
    bool is_known = sg_rmi_text(reply, reply->failed_name, work->arena, &name);
    if (is_known)
        sg_rmi_write_string(&sent, name);
    struct list others = without(list, sg_buf_get(&sent));
    sg_buf_done(&sent);
    if (!is_known || others.len == list.len)
        others.n = 0;
    if (!remember(work, &odd->info.attributes, others))
        return report_unsendable(work, item);
    odd->is_reduced = true;
    return add_name(work, item);
}

/* An MBean that is not there, or that fails as a whole. An attribute that fails alone is left out,
 * as it is in a list. */
static int take_exception(struct sg_rmi_work *work,
    const struct sg_rmi_reply *reply,
    const struct sg_rmi_work_item *item,
    struct sg_str bytes)
{
    struct sg_error err;
    enum sg_rmi_meaning meaning = sg_rmi_exception_read(reply, &err);
    bool is_absent = meaning == SG_RMI_MEANS_NO_MBEAN;
    bool is_failing = meaning == SG_RMI_MEANS_OTHER && item->call == SG_RMI_CALL_READ;

    if (reply->is_aborted)
        return reduce(work, reply, item);
    if (item->call == SG_RMI_CALL_READ_ONE)
        return 0;
    struct odd *odd = is_absent || is_failing ? add_odd(work, item) : NULL;
    if (odd) {
        odd->is_absent = is_absent;
        odd->is_one_by_one = is_failing;
    }
    if (odd && is_failing)
        return add_name(work, item);
    return sg_rmi_answer_add(&work->answer,
        &(struct sg_rmi_part){ .request = item->request, .mbean = item->name }, bytes);
}

/* It was absent. */
static int take_existence(
    struct sg_rmi_work *work, bool is_there, const struct sg_rmi_work_item *item)
{
    struct odd *odd = add_odd(work, item);

    if (odd)
        odd->is_absent = !is_there;
    return is_there ? add_name(work, item) : 0;
}

int sg_rmi_work_take(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, struct sg_str bytes)
{
    const struct sg_rmi_work_item item = work->items[work->done++];
    bool is_one = item.call == SG_RMI_CALL_READ_ONE;
    const struct sg_rmi_part part = { .request = item.request,
        .mbean = item.name,
        /* the name is behind a code and a length */
        .attribute =
            is_one ? (struct sg_str){ item.sent.ptr + 3, item.sent.len - 3 } : SG_STR("") };

    if (reply->is_exception)
        return take_exception(work, reply, &item, bytes);
    switch (item.call) {
    case SG_RMI_CALL_QUERY:
        return take_names(work, reply, &item);
    case SG_RMI_CALL_EXISTS:
        return take_existence(work, reply->flag, &item);
    case SG_RMI_CALL_INFO:
        return take_info(work, reply, &item);
    default:
        return sg_rmi_answer_add(&work->answer, &part, bytes);
    }
}

int sg_rmi_work_lose(struct sg_rmi_work *work, const struct sg_rmi_reply *reply, const char *why)
{
    const struct sg_rmi_work_item item = work->items[work->done++];

    if (reply->failed_name)
        return reduce(work, reply, &item);
    return sg_rmi_answer_add(&work->answer,
        &(struct sg_rmi_part){ .request = item.request, .mbean = item.name, .lost = why },
        SG_STR(""));
}
