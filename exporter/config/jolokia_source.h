/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the readers of "jolokia" (the brokers) and "jvms" have in common: where a Jolokia is, how to
 * log in there, its TLS, its proxy, its rules. Inside exporter/config only; problems as in read.h.
 */

#include "base/yaml.h"
#include "config/config.h"

enum {
    SG_SOURCE_E_URL = 1, /* err says what is wrong with it */
};

/** The URL template for all brokers, from the file or the flag. @return 0 or SG_SOURCE_E_URL */
int sg_source_broker_url_error(const char *url, struct sg_error *err);

/** A URL of a Jolokia: http:// or https://, without a password in it. */
void sg_source_check_url(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *url);

/** A JMX service URL, which is what a proxy is given as its target. */
void sg_source_check_service_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *url);

/** Every {…} in the template must be one of the names, which end with NULL. */
void sg_source_check_placeholders(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const char *template,
    const char *const *names);

bool sg_source_is_https(const char *url);

/** A "tls" that no URL needs is a problem. @param map  that has it */
void sg_source_check_tls_is_used(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, bool is_used);

/** The keys of "proxy" that are the same for brokers and JVMs: "url", "username", "password". */
void sg_source_read_proxy_url(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_jolokia_proxy *proxy);

/** The keys beside "url" and "proxy": login, "tls", "rules", "slow_interval". */
void sg_source_read(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const struct sg_config *config,
    struct sg_jolokia_source *source);

/** What all of these have read; not the source itself. */
void sg_source_free(struct sg_jolokia_source *source);
