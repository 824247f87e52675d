/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Loading, referencing, comparing and showing a configuration.
 *
 * Loading reads files and the environment and connects to nothing. Every problem has a position,
 * FILE:LINE:COL. A loaded configuration is immutable; whoever needs it after the call that passed
 * it holds a reference. Any thread.
 */

#include "base/buf.h"
#include "config/config.h"
#include "config/kafka_exporter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_CONFIG_E_INVALID = 1, /* problems in the file; reported through the callback */
};

/* The clusters from the command line when there is no file. Borrowed strings. */
struct sg_config_flags {
    const char *file; /* --config.file, or NULL */
    size_t n_kafka_servers;
    const char *const *kafka_servers; /* --kafka.server; if none, localhost:9092 */
    const char *jolokia_url;          /* --jolokia.url, or NULL */
    const char *jmx_port;             /* --jmx.port, or NULL */
    const char *labels;               /* --kafka.labels, or NULL: NAME=VALUE,… */
    const char *topic_filter, *topic_exclude, *group_filter, *group_exclude;
    int64_t interval_ms; /* --collect.interval, or 0 */
    size_t n_client;
    const struct sg_flag_property *client; /* from kafka_exporter's flags */
    bool only_connected_groups;            /* --offset.show-all=false */
    bool check_only;                       /* --config.check */
};

/** Receives every problem, "FILE:LINE:COL: text" or "--flag: text". */
typedef void (*sg_config_problem_fn)(void *context, const char *problem);

/** @return 0, SG_CONFIG_E_INVALID (the callback received every problem) or -ENOMEM */
int sg_config_load(const struct sg_config_flags *flags,
    sg_config_problem_fn problem,
    void *context,
    struct sg_config **ret_config);

/** One more reference. @return config */
const struct sg_config *sg_config_ref(const struct sg_config *config);

/** Release a reference; the last one frees. @return NULL; config may be NULL */
struct sg_config *sg_config_unref(const struct sg_config *config);

/* ---- Are two the same, secrets included? A reload finds changes with these. Positions in the file
   do not count: a line that has moved has not changed. ---- */

/** The names of series: the cluster's label, constant labels, and other exporters' names. */
bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b);

/** The settings of a Kafka client, its requests and what is exported of the answers. */
bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** How all JVMs are polled, and how the answers are processed; rule files by name. */
bool sg_config_same_jmx(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** Everything under "jolokia" or "jmx" except the lists of single brokers and controllers. */
bool sg_config_same_brokers(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b);

/** One JVM. */
bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b);

/**
 * What is in effect without being in the file: the catalogues that tables of "compat" have added to
 * brokers' rules. A line for each cluster that has some; nothing without any.
 * @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_config_note_added(const struct sg_config *config, struct sg_buf *out);

/**
 * As YAML, for display, without secrets: of a secret only that it is set.
 * @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_config_show(const struct sg_config *config, struct sg_buf *out);
