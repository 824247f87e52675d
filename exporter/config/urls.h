/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * URLs of Jolokia agents, of proxies, of JMX and of links: checks of those from the file or a flag.
 * Each is a sg_text_check_fn of schema.h: 0, or SG_URL_E_WRONG and err says what. Pure; any thread.
 */

#include "base/error.h"

#include <stdbool.h>

enum {
    SG_URL_E_WRONG = 1
};

/** Of one Jolokia: http:// or https://, without a password or placeholders. */
int sg_url_check_fixed(const char *url, struct sg_error *err);

/** Of a link for people: http:// or https://, without a password. */
int sg_url_check_link(const char *url, struct sg_error *err);

/** Likewise, to which a path is added: nothing may follow its own. */
int sg_url_check_link_base(const char *url, struct sg_error *err);

/** Of every broker's Jolokia, with {host} or {id}. */
int sg_url_check_brokers(const char *url, struct sg_error *err);

/** A JMX service URL, the target of a proxy; without placeholders. */
int sg_url_check_service_fixed(const char *url, struct sg_error *err);

/** Likewise, of every broker, with {host}, {id} or {jmx_port}. */
int sg_url_check_service_brokers(const char *url, struct sg_error *err);

/** Of one JVM's JMX port: HOST:PORT. */
int sg_url_check_jmx(const char *address, struct sg_error *err);

/** The host of every broker's JMX port, with {host} or {id}. */
int sg_url_check_jmx_host(const char *host, struct sg_error *err);

bool sg_url_is_https(const char *url);
