/* SPDX-License-Identifier: Apache-2.0 */

/* A group at a partition, step by step, with all that is remembered of it. */

#include "admin/model/status_entry.h"
#include "test.h"

#include <inttypes.h>

enum what {
    FOLLOW, /* a collection */
    FOUND,  /* a look, up to `committed`, where no record is */
    RECORD, /* the same, where one is */
    FAILED, /* a look without an outcome */
};

struct step {
    enum what what;
    int64_t now_ms, start, end, committed;
    const char *expected;
};

/* "moved, behind since, went back|highest lost end|empty to, judged to|flags, the next look" */
static const char *text_of(const struct sg_group_partition *entry, const struct sg_log_bounds *log)
{
    static char text[200];
    char back[32] = "never";

    if (entry->went_back_ms != INT64_MIN)
        (void)snprintf(back, sizeof back, "%" PRId64, entry->went_back_ms);
    (void)snprintf(text, sizeof text,
        "%" PRId64 " %" PRId64 "%s %s|%" PRId64 " %" PRId64 " %" PRId64 "|%" PRId64 " %" PRId64
        "|%s%s%s%s %" PRId64,
        entry->moved_ms, entry->behind_ms, entry->behind ? "+" : "", back, entry->highest,
        entry->lost, entry->end, entry->empty_to, sg_group_partition_judged_to(entry),
        entry->looked ? "l" : "", entry->is_record ? "r" : "", entry->doubtful ? "d" : "",
        sg_group_partition_wants_look(entry, log) ? "w" : "", entry->look_ms);
    return text;
}

static void run(const struct step *steps)
{
    struct sg_group_partition entry = { .lost = 0 };
    struct sg_log_bounds log = { .seen_ms = steps->now_ms };

    sg_group_partition_begin(&entry, steps->now_ms, steps->committed, steps->start);
    for (const struct step *step = steps; step->expected; step++) {
        switch (step->what) {
        case FOLLOW:
            log = (struct sg_log_bounds){ step->start, step->end, step->now_ms };
            sg_group_partition_follow(&entry, &log, 1000, step->committed);
            break;
        case FAILED:
            (void)sg_group_partition_not_found(&entry, step->now_ms);
            break;
        default:
            (void)sg_group_partition_found(&entry, step->committed, step->what == RECORD);
        }
        log.seen_ms = step->now_ms;
        if (strcmp(text_of(&entry, &log), step->expected) != 0)
            fail_msg("step %d is\n%s\nand should be\n%s", (int)(step - steps),
                text_of(&entry, &log), step->expected);
    }
}

static void test_entry_follows_commits_and_what_is_behind(void **state)
{
    static const struct step steps[] = {
        { FOLLOW, 100, 0, 10, 4, "100 100+ never|4 0 10|4 4| 1100" },
        { FOLLOW, 200, 0, 10, 4, "100 100+ never|4 0 10|4 4| 1100" },
        { FOLLOW, 300, 0, 10, 10, "300 100 never|10 0 10|10 10| 1300" },
        { FOLLOW, 400, 0, 12, 10, "300 400+ never|10 0 12|10 10| 1400" },
        { FOLLOW, 500, 0, 12, 6, "500 400+ 500|10 0 12|6 6| 1500" },      /* back */
        { FOLLOW, 600, 0, 12, 5, "600 400+ 600|10 0 12|5 5| 1600" },      /* further back */
        { FOLLOW, 700, 0, 12, 9, "700 400+ 600|10 0 12|9 9| 1700" },      /* not where it was yet */
        { FOLLOW, 800, 0, 12, 10, "800 400+ never|10 0 12|10 10| 1800" }, /* there */
        { FOLLOW, 900, 0, -1, 10, "800 400+ never|10 0 12|10 10| 1800" }, /* no answer */
        { FOLLOW, 950, 0, 11, 12, "950 400+ never|12 0 11|12 12| 1950" }, /* past the end */
        { .expected = NULL },
    };
    (void)state;

    run(steps);
}

static void test_entry_counts_what_is_lost(void **state)
{
    static const struct step steps[] = {
        { FOLLOW, 100, 3, 20, 5, "100 100+ never|5 0 20|5 5| 1100" },
        { FOLLOW, 200, 5, 20, 5, "100 100+ never|5 0 20|5 5| 1100" },
        { FOLLOW, 300, 8, 20, 5, "100 100+ never|5 3 20|5 5| 1100" },      /* three of them */
        { FOLLOW, 400, -1, 20, 5, "100 100+ never|5 3 20|5 5| 1100" },     /* not known */
        { FOLLOW, 500, 10, 20, 5, "100 100+ never|5 5 20|5 5| 1100" },     /* two more */
        { FOLLOW, 600, 10, 20, 15, "600 100+ never|15 5 20|15 15| 1600" }, /* and none of these */
        { FOLLOW, 700, 15, 20, 15, "600 100+ never|15 5 20|15 15| 1600" },
        { FOLLOW, 800, 16, 20, 15, "600 100+ never|15 6 20|15 15| 1600" },
        { FOLLOW, 900, 2, 4, 4, "900 100 900|15 6 4|4 4| 1900" }, /* recreated */
        { .expected = NULL },
    };
    (void)state;

    run(steps);
}

static void test_entry_looks_after_the_end_that_moves_no_more(void **state)
{
    static const struct step steps[] = {
        { FOLLOW, 100, 0, 5, 4, "100 100+ never|4 0 5|4 4| 1100" },
        { FOLLOW, 1099, 0, 5, 4, "100 100+ never|4 0 5|4 4| 1100" },
        { FOLLOW, 1100, 0, 5, 4, "100 100+ never|4 0 5|4 4|w 1100" },
        { FAILED, 1100, 0, 0, 0, "100 100+ never|4 0 5|4 5|d 16100" }, /* one offset: a marker */
        { FAILED, 16100, 0, 0, 0, "100 100+ never|4 0 5|4 5|d 46100" },
        { FOLLOW, 46100, 0, 5, 4, "100 100 never|4 0 5|4 5|dw 46100" },
        { FOUND, 46100, 0, 0, 3, "100 100 never|4 0 5|4 5|dw 46100" }, /* of an earlier commit */
        { FOUND, 46100, 0, 0, 5, "100 100 never|4 0 5|5 5|l 46100" },
        { FOLLOW, 50000, 0, 0, 0, "50000 100 50000|4 0 0|0 0| 51000" }, /* recreated, and empty */
        { FOLLOW, 51000, 0, 0, 0, "50000 100 50000|4 0 0|0 0| 51000" },
        { FOLLOW, 60000, 0, 8, 0, "50000 60000+ 50000|4 0 8|0 0| 61000" },
        { FOLLOW, 61000, 0, 8, 0, "50000 60000+ 50000|4 0 8|0 0|w 61000" },
        { RECORD, 61000, 0, 0, 2, "50000 60000+ 50000|4 0 8|2 2|lr 61000" },
        { FOLLOW, 70000, 0, 9, 0, "50000 60000+ 50000|4 0 9|2 2|lr 71000" }, /* it is still there */
        { FOLLOW, 80000, 0, 9, 1, "80000 60000+ 50000|4 0 9|1 1| 81000" },   /* something else is */
        { RECORD, 81000, 0, 0, 9, "80000 60000+ 50000|4 0 9|9 9|l 81000" },
        { FOLLOW, 90000, 0, 10, 1, "80000 60000+ 50000|4 0 10|9 9| 91000" },
        { FAILED, 91000, 0, 0, 0, "80000 60000+ 50000|4 0 10|9 10|d 106000" },
        { FOLLOW, 92000, 10, 10, 1,
            "80000 60000 50000|4 0 10|10 10| 106000" }, /* cannot be known any more */
        { .expected = NULL },
    };
    (void)state;

    run(steps);
}

static void test_entry_looks_at_as_many_offsets_as_may_be_markers(void **state)
{
    struct sg_group_partition entry = { .lost = 0 };
    (void)state;

    for (int64_t end = 9999; end <= 10001; end++) {
        const struct sg_log_bounds log = { 0, end, end };
        sg_group_partition_begin(&entry, 0, 0, 0);
        sg_group_partition_follow(&entry, &log, 0, 0);
        assert_int_equal(sg_group_partition_wants_look(&entry, &log), end <= 10000);
    }
    const struct sg_log_bounds begun = { 1, 10000, 20000 }, other = { 0, 9999, 20000 };
    sg_group_partition_follow(&entry, &begun, 0, 0);
    assert_false(sg_group_partition_wants_look(&entry, &begun)); /* the log begins later */
    assert_false(sg_group_partition_wants_look(&entry, &other)); /* not this end */
}

static void test_entry_waits_longer_after_each_look_that_failed(void **state)
{
    struct sg_group_partition entry = { .n_failed = 0 };
    int64_t pause_ms = 15000;
    (void)state;

    for (int i = 0; i < 12; i++) {
        assert_int_equal(sg_group_partition_not_found(&entry, 7), i == 0);
        assert_int_equal(entry.look_ms, 7 + pause_ms);
        pause_ms *= i < 8 ? 2 : 1;
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry_follows_commits_and_what_is_behind),
        cmocka_unit_test(test_entry_counts_what_is_lost),
        cmocka_unit_test(test_entry_looks_after_the_end_that_moves_no_more),
        cmocka_unit_test(test_entry_looks_at_as_many_offsets_as_may_be_markers),
        cmocka_unit_test(test_entry_waits_longer_after_each_look_that_failed),
    };
    return cmocka_run_group_tests_name("status entry", tests, NULL, NULL);
}
