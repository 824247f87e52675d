/* SPDX-License-Identifier: Apache-2.0 */

/* The search for ages, against logs whose records are known. */

#include "test.h"

#include "admin/model/ages.h"
#include "admin/model/lag.h"
#include "admin/model/test_one_partition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECORDS_MAX = 20000,
    GROUPS_MAX = 4,
    NO_RECORD = -1, /* a marker, or compacted */
};

#define NOW0 INT64_C(1795000000000)

/* A topic `t` with one partition, its groups, and the asking of ListOffsets. */
struct world {
    int64_t now_ms;
    int64_t start;
    int64_t end;
    int64_t times[RECORDS_MAX]; /* by offset, or NO_RECORD */
    size_t n_groups;
    int64_t committed[GROUPS_MAX];
    struct sg_ages *ages;
    unsigned n_rounds; /* of the latest collection */
    unsigned rounds_allowed;
    bool silent;   /* the leader does not answer */
    bool unusable; /* found at the latest collection: the first group's timestamp */
};

static struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    assert_int_equal(sg_ages_new(&world->ages), 0);
    world->now_ms = NOW0;
    world->rounds_allowed = 200;
    world->n_groups = 1;
    return world;
}

static void world_free(struct world *world)
{
    (void)sg_ages_free(world->ages);
    free(world);
}

static void produce(struct world *world, int64_t time_ms)
{
    assert_true(world->end < RECORDS_MAX);
    world->times[world->end++] = time_ms;
}

/* As a broker answers: the first record at or after the time, wherever its timestamp came from. */
static int64_t list_offsets(const struct world *world, int64_t time_ms)
{
    if (world->silent)
        return SG_OFFSET_UNKNOWN;
    for (int64_t i = world->start; i < world->end; i++) {
        if (world->times[i] != NO_RECORD && world->times[i] >= time_ms)
            return i;
    }
    return SG_OFFSET_NOTHING;
}

/* One collection. @param ret_ages  of the groups */
static void collect(struct world *world, int64_t *ret_ages)
{
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;
    struct sg_committed committed[GROUPS_MAX];
    struct sg_group group_array[GROUPS_MAX] = { 0 };
    const struct sg_groups groups = { .n = world->n_groups, .groups = group_array };
    int64_t time;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, all, 1000000, &topology), 0);
    for (size_t i = 0; i < world->n_groups; i++) {
        committed[i] = (struct sg_committed){ .partition = 0, .offset = world->committed[i] };
        group_array[i].n_committed = 1;
        group_array[i].committed = &committed[i];
    }
    assert_int_equal(sg_ages_begin(world->ages, topology, &groups, NULL, &world->start, &world->end,
                         world->now_ms),
        0);
    world->n_rounds = 0;
    while (world->n_rounds < world->rounds_allowed && sg_ages_ask(world->ages, &time) > 0) {
        int64_t answer = list_offsets(world, time);
        assert_true(time >= 0);
        sg_ages_answer(world->ages, &answer);
        world->n_rounds++;
    }
    assert_true(world->n_rounds < 200);
    for (size_t i = 0; i < world->n_groups; i++)
        ret_ages[i] = sg_ages_get(world->ages, 0, world->committed[i]);
    world->unusable = sg_ages_has_unusable_time(world->ages, 0, world->committed[0]);
    sg_ages_end(world->ages);
    (void)sg_topology_unref(topology);
    (void)sg_filter_free(all);
}

static int64_t age(struct world *world)
{
    int64_t ages[GROUPS_MAX];

    collect(world, ages);
    return ages[0];
}

static void expect_near(int64_t got, int64_t want)
{
    if (got < want - 1000 || got > want + 1000)
        fail_msg("an age of %lld ms instead of %lld ms", (long long)got, (long long)want);
}

/* ---- From the first collection ---- */

static void test_age_of_what_is_read_is_zero_and_costs_nothing(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int i = 0; i < 10; i++)
        produce(world, NOW0 - 100000 + i);
    world->committed[0] = 10;
    assert_int_equal(age(world), 0);
    assert_int_equal(world->n_rounds, 0);
    world_free(world);
}

static void test_age_is_exact_at_the_first_collection(void **state)
{
    static const int64_t backlogs_ms[] = { 5, 300, 1500, 20000, 3600000, INT64_C(86400000) * 3,
        INT64_C(86400000) * 60 };
    (void)state;

    for (size_t i = 0; i < sizeof backlogs_ms / sizeof backlogs_ms[0]; i++) {
        struct world *world = world_new();
        for (int64_t n = 0; n < 1000; n++)
            produce(world, NOW0 - backlogs_ms[i] * 2 + backlogs_ms[i] * 2 * n / 1000);
        world->committed[0] = 500;
        expect_near(age(world), backlogs_ms[i]);
        world_free(world);
    }
}

static void test_age_with_bursts_and_silence_is_exact_everywhere(void **state)
{
    struct world *world = world_new();
    int64_t time = NOW0 - INT64_C(86400000) * 3;
    (void)state;

    srand(7);
    for (int burst = 0; burst < 12; burst++) {
        for (int i = 0; i < 40; i++)
            produce(world, time += rand() % 50);
        time += INT64_C(86400000) / 4 - rand() % 3600000;
    }
    for (int64_t i = 0; i < world->end; i++) {
        world->committed[0] = i;
        expect_near(age(world), NOW0 - world->times[i]);
    }
    world_free(world);
}

static void test_age_of_many_groups_at_one_partition_is_that_of_each(void **state)
{
    struct world *world = world_new();
    int64_t ages[GROUPS_MAX];
    (void)state;

    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 7000);
    world->n_groups = 4;
    world->committed[0] = 10;
    world->committed[1] = 990;
    world->committed[2] = 10; /* as the first */
    world->committed[3] = 1000;
    collect(world, ages);
    expect_near(ages[0], 990 * 7000);
    expect_near(ages[1], 10 * 7000);
    assert_int_equal(ages[2], ages[0]);
    assert_int_equal(ages[3], 0);
    world->committed[3] = 990; /* as the second */
    collect(world, ages);
    expect_near(ages[0], 990 * 7000);
    expect_near(ages[1], 10 * 7000);
    assert_int_equal(ages[2], ages[0]);
    assert_int_equal(ages[3], ages[1]);
    world_free(world);
}

/* ---- From collection to collection ---- */

static void test_age_of_a_group_that_does_not_move_costs_nothing(void **state)
{
    struct world *world = world_new();
    unsigned n_rounds = 0;
    (void)state;

    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 1000);
    world->committed[0] = 100;
    expect_near(age(world), 900000);
    for (int i = 0; i < 240; i++) {
        world->now_ms += 15000;
        produce(world, world->now_ms - 500);
        expect_near(age(world), world->now_ms - world->times[100]);
        n_rounds += world->n_rounds;
    }
    assert_true(n_rounds <= 2 * 240 / 20 + 2); /* remembered answers are requested again */
    world_free(world);
}

static void test_age_of_a_group_that_moves_costs_few_rounds(void **state)
{
    struct world *world = world_new();
    unsigned n_rounds = 0;
    (void)state;

    /* An hour at 4 records a second; the group is 100 records, 25 s, behind. */
    for (int64_t i = 0; i < 400; i++)
        produce(world, NOW0 - (400 - i) * 250);
    for (int i = 0; i < 240; i++) {
        for (int j = 0; j < 60; j++)
            produce(world, world->now_ms + j * 250);
        world->now_ms += 15000;
        world->committed[0] = world->end - 100;
        expect_near(age(world), world->now_ms - world->times[world->committed[0]]);
        n_rounds += i > 2 ? world->n_rounds : 0;
    }
    assert_true(n_rounds < 240 * 5);
    world_free(world);
}

static void test_age_of_a_group_at_the_tail_costs_a_round(void **state)
{
    struct world *world = world_new();
    unsigned n_rounds = 0;
    (void)state;

    for (int64_t i = 0; i < 400; i++)
        produce(world, NOW0 - (400 - i) * 250);
    for (int i = 0; i < 240; i++) {
        for (int j = 0; j < 60; j++)
            produce(world, world->now_ms + j * 250);
        world->now_ms += 15000;
        world->committed[0] = world->end - 2;
        expect_near(age(world), 500);
        n_rounds += i > 0 ? world->n_rounds : 0;
    }
    assert_true(n_rounds <= 240 * 2);
    world_free(world);
}

static void test_age_search_that_is_cut_short_goes_on_later(void **state)
{
    struct world *world = world_new();
    int64_t got = SG_AGE_UNKNOWN;
    (void)state;

    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 600000);
    world->committed[0] = 3;
    world->rounds_allowed = 4;
    for (int i = 0; i < 20 && got == SG_AGE_UNKNOWN; i++)
        got = age(world);
    expect_near(got, 997 * 600000);
    world_free(world);
}

static void test_age_with_a_silent_leader_is_unknown(void **state)
{
    struct world *world = world_new();
    (void)state;

    produce(world, NOW0 - 5000);
    world->silent = true;
    assert_int_equal(age(world), SG_AGE_UNKNOWN);
    world->silent = false;
    expect_near(age(world), 5000);
    world_free(world);
}

/* ---- Logs that change ---- */

static void test_age_behind_retention_is_that_of_the_oldest_record_kept(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 1000);
    world->committed[0] = 100;
    expect_near(age(world), 900000);
    world->start = 600;
    expect_near(age(world), 400000);
    world_free(world);
}

static void test_age_after_a_topic_was_recreated_is_the_new_one(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 1000);
    world->committed[0] = 5;
    expect_near(age(world), 995000);
    world->end = 0;
    world->now_ms += 60000;
    for (int64_t i = 0; i < 10; i++)
        produce(world, world->now_ms - 10000);
    expect_near(age(world), 10000);
    world_free(world);
}

/* With records that are younger or, of a mirrored topic, older than the answers remembered. */
static void test_age_after_a_topic_was_recreated_unnoticed_is_corrected(void **state)
{
    static const int64_t times[] = { NOW0 + 100, NOW0 - 2000000 };
    (void)state;

    for (size_t n = 0; n < sizeof times / sizeof times[0]; n++) {
        struct world *world = world_new();
        for (int64_t i = 0; i < 100; i++)
            produce(world, NOW0 - (1000 - i) * 1000);
        world->committed[0] = 5;
        expect_near(age(world), 995000);
        world->end = 0; /* and by the next collection it is longer than before */
        for (int64_t i = 0; i < 200; i++)
            produce(world, times[n]);
        world->now_ms += 10000;
        for (int i = 0; i < 20; i++) {
            world->now_ms += 1000;
            (void)age(world);
        }
        expect_near(age(world), world->now_ms - times[n]);
        world_free(world);
    }
}

/* ---- Timestamps that are not what they should be ---- */

static void test_age_with_records_out_of_order_is_of_the_youngest_so_far(void **state)
{
    struct world *world = world_new();
    (void)state;

    srand(3);
    for (int64_t i = 0; i < 1000; i++)
        produce(world, NOW0 - (1000 - i) * 1000 - rand() % 5000);
    int64_t youngest = 0;
    for (int64_t i = 0; i < 1000; i++) {
        youngest = world->times[i] > youngest ? world->times[i] : youngest;
        world->committed[0] = i;
        expect_near(age(world), NOW0 - youngest);
    }
    world_free(world);
}

static void test_age_of_equal_timestamps_is_theirs(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 100; i++)
        produce(world, NOW0 - 3600000);
    for (int64_t i = 0; i < 100; i++)
        produce(world, NOW0 - 10);
    world->committed[0] = 50;
    expect_near(age(world), 3600000);
    world->committed[0] = 99; /* the last of the burst: a day of silence must not be its age */
    expect_near(age(world), 3600000);
    world->committed[0] = 199; /* the last of all */
    expect_near(age(world), 10);
    world_free(world);
}

static void test_age_of_a_record_from_the_future_is_since_it_was_seen(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 10; i++)
        produce(world, NOW0 - 10000);
    world->committed[0] = 5;
    expect_near(age(world), 10000);
    assert_false(world->unusable);
    produce(world, NOW0 + INT64_C(86400000) * 365);
    world->now_ms += 15000;
    world->committed[0] = 10;
    (void)age(world);
    world->now_ms += 30000;
    expect_near(age(world), 30000);
    world_free(world);
}

/* A healthy group has read everything at most collections, and is behind when it stops. */
static void test_age_behind_an_unusable_time_is_since_it_was_seen_by_those_who_had_read_all(
    void **state)
{
    static const int64_t times[] = { NOW0 + INT64_C(86400000) * 365, 1000, NO_RECORD };
    (void)state;

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct world *world = world_new();
        produce(world, i == 0 ? NOW0 - 1000 : times[i]);
        world->committed[0] = 1;
        assert_int_equal(age(world), 0);
        for (int n = 0; n < 300; n++) { /* longer than unused history is kept */
            world->now_ms += 15000;
            assert_int_equal(age(world), 0);
        }
        produce(world, times[i]);
        world->now_ms += 15000;
        (void)age(world);
        world->now_ms += 30000;
        expect_near(age(world), 30000);
        assert_true(world->unusable);
        world->committed[0] = world->end;
        assert_int_equal(age(world), 0);
        world_free(world);
    }
}

/* Ages stay on the page when the machine's clock is set back: negative ones become 0. */
static void test_age_when_the_clock_is_set_back_is_0_where_it_would_be_negative(void **state)
{
    static const int64_t hour = 3600000;
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 100; i++)
        produce(world, NOW0 - 100 * hour + i * hour + hour / 2);
    world->n_groups = 2;
    world->committed[0] = 99;
    world->committed[1] = 50;
    expect_near(age(world), hour / 2);
    for (int n = 0; n < 40; n++) { /* longer than answers are used without another request */
        int64_t ages[GROUPS_MAX];
        world->now_ms = NOW0 - hour + n * 15000;
        collect(world, ages);
        assert_int_equal(ages[0], 0);
        expect_near(ages[1], 48 * hour + hour / 2 + n * 15000);
        assert_true(world->unusable);
    }
    produce(world, NOW0 - hour / 3); /* by a producer with a wrong clock */
    world->committed[0] = 100;
    assert_int_equal(age(world), 0);
    world->now_ms = NOW0 + 15000;
    expect_near(age(world), hour / 3 + 15000);
    world_free(world);
}

static void test_age_of_a_record_from_the_future_that_was_always_there_is_unknown(void **state)
{
    struct world *world = world_new();
    (void)state;

    produce(world, NOW0 + 5000000);
    assert_int_equal(age(world), SG_AGE_UNKNOWN);
    world_free(world);
}

static void test_age_without_timestamps_is_never_absurd(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 10; i++)
        produce(world, 0);
    world->committed[0] = 5;
    assert_int_equal(age(world), SG_AGE_UNKNOWN);
    for (int64_t i = 0; i < 10; i++)
        world->times[i] = NO_RECORD;
    assert_int_equal(age(world), SG_AGE_UNKNOWN);
    world_free(world);
}

/* ---- Offsets without a record ---- */

/* Markers of transactions have timestamps, and brokers answer with them as with records. */
static void test_age_at_a_marker_is_since_the_transaction_ended(void **state)
{
    struct world *world = world_new();
    (void)state;

    produce(world, NOW0 - 7200000);
    produce(world, NOW0 - 7100000);
    produce(world, NOW0 - 4000);
    produce(world, NOW0 - 3000);
    world->committed[0] = 1;
    expect_near(age(world), 7100000);
    world->committed[0] = 3;
    expect_near(age(world), 3000);
    world_free(world);
}

/* Where compaction has left nothing, the age is that of the record before: too old at worst. */
static void test_age_in_a_gap_is_that_of_the_record_before(void **state)
{
    struct world *world = world_new();
    (void)state;

    produce(world, NOW0 - 7200000);
    produce(world, NO_RECORD);
    produce(world, NOW0 - 4000);
    world->committed[0] = 1;
    expect_near(age(world), 7200000);
    world_free(world);
}

static void test_age_at_the_start_of_a_compacted_log_is_that_of_its_first_record(void **state)
{
    struct world *world = world_new();
    (void)state;

    for (int64_t i = 0; i < 100; i++)
        produce(world, i < 60 ? NO_RECORD : NOW0 - (100 - i) * 1000);
    world->committed[0] = 0;
    expect_near(age(world), 40000);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age_after_a_topic_was_recreated_is_the_new_one),
        cmocka_unit_test(test_age_after_a_topic_was_recreated_unnoticed_is_corrected),
        cmocka_unit_test(test_age_at_a_marker_is_since_the_transaction_ended),
        cmocka_unit_test(test_age_in_a_gap_is_that_of_the_record_before),
        cmocka_unit_test(test_age_at_the_start_of_a_compacted_log_is_that_of_its_first_record),
        cmocka_unit_test(test_age_behind_retention_is_that_of_the_oldest_record_kept),
        cmocka_unit_test(test_age_is_exact_at_the_first_collection),
        cmocka_unit_test(test_age_of_a_group_at_the_tail_costs_a_round),
        cmocka_unit_test(test_age_of_a_group_that_moves_costs_few_rounds),
        cmocka_unit_test(test_age_of_a_group_that_does_not_move_costs_nothing),
        cmocka_unit_test(
            test_age_behind_an_unusable_time_is_since_it_was_seen_by_those_who_had_read_all),
        cmocka_unit_test(test_age_of_a_record_from_the_future_is_since_it_was_seen),
        cmocka_unit_test(test_age_of_a_record_from_the_future_that_was_always_there_is_unknown),
        cmocka_unit_test(test_age_when_the_clock_is_set_back_is_0_where_it_would_be_negative),
        cmocka_unit_test(test_age_of_equal_timestamps_is_theirs),
        cmocka_unit_test(test_age_of_many_groups_at_one_partition_is_that_of_each),
        cmocka_unit_test(test_age_of_what_is_read_is_zero_and_costs_nothing),
        cmocka_unit_test(test_age_search_that_is_cut_short_goes_on_later),
        cmocka_unit_test(test_age_with_a_silent_leader_is_unknown),
        cmocka_unit_test(test_age_with_bursts_and_silence_is_exact_everywhere),
        cmocka_unit_test(test_age_with_records_out_of_order_is_of_the_youngest_so_far),
        cmocka_unit_test(test_age_without_timestamps_is_never_absurd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
