/* SPDX-License-Identifier: Apache-2.0 */
#include "config/jolokia_source.h"
#include "config/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TARGETS_MAX = 10000,
};

#define DEFAULT_TARGET "service:jmx:rmi:///jndi/rmi://{host}:{jmx_port}/jmxrmi"

/* ---- Maps with broker ids ---- */

static bool read_number(struct sg_str text, long max, long *ret_number)
{
    char *end = NULL;

    if (text.len == 0 || text.len > 10 || *text.ptr < '0' || *text.ptr > '9')
        return false;
    errno = 0;
    *ret_number = strtol(text.ptr, &end, 10);
    return *end == '\0' && !errno && *ret_number <= max;
}

/* The id that is key number i of a map. It is a problem when it stands there twice. */
static bool read_id(struct sg_yaml *yaml,
    const struct sg_yaml_node *map,
    size_t i,
    int32_t *ret_id,
    const struct sg_yaml_node **ret_value)
{
    const struct sg_yaml_node *node;
    const struct sg_yaml_node *other;
    const struct sg_yaml_node *other_value;
    long id;
    long other_id;

    sg_yaml_pair(map, i, &node, ret_value);
    if (!read_number(sg_yaml_text(node), INT32_MAX, &id)) {
        sg_yaml_problem(
            yaml, node, "\"%.40s\" is not a broker id (a whole number)", sg_yaml_text(node).ptr);
        return false;
    }
    for (size_t j = 0; j < i; j++) {
        sg_yaml_pair(map, j, &other, &other_value);
        if (read_number(sg_yaml_text(other), INT32_MAX, &other_id) && other_id == id) {
            sg_yaml_problem(yaml, node, "id %ld stands twice", id);
            return false;
        }
    }
    *ret_id = (int32_t)id;
    return true;
}

static bool is_map_of_ids(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *key, const char *of_what)
{
    size_t n = sg_yaml_count(node);

    if (sg_yaml_is_map(node) && n > 0 && n <= TARGETS_MAX)
        return true;
    sg_yaml_problem(yaml, node, "\"%s\" must be a map of ids and %s", key, of_what);
    return false;
}

static void read_targets(struct sg_yaml *yaml,
    const struct sg_yaml_node *map,
    const char *key,
    bool by_proxy,
    struct sg_jolokia_target **ret_targets,
    size_t *ret_n)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key);
    const char *of_what = by_proxy ? "JMX service URLs" : "Jolokia URLs";

    if (!node || !is_map_of_ids(yaml, node, key, of_what))
        return;
    size_t n = sg_yaml_count(node);
    struct sg_jolokia_target *targets = calloc(n, sizeof *targets);
    if (!targets) {
        sg_config_no_memory(yaml, node);
        return;
    }
    *ret_targets = targets;
    for (size_t i = 0; i < n; i++) {
        const struct sg_yaml_node *url_node;
        int32_t id;
        if (!read_id(yaml, node, i, &id, &url_node))
            continue;
        struct sg_str url = sg_yaml_text(url_node);
        if (by_proxy)
            sg_source_check_service_url(yaml, url_node, url.ptr);
        else
            sg_source_check_url(yaml, url_node, url.ptr);
        targets[*ret_n] = (struct sg_jolokia_target){ id, strdup(url.ptr) };
        if (targets[*ret_n].url)
            (*ret_n)++;
        else
            sg_config_no_memory(yaml, url_node);
    }
}

static bool read_port(struct sg_yaml *yaml, const struct sg_yaml_node *node, int *ret_port)
{
    long port;

    if (!read_number(sg_yaml_text(node), 65535, &port) || port == 0) {
        sg_yaml_problem(yaml, node, "\"%.40s\" is not a port", sg_yaml_text(node).ptr);
        return false;
    }
    *ret_port = (int)port;
    return true;
}

static void read_jmx_ports(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    const struct sg_yaml_node *port;
    size_t n = sg_yaml_count(node);

    if (!node || !is_map_of_ids(yaml, node, "jmx_ports", "ports"))
        return;
    proxy->jmx_ports = calloc(n, sizeof *proxy->jmx_ports);
    if (!proxy->jmx_ports) {
        sg_config_no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct sg_jmx_port *entry = &proxy->jmx_ports[proxy->n_jmx_ports];
        if (read_id(yaml, node, i, &entry->id, &port) && read_port(yaml, port, &entry->port))
            proxy->n_jmx_ports++;
    }
}

/* ---- The proxy ---- */

static void check_broker_target(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const struct sg_jolokia_proxy *proxy)
{
    static const char *const names[] = { "{host}", "{id}", "{jmx_port}", NULL };
    static const char *const port_keys[] = { "jmx_port", "jmx_ports" };
    const struct sg_yaml_node *at = sg_yaml_find(node, "target");
    bool uses_port = strstr(proxy->target, "{jmx_port}");
    bool has_port = sg_yaml_find(node, "jmx_port") || sg_yaml_find(node, "jmx_ports");

    if (at) {
        sg_source_check_service_url(yaml, at, proxy->target);
        sg_source_check_placeholders(yaml, at, proxy->target, names);
    }
    if (!strstr(proxy->target, "{host}") && !strstr(proxy->target, "{id}") && !uses_port)
        sg_yaml_problem(yaml, at,
            "the target is the same for every broker: it needs {host}, {id} or {jmx_port}");
    if (uses_port && !has_port)
        sg_yaml_problem(yaml, at ? at : node,
            "{jmx_port} needs \"jmx_port\", or \"jmx_ports\" with the port of each broker");
    for (size_t i = 0; i < 2 && !uses_port; i++) {
        if (sg_yaml_find(node, port_keys[i]))
            sg_yaml_problem(yaml, sg_yaml_find(node, port_keys[i]),
                "\"%s\" does nothing: the target has no {jmx_port}", port_keys[i]);
    }
}

static void read_broker_proxy(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    static const char *const keys[] = { "jmx_port", "jmx_ports", "password", "password_file",
        "target", "url", "username", NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"proxy\"", keys))
        return;
    sg_source_read_proxy_url(yaml, node, proxy);
    if (sg_yaml_find(node, "jmx_port"))
        (void)read_port(yaml, sg_yaml_find(node, "jmx_port"), &proxy->jmx_port);
    read_jmx_ports(yaml, sg_yaml_find(node, "jmx_ports"), proxy);
    if (!sg_yaml_read_string(yaml, node, "target", &proxy->target) && !proxy->target)
        proxy->target = strdup(DEFAULT_TARGET);
    if (proxy->target)
        check_broker_target(yaml, node, proxy);
    else
        sg_config_no_memory(yaml, node);
}

/* ---- The brokers ---- */

static bool any_https(const struct sg_jolokia_config *jolokia)
{
    bool any =
        sg_source_is_https(jolokia->source.url) || sg_source_is_https(jolokia->source.proxy.url);

    for (size_t i = 0; i < jolokia->n_brokers && !any; i++)
        any = sg_source_is_https(jolokia->brokers[i].url);
    for (size_t i = 0; i < jolokia->n_controllers && !any; i++)
        any = sg_source_is_https(jolokia->controllers[i].url);
    return any;
}

static void read_broker_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_jolokia_source *source)
{
    struct sg_error err;

    if (sg_yaml_read_string(yaml, map, "url", &source->url) &&
        sg_source_broker_url_error(source->url, &err))
        sg_yaml_problem(yaml, sg_yaml_find(map, "url"), "%s", err.text);
}

void sg_config_read_jolokia(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_cluster_config *cluster)
{
    static const char *const keys[] = { "brokers", "controllers", "password", "password_file",
        "proxy", "rules", "slow_interval", "tls", "url", "username", NULL };
    struct sg_jolokia_config *jolokia = &cluster->jolokia;
    bool by_proxy = sg_yaml_find(node, "proxy");

    jolokia->source.slow_interval_ms = SG_SLOW_INTERVAL_MS;
    if (!node || !sg_yaml_expect_map(yaml, node, "\"jolokia\"", keys))
        return;
    cluster->has_jolokia = true;
    read_broker_url(yaml, node, &jolokia->source);
    read_broker_proxy(yaml, sg_yaml_find(node, "proxy"), &jolokia->source.proxy);
    if (by_proxy && sg_yaml_find(node, "url"))
        sg_yaml_problem(yaml, sg_yaml_find(node, "url"),
            "brokers are read by their own agents (\"url\") or through a \"proxy\", not both");
    read_targets(yaml, node, "brokers", by_proxy, &jolokia->brokers, &jolokia->n_brokers);
    read_targets(
        yaml, node, "controllers", by_proxy, &jolokia->controllers, &jolokia->n_controllers);
    if (!sg_yaml_find(node, "url") && !by_proxy && !sg_yaml_find(node, "brokers") &&
        !sg_yaml_find(node, "controllers"))
        sg_yaml_problem(
            yaml, node, "\"jolokia\" needs \"url\", \"brokers\", \"controllers\" or \"proxy\"");
    sg_source_read(yaml, node, config, &jolokia->source);
    sg_source_check_tls_is_used(yaml, node, any_https(jolokia));
    if (!sg_yaml_find(node, "rules") && sg_config_default_rules(&jolokia->source.rules))
        sg_config_no_memory(yaml, node);
}

static void free_targets(struct sg_jolokia_target *targets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(targets[i].url);
    free(targets);
}

void sg_config_free_jolokia(struct sg_jolokia_config *jolokia)
{
    sg_source_free(&jolokia->source);
    free_targets(jolokia->brokers, jolokia->n_brokers);
    free_targets(jolokia->controllers, jolokia->n_controllers);
}
