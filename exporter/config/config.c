/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "base/address.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/filter.h"
#include "config/compat.h"
#include "config/constant_labels.h"
#include "config/jolokia_source.h"
#include "config/named_files.h"
#include "config/properties.h"
#include "config/read.h"
#include "config/secret.h"
#include "metric/family.h"
#include "metric/label_names.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPARK_MAX = 1000,
    CLUSTERS_MAX = 1000,
    CLIENT_PROPERTIES_MAX = 500
};
enum {
    INTERVAL_MS_MIN = 1000,
    INTERVAL_MS_MAX = 3600000
};

#define DEFAULT_SERVER        "localhost:9092"
#define DEFAULT_CLUSTER       "kafka"
#define DEFAULT_CLUSTER_LABEL "kafka_cluster"

SG_AUTO_DEFINE(struct sg_config *, sg_config_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

static void free_cluster(struct sg_cluster_config *cluster)
{
    free(cluster->name);
    free(cluster->bootstrap_servers);
    for (size_t i = 0; i < cluster->n_client; i++) {
        free(cluster->client[i].name);
        free(sg_secret_wipe(cluster->client[i].value));
    }
    free(cluster->client);
    free(cluster->topics.include);
    free(cluster->topics.exclude);
    free(cluster->groups.include);
    free(cluster->groups.exclude);
    sg_config_free_jolokia(&cluster->jolokia);
    sg_config_free_jvms(cluster);
    for (size_t i = 0; i < cluster->n_spark; i++) {
        free(cluster->spark[i].name);
        free(cluster->spark[i].checkpoint);
    }
    free(cluster->spark);
}

/* The count is the one part that changes; everybody may hold a reference to what is const. */
static atomic_size_t *count_of(const struct sg_config *config)
{
    return &((struct sg_config *)(uintptr_t)config)->n_more_refs;
}

const struct sg_config *sg_config_ref(const struct sg_config *config)
{
    atomic_fetch_add_explicit(count_of(config), 1, memory_order_relaxed);
    return config;
}

struct sg_config *sg_config_free(struct sg_config *config)
{
    if (!config)
        return NULL;
    size_t before = atomic_load(&config->n_more_refs);
    while (before > 0) {
        if (atomic_compare_exchange_weak(&config->n_more_refs, &before, before - 1))
            return NULL;
    }
    for (size_t i = 0; i < config->n_clusters; i++)
        free_cluster(&config->clusters[i]);
    free(config->clusters);
    free(config->cluster_label);
    sg_constant_labels_done(config);
    sg_aliases_done(&config->aliases);
    free(config);
    return NULL;
}

/* ---- Values ---- */

bool sg_config_looks_like_url(const char *url)
{
    const char *host = strstr(url, "://");
    return host && (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0) &&
           host[3] != '\0' && host[3] != '/' && host[3] != ':';
}

bool sg_config_url_has_secret(const char *url)
{
    return strchr(url, '@'); /* also where the rest is no URL: it may have been meant as one */
}

char *sg_config_expand(struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_str text)
{
    struct sg_error err;
    char *value = NULL;

    if (sg_secret_expand(text, &value, &err))
        sg_yaml_problem(yaml, node, "%s", err.text);
    return value;
}

void sg_config_read_secret(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, char **value)
{
    char file_key[64];
    struct sg_str text;
    struct sg_error err;

    (void)snprintf(file_key, sizeof file_key, "%s_file", key);
    const struct sg_yaml_node *file = sg_yaml_find(map, file_key);
    if (file && sg_yaml_find(map, key)) {
        sg_yaml_problem(
            yaml, file, "\"%s\" and \"%s\" are both given; one is enough", key, file_key);
        return;
    }
    if (sg_yaml_read_text(yaml, map, key, &text))
        *value = sg_config_expand(yaml, sg_yaml_find(map, key), text);
    if (sg_yaml_read_text(yaml, map, file_key, &text) && sg_secret_read_file(text.ptr, value, &err))
        sg_yaml_problem(yaml, file, "%s", err.text);
}

static void read_filter(struct sg_yaml *yaml,
    const struct sg_yaml_node *map,
    const char *key,
    const char *const *keys,
    struct sg_filter_config *filter)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key);
    struct sg_filter *compiled = NULL;
    struct sg_error err;

    if (!node || !sg_yaml_expect_map(yaml, node, key, keys))
        return;
    if (sg_yaml_read_string(yaml, node, "include", &filter->include) &&
        sg_filter_new(filter->include, NULL, &compiled, &err))
        sg_yaml_problem(yaml, sg_yaml_find(node, "include"), "%s", err.text);
    compiled = sg_filter_free(compiled);
    if (sg_yaml_read_string(yaml, node, "exclude", &filter->exclude) &&
        sg_filter_new(NULL, filter->exclude, &compiled, &err))
        sg_yaml_problem(yaml, sg_yaml_find(node, "exclude"), "%s", err.text);
    (void)sg_filter_free(compiled);
}

/* ---- Maps of the file ---- */

/* What no property says by itself. */
static void check_together(struct sg_yaml *yaml,
    const struct sg_yaml_node *client,
    const struct sg_cluster_config *cluster,
    const struct sg_yaml_node *const *places)
{
    struct sg_error err;
    size_t at;

    if (sg_properties_check(cluster, &at, &err))
        sg_yaml_problem(yaml, at < cluster->n_client ? places[at] : client, "%s", err.text);
}

static void read_client(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_cluster_config *cluster)
{
    if (!node)
        return;
    if (!sg_yaml_is_map(node)) {
        sg_yaml_problem(yaml, node, "\"client\" must be a map of librdkafka properties");
        return;
    }
    size_t n = sg_yaml_count(node);
    if (n > CLIENT_PROPERTIES_MAX) {
        sg_yaml_problem(yaml, node, "more than %d properties", CLIENT_PROPERTIES_MAX);
        return;
    }
    cluster->client = calloc(n + 1, sizeof *cluster->client);
    sg_auto_free const struct sg_yaml_node **places = calloc(n + 1, sizeof *places);
    if (!cluster->client || !places) {
        sg_config_no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sg_yaml_node *key;
        const struct sg_yaml_node *value;
        sg_yaml_pair(node, i, &key, &value);
        if (!sg_yaml_is_scalar(key) || !sg_yaml_is_scalar(value) || sg_yaml_is_null(value)) {
            sg_yaml_problem(yaml, key, "a librdkafka property is one word and one value");
            continue;
        }
        if (sg_str_equal(sg_yaml_text(key), SG_STR("bootstrap.servers")) ||
            sg_str_equal(sg_yaml_text(key), SG_STR("metadata.broker.list"))) {
            sg_yaml_problem(yaml, key, "use the cluster's \"bootstrap_servers\" instead");
            continue;
        }
        struct sg_property_setting *setting = &cluster->client[cluster->n_client];
        setting->name = strdup(sg_yaml_text(key).ptr);
        setting->value = sg_config_expand(yaml, value, sg_yaml_text(value));
        if (!setting->name || !setting->value) {
            free(setting->name);
            free(sg_secret_wipe(setting->value));
            *setting = (struct sg_property_setting){ 0 };
            continue; /* noted by expand, or memory is so short that nothing can be */
        }
        places[cluster->n_client++] = key;
        struct sg_error err;
        if (sg_property_check(setting->name, setting->value, &err) == SG_PROPERTY_E_WRONG)
            sg_yaml_problem(yaml, key, "%s", err.text);
    }
    check_together(yaml, node, cluster, places);
}

/* What only a Kafka client does something with. */
static void refuse_kafka_keys(struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    static const char *const keys[] = { "client", "groups", "jolokia", "limits", "spark",
        "topics" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (sg_yaml_find(node, keys[i]))
            sg_yaml_problem(yaml, sg_yaml_find(node, keys[i]),
                "\"%s\" needs \"bootstrap_servers\"; a cluster without has only \"jvms\"", keys[i]);
    }
}

static void read_spark(
    struct sg_yaml *yaml, const struct sg_yaml_node *list, struct sg_cluster_config *cluster)
{
    static const char *const keys[] = { "checkpoint", "name", NULL };
    size_t n = sg_yaml_count(list);

    if (!list)
        return;
    if (!sg_yaml_is_list(list) || n > SPARK_MAX) {
        sg_yaml_problem(yaml, list,
            "\"spark\" must be a list of at most %d queries, each "
            "{ name: NAME, checkpoint: DIRECTORY }",
            SPARK_MAX);
        return;
    }
    cluster->spark = calloc(n + 1, sizeof *cluster->spark);
    if (!cluster->spark) {
        sg_config_no_memory(yaml, list);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        struct sg_spark_config *query = &cluster->spark[cluster->n_spark++];
        if (!sg_yaml_expect_map(yaml, item, "a Spark query", keys))
            continue;
        if (!sg_yaml_read_string(yaml, item, "name", &query->name) || !query->name[0])
            sg_yaml_problem(yaml, item, "a Spark query needs a \"name\"");
        if (!sg_yaml_read_string(yaml, item, "checkpoint", &query->checkpoint) ||
            query->checkpoint[0] != '/')
            sg_yaml_problem(yaml, item,
                "a Spark query needs a \"checkpoint\": its checkpointLocation, a directory of "
                "this machine that starts with /");
        for (size_t j = 0; query->name && j + 1 < cluster->n_spark; j++) {
            if (cluster->spark[j].name && strcmp(cluster->spark[j].name, query->name) == 0)
                sg_yaml_problem(yaml, item, "two Spark queries are called \"%.80s\"", query->name);
        }
    }
}

static void read_cluster(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_cluster_config *cluster)
{
    static const char *const keys[] = { "bootstrap_servers", "client", "groups", "jolokia", "jvms",
        "limits", "name", "spark", "topics", NULL };
    static const char *const topic_keys[] = { "exclude", "include", NULL };
    static const char *const group_keys[] = { "exclude", "granularity", "include", "states",
        "status", NULL };
    struct sg_error err;

    if (!sg_yaml_expect_map(yaml, node, "a cluster", keys))
        return;
    if (!sg_yaml_read_string(yaml, node, "name", &cluster->name) && !sg_yaml_find(node, "name"))
        sg_yaml_problem(yaml, node, "a cluster needs a \"name\"");
    if (cluster->name && !cluster->name[0])
        sg_yaml_problem(yaml, sg_yaml_find(node, "name"), "the name is empty");
    if (!sg_yaml_read_string(yaml, node, "bootstrap_servers", &cluster->bootstrap_servers) &&
        !sg_yaml_find(node, "bootstrap_servers")) {
        if (sg_yaml_find(node, "jvms"))
            refuse_kafka_keys(yaml, node);
        else
            sg_yaml_problem(yaml, node,
                "a cluster needs \"bootstrap_servers\", HOST:PORT,HOST:PORT, or \"jvms\"");
    }
    if (cluster->bootstrap_servers && sg_address_check_servers(cluster->bootstrap_servers, &err))
        sg_yaml_problem(yaml, sg_yaml_find(node, "bootstrap_servers"), "%s", err.text);
    read_client(yaml, sg_yaml_find(node, "client"), cluster);
    read_filter(yaml, node, "topics", topic_keys, &cluster->topics);
    read_filter(yaml, node, "groups", group_keys, &cluster->groups);
    sg_config_default_limits(cluster);
    sg_config_read_group_keys(yaml, sg_yaml_find(node, "groups"), cluster);
    sg_config_read_limits(yaml, sg_yaml_find(node, "limits"), &cluster->limits);
    sg_config_read_jolokia(yaml, sg_yaml_find(node, "jolokia"), config, cluster);
    sg_config_read_jvms(yaml, sg_yaml_find(node, "jvms"), config, cluster);
    read_spark(yaml, sg_yaml_find(node, "spark"), cluster);
}

static void read_clusters(
    struct sg_yaml *yaml, const struct sg_yaml_node *root, struct sg_config *config)
{
    const struct sg_yaml_node *list = sg_yaml_find(root, "clusters");
    size_t n = sg_yaml_count(list);

    if (!sg_yaml_is_list(list) || n == 0 || n > CLUSTERS_MAX) {
        sg_yaml_problem(yaml, list ? list : root, "\"clusters\" must be a list of at least one");
        return;
    }
    config->clusters = calloc(n, sizeof *config->clusters);
    if (!config->clusters) {
        sg_config_no_memory(yaml, list);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct sg_cluster_config *cluster = &config->clusters[config->n_clusters++];
        read_cluster(yaml, sg_yaml_item(list, i), config, cluster);
        for (size_t j = 0; cluster->name && j < i; j++) {
            if (config->clusters[j].name && strcmp(config->clusters[j].name, cluster->name) == 0)
                sg_yaml_problem(yaml, sg_yaml_find(sg_yaml_item(list, i), "name"),
                    "two clusters are called \"%.80s\"", cluster->name);
        }
    }
}

static void read_collect(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_config *config)
{
    static const char *const keys[] = { "interval", "stale_after", "timeout", NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"collect\"", keys))
        return;
    (void)sg_yaml_read_duration_ms(yaml, node, "interval", &config->interval_ms);
    (void)sg_yaml_read_duration_ms(yaml, node, "timeout", &config->timeout_ms);
    (void)sg_yaml_read_duration_ms(yaml, node, "stale_after", &config->stale_after_ms);
    if (config->interval_ms < INTERVAL_MS_MIN || config->interval_ms > INTERVAL_MS_MAX)
        sg_yaml_problem(yaml, sg_yaml_find(node, "interval"), "\"interval\" must be from 1s to 1h");
}

static void read_labels(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_config *config)
{
    static const char *const keys[] = { "cluster", "constant", NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"labels\"", keys))
        return;
    if (sg_yaml_read_string(yaml, node, "cluster", &config->cluster_label)) {
        struct sg_str name = sg_str_of(config->cluster_label);
        if (!sg_label_name_valid(name))
            sg_yaml_problem(yaml, sg_yaml_find(node, "cluster"),
                "\"%.80s\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)", name.ptr);
        else if (sg_label_name_is_own(name))
            sg_yaml_problem(yaml, sg_yaml_find(node, "cluster"),
                "the label \"%.80s\" is Streamgauge's own, or Prometheus's; take another",
                name.ptr);
    }
    sg_constant_labels_read(yaml, sg_yaml_find(node, "constant"), config);
}

/* What was not given follows from the interval. */
static void complete_times(struct sg_config *config)
{
    if (config->timeout_ms == 0)
        config->timeout_ms = config->interval_ms * 2 / 3;
    if (config->stale_after_ms == 0)
        config->stale_after_ms = config->interval_ms * 2;
}

static void check_times(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const struct sg_config *config)
{
    if (config->timeout_ms < 100 || config->timeout_ms > config->interval_ms)
        sg_yaml_problem(
            yaml, sg_yaml_find(node, "timeout"), "\"timeout\" must be from 100ms to the interval");
    if (config->stale_after_ms < config->interval_ms)
        sg_yaml_problem(yaml, sg_yaml_find(node, "stale_after"),
            "\"stale_after\" is shorter than the interval: series would come and go");
}

static void read_file(struct sg_yaml *yaml, struct sg_config *config)
{
    static const char *const keys[] = { "clusters", "collect", "compat", "labels", NULL };
    const struct sg_yaml_node *root = sg_yaml_root(yaml);

    if (!sg_yaml_expect_map(yaml, root, "the configuration", keys))
        return;
    read_collect(yaml, sg_yaml_find(root, "collect"), config);
    complete_times(config);
    check_times(yaml, sg_yaml_find(root, "collect"), config);
    read_labels(yaml, sg_yaml_find(root, "labels"), config);
    sg_compat_read(yaml, sg_yaml_find(root, "compat"), config->cluster_label, &config->aliases);
    read_clusters(yaml, root, config);
}

/* ---- Flags ---- */

struct reporter {
    sg_config_problem_fn problem;
    void *context;
    bool any;
};

static void report(struct reporter *reporter, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void report(struct reporter *reporter, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    reporter->problem(reporter->context, text);
    reporter->any = true;
}

static int copy_text(const char *text, char **to)
{
    if (!text)
        return 0;
    *to = strdup(text);
    return *to ? 0 : -ENOMEM;
}

static void check_filter_flag(struct reporter *reporter, const char *flag, const char *pattern)
{
    struct sg_filter *filter = NULL;
    struct sg_error err;

    if (pattern && sg_filter_new(pattern, NULL, &filter, &err))
        report(reporter, "%s: %s", flag, err.text);
    (void)sg_filter_free(filter);
}

/* As read_client() does, with the flag for a place. */
static void check_client_flags(const struct sg_config_flags *flags,
    const struct sg_cluster_config *cluster,
    struct reporter *reporter)
{
    struct sg_error err;
    size_t at;

    for (size_t i = 0; i < flags->n_client; i++) {
        const struct sg_flag_property *property = &flags->client[i];
        if (sg_property_check(property->name, property->value, &err) == SG_PROPERTY_E_WRONG)
            report(reporter, "--%s: %s", property->flag, err.text);
    }
    if (sg_properties_check(cluster, &at, &err))
        report(reporter, "%s%s%s%s", at < flags->n_client ? "--" : "",
            at < flags->n_client ? flags->client[at].flag : "", at < flags->n_client ? ": " : "",
            err.text);
}

static int copy_client(const struct sg_config_flags *flags, struct sg_cluster_config *cluster)
{
    cluster->client = calloc(flags->n_client + 1, sizeof *cluster->client);
    if (!cluster->client)
        return -ENOMEM;
    for (size_t i = 0; i < flags->n_client; i++) {
        struct sg_property_setting *setting = &cluster->client[cluster->n_client++];
        int r = copy_text(flags->client[i].name, &setting->name);
        if (!r)
            r = copy_text(flags->client[i].value, &setting->value);
        if (r)
            return r;
    }
    return 0;
}

/* Groups with members, in whichever state. */
static unsigned connected_states(void)
{
    unsigned states = 0;

    for (unsigned i = 0; i < SG_GROUP_STATE_NAMES; i++) {
        const char *name = sg_group_state_names[i];
        if (strcmp(name, "Dead") != 0 && strcmp(name, "Empty") != 0)
            states |= 1U << i;
    }
    return states;
}

/* One cluster, from flags alone. */
static int from_flags(
    const struct sg_config_flags *flags, struct sg_config *config, struct reporter *reporter)
{
    struct sg_buf servers;

    config->clusters = calloc(1, sizeof *config->clusters);
    if (!config->clusters)
        return -ENOMEM;
    config->n_clusters = 1;
    struct sg_cluster_config *cluster = &config->clusters[0];

    sg_buf_init(&servers, 1 << 20);
    int r = flags->n_kafka_servers ? 0 : sg_buf_add_str(&servers, SG_STR(DEFAULT_SERVER));
    for (size_t i = 0; i < flags->n_kafka_servers && !r; i++)
        r = sg_buf_printf(&servers, "%s%s", i ? "," : "", flags->kafka_servers[i]);
    cluster->bootstrap_servers = r ? NULL : sg_buf_take(&servers);
    sg_buf_done(&servers);
    if (!cluster->bootstrap_servers)
        return -ENOMEM;

    sg_config_default_limits(cluster);
    r = copy_text(DEFAULT_CLUSTER, &cluster->name);
    if (!r)
        r = copy_client(flags, cluster);
    if (!r)
        r = copy_text(flags->topic_filter, &cluster->topics.include);
    if (!r)
        r = copy_text(flags->topic_exclude, &cluster->topics.exclude);
    if (!r)
        r = copy_text(flags->group_filter, &cluster->groups.include);
    if (!r)
        r = copy_text(flags->group_exclude, &cluster->groups.exclude);
    if (!r)
        r = copy_text(flags->jolokia_url, &cluster->jolokia.source.url);
    if (!r)
        r = sg_config_default_rules(&cluster->jolokia.source.rules);
    if (r)
        return r;
    if (flags->only_connected_groups)
        cluster->group_states = connected_states();
    cluster->has_jolokia = flags->jolokia_url != NULL;
    cluster->jolokia.source.slow_interval_ms =
        SG_SLOW_INTERVAL_MS > config->interval_ms ? SG_SLOW_INTERVAL_MS : config->interval_ms;

    struct sg_error err;
    if (sg_address_check_servers(cluster->bootstrap_servers, &err))
        report(reporter, "--kafka.server: %s", err.text);
    check_client_flags(flags, cluster, reporter);
    r = flags->labels ? sg_constant_labels_parse(flags->labels, config, &err) : 0;
    if (r < 0)
        return r;
    if (r)
        report(reporter, "--kafka.labels: %s", err.text);
    check_filter_flag(reporter, "--topic.filter", flags->topic_filter);
    check_filter_flag(reporter, "--topic.exclude", flags->topic_exclude);
    check_filter_flag(reporter, "--group.filter", flags->group_filter);
    check_filter_flag(reporter, "--group.exclude", flags->group_exclude);
    if (flags->jolokia_url && sg_source_broker_url_error(flags->jolokia_url, &err))
        report(reporter, "--jolokia.url: %s", err.text);
    return 0;
}

static void refuse_flags_beside_file(const struct sg_config_flags *flags, struct reporter *reporter)
{
    const struct {
        const char *flag;
        bool given;
    } cluster_flags[] = {
        { "--kafka.server", flags->n_kafka_servers > 0 },
        { "--jolokia.url", flags->jolokia_url },
        { "--topic.filter", flags->topic_filter },
        { "--topic.exclude", flags->topic_exclude },
        { "--group.filter", flags->group_filter },
        { "--group.exclude", flags->group_exclude },
        { "--collect.interval", flags->interval_ms != 0 },
        { "--kafka.labels", flags->labels },
        { "--sasl.enabled or --tls.enabled", flags->n_client > 0 },
    };

    for (size_t i = 0; i < sizeof cluster_flags / sizeof cluster_flags[0]; i++) {
        if (cluster_flags[i].given)
            report(reporter, "%s: does nothing together with --config.file; set it in the file",
                cluster_flags[i].flag);
    }
}

static int from_file(
    const struct sg_config_flags *flags, struct sg_config *config, struct reporter *reporter)
{
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    struct sg_error err;

    refuse_flags_beside_file(flags, reporter);
    int r = sg_yaml_load_file(flags->file, &yaml, &err);
    if (r > 0)
        report(reporter, "%s", err.text);
    if (r)
        return r < 0 ? r : 0;
    read_file(yaml, config);
    for (size_t i = 0; i < sg_yaml_n_problems(yaml); i++)
        report(reporter, "%s", sg_yaml_get_problem(yaml, i));
    return 0;
}

int sg_config_load(const struct sg_config_flags *flags,
    sg_config_problem_fn problem,
    void *context,
    struct sg_config **ret_config)
{
    sg_auto(sg_config_free) struct sg_config *config = calloc(1, sizeof *config);
    struct reporter reporter = { problem, context, false };

    if (!config)
        return -ENOMEM;
    config->interval_ms = flags->interval_ms ? flags->interval_ms : 15000;
    config->check_only = flags->check_only;
    config->cluster_label = strdup(DEFAULT_CLUSTER_LABEL);
    if (!config->cluster_label)
        return -ENOMEM;

    int r =
        flags->file ? from_file(flags, config, &reporter) : from_flags(flags, config, &reporter);
    if (r)
        return r;
    if (!flags->file) {
        if (config->interval_ms < INTERVAL_MS_MIN || config->interval_ms > INTERVAL_MS_MAX)
            report(&reporter, "--collect.interval: must be from 1s to 1h");
        complete_times(config);
    }
    if (reporter.any)
        return SG_CONFIG_E_INVALID;
    sg_config_note_files(config);
    *ret_config = sg_take(&config);
    return 0;
}
