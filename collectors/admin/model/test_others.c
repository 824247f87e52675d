/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/others.h"
#include "test.h"

#include <stdlib.h>

#define DEAD(name)                                                                               \
    {                                                                                            \
        .group = (char[]){ name }, .state = (char[]){ "Dead" }, .protocol_type = (char[]){ "" }, \
        .protocol = (char[])                                                                     \
        {                                                                                        \
            ""                                                                                   \
        }                                                                                        \
    }

/* As Kafka 4.4.0 answers. */
static struct rd_kafka_group_info all[] = {
    DEAD("app"),
    DEAD("new"),
    DEAD("sharers"),
    { .group = (char[]){ "classic" },
        .state = (char[]){ "Stable" },
        .protocol_type = (char[]){ "consumer" } },
    { .group = (char[]){ "simple" },
        .state = (char[]){ "Empty" },
        .protocol_type = (char[]){ "" } },
    { .group = (char[]){ "connect" },
        .state = (char[]){ "Dead" },
        .protocol_type = (char[]){ "connect" } },
    { .group = (char[]){ "failed" },
        .err = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        .state = (char[]){ "Dead" },
        .protocol_type = (char[]){ "" } },
};
static const struct rd_kafka_group_list list = { all, sizeof all / sizeof all[0] };
static const struct rd_kafka_group_list none = { all, 0 };

struct fixture {
    struct sg_others *others;
    struct sg_filter *filter;
    struct sg_groups before, groups;
};

static void setup(struct fixture *f)
{
    *f = (struct fixture){ .others = NULL };
    assert_int_equal(sg_others_new(100, &f->others), 0);
    assert_int_equal(sg_filter_new(NULL, NULL, &f->filter, NULL), 0);
    assert_int_equal(sg_groups_init(&f->groups, 100, NULL), 0);
}

static void teardown(struct fixture *f)
{
    (void)sg_others_free(f->others);
    (void)sg_filter_free(f->filter);
    sg_groups_done(&f->groups);
    sg_groups_done(&f->before);
}

/* Another collection, in which ListConsumerGroups has this group. */
static void list_again(struct fixture *f, const char *name)
{
    uint32_t number;
    bool is_new;

    sg_groups_done(&f->before);
    sg_groups_forget_commits(&f->groups);
    f->before = f->groups;
    assert_int_equal(sg_groups_init(&f->groups, 100, &f->before), 0);
    if (name)
        assert_int_equal(sg_groups_add(&f->groups, sg_str_of(name),
                             RD_KAFKA_CONSUMER_GROUP_STATE_STABLE, &number, &is_new),
            0);
}

static enum sg_group_type type_of(const struct fixture *f, const char *name)
{
    uint32_t number = sg_groups_find(&f->groups, sg_str_of(name));

    return number == SG_INDEX_NONE || !f->groups.groups[number].is_other
               ? SG_GROUP_TYPE_UNKNOWN
               : f->groups.groups[number].type;
}

static void follow(struct fixture *f, const struct rd_kafka_group_list *answer, bool is_complete)
{
    assert_int_equal(sg_others_follow(f->others, answer, is_complete, &f->groups), 0);
    assert_int_equal(sg_others_add_to(f->others, f->filter, &f->groups), 0);
}

static void test_others_are_what_is_dead_and_not_listed(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    list_again(&f, "new");
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_SHARE);
    assert_int_equal(type_of(&f, "sharers"), SG_GROUP_SHARE);
    assert_int_equal(f.groups.n, 3);
    list_again(&f, NULL); /* and one that was listed is not remembered */
    assert_int_equal(sg_others_add_to(f.others, f.filter, &f.groups), 0);
    assert_int_equal(f.groups.n, 2);
    teardown(&f);
}

static void test_others_with_a_commit_are_streams_groups_from_then_on(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    list_again(&f, "new");
    follow(&f, &list, true);
    f.groups.groups[sg_groups_find(&f.groups, SG_STR("app"))].has_committed = true;
    sg_others_learn(f.others, &f.groups);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_STREAMS);
    assert_int_equal(type_of(&f, "sharers"), SG_GROUP_SHARE);
    list_again(&f, "new");
    assert_int_equal(sg_others_add_to(f.others, f.filter, &f.groups), 0);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_STREAMS);
    sg_others_learn(f.others, &f.groups); /* its commits have expired */
    assert_int_equal(type_of(&f, "app"), SG_GROUP_STREAMS);
    list_again(&f, "new");
    assert_int_equal(sg_others_add_to(f.others, f.filter, &f.groups), 0);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_STREAMS);
    teardown(&f);
}

static void test_others_stay_until_a_complete_answer_has_them_not(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    list_again(&f, "new");
    follow(&f, &list, true);
    list_again(&f, "new");
    follow(&f, &none, false);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_SHARE);
    list_again(&f, "new");
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_SHARE);
    list_again(&f, "new");
    follow(&f, &none, true);
    assert_int_equal(f.groups.n, 1);
    teardown(&f);
}

/* One whose protocol was changed, or one that was created between two requests. */
static void test_others_that_are_listed_are_consumer_groups(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "new"), SG_GROUP_SHARE);
    list_again(&f, "new");
    assert_int_equal(sg_others_add_to(f.others, f.filter, &f.groups), 0);
    assert_int_equal(type_of(&f, "new"), SG_GROUP_TYPE_UNKNOWN);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_SHARE);
    teardown(&f);
}

static void test_others_that_were_listed_before_may_be_deleted(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    list_again(&f, "new");
    list_again(&f, NULL);
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "new"), SG_GROUP_TYPE_UNKNOWN);
    list_again(&f, NULL);
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "new"), SG_GROUP_SHARE);
    teardown(&f);
}

static void test_others_groups_in_unwanted_states_are_none(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    assert_int_equal(sg_groups_exclude(&f.groups, SG_STR("new")), 0);
    follow(&f, &list, true);
    assert_int_equal(type_of(&f, "new"), SG_GROUP_TYPE_UNKNOWN);
    assert_int_equal(type_of(&f, "app"), SG_GROUP_SHARE);
    teardown(&f);
}

static void test_others_are_not_told_while_groups_are_left_out(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    f.groups.n_left_out = 1;
    follow(&f, &list, true);
    assert_int_equal(f.groups.n, 0);
    teardown(&f);
}

static void test_others_are_filtered_by_name(void **state)
{
    struct fixture f;
    (void)state;

    setup(&f);
    (void)sg_filter_free(f.filter);
    assert_int_equal(sg_filter_new("^s", NULL, &f.filter, NULL), 0);
    follow(&f, &list, true);
    assert_int_equal(f.groups.n, 1);
    assert_int_equal(type_of(&f, "sharers"), SG_GROUP_SHARE);
    teardown(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others_are_what_is_dead_and_not_listed),
        cmocka_unit_test(test_others_with_a_commit_are_streams_groups_from_then_on),
        cmocka_unit_test(test_others_stay_until_a_complete_answer_has_them_not),
        cmocka_unit_test(test_others_that_are_listed_are_consumer_groups),
        cmocka_unit_test(test_others_that_were_listed_before_may_be_deleted),
        cmocka_unit_test(test_others_groups_in_unwanted_states_are_none),
        cmocka_unit_test(test_others_are_not_told_while_groups_are_left_out),
        cmocka_unit_test(test_others_are_filtered_by_name),
    };
    return cmocka_run_group_tests_name("others", tests, NULL, NULL);
}
