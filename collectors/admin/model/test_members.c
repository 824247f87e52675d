/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/members.h"
#include "admin/model/test_one_partition.h"
#include "base/arena.h"
#include "test.h"

static struct sg_topology *topology;
static struct sg_arena *texts;

static int setup(void **state)
{
    struct sg_filter *filter = NULL;
    (void)state;

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, filter, 1000, &topology), 0);
    (void)sg_filter_free(filter);
    texts = sg_arena_new();
    return texts ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;

    topology = sg_topology_unref(topology);
    texts = sg_arena_unref(texts);
    return 0;
}

/* @param topics  whose partition 0 it is assigned, each one letter */
static void add(
    struct sg_members *members, const char *id, const char *instance, const char *topics)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

    for (; *topics; topics++)
        (void)rd_kafka_topic_partition_list_add(list, (char[]){ *topics, '\0' }, 0);
    assert_int_equal(sg_members_add(members, topology,
                         &(struct sg_member_described){
                             .id = id,
                             .instance = instance,
                             .client_id = "client",
                             .host = "/10.0.0.1",
                             .partitions = list,
                         },
                         texts),
        0);
    rd_kafka_topic_partition_list_destroy(list);
}

static uint64_t assignment_of(
    const char *id, const char *instance, const char *topics, const char *others_topics)
{
    struct sg_members members = { .n = 0 };

    add(&members, "other", NULL, others_topics);
    add(&members, id, instance, topics);
    uint64_t assignment = members.assignment;
    sg_members_done(&members);
    return assignment;
}

static void test_members_are_counted_by_what_they_have(void **state)
{
    struct sg_members members = { .n = 0 };
    (void)state;

    add(&members, "a", NULL, "");
    add(&members, "b", NULL, "ut");
    add(&members, "c", NULL, "u");
    assert_int_equal(sg_members_end(&members, topology), 0);
    assert_int_equal(members.n, 3);
    assert_int_equal(members.n_without, 1);
    assert_int_equal(members.n_owned, 1); /* u is not in the topology */
    assert_int_equal(members.owned[0].partition, 0);
    assert_int_equal(members.n_topics, 1);
    assert_int_equal(members.topics[0].n_members, 1);
    assert_int_equal(members.topics[0].n_partitions, 1);
    const struct sg_member *owner = &members.list[members.owned[0].member];
    assert_true(sg_str_equal(owner->id, SG_STR("b")));
    assert_true(sg_str_equal(owner->client_id, SG_STR("client")));
    assert_true(sg_str_equal(owner->host, SG_STR("/10.0.0.1")));
    sg_members_done(&members);
}

static void test_members_two_at_one_partition_are_both_owners(void **state)
{
    struct sg_members members = { .n = 0 };
    (void)state;

    add(&members, "a", NULL, "t");
    add(&members, "b", NULL, "t");
    assert_int_equal(sg_members_end(&members, topology), 0);
    assert_int_equal(members.n_topics, 1);
    assert_int_equal(members.topics[0].n_members, 2);
    assert_int_equal(members.owned[0].member, 0);
    assert_int_equal(members.owned[1].member, 1);
    sg_members_done(&members);
}

static void test_members_ids_are_in_order(void **state)
{
    struct sg_members members = { .n = 0 };
    char id[] = "a";
    (void)state;

    for (; id[0] <= 'p'; id[0]++)
        add(&members, id, NULL, "");
    assert_int_equal(sg_members_end(&members, topology), 0);
    for (size_t i = 1; i < members.n; i++)
        assert_true(members.ids[i - 1] < members.ids[i]);
    sg_members_done(&members);
}

static void test_members_assignment_differs_by_who_has_what(void **state)
{
    uint64_t before = assignment_of("a", NULL, "tu", "v");
    (void)state;

    assert_true(assignment_of("a", NULL, "ut", "v") == before); /* the order is no difference */
    assert_true(assignment_of("a", NULL, "t", "v") != before);
    assert_true(assignment_of("a", NULL, "v", "tu") != before);
    assert_true(assignment_of("b", NULL, "tu", "v") != before);
    assert_true(assignment_of("a", NULL, "", "v") != assignment_of("b", NULL, "", "v"));
}

static void test_members_static_member_with_a_new_id_has_the_same_assignment(void **state)
{
    (void)state;

    assert_true(assignment_of("i-1", "i", "t", "v") == assignment_of("i-2", "i", "t", "v"));
    assert_true(assignment_of("i-1", "i", "t", "v") != assignment_of("i-1", "j", "t", "v"));
    assert_true(assignment_of("i-1", "", "t", "v") != assignment_of("i-2", "", "t", "v"));
}

static void test_members_without_texts_are_counted_as_well(void **state)
{
    struct sg_members members = { .n = 0 };
    (void)state;

    assert_int_equal(
        sg_members_add(&members, topology, &(struct sg_member_described){ .id = "a" }, NULL), 0);
    assert_int_equal(sg_members_end(&members, topology), 0);
    assert_null(members.list);
    assert_int_equal(members.n_without, 1);
    sg_members_done(&members);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_counted_by_what_they_have),
        cmocka_unit_test(test_members_two_at_one_partition_are_both_owners),
        cmocka_unit_test(test_members_ids_are_in_order),
        cmocka_unit_test(test_members_assignment_differs_by_who_has_what),
        cmocka_unit_test(test_members_static_member_with_a_new_id_has_the_same_assignment),
        cmocka_unit_test(test_members_without_texts_are_counted_as_well),
    };
    return cmocka_run_group_tests_name("members", tests, setup, teardown);
}
