/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/test_page.h"

static void test_cluster_is_known_by_its_id(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.cluster_id = "c3RyZWFt";
    page.controller = 2;
    page.start[2] = page.end[2] = 1;
    char *text = page_text(&page);
    assert_line(text, "kafka_cluster_info{cluster_id=\"c3RyZWFt\"} 1");
    assert_line(text, "kafka_broker_info{id=\"2\",address=\"[::1]:9093\"} 1");
    assert_no(text, "kafka_topic_info");
    assert_no(text, "kafka_topic_current_offset_sum");
    assert_no(text, "kafka_topic_oldest_offset_sum");
    free(text);
    page_init(&page);
    text = page_text(&page);
    assert_no(text, "kafka_cluster_info");
    free(text);
}

static void test_cluster_and_brokers_have_all_labels_if_wanted(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.wanted.full_brokers = true;
    page.cluster_id = "c3RyZWFt";
    page.controller = 2;
    char *text = page_text(&page);
    assert_line(text,
        "kafka_cluster_info{cluster_id=\"c3RyZWFt\",broker_count=\"2\",controller_id=\"2\"} 1");
    assert_line(text, "kafka_broker_info{id=\"1\",address=\"kafka-1:9092\",host=\"kafka-1\","
                      "port=\"9092\",is_controller=\"false\"} 1");
    assert_line(text, "kafka_broker_info{id=\"2\",address=\"[::1]:9093\",host=\"::1\","
                      "port=\"9093\",is_controller=\"true\"} 1");
    free(text);

    struct sg_racks *racks = NULL;
    assert_int_equal(sg_racks_new(&racks), 0);
    assert_int_equal(sg_racks_set(racks, 1, "east"), 0);
    page_init(&page);
    page.wanted.full_brokers = true;
    page.racks = racks;
    text = page_text(&page);
    assert_line(text, "kafka_broker_info{id=\"1\",address=\"kafka-1:9092\",host=\"kafka-1\","
                      "port=\"9092\",rack=\"east\"} 1");
    assert_line(text, "kafka_broker_info{id=\"2\",address=\"[::1]:9093\",host=\"::1\","
                      "port=\"9093\"} 1");
    free(text);
    (void)sg_racks_free(racks);
}

/* With KRaft brokers name any of them, another one each time. */
static void test_controller_that_is_not_known_is_left_out(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.wanted.full_brokers = true;
    char *text = page_text(&page);
    assert_line(text, "kafka_cluster_info{broker_count=\"2\"} 1");
    assert_line(text, "kafka_broker_info{id=\"1\",address=\"kafka-1:9092\",host=\"kafka-1\","
                      "port=\"9092\"} 1");
    free(text);
}

static void test_topic_info_has_the_counts_if_wanted(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.wanted.topic_info = true;
    char *text = page_text(&page);
    assert_line(
        text, "kafka_topic_info{topic=\"audit\",partition_count=\"3\",replication_factor=\"2\"} 1");
    assert_no(text, "kafka_topic_current_offset_sum");
    free(text);
}

/* A sum of some of the partitions would look like records that are gone. */
static void test_offset_sums_need_every_partition(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    page.wanted.offset_sums = true;
    page.start[1] = 7;
    page.start[2] = 2;
    char *text = page_text(&page);
    assert_line(text, "kafka_topic_oldest_offset_sum{topic=\"audit\"} 9");
    assert_no(text, "kafka_topic_current_offset_sum");
    free(text);
    page_init(&page);
    page.wanted.offset_sums = true;
    page.end[2] = 3;
    text = page_text(&page);
    assert_line(text, "kafka_topic_current_offset_sum{topic=\"audit\"} 153");
    assert_no(text, "kafka_topic_oldest_offset_sum");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster_is_known_by_its_id),
        cmocka_unit_test(test_cluster_and_brokers_have_all_labels_if_wanted),
        cmocka_unit_test(test_controller_that_is_not_known_is_left_out),
        cmocka_unit_test(test_topic_info_has_the_counts_if_wanted),
        cmocka_unit_test(test_offset_sums_need_every_partition),
    };
    return cmocka_run_group_tests_name("export_info", tests, NULL, NULL);
}
