/* SPDX-License-Identifier: Apache-2.0 */

/* A group's status, collection by collection, on a topic with one partition. */

#include "test.h"

#include "admin/model/lag.h"
#include "admin/model/status.h"
#include "admin/model/test_one_partition.h"

#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 15000
};

#define UNIX0 INT64_C(1795000000000)

struct world {
    struct sg_topology *topology;
    struct sg_ages *ages;
    struct sg_statuses *statuses;
    struct sg_group group;
    struct sg_committed committed;
    int64_t now_ms;
    int64_t start;
    int64_t end;
    int64_t age_ms; /* of every record */
    int64_t lost;
    bool looks;       /* when asked to: … */
    int64_t empty_to; /* … there is nothing to read up to there */
    bool is_record;   /* and there is a record there */
    unsigned n_looks;
    unsigned n_told;
};

static const struct sg_status_windows windows = {
    .lagging_ms = 60000,
    .stalled_ms = 300000,
    .rewound_ms = 600000,
};

static struct world *world_new(int64_t committed, int64_t start, int64_t end)
{
    struct world *world = calloc(1, sizeof *world);
    struct sg_filter *all = NULL;

    assert_non_null(world);
    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, all, 1000000, &world->topology), 0);
    (void)sg_filter_free(all);
    assert_int_equal(sg_ages_new(&world->ages), 0);
    assert_int_equal(sg_statuses_new(&windows, &world->statuses), 0);
    world->group = (struct sg_group){ .name = SG_STR("g"), .has_members = true, .n_members = 1 };
    world->committed.offset = committed;
    world->now_ms = 1000;
    world->start = start;
    world->end = end;
    return world;
}

static void world_free(struct world *world)
{
    (void)sg_statuses_free(world->statuses);
    (void)sg_ages_free(world->ages);
    (void)sg_topology_unref(world->topology);
    free(world);
}

/* One collection, POLL_MS after the one before. */
static const char *collect(struct world *world)
{
    const struct sg_status_input input = {
        .now_ms = world->now_ms,
        .topology = world->topology,
        .start = &world->start,
        .end = &world->end,
        .ages = world->ages,
    };
    const struct sg_groups groups = { .n = 1, .groups = &world->group };
    int64_t time;

    world->group.n_committed = 1;
    world->group.committed = &world->committed;
    sg_statuses_begin(world->statuses, &input, &groups);
    if (sg_statuses_wants_look(world->statuses, &input, &world->committed)) {
        world->n_looks++;
        if (world->looks)
            sg_statuses_found(
                world->statuses, &world->committed, world->empty_to, world->is_record);
        else
            world->n_told += sg_statuses_not_found(world->statuses, &input, &world->committed);
    }
    assert_int_equal(sg_ages_begin(world->ages, world->topology, &groups, NULL, &world->start,
                         &world->end, UNIX0 + world->now_ms),
        0);
    while (sg_ages_ask(world->ages, &time) > 0) {
        bool is_young = time <= UNIX0 + world->now_ms - world->age_ms;
        int64_t answer = is_young ? sg_committed_read_to(&world->committed) : SG_OFFSET_NOTHING;
        sg_ages_answer(world->ages, &answer);
    }
    struct sg_judgement judgement = { .moves = false };
    sg_statuses_judge(world->statuses, &input, &world->committed, &judgement, &world->lost);
    enum sg_group_status status = sg_judgement_status(&judgement, &world->group);
    sg_ages_end(world->ages);
    world->now_ms += POLL_MS;
    return status == SG_STATUS_UNKNOWN ? "unknown" : sg_group_status_text(status);
}

/* The statuses of as many collections as the last one lasts. */
static void expect_for(struct world *world, int64_t ms, const char *status)
{
    for (int64_t until_ms = world->now_ms + ms; world->now_ms < until_ms;)
        assert_string_equal(collect(world), status);
}

/* Not stalled: "ok", and "lagging" as the unread records grow older. */
static void expect_living_for(struct world *world, int64_t ms)
{
    for (int64_t until_ms = world->now_ms + ms; world->now_ms < until_ms;) {
        const char *status = collect(world);
        if (strcmp(status, "ok") != 0)
            assert_string_equal(status, "lagging");
    }
}

static void test_status_of_a_group_that_reads_is_ok(void **state)
{
    struct world *world = world_new(100, 0, 100);
    (void)state;

    for (int i = 0; i < 100; i++) {
        assert_string_equal(collect(world), "ok");
        world->end += 10;
        world->committed.offset += 10 - i % 3 + (i % 3 == 2 ? 3 : 0);
    }
    world_free(world);
}

static void test_status_of_an_idle_group_stays_ok(void **state)
{
    struct world *world = world_new(100, 0, 100);
    (void)state;

    expect_for(world, 3 * windows.stalled_ms, "ok");
    world->end += 1; /* after an hour of nothing, one record: not stalled at once */
    expect_living_for(world, windows.stalled_ms);
    world_free(world);
}

static void test_status_of_a_group_that_does_not_move_is_stalled_in_time(void **state)
{
    struct world *world = world_new(100, 0, 150);
    (void)state;

    expect_living_for(world, windows.stalled_ms);
    expect_for(world, windows.stalled_ms, "stalled");
    world->committed.offset++;
    expect_living_for(world, POLL_MS);
    world_free(world);
}

static void test_status_of_a_group_without_members_is_stopped_in_time(void **state)
{
    struct world *world = world_new(100, 0, 150);
    (void)state;

    world->group.n_members = 0;
    expect_living_for(world, windows.stalled_ms);
    expect_for(world, windows.stalled_ms * 2, "stopped");
    world->committed.offset = 150;
    assert_string_equal(collect(world), "ok");
    expect_for(world, windows.stalled_ms * 2, "ok");
    world->end += 2; /* its next checkpoint is a while away */
    expect_living_for(world, windows.stalled_ms);
    assert_string_equal(collect(world), "stopped");
    world_free(world);
}

static void test_status_of_a_group_that_commits_without_members_is_not_stopped(void **state)
{
    struct world *world = world_new(100, 0, 110);
    (void)state;

    world->group.n_members = 0;
    for (int64_t ms = 0; ms < 4 * windows.stalled_ms; ms += POLL_MS) {
        expect_living_for(world, POLL_MS);
        world->end += 10;
        if (ms % 120000 == 0) /* a checkpoint each two minutes */
            world->committed.offset = world->end - 10;
    }
    world_free(world);
}

static void test_status_of_a_stalled_partition_of_a_group_that_moves_is_not_stopped(void **state)
{
    const struct sg_group group = { .name = SG_STR("g"), .has_members = true };
    struct sg_judgement judgement = { .worst = SG_STATUS_STALLED, .moves = true };
    (void)state;

    assert_int_equal(sg_judgement_status(&judgement, &group), SG_STATUS_STALLED);
    judgement.moves = false;
    assert_int_equal(sg_judgement_status(&judgement, &group), SG_STATUS_STOPPED);
}

static void test_status_of_a_group_of_unknown_members_is_not_stopped(void **state)
{
    struct world *world = world_new(100, 0, 150);
    (void)state;

    world->group.has_members = false;
    world->group.n_members = 0;
    expect_living_for(world, windows.stalled_ms);
    assert_string_equal(collect(world), "stalled");
    world_free(world);
}

static void test_status_of_a_group_that_is_behind_is_lagging(void **state)
{
    struct world *world = world_new(100, 0, 1500);
    (void)state;

    world->age_ms = windows.lagging_ms + 5000;
    for (int i = 0; i < 50; i++) {
        assert_string_equal(collect(world), "lagging");
        world->committed.offset += 10;
        world->end += 10;
    }
    world_free(world);
}

static void test_status_of_a_group_that_went_back_is_rewound_for_a_while(void **state)
{
    struct world *world = world_new(100, 0, 100);
    (void)state;

    assert_string_equal(collect(world), "ok");
    world->committed.offset = 50;
    assert_string_equal(collect(world), "rewound");
    world->committed.offset = 80;
    assert_string_equal(collect(world), "rewound");
    world->committed.offset = 100; /* where it was */
    assert_string_equal(collect(world), "ok");

    world->committed.offset = 10;
    assert_string_equal(collect(world), "rewound");
    for (int i = 0; i * POLL_MS < windows.rewound_ms; i++) {
        world->committed.offset += 1;
        (void)collect(world);
    }
    world->committed.offset += 1;
    expect_living_for(world, POLL_MS);
    world_free(world);
}

static void test_status_of_a_group_whose_records_are_deleted_is_losing_data(void **state)
{
    struct world *world = world_new(100, 50, 1000);
    (void)state;

    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->lost, 0);
    world->start = 130;
    assert_string_equal(collect(world), "losing_data");
    assert_int_equal(world->lost, 30);
    world->start = 200;
    assert_string_equal(collect(world), "losing_data");
    assert_int_equal(world->lost, 100);
    world->committed.offset = 300;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->lost, 100); /* a counter */
    world->start = 250;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->lost, 100);
    world_free(world);
}

static void test_status_of_a_group_whose_next_record_is_the_oldest_is_ok(void **state)
{
    struct world *world = world_new(100, 50, 1000);
    (void)state;

    assert_string_equal(collect(world), "ok");
    world->start = 100;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->lost, 0);
    world_free(world);
}

/* The marker of a transaction, which its consumers never commit. */
static void test_status_with_nothing_but_a_marker_unread_is_ok_and_loses_nothing(void **state)
{
    struct world *world = world_new(3, 0, 4);
    (void)state;

    world->looks = true;
    world->empty_to = 4;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->n_looks, 0); /* it may be a record that is being read */
    expect_for(world, windows.stalled_ms * 2, "ok");
    assert_int_equal(world->n_looks, 1);
    assert_int_equal(sg_committed_read_to(&world->committed), 4);
    world->start = 4; /* retention takes the segment */
    expect_for(world, windows.stalled_ms, "ok");
    assert_int_equal(world->lost, 0);

    world->end = world->empty_to = 6; /* one more transaction, of which the record is read … */
    world->is_record = true;
    world->empty_to = 4;
    expect_living_for(world, windows.stalled_ms); /* … much later */
    assert_string_equal(collect(world), "stalled");
    world->committed.offset = 5;
    world->is_record = false;
    world->empty_to = 6;
    expect_for(world, windows.stalled_ms * 2, "ok");
    assert_int_equal(world->n_looks, 3);
    world_free(world);
}

static void test_status_with_a_record_unread_is_stalled_and_looked_at_once(void **state)
{
    struct world *world = world_new(3, 0, 5);
    (void)state;

    world->looks = world->is_record = true;
    world->empty_to = 4; /* a marker, and a record behind it */
    expect_living_for(world, windows.stalled_ms);
    expect_for(world, windows.stalled_ms, "stalled");
    world->end += 2;
    expect_for(world, windows.stalled_ms, "stalled");
    assert_int_equal(world->n_looks, 1);
    world->start = 5;
    assert_string_equal(collect(world), "losing_data");
    assert_int_equal(world->lost, 1); /* the record */
    world_free(world);
}

static void test_status_when_read_is_denied_doubts_one_offset_and_no_more(void **state)
{
    struct world *world = world_new(3, 0, 4);
    (void)state;

    expect_for(world, windows.stalled_ms * 2, "ok");
    assert_in_range(world->n_looks, 4, 7); /* with growing pauses */
    assert_int_equal(world->n_told, 1);
    assert_int_equal(sg_committed_read_to(&world->committed), 3);
    world->start = 4;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(world->lost, 0);
    world->end = 6;
    expect_living_for(world, windows.stalled_ms);
    assert_string_equal(collect(world), "stalled");
    world_free(world);
}

static void test_status_of_a_topic_recreated_forgets_what_was_empty(void **state)
{
    struct world *world = world_new(3, 0, 4);
    (void)state;

    world->looks = true;
    world->empty_to = 4;
    expect_for(world, windows.stalled_ms, "ok");
    assert_int_equal(sg_committed_read_to(&world->committed), 4);
    world->end = 3;
    assert_string_equal(collect(world), "ok");
    assert_int_equal(sg_committed_read_to(&world->committed), 3);
    world_free(world);
}

static void test_status_before_an_empty_log_is_losing_data_only_when_it_was_seen(void **state)
{
    struct world *world = world_new(3, 4, 4);
    (void)state;

    assert_string_equal(collect(world), "ok");
    world->start = world->end = 6; /* two came and were deleted */
    assert_string_equal(collect(world), "losing_data");
    assert_int_equal(world->lost, 2);
    world_free(world);
}

static void test_status_without_the_logs_end_is_unknown(void **state)
{
    struct world *world = world_new(100, SG_OFFSET_UNKNOWN, SG_OFFSET_UNKNOWN);
    (void)state;

    assert_string_equal(collect(world), "unknown");
    world->end = 90; /* the topic was recreated */
    assert_string_equal(collect(world), "unknown");
    world_free(world);
}

/* A leader that does not answer once is no progress of the group. */
static void test_status_stays_stalled_over_a_log_end_that_was_not_answered(void **state)
{
    struct world *world = world_new(100, 0, 200);
    (void)state;

    expect_living_for(world, windows.stalled_ms);
    assert_string_equal(collect(world), "stalled");
    world->end = SG_OFFSET_UNKNOWN;
    assert_string_equal(collect(world), "unknown");
    world->end = 210;
    assert_string_equal(collect(world), "stalled");
    world_free(world);
}

static void test_status_of_a_group_that_is_gone_for_long_is_forgotten(void **state)
{
    enum {
        OTHERS = 3000
    };
    struct world *world = world_new(0, 0, 100);
    char name[32];
    (void)state;

    expect_living_for(world, windows.stalled_ms);
    assert_string_equal(collect(world), "stalled");
    for (int i = 0; i < OTHERS; i++) {
        (void)snprintf(name, sizeof name, "g-%d", i);
        world->group.name = sg_str_of(name);
        assert_string_not_equal(collect(world), "stalled");
    }
    world->group.name = SG_STR("g");
    assert_string_not_equal(collect(world), "stalled"); /* it is a new one */
    world_free(world);
}

static void test_status_of_a_group_that_stays_outlives_those_that_are_forgotten(void **state)
{
    struct world *world = world_new(1, 0, 10);
    char name[32];
    (void)state;

    for (int i = 0; i < 6000; i++) {
        bool stays = i % 10 > 7;
        (void)snprintf(name, sizeof name, "g-%d", i);
        world->group.name = stays ? SG_STR("stays") : sg_str_of(name);
        (void)collect(world);
        if (stays)
            assert_int_equal(world->lost, i == 8 ? 0 : 2);
        world->start = i < 8 ? 0 : 3;
    }
    world_free(world);
}

static void test_status_of_a_group_is_that_of_its_partitions_together(void **state)
{
    const struct sg_judgement partitions[] = { { SG_STATUS_OK, true }, { SG_STATUS_STALLED, false },
        { SG_STATUS_LAGGING, false } };
    const struct sg_group group = { .has_members = true };
    struct sg_judgement judgement = { .moves = false };
    (void)state;

    for (size_t i = 0; i < 3; i++)
        sg_judgement_add(&judgement, &partitions[i]);
    assert_int_equal(judgement.worst, SG_STATUS_STALLED);
    assert_int_equal(sg_judgement_status(&judgement, &group), SG_STATUS_STALLED); /* it moves */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_of_a_group_of_unknown_members_is_not_stopped),
        cmocka_unit_test(test_status_of_a_group_that_does_not_move_is_stalled_in_time),
        cmocka_unit_test(test_status_of_a_group_that_is_behind_is_lagging),
        cmocka_unit_test(test_status_of_a_group_that_reads_is_ok),
        cmocka_unit_test(test_status_of_a_group_that_went_back_is_rewound_for_a_while),
        cmocka_unit_test(test_status_of_a_group_whose_records_are_deleted_is_losing_data),
        cmocka_unit_test(test_status_of_a_group_that_commits_without_members_is_not_stopped),
        cmocka_unit_test(test_status_of_a_group_whose_next_record_is_the_oldest_is_ok),
        cmocka_unit_test(test_status_of_a_group_without_members_is_stopped_in_time),
        cmocka_unit_test(test_status_of_a_group_that_stays_outlives_those_that_are_forgotten),
        cmocka_unit_test(test_status_of_a_stalled_partition_of_a_group_that_moves_is_not_stopped),
        cmocka_unit_test(test_status_of_an_idle_group_stays_ok),
        cmocka_unit_test(test_status_stays_stalled_over_a_log_end_that_was_not_answered),
        cmocka_unit_test(test_status_of_a_group_that_is_gone_for_long_is_forgotten),
        cmocka_unit_test(test_status_before_an_empty_log_is_losing_data_only_when_it_was_seen),
        cmocka_unit_test(test_status_of_a_topic_recreated_forgets_what_was_empty),
        cmocka_unit_test(test_status_when_read_is_denied_doubts_one_offset_and_no_more),
        cmocka_unit_test(test_status_with_a_record_unread_is_stalled_and_looked_at_once),
        cmocka_unit_test(test_status_with_nothing_but_a_marker_unread_is_ok_and_loses_nothing),
        cmocka_unit_test(test_status_without_the_logs_end_is_unknown),
        cmocka_unit_test(test_status_of_a_group_is_that_of_its_partitions_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
