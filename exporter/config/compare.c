/* SPDX-License-Identifier: Apache-2.0 */
#include "config/compare.h"

#include <string.h>

bool sg_config_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_filter(const struct sg_filter_config *a, const struct sg_filter_config *b)
{
    return sg_config_same_text(a->include, b->include) &&
           sg_config_same_text(a->exclude, b->exclude);
}

static bool same_alias(const struct sg_alias *a, const struct sg_alias *b)
{
    if (strcmp(a->from, b->from) != 0 || strcmp(a->to, b->to) != 0 || a->type != b->type ||
        a->combine != b->combine || !sg_config_same_text(a->help, b->help) ||
        a->n_labels != b->n_labels)
        return false;
    for (size_t i = 0; i < a->n_labels; i++) {
        if (strcmp(a->labels[i].from, b->labels[i].from) != 0 ||
            strcmp(a->labels[i].to, b->labels[i].to) != 0)
            return false;
    }
    if (!sg_config_same_text(a->states, b->states) || a->n_values != b->n_values)
        return false;
    for (size_t i = 0; i < a->n_values; i++) {
        if (strcmp(a->values[i].text, b->values[i].text) != 0 ||
            a->values[i].number != b->values[i].number)
            return false;
    }
    return true;
}

static bool same_labels(
    const struct sg_label_setting *a, size_t n_a, const struct sg_label_setting *b, size_t n_b)
{
    if (n_a != n_b)
        return false;
    for (size_t i = 0; i < n_a; i++) {
        if (!sg_config_same_text(a[i].name, b[i].name) ||
            !sg_config_same_text(a[i].value, b[i].value))
            return false;
    }
    return true;
}

bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b)
{
    if (strcmp(a->cluster_label, b->cluster_label) != 0 || a->aliases.n != b->aliases.n ||
        !same_labels(a->constant, a->n_constant, b->constant, b->n_constant))
        return false;
    for (size_t i = 0; i < a->aliases.n; i++) {
        if (!same_alias(&a->aliases.list[i], &b->aliases.list[i]))
            return false;
    }
    return true;
}

bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b)
{
    if (!sg_config_same_text(a->bootstrap_servers, b->bootstrap_servers) ||
        a->n_client != b->n_client || a->client_files != b->client_files ||
        !same_filter(&a->topics, &b->topics) || !same_filter(&a->groups, &b->groups) ||
        a->n_spark != b->n_spark || a->granularity != b->granularity ||
        a->group_states != b->group_states || a->limits.groups != b->limits.groups ||
        a->limits.partitions != b->limits.partitions || a->limits.series != b->limits.series ||
        a->status_windows.lagging_ms != b->status_windows.lagging_ms ||
        a->status_windows.stalled_ms != b->status_windows.stalled_ms ||
        a->status_windows.rewound_ms != b->status_windows.rewound_ms)
        return false;
    for (size_t i = 0; i < a->n_client; i++) {
        if (!sg_config_same_text(a->client[i].name, b->client[i].name) ||
            !sg_config_same_text(a->client[i].value, b->client[i].value))
            return false;
    }
    for (size_t i = 0; i < a->n_spark; i++) {
        if (!sg_config_same_text(a->spark[i].name, b->spark[i].name) ||
            !sg_config_same_text(a->spark[i].checkpoint, b->spark[i].checkpoint))
            return false;
    }
    return true;
}

static bool same_tls(const struct sg_tls_config *a, const struct sg_tls_config *b)
{
    return sg_config_same_text(a->ca_file, b->ca_file) &&
           sg_config_same_text(a->cert_file, b->cert_file) &&
           sg_config_same_text(a->key_file, b->key_file) &&
           sg_config_same_text(a->key_password, b->key_password) &&
           sg_config_same_text(a->server_name, b->server_name) &&
           a->insecure_skip_verify == b->insecure_skip_verify && a->files == b->files;
}

static bool same_proxy(const struct sg_jolokia_proxy *a, const struct sg_jolokia_proxy *b)
{
    if (!sg_config_same_text(a->url, b->url) || !sg_config_same_text(a->target, b->target) ||
        !sg_config_same_text(a->username, b->username) ||
        !sg_config_same_text(a->password, b->password) || a->jmx_port != b->jmx_port ||
        a->n_jmx_ports != b->n_jmx_ports)
        return false;
    for (size_t i = 0; i < a->n_jmx_ports; i++) {
        if (a->jmx_ports[i].id != b->jmx_ports[i].id ||
            a->jmx_ports[i].port != b->jmx_ports[i].port)
            return false;
    }
    return true;
}

static bool same_rules(const struct sg_rules_config *a, const struct sg_rules_config *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!sg_config_same_text(a->names[i], b->names[i]))
            return false;
    }
    return true;
}

bool sg_config_same_source(const struct sg_jolokia_source *a, const struct sg_jolokia_source *b)
{
    return sg_config_same_text(a->url, b->url) && sg_config_same_text(a->username, b->username) &&
           sg_config_same_text(a->password, b->password) && same_tls(&a->tls, &b->tls) &&
           same_proxy(&a->proxy, &b->proxy) && same_rules(&a->rules, &b->rules) &&
           a->slow_interval_ms == b->slow_interval_ms;
}

static bool same_targets(
    const struct sg_jolokia_target *a, size_t n_a, const struct sg_jolokia_target *b, size_t n_b)
{
    if (n_a != n_b)
        return false;
    for (size_t i = 0; i < n_a; i++) {
        if (a[i].id != b[i].id || !sg_config_same_text(a[i].url, b[i].url))
            return false;
    }
    return true;
}

bool sg_config_same_jolokia(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b)
{
    return sg_config_same_source(&a->source, &b->source) &&
           same_targets(a->brokers, a->n_brokers, b->brokers, b->n_brokers) &&
           same_targets(a->controllers, a->n_controllers, b->controllers, b->n_controllers);
}

bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b)
{
    return sg_config_same_source(&a->source, &b->source) &&
           same_labels(a->labels, a->n_labels, b->labels, b->n_labels);
}
