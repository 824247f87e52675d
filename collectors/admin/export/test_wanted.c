/* SPDX-License-Identifier: Apache-2.0 */

/* Which aliases bring the labels and series that are there only for them. */

#include "admin/export/wanted.h"
#include "test.h"

#include <string.h>

static char name[64], label[64];

/* What is wanted with one alias, of this family. */
static struct sg_wanted wanted_by(struct sg_alias alias, const char *family)
{
    static char value[] = "x";

    (void)snprintf(name, sizeof name, "%s", family);
    alias.from = name;
    alias.to = value;
    alias.where_value = alias.where_label ? value : NULL;
    return sg_wanted_by(&(struct sg_aliases){ 1, &alias });
}

static const struct {
    const char *family;
    const char *label;
    bool groups, brokers;
} cases[] = {
    { "kafka_consumergroup_info", "state", true, false },
    { "kafka_consumergroup_info", "protocol_type", true, false },
    { "kafka_consumergroup_info", "coordinator", false, false },
    { "kafka_cluster_info", "broker_count", false, true },
    { "kafka_cluster_info", "controller_id", false, true },
    { "kafka_cluster_info", "cluster_id", false, false },
    { "kafka_broker_info", "host", false, true },
    { "kafka_broker_info", "port", false, true },
    { "kafka_broker_info", "is_controller", false, true },
    { "kafka_broker_info", "rack", false, true },
    { "kafka_broker_info", "address", false, false },
    { "kafka_consumergroup_state", "state", false, false },
};

/* Shown, or what an alias chooses its series or their values by. */
static void test_labels_are_wanted_by_an_alias_that_uses_them(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(label, sizeof label, "%s", cases[i].label);
        const struct sg_alias aliases[] = {
            { .n_labels = 2,
                .labels = { { (char[]){ "id" }, (char[]){ "id" } }, { label, label } } },
            { .where_label = label },
            { .states = label },
        };
        for (size_t j = 0; j < sizeof aliases / sizeof aliases[0]; j++) {
            struct sg_wanted wanted = wanted_by(aliases[j], cases[i].family);
            if (wanted.full_groups != cases[i].groups || wanted.full_brokers != cases[i].brokers)
                fail_msg("%s of %s, alias %zu", cases[i].label, cases[i].family, j);
        }
    }
}

static void test_series_are_wanted_by_any_alias(void **state)
{
    const struct sg_alias alias = { .n_labels = 0 };
    (void)state;

    assert_true(wanted_by(alias, "kafka_topic_info").topic_info);
    assert_true(wanted_by(alias, "kafka_topic_current_offset_sum").offset_sums);
    assert_true(wanted_by(alias, "kafka_topic_oldest_offset_sum").offset_sums);
    assert_true(wanted_by(alias, "kafka_consumergroup_member_current_offset").member_lag);
    assert_true(wanted_by(alias, "kafka_consumergroup_member_lag").member_lag);
    assert_true(wanted_by(alias, "kafka_consumergroup_member_lag_seconds").member_lag);
    struct sg_wanted wanted = wanted_by(alias, "kafka_broker_info");
    assert_false(wanted.topic_info || wanted.offset_sums || wanted.member_lag);
    assert_false(wanted.full_brokers);
    wanted = sg_wanted_by(NULL);
    assert_false(wanted.topic_info || wanted.full_groups || wanted.full_brokers);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_wanted_by_an_alias_that_uses_them),
        cmocka_unit_test(test_series_are_wanted_by_any_alias),
    };
    return cmocka_run_group_tests_name("wanted", tests, NULL, NULL);
}
