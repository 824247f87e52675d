/* SPDX-License-Identifier: Apache-2.0 */
#include "config/read.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "config/secret.h"
#include "metric/family.h"
#include "metric/series.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TARGETS_MAX = 10000,
    JVMS_MAX = 10000,
    JVM_NAME_BYTES_MAX = 200,
    JVM_LABELS_MAX = 20,
    CATALOGUES_MAX = 50,
    SLOW_INTERVAL_MS_MAX = 24 * 60 * 60 * 1000,
};

#define DEFAULT_TARGET "service:jmx:rmi:///jndi/rmi://{host}:{jmx_port}/jmxrmi"
#define SERVICE_URL    "service:jmx:"

static void no_memory(struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    sg_yaml_problem(yaml, node, "out of memory");
}

/* ---- URLs ---- */

static void check_url(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *url)
{
    if (sg_config_url_has_secret(url))
        sg_yaml_problem(yaml, node,
            "a URL with a password would be shown in logs; use \"username\" and \"password_file\"");
    else if (!sg_config_looks_like_url(url))
        sg_yaml_problem(
            yaml, node, "\"%.120s\" is not a URL such as http://HOST:8778/jolokia/", url);
}

static void check_service_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *url)
{
    if (sg_config_url_has_secret(url))
        sg_yaml_problem(yaml, node,
            "a URL with a password would be shown in logs; use the proxy's \"username\" and "
            "\"password_file\"");
    else if (strncmp(url, SERVICE_URL, sizeof SERVICE_URL - 1) != 0)
        sg_yaml_problem(yaml, node,
            "\"%.120s\" is not a JMX service URL such as "
            "service:jmx:rmi:///jndi/rmi://HOST:9999/jmxrmi",
            url);
}

/* Every {…} must be one of the names, which end with NULL. */
static void check_placeholders(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const char *template,
    const char *const *names)
{
    for (const char *brace = strchr(template, '{'); brace; brace = strchr(brace + 1, '{')) {
        bool known = false;
        for (size_t i = 0; names[i] && !known; i++)
            known = strncmp(brace, names[i], strlen(names[i])) == 0;
        if (!known)
            sg_yaml_problem(yaml, node, "\"%.40s\" is not known here; there %s%s%s%s%s", brace,
                names[0] ? "are " : "is nothing to fill in", names[0] ? names[0] : "",
                names[0] ? ", " : "", names[0] ? names[1] : "",
                names[0] && names[2] ? ", {jmx_port}" : "");
    }
}

/* ---- TLS ---- */

/* A path of a file that can be read. */
static void read_path(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, char **path)
{
    if (sg_yaml_read_string(yaml, map, key, path) && access(*path, R_OK))
        sg_yaml_problem(yaml, sg_yaml_find(map, key), "%.300s: %s", *path, strerror(errno));
}

static void read_tls(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_tls_config *tls)
{
    static const char *const keys[] = { "ca_file", "cert_file", "insecure_skip_verify", "key_file",
        "key_password", "key_password_file", "server_name", NULL };
    static const char *const need_cert[] = { "key_file", "key_password", "key_password_file" };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"tls\"", keys))
        return;
    read_path(yaml, node, "ca_file", &tls->ca_file);
    read_path(yaml, node, "cert_file", &tls->cert_file);
    read_path(yaml, node, "key_file", &tls->key_file);
    sg_config_read_secret(yaml, node, "key_password", &tls->key_password);
    (void)sg_yaml_read_string(yaml, node, "server_name", &tls->server_name);
    (void)sg_yaml_read_bool(yaml, node, "insecure_skip_verify", &tls->insecure_skip_verify);
    for (size_t i = 0; i < sizeof need_cert / sizeof need_cert[0]; i++) {
        if (sg_yaml_find(node, need_cert[i]) && !sg_yaml_find(node, "cert_file"))
            sg_yaml_problem(yaml, sg_yaml_find(node, need_cert[i]), "\"%s\" needs a \"cert_file\"",
                need_cert[i]);
    }
    if (tls->server_name && (!tls->server_name[0] || strpbrk(tls->server_name, "/:@ \t")))
        sg_yaml_problem(yaml, sg_yaml_find(node, "server_name"), "\"%.80s\" is not a host's name",
            tls->server_name);
    if (tls->insecure_skip_verify && (tls->ca_file || tls->server_name))
        sg_yaml_problem(yaml, sg_yaml_find(node, "insecure_skip_verify"),
            "with \"insecure_skip_verify\" nothing is verified: leave \"ca_file\" and "
            "\"server_name\" out, or this");
}

static bool is_https(const char *url)
{
    return url && strncmp(url, "https://", 8) == 0;
}

/* ---- Username and password ---- */

static void read_login(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, char **username, char **password)
{
    const struct sg_yaml_node *secret = sg_yaml_find(map, "password");

    if (!secret)
        secret = sg_yaml_find(map, "password_file");
    (void)sg_yaml_read_string(yaml, map, "username", username);
    sg_config_read_secret(yaml, map, "password", password);
    if (secret && !sg_yaml_find(map, "username"))
        sg_yaml_problem(yaml, secret, "a password needs a \"username\"");
}

/* ---- Rules ---- */

int sg_config_default_rules(struct sg_rules_config *rules)
{
    rules->names = calloc(1, sizeof *rules->names);
    if (!rules->names || !(rules->names[0] = strdup(SG_DEFAULT_RULES)))
        return -ENOMEM;
    rules->n = 1;
    return 0;
}

static void add_rules_name(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_rules_config *rules)
{
    struct sg_str name = sg_yaml_text(node);

    if (name.len == 0) {
        sg_yaml_problem(
            yaml, node, "\"rules\" must be a catalogue, a rule file, or a list of catalogues");
        return;
    }
    for (size_t i = 0; i < rules->n; i++) {
        if (strcmp(rules->names[i], name.ptr) == 0)
            sg_yaml_problem(yaml, node, "\"%.80s\" stands twice in \"rules\"", name.ptr);
    }
    rules->names[rules->n] = strdup(name.ptr);
    if (rules->names[rules->n])
        rules->n++;
    else
        no_memory(yaml, node);
}

/* Which names are catalogues is known, and said, where the rules are loaded. */
static void read_rules(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_rules_config *rules)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, "rules");
    bool is_list = sg_yaml_is_list(node);
    size_t n = is_list ? sg_yaml_count(node) : 1;
    struct sg_buf place;

    if (!node)
        return;
    if (n == 0 || n > CATALOGUES_MAX) {
        sg_yaml_problem(yaml, node, "\"rules\" must name 1 to %d catalogues", CATALOGUES_MAX);
        return;
    }
    rules->names = calloc(n, sizeof *rules->names);
    sg_buf_init(&place, 8192);
    (void)sg_buf_printf(
        &place, "%s:%zu:%zu", sg_yaml_name(yaml), sg_yaml_line(node), sg_yaml_column(node));
    rules->place = sg_buf_take(&place);
    sg_buf_done(&place);
    if (!rules->names || !rules->place) {
        no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_rules_name(yaml, is_list ? sg_yaml_item(node, i) : node, rules);
}

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
        no_memory(yaml, node);
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
            check_service_url(yaml, url_node, url.ptr);
        else
            check_url(yaml, url_node, url.ptr);
        targets[*ret_n] = (struct sg_jolokia_target){ id, strdup(url.ptr) };
        if (targets[*ret_n].url)
            (*ret_n)++;
        else
            no_memory(yaml, url_node);
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
        no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct sg_jmx_port *entry = &proxy->jmx_ports[proxy->n_jmx_ports];
        if (read_id(yaml, node, i, &entry->id, &port) && read_port(yaml, port, &entry->port))
            proxy->n_jmx_ports++;
    }
}

/* ---- Proxies ---- */

static bool is_utf8(const char *text)
{
    struct sg_str rest = sg_str_of(text);

    while (rest.len) {
        size_t n = sg_utf8_length(rest.ptr, rest.len);
        if (n == 0)
            return false;
        rest = (struct sg_str){ rest.ptr + n, rest.len - n };
    }
    return true;
}

static void read_proxy_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    static const char *const nothing[] = { NULL };

    if (sg_yaml_read_string(yaml, node, "url", &proxy->url)) {
        check_url(yaml, sg_yaml_find(node, "url"), proxy->url);
        check_placeholders(yaml, sg_yaml_find(node, "url"), proxy->url, nothing);
    } else if (!sg_yaml_find(node, "url")) {
        sg_yaml_problem(yaml, node, "\"proxy\" needs the \"url\" of a Jolokia");
    }
    read_login(yaml, node, &proxy->username, &proxy->password);
    if (!is_utf8(proxy->password))
        sg_yaml_problem(yaml, node, "the proxy's password goes into JSON and must be UTF-8");
}

static void check_broker_target(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const struct sg_jolokia_proxy *proxy)
{
    static const char *const names[] = { "{host}", "{id}", "{jmx_port}", NULL };
    static const char *const port_keys[] = { "jmx_port", "jmx_ports" };
    const struct sg_yaml_node *at = sg_yaml_find(node, "target");
    bool uses_port = strstr(proxy->target, "{jmx_port}");
    bool has_port = sg_yaml_find(node, "jmx_port") || sg_yaml_find(node, "jmx_ports");

    if (at) {
        check_service_url(yaml, at, proxy->target);
        check_placeholders(yaml, at, proxy->target, names);
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
    read_proxy_url(yaml, node, proxy);
    if (sg_yaml_find(node, "jmx_port"))
        (void)read_port(yaml, sg_yaml_find(node, "jmx_port"), &proxy->jmx_port);
    read_jmx_ports(yaml, sg_yaml_find(node, "jmx_ports"), proxy);
    if (!sg_yaml_read_string(yaml, node, "target", &proxy->target) && !proxy->target)
        proxy->target = strdup(DEFAULT_TARGET);
    if (proxy->target)
        check_broker_target(yaml, node, proxy);
    else
        no_memory(yaml, node);
}

static void read_jvm_proxy(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    static const char *const keys[] = { "password", "password_file", "target", "url", "username",
        NULL };
    static const char *const nothing[] = { NULL };

    if (!node || !sg_yaml_expect_map(yaml, node, "\"proxy\"", keys))
        return;
    read_proxy_url(yaml, node, proxy);
    if (sg_yaml_read_string(yaml, node, "target", &proxy->target)) {
        check_service_url(yaml, sg_yaml_find(node, "target"), proxy->target);
        check_placeholders(yaml, sg_yaml_find(node, "target"), proxy->target, nothing);
    } else if (!sg_yaml_find(node, "target")) {
        sg_yaml_problem(yaml, node, "a JVM's \"proxy\" needs the \"target\", a JMX service URL");
    }
}

/* ---- What brokers and JVMs have in common ---- */

static void read_source(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_jolokia_source *source)
{
    const struct sg_yaml_node *slow = sg_yaml_find(node, "slow_interval");

    read_login(yaml, node, &source->username, &source->password);
    read_tls(yaml, sg_yaml_find(node, "tls"), &source->tls);
    read_rules(yaml, node, &source->rules);
    if (sg_yaml_read_duration_ms(yaml, node, "slow_interval", &source->slow_interval_ms) &&
        (source->slow_interval_ms < config->interval_ms ||
            source->slow_interval_ms > SLOW_INTERVAL_MS_MAX))
        sg_yaml_problem(yaml, slow, "\"slow_interval\" must be from the interval to 24h");
    if (source->slow_interval_ms < config->interval_ms)
        source->slow_interval_ms = config->interval_ms;
}

/* ---- The brokers ---- */

static bool any_https(const struct sg_jolokia_config *jolokia)
{
    bool any = is_https(jolokia->source.url) || is_https(jolokia->source.proxy.url);

    for (size_t i = 0; i < jolokia->n_brokers && !any; i++)
        any = is_https(jolokia->brokers[i].url);
    for (size_t i = 0; i < jolokia->n_controllers && !any; i++)
        any = is_https(jolokia->controllers[i].url);
    return any;
}

static void check_tls_is_used(struct sg_yaml *yaml, const struct sg_yaml_node *map, bool is_used)
{
    if (sg_yaml_find(map, "tls") && !is_used)
        sg_yaml_problem(
            yaml, sg_yaml_find(map, "tls"), "\"tls\" does nothing: no URL here is https://");
}

static void read_broker_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, struct sg_jolokia_source *source)
{
    static const char *const names[] = { "{host}", "{id}", NULL };
    const struct sg_yaml_node *node = sg_yaml_find(map, "url");

    if (!sg_yaml_read_string(yaml, map, "url", &source->url))
        return;
    check_url(yaml, node, source->url);
    check_placeholders(yaml, node, source->url, names);
    if (!strstr(source->url, "{host}") && !strstr(source->url, "{id}"))
        sg_yaml_problem(yaml, node,
            "the URL is the same for every broker: it needs {host} or {id}, or list the brokers "
            "one by one under \"brokers\"");
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
    read_source(yaml, node, config, &jolokia->source);
    check_tls_is_used(yaml, node, any_https(jolokia));
    if (!sg_yaml_find(node, "rules") && sg_config_default_rules(&jolokia->source.rules))
        no_memory(yaml, node);
}

/* ---- Other JVMs ---- */

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
        check_url(yaml, url, source->url);
        check_placeholders(yaml, url, source->url, nothing);
    }
    read_jvm_proxy(yaml, proxy, &source->proxy);
    if (url && proxy)
        sg_yaml_problem(
            yaml, url, "a JVM is read by its own agent (\"url\") or through a \"proxy\", not both");
    if (!url && !proxy)
        sg_yaml_problem(yaml, node, "a JVM needs the \"url\" of its agent, or a \"proxy\"");
}

static bool is_reserved_label(const struct sg_config *config, const char *name)
{
    static const char *const reserved[] = { "broker", "instance", "job", "jvm", "le", "quantile" };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(name, reserved[i]) == 0)
            return true;
    }
    return strcmp(name, config->cluster_label) == 0;
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
    if (is_reserved_label(config, name.ptr)) {
        sg_yaml_problem(yaml, name_node, "the label \"%.80s\" has a meaning of its own", name.ptr);
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
        no_memory(yaml, name_node);
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
        no_memory(yaml, node);
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
    read_source(yaml, node, config, &jvm->source);
    check_tls_is_used(yaml, node, is_https(jvm->source.url) || is_https(jvm->source.proxy.url));
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
        no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        cluster->n_jvms++;
        read_jvm(yaml, sg_yaml_item(node, i), config, cluster, &cluster->jvms[i]);
    }
}

/* ---- Freeing ---- */

static void free_source(struct sg_jolokia_source *source)
{
    free(source->url);
    free(source->username);
    free(sg_secret_wipe(source->password));
    free(source->tls.ca_file);
    free(source->tls.cert_file);
    free(source->tls.key_file);
    free(sg_secret_wipe(source->tls.key_password));
    free(source->tls.server_name);
    free(source->proxy.url);
    free(source->proxy.target);
    free(source->proxy.username);
    free(sg_secret_wipe(source->proxy.password));
    free(source->proxy.jmx_ports);
    for (size_t i = 0; i < source->rules.n; i++)
        free(source->rules.names[i]);
    free(source->rules.names);
    free(source->rules.place);
}

static void free_targets(struct sg_jolokia_target *targets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(targets[i].url);
    free(targets);
}

void sg_config_free_jolokia(struct sg_cluster_config *cluster)
{
    free_source(&cluster->jolokia.source);
    free_targets(cluster->jolokia.brokers, cluster->jolokia.n_brokers);
    free_targets(cluster->jolokia.controllers, cluster->jolokia.n_controllers);
    for (size_t i = 0; i < cluster->n_jvms; i++) {
        struct sg_jvm_config *jvm = &cluster->jvms[i];
        free(jvm->name);
        free_source(&jvm->source);
        for (size_t j = 0; j < jvm->n_labels; j++) {
            free(jvm->labels[j].name);
            free(jvm->labels[j].value);
        }
        free(jvm->labels);
    }
    free(cluster->jvms);
}
