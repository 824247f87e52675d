/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a small cluster, its groups, and the exposition that is made of them. */

#include "admin/export/export.h"
#include "admin/export/families.h"
#include "admin/model/lag.h"
#include "base/buf.h"
#include "metric/encode.h"
#include "test.h"

#include <stdlib.h>

/* ---- A small cluster: brokers 1 and 2 live, 3 only in replica lists ---- */

static int32_t all[] = { 1, 2, 3 };
static int32_t two[] = { 2, 1 };

static struct rd_kafka_metadata_broker brokers[] = {
    { .id = 2, .host = (char[]){ "::1" }, .port = 9093 },
    { .id = 1, .host = (char[]){ "kafka-1" }, .port = 9092 },
};

static struct rd_kafka_metadata_partition audit[] = {
    { .id = 1, .leader = 2, .replicas = all, .replica_cnt = 3, .isrs = two, .isr_cnt = 2 },
    { .id = 0, .leader = 1, .replicas = all, .replica_cnt = 3, .isrs = all, .isr_cnt = 3 },
    { .id = 2, .leader = -1, .replicas = two, .replica_cnt = 2, .isrs = two, .isr_cnt = 1 },
};
static struct rd_kafka_metadata_partition secret[] = {
    { .id = 0, .leader = 1, .replicas = all, .replica_cnt = 3, .isrs = all, .isr_cnt = 3 },
};

static struct rd_kafka_metadata_topic topics[] = {
    { .topic = (char[]){ "audit" }, .partitions = audit, .partition_cnt = 3 },
    { .topic = (char[]){ "secret" }, .partitions = secret, .partition_cnt = 1 },
    { .topic = (char[]){ "odd" }, .err = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED },
    { .topic = (char[]){ "audit" }, .partitions = audit, .partition_cnt = 3 },
};

static const struct rd_kafka_metadata metadata = {
    .brokers = brokers, .broker_cnt = 2, .topics = topics, .topic_cnt = 4
};

static inline struct sg_topology *new_topology(const char *include, const char *exclude)
{
    struct sg_filter *filter = NULL;
    struct sg_topology *topology = NULL;

    assert_int_equal(sg_filter_new(include, exclude, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, filter, 1000, &topology), 0);
    (void)sg_filter_free(filter);
    return topology;
}

static inline struct sg_group *add_group(
    struct sg_groups *groups, const char *name, rd_kafka_consumer_group_state_t state)
{
    uint32_t number;
    bool is_new;

    assert_int_equal(sg_groups_add(groups, sg_str_of(name), state, &number, &is_new), 0);
    return &groups->groups[number];
}

static inline void commit(rd_kafka_topic_partition_list_t *list,
    const char *topic,
    int32_t partition,
    int64_t offset,
    rd_kafka_resp_err_t code)
{
    rd_kafka_topic_partition_t *element = rd_kafka_topic_partition_list_add(list, topic, partition);
    element->offset = offset;
    element->err = code;
}

static const struct sg_status_windows windows = {
    .lagging_ms = 60000,
    .stalled_ms = 300000,
    .rewound_ms = 600000,
};

struct page {
    struct sg_topology *topology;
    struct sg_groups groups;
    int64_t start[4];
    int64_t end[4];
    const int64_t *stable;     /* last stable offsets, or NULL */
    const int64_t *end_before; /* 100 s ago, or NULL */
    enum sg_granularity granularity;
    int64_t lag_before; /* of group g in topic audit, 100 s ago */
    size_t max_owners;
    size_t max_overrides;
    const uint32_t *readers;                     /* of topic audit alone, or NULL */
    const struct sg_racks *racks;                /* or NULL */
    struct sg_produced *produced;                /* or NULL; it has not followed the topology yet */
    const struct sg_topic_config *config;        /* of topic audit, or NULL */
    const struct sg_topic_config *config_before; /* at an earlier collection, or NULL */
    struct sg_wanted wanted;
    const char *cluster_id;
    int32_t controller;
    const struct sg_topic_sizes *sizes;
    bool partition_status;
    size_t n_share;
    const struct sg_share_progress *share;
    bool share_partial;
};

static inline void page_init(struct page *page)
{
    *page = (struct page){ .topology = new_topology(NULL, "^secret$"),
        .start = { 0, 0, SG_OFFSET_UNKNOWN },
        .end = { 100, 50, SG_OFFSET_UNKNOWN },
        .controller = -1 };
    assert_int_equal(sg_groups_init(&page->groups, 1000, NULL), 0);
}

/* Of topic audit. The configurations that a broker has described are replaced by it. */
static const struct sg_topic_config *page_config;

const struct sg_topic_config *sg_configs_get(const struct sg_configs *configs, struct sg_str topic)
{
    static const struct sg_topic_config nothing = { .known = false };

    (void)configs;
    return page_config && sg_str_equal(topic, SG_STR("audit")) ? page_config : &nothing;
}

/* @return the exposition, owned; the page's parts are freed */
static inline char *page_text(struct page *page)
{
    struct sg_ages *ages = NULL;
    struct sg_statuses *statuses = NULL;
    struct sg_memo *memo = NULL;
    struct sg_drains *drains = NULL;
    struct sg_moves *moves = NULL;
    struct sg_holds *holds = NULL;
    struct sg_series_table *table = NULL;
    struct sg_store *store = NULL;
    struct sg_slot *slot = NULL;
    struct sg_sample_set *set = NULL;
    struct sg_plan *plan = NULL;
    struct sg_buf out;

    assert_int_equal(sg_ages_new(&ages), 0);
    assert_int_equal(sg_statuses_new(&windows, &statuses), 0);
    assert_int_equal(sg_memo_new(&memo), 0);
    assert_int_equal(sg_drains_new(&drains), 0);
    sg_drains_begin(drains);
    (void)sg_drains_follow(drains, SG_STR("g"), SG_STR("audit"), page->lag_before, -100000);
    assert_int_equal(sg_holds_new(&holds), 0);
    if (page->stable && page->end_before)
        assert_int_equal(
            sg_holds_follow(holds, page->topology, page->stable, page->end_before, -100000), 0);
    if (page->stable)
        assert_int_equal(sg_holds_follow(holds, page->topology, page->stable, page->end, 0), 0);
    if (page->produced)
        assert_int_equal(
            sg_produced_follow(page->produced, page->topology, page->start, page->end_before, 1000),
            0);
    if (page->produced)
        assert_int_equal(
            sg_produced_follow(page->produced, page->topology, page->start, page->end, 7500), 0);
    assert_int_equal(sg_moves_new(&moves), 0);
    assert_int_equal(sg_moves_follow(moves, page->topology), 0);
    assert_int_equal(
        sg_ages_begin(ages, page->topology, &page->groups, NULL, page->start, page->end, 0), 0);
    const struct sg_status_input input = {
        .topology = page->topology, .start = page->start, .end = page->end, .ages = ages
    };
    sg_statuses_begin(statuses, &input, &page->groups);
    const struct sg_export from = {
        .topology = page->topology,
        .groups = &page->groups,
        .start = page->start,
        .end = page->end,
        .stable = page->stable,
        .holds = holds,
        .ages = ages,
        .moves = moves,
        .statuses = statuses,
        .drains = drains,
        .memo = memo,
        .sizes = page->sizes,
        .granularity = page->granularity,
        .wanted = page->wanted,
        .cluster_id = page->cluster_id,
        .controller = page->controller,
        .partition_status = page->partition_status,
        .max_owners = page->max_owners,
        .max_overrides = page->max_overrides,
        .readers = page->readers,
        .produced = page->produced,
        .racks = page->racks,
        .n_share = page->n_share,
        .share = page->share,
        .share_partial = page->share_partial,
    };
    assert_int_equal(sg_store_new(&sg_clock_system, 1000, &store), 0);
    assert_int_equal(sg_store_slot(store, "c", "admin", "cluster", &slot), 0);
    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    for (int i = 0; i < 3; i++) { /* from the second on the series are remembered ones */
        page_config = i == 0 && page->config_before ? page->config_before : page->config;
        sg_series_table_begin(table);
        assert_int_equal(sg_export_series(&from, table, slot), 0);
    }
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    assert_int_equal(sg_plan_new(&set->layout, NULL, 1, &plan), 0);
    sg_buf_init(&out, 1 << 20);
    const struct sg_sample_set *sets[] = { set };
    assert_int_equal(sg_encode(plan, sets, SG_FORMAT_TEXT, NULL, NULL, &out), 0);
    for (int reason = 0; reason < SG_DROP_REASONS; reason++)
        assert_int_equal(sg_store_n_dropped(store, (enum sg_drop_reason)reason), 0);

    char *text = sg_buf_take(&out);
    if (!text)
        abort();
    (void)sg_ages_free(ages);
    (void)sg_moves_free(moves);
    (void)sg_holds_free(holds);
    (void)sg_statuses_free(statuses);
    (void)sg_memo_free(memo);
    (void)sg_drains_free(drains);
    (void)sg_plan_unref(plan);
    (void)sg_sample_set_unref(set);
    (void)sg_series_table_free(table);
    (void)sg_slot_free(slot);
    (void)sg_store_free(store);
    sg_groups_done(&page->groups);
    (void)sg_topology_unref(page->topology);
    return text;
}

static inline void assert_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    size_t n = strlen(line);

    if (!at || (at > text && at[-1] != '\n') || (at[n] != '\n' && at[n] != '\0'))
        fail_msg("no line %s in\n%s", line, text);
}

static inline void assert_no(const char *text, const char *part)
{
    assert_null(strstr(text, part));
}
