/* SPDX-License-Identifier: Apache-2.0 */

/* The search for ages at several partitions, which are asked together and end one by one. */

#include "test.h"

#include "admin/model/ages.h"
#include "admin/model/history.h"
#include "admin/model/lag.h"

#include <librdkafka/rdkafka.h>

enum {
    N = 3,
};

#define NOW INT64_C(1795000000000)

/* A partition with a record at each step up to now, of which half is read. */
struct log {
    int64_t step_ms;
    int64_t n_records;
    bool silent; /* its leader does not answer */
    bool asked;  /* in this round */
};

/* As a broker answers. Where it was not asked, and where it is silent, nothing is known. */
static int64_t list_offsets(struct log *log, int64_t time_ms)
{
    int64_t oldest_ms = NOW - log->n_records * log->step_ms;
    int64_t at = time_ms <= oldest_ms ? 0 : (time_ms - oldest_ms - 1) / log->step_ms + 1;

    log->asked = time_ms != SG_AGES_NOT_ASKED;
    if (!log->asked || log->silent)
        return SG_OFFSET_UNKNOWN;
    return at < log->n_records ? at : SG_OFFSET_NOTHING;
}

static struct sg_topology *new_topology(void)
{
    struct rd_kafka_metadata_partition partitions[N];
    struct rd_kafka_metadata_topic topic = {
        .topic = (char[]){ "t" }, .partitions = partitions, .partition_cnt = N
    };
    const struct rd_kafka_metadata metadata = { .topics = &topic, .topic_cnt = 1 };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;

    for (int i = 0; i < N; i++)
        partitions[i] = (struct rd_kafka_metadata_partition){ .id = i, .leader = 1 };
    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, all, N, &topology), 0);
    (void)sg_filter_free(all);
    return topology;
}

/*
 * One collection. @param ret_ages  by partition @param ret_newest  of the last records, or NULL
 * @param ret_alone  rounds that asked the last only
 */
static void collect(
    struct log logs[N], int64_t ret_ages[N], int64_t *ret_newest, unsigned *ret_alone)
{
    struct sg_topology *topology = new_topology();
    struct sg_committed committed[N];
    struct sg_group group = { .n_committed = N, .committed = committed };
    const struct sg_groups groups = { .n = 1, .groups = &group };
    struct sg_ages_points last = { .n = 0 };
    struct sg_ages *ages = NULL;
    int64_t start[N] = { 0 }, end[N], times[N], answers[N];

    *ret_alone = 0;
    for (uint32_t i = 0; i < N; i++) {
        end[i] = logs[i].n_records;
        committed[i] = (struct sg_committed){ .partition = i, .offset = end[i] / 2 };
        if (ret_newest)
            assert_int_equal(sg_ages_points_add(&last, i, end[i] - 1), 0);
    }
    assert_int_equal(sg_ages_new(&ages), 0);
    assert_int_equal(sg_ages_begin(ages, topology, &groups, &last, start, end, NOW), 0);
    sg_ages_points_done(&last);
    while (sg_ages_ask(ages, times) > 0) {
        for (size_t i = 0; i < N; i++)
            answers[i] = list_offsets(&logs[i], times[i]);
        *ret_alone += logs[N - 1].asked && !logs[0].asked && !logs[1].asked;
        sg_ages_answer(ages, answers);
    }
    for (uint32_t i = 0; i < N; i++)
        ret_ages[i] = sg_ages_get(ages, i, committed[i].offset);
    for (uint32_t i = 0; ret_newest && i < N; i++)
        ret_newest[i] = sg_ages_get(ages, i, end[i] - 1);
    sg_ages_end(ages);
    (void)sg_ages_free(ages);
    (void)sg_topology_unref(topology);
}

static void test_ages_found_early_stay_while_others_are_searched(void **state)
{
    struct log logs[N] = { { 10, 10, false, false }, { 1000, 1000, false, false },
        { 3600000, 1000, false, false } };
    int64_t ages[N];
    unsigned n_alone;
    (void)state;

    collect(logs, ages, NULL, &n_alone);
    assert_true(n_alone > 0);
    for (size_t i = 0; i < N; i++)
        assert_in_range(ages[i] + 1000, logs[i].n_records / 2 * logs[i].step_ms,
            logs[i].n_records / 2 * logs[i].step_ms + 2000);
}

static void test_ages_behind_a_silent_leader_are_unknown_and_others_are_not(void **state)
{
    struct log logs[N] = { { 10, 10, false, false }, { 1000, 1000, true, false },
        { 3600000, 1000, false, false } };
    int64_t ages[N];
    unsigned n_alone;
    (void)state;

    collect(logs, ages, NULL, &n_alone);
    assert_in_range(ages[0], 0, 1050);
    assert_int_equal(ages[1], SG_AGE_UNKNOWN);
    assert_in_range(ages[2], 500 * INT64_C(3600000) - 1000, 500 * INT64_C(3600000) + 1000);
}

static void test_ages_of_other_offsets_are_found_besides_the_groups(void **state)
{
    struct log logs[N] = { { 10, 10, false, false }, { 7000, 1000, false, false },
        { 3600000, 1000, false, false } };
    int64_t ages[N], newest[N];
    unsigned n_alone;
    (void)state;

    collect(logs, ages, newest, &n_alone);
    for (size_t i = 0; i < N; i++) {
        assert_in_range(ages[i] + 1000, logs[i].n_records / 2 * logs[i].step_ms,
            logs[i].n_records / 2 * logs[i].step_ms + 2000);
        assert_in_range(newest[i] + 1000, logs[i].step_ms, logs[i].step_ms + 2000);
    }
}

/* What is remembered of one is nothing about another one of its topic. */
static void test_history_is_of_one_partition_and_of_what_was_found(void **state)
{
    struct sg_topology *topology = new_topology();
    struct sg_histories histories;
    uint32_t ids[N], again;
    (void)state;

    sg_histories_init(&histories);
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(sg_histories_find(&histories, topology, i, &ids[i]), 0);
    assert_int_not_equal(ids[0], ids[1]);
    assert_int_not_equal(ids[1], ids[2]);
    assert_int_equal(sg_histories_find(&histories, topology, 1, &again), 0);
    assert_int_equal(again, ids[1]);

    struct sg_history *history = sg_histories_at(&histories, ids[0]);
    sg_history_keep(history, &(struct sg_fact){ .time_ms = SG_ALWAYS, .offset = 1 });
    sg_history_keep(history, &(struct sg_fact){ .time_ms = SG_NEVER, .offset = 1 });
    assert_int_equal(history->n_facts, 0);
    sg_history_keep(history, &(struct sg_fact){ .time_ms = NOW, .offset = 1 });
    assert_int_equal(history->n_facts, 1);
    sg_histories_done(&histories);
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages_found_early_stay_while_others_are_searched),
        cmocka_unit_test(test_ages_behind_a_silent_leader_are_unknown_and_others_are_not),
        cmocka_unit_test(test_ages_of_other_offsets_are_found_besides_the_groups),
        cmocka_unit_test(test_history_is_of_one_partition_and_of_what_was_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
