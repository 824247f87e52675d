/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "config/client.h"
#include "config/keys.h"
#include "config/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SERVER  "localhost:9092"
#define DEFAULT_CLUSTER "kafka"

SG_AUTO_DEFINE(struct sg_config *, sg_config_unref);

/* ---- A file ---- */

static int from_file(struct sg_reading *reading, const char *path)
{
    struct sg_error err;
    int r = sg_yaml_load_file(path, SG_FILE_PIPE_WAIT_MS, &reading->yaml, &err);

    if (r > 0)
        sg_problem(reading, (struct sg_place){ 0 }, "%s", err.text);
    if (r)
        return r < 0 ? r : 0;
    sg_map_read(reading, &sg_root_keys, sg_yaml_root(reading->yaml), reading->config);
    for (size_t i = 0; i < sg_yaml_n_problems(reading->yaml); i++) {
        reading->problem(reading->context, sg_yaml_get_problem(reading->yaml, i));
        reading->any_problem = true;
    }
    return 0;
}

/* ---- Flags ---- */

/* A flag that sets a key of the file. */
struct flag {
    const char *name; /* NULL: not a flag, but the default without a file */
    const char *path; /* of the key */
    const char *value;
};

enum {
    FLAGS_MAX = 12
};

/* Groups with members, in any state. */
#define CONNECTED_STATES "CompletingRebalance,PreparingRebalance,Stable"

static size_t list_flags(const struct sg_config_flags *flags,
    const char *servers,
    char interval[32],
    struct flag list[FLAGS_MAX])
{
    const struct flag all[FLAGS_MAX] = {
        { NULL, "clusters.name", DEFAULT_CLUSTER },
        { "--kafka.server", "clusters.bootstrap_servers", servers },
        { "--kafka.labels", "labels.constant", flags->labels },
        { "--topic.filter", "clusters.topics.include", flags->topic_filter },
        { "--topic.exclude", "clusters.topics.exclude", flags->topic_exclude },
        { "--group.filter", "clusters.groups.include", flags->group_filter },
        { "--group.exclude", "clusters.groups.exclude", flags->group_exclude },
        { "--offset.show-all", "clusters.groups.states",
            flags->only_connected_groups ? CONNECTED_STATES : NULL },
        { "--jolokia.url", "clusters.jolokia.url", flags->jolokia_url },
        { "--jmx.port", "clusters.jmx.port", flags->jmx_port },
        { "--collect.interval", "collect.interval", flags->interval_ms ? interval : NULL },
    };
    size_t n = 0;

    (void)snprintf(interval, 32, "%" PRId64 "ms", flags->interval_ms);
    for (size_t i = 0; i < FLAGS_MAX; i++) {
        if (all[i].value)
            list[n++] = all[i];
    }
    return n;
}

static void refuse_beside_file(
    struct sg_reading *reading, const struct flag *list, size_t n, bool has_client)
{
    static const char text[] = "does nothing together with --config.file; set it in the file";

    for (size_t i = 0; i < n; i++) {
        if (list[i].name)
            sg_problem(reading, (struct sg_place){ .flag = list[i].name }, text);
    }
    if (has_client)
        sg_problem(reading, (struct sg_place){ .flag = "--sasl.enabled or --tls.enabled" }, text);
}

/* One cluster, from flags alone. */
static void from_flags(struct sg_reading *reading,
    const struct sg_config_flags *flags,
    const struct flag *list,
    size_t n)
{
    struct sg_config *config = reading->config;

    for (size_t i = 0; i < n; i++)
        sg_map_set_flag(reading, &sg_root_keys, config, list[i].path,
            (struct sg_place){ .flag = list[i].name }, list[i].value);
    if (config->n_clusters)
        sg_client_set_flags(reading, &config->clusters[0], flags->client, flags->n_client);
    sg_map_finish(reading, &sg_root_keys, config);
}

/* The given value, or without a file the default; NULL: neither. */
static int join_servers(const struct sg_config_flags *flags, char **ret_servers)
{
    struct sg_buf servers;

    sg_buf_init(&servers, 1 << 20);
    for (size_t i = 0; i < flags->n_kafka_servers; i++)
        (void)sg_buf_printf(&servers, "%s%s", i ? "," : "", flags->kafka_servers[i]);
    if (!flags->n_kafka_servers && !flags->file)
        (void)sg_buf_add_str(&servers, SG_STR(DEFAULT_SERVER));
    bool any = flags->n_kafka_servers || !flags->file;
    *ret_servers = any ? sg_buf_take(&servers) : NULL;
    int r = sg_buf_errno(&servers);
    sg_buf_done(&servers);
    return r;
}

int sg_config_load(const struct sg_config_flags *flags,
    sg_config_problem_fn problem,
    void *context,
    struct sg_config **ret_config)
{
    sg_auto(sg_config_unref) struct sg_config *config = calloc(1, sizeof *config);
    sg_auto_free char *servers = NULL;
    struct sg_reading reading = { .problem = problem, .context = context, .config = config };
    struct flag list[FLAGS_MAX];
    char interval[32];

    if (!config)
        return -ENOMEM;
    sg_refs_init(&config->refs);
    int r = join_servers(flags, &servers);
    if (r)
        return r;
    config->check_only = flags->check_only;
    sg_map_init(&reading, &sg_root_keys, config);
    size_t n = list_flags(flags, servers, interval, list);
    if (flags->file) {
        refuse_beside_file(&reading, list, n, flags->n_client > 0);
        r = from_file(&reading, flags->file);
        reading.yaml = sg_yaml_free(reading.yaml);
    } else {
        from_flags(&reading, flags, list, n);
    }
    if (r)
        return r;
    if (reading.any_problem)
        return SG_CONFIG_E_INVALID;
    *ret_config = sg_take(&config);
    return 0;
}

/* ---- A loaded configuration ---- */

const struct sg_config *sg_config_ref(const struct sg_config *config)
{
    sg_refs_add(&config->refs);
    return config;
}

struct sg_config *sg_config_unref(const struct sg_config *config)
{
    if (!config || !sg_refs_drop(&config->refs))
        return NULL;
    struct sg_config *last =
        (struct sg_config *)(uintptr_t)config; /* there is no other reference */
    sg_map_done(&sg_root_keys, last);
    free(last);
    return NULL;
}

bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b)
{
    return sg_map_same(&sg_root_keys, a, b, SG_RESTARTS_EVERYTHING);
}

bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b)
{
    return sg_map_same(&sg_cluster_keys, a, b, SG_RESTARTS_ADMIN);
}

bool sg_config_same_jmx(const struct sg_cluster_config *a, const struct sg_cluster_config *b)
{
    return sg_map_same(&sg_cluster_keys, a, b, SG_RESTARTS_JMX);
}

bool sg_config_same_brokers(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b)
{
    return sg_map_same(&sg_jolokia_keys, a, b, SG_RESTARTS_BROKERS) &&
           sg_map_same(&sg_jmx_keys, a, b, SG_RESTARTS_BROKERS);
}

bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b)
{
    return sg_map_same(&sg_jvm_keys, a, b, SG_RESTARTS_JVM);
}

static void note_added(const struct sg_cluster_config *cluster, struct sg_buf *out)
{
    const struct sg_jolokia_config *brokers = sg_config_brokers(cluster);

    if (!brokers || !brokers->source.rules.n_added)
        return;
    const struct sg_rules_config *rules = &brokers->source.rules;
    (void)sg_buf_printf(out, "cluster \"%s\": \"compat\" adds to \"rules\": ", cluster->name);
    for (size_t i = rules->n - rules->n_added; i < rules->n; i++)
        (void)sg_buf_printf(out, "%s%s", rules->names[i], i + 1 < rules->n ? ", " : "\n");
}

int sg_config_note_added(const struct sg_config *config, struct sg_buf *out)
{
    for (size_t i = 0; i < config->n_clusters; i++)
        note_added(&config->clusters[i], out);
    return sg_buf_error(out);
}

int sg_config_show(const struct sg_config *config, struct sg_buf *out)
{
    struct sg_shown shown = { .out = out };

    sg_map_show(&sg_root_keys, config, &shown);
    return sg_buf_error(out);
}
