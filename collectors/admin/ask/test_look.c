/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks at the log, collection by collection. The reader is the test's own: it defines the
 * functions of reader.h, so that those of the library are not linked.
 */

#include "test.h"

#include "admin/ask/look.h"
#include "admin/ask/reader.h"
#include "admin/model/lag.h"

#include <stdlib.h>
#include <string.h>

enum {
    PARTITIONS = 250,
    POLL_MS = 2000,
};

/* ---- The reader ---- */

/* A question about a partition; its address is the topic's handle. */
struct asked {
    bool is_open;
    int64_t from;
    bool has_outcome;
    struct sg_read outcome;
};

static struct {
    unsigned n_started, n_open, n_open_max;
    bool refuses;
    struct asked asked[PARTITIONS];
} reader;

int sg_reader_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    struct sg_reader **ret_reader,
    struct sg_error *err)
{
    (void)config;
    (void)timeout_ms;
    (void)err;
    *ret_reader = (struct sg_reader *)&reader;
    return 0;
}

struct sg_reader *sg_reader_free(struct sg_reader *unused)
{
    (void)unused;
    assert_int_equal(reader.n_open, 0);
    return NULL;
}

rd_kafka_topic_t *sg_reader_start(
    struct sg_reader *unused, const char *topic, int32_t partition, int64_t from)
{
    struct asked *asked = &reader.asked[partition];

    (void)unused;
    assert_string_equal(topic, "t");
    assert_false(asked->is_open);
    reader.n_started++;
    if (reader.refuses)
        return NULL;
    *asked = (struct asked){ .is_open = true, .from = from };
    reader.n_open++;
    if (reader.n_open > reader.n_open_max)
        reader.n_open_max = reader.n_open;
    return (rd_kafka_topic_t *)asked;
}

void sg_reader_stop(struct sg_reader *unused, rd_kafka_topic_t *topic, int32_t partition)
{
    (void)unused;
    assert_ptr_equal(topic, &reader.asked[partition]);
    assert_true(reader.asked[partition].is_open);
    reader.asked[partition].is_open = false;
    reader.n_open--;
}

bool sg_reader_fetch(
    struct sg_reader *unused, rd_kafka_topic_t *topic, int32_t partition, struct sg_read *ret_read)
{
    struct asked *asked = &reader.asked[partition];

    (void)unused;
    assert_ptr_equal(topic, asked);
    assert_true(asked->is_open);
    if (!asked->has_outcome)
        return false;
    asked->has_outcome = false;
    *ret_read = asked->outcome;
    return true;
}

static void arrive(int32_t partition, rd_kafka_resp_err_t code, int64_t offset)
{
    assert_true(reader.asked[partition].is_open);
    reader.asked[partition].outcome = (struct sg_read){ code, offset };
    reader.asked[partition].has_outcome = true;
}

/* ---- The rest of the world ---- */

static struct {
    struct sg_clock clock;
    int64_t now_ms;
    struct sg_topology *topology;
    struct sg_statuses *statuses;
    struct sg_look *look;
    struct sg_group groups[2];
    struct sg_committed committed[2][PARTITIONS];
    int64_t start[PARTITIONS];
    int64_t end[PARTITIONS];
    unsigned n_notes;
    struct sg_failure note; /* the latest */
} world;

static int64_t now(const struct sg_clock *clock)
{
    (void)clock;
    return world.now_ms;
}

static const struct sg_status_windows windows = {
    .lagging_ms = 60000,
    .stalled_ms = 300000,
    .rewound_ms = 600000,
};

/* Each partition holds the records 0 1 2 and a marker; one group has committed 3. */
static int set_up(void **state)
{
    static struct rd_kafka_metadata_partition partitions[PARTITIONS];
    struct rd_kafka_metadata_topic topic = {
        .topic = (char[]){ "t" }, .partitions = partitions, .partition_cnt = PARTITIONS
    };
    struct rd_kafka_metadata_broker broker = { .id = 1, .host = (char[]){ "h" } };
    const struct rd_kafka_metadata metadata = {
        .brokers = &broker, .broker_cnt = 1, .topics = &topic, .topic_cnt = 1
    };
    struct sg_filter *all = NULL;
    (void)state;

    memset(&reader, 0, sizeof reader);
    memset(&world, 0, sizeof world);
    for (int32_t i = 0; i < PARTITIONS; i++) {
        partitions[i] = (struct rd_kafka_metadata_partition){ .id = i, .leader = 1 };
        for (size_t j = 0; j < 2; j++)
            world.committed[j][i] = (struct sg_committed){ .partition = (uint32_t)i, .offset = 3 };
        world.end[i] = 4;
    }
    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, 1000000, &world.topology), 0);
    (void)sg_filter_free(all);
    assert_int_equal(sg_statuses_new(&windows, &world.statuses), 0);
    assert_int_equal(sg_look_new(NULL, 100, &world.look), 0);
    world.clock.monotonic_ms = now;
    world.now_ms = 1000;
    for (size_t j = 0; j < 2; j++)
        world.groups[j] = (struct sg_group){ .name = j ? SG_STR("b") : SG_STR("a"),
            .committed = world.committed[j] };
    world.groups[0].n_committed = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)sg_look_free(world.look);
    assert_int_equal(reader.n_open, 0);
    (void)sg_statuses_free(world.statuses);
    (void)sg_topology_unref(world.topology);
    return 0;
}

/* One collection, which waits for nothing. */
static void collect(void)
{
    const atomic_bool stopping = false;
    struct sg_failures failures = { .n = 0 };
    struct sg_groups groups = { .n = 2, .groups = world.groups };
    const struct sg_status_input input = {
        .now_ms = world.now_ms,
        .topology = world.topology,
        .start = world.start,
        .end = world.end,
    };

    sg_statuses_begin(world.statuses, &input, &groups);
    assert_int_equal(sg_look_run(world.look,
                         &(struct sg_look_env){
                             .clock = &world.clock,
                             .stopping = &stopping,
                             .input = &input,
                             .groups = &groups,
                             .statuses = world.statuses,
                             .failures = &failures,
                             .deadline_ms = world.now_ms,
                         }),
        0);
    for (size_t i = 0; i < failures.n; i++) {
        assert_true(failures.items[i].is_warning);
        world.note = failures.items[i];
    }
    world.n_notes += (unsigned)failures.n;
    world.now_ms += POLL_MS;
}

static void collect_for(int64_t ms)
{
    for (int64_t until = world.now_ms + ms; world.now_ms < until;)
        collect();
}

/* Until the first look has begun. */
static void begin(void)
{
    collect();
    assert_int_equal(reader.n_started, 0);
    collect_for(10000);
    assert_int_equal(reader.n_started, 1);
    assert_int_equal(reader.n_open, 1);
    assert_int_equal(reader.asked[0].from, 3);
}

static void test_look_goes_on_from_collection_to_collection(void **state)
{
    (void)state;

    begin();
    collect_for(3 * POLL_MS);
    assert_int_equal(reader.n_started, 1);
    assert_int_equal(reader.n_open, 1);
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 3);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 4);
    collect();
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 4);
    assert_int_equal(reader.n_open, 0);
    collect_for(3600000);
    assert_int_equal(reader.n_started, 1);
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 4);
    assert_int_equal(world.n_notes, 0);
}

/* With collections a minute apart the question is older than any look may take. */
static void test_look_that_has_an_outcome_is_not_too_late(void **state)
{
    (void)state;

    begin();
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 4);
    world.now_ms += 60000;
    collect();
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 4);
    assert_int_equal(world.n_notes, 0);
}

static void test_look_at_a_record_leaves_it_to_be_read(void **state)
{
    (void)state;

    begin();
    arrive(0, 0, 2); /* its batch begins earlier */
    collect();
    assert_int_equal(reader.n_open, 1);
    arrive(0, 0, 3);
    collect();
    assert_int_equal(reader.n_open, 0);
    collect_for(3600000);
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 3);
    assert_int_equal(reader.n_started, 1);
}

static void test_look_is_dropped_when_the_commit_or_the_end_moves(void **state)
{
    (void)state;

    begin();
    world.end[0] = 6;
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 4); /* of before */
    collect();
    assert_int_equal(reader.n_open, 0);
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 3);
    collect_for(10000);
    assert_int_equal(reader.n_open, 1);
    world.committed[0][0].offset = 5;
    collect();
    assert_int_equal(reader.n_open, 0);
    collect_for(10000);
    assert_int_equal(reader.asked[0].from, 5);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 6);
    collect();
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 6);
    assert_int_equal(world.n_notes, 0);
}

/* As past the first record of an open transaction: no end is reported there. */
static void test_look_without_an_outcome_is_reported_once_and_taken_ever_more_seldom(void **state)
{
    (void)state;

    begin();
    collect_for(10000);
    assert_int_equal(reader.n_open, 0);
    assert_int_equal(world.n_notes, 1);
    collect_for(3600000);
    assert_in_range(reader.n_started, 5, 9);
    unsigned n = reader.n_started;
    collect_for(24 * 3600000);
    assert_in_range(reader.n_started - n, 20, 26);
    assert_int_equal(world.n_notes, 1);
    world.end[0] = 7; /* the transaction has ended */
    collect();
    collect_for(10000);
    assert_int_equal(reader.n_open, 1);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 7);
    collect();
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 7);
}

static void test_look_of_a_denied_topic_is_reported_once_and_pauses(void **state)
{
    (void)state;

    begin();
    arrive(0, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 0);
    collect();
    assert_int_equal(reader.n_open, 0);
    world.groups[0].n_committed = 10;
    collect_for(9 * 60000);
    assert_int_equal(reader.n_started, 1);
    collect_for(2 * 3600000);
    assert_in_range(reader.n_started, 2, 60);
    assert_int_equal(world.n_notes, 1);
}

/* What can be done about it, if anything. */
static void test_look_that_fails_is_reported_with_advice(void **state)
{
    static const struct {
        rd_kafka_resp_err_t code;
        enum sg_failure_kind kind;
        const char *end;
    } cases[] = {
        { RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, SG_FAILURE_DENIED,
            ": allow this client's principal READ on the topic" },
        { RD_KAFKA_RESP_ERR__TIMED_OUT, SG_FAILURE_TIMEOUT,
            ": retried at growing intervals; an open transaction before them hides them" },
        { RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, SG_FAILURE_PROTOCOL,
            "Broker: Offset out of range" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(i > 0 ? set_up(state) : 0, 0);
        begin();
        arrive(0, cases[i].code, 0);
        collect();
        assert_int_equal(world.n_notes, 1);
        assert_int_equal(world.note.kind, cases[i].kind);
        assert_int_equal(world.note.request, SG_REQUEST_FETCH);
        assert_true(sg_str_ends_with(sg_str_of(world.note.err.text), sg_str_of(cases[i].end)));
        if (i + 1 < sizeof cases / sizeof cases[0])
            (void)tear_down(state);
    }
}

static void test_look_that_is_refused_is_reported_once(void **state)
{
    (void)state;

    reader.refuses = true;
    collect_for(3600000);
    assert_in_range(reader.n_started, 2, 10);
    assert_int_equal(world.n_notes, 1);
}

static void test_look_of_a_commit_before_the_question_has_its_own(void **state)
{
    (void)state;

    collect();
    world.groups[1].n_committed = 1;
    world.committed[1][0].offset = 1; /* in doubt a collection later */
    collect_for(10000);
    assert_int_equal(reader.asked[0].from, 3);
    collect_for(2 * POLL_MS);
    assert_int_equal(reader.n_started, 1);
    arrive(0, RD_KAFKA_RESP_ERR__PARTITION_EOF, 4);
    collect();
    assert_int_equal(sg_committed_read_to(&world.committed[0][0]), 4);
    collect();
    assert_int_equal(reader.asked[0].from, 1);
    arrive(0, 0, 1);
    collect_for(60000);
    assert_int_equal(sg_committed_read_to(&world.committed[1][0]), 1);
    assert_int_equal(reader.n_started, 2);
    assert_int_equal(world.n_notes, 0);
}

static void test_look_of_many_partitions_is_taken_in_turns(void **state)
{
    (void)state;

    world.groups[0].n_committed = world.groups[1].n_committed = PARTITIONS;
    collect();
    for (int i = 0; i < 10; i++) {
        collect();
        for (int32_t p = 0; p < PARTITIONS; p++) {
            if (reader.asked[p].is_open)
                arrive(p, RD_KAFKA_RESP_ERR__PARTITION_EOF, 4);
        }
    }
    assert_int_equal(reader.n_open_max, 200);
    assert_int_equal(reader.n_started, PARTITIONS);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        assert_int_equal(sg_committed_read_to(&world.committed[0][p]), 4);
        assert_int_equal(sg_committed_read_to(&world.committed[1][p]), 4);
    }
}

static void test_look_that_is_open_ends_with_the_collector(void **state)
{
    (void)state;

    begin(); /* tear_down() does the rest */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_look_at_a_record_leaves_it_to_be_read),
        TEST(test_look_goes_on_from_collection_to_collection),
        TEST(test_look_is_dropped_when_the_commit_or_the_end_moves),
        TEST(test_look_of_a_commit_before_the_question_has_its_own),
        TEST(test_look_of_many_partitions_is_taken_in_turns),
        TEST(test_look_of_a_denied_topic_is_reported_once_and_pauses),
        TEST(test_look_that_fails_is_reported_with_advice),
        TEST(test_look_that_has_an_outcome_is_not_too_late),
        TEST(test_look_that_is_open_ends_with_the_collector),
        TEST(test_look_that_is_refused_is_reported_once),
        TEST(test_look_without_an_outcome_is_reported_once_and_taken_ever_more_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
