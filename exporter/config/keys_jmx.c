/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/kinds.h"
#include "config/labels.h"
#include "config/table_catalogues.h"
#include "config/urls.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How JVMs are polled: the brokers, all alike ("jolokia"), and others, each in its own way. */

enum {
    E_WRONG = 1,
    TARGETS_MAX = 10000,
    NAME_BYTES_MAX = 200,
    LABELS_MAX = 20,
    CATALOGUES_MAX = 50,
    INTERVAL_MS_MAX = 24 * 60 * 60 * 1000,
};

/* ---- Maps with broker ids ---- */

/* The id that is key number i of a map. A duplicate id is a problem. */
static bool read_id(struct sg_reading *reading,
    const struct sg_yaml_node *map,
    size_t i,
    int32_t *ret_id,
    const struct sg_yaml_node **ret_value)
{
    const struct sg_yaml_node *node, *other, *other_value;
    int64_t id, other_id;

    sg_yaml_pair(map, i, &node, ret_value);
    if (!sg_parse_number(sg_yaml_text(node), INT32_MAX, &id)) {
        sg_problem(reading, sg_at(node), "\"%.40s\" is not a broker id (a whole number)",
            sg_yaml_text(node).ptr);
        return false;
    }
    for (size_t j = 0; j < i; j++) {
        sg_yaml_pair(map, j, &other, &other_value);
        if (sg_parse_number(sg_yaml_text(other), INT32_MAX, &other_id) && other_id == id) {
            sg_problem(reading, sg_at(node), "duplicate id %" PRId64, id);
            return false;
        }
    }
    *ret_id = (int32_t)id;
    return true;
}

/* An element begins with its id. @return is the value valid? If not, a problem was reported */
typedef bool (*read_element_fn)(
    const struct sg_value *v, const struct sg_yaml_node *node, void *element);

static void read_by_id(const struct sg_value *v, const char *of_what, read_element_fn read_element)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name), *value;
    size_t n = sg_yaml_count(node), size = v->key->kind->element_size;
    size_t *n_elements = SG_NUMBER(size_t, v);

    if (!node)
        return;
    if (!sg_yaml_is_map(node) || n == 0 || n > TARGETS_MAX) {
        sg_key_problem(v, sg_at(node), "must be a map of ids and %s", of_what);
        return;
    }
    char *list = *SG_VALUE(char *, v) = sg_read_array(v->reading, node, n, size);
    for (size_t i = 0; list && i < n; i++) {
        void *element = list + *n_elements * size;
        if (read_id(v->reading, node, i, element, &value) && read_element(v, value, element))
            ++*n_elements;
    }
}

/* Values of "brokers" and "controllers" depend on whether the map has a proxy. */
static bool is_by_proxy(const struct sg_value *v)
{
    return sg_yaml_find(v->map, "proxy");
}

static bool read_target(const struct sg_value *v, const struct sg_yaml_node *node, void *element)
{
    struct sg_jolokia_target *target = element;
    const char *url = sg_yaml_text(node).ptr;
    struct sg_error err;

    int r = v->key->check    ? v->key->check(url, &err)
            : is_by_proxy(v) ? sg_url_check_service_fixed(url, &err)
                             : sg_url_check_fixed(url, &err);
    if (r)
        sg_problem(v->reading, sg_at(node), "%s", err.text);
    target->url = strdup(url);
    if (!target->url)
        sg_no_memory(v->reading, sg_at(node));
    return target->url;
}

static void read_targets(const struct sg_value *v)
{
    read_by_id(v,
        v->key->check    ? "HOST:PORT"
        : is_by_proxy(v) ? "JMX service URLs"
                         : "Jolokia URLs",
        read_target);
}

static bool same_target(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    const struct sg_jolokia_target *one = a, *other = b;

    (void)key, (void)restarts;
    return one->id == other->id && sg_same_text(one->url, other->url);
}

static void show_target(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    const struct sg_jolokia_target *target = element;
    char id[16];

    (void)key;
    (void)snprintf(id, sizeof id, "%" PRId32, target->id);
    sg_show_text(out, id, target->url);
}

static void free_target(const struct sg_key *key, void *element)
{
    (void)key;
    free(((struct sg_jolokia_target *)element)->url);
}

#define KIND_OF_TARGETS(text)                                                          \
    {                                                                                  \
        .name = (text), .read = read_targets, SG_KIND_OF_LIST,                         \
        .element_size = sizeof(struct sg_jolokia_target), .same_element = same_target, \
        .show_element = show_target, .free_element = free_target                       \
    }
static const struct sg_kind kind_targets = KIND_OF_TARGETS("map of ids and URLs");
static const struct sg_kind kind_addresses = KIND_OF_TARGETS("map of ids and addresses");

static bool read_port(const struct sg_value *v, const struct sg_yaml_node *node, void *element)
{
    int64_t port;

    if (!sg_parse_port(v->reading, node, &port))
        return false;
    ((struct sg_jmx_port *)element)->port = (int)port;
    return true;
}

static void read_ports(const struct sg_value *v)
{
    read_by_id(v, "ports", read_port);
}

static bool same_port(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    const struct sg_jmx_port *one = a, *other = b;

    (void)key, (void)restarts;
    return one->id == other->id && one->port == other->port;
}

static void show_port(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    const struct sg_jmx_port *port = element;

    (void)key;
    sg_show_line(out, "%" PRId32 ": %d", port->id, port->port);
}

static const struct sg_kind kind_ports = { .name = "map of ids and ports",
    .read = read_ports,
    SG_KIND_OF_LIST,
    .element_size = sizeof(struct sg_jmx_port),
    .same_element = same_port,
    .show_element = show_port };

/* ---- TLS ---- */

static int check_server_name(const char *name, struct sg_error *err)
{
    return !name[0] || strpbrk(name, "/:@ \t")
               ? sg_error_set(err, E_WRONG, "\"%.80s\" is not a host's name", name)
               : 0;
}

static void finish_tls(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    const struct sg_tls_config *tls = base;

    if (tls->insecure_skip_verify && (tls->ca_file || tls->server_name))
        sg_problem(reading, sg_at(sg_yaml_find(node, "insecure_skip_verify")),
            "with \"insecure_skip_verify\" nothing is verified: remove either \"ca_file\" and "
            "\"server_name\", or it");
}

#define TLS_FILE(key_name, member, needed_key, said)                                  \
    {                                                                                 \
        key_name, &sg_kind_file, SG_LIST_AT(sg_tls_config, member, files),            \
            .needs = (needed_key), .restarts = SG_RESTARTS_BROKERS | SG_RESTARTS_JVM, \
            .doc = (said)                                                             \
    }

static const struct sg_key tls_list[] = {
    TLS_FILE("ca_file", ca_file, NULL, "instead of the system's CAs"),
    TLS_FILE("cert_file", cert_file, NULL, "if a client certificate is required"),
    TLS_FILE("key_file", key_file, "cert_file", "its key; default: in `cert_file`"),
    { "key_password", &sg_kind_secret, SG_AT(sg_tls_config, key_password), .needs = "cert_file",
        .restarts = SG_RESTARTS_BROKERS | SG_RESTARTS_JVM, .doc = "the password of the key" },
    { "server_name", &sg_kind_text, SG_AT(sg_tls_config, server_name), .check = check_server_name,
        .restarts = SG_RESTARTS_BROKERS | SG_RESTARTS_JVM,
        .doc = "the name in the certificates; default: the host" },
    { "insecure_skip_verify", &sg_kind_boolean, SG_AT(sg_tls_config, insecure_skip_verify),
        .restarts = SG_RESTARTS_BROKERS | SG_RESTARTS_JVM, .doc = "certificates are not verified" },
};
static const struct sg_map tls_keys = {
    .what = "\"tls\"", .size = sizeof(struct sg_tls_config), SG_KEYS(tls_list), .finish = finish_tls
};

/* ---- Proxies ---- */

static int check_utf8(const char *text, struct sg_error *err)
{
    struct sg_str rest = sg_str_of(text);

    while (rest.len) {
        size_t n = sg_utf8_length(rest.ptr, rest.len);
        if (n == 0)
            return sg_error_set(
                err, E_WRONG, "the proxy's password goes into JSON and must be UTF-8");
        rest = (struct sg_str){ rest.ptr + n, rest.len - n };
    }
    return 0;
}

/* Keys that brokers' and JVMs' proxies share. */
#define PROXY_KEYS(what)                                                                    \
    { "url", &sg_kind_text, SG_AT(sg_jolokia_proxy, url), .check = sg_url_check_fixed,      \
        .needed = "\"proxy\" needs the \"url\" of a Jolokia", .restarts = (what),           \
        .doc = "a Jolokia that connects to other JVMs by JMX (JSR-160)" },                  \
        { "username", &sg_kind_text, SG_AT(sg_jolokia_proxy, username), .restarts = (what), \
            .doc = "of the target's JMX" },                                                 \
    {                                                                                       \
        "password", &sg_kind_secret, SG_AT(sg_jolokia_proxy, password),                     \
            .check = check_utf8, .needs = "username",                                       \
            .needs_said = "a password needs a \"username\"", .flags = SG_KEY_AT_MAP,        \
            .restarts = (what), .doc = "of the target's JMX"                                \
    }

static void finish_broker_proxy(
    struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    static const char *const port_keys[] = { "jmx_port", "jmx_ports" };
    const struct sg_jolokia_proxy *proxy = base;
    const struct sg_yaml_node *at = sg_yaml_find(node, "target");
    bool uses_port = proxy->target && strstr(proxy->target, "{jmx_port}");

    if (uses_port && !sg_yaml_find(node, port_keys[0]) && !sg_yaml_find(node, port_keys[1]))
        sg_problem(reading, sg_at(at ? at : node),
            "{jmx_port} needs \"jmx_port\", or \"jmx_ports\" with the port of each broker");
    for (size_t i = 0; i < 2 && !uses_port; i++) {
        if (sg_yaml_find(node, port_keys[i]))
            sg_problem(reading, sg_at(sg_yaml_find(node, port_keys[i])),
                "\"%s\" does nothing: the target has no {jmx_port}", port_keys[i]);
    }
}

static const struct sg_key broker_proxy_list[] = {
    PROXY_KEYS(SG_RESTARTS_BROKERS),
    { "jmx_port", &sg_kind_port, SG_AT(sg_jolokia_proxy, jmx_port), .restarts = SG_RESTARTS_BROKERS,
        .doc = "the value of {jmx_port}" },
    { "jmx_ports", &kind_ports, SG_LIST_AT(sg_jolokia_proxy, jmx_ports, n_jmx_ports),
        .restarts = SG_RESTARTS_BROKERS, .doc = "its value for single brokers" },
    { "target", &sg_kind_text, SG_AT(sg_jolokia_proxy, target),
        .text = "service:jmx:rmi:///jndi/rmi://{host}:{jmx_port}/jmxrmi",
        .check = sg_url_check_service_brokers, .restarts = SG_RESTARTS_BROKERS,
        .doc = "the JMX service URL of each broker; {host} and {id} are the broker's" },
};
static const struct sg_map broker_proxy_keys = { .what = "\"proxy\"",
    .size = sizeof(struct sg_jolokia_proxy),
    SG_KEYS(broker_proxy_list),
    .finish = finish_broker_proxy };

static const struct sg_key jvm_proxy_list[] = {
    PROXY_KEYS(SG_RESTARTS_JVM),
    { "target", &sg_kind_text, SG_AT(sg_jolokia_proxy, target), .check = sg_url_check_service_fixed,
        .needed = "a JVM's \"proxy\" needs the \"target\", a JMX service URL",
        .restarts = SG_RESTARTS_JVM, .doc = "the JMX service URL of the JVM" },
};
static const struct sg_map jvm_proxy_keys = {
    .what = "\"proxy\"", .size = sizeof(struct sg_jolokia_proxy), SG_KEYS(jvm_proxy_list)
};

/* ---- Keys that brokers and JVMs share ---- */

#define SOURCE_KEYS(type, what, username_doc, tls_doc)                                    \
    { "username", &sg_kind_text, SG_AT(type, source.username), .restarts = (what),        \
        .doc = (username_doc) },                                                          \
        { "password", &sg_kind_secret, SG_AT(type, source.password), .needs = "username", \
            .needs_said = "a password needs a \"username\"", .restarts = (what),          \
            .doc = "likewise" },                                                          \
    {                                                                                     \
        "tls", &sg_kind_map, SG_LIST_AT(type, source.tls, source.jmx.has_tls),            \
            .map = &tls_keys, .restarts = (what), .doc = (tls_doc)                        \
    }

#define RULES_KEY(type, what)                                                              \
    "rules", &sg_kind_names, SG_LIST_AT(type, source.rules.names, source.rules.n),         \
        .place_at = offsetof(struct type, source.rules.place), .max = CATALOGUES_MAX,      \
        .must = "must name 1 to 50 catalogues",                                            \
        .item = "must be a catalogue, a rule file, or a list of them", .restarts = (what), \
        .doc = "built-in catalogues, a rule file, or both: \"Rules\""

#define SLOW_KEY(type, what)                                                  \
    "slow_interval", &sg_kind_duration, SG_AT(type, source.slow_interval_ms), \
        .bounds = "the interval to 24h", .restarts = (what),                  \
        .doc = "between reads of the MBeans that the rules mark as slow: \"Slow requests\""

static void finish_source(struct sg_reading *reading,
    const struct sg_yaml_node *node,
    bool any_tls,
    struct sg_jolokia_source *source)
{
    const struct sg_yaml_node *slow = sg_yaml_find(node, "slow_interval");
    const struct sg_yaml_node *tls = sg_yaml_find(node, "tls");

    if (slow && source->slow_interval_ms &&
        (source->slow_interval_ms < reading->config->interval_ms ||
            source->slow_interval_ms > INTERVAL_MS_MAX))
        sg_problem(reading, sg_at(slow), "\"slow_interval\" must be from the interval to 24h");
    if (tls && !any_tls)
        sg_problem(reading, sg_at(tls), "\"tls\" does nothing: no URL here is https://");
}

/* ---- "jolokia" ---- */

static bool any_https(const struct sg_jolokia_config *jolokia)
{
    bool any = sg_url_is_https(jolokia->source.url) || sg_url_is_https(jolokia->source.proxy.url);

    for (size_t i = 0; i < jolokia->n_brokers && !any; i++)
        any = sg_url_is_https(jolokia->brokers[i].url);
    for (size_t i = 0; i < jolokia->n_controllers && !any; i++)
        any = sg_url_is_https(jolokia->controllers[i].url);
    return any;
}

/* What the brokers' settings have in common, however they are read. */
static void finish_brokers(struct sg_reading *reading,
    const struct sg_yaml_node *node,
    bool any_tls,
    struct sg_jolokia_source *source)
{
    const struct sg_yaml_node *sizes = sg_yaml_find(node, "size_interval");

    finish_source(reading, node, any_tls, source);
    sg_table_catalogues_apply(reading, node, &source->rules);
    if (sizes && source->size_interval_ms &&
        (source->size_interval_ms < reading->config->interval_ms ||
            source->size_interval_ms > INTERVAL_MS_MAX))
        sg_problem(reading, sg_at(sizes), "\"size_interval\" must be from the interval to 24h");
    if (source->slow_interval_ms < reading->config->interval_ms)
        source->slow_interval_ms = reading->config->interval_ms;
}

static void finish_jolokia(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    struct sg_jolokia_config *jolokia = base;
    struct sg_jolokia_source *source = &jolokia->source;
    const struct sg_yaml_node *url = sg_yaml_find(node, "url");
    const struct sg_yaml_node *proxy = sg_yaml_find(node, "proxy");

    if (url && proxy)
        sg_problem(reading, sg_at(url),
            "brokers are read by their own agents (\"url\") or through a \"proxy\", not both");
    if (!url && !source->url && !proxy && !sg_yaml_find(node, "brokers") &&
        !sg_yaml_find(node, "controllers"))
        sg_problem(reading, sg_at(node),
            "\"jolokia\" needs \"url\", \"brokers\", \"controllers\" or \"proxy\"");
    finish_brokers(reading, node, any_https(jolokia), source);
}

/* What is read of brokers, and when. */
#define BROKER_RULES_KEYS                                                                         \
    { RULES_KEY(sg_jolokia_config, SG_RESTARTS_BROKERS), .text = "kafka" },                       \
        { SLOW_KEY(sg_jolokia_config, SG_RESTARTS_BROKERS), .number = SG_SLOW_INTERVAL_MS },      \
    {                                                                                             \
        "size_interval", &sg_kind_duration, SG_AT(sg_jolokia_config, source.size_interval_ms),    \
            .follows = "they are not read", .bounds = "the interval to 24h",                      \
            .restarts = SG_RESTARTS_BROKERS,                                                      \
            .doc = "between reads of the sizes of all logs, for the sums of topics and brokers: " \
                   "[sizes.md](sizes.md)"                                                         \
    }

static const struct sg_key jolokia_list[] = {
    { "url", &sg_kind_text, SG_AT(sg_jolokia_config, source.url), .check = sg_url_check_brokers,
        .restarts = SG_RESTARTS_BROKERS,
        .doc = "the agent of each broker; {host} and {id} are the broker's" },
    { "proxy", &sg_kind_map, SG_AT(sg_jolokia_config, source.proxy), .map = &broker_proxy_keys,
        .flags = SG_KEY_OPTIONAL, .restarts = SG_RESTARTS_BROKERS,
        .doc = "instead of agents: \"Through a proxy\"" },
    { "brokers", &kind_targets, SG_LIST_AT(sg_jolokia_config, brokers, n_brokers),
        .restarts = SG_RESTARTS_TARGETS,
        .doc = "the agents of single brokers; with a proxy, JMX service URLs" },
    { "controllers", &kind_targets, SG_LIST_AT(sg_jolokia_config, controllers, n_controllers),
        .restarts = SG_RESTARTS_TARGETS, .doc = "KRaft controllers that are not brokers" },
    SOURCE_KEYS(sg_jolokia_config,
        SG_RESTARTS_BROKERS,
        "of the agents, or the proxy",
        "of all `https://` URLs here, the proxy's too"),
    BROKER_RULES_KEYS,
};
const struct sg_map sg_jolokia_keys = { .what = "\"jolokia\"",
    .size = sizeof(struct sg_jolokia_config),
    SG_KEYS(jolokia_list),
    .finish = finish_jolokia };

/* ---- "jmx" ---- */

static void finish_jmx(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    struct sg_jolokia_config *jmx = base;

    /* Of the flag --jmx.port there is no node. */
    if (node && !sg_yaml_find(node, "port") && !sg_yaml_find(node, "ports") &&
        !sg_yaml_find(node, "brokers") && !sg_yaml_find(node, "controllers"))
        sg_problem(reading, sg_at(node),
            "\"jmx\" needs the \"port\" of all brokers, \"ports\" with that of each, \"brokers\" "
            "or "
            "\"controllers\"");
    finish_brokers(reading, node, true, &jmx->source);
}

#define JMX_KEYS(type, what, registry_needs, stub_needs)                                      \
    { "registry_tls", &sg_kind_boolean, SG_AT(type, source.jmx.registry_tls), .needs = "tls", \
        .restarts = (what), .doc = "JMX's registry has TLS too (`registry.ssl=true`)" },      \
    {                                                                                         \
        "follow_stub", &sg_kind_boolean, SG_AT(type, source.jmx.follow_stub),                 \
            .needs = (stub_needs), .restarts = (what),                                        \
            .doc = "connect to the host that the registry says, not only to its port"         \
    }

static const struct sg_key jmx_list[] = {
    { "port", &sg_kind_port, SG_AT(sg_jolokia_config, source.jmx.port),
        .restarts = SG_RESTARTS_BROKERS, .doc = "the JMX port of every broker: `JMX_PORT`" },
    { "ports", &kind_ports, SG_LIST_AT(sg_jolokia_config, source.jmx.ports, source.jmx.n_ports),
        .restarts = SG_RESTARTS_BROKERS, .doc = "the port of single brokers" },
    { "host", &sg_kind_text, SG_AT(sg_jolokia_config, source.jmx.host), .text = "{host}",
        .check = sg_url_check_jmx_host, .restarts = SG_RESTARTS_BROKERS,
        .doc = "the host of each broker's JMX; {host} and {id} are the broker's" },
    { "brokers", &kind_addresses, SG_LIST_AT(sg_jolokia_config, brokers, n_brokers),
        .check = sg_url_check_jmx, .restarts = SG_RESTARTS_TARGETS,
        .doc = "the JMX ports of single brokers, `HOST:PORT`" },
    { "controllers", &kind_addresses, SG_LIST_AT(sg_jolokia_config, controllers, n_controllers),
        .check = sg_url_check_jmx, .restarts = SG_RESTARTS_TARGETS,
        .doc = "KRaft controllers that are not brokers, likewise" },
    SOURCE_KEYS(sg_jolokia_config,
        SG_RESTARTS_BROKERS,
        "if JMX requires a password; the role readonly is enough",
        "JMX must have TLS (`jmxremote.ssl=true`)"),
    JMX_KEYS(sg_jolokia_config, SG_RESTARTS_BROKERS, "tls", NULL),
    BROKER_RULES_KEYS,
};
const struct sg_map sg_jmx_keys = { .what = "\"jmx\"",
    .size = sizeof(struct sg_jolokia_config),
    SG_KEYS(jmx_list),
    .finish = finish_jmx };

/* ---- "jvms" ---- */

static int check_jvm_name(const char *name, struct sg_error *err)
{
    if (!name[0] || strlen(name) > NAME_BYTES_MAX)
        return sg_error_set(err, E_WRONG, "the name must have 1 to %d bytes", NAME_BYTES_MAX);
    if (strspn(name, "0123456789") == strlen(name))
        return sg_error_set(err, E_WRONG,
            "\"%s\" looks like a broker id: a JVM's name must not be only digits", name);
    return 0;
}

static void finish_jvm(struct sg_reading *reading, const struct sg_yaml_node *node, void *base)
{
    struct sg_jolokia_source *source = &((struct sg_jvm_config *)base)->source;
    const struct sg_yaml_node *url = sg_yaml_find(node, "url");
    const struct sg_yaml_node *proxy = sg_yaml_find(node, "proxy");

    const struct sg_yaml_node *jmx = sg_yaml_find(node, "jmx");

    if (url && proxy)
        sg_problem(reading, sg_at(url),
            "a JVM is read by its own agent (\"url\") or through a \"proxy\", not both");
    if (jmx && (url || proxy))
        sg_problem(reading, sg_at(jmx),
            "a JVM is read through Jolokia (\"url\", \"proxy\") or by its JMX port (\"jmx\"), not "
            "both");
    if (!url && !proxy && !jmx)
        sg_problem(reading, sg_at(node),
            "a JVM needs the \"url\" of its agent, a \"proxy\", or \"jmx\", its JMX port");
    finish_source(reading, node,
        jmx || sg_url_is_https(source->url) || sg_url_is_https(source->proxy.url), source);
}

void sg_jvms_finish(struct sg_reading *reading, struct sg_cluster_config *cluster)
{
    const struct sg_jolokia_config *brokers = sg_config_brokers(cluster);
    int64_t slow_ms = brokers ? brokers->source.slow_interval_ms : 0;

    if (slow_ms == 0)
        slow_ms = SG_SLOW_INTERVAL_MS;
    if (slow_ms < reading->config->interval_ms)
        slow_ms = reading->config->interval_ms;
    for (size_t i = 0; i < cluster->n_jvms; i++) {
        if (cluster->jvms[i].source.slow_interval_ms == 0)
            cluster->jvms[i].source.slow_interval_ms = slow_ms;
    }
}

static const struct sg_key jvm_list[] = {
    { "name", &sg_kind_text, SG_AT(sg_jvm_config, name), .check = check_jvm_name,
        .needed = "a JVM needs a \"name\"", .flags = SG_KEY_UNIQUE, .restarts = SG_RESTARTS_JVM,
        .doc = "the label `jvm`; not only digits" },
    { "url", &sg_kind_text, SG_AT(sg_jvm_config, source.url), .check = sg_url_check_fixed,
        .restarts = SG_RESTARTS_JVM, .doc = "its agent" },
    { "proxy", &sg_kind_map, SG_AT(sg_jvm_config, source.proxy), .map = &jvm_proxy_keys,
        .flags = SG_KEY_OPTIONAL, .restarts = SG_RESTARTS_JVM, .doc = "instead of an agent" },
    { "jmx", &sg_kind_text, SG_AT(sg_jvm_config, source.jmx.address), .check = sg_url_check_jmx,
        .restarts = SG_RESTARTS_JVM, .doc = "its JMX port, `HOST:PORT`, read without an agent" },
    SOURCE_KEYS(sg_jvm_config,
        SG_RESTARTS_JVM,
        "of the agent, the proxy, or JMX",
        "of all `https://` URLs here, the proxy's too; of JMX, which must have it"),
    JMX_KEYS(sg_jvm_config, SG_RESTARTS_JVM, "jmx", "jmx"),
    { RULES_KEY(sg_jvm_config, SG_RESTARTS_JVM),
        .needed = "a JVM needs \"rules\": a catalogue or a rule file" },
    { SLOW_KEY(sg_jvm_config, SG_RESTARTS_JVM), .follows = "as for the brokers" },
    { "labels", &sg_kind_labels, SG_LIST_AT(sg_jvm_config, labels, n_labels), .max = LABELS_MAX,
        .check = sg_label_check_jvm, .restarts = SG_RESTARTS_JVM,
        .doc = "on every series of this JVM" },
};
const struct sg_map sg_jvm_keys = {
    .what = "a JVM", .size = sizeof(struct sg_jvm_config), SG_KEYS(jvm_list), .finish = finish_jvm
};
