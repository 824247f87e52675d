/* SPDX-License-Identifier: Apache-2.0 */
#include "config/show.h"

#include "base/auto.h"
#include "config/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/*
 * Of librdkafka's properties only those are shown whose values cannot be secret: a new version may
 * bring new secrets, and a property may hold one in the middle, as sasl.jaas.config does elsewhere.
 */
static const char *const shown_properties[] = {
    "client.id",
    "enable.ssl.certificate.verification",
    "sasl.kerberos.principal",
    "sasl.kerberos.service.name",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.oauthbearer.method",
    "security.protocol",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.endpoint.identification.algorithm",
    "ssl.key.location",
};

static bool is_shown(const char *property)
{
    for (size_t i = 0; i < sizeof shown_properties / sizeof shown_properties[0]; i++) {
        if (strcmp(property, shown_properties[i]) == 0)
            return true;
    }
    return false;
}

struct writer {
    struct sg_buf *out;
    int r; /* the first failure; what follows writes nothing */
};

/* "KEY: VALUE", when there is one. A password or a token in a URL is not shown. */
static void add(struct writer *w, int indent, const char *key, const char *value)
{
    sg_auto_free char *shown = NULL;

    if (!value || w->r)
        return;
    if (strstr(value, "://")) {
        shown = sg_secret_shown_url(value);
        if (!shown) {
            w->r = -ENOMEM;
            return;
        }
    }
    w->r = sg_buf_printf(w->out, "%*s%s: \"%s\"\n", indent, "", key, shown ? shown : value);
}

static void add_secret(struct writer *w, int indent, const char *key, const char *value)
{
    if (value)
        add(w, indent, key, "(set, not shown)");
}

static void add_ms(struct writer *w, int indent, const char *key, int64_t ms)
{
    if (!w->r)
        w->r = ms % 1000
                   ? sg_buf_printf(w->out, "%*s%s: %" PRId64 "ms\n", indent, "", key, ms)
                   : sg_buf_printf(w->out, "%*s%s: %" PRId64 "s\n", indent, "", key, ms / 1000);
}

static void add_line(struct writer *w, int indent, const char *line)
{
    if (!w->r)
        w->r = sg_buf_printf(w->out, "%*s%s\n", indent, "", line);
}

static void add_filter(
    struct writer *w, int indent, const char *key, const struct sg_filter_config *filter)
{
    if (!filter->include && !filter->exclude)
        return;
    add_line(w, indent, key);
    add(w, indent + 2, "include", filter->include);
    add(w, indent + 2, "exclude", filter->exclude);
}

static void add_source(struct writer *w, int indent, const struct sg_jolokia_source *source)
{
    add(w, indent, "url", source->url);
    add(w, indent, "username", source->username);
    add_secret(w, indent, "password", source->password);
    add(w, indent, "tls.ca_file", source->tls.ca_file);
    add(w, indent, "tls.cert_file", source->tls.cert_file);
    add(w, indent, "tls.server_name", source->tls.server_name);
    if (source->tls.insecure_skip_verify)
        add_line(w, indent, "tls.insecure_skip_verify: true");
    add(w, indent, "proxy.url", source->proxy.url);
    add(w, indent, "proxy.target", source->proxy.target);
    add(w, indent, "proxy.username", source->proxy.username);
    add_secret(w, indent, "proxy.password", source->proxy.password);
    for (size_t i = 0; i < source->rules.n; i++)
        add(w, indent, "rules", source->rules.names[i]);
}

static void add_targets(struct writer *w,
    int indent,
    const char *key,
    const struct sg_jolokia_target *targets,
    size_t n)
{
    char id[16];

    if (n)
        add_line(w, indent, key);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(id, sizeof id, "%" PRId32, targets[i].id);
        add(w, indent + 2, id, targets[i].url);
    }
}

static void add_cluster(struct writer *w, const struct sg_cluster_config *cluster)
{
    add(w, 2, "- name", cluster->name);
    add(w, 4, "bootstrap_servers", cluster->bootstrap_servers);
    if (cluster->n_client)
        add_line(w, 4, "client:");
    for (size_t i = 0; i < cluster->n_client; i++) {
        if (is_shown(cluster->client[i].name))
            add(w, 6, cluster->client[i].name, cluster->client[i].value);
        else
            add_secret(w, 6, cluster->client[i].name, cluster->client[i].value);
    }
    add_filter(w, 4, "topics:", &cluster->topics);
    add_filter(w, 4, "groups:", &cluster->groups);
    if (cluster->has_jolokia) {
        add_line(w, 4, "jolokia:");
        add_source(w, 6, &cluster->jolokia.source);
        add_targets(w, 6, "brokers:", cluster->jolokia.brokers, cluster->jolokia.n_brokers);
        add_targets(
            w, 6, "controllers:", cluster->jolokia.controllers, cluster->jolokia.n_controllers);
    }
    if (cluster->n_jvms)
        add_line(w, 4, "jvms:");
    for (size_t i = 0; i < cluster->n_jvms; i++) {
        add(w, 6, "- name", cluster->jvms[i].name);
        add_source(w, 8, &cluster->jvms[i].source);
    }
    if (cluster->n_spark)
        add_line(w, 4, "spark:");
    for (size_t i = 0; i < cluster->n_spark; i++) {
        add(w, 6, "- name", cluster->spark[i].name);
        add(w, 8, "checkpoint", cluster->spark[i].checkpoint);
    }
}

int sg_config_show(const struct sg_config *config, struct sg_buf *out)
{
    struct writer w = { out, 0 };

    add_line(&w, 0, "collect:");
    add_ms(&w, 2, "interval", config->interval_ms);
    add_ms(&w, 2, "timeout", config->timeout_ms);
    add_ms(&w, 2, "stale_after", config->stale_after_ms);
    add_line(&w, 0, "labels:");
    add(&w, 2, "cluster", config->cluster_label);
    if (config->n_constant)
        add_line(&w, 2, "constant:");
    for (size_t i = 0; i < config->n_constant; i++)
        add(&w, 4, config->constant[i].name, config->constant[i].value);
    add_line(&w, 0, "clusters:");
    for (size_t i = 0; i < config->n_clusters; i++)
        add_cluster(&w, &config->clusters[i]);
    return w.r;
}
