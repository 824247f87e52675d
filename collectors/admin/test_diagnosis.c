/* SPDX-License-Identifier: Apache-2.0 */

/* What --doctor says about a cluster without brokers: its share groups, the requests made. */

#include "admin/diagnosis.h"
#include "test.h"

struct seen {
    bool is_there;
    enum sg_check_result result;
    char fix[200];
};

static void see(void *context, const struct sg_check *check)
{
    struct seen *seen = context;

    if (strcmp(check->target, "share group") != 0)
        return;
    assert_false(seen->is_there);
    seen->is_there = true;
    seen->result = check->result;
    (void)snprintf(seen->fix, sizeof seen->fix, "%s", check->fix);
}

/* @param n_share  partitions of the share group that are known */
static struct seen diagnose(
    enum sg_share_lag share_lag, size_t n_share, const struct sg_failures *failures)
{
    const struct sg_cluster_config config = { .share_lag = share_lag };
    const struct sg_topology topology = { .n_topics = 0 };
    struct sg_group group = { .name = SG_STR("g"), .type = SG_GROUP_SHARE };
    const struct sg_groups groups = { .n = 1, .groups = &group };
    const struct sg_diagnosis diagnosis = {
        .config = &config,
        .topology = &topology,
        .groups = &groups,
        .failures = failures,
        .n_share = n_share,
    };
    struct seen seen = { .is_there = false };

    sg_diagnosis_report(&diagnosis, see, &seen);
    assert_true(seen.is_there);
    return seen;
}

static void test_share_group_with_a_lag_is_good(void **state)
{
    const struct sg_failures none = { .n = 0 };
    struct seen seen = diagnose(SG_SHARE_LAG_STATE_TOPIC, 1, &none);
    (void)state;

    assert_int_equal(seen.result, SG_CHECK_GOOD);
    assert_string_equal(seen.fix, "");
}

static void test_share_lag_that_is_not_wanted_is_proposed(void **state)
{
    const struct sg_failures none = { .n = 0 };
    struct seen seen = diagnose(SG_SHARE_LAG_NONE, 0, &none);
    (void)state;

    assert_int_equal(seen.result, SG_CHECK_DOUBTFUL);
    assert_non_null(strstr(seen.fix, "groups.share_lag: state_topic"));
}

/* The topic was not read in time, names are not known, or librdkafka cannot ask for them. */
static void test_share_group_without_a_lag_needs_no_permission_unless_denied(void **state)
{
    static const struct {
        enum sg_failure_kind kind;
        enum sg_request request;
        bool advised;
    } cases[] = {
        { SG_FAILURE_DENIED, SG_REQUEST_FETCH, true },
        { SG_FAILURE_DENIED, SG_REQUEST_OFFSET_FETCH, false },
        { SG_FAILURE_TIMEOUT, SG_REQUEST_FETCH, false },
        { SG_FAILURE_INTERNAL, SG_REQUEST_NONE, false },
    };
    const struct sg_failures none = { .n = 0 };
    (void)state;

    assert_string_equal(diagnose(SG_SHARE_LAG_STATE_TOPIC, 0, &none).fix, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_failures failures = { .n = 0 };
        sg_failures_warn(&failures, cases[i].kind, cases[i].request, 0, "it failed");
        struct seen seen = diagnose(SG_SHARE_LAG_STATE_TOPIC, 0, &failures);
        assert_int_equal(seen.result, SG_CHECK_DOUBTFUL);
        assert_int_equal(strstr(seen.fix, "READ on the topic") != NULL, cases[i].advised);
    }
}

static void see_broker_configs(void *context, const struct sg_check *check)
{
    bool *is_there = context;

    *is_there = *is_there || strcmp(check->target, "DescribeConfigs of brokers") == 0;
}

static void test_request_that_was_not_made_is_not_reported(void **state)
{
    const struct sg_topology topology = { .n_topics = 0 };
    const struct sg_groups groups = { .n = 0 };
    const struct sg_failures none = { .n = 0 };
    (void)state;

    for (int log_dirs = 0; log_dirs < 2; log_dirs++) {
        const struct sg_cluster_config config = { .log_dirs = log_dirs };
        bool is_there = false;
        sg_diagnosis_report(
            &(struct sg_diagnosis){
                .config = &config, .topology = &topology, .groups = &groups, .failures = &none },
            see_broker_configs, &is_there);
        assert_int_equal(is_there, config.log_dirs);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_group_with_a_lag_is_good),
        cmocka_unit_test(test_share_lag_that_is_not_wanted_is_proposed),
        cmocka_unit_test(test_share_group_without_a_lag_needs_no_permission_unless_denied),
        cmocka_unit_test(test_request_that_was_not_made_is_not_reported),
    };
    return cmocka_run_group_tests_name("admin_diagnosis", tests, NULL, NULL);
}
