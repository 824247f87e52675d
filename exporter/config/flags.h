/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The command line: GNU long options, with dots as in other exporters. Strings are borrowed from
 * argv. Called once, by main.
 */

#include "base/error.h"
#include "base/log.h"
#include "config/kafka_exporter.h"
#include "config/load.h"
#include "config/web_url.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_FLAGS_E_USAGE = 1
}; /* an unknown flag or an invalid value; err says which */

enum {
    SG_FLAG_REPEATS_MAX = 64
};

enum sg_mode {
    SG_MODE_SERVE,
    SG_MODE_ONCE,
    SG_MODE_DOCTOR,
    SG_MODE_CHECK_CONFIG,
    SG_MODE_LIST_KEYS,
    SG_MODE_LIST_NAMES,
    SG_MODE_LIST_METRICS,
    SG_MODE_CHECK_RULES,
    SG_MODE_HELP,
    SG_MODE_VERSION,
};

struct sg_flags {
    enum sg_mode mode;
    struct sg_config_flags config; /* kafka_servers points to servers below */
    const char *servers[SG_FLAG_REPEATS_MAX];
    size_t n_addresses;
    const char *addresses[SG_FLAG_REPEATS_MAX]; /* --web.listen-address */
    const char *telemetry_path;
    const char *web_config_file;                   /* or NULL */
    const char *external_url;                      /* --web.external-url, or NULL */
    const char *route_prefix;                      /* --web.route-prefix, or NULL */
    struct sg_web_urls urls;                       /* the result of these two */
    bool systemd_socket;                           /* instead of addresses */
    const char *rule_file;                         /* --rules.check */
    const char *against;                           /* --against, or NULL */
    struct sg_kafka_exporter_flags kafka_exporter; /* config borrows from them */
    enum sg_log_level log_level;
    enum sg_log_format log_format;
};

/** Text of --help. */
extern const char sg_flags_help[];

/** The name of flag number i, without kafka_exporter's, or NULL after the last one. */
const char *sg_flag_name(size_t i);

/** @param ret_flags  must not move afterwards @return 0 or SG_FLAGS_E_USAGE */
int sg_flags_parse(int argc, char **argv, struct sg_flags *ret_flags, struct sg_error *err);
