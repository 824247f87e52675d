/* SPDX-License-Identifier: Apache-2.0 */
#include "status/api.h"

#include "base/arena.h"
#include "base/auto.h"
#include "status/api_objects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Rows are in the order of their keys, CLUSTER/NAME, so that a list can be read in pieces while
 * rows come and go.
 */

enum {
    KEY_BYTES_MAX = 16 * 1024
};

/* A kind of list: what is asked of its rows. */
struct list {
    const struct sg_keyed *(*rows)(const struct sg_view *view);
    uint32_t (*cluster)(const struct sg_page *page, uint32_t i);
    struct sg_str (*name)(const struct sg_page *page, uint32_t i);
    const char *(*state)(const struct sg_page *page, uint32_t i);
    const char *(*severity)(const struct sg_page *page, uint32_t i);
    void (*put)(struct sg_page *page, uint32_t i);
    void (*put_named)(struct sg_page *page, uint32_t i); /* of one that was named */
    size_t wanted;                                       /* place of the name's parameter */
};

struct row {
    struct sg_str key;
    uint32_t number;
};

struct answer {
    struct sg_page page;
    const struct sg_api_query *query;
    const struct list *list;
    struct sg_arena *arena; /* of the keys */
    struct row *rows;       /* those that match, in their order */
    size_t n;
};

/* ---- The kinds ---- */

#define ROWS(what, member, state_of, severity_of)                              \
    static const struct sg_keyed *what##_rows(const struct sg_view *view)      \
    {                                                                          \
        return &view->what##s;                                                 \
    }                                                                          \
    static uint32_t what##_cluster(const struct sg_page *page, uint32_t i)     \
    {                                                                          \
        return sg_view_##what##_at(page->view, i)->cluster;                    \
    }                                                                          \
    static struct sg_str what##_name(const struct sg_page *page, uint32_t i)   \
    {                                                                          \
        return sg_view_##what##_at(page->view, i)->member;                     \
    }                                                                          \
    static const char *what##_state(const struct sg_page *page, uint32_t i)    \
    {                                                                          \
        return state_of(sg_view_##what##_at(page->view, i));                   \
    }                                                                          \
    static const char *what##_severity(const struct sg_page *page, uint32_t i) \
    {                                                                          \
        return severity_of(sg_view_##what##_at(page->view, i));                \
    }                                                                          \
    _Static_assert(1, "semicolon")

ROWS(broker, id, sg_api_broker_state, sg_api_broker_severity);
ROWS(topic, name, sg_api_topic_state, sg_api_topic_severity);
ROWS(group, name, sg_api_group_state, sg_api_group_severity);

static const struct sg_keyed *cluster_rows(const struct sg_view *view)
{
    return &view->clusters;
}

static uint32_t cluster_cluster(const struct sg_page *page, uint32_t i)
{
    (void)page;
    return i;
}

static struct sg_str cluster_name(const struct sg_page *page, uint32_t i)
{
    return sg_view_cluster_name(page->view, i);
}

static const char *cluster_state(const struct sg_page *page, uint32_t i)
{
    return sg_api_cluster_state(sg_view_cluster_at(page->view, i));
}

#define PLACE(field) offsetof(struct sg_status_params, field)

static const struct list lists[] = {
    [SG_API_CLUSTERS] = { cluster_rows, cluster_cluster, cluster_name, cluster_state,
        sg_api_cluster_severity, sg_api_put_cluster, sg_api_put_cluster, PLACE(cluster) },
    [SG_API_BROKERS] = { broker_rows, broker_cluster, broker_name, broker_state, broker_severity,
        sg_api_put_broker, sg_api_put_broker, PLACE(broker) },
    [SG_API_TOPICS] = { topic_rows, topic_cluster, topic_name, topic_state, topic_severity,
        sg_api_put_topic, sg_api_put_topic_with_partitions, PLACE(topic) },
    [SG_API_GROUPS] = { group_rows, group_cluster, group_name, group_state, group_severity,
        sg_api_put_group, sg_api_put_group_with_partitions, PLACE(group) },
};

/* ---- Which rows ---- */

static bool is_named(const struct answer *answer, uint32_t i)
{
    const struct sg_status_params *params = answer->page.params;
    const struct sg_str *name = (const void *)((const char *)params + answer->list->wanted);

    return sg_page_has_cluster(&answer->page, answer->list->cluster(&answer->page, i)) &&
           (!answer->query->has_name || sg_str_equal(*name, answer->list->name(&answer->page, i)));
}

/* A part of a broker's address counts too. */
static bool has_part(const struct answer *answer, uint32_t i)
{
    const struct sg_page *page = &answer->page;
    struct sg_str part = page->params->q;

    return part.len == 0 || sg_page_name_has(answer->list->name(page, i), part) ||
           (answer->query->api == SG_API_BROKERS &&
               sg_page_address_has(sg_view_broker_at(page->view, i), part));
}

static bool matches(const struct answer *answer, uint32_t i)
{
    const struct sg_page *page = &answer->page;
    struct sg_str state = page->params->state;

    return has_part(answer, i) &&
           (state.len == 0 || sg_str_equal(state, sg_str_of(answer->list->state(page, i))) ||
               sg_str_equal(state, sg_str_of(answer->list->severity(page, i))));
}

/* Ids of brokers in the order of their numbers. */
static int write_key(const struct answer *answer, uint32_t i, struct sg_buf *key)
{
    struct sg_str name = answer->list->name(&answer->page, i);

    sg_buf_clear(key);
    (void)sg_buf_add_str(
        key, sg_view_cluster_name(answer->page.view, answer->list->cluster(&answer->page, i)));
    if (answer->query->api == SG_API_CLUSTERS)
        return sg_buf_error(key);
    (void)sg_buf_add_char(key, '/');
    for (size_t n = name.len; answer->query->api == SG_API_BROKERS && n < 10; n++)
        (void)sg_buf_add_char(key, '0');
    return sg_buf_add_str(key, name);
}

static int compare(const void *a, const void *b)
{
    return sg_str_compare(((const struct row *)a)->key, ((const struct row *)b)->key);
}

/* @param key  to write it in @return 0, -ENOMEM or SG_BUF_E_FULL */
static int add_row(struct answer *answer, uint32_t i, struct sg_buf *key)
{
    int r = write_key(answer, i, key);
    char *kept = r ? NULL : sg_arena_copy(answer->arena, sg_buf_get(key));

    if (!kept)
        return r ? r : -ENOMEM;
    answer->rows[answer->n++] = (struct row){ { kept, key->len }, i };
    return 0;
}

/* Without a row of that name: a cluster may have none. */
static bool is_known(const struct answer *answer)
{
    struct sg_str cluster = answer->page.params->cluster;

    return !answer->query->has_name &&
           (cluster.len == 0 || sg_view_find_cluster(answer->page.view, cluster) != SG_INDEX_NONE);
}

/* @return 0, SG_STATUS_E_NOT_FOUND, -ENOMEM or SG_BUF_E_FULL */
static int choose(struct answer *answer)
{
    uint32_t n = (uint32_t)answer->list->rows(answer->page.view)->n;
    bool is_found = is_known(answer);
    struct sg_buf key;
    int r = 0;

    answer->arena = sg_arena_new();
    answer->rows = calloc(n + 1, sizeof *answer->rows);
    if (!answer->arena || !answer->rows)
        return -ENOMEM;
    sg_buf_init(&key, KEY_BYTES_MAX);
    for (uint32_t i = 0; i < n && !r; i++) {
        if (!is_named(answer, i))
            continue;
        is_found = true;
        if (matches(answer, i))
            r = add_row(answer, i, &key);
    }
    sg_buf_done(&key);
    if (!r && answer->n)
        qsort(answer->rows, answer->n, sizeof *answer->rows, compare);
    return r || is_found ? r : SG_STATUS_E_NOT_FOUND;
}

/* ---- Writing ---- */

/* The rows after `after`; pieces do not end between rows of the same key. */
static void find_piece(const struct answer *answer, size_t *ret_first, size_t *ret_end)
{
    size_t first = 0, end = answer->n;

    while (answer->query->after.len && first < end &&
           sg_str_compare(answer->rows[first].key, answer->query->after) <= 0)
        first++;
    if (answer->query->limit && end - first > answer->query->limit) {
        end = first + answer->query->limit;
        while (end < answer->n && sg_str_equal(answer->rows[end].key, answer->rows[end - 1].key))
            end++;
    }
    *ret_first = first;
    *ret_end = end;
}

static int write_rows(struct answer *answer, struct sg_buf *json)
{
    struct sg_page *page = &answer->page;
    void (*put)(struct sg_page * page, uint32_t i) =
        answer->query->has_name ? answer->list->put_named : answer->list->put;
    size_t first, end;

    find_piece(answer, &first, &end);
    sg_json_open(json, NULL, '{');
    sg_json_time(json, "time", page->view->made.unix_ms);
    sg_json_bool(json, "complete", !page->view->is_full);
    sg_json_integer(json, "total", (int64_t)answer->n);
    sg_json_text_or_null(json, "next", end < answer->n ? answer->rows[end - 1].key : SG_STR(""));
    if (answer->query->api == SG_API_CLUSTERS)
        sg_api_put_causes(page, SG_INDEX_NONE);
    sg_json_open(json, sg_api_name(answer->query->api), '[');
    for (size_t i = first; i < end && !sg_buf_error(json); i++) {
        sg_json_open(json, NULL, '{');
        put(page, answer->rows[i].number);
        sg_json_close(json, '}');
    }
    sg_json_close(json, ']');
    sg_json_close(json, '}');
    return page->failed ? -ENOMEM : sg_buf_error(json);
}

/* ---- Events ---- */

static struct sg_event_filter filter_of(const struct sg_page *page, struct sg_str after)
{
    const struct sg_status_params *params = page->params;
    struct sg_event_filter filter = {
        .cluster = params->cluster,
        .topic = params->topic,
        .group = params->group,
        .broker = params->broker,
        .kind = params->kind,
        .severity_max = SG_SEVERITY_INFO,
        .before = after.len ? strtoull(after.ptr, NULL, 10) : 0,
        .since_unix_ms =
            params->hours ? page->now_unix_ms - (int64_t)params->hours * 3600 * 1000 : 0,
    };

    for (int i = 0; i < SG_SEVERITY_INFO; i++) {
        if (sg_str_equal(params->severity, sg_str_of(sg_severity_text((enum sg_severity)i))))
            filter.severity_max = (enum sg_severity)i;
    }
    return filter;
}

static int write_events(struct answer *answer, struct sg_buf *json)
{
    const struct sg_event_filter filter = filter_of(&answer->page, answer->query->after);
    size_t limit = answer->query->limit;
    size_t max = limit && limit < SG_JOURNAL_EVENTS_MAX ? limit : SG_JOURNAL_EVENTS_MAX;
    sg_auto_free struct sg_event **events = calloc(max, sizeof(struct sg_event *));
    char next[32] = "";
    bool more = false;

    if (!events)
        return -ENOMEM;
    size_t n = sg_journal_find(answer->page.journal, &filter, events, max, &more);
    if (more)
        (void)snprintf(next, sizeof next, "%" PRIu64, events[n - 1]->number);
    sg_json_open(json, NULL, '{');
    sg_json_time(json, "time", answer->page.now_unix_ms);
    sg_json_word(json, "next", next);
    sg_json_open(json, "events", '[');
    for (size_t i = 0; i < n; i++) {
        sg_api_put_event(&answer->page, events[i]);
        (void)sg_event_unref(events[i]);
    }
    sg_json_close(json, ']');
    sg_json_close(json, '}');
    return sg_buf_error(json);
}

/* ---- Lists ---- */

static int write_list(struct answer *answer, struct sg_buf *json)
{
    int r = 0;

    if (!answer->page.view)
        return SG_API_E_NOT_READY;
    answer->list = &lists[answer->query->api];
    if (answer->query->api == SG_API_CLUSTERS)
        r = sg_page_find_causes(&answer->page);
    if (!r)
        r = choose(answer);
    return r ? r : write_rows(answer, json);
}

int sg_api_write(
    const struct sg_status_sources *sources, const struct sg_api_query *query, struct sg_buf *json)
{
    struct answer answer = { .query = query };

    sg_page_open(&answer.page, sources, &query->params, json);
    int r = query->api == SG_API_EVENTS ? write_events(&answer, json) : write_list(&answer, json);
    free(answer.rows);
    (void)sg_arena_unref(answer.arena);
    sg_page_close(&answer.page);
    return r;
}
