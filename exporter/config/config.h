/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configuration, as the YAML file and the flags give it, checked and complete with defaults.
 *
 * Loading reads files and the environment and connects to nothing. Every problem has its place,
 * FILE:LINE:COL. A loaded configuration is immutable; the program owns it, everybody borrows it.
 */

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_CONFIG_E_INVALID = 1, /* problems in the file; listed by the loader's problem callback */
};

/* A librdkafka property. */
struct sg_property_setting {
    char *name;
    char *value; /* may be a secret: never print it */
};

/* Where a broker's Jolokia agent is, for one broker id. */
struct sg_jolokia_target {
    int32_t id;
    char *url;
};

struct sg_jolokia_config {
    char *url; /* template with {host} and {id}, or NULL */
    size_t n_brokers;
    struct sg_jolokia_target *brokers;
    size_t n_controllers; /* KRaft controllers that are not brokers */
    struct sg_jolokia_target *controllers;
    char *username; /* or NULL */
    char *password; /* or NULL; never print it */
    char *rules;    /* "kafka", or the path of a rule file */
};

/* Which names are exported: include matches, exclude does not. NULL: everything, nothing. */
struct sg_filter_config {
    char *include; /* PCRE2, searched anywhere in the name */
    char *exclude;
};

struct sg_cluster_config {
    char *name;
    char *bootstrap_servers;
    size_t n_client;
    struct sg_property_setting *client;
    struct sg_filter_config topics;
    struct sg_filter_config groups;
    bool has_jolokia;
    struct sg_jolokia_config jolokia;
};

struct sg_config {
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t stale_after_ms;
    char *cluster_label; /* name of the label with the cluster's name: kafka_cluster */
    size_t n_clusters;
    struct sg_cluster_config *clusters;
};

/* What the command line says about clusters when there is no file. Borrowed strings. */
struct sg_config_flags {
    const char *file; /* --config.file, or NULL */
    size_t n_kafka_servers;
    const char *const *kafka_servers; /* --kafka.server; none means localhost:9092 */
    const char *jolokia_url;          /* --jolokia.url, or NULL */
    const char *topic_filter, *topic_exclude, *group_filter, *group_exclude;
    int64_t interval_ms; /* --collect.interval, or 0 */
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

/** @return NULL; config may be NULL */
struct sg_config *sg_config_free(struct sg_config *config);
