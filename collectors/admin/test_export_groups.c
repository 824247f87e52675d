/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/test_page.h"

static void test_export_info_has_what_is_known_of_a_group(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    group->type = SG_GROUP_CLASSIC;
    group->coordinator = 2;
    assert_int_equal(sg_group_set_protocol(&page.groups, 0, SG_STR("range")), 0);
    add_group(&page.groups, "s", RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN)->type = SG_GROUP_SHARE;
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"g\",type=\"classic\","
                      "protocol=\"range\",coordinator=\"2\"} 1");
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"s\",type=\"share\"} 1");
    free(text);
}

static void test_export_full_info_has_the_state_and_the_type_of_the_protocol(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.wanted.full_groups = true;
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY);
    group->coordinator = 2;
    sg_group_describe(group, RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY, 0);
    group = add_group(&page.groups, "simple", RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN);
    group->coordinator = 1;
    group->is_simple = true;
    group = add_group(&page.groups, "s", RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN);
    group->type = SG_GROUP_SHARE;
    group->is_other = true;
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"g\",coordinator=\"2\","
                      "protocol_type=\"consumer\",state=\"Empty\"} 1");
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"simple\",coordinator=\"1\"} 1");
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"s\",type=\"share\","
                      "protocol_type=\"share\"} 1");
    free(text);
}

/* @return the exposition of a group whose lag is 10 */
static char *text_of_lag(int64_t lag_before, int64_t second_offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);
    struct page page;

    page_init(&page);
    page.lag_before = lag_before;
    commit(list, "audit", 0, 90, 0);
    commit(list, "audit", 2, second_offset, 0);
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    assert_int_equal(sg_group_commit(group, page.topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return page_text(&page);
}

static void test_export_time_to_drain_where_the_lag_falls(void **state)
{
    char *text = text_of_lag(60, -1001);
    (void)state;

    assert_line(
        text, "kafka_consumergroup_time_to_drain_seconds{consumergroup=\"g\",topic=\"audit\"} 20");
    free(text);
    text = text_of_lag(10, -1001);
    assert_line(text, "kafka_consumergroup_lag_sum{consumergroup=\"g\",topic=\"audit\"} 10");
    assert_no(text, "kafka_consumergroup_time_to_drain_seconds");
    free(text);
}

static void test_export_time_to_drain_is_absent_where_the_lag_is(void **state)
{
    char *text = text_of_lag(60, 7); /* the end of partition 2 is not known */
    (void)state;

    assert_no(text, "kafka_consumergroup_lag_sum");
    assert_no(text, "kafka_consumergroup_time_to_drain_seconds");
    free(text);
}

/* Three commits: one of them is before the log's start. */
static char *text_of_status(bool partition_status, enum sg_granularity granularity)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(3);
    struct page page;

    page_init(&page);
    page.partition_status = partition_status;
    page.granularity = granularity;
    page.start[1] = 40;
    commit(list, "audit", 0, 100, 0);
    commit(list, "audit", 1, 30, 0);
    commit(list, "audit", 2, 7, 0); /* its end is not known */
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    assert_int_equal(sg_group_commit(group, page.topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return page_text(&page);
}

static void test_export_status_of_each_partition_if_wanted(void **state)
{
    char *text = text_of_status(true, SG_GRANULARITY_PARTITION);
    (void)state;

#define PARTITION(id) \
    "kafka_consumergroup_partition_status{consumergroup=\"g\",topic=\"audit\",partition=\"" id "\""
    assert_line(text, PARTITION("0") ",status=\"ok\"} 1");
    assert_line(text, PARTITION("1") ",status=\"losing_data\"} 1");
    assert_no(text, PARTITION("2"));
    assert_line(text, "kafka_consumergroup_status{consumergroup=\"g\",status=\"losing_data\"} 1");
    free(text);
}

static void test_export_status_of_partitions_is_not_shown_otherwise(void **state)
{
    char *text = text_of_status(false, SG_GRANULARITY_PARTITION);
    (void)state;

    assert_no(text, "kafka_consumergroup_partition_status");
    free(text);
    text = text_of_status(true, SG_GRANULARITY_TOPIC);
    assert_no(text, "kafka_consumergroup_partition_status");
    free(text);
}

static void add_member(
    struct page *page, struct sg_group *group, const char *id, const char *partitions)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    for (; *partitions; partitions++)
        (void)rd_kafka_topic_partition_list_add(list, "audit", *partitions - '0');
    assert_int_equal(sg_members_add(&group->members, page->topology,
                         &(struct sg_member_described){
                             .id = id,
                             .client_id = "c",
                             .host = "/h",
                             .partitions = list,
                         },
                         page->groups.names),
        0);
    rd_kafka_topic_partition_list_destroy(list);
}

/* A group of three members, one of which has nothing to do. */
static char *text_of_members(
    size_t max_owners, enum sg_granularity granularity, rd_kafka_consumer_group_state_t group_state)
{
    struct page page;

    page_init(&page);
    page.max_owners = max_owners;
    page.granularity = granularity;
    struct sg_group *group = add_group(&page.groups, "g", group_state);
    sg_group_describe(group, group_state, 3);
    add_member(&page, group, "m1", "02");
    add_member(&page, group, "m2", "1");
    add_member(&page, group, "m3", "");
    assert_int_equal(sg_members_end(&group->members, page.topology), 0);
    group->has_counts = true;
    group->n_member_changes = 4;
    group->n_rebalances = 2;
    return page_text(&page);
}

#define STABLE RD_KAFKA_CONSUMER_GROUP_STATE_STABLE

/* @return the exposition of a group with a commit in each partition, of which m1 owns 0 and 2 */
static char *text_of_member_lag(bool wanted, rd_kafka_consumer_group_state_t group_state)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(3);
    struct page page;

    page_init(&page);
    page.max_owners = 1;
    page.wanted.member_lag = wanted;
    struct sg_group *group = add_group(&page.groups, "g", group_state);
    sg_group_describe(group, group_state, 1);
    add_member(&page, group, "m1", "02");
    assert_int_equal(sg_members_end(&group->members, page.topology), 0);
    commit(list, "audit", 0, 90, 0);
    commit(list, "audit", 1, 60, 0); /* past the end */
    commit(list, "audit", 2, 7, 0);  /* the end is not known */
    assert_int_equal(sg_group_commit(group, page.topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return page_text(&page);
}

static void test_export_lag_with_the_member_if_wanted(void **state)
{
    char *text = text_of_member_lag(true, STABLE);
    (void)state;

#define OF_M1(id)                                          \
    "{consumergroup=\"g\",topic=\"audit\",partition=\"" id \
    "\",client_id=\"c\",host=\"/h\",member=\"m1\"}"
    assert_line(text, "kafka_consumergroup_member_lag" OF_M1("0") " 10");
    assert_line(text, "kafka_consumergroup_member_current_offset" OF_M1("0") " 90");
    assert_line(text, "kafka_consumergroup_member_current_offset" OF_M1("2") " 7");
    assert_line(text, "kafka_consumergroup_member_current_offset"
                      "{consumergroup=\"g\",topic=\"audit\",partition=\"1\"} 60");
    assert_int_equal(count(text, "kafka_consumergroup_member_lag{"), 1);
    assert_no(text, "kafka_consumergroup_member_lag_seconds{");
    free(text);
    text = text_of_member_lag(true, RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE);
    assert_line(text, "kafka_consumergroup_member_lag"
                      "{consumergroup=\"g\",topic=\"audit\",partition=\"0\"} 10");
    free(text);
    text = text_of_member_lag(false, STABLE);
    assert_no(text, "kafka_consumergroup_member_lag");
    assert_no(text, "kafka_consumergroup_member_current");
    free(text);
}

static void test_export_members_and_what_they_are_assigned(void **state)
{
    char *text = text_of_members(0, SG_GRANULARITY_TOPIC, STABLE);
    (void)state;

    assert_line(text, "kafka_consumergroup_members{consumergroup=\"g\"} 3");
    assert_line(text, "kafka_consumergroup_members_without_partitions{consumergroup=\"g\"} 1");
    assert_line(text, "kafka_consumergroup_member_changes_total{consumergroup=\"g\"} 4");
    assert_line(text, "kafka_consumergroup_rebalances_total{consumergroup=\"g\"} 2");
#define AUDIT "{consumergroup=\"g\",topic=\"audit\"}"
    assert_line(text, "kafka_consumergroup_topic_members" AUDIT " 2");
    assert_line(text, "kafka_consumergroup_topic_assigned_partitions" AUDIT " 3");
    assert_no(text, "kafka_consumergroup_partition_owner_info");
    assert_no(text, "streamgauge_admin_left_out{what=\"owners\"}");
    free(text);
}

static void test_export_members_of_a_rebalancing_group_have_no_assignment(void **state)
{
    char *text = text_of_members(
        10, SG_GRANULARITY_PARTITION, RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE);
    (void)state;

    assert_line(text, "kafka_consumergroup_members{consumergroup=\"g\"} 3");
    assert_line(text, "kafka_consumergroup_rebalances_total{consumergroup=\"g\"} 2");
    assert_no(text, "kafka_consumergroup_members_without_partitions");
    assert_no(text, "kafka_consumergroup_topic_");
    assert_no(text, "kafka_consumergroup_partition_owner_info");
    free(text);
}

static void test_export_members_by_group_has_no_series_of_topics(void **state)
{
    char *text = text_of_members(0, SG_GRANULARITY_GROUP, STABLE);
    (void)state;

    assert_line(text, "kafka_consumergroup_members_without_partitions{consumergroup=\"g\"} 1");
    assert_no(text, "kafka_consumergroup_topic_");
    free(text);
}

static void test_export_owners_up_to_the_limit(void **state)
{
    char *text = text_of_members(1, SG_GRANULARITY_PARTITION, STABLE);
    (void)state;

    assert_line(text, "kafka_consumergroup_partition_owner_info{consumergroup=\"g\","
                      "topic=\"audit\",partition=\"0\",client_id=\"c\",host=\"/h\","
                      "member=\"m1\"} 1");
    assert_no(text, "partition=\"1\",client_id");
    assert_line(text, "streamgauge_admin_left_out{what=\"owners\"} 2");
    free(text);
}

static void test_export_group_without_members_since(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY);
    group->has_counts = true;
    group->empty_since_ms = 1795000000500;
    add_group(&page.groups, "h", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE)->has_counts = true;
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_empty_since_timestamp_seconds{consumergroup=\"g\"} "
                      "1795000000.5");
    assert_no(text, "kafka_consumergroup_empty_since_timestamp_seconds{consumergroup=\"h\"}");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_info_has_what_is_known_of_a_group),
        cmocka_unit_test(test_export_full_info_has_the_state_and_the_type_of_the_protocol),
        cmocka_unit_test(test_export_time_to_drain_where_the_lag_falls),
        cmocka_unit_test(test_export_time_to_drain_is_absent_where_the_lag_is),
        cmocka_unit_test(test_export_status_of_each_partition_if_wanted),
        cmocka_unit_test(test_export_status_of_partitions_is_not_shown_otherwise),
        cmocka_unit_test(test_export_lag_with_the_member_if_wanted),
        cmocka_unit_test(test_export_members_and_what_they_are_assigned),
        cmocka_unit_test(test_export_members_of_a_rebalancing_group_have_no_assignment),
        cmocka_unit_test(test_export_members_by_group_has_no_series_of_topics),
        cmocka_unit_test(test_export_group_without_members_since),
        cmocka_unit_test(test_export_owners_up_to_the_limit),
    };
    return cmocka_run_group_tests_name("export_groups", tests, NULL, NULL);
}
