/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/churn.h"
#include "admin/model/test_one_partition.h"
#include "test.h"

struct fixture {
    struct sg_topology *topology;
    struct sg_churn *churn;
    int64_t now_ms; /* a second later at each collection */
};

static int setup(void **state)
{
    static struct fixture f;
    struct sg_filter *filter = NULL;

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, filter, 1000, &f.topology), 0);
    (void)sg_filter_free(filter);
    assert_int_equal(sg_churn_new(&f.churn), 0);
    f.now_ms = 0;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    (void)sg_topology_unref(f->topology);
    (void)sg_churn_free(f->churn);
    return 0;
}

struct counts {
    bool known;
    int64_t changes, rebalances, empty_since_ms;
};

static void describe(struct fixture *f,
    struct sg_group *group,
    rd_kafka_consumer_group_state_t state,
    const char *ids)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    (void)rd_kafka_topic_partition_list_add(list, "t", 0);
    sg_group_describe(group, state, strlen(ids));
    for (const char *id = ids; *id; id++) {
        const char name[] = { *id, '\0' };
        bool has_partition = id == ids && state == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
        assert_int_equal(sg_members_add(&group->members, f->topology,
                             &(struct sg_member_described){
                                 .id = name, .partitions = has_partition ? list : NULL },
                             NULL),
            0);
    }
    assert_int_equal(sg_members_end(&group->members, f->topology), 0);
    rd_kafka_topic_partition_list_destroy(list);
}

/*
 * A collection. @param ids  of the members, a letter each, the first has the partition; NULL: the
 * group was not described
 */
static struct counts collect(
    struct fixture *f, rd_kafka_consumer_group_state_t state, const char *ids)
{
    struct sg_groups groups;
    uint32_t number;
    bool is_new;

    assert_int_equal(sg_groups_init(&groups, 10, NULL), 0);
    assert_int_equal(sg_groups_add(&groups, SG_STR("g"), state, &number, &is_new), 0);
    if (ids)
        describe(f, &groups.groups[0], state, ids);
    assert_int_equal(sg_churn_follow(f->churn, &groups, f->now_ms += 1000), 0);
    struct counts counts = { groups.groups[0].has_counts, groups.groups[0].n_member_changes,
        groups.groups[0].n_rebalances, groups.groups[0].empty_since_ms };
    sg_groups_done(&groups);
    return counts;
}

#define STABLE     RD_KAFKA_CONSUMER_GROUP_STATE_STABLE
#define PREPARING  RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE
#define COMPLETING RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE
#define EMPTY      RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY

static void assert_counts(struct counts counts, int64_t changes, int64_t rebalances)
{
    assert_true(counts.known);
    assert_int_equal(counts.changes, changes);
    assert_int_equal(counts.rebalances, rebalances);
}

static void test_churn_begins_at_nothing(void **state)
{
    assert_counts(collect(*state, STABLE, "abc"), 0, 0);
    assert_counts(collect(*state, STABLE, "abc"), 0, 0);
}

static void test_churn_members_that_come_and_go_are_counted(void **state)
{
    (void)collect(*state, STABLE, "abc");
    assert_counts(collect(*state, STABLE, "abcd"), 1, 1);
    assert_counts(collect(*state, STABLE, "ax"), 5, 2);
    assert_counts(collect(*state, EMPTY, ""), 7, 3);
    assert_counts(collect(*state, EMPTY, ""), 7, 3);
    assert_counts(collect(*state, STABLE, "ab"), 9, 4);
}

static void test_churn_the_same_members_with_other_partitions_have_rebalanced(void **state)
{
    (void)collect(*state, STABLE, "ab");
    assert_counts(collect(*state, STABLE, "ba"), 0, 1);
}

static void test_churn_one_rebalance_is_counted_once(void **state)
{
    (void)collect(*state, STABLE, "ab");
    assert_counts(collect(*state, PREPARING, "ab"), 0, 1);
    assert_counts(collect(*state, COMPLETING, "abc"), 1, 1);
    assert_counts(collect(*state, STABLE, "abc"), 1, 1);
    assert_counts(collect(*state, STABLE, "abc"), 1, 1);
    assert_counts(collect(*state, PREPARING, "abc"), 1, 2);
}

static void test_churn_rebalance_that_had_begun_before_is_not_counted(void **state)
{
    assert_counts(collect(*state, PREPARING, "ab"), 0, 0);
    assert_counts(collect(*state, STABLE, "ab"), 0, 0);
}

static void test_churn_group_that_was_not_described_keeps_its_counts(void **state)
{
    assert_false(collect(*state, STABLE, NULL).known);
    (void)collect(*state, STABLE, "ab");
    (void)collect(*state, STABLE, "a");
    assert_counts(collect(*state, STABLE, NULL), 1, 1);
    assert_counts(collect(*state, STABLE, "a"), 1, 1);
}

static void test_churn_group_is_empty_since_it_was_first_seen_so(void **state)
{
    assert_int_equal(collect(*state, EMPTY, "").empty_since_ms, 1000);
    assert_int_equal(collect(*state, EMPTY, "").empty_since_ms, 1000);
    assert_int_equal(collect(*state, EMPTY, NULL).empty_since_ms, 1000); /* not described */
    assert_int_equal(collect(*state, STABLE, "a").empty_since_ms, 0);
    assert_int_equal(collect(*state, STABLE, NULL).empty_since_ms, 0);
    assert_int_equal(collect(*state, EMPTY, "").empty_since_ms, 6000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        TEST(test_churn_begins_at_nothing),
        TEST(test_churn_members_that_come_and_go_are_counted),
        TEST(test_churn_the_same_members_with_other_partitions_have_rebalanced),
        TEST(test_churn_one_rebalance_is_counted_once),
        TEST(test_churn_rebalance_that_had_begun_before_is_not_counted),
        TEST(test_churn_group_that_was_not_described_keeps_its_counts),
        TEST(test_churn_group_is_empty_since_it_was_first_seen_so),
    };
    return cmocka_run_group_tests_name("churn", tests, NULL, NULL);
}
