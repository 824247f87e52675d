/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/names.h"
#include "test.h"

#include <stdlib.h>

enum {
    TOPICS = 2500,
    PAUSE = SG_SHARE_NAMES_PAUSE_MS,
    RETRY = SG_SHARE_NAMES_RETRY_MS,
};

static const unsigned char id_1[SG_SHARE_TOPIC_ID_BYTES] = { 1 };
static const unsigned char id_2[SG_SHARE_TOPIC_ID_BYTES] = { [15] = 2 };

/* @param n  topics t0000, t0001, … */
static struct sg_topology *new_topology(size_t n)
{
    static struct rd_kafka_metadata_topic topics[TOPICS];
    static char names[TOPICS][8];
    const struct rd_kafka_metadata metadata = { .topics = topics, .topic_cnt = (int)n };
    struct sg_filter *filter = NULL;
    struct sg_topology *topology = NULL;

    for (size_t i = 0; i < n; i++) {
        (void)snprintf(names[i], sizeof names[i], "t%04zu", i);
        topics[i].topic = names[i];
    }
    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, filter, 10000, &topology), 0);
    assert_int_equal(topology->n_topics, n);
    (void)sg_filter_free(filter);
    return topology;
}

static struct sg_share_names *new_names(void)
{
    struct sg_share_names *names = NULL;

    assert_int_equal(sg_share_names_new(&names), 0);
    return names;
}

static void test_name_is_found_by_the_whole_id(void **state)
{
    struct sg_share_names *names = new_names();
    (void)state;

    assert_null(sg_share_names_find(names, id_1));
    assert_int_equal(sg_share_names_set(names, id_1, "a"), 0);
    assert_int_equal(sg_share_names_set(names, id_2, "b"), 0);
    assert_string_equal(sg_share_names_find(names, id_1), "a");
    assert_string_equal(sg_share_names_find(names, id_2), "b");
    assert_int_equal(sg_share_names_set(names, id_1, "c"), 0);
    assert_string_equal(sg_share_names_find(names, id_1), "c");
    (void)sg_share_names_free(names);
}

static void test_turn_goes_through_all_topics(void **state)
{
    struct sg_topology *topology = new_topology(TOPICS);
    struct sg_share_names *names = new_names();
    const char *topics[SG_SHARE_NAMES_AT_ONCE];
    (void)state;

    assert_int_equal(sg_share_names_next(names, topology, 1, 0, topics), 1000);
    assert_string_equal(topics[0], "t0000");
    assert_int_equal(sg_share_names_next(names, topology, 1, 1, topics), 1000);
    assert_string_equal(topics[0], "t1000");
    assert_int_equal(sg_share_names_next(names, topology, 1, 2, topics), 500);
    assert_string_equal(topics[499], "t2499");
    assert_int_equal(sg_share_names_next(names, topology, 1, 3, topics), 0);
    (void)sg_share_names_free(names);
    (void)sg_topology_unref(topology);
}

/* @return is a turn due, after one at 0 with one id? */
static bool is_due(uint64_t n_ids, int64_t now_ms, bool failed)
{
    struct sg_topology *topology = new_topology(1);
    struct sg_share_names *names = new_names();
    const char *topics[SG_SHARE_NAMES_AT_ONCE];

    assert_int_equal(sg_share_names_next(names, topology, 1, 0, topics), 1);
    if (failed)
        sg_share_names_fail(names);
    bool due = sg_share_names_next(names, topology, n_ids, now_ms, topics) == 1;
    if (due) /* it begins another pause */
        assert_int_equal(sg_share_names_next(names, topology, n_ids, now_ms + 1, topics), 0);
    (void)sg_share_names_free(names);
    (void)sg_topology_unref(topology);
    return due;
}

static void test_turn_is_due_for_new_ids_after_a_pause(void **state)
{
    (void)state;

    assert_false(is_due(2, PAUSE - 1, false));
    assert_true(is_due(2, PAUSE, false));
    assert_false(is_due(1, PAUSE, false));
    assert_false(is_due(1, RETRY - 1, false));
    assert_true(is_due(1, RETRY, false));
    assert_false(is_due(1, SG_SHARE_NAMES_AGAIN_MS - 1, true));
    assert_true(is_due(1, SG_SHARE_NAMES_AGAIN_MS, true));
}

static void test_names_that_are_not_given_any_more_are_forgotten(void **state)
{
    struct sg_topology *topology = new_topology(1);
    struct sg_share_names *names = new_names();
    const char *topics[SG_SHARE_NAMES_AT_ONCE];
    unsigned char id[SG_SHARE_TOPIC_ID_BYTES] = { 9 };
    (void)state;

    assert_int_equal(sg_share_names_set(names, id_1, "a"), 0);
    for (id[1] = 0; id[1] < 200; id[1]++)
        assert_int_equal(sg_share_names_set(names, id, "old"), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(sg_share_names_next(names, topology, 1, (int64_t)i * RETRY, topics), 1);
        assert_int_equal(sg_share_names_set(names, id_1, "a"), 0);
    }
    id[1] = 7;
    assert_null(sg_share_names_find(names, id));
    assert_string_equal(sg_share_names_find(names, id_1), "a");
    (void)sg_share_names_free(names);
    (void)sg_topology_unref(topology);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_is_found_by_the_whole_id),
        cmocka_unit_test(test_turn_goes_through_all_topics),
        cmocka_unit_test(test_turn_is_due_for_new_ids_after_a_pause),
        cmocka_unit_test(test_names_that_are_not_given_any_more_are_forgotten),
    };
    return cmocka_run_group_tests_name("admin_share_names", tests, NULL, NULL);
}
