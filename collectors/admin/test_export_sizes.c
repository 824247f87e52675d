/* SPDX-License-Identifier: Apache-2.0 */

/* The series of topics' sizes. */

#include "admin/test_page.h"

/* Topic audit, of three partitions. @return the page, owned */
static char *text_of(const struct sg_topic_sizes *sizes)
{
    struct page page;

    page_init(&page);
    page.sizes = sizes;
    return page_text(&page);
}

static void test_export_sizes_of_a_topic(void **state)
{
    char *text = text_of(&(struct sg_topic_sizes){ 300, 120, 100 });
    (void)state;

    assert_line(text, "kafka_topic_log_size_bytes{topic=\"audit\"} 300");
    assert_line(text, "kafka_topic_log_size_leader_bytes{topic=\"audit\"} 120");
    assert_line(text, "kafka_topic_log_size_skew_ratio{topic=\"audit\"} 2.5");
    assert_no(text, "kafka_topic_retention_size_ratio{"); /* its retention is not known */
    free(text);
}

static void test_export_sizes_that_are_unknown_are_absent(void **state)
{
    char *text = text_of(&(struct sg_topic_sizes){ -1, 120, 100 });
    (void)state;

    assert_no(text, "kafka_topic_log_size_bytes{");
    assert_line(text, "kafka_topic_log_size_leader_bytes{topic=\"audit\"} 120");
    free(text);

    text = text_of(&(struct sg_topic_sizes){ 300, -1, -1 });
    assert_line(text, "kafka_topic_log_size_bytes{topic=\"audit\"} 300");
    assert_no(text, "kafka_topic_log_size_leader_bytes{");
    assert_no(text, "kafka_topic_log_size_skew_ratio{");
    free(text);

    text = text_of(NULL);
    assert_no(text, "kafka_topic_log_size_");
    free(text);
}

static void test_export_sizes_of_an_empty_topic_have_no_skew(void **state)
{
    char *text = text_of(&(struct sg_topic_sizes){ 0, 0, 0 });
    (void)state;

    assert_line(text, "kafka_topic_log_size_bytes{topic=\"audit\"} 0");
    assert_line(text, "kafka_topic_log_size_leader_bytes{topic=\"audit\"} 0");
    assert_no(text, "kafka_topic_log_size_skew_ratio{");
    free(text);
}

static void test_config_limits_the_size_of_a_log_when_it_is_deleted_from(void **state)
{
    static const struct {
        struct sg_topic_config config;
        bool is_limited;
    } cases[] = {
        { { .known = true, .deletes = true, .retention_bytes = 1000 }, true },
        { { .known = false, .deletes = true, .retention_bytes = 1000 }, false },
        { { .known = true, .deletes = false, .retention_bytes = 1000 }, false },
        { { .known = true, .deletes = true, .retention_bytes = -1 }, false },
        { { .known = true, .deletes = true, .retention_bytes = 0 }, false },
        { { .known = true, .deletes = true, .retention_bytes = 1000, .is_remote = true }, false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sg_topic_config_is_limited(&cases[i].config), cases[i].is_limited);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_sizes_of_a_topic),
        cmocka_unit_test(test_export_sizes_that_are_unknown_are_absent),
        cmocka_unit_test(test_export_sizes_of_an_empty_topic_have_no_skew),
        cmocka_unit_test(test_config_limits_the_size_of_a_log_when_it_is_deleted_from),
    };
    return cmocka_run_group_tests_name("export_sizes", tests, NULL, NULL);
}
