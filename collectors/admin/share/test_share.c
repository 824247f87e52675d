/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is known of share groups from collection to collection. The log, the names and ListOffsets
 * are the test's own: it defines their functions, so that those of the library are not linked.
 */

#include "admin/ask/offsets.h"
#include "admin/ask/patience.h"
#include "admin/model/lag.h"
#include "admin/share/ask_names.h"
#include "admin/share/log.h"
#include "admin/share/record.h"
#include "admin/share/share.h"
#include "test.h"

#include <stdlib.h>

enum {
    SOURCES = 2,
    RECORDS = 8,
    NO_START = 0xff, /* -1, of a partition that the group has not begun */
};

/* A snapshot of a group in a partition of the topic with this id; partitions of the log. */
struct recorded {
    int32_t source;
    const char *group;
    unsigned char id;
    unsigned char partition;
    unsigned char start;
    bool ends; /* no value */
};

static struct {
    struct sg_clock clock;
    int64_t now_ms;
    atomic_bool stopping;
    struct sg_cluster_config config;
    struct sg_share *share;
    struct sg_topology *topology;
    struct sg_filter *all;
    struct sg_filter *groups_wanted;
    struct sg_groups groups;
    struct sg_failures failures;
    struct rd_kafka_metadata_partition partitions[SOURCES];
    size_t n_partitions; /* of the topic */
    size_t n_log;        /* that the log was told */
    int64_t ends[SOURCES];
    int64_t reached[SOURCES];
    bool denied, fails;
    size_t n_records; /* that arrive in the next collection */
    struct recorded records[RECORDS];
    int64_t deadline_ms; /* of the latest reading */
    unsigned n_logs, n_logs_open, n_reads, n_names_asked;
    bool can_name;
} world;

static int64_t now(const struct sg_clock *clock)
{
    (void)clock;
    return world.now_ms;
}

/* ---- What is replaced ---- */

int sg_share_log_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    size_t n,
    struct sg_share_log **ret_log,
    struct sg_error *err)
{
    (void)timeout_ms;
    (void)err;
    assert_ptr_equal(config, &world.config);
    assert_int_equal(n, world.n_partitions);
    world.n_log = n;
    world.n_logs++;
    world.n_logs_open++;
    *ret_log = (struct sg_share_log *)&world;
    return 0;
}

struct sg_share_log *sg_share_log_free(struct sg_share_log *log)
{
    world.n_logs_open -= log != NULL;
    return NULL;
}

size_t sg_share_log_n(const struct sg_share_log *log)
{
    (void)log;
    return world.n_log;
}

static void take_record(struct sg_share_states *states, const struct recorded *from)
{
    size_t len = strlen(from->group);
    unsigned char key[64] = { 0, 0, 0, (unsigned char)len };
    unsigned char value[40] = { 0 };

    memcpy(key + 4, from->group, len);
    key[4 + len] = from->id;
    key[4 + len + 19] = from->partition;
    value[14 + 7] = from->start;
    if (from->start == NO_START)
        memset(value + 14, NO_START, 8);
    value[38] = 1; /* no batches, and no tags */
    assert_int_equal(sg_share_states_take(states, from->source,
                         (struct sg_str){ (const char *)key, 4 + len + 20 },
                         from->ends ? (struct sg_str){ NULL, 0 }
                                    : (struct sg_str){ (const char *)value, sizeof value }),
        0);
    assert_int_equal(sg_share_states_fetch_dropped(states), 0);
}

int sg_share_log_read(struct sg_share_log *log,
    const struct sg_share_log_env *env,
    struct sg_share_states *states,
    bool *ret_denied)
{
    (void)log;
    world.deadline_ms = env->deadline_ms;
    assert_ptr_equal(env->ends, world.ends);
    world.n_reads++;
    for (size_t i = 0; i < world.n_records; i++)
        take_record(states, &world.records[i]);
    world.n_records = 0;
    *ret_denied = world.denied;
    return 0;
}

bool sg_share_log_works(const struct sg_share_log *log, const int64_t *ends)
{
    (void)log;
    assert_ptr_equal(ends, world.ends);
    return !world.fails;
}

bool sg_share_log_has_reached(const struct sg_share_log *log, size_t partition, int64_t end)
{
    (void)log;
    return end != SG_OFFSET_UNKNOWN && world.reached[partition] >= end;
}

bool sg_share_can_ask_names(void)
{
    return world.can_name;
}

int sg_share_ask_names(struct sg_share_names *names, const struct sg_share_names_env *env)
{
    static const char *const known[] = { "a", "b", "not-wanted" };

    assert_ptr_equal(env->topology, world.topology);
    world.n_names_asked++;
    for (unsigned char i = 0; i < 3; i++) {
        const unsigned char id[SG_SHARE_TOPIC_ID_BYTES] = { i };
        assert_int_equal(sg_share_names_set(names, id, known[i]), 0);
    }
    return 0;
}

int sg_offsets_start(struct sg_client *client,
    const struct sg_clock *clock,
    struct sg_topology *topology,
    enum sg_offsets_which which,
    const int64_t *times,
    const bool *skip,
    int64_t chunk_ms,
    int64_t deadline_ms,
    struct sg_offsets **ret_offsets)
{
    (void)client;
    (void)clock;
    (void)times;
    (void)skip;
    (void)chunk_ms;
    (void)deadline_ms;
    assert_int_equal(which, SG_OFFSETS_END);
    assert_int_equal(topology->n_topics, 1);
    assert_string_equal(topology->topics[0].name.ptr, "__share_group_state");
    *ret_offsets = (struct sg_offsets *)&world;
    return 0;
}

void sg_offsets_wait(struct sg_offsets *offsets, const atomic_bool *stopping)
{
    (void)offsets;
    (void)stopping;
}

const int64_t *sg_offsets_get(const struct sg_offsets *offsets)
{
    assert_non_null(offsets);
    return world.ends;
}

void sg_offsets_report(const struct sg_offsets *offsets, struct sg_failures *failures)
{
    (void)offsets;
    (void)failures;
}

struct sg_offsets *sg_offsets_free(struct sg_offsets *offsets)
{
    (void)offsets;
    return NULL;
}

/* ---- The rest of the world ---- */

static int set_up(void **state)
{
    static struct rd_kafka_metadata_partition one[] = { { .id = 0 }, { .id = 1 } };
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "a" }, .partitions = one, .partition_cnt = 2 },
        { .topic = (char[]){ "b" }, .partitions = one, .partition_cnt = 1 },
    };
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = 2 };
    (void)state;

    memset(&world, 0, sizeof world);
    world.clock.monotonic_ms = now;
    world.now_ms = 500;
    world.config.share_lag = SG_SHARE_LAG_STATE_TOPIC;
    world.config.limits.partitions = 100;
    world.n_partitions = SOURCES;
    world.can_name = true;
    assert_int_equal(sg_filter_new(NULL, NULL, &world.all, NULL), 0);
    assert_int_equal(sg_filter_new(NULL, "^hidden", &world.groups_wanted, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, world.all, 100, &world.topology), 0);
    assert_int_equal(sg_groups_init(&world.groups, 100, NULL), 0);
    assert_int_equal(sg_share_new(&world.config, 1000, &world.share), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)sg_share_free(world.share);
    assert_int_equal(world.n_logs_open, 0);
    sg_groups_done(&world.groups);
    (void)sg_topology_unref(world.topology);
    (void)sg_filter_free(world.all);
    (void)sg_filter_free(world.groups_wanted);
    return 0;
}

/* @return what is known after it */
static const struct sg_share_progress *collect(size_t *ret_n)
{
    struct rd_kafka_metadata_topic topics[] = {
        { .topic = (char[]){ "__share_group_state" },
            .partitions = world.partitions,
            .partition_cnt = (int)world.n_partitions },
        { .topic = (char[]){ "x__share_group_state" },
            .partitions = world.partitions,
            .partition_cnt = 1 },
    };
    const struct rd_kafka_metadata metadata = { .topics = topics,
        .topic_cnt = world.n_partitions ? 2 : 0 };
    const struct sg_share_env env = {
        .clock = &world.clock,
        .stopping = &world.stopping,
        .topology = world.topology,
        .group_filter = world.groups_wanted,
        .groups = &world.groups,
        .failures = &world.failures,
        .deadline_ms = 1000,
        .seldom_deadline_ms = 5000,
    };

    for (int32_t i = 0; i < SOURCES; i++)
        world.partitions[i].id = i;
    world.failures.n = 0;
    assert_int_equal(sg_share_begin(world.share, &metadata), 0);
    assert_int_equal(sg_share_read(world.share, &env), 0);
    return sg_share_get(world.share, ret_n);
}

/* @param start  -1: the group's partition ends */
static void record(
    int32_t source, const char *group, unsigned char id, unsigned char partition, int start)
{
    assert_true(world.n_records < RECORDS);
    world.records[world.n_records++] =
        (struct recorded){ source, group, id, partition, (unsigned char)start, start < 0 };
}

static const char *warning(void)
{
    assert_int_equal(world.failures.n, 1);
    assert_true(world.failures.items[0].is_warning);
    return world.failures.items[0].err.text;
}

static void test_share_not_wanted_does_nothing(void **state)
{
    const struct sg_cluster_config config = { .share_lag = SG_SHARE_LAG_NONE };
    struct sg_share *share = NULL;
    size_t n = 1;
    (void)state;

    assert_int_equal(sg_share_new(&config, 1000, &share), 0);
    assert_null(share);
    assert_int_equal(sg_share_begin(share, NULL), 0);
    assert_int_equal(sg_share_read(share, NULL), 0);
    assert_null(sg_share_get(share, &n));
    assert_int_equal(n, 0);
    (void)sg_share_free(share);
}

static void test_share_groups_by_group_and_partition(void **state)
{
    size_t n;
    (void)state;

    record(0, "g2", 0, 1, 5);
    record(1, "g2", 0, 0, 6);
    record(0, "g1", 1, 0, 7);
    record(0, "hidden", 0, 0, 1);
    record(0, "g2", 2, 0, 1); /* of a topic that is not wanted */
    record(0, "g2", 3, 0, 1); /* of one that has no name */
    record(0, "g2", 1, 9, 1); /* of a partition that there is not */
    const struct sg_share_progress *known = collect(&n);
    assert_int_equal(n, 3);
    assert_string_equal(known[0].group.ptr, "g1");
    assert_int_equal(known[0].partition, 2);
    assert_int_equal(known[0].start, 7);
    assert_int_equal(known[0].complete, SG_SHARE_UNKNOWN);
    assert_string_equal(known[1].group.ptr, "g2");
    assert_int_equal(known[1].start, 6);
    assert_int_equal(known[2].partition, 1);
    assert_int_equal(known[2].start, 5);
    assert_int_equal(world.failures.n, 0);
}

static void test_names_are_asked_for_only_when_one_is_missing(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    (void)collect(&n);
    assert_int_equal(n, 1);
    assert_int_equal(world.n_names_asked, 1);
    (void)collect(&n);
    assert_int_equal(n, 1);
    assert_int_equal(world.n_names_asked, 1);
    assert_int_equal(world.n_logs, 1);
}

/* One of its partitions could not be read to its end, or its end is not known. */
static void test_group_whose_state_may_be_old_is_not_known(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    record(1, "g", 0, 1, 6);
    world.ends[0] = world.ends[1] = 10;
    world.reached[0] = 9;
    world.reached[1] = 10;
    const struct sg_share_progress *known = collect(&n);
    assert_int_equal(n, 2);
    assert_int_equal(known[0].start, SG_SHARE_UNKNOWN);
    assert_int_equal(known[1].start, 6);
    assert_int_equal(sg_share_count_known(world.share), 1);
    world.reached[0] = 10;
    world.ends[1] = SG_OFFSET_UNKNOWN;
    known = collect(&n);
    assert_int_equal(n, 2);
    assert_int_equal(known[0].start, 5);
    assert_int_equal(known[1].start, SG_SHARE_UNKNOWN);
}

static void test_partition_without_a_start_is_listed(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    record(0, "g", 0, 1, NO_START);
    const struct sg_share_progress *known = collect(&n);
    assert_int_equal(n, 2);
    assert_int_equal(known[0].start, 5);
    assert_int_equal(known[1].start, SG_SHARE_UNKNOWN);
    assert_int_equal(sg_share_count_known(world.share), 1);
}

/* Until then there may be partitions of groups of which no record has been read. */
static void test_log_is_partial_until_it_was_read_up_to_its_end_once(void **state)
{
    size_t n;
    (void)state;

    world.ends[0] = world.ends[1] = 10;
    world.reached[1] = 10;
    (void)collect(&n);
    assert_true(sg_share_is_partial(world.share));
    world.reached[0] = 10;
    (void)collect(&n);
    assert_false(sg_share_is_partial(world.share));
    world.ends[0] = 11;
    (void)collect(&n);
    assert_false(sg_share_is_partial(world.share));
    world.n_partitions = 1; /* read again */
    (void)collect(&n);
    assert_true(sg_share_is_partial(world.share));
}

/* So that a single collection, as of --doctor, can read all of it. */
static void test_first_reading_has_more_time(void **state)
{
    size_t n;
    (void)state;

    (void)collect(&n);
    assert_int_equal(world.deadline_ms, 5000);
    (void)collect(&n);
    assert_int_equal(world.deadline_ms, 1000);
}

static void test_denied_read_is_tried_again_after_a_while(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    world.denied = true;
    (void)collect(&n);
    assert_int_equal(n, 0);
    assert_int_equal(world.n_logs_open, 0);
    world.denied = false;
    world.now_ms += 10 * 60000 - 1;
    (void)collect(&n);
    assert_int_equal(world.n_reads, 1);
    world.now_ms += 1;
    (void)collect(&n);
    assert_int_equal(world.n_reads, 2);
    assert_int_equal(n, 0); /* it is read from its start again */
    record(0, "g", 0, 0, 5);
    (void)collect(&n);
    assert_int_equal(n, 1);
}

static void test_log_that_does_not_work_is_replaced(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    world.fails = true;
    (void)collect(&n);
    assert_int_equal(n, 1);
    world.now_ms += SG_PATIENCE_FIRST_MS - 1;
    (void)collect(&n);
    assert_int_equal(world.n_logs_open, 1);
    world.now_ms += 1;
    (void)collect(&n);
    assert_int_equal(world.n_logs_open, 0);
    assert_int_equal(n, 0);
    world.fails = false;
    record(0, "g", 0, 0, 5);
    (void)collect(&n);
    assert_int_equal(n, 1);
    assert_int_equal(world.n_logs, 2);
}

static void test_log_with_more_partitions_is_read_again(void **state)
{
    size_t n;
    (void)state;

    record(0, "g", 0, 0, 5);
    (void)collect(&n);
    assert_int_equal(n, 1);
    world.n_partitions = 1;
    (void)collect(&n);
    assert_int_equal(n, 0);
    assert_int_equal(world.n_logs, 2);
    assert_int_equal(world.n_logs_open, 1);
}

static void test_share_groups_without_a_visible_topic_are_reported(void **state)
{
    uint32_t number;
    bool is_new;
    size_t n;
    (void)state;

    world.n_partitions = 0;
    (void)collect(&n);
    assert_int_equal(world.failures.n, 0);
    assert_int_equal(sg_groups_add(&world.groups, SG_STR("g"),
                         RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN, &number, &is_new),
        0);
    world.groups.groups[number].type = SG_GROUP_SHARE;
    (void)collect(&n);
    assert_non_null(strstr(warning(), "READ on it"));
    assert_int_equal(world.n_logs, 0);
}

static void test_library_without_the_request_is_reported(void **state)
{
    size_t n;
    (void)state;

    world.can_name = false;
    (void)collect(&n);
    assert_int_equal(n, 0);
    assert_non_null(strstr(warning(), "librdkafka 2.3"));
    assert_int_equal(world.n_logs, 0);
}

/* Of two partitions one is left out. */
static void fill_with_one(void)
{
    (void)sg_share_free(world.share);
    world.config.limits.partitions = 1;
    assert_int_equal(sg_share_new(&world.config, 1000, &world.share), 0);
    record(0, "g", 0, 0, 5);
    record(0, "g", 0, 1, 5);
}

static void test_partitions_past_the_limit_are_reported(void **state)
{
    size_t n;
    (void)state;

    fill_with_one();
    (void)collect(&n);
    assert_int_equal(n, 1);
    assert_non_null(strstr(warning(), "limits.partitions is 1"));
    assert_true(sg_share_is_partial(world.share));
    assert_int_equal(world.failures.items[0].kind, SG_FAILURE_LIMIT);
}

static void test_log_is_read_again_when_a_partition_past_the_limit_has_room(void **state)
{
    size_t n;
    (void)state;

    fill_with_one();
    (void)collect(&n);
    record(0, "g", 0, 0, -1);
    (void)collect(&n);
    assert_int_equal(world.n_logs, 1);
    record(0, "g", 0, 1, 5);
    const struct sg_share_progress *known = collect(&n);
    assert_int_equal(world.n_logs, 2);
    assert_int_equal(world.n_logs_open, 1);
    assert_int_equal(world.deadline_ms, 5000);
    assert_int_equal(n, 1);
    assert_int_equal(known[0].partition, 1);
    assert_int_equal(world.failures.n, 0);
    assert_false(sg_share_is_partial(world.share));
}

/* Of a log that always has too many, whatever ends in it. */
static void test_log_is_not_read_again_soon_when_it_stays_full(void **state)
{
    size_t n;
    (void)state;

    fill_with_one();
    record(0, "g", 0, 0, -1);
    (void)collect(&n);
    record(0, "g", 0, 0, 5);
    record(0, "g", 0, 1, 5);
    record(0, "g", 0, 0, -1);
    (void)collect(&n);
    assert_int_equal(world.n_logs, 2);
    world.now_ms += 10 * 60000 - 1;
    (void)collect(&n);
    assert_int_equal(world.n_logs, 2);
    world.now_ms += 1;
    (void)collect(&n);
    assert_int_equal(world.n_logs, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_share_not_wanted_does_nothing),
        TEST(test_share_groups_by_group_and_partition),
        TEST(test_names_are_asked_for_only_when_one_is_missing),
        TEST(test_group_whose_state_may_be_old_is_not_known),
        TEST(test_partition_without_a_start_is_listed),
        TEST(test_log_is_partial_until_it_was_read_up_to_its_end_once),
        TEST(test_first_reading_has_more_time),
        TEST(test_denied_read_is_tried_again_after_a_while),
        TEST(test_log_that_does_not_work_is_replaced),
        TEST(test_log_with_more_partitions_is_read_again),
        TEST(test_share_groups_without_a_visible_topic_are_reported),
        TEST(test_library_without_the_request_is_reported),
        TEST(test_partitions_past_the_limit_are_reported),
        TEST(test_log_is_read_again_when_a_partition_past_the_limit_has_room),
        TEST(test_log_is_not_read_again_soon_when_it_stays_full),
    };
    return cmocka_run_group_tests_name("admin_share", tests, NULL, NULL);
}
