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
    ODD_POLLS = 500, /* then they are forgotten */
    KEPT_ITEMS = 10000,
    REQUEST_BYTES_MAX = 2 << 20,
};

/* A name, with the attributes that are asked of it. */
struct odd {
    struct sg_keyed_text key;
    bool is_absent;
    bool is_unsendable;
};

static const struct sg_keyed_kind odd_kind = {
    .size = sizeof(struct odd),
    .key_at = offsetof(struct odd, key),
    .seen_at = offsetof(struct odd, key) + offsetof(struct sg_keyed_text, seen),
};

static const char *const unsendable =
    "one of its attributes cannot be sent, so that none is; name the attributes that are wanted";

void sg_rmi_work_init(struct sg_rmi_work *work)
{
    *work = (struct sg_rmi_work){ .n = 0 };
    sg_keyed_init(&work->odd, &odd_kind);
    work->odd.max = ODD_MAX;
}

void sg_rmi_work_done(struct sg_rmi_work *work)
{
    sg_rmi_answer_done(&work->answer);
    (void)sg_arena_unref(work->arena);
    sg_keyed_done(&work->odd);
    free(work->items);
}

void sg_rmi_work_forget(struct sg_rmi_work *work)
{
    sg_keyed_clear(&work->odd);
}

/* ---- What is known of names ---- */

/* @return the key, of the arena; empty: no memory */
static struct sg_str key_of(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    size_t len = item->name.len + 1 + item->attributes.len;
    char *key = sg_arena_bytes(work->arena, len);

    if (!key)
        return SG_STR("");
    (void)memcpy(key, item->name.ptr, item->name.len);
    key[item->name.len] = '\0';
    if (item->attributes.len)
        (void)memcpy(key + item->name.len + 1, item->attributes.ptr, item->attributes.len);
    return (struct sg_str){ key, len };
}

/* @return NULL: nothing */
static struct odd *find_odd(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    uint32_t number = work->odd.n ? sg_keyed_find(&work->odd, key_of(work, item)) : SG_INDEX_NONE;
    return number == SG_INDEX_NONE ? NULL : sg_keyed_at(&work->odd, number);
}

/* Without memory, or past the limit, it is asked for again. */
static struct odd *add_odd(struct sg_rmi_work *work, const struct sg_rmi_work_item *item)
{
    uint32_t number;

    if (sg_keyed_add(&work->odd, key_of(work, item), &number, NULL))
        return NULL;
    return sg_keyed_at(&work->odd, number);
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

/* What is sent for a name: nothing for what cannot be sent. */
static int add_name(struct sg_rmi_work *work, struct sg_rmi_work_item *item)
{
    const struct odd *odd = find_odd(work, item);

    if (odd && odd->is_unsendable)
        return sg_rmi_answer_add(&work->answer,
            &(struct sg_rmi_part){
                .request = item->request, .mbean = item->name, .lost = unsendable },
            SG_STR(""));
    item->call = odd && odd->is_absent ? SG_RMI_CALL_EXISTS
                 : item->n_attributes  ? SG_RMI_CALL_READ
                                       : SG_RMI_CALL_INFO;
    return add_item(work, item);
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

    (void)sg_arena_unref(work->arena);
    work->arena = sg_arena_new();
    work->plan = plan;
    work->n = work->sent = work->done = 0;
    if (work->allocated > KEPT_ITEMS) {
        free(work->items);
        work->items = NULL;
        work->allocated = 0;
    }
    work->odd.generation++;
    (void)sg_keyed_forget_by(&work->odd, &rule);
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
    case SG_RMI_CALL_READ:
        sg_rmi_write_get_attributes(out, connection, item->name, item->n_attributes);
        (void)sg_buf_add_str(out, item->attributes);
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
        item.name = (struct sg_str){ sg_arena_copy(work->arena, name), name.len };
        r = item.name.ptr ? add_name(work, &item) : -ENOMEM;
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
    struct sg_str got = sg_buf_get(&out);
    item.attributes = (struct sg_str){ sg_arena_copy(work->arena, got), got.len };
    int r = sg_buf_error(&out);
    sg_buf_done(&out);
    if (r || item.n_attributes == 0)
        return r;
    item.call = SG_RMI_CALL_READ;
    return item.attributes.ptr ? add_name(work, &item) : -ENOMEM;
}

/* It will be asked for in another way. */
static void note_exception(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, const struct sg_rmi_work_item *item)
{
    struct sg_error err;
    enum sg_rmi_meaning meaning = sg_rmi_exception_read(reply, &err);
    bool is_odd = meaning == SG_RMI_MEANS_NO_MBEAN || meaning == SG_RMI_MEANS_UNSENDABLE;
    struct odd *odd = is_odd ? add_odd(work, item) : NULL;

    if (!odd)
        return;
    odd->is_absent = meaning == SG_RMI_MEANS_NO_MBEAN;
    odd->is_unsendable = meaning == SG_RMI_MEANS_UNSENDABLE;
}

/* It was absent. */
static int take_existence(
    struct sg_rmi_work *work, bool is_there, const struct sg_rmi_work_item *item)
{
    struct odd *odd = add_odd(work, item);
    struct sg_rmi_work_item again = *item;

    if (odd)
        odd->is_absent = !is_there;
    return is_there ? add_name(work, &again) : 0;
}

int sg_rmi_work_take(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, struct sg_str bytes)
{
    const struct sg_rmi_work_item item = work->items[work->done++];
    const struct sg_rmi_part part = { .request = item.request, .mbean = item.name };

    if (reply->is_exception) {
        note_exception(work, reply, &item);
        return sg_rmi_answer_add(&work->answer, &part, bytes);
    }
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

int sg_rmi_work_lose(struct sg_rmi_work *work, const char *why)
{
    const struct sg_rmi_work_item item = work->items[work->done++];
    struct odd *odd = item.call == SG_RMI_CALL_READ ? add_odd(work, &item) : NULL;

    if (odd)
        odd->is_unsendable = true;
    return sg_rmi_answer_add(&work->answer,
        &(struct sg_rmi_part){ .request = item.request, .mbean = item.name, .lost = why },
        SG_STR(""));
}
