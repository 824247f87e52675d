/* SPDX-License-Identifier: Apache-2.0 */
#include "config/jolokia_source.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "config/read.h"
#include "config/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CATALOGUES_MAX = 50,
    SLOW_INTERVAL_MS_MAX = 24 * 60 * 60 * 1000,
};

#define SERVICE_URL "service:jmx:"

/* ---- URLs ---- */

static int url_error(const char *url, struct sg_error *err)
{
    if (sg_config_url_has_secret(url))
        return sg_error_set(err, SG_SOURCE_E_URL,
            "a URL with a password would be shown in logs; use \"username\" and "
            "\"password_file\"");
    if (!sg_config_looks_like_url(url))
        return sg_error_set(err, SG_SOURCE_E_URL,
            "\"%.*s\" is not a URL such as http://HOST:8778/jolokia/", (int)strcspn(url, "?"), url);
    return 0;
}

/* The first {…} that is none of the names, which end with NULL. */
static const char *unknown_placeholder(const char *template, const char *const *names)
{
    for (const char *brace = strchr(template, '{'); brace; brace = strchr(brace + 1, '{')) {
        bool known = false;
        for (size_t i = 0; names[i] && !known; i++)
            known = strncmp(brace, names[i], strlen(names[i])) == 0;
        if (!known)
            return brace;
    }
    return NULL;
}

static int placeholder_error(const char *template, const char *const *names, struct sg_error *err)
{
    const char *brace = unknown_placeholder(template, names);

    if (!brace)
        return 0;
    const char *end = strchr(brace, '}');
    int len = end && end - brace < 40 ? (int)(end - brace) + 1 : 40;
    return sg_error_set(err, SG_SOURCE_E_URL, "\"%.*s\" is not known here; there %s%s%s%s%s", len,
        brace, names[0] ? "are " : "is nothing to fill in", names[0] ? names[0] : "",
        names[0] ? ", " : "", names[0] ? names[1] : "", names[0] && names[2] ? ", {jmx_port}" : "");
}

int sg_source_broker_url_error(const char *url, struct sg_error *err)
{
    static const char *const names[] = { "{host}", "{id}", NULL };

    int r = url_error(url, err);
    if (!r)
        r = placeholder_error(url, names, err);
    if (!r && !strstr(url, "{host}") && !strstr(url, "{id}"))
        r = sg_error_set(err, SG_SOURCE_E_URL,
            "the URL is the same for every broker: it needs {host} or {id}, or list the brokers "
            "one by one under \"brokers\"");
    return r;
}

void sg_source_check_url(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *url)
{
    struct sg_error err;

    if (url_error(url, &err))
        sg_yaml_problem(yaml, node, "%s", err.text);
}

void sg_source_check_service_url(
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

void sg_source_check_placeholders(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const char *template,
    const char *const *names)
{
    struct sg_error err;

    if (placeholder_error(template, names, &err))
        sg_yaml_problem(yaml, node, "%s", err.text);
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

bool sg_source_is_https(const char *url)
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
            yaml, node, "\"rules\" must be a catalogue, a rule file, or a list of them");
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
        sg_config_no_memory(yaml, node);
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
        sg_config_no_memory(yaml, node);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_rules_name(yaml, is_list ? sg_yaml_item(node, i) : node, rules);
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

void sg_source_read_proxy_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy)
{
    static const char *const nothing[] = { NULL };

    if (sg_yaml_read_string(yaml, node, "url", &proxy->url)) {
        sg_source_check_url(yaml, sg_yaml_find(node, "url"), proxy->url);
        sg_source_check_placeholders(yaml, sg_yaml_find(node, "url"), proxy->url, nothing);
    } else if (!sg_yaml_find(node, "url")) {
        sg_yaml_problem(yaml, node, "\"proxy\" needs the \"url\" of a Jolokia");
    }
    read_login(yaml, node, &proxy->username, &proxy->password);
    if (!is_utf8(proxy->password))
        sg_yaml_problem(yaml, node, "the proxy's password goes into JSON and must be UTF-8");
}

/* ---- The whole ---- */

void sg_source_read(struct sg_yaml *yaml,
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

void sg_source_check_tls_is_used(struct sg_yaml *yaml, const struct sg_yaml_node *map, bool is_used)
{
    if (sg_yaml_find(map, "tls") && !is_used)
        sg_yaml_problem(
            yaml, sg_yaml_find(map, "tls"), "\"tls\" does nothing: no URL here is https://");
}

void sg_source_free(struct sg_jolokia_source *source)
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
