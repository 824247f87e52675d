/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/catalogue.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jmx/rules/matcher.h"

#include <errno.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);

const struct sg_catalogue sg_catalogues[] = {
    { "jvm", "Any JVM",
        "Memory, garbage collections, threads, file descriptors, under the names of the Prometheus "
        "client library for Java. Part of every catalogue whose text says so; for a JVM that has "
        "no catalogue of its own, it can be used alone." },
    { "kafka", "Kafka brokers and controllers",
        "The default: what alerts need and what helps to find their cause, and `jvm`. ZooKeeper "
        "mode and KRaft, brokers, controllers and both in one, 3.6 to 4.x; which MBeans there are "
        "depends on the version and the role. No MBean for each partition is read." },
    { "kafka-requests", "Kafka: all requests",
        "The `kafka_network_requestmetrics_` metrics of `kafka`, for every API key and every "
        "phase: about 6 series for each of 90 keys and 8 phases." },
    { "kafka-requests-fetch", "Kafka: Fetch requests as one",
        "The same of `kafka` for `request=\"Fetch\"`, fetches of consumers and followers together, "
        "which `kafka` has apart; for dashboards that ask for it." },
    { "kafka-groups", "Kafka: group coordinators",
        "In addition to `kafka`, when groups have problems." },
    { "kafka-transactions", "Kafka: transactions",
        "In addition to `kafka`, where producers write in transactions." },
    { "kafka-connections", "Kafka: connections",
        "In addition to `kafka`: connections and authentications by listener and network thread, "
        "and the software of the clients. About 21 series for each listener and network thread." },
    { "kafka-quotas", "Kafka: quotas",
        "In addition to `kafka`, where quotas are set: one to three series for each user and "
        "client id." },
    { "kafka-fetch", "Kafka: fetches",
        "In addition to `kafka`: fetch sessions, and replication by leader." },
    { "kafka-tiered", "Kafka: tiered storage",
        "In addition to `kafka`, where tiered storage is on." },
    { "kafka-partitions", "Kafka: partitions",
        "In addition to `kafka`, polled slowly: ten series or more for each partition of each "
        "broker." },
    { "kafka-log-sizes", "Kafka: sizes of logs",
        "In addition to `kafka`, polled slowly: of the metrics of `kafka-partitions` only "
        "`kafka_log_log_size`, one series for each replica." },
    { "zookeeper", "ZooKeeper", "A server, alone or of an ensemble, and `jvm`." },
    { "kafka-client", "Producers and consumers", "A JVM with Kafka's Java clients, and `jvm`." },
    { "kafka-client-names", "Producers and consumers, plain names",
        "In place of `kafka-client`: the names that jmx_exporter gives by itself, and Confluent's "
        "rules, and `jvm`. Rates and averages are the client's own, over its "
        "`metrics.sample.window.ms`." },
    { "kafka-connect", "Kafka Connect",
        "A worker, stand-alone or distributed, with `kafka-client` for the clients of its tasks "
        "and `jvm`." },
    { "spark", "Spark",
        "Drivers with structured streaming, executors, the stand-alone master and worker, each "
        "with Spark's JMX sink, and `jvm`." },
    { "presto", "Presto and Trino",
        "Coordinators and workers, and `jvm`. The prefix is `presto_` for both." },
    { NULL, NULL, NULL },
};

bool sg_catalogue_has(const char *name)
{
    for (const struct sg_embedded *file = sg_catalogue_files; file->set; file++) {
        if (strcmp(file->set, name) == 0)
            return true;
    }
    return false;
}

static bool is_listed(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Is the file of catalogue names[at] also in an earlier catalogue, or earlier in this one? */
static bool is_loaded(const char *const *names, size_t at, const struct sg_embedded *file)
{
    for (const struct sg_embedded *other = sg_catalogue_files; other->set; other++) {
        if (other->text == file->text && (is_listed(names, at, other->set) ||
                                             (other < file && strcmp(other->set, names[at]) == 0)))
            return true;
    }
    return false;
}

static int add_catalogue(
    struct sg_rules *rules, const char *const *names, size_t at, struct sg_error *err)
{
    int r = 0;

    if (!sg_catalogue_has(names[at]))
        return sg_error_set(err, -ENOENT, "there is no catalogue \"%.80s\"", names[at]);
    for (const struct sg_embedded *file = sg_catalogue_files; file->set && !r; file++) {
        struct sg_str text = { file->text, file->len };
        if (strcmp(file->set, names[at]) == 0 && !is_loaded(names, at, file))
            r = sg_rules_add_text(rules, file->file, text, err);
    }
    return r;
}

int sg_catalogue_load_all(
    const char *const *names, size_t n, struct sg_rules **ret_rules, struct sg_error *err)
{
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;

    int r = sg_rules_new(&rules);
    for (size_t i = 0; i < n && !r; i++)
        r = add_catalogue(rules, names, i, err);
    if (r)
        return r;
    *ret_rules = sg_take(&rules);
    return 0;
}

int sg_catalogue_load(const char *name, struct sg_rules **ret_rules, struct sg_error *err)
{
    return sg_catalogue_load_all(&name, 1, ret_rules, err);
}

/* ---- The list of metrics ---- */

/* The rule's family, with its name in `name`. */
static int describe(
    const struct sg_rule *rule, struct sg_buf *name, struct sg_catalogue_metric *metric)
{
    struct sg_str literal;
    struct sg_str suffix;

    sg_buf_clear(name);
    if (!rule->has_name || !sg_template_literal(&rule->name, &literal))
        return -ENOENT;
    sg_matcher_family_name(literal, rule->type, name, &suffix);
    sg_buf_add_char(name, '\0');
    metric->family.name = name->ptr;
    metric->family.type = rule->type;
    metric->family.help = rule->has_help ? rule->help.text : "";
    return sg_buf_error(name);
}

static bool is_listed_before(
    const struct sg_rules *rules, size_t n, const char *name, struct sg_buf *scratch)
{
    struct sg_catalogue_metric earlier;

    for (size_t i = 0; i < n; i++) {
        if (describe(&rules->rules[i], scratch, &earlier) == 0 &&
            strcmp(earlier.family.name, name) == 0)
            return true;
    }
    return false;
}

static int each_metric_of(const struct sg_rules *rules,
    void (*metric)(void *context, const struct sg_catalogue_metric *metric),
    void *context)
{
    struct sg_str labels[2 * SG_RULE_LABELS_MAX];
    struct sg_buf text;
    struct sg_buf scratch;
    int r = 0;

    sg_buf_init(&text, 4096);
    sg_buf_init(&scratch, 4096);
    for (size_t i = 0; i < rules->n_rules && !r; i++) {
        const struct sg_rule *rule = &rules->rules[i];
        struct sg_catalogue_metric one = { .labels = labels, .n_labels = rule->n_labels };
        r = describe(rule, &text, &one);
        for (size_t j = 0; j < rule->n_labels; j++)
            labels[j] = sg_str_of(rule->labels[j].name.text);
        for (size_t j = 0; j < rule->n_labels_from; j++)
            labels[one.n_labels++] = sg_str_of(rule->labels_from[j].label);
        if (!r && !is_listed_before(rules, i, one.family.name, &scratch))
            metric(context, &one);
        if (r == -ENOENT) /* a rule without a literal name cannot be documented */
            r = 0;
    }
    sg_buf_done(&text);
    sg_buf_done(&scratch);
    return r;
}

/* Is this the first catalogue that has the file? */
static bool is_first(const struct sg_embedded *file)
{
    for (const struct sg_embedded *other = sg_catalogue_files; other < file; other++) {
        if (other->text == file->text)
            return false;
    }
    return true;
}

int sg_catalogue_each_metric(const char *name,
    void (*metric)(void *context, const struct sg_catalogue_metric *metric),
    void *context,
    struct sg_error *err)
{
    int r = 0;

    if (!sg_catalogue_has(name))
        return sg_error_set(err, -ENOENT, "there is no catalogue \"%.80s\"", name);
    for (const struct sg_embedded *file = sg_catalogue_files; file->set && !r; file++) {
        sg_auto(sg_rules_free) struct sg_rules *rules = NULL;
        struct sg_str text = { file->text, file->len };
        if (strcmp(file->set, name) != 0 || !is_first(file))
            continue;
        r = sg_rules_new(&rules);
        if (!r)
            r = sg_rules_add_text(rules, file->file, text, err);
        if (!r)
            r = each_metric_of(rules, metric, context);
    }
    return r;
}
