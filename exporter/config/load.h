/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Loading a configuration, and what can be done with one: holding, comparing and showing it.
 *
 * Loading reads files and the environment and connects to nothing. Every problem has its place,
 * FILE:LINE:COL. A loaded configuration is immutable; who needs it for longer than the call that
 * gave it holds a reference. Any thread.
 */

#include "base/buf.h"
#include "config/config.h"
#include "config/kafka_exporter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_CONFIG_E_INVALID = 1, /* problems in the file; listed by the loader's problem callback */
};

/* What the command line says about clusters when there is no file. Borrowed strings. */
struct sg_config_flags {
    const char *file; /* --config.file, or NULL */
    size_t n_kafka_servers;
    const char *const *kafka_servers; /* --kafka.server; none means localhost:9092 */
    const char *jolokia_url;          /* --jolokia.url, or NULL */
    const char *labels;               /* --kafka.labels, or NULL: NAME=VALUE,… */
    const char *topic_filter, *topic_exclude, *group_filter, *group_exclude;
    int64_t interval_ms; /* --collect.interval, or 0 */
    size_t n_client;
    const struct sg_flag_property *client; /* what kafka_exporter's flags mean */
    bool only_connected_groups;            /* --offset.show-all=false */
    bool check_only;                       /* --config.check */
};

/** Told every problem, "FILE:LINE:COL: text" or "--flag: text". */
typedef void (*sg_config_problem_fn)(void *context, const char *problem);

/**
 * @return 0, SG_CONFIG_E_INVALID (the callback was told everything) or -ENOMEM
 */
int sg_config_load(const struct sg_config_flags *flags,
    sg_config_problem_fn problem,
    void *context,
    struct sg_config **ret_config);

/** One more reference. @return config */
const struct sg_config *sg_config_ref(const struct sg_config *config);

/** Give a reference back; the last one frees. @return NULL; config may be NULL */
struct sg_config *sg_config_unref(const struct sg_config *config);

/* ---- Are two the same, secrets included? So a reload finds what has changed. Places in the file
   do not count: a line that has moved has not changed. ---- */

/** What series are called: the cluster's label, constant labels, and other exporters' names. */
bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b);

/** What a Kafka client is made from, what it asks for and what is exported of it. */
bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** How JVMs are asked, all of them, and what is made of the answers; of rule files the names. */
bool sg_config_same_jmx(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** Everything under "jolokia" but the lists of single brokers and controllers. */
bool sg_config_same_brokers(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b);

/** One JVM. */
bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b);

/**
 * As YAML, for people, without a secret in it: what is set, and of secrets only that they are set.
 * @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_config_show(const struct sg_config *config, struct sg_buf *out);
