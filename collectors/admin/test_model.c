/* SPDX-License-Identifier: Apache-2.0 */

/* From hand-made answers to the exposition: topology, groups, export. */

#include "admin/test_page.h"

/* ---- Topology ---- */

static void test_topology_sorts_and_finds(void **state)
{
    struct sg_topology *t = new_topology(NULL, NULL);
    (void)state;

    assert_int_equal(t->n_brokers, 2);
    assert_int_equal(t->brokers[0].id, 1);
    assert_int_equal(sg_topology_find_broker(t, 2), 1);
    assert_int_equal(sg_topology_find_broker(t, 3), SG_PARTITION_NONE);

    assert_int_equal(t->n_topics, 2); /* the duplicate is listed once */
    int64_t topic = sg_topology_find_topic(t, SG_STR("audit"));
    assert_int_equal(topic, 0);
    for (int32_t id = 0; id < 3; id++)
        assert_int_equal(sg_topology_find_partition(t, (uint32_t)topic, id), id);
    assert_int_equal(sg_topology_find_partition(t, (uint32_t)topic, 3), SG_PARTITION_NONE);
    assert_int_equal(sg_topology_find_partition(t, (uint32_t)topic, -1), SG_PARTITION_NONE);
    assert_int_equal(sg_topology_find_topic(t, SG_STR("odd")), SG_PARTITION_NONE);
    (void)sg_topology_unref(t);
}

static void test_topology_of_what_cannot_be_leaves_it_out(void **state)
{
    struct rd_kafka_metadata_broker odd_brokers[] = {
        { .id = 1, .host = (char[]){ "a" }, .port = 9092 },
        { .id = -7, .host = (char[]){ "b" }, .port = 9092 },
        { .id = 2, .host = (char[]){ "c" }, .port = 70000 },
        { .id = 1, .host = (char[]){ "d" }, .port = 9092 },
        { .id = 3, .host = NULL, .port = 9092 },
    };
    struct rd_kafka_metadata_partition odd_partitions[] = {
        { .id = 0, .leader = -5 },
        { .id = -1, .leader = 1 },
        { .id = 0, .leader = 1 },
    };
    char long_name[300] = "";
    struct rd_kafka_metadata_topic odd_topics[] = {
        { .topic = long_name, .partitions = odd_partitions, .partition_cnt = 1 },
        { .topic = (char[]){ "" }, .partitions = odd_partitions, .partition_cnt = 1 },
        { .topic = (char[]){ "t" }, .partitions = odd_partitions, .partition_cnt = 3 },
        { .topic = (char[]){ "u" }, .partitions = odd_partitions, .partition_cnt = 1 },
        { .topic = NULL, .partitions = odd_partitions, .partition_cnt = 1 },
        { .topic = (char[]){ "v" }, .partitions = odd_partitions, .partition_cnt = -1 },
    };
    const struct rd_kafka_metadata odd = {
        .brokers = odd_brokers, .broker_cnt = 5, .topics = odd_topics, .topic_cnt = 6
    };
    struct sg_filter *filter = NULL;
    struct sg_topology *t = NULL;
    (void)state;

    memset(long_name, 'x', SG_TOPIC_NAME_MAX + 1);
    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&odd, filter, 1000, &t), 0);
    assert_int_equal(t->n_brokers, 1);
    assert_int_equal(t->n_topics, 2);
    assert_int_equal(t->n_partitions, 2);
    assert_int_equal(t->partitions[0].leader, -1);
    assert_int_equal(sg_topology_find_partition(t, 1, 0), 1);
    assert_int_equal(t->n_invalid, 10);
    (void)sg_topology_unref(t);
    (void)sg_filter_free(filter);
}

static void test_topology_topic_error_is_kept(void **state)
{
    struct sg_topology *t = new_topology(NULL, NULL);
    (void)state;

    assert_int_equal(t->n_topic_errors, 1);
    assert_string_equal(t->topic_errors[0].name.ptr, "odd");
    assert_int_equal(t->topic_errors[0].code, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    (void)sg_topology_unref(t);
}

static void test_topology_broker_only_in_replicas_is_missing_whatever_the_filter(void **state)
{
    struct sg_topology *t = new_topology("^nothing$", NULL);
    (void)state;

    assert_int_equal(t->n_topics, 0);
    assert_int_equal(t->n_missing, 1);
    assert_int_equal(t->missing[0], 3);
    (void)sg_topology_unref(t);
}

/* Which topics are left out follows from their names, not from the broker's order. */
static void test_topology_past_the_cap_is_left_out_whole(void **state)
{
    struct sg_filter *filter = NULL;
    struct sg_topology *t = NULL;
    (void)state;

    assert_int_equal(sg_filter_new(NULL, NULL, &filter, NULL), 0);
    assert_int_equal(sg_topology_new(&metadata, filter, 3, &t), 0);
    assert_int_equal(t->n_partitions, 3);
    assert_int_equal(t->n_topics, 1);
    assert_int_equal(t->n_topics_left_out, 1);
    assert_int_equal(t->n_partitions_left_out, 1);
    assert_true(sg_topology_find_topic(t, SG_STR("secret")) == SG_PARTITION_NONE);
    t = sg_topology_unref(t);
    assert_int_equal(sg_topology_new(&metadata, filter, 2, &t), 0);
    assert_int_equal(t->n_topics, 1);
    assert_true(sg_topology_find_topic(t, SG_STR("secret")) != SG_PARTITION_NONE);
    (void)sg_topology_unref(t);
    (void)sg_filter_free(filter);
}

static void test_topology_excluded_topic_is_left_out(void **state)
{
    struct sg_topology *t = new_topology(".*", "^secret$");
    (void)state;

    assert_int_equal(t->n_topics, 1);
    assert_int_equal(t->n_partitions, 3);
    (void)sg_topology_unref(t);
}

/* ---- Groups ---- */

static void test_groups_listed_twice_is_one(void **state)
{
    struct sg_groups groups;
    (void)state;

    assert_int_equal(sg_groups_init(&groups, 1000, NULL), 0);
    (void)add_group(&groups, "a", RD_KAFKA_CONSUMER_GROUP_STATE_DEAD);
    (void)add_group(&groups, "b", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    (void)add_group(&groups, "a", RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY);
    assert_int_equal(groups.n, 2);
    assert_int_equal(groups.groups[0].listed, SG_GROUP_EMPTY);
    sg_groups_done(&groups);
}

static int list_group(struct sg_groups *groups, const char *name)
{
    uint32_t number;
    bool is_new;

    return sg_groups_add(
        groups, sg_str_of(name), RD_KAFKA_CONSUMER_GROUP_STATE_STABLE, &number, &is_new);
}

static void test_groups_past_the_cap_those_of_before_stay(void **state)
{
    struct sg_groups before, now;
    (void)state;

    assert_int_equal(sg_groups_init(&before, 2, NULL), 0);
    assert_int_equal(list_group(&before, "a"), 0);
    assert_int_equal(list_group(&before, "b"), 0);
    assert_int_equal(list_group(&before, "c"), SG_GROUPS_E_FULL);
    assert_int_equal(list_group(&before, "b"), 0);
    assert_int_equal(before.n_left_out, 1);
    before.groups[1].turn = 3;
    sg_groups_forget_commits(&before);

    assert_int_equal(sg_groups_init(&now, 2, &before), 0);
    assert_int_equal(list_group(&now, "c"), SG_GROUPS_E_FULL);
    assert_int_equal(list_group(&now, "b"), 0);
    assert_int_equal(list_group(&now, "a"), 0);
    assert_int_equal(now.n, 2);
    assert_int_equal(now.groups[0].turn, 3); /* it is still its turn */
    assert_int_equal(now.groups[1].turn, 0);
    sg_groups_done(&before);
    sg_groups_forget_commits(&now);

    /* One of them is gone: its place is free at the collection after. */
    assert_int_equal(sg_groups_init(&before, 2, &now), 0);
    assert_int_equal(list_group(&before, "a"), 0);
    assert_int_equal(list_group(&before, "c"), SG_GROUPS_E_FULL);
    sg_groups_done(&now);
    sg_groups_forget_commits(&before);
    assert_int_equal(sg_groups_init(&now, 2, &before), 0);
    assert_int_equal(list_group(&now, "c"), 0);
    sg_groups_done(&now);
    sg_groups_done(&before);
}

static void test_group_listed_alive_but_described_dead_has_no_members(void **state)
{
    struct sg_groups groups;
    (void)state;

    assert_int_equal(sg_groups_init(&groups, 1000, NULL), 0);
    struct sg_group *group = add_group(&groups, "a", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    sg_group_describe(group, RD_KAFKA_CONSUMER_GROUP_STATE_DEAD, 0);
    assert_int_equal(group->state, SG_GROUP_STABLE);
    assert_false(group->has_members);
    sg_groups_done(&groups);
}

static void test_group_commits_without_offset_or_topic_are_left_out(void **state)
{
    struct sg_topology *t = new_topology(NULL, "^secret$");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    struct sg_groups groups;
    (void)state;

    commit(list, "audit", 2, 30, 0);
    commit(list, "gone", 0, 1, 0);
    commit(list, "secret", 0, 1, 0);
    commit(list, "audit", 1, -1001, 0);
    commit(list, "audit", 7, 5, 0);
    commit(list, "audit", 0, 10, 0);
    assert_int_equal(sg_groups_init(&groups, 1000, NULL), 0);
    struct sg_group *group = add_group(&groups, "a", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    assert_int_equal(sg_group_commit(group, t, list), 0);

    assert_int_equal(group->n_committed, 2);
    assert_int_equal(group->committed[0].partition, 0);
    assert_true(group->committed[0].offset == 10);
    assert_int_equal(group->committed[1].partition, 2);
    assert_true(group->committed[1].offset == 30);
    sg_groups_done(&groups);
    rd_kafka_topic_partition_list_destroy(list);
    (void)sg_topology_unref(t);
}

/* ---- Export ---- */

static void test_export_brokers_and_partitions(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    char *text = page_text(&page);
    assert_line(text, "kafka_brokers 2");
    assert_line(text, "kafka_broker_info{id=\"1\",address=\"kafka-1:9092\"} 1");
    assert_line(text, "kafka_broker_info{id=\"2\",address=\"[::1]:9093\"} 1");
    assert_line(text, "kafka_topic_partitions{topic=\"audit\"} 3");
    assert_line(text, "kafka_topic_replication_factor{topic=\"audit\"} 2");
    assert_line(text, "kafka_topic_partition_leader{topic=\"audit\",partition=\"0\"} 1");
    assert_line(text, "kafka_topic_partition_leaderless{topic=\"audit\",partition=\"0\"} 0");
    assert_line(
        text, "kafka_topic_partition_leader_is_preferred{topic=\"audit\",partition=\"0\"} 1");
    assert_line(
        text, "kafka_topic_partition_leader_is_preferred{topic=\"audit\",partition=\"1\"} 0");
    assert_line(text,
        "kafka_topic_partition_under_replicated_partition{topic=\"audit\",partition=\"0\"} 0");
    assert_line(text,
        "kafka_topic_partition_under_replicated_partition{topic=\"audit\",partition=\"1\"} 1");
    assert_line(text, "kafka_topic_partition_info{topic=\"audit\",partition=\"1\",leader=\"2\","
                      "replicas=\"1,2,3\",isr=\"2,1\",missing=\"3\"} 1");
    assert_line(text, "kafka_topic_partition_info{topic=\"audit\",partition=\"2\",leader=\"-1\","
                      "replicas=\"2,1\",isr=\"2\",missing=\"1\"} 1");
    assert_null(strstr(text, "kafka_topic_partition_info{topic=\"audit\",partition=\"0\""));
    assert_line(text, "kafka_topic_partition_replicas{topic=\"audit\",partition=\"1\"} 3");
    assert_line(text, "kafka_topic_partition_in_sync_replica{topic=\"audit\",partition=\"1\"} 2");
    assert_line(text, "kafka_topic_partition_current_offset{topic=\"audit\",partition=\"0\"} 100");
    assert_line(text, "kafka_topic_partition_oldest_offset{topic=\"audit\",partition=\"0\"} 0");
    free(text);
}

static void test_export_leaderless_partition_has_no_leader_and_no_offsets(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_partition_leaderless{topic=\"audit\",partition=\"2\"} 1");
    assert_line(
        text, "kafka_topic_partition_leader_is_preferred{topic=\"audit\",partition=\"2\"} 0");
    assert_no(text, "kafka_topic_partition_leader{topic=\"audit\",partition=\"2\"}");
    assert_no(text, "kafka_topic_partition_current_offset{topic=\"audit\",partition=\"2\"}");
    assert_no(text, "kafka_topic_partition_oldest_offset{topic=\"audit\",partition=\"2\"}");
    free(text);
}

static char *text_with(const int64_t offsets[3], enum sg_granularity granularity)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(3);
    struct page page;

    page_init(&page);
    page.granularity = granularity;
    for (int32_t i = 0; i < 3; i++)
        commit(list, "audit", i, offsets[i], 0);
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    sg_group_describe(group, RD_KAFKA_CONSUMER_GROUP_STATE_STABLE, 2);
    assert_int_equal(sg_group_commit(group, page.topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return page_text(&page);
}

static char *text_of_commits(const int64_t offsets[3])
{
    return text_with(offsets, SG_GRANULARITY_PARTITION);
}

static void test_export_by_topic_has_no_series_of_partitions(void **state)
{
    char *text = text_with((const int64_t[]){ 90, 45, -1001 }, SG_GRANULARITY_TOPIC);
    (void)state;

    assert_no(text, "kafka_consumergroup_current_offset{");
    assert_no(text, "kafka_consumergroup_lag{");
    assert_line(text, "kafka_consumergroup_lag_sum{consumergroup=\"g\",topic=\"audit\"} 15");
    assert_line(
        text, "kafka_consumergroup_current_offset_sum{consumergroup=\"g\",topic=\"audit\"} 135");
    assert_line(text, "kafka_topic_partition_current_offset{topic=\"audit\",partition=\"0\"} 100");
    free(text);
}

static void test_export_by_group_has_no_series_of_topics(void **state)
{
    char *text = text_with((const int64_t[]){ 90, 45, -1001 }, SG_GRANULARITY_GROUP);
    (void)state;

    assert_no(text, "consumergroup=\"g\",topic=");
    assert_line(text, "kafka_consumergroup_lag_sum{consumergroup=\"g\"} 15");
    assert_line(text, "kafka_consumergroup_unread_lost_total{consumergroup=\"g\"} 0");
    assert_line(text, "kafka_consumergroup_retention_margin_ratio{consumergroup=\"g\"} 0.9");
    assert_line(text, "kafka_consumergroup_members{consumergroup=\"g\"} 2");
    free(text);
}

static void test_export_group_lag_and_state(void **state)
{
    char *text = text_of_commits((const int64_t[]){ 90, 50, -1001 });
    (void)state;

#define AUDIT "consumergroup=\"g\",topic=\"audit\""
    assert_line(text, "kafka_consumergroup_current_offset{" AUDIT ",partition=\"0\"} 90");
    assert_line(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"0\"} 10");
    assert_line(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"1\"} 0");
    assert_no(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"2\"}");
    assert_no(text, "kafka_consumergroup_current_offset{" AUDIT ",partition=\"2\"}");
    assert_line(text, "kafka_consumergroup_current_offset_sum{" AUDIT "} 140");
    assert_line(text, "kafka_consumergroup_lag_sum{" AUDIT "} 10");
    assert_line(text, "kafka_consumergroup_members{consumergroup=\"g\"} 2");
    assert_line(text, "kafka_consumergroup_state{consumergroup=\"g\",state=\"Stable\"} 1");
    assert_line(text, "kafka_consumergroup_state{consumergroup=\"g\",state=\"Empty\"} 0");
    free(text);
}

static void test_export_unknown_end_gives_no_lag_and_no_sum(void **state)
{
    char *text = text_of_commits((const int64_t[]){ 90, 50, 7 });
    (void)state;

    assert_line(text, "kafka_consumergroup_current_offset{" AUDIT ",partition=\"2\"} 7");
    assert_line(text, "kafka_consumergroup_current_offset_sum{" AUDIT "} 147");
    assert_line(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"0\"} 10");
    assert_no(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"2\"}");
    assert_no(text, "kafka_consumergroup_lag_sum");
    free(text);
}

static void test_export_commit_past_end_gives_no_lag_for_it_alone(void **state)
{
    char *text = text_of_commits((const int64_t[]){ 101, 40, -1001 });
    (void)state;

    assert_line(text, "kafka_consumergroup_current_offset{" AUDIT ",partition=\"0\"} 101");
    assert_no(text, "kafka_consumergroup_lag{" AUDIT ",partition=\"0\"}");
    assert_line(text, "kafka_consumergroup_lag_sum{" AUDIT "} 10");
    free(text);
}

static void test_export_undescribed_group_has_no_state_and_no_members(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    (void)add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    char *text = page_text(&page);
    assert_no(text, "consumergroup=\"g\"");
    free(text);
}

static void test_families_are_complete(void **state)
{
    (void)state;

    assert_null(sg_admin_families[SG_ADMIN_FAMILIES].name);
    for (size_t i = 0; i < SG_ADMIN_FAMILIES; i++) {
        assert_non_null(sg_admin_families[i].name);
        assert_true(i == SG_ADMIN_LEFT_OUT || strncmp(sg_admin_families[i].name, "kafka_", 6) == 0);
        assert_non_null(strchr(sg_admin_families[i].help, '(')); /* the request that it is from */
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topology_sorts_and_finds),
        cmocka_unit_test(test_topology_of_what_cannot_be_leaves_it_out),
        cmocka_unit_test(test_topology_topic_error_is_kept),
        cmocka_unit_test(test_topology_broker_only_in_replicas_is_missing_whatever_the_filter),
        cmocka_unit_test(test_topology_excluded_topic_is_left_out),
        cmocka_unit_test(test_topology_past_the_cap_is_left_out_whole),
        cmocka_unit_test(test_groups_listed_twice_is_one),
        cmocka_unit_test(test_groups_past_the_cap_those_of_before_stay),
        cmocka_unit_test(test_group_listed_alive_but_described_dead_has_no_members),
        cmocka_unit_test(test_group_commits_without_offset_or_topic_are_left_out),
        cmocka_unit_test(test_export_brokers_and_partitions),
        cmocka_unit_test(test_export_leaderless_partition_has_no_leader_and_no_offsets),
        cmocka_unit_test(test_export_group_lag_and_state),
        cmocka_unit_test(test_export_by_group_has_no_series_of_topics),
        cmocka_unit_test(test_export_by_topic_has_no_series_of_partitions),
        cmocka_unit_test(test_export_unknown_end_gives_no_lag_and_no_sum),
        cmocka_unit_test(test_export_commit_past_end_gives_no_lag_for_it_alone),
        cmocka_unit_test(test_export_undescribed_group_has_no_state_and_no_members),
        cmocka_unit_test(test_families_are_complete),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
