/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/record.h"
#include "admin/test_page.h"

/* In topic audit, whose partitions end at 100 and 50; the end of the last is not known. */
static char *text_of(const struct sg_share_progress *share,
    size_t n,
    int64_t log_start,
    enum sg_granularity granularity)
{
    struct page page;

    page_init(&page);
    page.granularity = granularity;
    page.start[0] = log_start;
    page.n_share = n;
    page.share = share;
    return page_text(&page);
}

#define G      \
    {          \
        "g", 1 \
    }
#define SHARE_0 "{consumergroup=\"g\",topic=\"audit\",partition=\"0\"}"
#define SHARE_1 "{consumergroup=\"g\",topic=\"audit\",partition=\"1\"}"
#define SHARE   "{consumergroup=\"g\",topic=\"audit\"}"

static void test_share_lag_is_without_what_is_complete(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 }, { G, 1, 50, 0 } };
    char *text = text_of(share, 2, 0, SG_GRANULARITY_PARTITION);
    (void)state;

    assert_line(text, "kafka_sharegroup_lag" SHARE_0 " 79");
    assert_line(text, "kafka_sharegroup_start_offset" SHARE_0 " 10");
    assert_line(text, "kafka_sharegroup_delivery_complete" SHARE_0 " 11");
    assert_line(text, "kafka_sharegroup_lag" SHARE_1 " 0");
    assert_line(text, "kafka_sharegroup_lag_sum" SHARE " 79");
    free(text);
}

static void test_share_lag_is_absent_where_it_is_not_known(void **state)
{
    static const struct {
        struct sg_share_progress one;
        bool has_complete;
    } cases[] = {
        { { G, 0, 10, SG_SHARE_UNKNOWN }, false }, /* Kafka before 4.2 */
        { { G, 2, 10, 0 }, true },                 /* no end of the log */
        { { G, 0, 101, 0 }, true },                /* past the end */
        { { G, 0, 95, 6 }, true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = text_of(&cases[i].one, 1, 0, SG_GRANULARITY_PARTITION);
        assert_no(text, "kafka_sharegroup_lag{");
        assert_no(text, "kafka_sharegroup_lag_sum{");
        assert_non_null(strstr(text, "kafka_sharegroup_start_offset{"));
        assert_int_equal(
            strstr(text, "kafka_sharegroup_delivery_complete{") != NULL, cases[i].has_complete);
        free(text);
    }
}

/* Of what is deleted it is not known how much was complete. */
static void test_share_lag_is_at_most_what_the_log_holds(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 } };
    char *text = text_of(share, 1, 30, SG_GRANULARITY_PARTITION);
    (void)state;

    assert_line(text, "kafka_sharegroup_lag" SHARE_0 " 70");
    free(text);
    text = text_of(share, 1, 15, SG_GRANULARITY_PARTITION);
    assert_line(text, "kafka_sharegroup_lag" SHARE_0 " 79");
    free(text);
}

static void test_share_lag_sum_needs_every_partition(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 },
        { G, 1, 50, SG_SHARE_UNKNOWN }, { { "h", 1 }, 0, 99, 0 } };
    char *text = text_of(share, 3, 0, SG_GRANULARITY_TOPIC);
    (void)state;

    assert_no(text, "kafka_sharegroup_lag_sum" SHARE);
    assert_line(text, "kafka_sharegroup_lag_sum{consumergroup=\"h\",topic=\"audit\"} 1");
    assert_no(text, "kafka_sharegroup_lag{");
    assert_no(text, "kafka_sharegroup_start_offset{");
    free(text);
}

static void test_share_partition_without_a_start_has_no_series_and_no_sum(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 },
        { G, 1, SG_SHARE_UNKNOWN, 0 } };
    char *text = text_of(share, 2, 0, SG_GRANULARITY_PARTITION);
    (void)state;

    assert_line(text, "kafka_sharegroup_lag" SHARE_0 " 79");
    assert_null(strstr(text, SHARE_1));
    assert_no(text, "kafka_sharegroup_lag_sum{");
    free(text);
}

/* As of a partition to which nothing was produced. */
static void test_share_lag_sum_knows_that_an_empty_log_has_no_lag(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, SG_SHARE_UNKNOWN, 0 },
        { G, 1, 20, 0 }, { { "h", 1 }, 2, SG_SHARE_UNKNOWN, 0 } };
    char *text = text_of(share, 3, 100, SG_GRANULARITY_PARTITION);
    (void)state;

    assert_line(text, "kafka_sharegroup_lag_sum" SHARE " 30");
    assert_null(strstr(text, SHARE_0));
    assert_no(text, "kafka_sharegroup_lag_sum{consumergroup=\"h\"");
    free(text);
}

static void test_share_lag_has_no_sums_where_partitions_may_be_missing(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 } };
    struct page page;
    (void)state;

    page_init(&page);
    page.n_share = 1;
    page.share = share;
    page.share_partial = true;
    char *text = page_text(&page);
    assert_line(text, "kafka_sharegroup_lag" SHARE_0 " 79");
    assert_no(text, "kafka_sharegroup_lag_sum{");
    free(text);
}

static void test_share_lag_sum_of_a_group_has_no_topic(void **state)
{
    static const struct sg_share_progress share[] = { { G, 0, 10, 11 }, { G, 1, 20, 0 },
        { { "h", 1 }, 0, 99, 0 } };
    char *text = text_of(share, 3, 0, SG_GRANULARITY_GROUP);
    (void)state;

    assert_line(text, "kafka_sharegroup_lag_sum{consumergroup=\"g\"} 109");
    assert_line(text, "kafka_sharegroup_lag_sum{consumergroup=\"h\"} 1");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_lag_is_without_what_is_complete),
        cmocka_unit_test(test_share_lag_is_absent_where_it_is_not_known),
        cmocka_unit_test(test_share_lag_is_at_most_what_the_log_holds),
        cmocka_unit_test(test_share_lag_sum_needs_every_partition),
        cmocka_unit_test(test_share_partition_without_a_start_has_no_series_and_no_sum),
        cmocka_unit_test(test_share_lag_sum_knows_that_an_empty_log_has_no_lag),
        cmocka_unit_test(test_share_lag_has_no_sums_where_partitions_may_be_missing),
        cmocka_unit_test(test_share_lag_sum_of_a_group_has_no_topic),
    };
    return cmocka_run_group_tests_name("export_share", tests, NULL, NULL);
}
