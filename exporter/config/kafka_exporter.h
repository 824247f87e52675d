/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * kafka_exporter's command line, so that a unit file or a manifest can keep its arguments. Flags
 * that both programs have are in flags.c; here are the others: their meaning as librdkafka
 * properties, which of them have no effect here, and what to use instead of unsupported ones.
 *
 * Source: kafka_exporter 1.10.0 and its later main branch. Strings are borrowed from argv and the
 * environment. Called by sg_flags_parse() only.
 */

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_KAFKA_EXPORTER_E_UNKNOWN = 1, /* not a flag of kafka_exporter */
    SG_KAFKA_EXPORTER_E_USAGE, /* it is not supported, or its value is invalid; err says which */
};

enum {
    SG_KAFKA_EXPORTER_FLAGS_MAX = 48,
    SG_KAFKA_EXPORTER_PROPERTIES_MAX = 16,
};

struct sg_flag_property {
    const char *name; /* of librdkafka */
    const char *value;
    const char *flag; /* the flag that sets it, without -- */
};

struct sg_kafka_exporter_flags {
    bool any;
    const char *values[SG_KAFKA_EXPORTER_FLAGS_MAX]; /* by index in the table; NULL: not given */

    /* The results, set by sg_kafka_exporter_finish(). */
    size_t n_properties;
    struct sg_flag_property properties[SG_KAFKA_EXPORTER_PROPERTIES_MAX];
    bool only_connected_groups; /* --offset.show-all=false */
    const char *labels;         /* --kafka.labels, or NULL */
    size_t n_warnings;          /* flags that have no effect here */
    char warnings[SG_KAFKA_EXPORTER_FLAGS_MAX][160];
    char principal[256]; /* Kerberos; a property borrows it */
    char scopes[256];    /* OAUTHBEARER; likewise */
};

/**
 * Read one flag.
 *
 * @param argument  as in argv: --NAME, --NAME=VALUE or --no-NAME
 * @param next      the next argument, or NULL; the value if the flag has no "="
 * @param ret_used_next  was it used?
 * @return 0 or SG_KAFKA_EXPORTER_E_*
 */
int sg_kafka_exporter_read_flag(struct sg_kafka_exporter_flags *flags,
    const char *argument,
    const char *next,
    bool *ret_used_next,
    struct sg_error *err);

/** The name of flag number i, or NULL after the last one. */
const char *sg_kafka_exporter_name(size_t i);

/** Combine all flags that were read. @return 0 or SG_KAFKA_EXPORTER_E_USAGE */
int sg_kafka_exporter_finish(struct sg_kafka_exporter_flags *flags, struct sg_error *err);
