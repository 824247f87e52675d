/* SPDX-License-Identifier: Apache-2.0 */
#include "config/constant_labels.h"
#include "config/jolokia_source.h"
#include "config/read.h"
#include "metric/family.h"
#include "metric/label_names.h"
#include "metric/series.h"

#include <stdlib.h>
#include <string.h>

enum {
    JVMS_MAX = 10000,
    JVM_NAME_BYTES_MAX = 200,
    JVM_LABELS_MAX = 20,
};

static void read_jvm_proxy(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    static const char *const keys[] = { "password", "password_file", "target", "url", "username",
        NULL };
    static const char *const nothing[] = { NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"proxy\"", keys))
        return;
    sg_source_read_proxy_url(yaml, node, proxy);
    if (sg_yaml_read_string(yaml, node, "target", &proxy->target)) {
        sg_source_check_service_url(yaml, sg_yaml_find(node, "target"), proxy->target);
        sg_source_check_placeholders(yaml, sg_yaml_find(node, "target"), proxy->target, nothing);
    } else if (!sg_yaml_find(node, "target")) {
        sg_yaml_problem(yaml, node, "a JVM's \"proxy\" needs the \"target\", a JMX service URL");
    }
}

static void read_jvm_name(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_cluster_config *cluster,
    struct sg_jvm_config *jvm)
{
    const struct sg_yaml_node *at = sg_yaml_find(node, "name");

    if (!sg_yaml_read_string(yaml, node, "name", &jvm->name)) {
        if (!at)
            sg_yaml_problem(yaml, node, "a JVM needs a \"name\"");
        return;
    }
    if (!jvm->name[0] || strlen(jvm->name) > JVM_NAME_BYTES_MAX)
        sg_yaml_problem(yaml, at, "the name must have 1 to %d bytes", JVM_NAME_BYTES_MAX);
    else if (strspn(jvm->name, "0123456789") == strlen(jvm->name))
        sg_yaml_problem(yaml, at,
            "\"%s\" would be taken for a broker's id: a JVM's name is not only digits", jvm->name);
    for (const struct sg_jvm_config *other = cluster->jvms; other < jvm; other++) {
        if (other->name && strcmp(other->name, jvm->name) == 0)
            sg_yaml_problem(yaml, at, "two JVMs are called \"%.80s\"", jvm->name);
    }
}

static void read_jvm_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_source *source)
{
    static const char *const nothing[] = { NULL };
    const struct sg_yaml_node *url = sg_yaml_find(node, "url");
    const struct sg_yaml_node *proxy = sg_yaml_find(node, "proxy");

    if (sg_yaml_read_string(yaml, node, "url", &source->url)) {
        sg_source_check_url(yaml, url, source->url);
        sg_source_check_placeholders(yaml, url, source->url, nothing);
    }
    read_jvm_proxy(yaml, proxy, &source->proxy);
    if (url && proxy)
        sg_yaml_problem(
            yaml, url, "a JVM is read by its own agent (\"url\") or through a \"proxy\", not both");
    if (!url && !proxy)
        sg_yaml_problem(yaml, node, "a JVM needs the \"url\" of its agent, or a \"proxy\"");
}

static void read_label(struct sg_yaml *yaml,
    const struct sg_yaml_node *name_node,
    const struct sg_yaml_node *value_node,
    const struct sg_config *config,
    struct sg_jvm_config *jvm)
{
    struct sg_str name = sg_yaml_text(name_node);
    struct sg_str value = sg_yaml_text(value_node);

    if (!sg_label_name_valid(name)) {
        sg_yaml_problem(
            yaml, name_node, "\"%.80s\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)", name.ptr);
        return;
    }
    if (sg_label_name_is_of_jvm(name) || strcmp(name.ptr, config->cluster_label) == 0 ||
        sg_constant_labels_have(config, name)) {
        sg_yaml_problem(yaml, name_node,
            "the label \"%.80s\" is Streamgauge's own, or Prometheus's; take another", name.ptr);
        return;
    }
    if (value.len == 0 || value.len > SG_LABEL_VALUE_BYTES_MAX || strlen(value.ptr) != value.len) {
        sg_yaml_problem(yaml, value_node, "the label's value must be text of 1 to %d bytes",
            SG_LABEL_VALUE_BYTES_MAX);
        return;
    }
    for (size_t i = 0; i < jvm->n_labels; i++) {
        if (strcmp(jvm->labels[i].name, name.ptr) == 0)
            sg_yaml_problem(yaml, name_node, "the label \"%.80s\" stands twice", name.ptr);
    }
    struct sg_label_setting *label = &jvm->labels[jvm->n_labels++];
    *label = (struct sg_label_setting){ strdup(name.ptr), strdup(value.ptr) };
    if (!label->name || !label->value) {
        sg_config_no_memory(yaml, name_node);
        free(label->name);
        free(label->value);
        jvm->n_labels--;
    }
}

static void read_labels(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_jvm_config *jvm)
{
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_map(node) || n > JVM_LABELS_MAX) {
        sg_yaml_problem(
            yaml, node, "\"labels\" must be a map of at most %d names and values", JVM_LABELS_MAX);
        return;
    }
    jvm->labels = calloc(n + 1, sizeof *jvm->labels);
    if (!jvm->labels) {
        sg_config_no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sg_yaml_node *name;
        const struct sg_yaml_node *value;
        sg_yaml_pair(node, i, &name, &value);
        read_label(yaml, name, value, config, jvm);
    }
}

static void read_jvm(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster,
    struct sg_jvm_config *jvm)
{
    static const char *const keys[] = { "labels", "name", "password", "password_file", "proxy",
        "rules", "slow_interval", "tls", "url", "username", NULL };

    jvm->source.slow_interval_ms = cluster->jolokia.source.slow_interval_ms;
    if (!sg_yaml_expect_map(yaml, node, "a JVM", keys))
        return;
    read_jvm_name(yaml, node, cluster, jvm);
    read_jvm_url(yaml, node, &jvm->source);
    sg_source_read(yaml, node, config, &jvm->source);
    sg_source_check_tls_is_used(yaml, node,
        sg_source_is_https(jvm->source.url) || sg_source_is_https(jvm->source.proxy.url));
    if (!sg_yaml_find(node, "rules"))
        sg_yaml_problem(yaml, node, "a JVM needs \"rules\": a catalogue or a rule file");
    read_labels(yaml, sg_yaml_find(node, "labels"), config, jvm);
}

void sg_config_read_jvms(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_cluster_config *cluster)
{
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_list(node) || n == 0 || n > JVMS_MAX) {
        sg_yaml_problem(yaml, node, "\"jvms\" must be a list of 1 to %d JVMs", JVMS_MAX);
        return;
    }
    cluster->jvms = calloc(n, sizeof *cluster->jvms);
    if (!cluster->jvms) {
        sg_config_no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        cluster->n_jvms++;
        read_jvm(yaml, sg_yaml_item(node, i), config, cluster, &cluster->jvms[i]);
    }
}

void sg_config_free_jvms(struct sg_cluster_config *cluster)
{
    for (size_t i = 0; i < cluster->n_jvms; i++) {
        struct sg_jvm_config *jvm = &cluster->jvms[i];
        free(jvm->name);
        sg_source_free(&jvm->source);
        for (size_t j = 0; j < jvm->n_labels; j++) {
            free(jvm->labels[j].name);
            free(jvm->labels[j].value);
        }
        free(jvm->labels);
    }
    free(cluster->jvms);
}
