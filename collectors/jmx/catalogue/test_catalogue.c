/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/catalogue.h"
#include "jmx/catalogue/identity.h"
#include "jmx/catalogue/test_recording.h"
#include "jmx/jolokia/answer.h"
#include "jmx/rules/matcher.h"
#include "jmx/rules/rules_plan.h"
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/* The catalogues themselves: nothing in them is unused, undocumented or invalid. */

static void test_load_all_takes_each_file_once(void **state)
{
    const char *const twice[] = { "zookeeper", "jvm", "zookeeper" };
    const char *const unknown[] = { "jvm", "nope" };
    struct sg_rules *once = catalogue_load("zookeeper");
    struct sg_rules *rules = NULL;
    struct sg_error err;
    (void)state;

    assert_int_equal(sg_catalogue_load_all(twice, 3, &rules, &err), 0);
    assert_int_equal(rules->n_rules, once->n_rules);
    assert_int_equal(rules->requests.n, once->requests.n);
    (void)sg_rules_free(rules);
    (void)sg_rules_free(once);
    assert_int_equal(sg_catalogue_load_all(unknown, 2, &rules, &err), -ENOENT);
    assert_non_null(strstr(err.text, "nope"));
}

/* ---- Nothing in a catalogue is unused ---- */

/* What no recording has: the start of the request's MBean or of the rule's name, and why. */
struct excuse {
    const char *what;
    const char *why;
    bool used;
};

static struct excuse excuses[] = {
#define NO_EVENT "there is none before it first happens, and none was recorded"
    { "kafka_log_logmanager_remaining", "only while logs are recovered at the start", false },
    { "kafka_network_requestmetrics_deprecatedrequests_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_buildremotelogauxstate", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_bytesrejected_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_failedfetchrequests_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_failedshare", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_fetchmessageconversions_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidmagicnumberrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidmessagecrcrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_invalidoffsetorsequencerecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_nokeycompactedtopicrecords_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_producemessageconversions_total", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotecopy", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotedelete", NO_EVENT, false },
    { "kafka_server_brokertopicmetrics_remotefetch", NO_EVENT, false },
    { "kafka_server_delayedremotefetchmetrics_expires_total", NO_EVENT, false },
    { "kafka.server:type=DelayedRemoteFetchMetrics,", NO_EVENT, false },
#undef NO_EVENT
#define NAN_WHEN_IDLE "was NaN in every recording: nothing of the kind had happened lately"
    { "kafka_connect_source_task_poll_batch_", NAN_WHEN_IDLE, false },
    { "kafka_connect_worker_rebalance_rebalance_", NAN_WHEN_IDLE, false },
    { "kafka_consumer_coordinator_rebalance_latency_max_seconds", NAN_WHEN_IDLE, false },
    { "kafka_consumer_consumer_coordinator_metrics_rebalance_latency_", NAN_WHEN_IDLE, false },
    { "kafka_consumer_consumer_coordinator_metrics_join_time_", NAN_WHEN_IDLE, false },
    { "kafka_consumer_consumer_coordinator_metrics_sync_time_", NAN_WHEN_IDLE, false },
    { "kafka_server_group_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
    { "kafka_server_quota_throttle_time", NAN_WHEN_IDLE, false },
    { "kafka_server_raftmetrics_election_latency_", NAN_WHEN_IDLE, false },
    { "kafka_server_remotelogmanager_", NAN_WHEN_IDLE, false },
    { "kafka_server_share_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
    { "kafka_server_transaction_coordinator_metrics_partition_load_time_", NAN_WHEN_IDLE, false },
#undef NAN_WHEN_IDLE
    { "kafka.controller:type=KafkaController,name=ZkWrite*TimeMs", "only in a migration", false },
    { "kafka_controller_kafkacontroller_zkwrite", "only in a migration", false },
    { "kafka.server:type=AlterLogDirsReplication", "only with a throttle set", false },
    { "kafka.server:type=FollowerReplication", "only with a throttle set", false },
    { "kafka_server_alterlogdirsreplication_byte_rate", "only with a throttle set", false },
    { "kafka_server_followerreplication_byte_rate", "only with a throttle set", false },
    { "kafka.server:type=*,user=*", "no recorded broker authenticates its clients", false },
    { "kafka_server_quota_", "no recorded broker authenticates its clients", false },
    { "kafka_server_socket_server_metrics_connections_tls", "no recorded broker has TLS", false },
    { "metrics:name=master.", "no stand-alone master was recorded", false },
    { "metrics:name=worker.", "no stand-alone worker was recorded", false },
    { "spark_master_", "no stand-alone master was recorded", false },
    { "spark_worker_", "no stand-alone worker was recorded", false },
    { "trino.", "no Trino was recorded; its rules are Presto's", false },
    { NULL, NULL, false },
};

/* @return 1 when it is not excepted; printed, so that one run shows them all */
static int check_excuse(const char *kind, const char *text)
{
    for (struct excuse *excuse = excuses; excuse->what; excuse++) {
        if (strncmp(text, excuse->what, strlen(excuse->what)) == 0) {
            excuse->used = true;
            return 0;
        }
    }
    print_error("no recording has anything for the %s %s\n", kind, text);
    return 1;
}

struct usage {
    struct sg_matcher *matcher;
    const struct sg_rules *rules;
    bool *used;  /* of each rule */
    bool *asked; /* of each request */
};

static void note_rule(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct usage *usage = context;
    struct sg_outcome outcome;

    assert_int_equal(sg_matcher_decide(usage->matcher, attribute, value, &outcome), 0);
    if (outcome.kind == SG_OUTCOME_SERIES)
        usage->used[outcome.rule - usage->rules->rules] = true;
}

static void ignore_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    fail_msg("%s: %s", sg_failure_kind_text(kind), err->text);
}

static void note_rules(struct usage *usage, const struct sg_poll_plan *plan, json_t *all)
{
    const struct sg_answer_handler handler = { usage, note_rule, NULL, NULL, ignore_failure };
    char *body = recording_answer_plan(usage->rules, plan, all, usage->asked);

    assert_int_equal(sg_answer_read(plan, body, strlen(body), &handler), 0);
    free(body);
}

/* @return how many rules and requests no recording has anything for */
static int count_dead(struct sg_rules *rules)
{
    struct sg_poll_plan *plan = NULL;
    struct usage usage = {
        .rules = rules,
        .used = calloc(rules->n_rules, sizeof(bool)),
        .asked = calloc(rules->requests.n, sizeof(bool)),
    };
    int n_dead = 0;

    assert_int_equal(sg_matcher_new(rules, &usage.matcher), 0);
    assert_int_equal(sg_rules_plan_new(rules, &plan), 0);
    for (size_t i = 0; i < N_RECORDINGS; i++) {
        json_t *all = recording_read(recording_names[i]);
        note_rules(&usage, plan, all);
        json_decref(all);
    }
    for (size_t i = 0; i < rules->n_rules; i++) {
        if (!usage.used[i])
            n_dead += check_excuse("rule", rules->rules[i].name.text);
    }
    for (size_t i = 0; i < rules->requests.n; i++) {
        if (!usage.asked[i])
            n_dead += check_excuse("request", rules->requests.lists[i].mbean.text);
    }
    (void)sg_matcher_free(usage.matcher);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
    free(usage.used);
    free(usage.asked);
    return n_dead;
}

static void test_every_request_and_rule_is_of_use(void **state)
{
    int n_dead = count_dead(catalogue_load_every()) + count_dead(catalogue_load(CATALOGUE_INSTEAD));
    (void)state;

    assert_int_equal(n_dead, 0);
    for (const struct excuse *excuse = excuses; excuse->what; excuse++) {
        if (!excuse->used)
            fail_msg("%s needs no excuse", excuse->what);
    }
}

/* ---- The catalogues as documentation ---- */

struct listed {
    size_t n;
    char *names[2000];
};

/* "... (domain:key=value: attribute)" */
static bool names_its_mbean(const char *help)
{
    const char *open = strrchr(help, '(');
    const char *colon = open ? strchr(open, ':') : NULL;
    const char *equals = colon ? strchr(colon, '=') : NULL;

    return equals && strstr(equals, ": ") && help[strlen(help) - 1] == ')';
}

static bool is_constant_label(struct sg_str name)
{
    return sg_str_equal(name, SG_STR("kafka_cluster")) || sg_str_equal(name, SG_STR("broker")) ||
           sg_str_equal(name, SG_STR("jvm"));
}

static void check_metric(void *context, const struct sg_catalogue_metric *metric)
{
    struct listed *listed = context;
    const char *name = metric->family.name;

    assert_true(sg_metric_name_valid(sg_str_of(name)));
    assert_int_not_equal(metric->family.type, SG_METRIC_UNKNOWN);
    if (!names_its_mbean(metric->family.help))
        fail_msg("%s: %s", name, metric->family.help);
    bool counts = metric->family.type == SG_METRIC_COUNTER;
    assert_int_equal(counts, sg_str_ends_with(sg_str_of(name), SG_STR("_total")));
    for (size_t i = 0; i < metric->n_labels; i++) {
        assert_true(sg_label_name_valid(metric->labels[i]));
        assert_false(is_constant_label(metric->labels[i]));
    }
    /* A family is in one file only: its type, help and labels cannot differ. */
    for (size_t i = 0; i < listed->n; i++) {
        if (strcmp(listed->names[i], name) == 0)
            fail_msg("%s is in two files", name);
    }
    assert_true(listed->n < sizeof listed->names / sizeof listed->names[0]);
    listed->names[listed->n++] = strdup(name);
}

static void test_each_metric_is_documented(void **state)
{
    struct listed listed = { .n = 0 };
    struct sg_error err;
    (void)state;

    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++)
        assert_int_equal(sg_catalogue_each_metric(one->name, check_metric, &listed, &err), 0);
    assert_true(listed.n > 400);
    for (size_t i = 0; i < listed.n; i++)
        free(listed.names[i]);
    assert_false(sg_catalogue_has("nope"));
    assert_int_not_equal(sg_catalogue_each_metric("nope", check_metric, &listed, &err), 0);
}

static void test_catalogues_and_their_descriptions_agree(void **state)
{
    (void)state;
    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++) {
        assert_true(sg_catalogue_has(one->name));
        assert_true(one->title[0] && one->text[0]);
    }
    for (const struct sg_embedded *file = sg_catalogue_files; file->set; file++) {
        const struct sg_catalogue *one = sg_catalogues;
        while (one->name && strcmp(one->name, file->set) != 0)
            one++;
        if (!one->name)
            fail_msg("the catalogue %s has no description", file->set);
    }
}

/*
 * Each rule: a literal name, so that no user, client id or topic becomes part of one; the
 * same type and help for all rules of a family; and a decision that holds whatever the number.
 */
static void test_each_rule_is_sound(void **state)
{
    struct sg_rules *rules = catalogue_load_every();
    (void)state;

    for (size_t i = 0; i < rules->n_rules; i++) {
        const struct sg_rule *rule = &rules->rules[i];
        struct sg_str literal;
        struct sg_str help;
        if (!sg_template_literal(&rule->name, &literal))
            fail_msg("rule %zu: the name is not literal", rule->line);
        assert_true(rule->has_help && sg_template_literal(&rule->help, &help));
        if (rule->sees_value && !rule->has_value)
            fail_msg("%s would be decided anew for each value", rule->name.text);
        for (size_t j = 0; j < i; j++) {
            const struct sg_rule *other = &rules->rules[j];
            if (strcmp(other->name.text, rule->name.text) != 0)
                continue;
            assert_int_equal(other->type, rule->type);
            assert_string_equal(other->help.text, rule->help.text);
        }
    }
    (void)sg_rules_free(rules);
}

/* The identity of real processes, attribute by attribute. */
static void test_recorded_brokers_say_who_they_are(void **state)
{
    static const struct {
        const char *recording;
        int32_t id;
        const char *cluster;
    } cases[] = {
        { "kafka-3.6.0-zk-broker", 2, "D5arsb-FT-mYsJcqO7PNBw" },
        { "kafka-3.9.1-kraft-broker", 1, "MkU3OEVBNTcwNTJENDM2Qg" },
        { "kafka-3.9.1-kraft-controller", 100, "MkU3OEVBNTcwNTJENDM2Qg" },
        { "kafka-4.1.0-kraft-combined", 1, "MkU3OEVBNTcwNTJENDM2Qg" },
        { "kafka-4.4.0-kraft-broker", 1, "MkU3OEVBNTcwNTJENDM2Qg" },
        { "kafka-4.4.0-kraft-controller", 100, "MkU3OEVBNTcwNTJENDM2Qg" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_identity identity = { .n_ids = 0 };
        struct sg_error err;
        json_t *all = recording_read(cases[i].recording);
        const char *name;
        json_t *attributes;
        struct sg_poll_plan *plan = NULL;
        assert_int_equal(sg_poll_plan_new(&plan), 0);
        assert_int_equal(sg_identity_ask(plan), 0);
        for (size_t j = 0; j < plan->n; j++) {
            const struct sg_poll_request *ask = &plan->requests[j];
            struct sg_object_name pattern;
            assert_int_equal(
                sg_object_name_parse_pattern(sg_str_of(ask->mbean), &pattern, NULL), 0);
            assert_int_equal(pattern.is_pattern, ask->is_pattern);
            json_object_foreach(all, name, attributes)
            {
                struct sg_object_name mbean;
                const char *text =
                    json_string_value(json_object_get(attributes, ask->attributes[0]));
                if (!text || sg_object_name_parse(sg_str_of(name), &mbean, NULL) ||
                    !sg_object_name_matches(&pattern, &mbean))
                    continue;
                const struct sg_attribute attribute = {
                    .mbean = sg_str_of(name), .depth = 1, .path = { sg_str_of(ask->attributes[0]) }
                };
                const struct sg_attribute_value value = { .kind = SG_ATTRIBUTE_TEXT,
                    .text = sg_str_of(text) };
                sg_identity_add(&identity, &attribute, &value);
            }
        }
        (void)sg_poll_plan_free(plan);
        assert_int_equal(identity.n_ids, 1);
        assert_int_equal(identity.ids[0], cases[i].id);
        assert_string_equal(identity.cluster_id, cases[i].cluster);
        assert_true(sg_identity_is(&identity, cases[i].id, cases[i].cluster, &err));
        assert_false(sg_identity_is(&identity, cases[i].id + 1, cases[i].cluster, &err));
        json_decref(all);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_brokers_say_who_they_are),
        cmocka_unit_test(test_load_all_takes_each_file_once),
        cmocka_unit_test(test_every_request_and_rule_is_of_use),
        cmocka_unit_test(test_each_metric_is_documented),
        cmocka_unit_test(test_catalogues_and_their_descriptions_agree),
        cmocka_unit_test(test_each_rule_is_sound),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
