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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_stable_offsets_and_lag_up_to_them),
        cmocka_unit_test(test_export_group_past_the_stable_offset_has_nothing_to_read),
        cmocka_unit_test(test_export_unknown_stable_offset_gives_no_sum),
        cmocka_unit_test(test_export_stable_offsets_only_if_wanted),
        cmocka_unit_test(test_export_open_transaction_is_as_old_as_it_was_seen),
    };
    return cmocka_run_group_tests_name("export_topics", tests, NULL, NULL);
}
