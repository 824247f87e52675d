/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * kafka_exporter's command line, so that a unit file or a manifest can keep its arguments. Flags
 * that both programs have are in flags.c; here are the others: what they mean as librdkafka
 * properties, which of them have no meaning here, and what to do instead of those that cannot be
 * had.
 *
 * Source: kafka_exporter 1.10.0 and its main branch since. Strings are borrowed from argv and the
 * environment. Called by sg_flags_parse() only.
 */

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_KAFKA_EXPORTER_E_UNKNOWN = 1, /* no flag of kafka_exporter's */
    SG_KAFKA_EXPORTER_E_USAGE,       /* it cannot be had, or its value is wrong; err says which */
};

enum {
    SG_KAFKA_EXPORTER_FLAGS_MAX = 48,
    SG_KAFKA_EXPORTER_PROPERTIES_MAX = 16,
};

struct sg_flag_property {
    const char *name; /* of librdkafka */
    const char *value;
    const char *flag; /* that it comes from, without -- */
};

struct sg_kafka_exporter_flags {
    bool any;
    const char *values[SG_KAFKA_EXPORTER_FLAGS_MAX]; /* by place in the table; NULL: not given */

    /* What they mean, after sg_kafka_exporter_finish(). */
    size_t n_properties;
    struct sg_flag_property properties[SG_KAFKA_EXPORTER_PROPERTIES_MAX];
    bool only_connected_groups; /* --offset.show-all=false */
    const char *labels;         /* --kafka.labels, or NULL */
    size_t n_notes;             /* flags that do nothing here */
    char notes[SG_KAFKA_EXPORTER_FLAGS_MAX][160];
    char principal[256]; /* of Kerberos; a property borrows it */
    char scopes[256];    /* of OAUTHBEARER; likewise */
};

/**
 * Take one flag.
 *
 * @param argument  as in argv: --NAME, --NAME=VALUE or --no-NAME
 * @param next      the argument behind it, or NULL; the value of a flag that has none
 * @param ret_used_next  was it taken?
 * @return 0 or SG_KAFKA_EXPORTER_E_*
 */
int sg_kafka_exporter_read_flag(struct sg_kafka_exporter_flags *flags,
    const char *argument,
    const char *next,
    bool *ret_used_next,
    struct sg_error *err);

/** Name number i of its flags, or NULL behind the last one. */
const char *sg_kafka_exporter_name(size_t i);

/** What all that were taken mean together. @return 0 or SG_KAFKA_EXPORTER_E_USAGE */
int sg_kafka_exporter_finish(struct sg_kafka_exporter_flags *flags, struct sg_error *err);
