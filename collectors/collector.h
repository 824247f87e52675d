/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The interface of a collector, a source of data: all that the program knows of it.
 *
 * A collector is created once per cluster that wants it and then collects on a thread of its own:
 * it fills series tables and publishes them into slots of the store, which it requests itself, one
 * per target. A remote party's failure is data (sg_slot_fail), never an error of collect(). The
 * collector of the program's own metrics is created once, and sampled by the page's thread.
 *
 * To add one: a folder with its descriptor, sg_collector_NAME, and a line in
 * collectors/meson.build.
 */

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "metric/family.h"
#include "metric/series.h"
#include "store/cluster.h"
#include "store/http_counts.h"
#include "store/roster.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All borrowed; they outlive the collector. It frees the slots that it has requested. */
struct sg_collector_env {
    const struct sg_config *config;
    const struct sg_cluster_config *cluster_config;
    struct sg_cluster *cluster;
    struct sg_store *store;
    const struct sg_clock *clock;
    const atomic_bool *stopping; /* return from collect() soon */
};

/** The labels that every series of the cluster has, borrowed. @return how many */
static inline size_t sg_collector_labels(
    const struct sg_collector_env *env, struct sg_label labels[1 + SG_CONSTANT_LABELS_MAX])
{
    const struct sg_config *config = env->config;
    size_t n = 0;

    labels[n++] =
        (struct sg_label){ sg_str_of(config->cluster_label), sg_str_of(env->cluster_config->name) };
    for (size_t i = 0; i < config->n_constant; i++)
        labels[n++] = (struct sg_label){ sg_str_of(config->constant[i].name),
            sg_str_of(config->constant[i].value) };
    return n;
}

/* The program's state, for its own metrics. Written by any thread, read when a page is built. */
struct sg_program_state {
    atomic_bool reload_failed;     /* the latest one */
    atomic_llong loaded_unix_ms;   /* when the configuration that is in use was loaded */
    atomic_llong pause_ms;         /* time from one collection to the next */
    atomic_llong scrape_period_ms; /* of the scraper that is followed, or 0 */
};

/* For the collector of the program itself. All borrowed; they outlive the collector. */
struct sg_program_env {
    const struct sg_store *store;
    const struct sg_roster *roster;
    const struct sg_program_state *notes;
    const struct sg_http_counts *http;
};

/* What the samples of one slot are about. */
enum sg_collector_scope {
    SG_SCOPE_TARGET,  /* the slot's target: a broker, or another JVM */
    SG_SCOPE_CLUSTER, /* the cluster; a label names the broker, if it is about one */
    SG_SCOPE_PROGRAM, /* the program; labels say which cluster and broker */
};

enum sg_check_result {
    SG_CHECK_GOOD,
    SG_CHECK_DOUBTFUL, /* it works, but may not be what was intended */
    SG_CHECK_BAD,
};

/* One result of `--doctor`. Borrowed for the call. */
struct sg_check {
    enum sg_check_result result;
    const char *what;   /* "broker", "request", "jolokia", "rules" */
    const char *target; /* which one of them */
    const char *text;   /* what was found, or the cause of the failure */
    const char *fix;    /* the likely fix, or "" */
    int64_t took_ms;    /* -1: it has no duration */
};

typedef void (*sg_check_fn)(void *context, const struct sg_check *check);

/* Receives the metrics of a collector, for `--metrics.list`. Arguments are borrowed. */
struct sg_metrics_list {
    /** The metrics that follow are from the set of this name. */
    void (*section)(void *context, const char *title, const char *name, const char *text);
    void (*metric)(void *context,
        const struct sg_family *family,
        const struct sg_str *labels,
        size_t n_labels);
    void *context;
};

enum {
    SG_COLLECTOR_SLOTS_MAX = 4,
};

struct sg_collector {
    const char *name;
    /* The names of its slots, as in the label `collector` and in collect[]; ends with NULL. Unique
       among all collectors. */
    const char *slots[SG_COLLECTOR_SLOTS_MAX + 1];
    enum sg_collector_scope scope;
    /* Lines of the page with this prefix are about the broker named by this label. In other lines
       the label "broker" names it. NULL: there are none. */
    const char *broker_line;
    const char *broker_label;
    /* A broker that becomes known, or gets another address, triggers a collection at once. */
    bool follows_brokers;

    /* Its chapter in docs/metrics.md. The families end with a NULL name; if there are none here,
       list_metrics() reports them. */
    const char *title;
    const char *intro;
    const struct sg_family *families;
    /** @return 0; anything else is a defect in built-in data, err says where */
    int (*list_metrics)(const struct sg_metrics_list *list, struct sg_error *err);

    /* The library that its protocol's behaviour depends on, for the log; NULL: none. */
    const char *library;
    const char *(*library_version)(void);

    /**
     * `--rules.check`, of the one collector that has rules; NULL: it has none.
     * @param against  NULL, or the MBeans that the file is checked against @param out  where the
     * report goes
     * @return 0, also with warnings; positive: err says what cannot be read; -ENOMEM
     */
    int (*check_rules)(const char *file, const char *against, FILE *out, struct sg_error *err);

    /* ---- Of the program; NULL in those of a cluster or a target ---- */

    /** @return 0 or -ENOMEM */
    int (*create_for_program)(const struct sg_program_env *env, void **ret_self);

    /** Current samples, for the next page. @param ret_set owned: one reference @return 0 or -ENOMEM
     */
    int (*sample)(void *self, struct sg_sample_set **ret_set);

    /* ---- Of a cluster or a target; NULL in that of the program ---- */

    /** Does this cluster want the collector? Ask with sg_collector_wanted(). */
    bool (*wanted)(const struct sg_cluster_config *cluster_config);

    /**
     * Check everything that can be checked without a connection, such as rule files and client
     * properties, and set the collector up.
     * @return 0; positive: the configuration is wrong, err says how; -ENOMEM
     */
    int (*create)(const struct sg_collector_env *env, void **ret_self, struct sg_error *err);

    /**
     * Would create() with this environment give an identical collector? Then a reload keeps this
     * one. The collector may be collecting: only what has not changed since create() is read.
     */
    bool (*same)(const void *self, const struct sg_collector_env *env);

    /**
     * Take over what has not changed from an earlier collector of the cluster, which has stopped
     * and is destroyed afterwards. NULL: there is nothing to take over.
     */
    void (*adopt)(void *self, void *earlier);

    /** One collection, always finished by the deadline (monotonic). */
    void (*collect)(void *self, int64_t deadline_ms);

    /**
     * One collection, reported check by check: connections, permissions, results. Finished soon
     * after the deadline.
     */
    void (*diagnose)(void *self, int64_t deadline_ms, sg_check_fn tell, void *context);

    /* ---- Of all ---- */

    /** self may be NULL. Does not wait for remote parties. */
    void (*destroy)(void *self);
};

/** Is it to be created for this cluster? */
static inline bool sg_collector_wanted(
    const struct sg_collector *collector, const struct sg_cluster_config *cluster_config)
{
    return collector->wanted && collector->wanted(cluster_config);
}

/** All collectors, in the order in which `--once` runs them; ends with NULL. */
extern const struct sg_collector *const sg_collectors[];
extern const size_t sg_n_collectors;
