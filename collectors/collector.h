/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What every source of data looks like to the program, and all that the program knows of it.
 *
 * A collector is made once per cluster that wants it and then collects on a thread of its own:
 * it fills series tables, and publishes them into the store's slots, which it asks for itself, one
 * per target. A remote party's failure is data (sg_slot_fail), never an error of collect(). The one
 * about the program itself is made once, and sampled by the page's thread.
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

/* All borrowed; they outlive the collector. What it asks the store for is its own to free. */
struct sg_collector_env {
    const struct sg_config *config;
    const struct sg_cluster_config *cluster_config;
    struct sg_cluster *cluster;
    struct sg_store *store;
    const struct sg_clock *clock;
    const atomic_bool *stopping; /* nobody waits for it any more: return from collect() soon */
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

/* What the program notes about itself. Written by anybody, read when a page is made. */
struct sg_program_state {
    atomic_bool reload_failed;     /* the latest one */
    atomic_llong loaded_unix_ms;   /* when the configuration that is in use was loaded */
    atomic_llong pause_ms;         /* from collection to collection */
    atomic_llong scrape_period_ms; /* of the scraper that is followed, or 0 */
};

/* Of the program itself. All borrowed; they outlive the collector. */
struct sg_program_env {
    const struct sg_store *store;
    const struct sg_roster *roster;
    const struct sg_program_state *notes;
    const struct sg_http_counts *http;
};

/* What the samples of one slot are about. */
enum sg_collector_scope {
    SG_SCOPE_TARGET,  /* the slot's target: a broker, or another JVM */
    SG_SCOPE_CLUSTER, /* the cluster; a label says which of its brokers, where it is about one */
    SG_SCOPE_PROGRAM, /* the program; labels say which cluster and broker */
};

enum sg_check_result {
    SG_CHECK_GOOD,
    SG_CHECK_DOUBTFUL, /* it works, but may not be what is wanted */
    SG_CHECK_BAD,
};

/* One thing that `--doctor` has looked at. Borrowed for the call. */
struct sg_check {
    enum sg_check_result result;
    const char *what;   /* "broker", "request", "jolokia", "rules" */
    const char *target; /* which one of them */
    const char *text;   /* what was found, or the cause of the failure */
    const char *fix;    /* what would likely help, or "" */
    int64_t took_ms;    /* -1: it has no duration */
};

typedef void (*sg_check_fn)(void *context, const struct sg_check *check);

/* Is told the metrics of a collector, for `--metrics.list`. What it is given is borrowed. */
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
    /* The names of its slots, as the label `collector` and collect[] have them; NULL behind them.
       No other collector has one of them. */
    const char *slots[SG_COLLECTOR_SLOTS_MAX + 1];
    enum sg_collector_scope scope;
    /* Lines of the page that begin like this are about the broker that this label names. Of others
       the label "broker" tells. NULL: there are none. */
    const char *broker_line;
    const char *broker_label;
    /* A broker that becomes known, or moves, is a reason to collect at once. */
    bool follows_brokers;

    /* Its chapter in docs/metrics.md. The families end with a NULL name; or there are none here,
       and list_metrics() tells them. */
    const char *title;
    const char *intro;
    const struct sg_family *families;
    /** @return 0; anything else is a mistake in what is built in, err says where */
    int (*list_metrics)(const struct sg_metrics_list *list, struct sg_error *err);

    /* The library that its protocol's behaviour depends on, for the log; NULL: none. */
    const char *library;
    const char *(*library_version)(void);

    /**
     * `--rules.check`, of the one collector that has rules; NULL: it has none.
     * @param against  NULL, or what the file is held against @param out  where the report goes
     * @return 0, also with warnings; positive: err says what cannot be read; -ENOMEM
     */
    int (*check_rules)(const char *file, const char *against, FILE *out, struct sg_error *err);

    /* ---- Of the program; NULL in those of a cluster or a target ---- */

    /** @return 0 or -ENOMEM */
    int (*create_for_program)(const struct sg_program_env *env, void **ret_self);

    /** Samples of now, for the next page. @param ret_set owned: one reference @return 0 or -ENOMEM
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
     * Would create() with this environment make the same again? Then a reload keeps this one. The
     * collector may be collecting: what is looked at has not changed since create().
     */
    bool (*same)(const void *self, const struct sg_collector_env *env);

    /**
     * Take over what has not changed from an earlier collector of the cluster, which has ended and
     * is destroyed afterwards. NULL: there is nothing to take over.
     */
    void (*adopt)(void *self, void *earlier);

    /** One collection, over by the deadline (monotonic) come what may. */
    void (*collect)(void *self, int64_t deadline_ms);

    /**
     * One collection, and what it shows, check by check: what is connected to, what it may do
     * there, what comes of it. Over soon after the deadline.
     */
    void (*diagnose)(void *self, int64_t deadline_ms, sg_check_fn tell, void *context);

    /* ---- Of all ---- */

    /** self may be NULL. Does not wait for remote parties. */
    void (*destroy)(void *self);
};

/** Is it to be made for this cluster? */
static inline bool sg_collector_wanted(
    const struct sg_collector *collector, const struct sg_cluster_config *cluster_config)
{
    return collector->wanted && collector->wanted(cluster_config);
}

/** All collectors, in the order in which `--once` runs them; ends with NULL. */
extern const struct sg_collector *const sg_collectors[];
extern const size_t sg_n_collectors;
