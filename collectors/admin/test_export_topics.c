/* SPDX-License-Identifier: Apache-2.0 */

/* What is known of topics besides their partitions and offsets. */

#include "admin/test_page.h"

/* Topic audit's partitions 0 and 1 end at 100 and 50; 2 has no leader. */
static const int64_t stable[] = { 70, 50, SG_OFFSET_UNKNOWN };
static const int64_t end_before[] = { 90, 50, SG_OFFSET_UNKNOWN };

/* A group that has committed these offsets in partitions 0 and 1. */
static void page_of_commits(struct page *page, int64_t first, int64_t second)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(2);

    page_init(page);
    page->stable = stable;
    commit(list, "audit", 0, first, 0);
    commit(list, "audit", 1, second, 0);
    struct sg_group *group = add_group(&page->groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    assert_int_equal(sg_group_commit(group, page->topology, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
}

static void test_export_stable_offsets_and_lag_up_to_them(void **state)
{
    struct page page;
    (void)state;

    page_of_commits(&page, 65, 48);
    char *text = page_text(&page);
    assert_line(
        text, "kafka_topic_partition_last_stable_offset{topic=\"audit\",partition=\"0\"} 70");
    assert_line(
        text, "kafka_topic_partition_last_stable_offset{topic=\"audit\",partition=\"1\"} 50");
    assert_no(text, "kafka_topic_partition_last_stable_offset{topic=\"audit\",partition=\"2\"}");
    assert_line(text, "kafka_consumergroup_read_committed_lag{consumergroup=\"g\",topic=\"audit\","
                      "partition=\"0\"} 5");
    assert_line(text, "kafka_consumergroup_lag{consumergroup=\"g\",topic=\"audit\","
                      "partition=\"0\"} 35");
    assert_line(
        text, "kafka_consumergroup_read_committed_lag_sum{consumergroup=\"g\",topic=\"audit\"} 7");
    free(text);
}

/* It does not use read_committed; past the end, nothing is known of it. */
static void test_export_group_past_the_stable_offset_has_nothing_to_read(void **state)
{
    struct page page;
    (void)state;

    page_of_commits(&page, 95, 60);
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_read_committed_lag{consumergroup=\"g\",topic=\"audit\","
                      "partition=\"0\"} 0");
    assert_no(text, "kafka_consumergroup_read_committed_lag{consumergroup=\"g\",topic=\"audit\","
                    "partition=\"1\"}");
    free(text);
}

static void test_export_unknown_stable_offset_gives_no_sum(void **state)
{
    static const int64_t one_unknown[] = { 70, SG_OFFSET_UNKNOWN, SG_OFFSET_UNKNOWN };
    struct page page;
    (void)state;

    page_of_commits(&page, 65, 48);
    page.stable = one_unknown;
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_read_committed_lag{consumergroup=\"g\",topic=\"audit\","
                      "partition=\"0\"} 5");
    assert_no(text, "kafka_consumergroup_read_committed_lag_sum{");
    assert_no(text, "kafka_topic_partition_open_transaction_seconds{");
    free(text);
}

static void test_export_stable_offsets_only_if_wanted(void **state)
{
    struct page page;
    (void)state;

    page_of_commits(&page, 65, 48);
    page.stable = NULL;
    char *text = page_text(&page);
    assert_no(text, "last_stable_offset{");
    assert_no(text, "read_committed_lag");
    free(text);
}

static void test_export_open_transaction_is_as_old_as_it_was_seen(void **state)
{
    struct page page;
    (void)state;

    page_of_commits(&page, 65, 48);
    page.end_before = end_before;
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_partition_open_transaction_seconds{topic=\"audit\","
                      "partition=\"0\"} 100");
    assert_no(
        text, "kafka_topic_partition_open_transaction_seconds{topic=\"audit\",partition=\"1\"}");
    free(text);
}

static const struct sg_described described[] = {
    { .name = "cleanup.policy", .value = "compact" },
    { .name = "min.insync.replicas", .value = "1", .is_own = true, .fallback = "2" },
    { .name = "flush.ms", .value = "7", .is_own = true, .fallback = "9" },
};

static uint32_t last_version; /* of a configuration */

static void set_config(struct sg_topic_config *config, const struct sg_described *list, size_t n)
{
    assert_int_equal(sg_topic_config_set(config, list, n, &last_version), 0);
}

/* The exposition of a topic whose configuration is that. */
static char *text_of_config(size_t max_overrides)
{
    struct sg_topic_config config = { .known = false };
    struct page page;

    set_config(&config, described, 3);
    page_init(&page);
    page.config = &config;
    page.max_overrides = max_overrides;
    char *text = page_text(&page);
    sg_topic_config_done(&config);
    return text;
}

static void test_export_configuration_without_what_is_not_known(void **state)
{
    (void)state;
    char *text = text_of_config(0);
    assert_line(text, "kafka_topic_config_info{topic=\"audit\",cleanup_policy=\"compact\","
                      "min_insync_replicas=\"1\"} 1");
    assert_line(text, "kafka_topic_config_overrides{topic=\"audit\"} 2");
    assert_no(text, "kafka_topic_config_override_info{");
    assert_no(text, "what=\"overrides\"");
    free(text);
}

static void test_export_overrides_up_to_the_limit(void **state)
{
    (void)state;
    char *text = text_of_config(1);
    assert_line(text, "kafka_topic_config_override_info{topic=\"audit\","
                      "config=\"min.insync.replicas\",value=\"1\",default_value=\"2\"} 1");
    assert_no(text, "config=\"flush.ms\"");
    assert_line(text, "streamgauge_admin_left_out{what=\"overrides\"} 1");
    free(text);
    text = text_of_config(2);
    assert_line(text, "kafka_topic_config_override_info{topic=\"audit\",config=\"flush.ms\","
                      "value=\"7\",default_value=\"9\"} 1");
    assert_line(text, "streamgauge_admin_left_out{what=\"overrides\"} 0");
    free(text);
}

/* Also when the topic was deleted in between, and is another one of the same name. */
static void test_export_changed_configuration_replaces_the_one_before(void **state)
{
    struct sg_topic_config before = { .known = false }, after = { .known = false };
    struct page page;
    (void)state;

    set_config(&before, described, 2);
    set_config(&after, described + 1, 2);
    page_init(&page);
    page.max_overrides = 5;
    page.config_before = &before;
    page.config = &after;
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_config_info{topic=\"audit\",min_insync_replicas=\"1\"} 1");
    assert_no(text, "cleanup_policy");
    assert_line(text, "kafka_topic_config_override_info{topic=\"audit\",config=\"flush.ms\","
                      "value=\"7\",default_value=\"9\"} 1");
    free(text);
    sg_topic_config_done(&before);
    sg_topic_config_done(&after);
}

static void test_export_groups_of_a_topic_where_all_are_known(void **state)
{
    static const uint32_t nobody = 0;
    struct page page;
    (void)state;

    page_init(&page);
    page.readers = &nobody;
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_groups{topic=\"audit\"} 0");
    free(text);
    page_init(&page);
    text = page_text(&page);
    assert_no(text, "kafka_topic_groups{");
    free(text);
}

static void test_export_last_produced_if_wanted(void **state)
{
    static const int64_t all_before[] = { 90, 49, SG_OFFSET_UNKNOWN };
    struct sg_produced *produced = NULL;
    struct page page;
    (void)state;

    assert_int_equal(sg_produced_new(&produced), 0);
    page_init(&page);
    page.end[2] = page.start[2] = 0; /* empty */
    page.end_before = all_before;
    page.produced = produced;
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_last_produced_timestamp_seconds{topic=\"audit\"} 7.5");
    free(text);
    page_init(&page);
    text = page_text(&page);
    assert_no(text, "kafka_topic_last_produced_timestamp_seconds{");
    free(text);
    (void)sg_produced_free(produced);
}

/* Brokers 1 and 2 are in the metadata, 3 is only in replica lists. */
static char *text_of_racks(const char *first, const char *second, const char *third)
{
    struct sg_racks *racks = NULL;
    struct page page;

    assert_int_equal(sg_racks_new(&racks), 0);
    assert_int_equal(sg_racks_set(racks, 1, first), 0);
    assert_int_equal(sg_racks_set(racks, 2, second), 0);
    assert_int_equal(sg_racks_set(racks, 3, third), 0);
    page_init(&page);
    page.racks = racks;
    char *text = page_text(&page);
    (void)sg_racks_free(racks);
    return text;
}

static void test_export_partitions_in_one_rack_where_all_racks_are_known(void **state)
{
    (void)state;
    char *text = text_of_racks("x", "x", "y");
    assert_line(text, "kafka_topic_partitions_in_one_rack{topic=\"audit\"} 1");
    free(text);
    text = text_of_racks("x", "y", NULL);
    assert_no(text, "kafka_topic_partitions_in_one_rack{");
    free(text);
    text = text_of_racks("x", NULL, "x");
    assert_no(text, "kafka_topic_partitions_in_one_rack{");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_stable_offsets_and_lag_up_to_them),
        cmocka_unit_test(test_export_group_past_the_stable_offset_has_nothing_to_read),
        cmocka_unit_test(test_export_unknown_stable_offset_gives_no_sum),
        cmocka_unit_test(test_export_stable_offsets_only_if_wanted),
        cmocka_unit_test(test_export_open_transaction_is_as_old_as_it_was_seen),
        cmocka_unit_test(test_export_configuration_without_what_is_not_known),
        cmocka_unit_test(test_export_overrides_up_to_the_limit),
        cmocka_unit_test(test_export_changed_configuration_replaces_the_one_before),
        cmocka_unit_test(test_export_groups_of_a_topic_where_all_are_known),
        cmocka_unit_test(test_export_last_produced_if_wanted),
        cmocka_unit_test(test_export_partitions_in_one_rack_where_all_racks_are_known),
    };
    return cmocka_run_group_tests_name("export_topics", tests, NULL, NULL);
}
