/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What every source of data looks like to the program.
 *
 * A collector is made once per cluster that wants it and then collects on a thread of its own:
 * it fills series tables, and publishes them into the store's slots, which it asks for itself, one
 * per target. A remote party's failure is data (sg_slot_fail), never an error of collect().
 */

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "metric/series.h"
#include "store/cluster.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

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

struct sg_collector {
    const char *name; /* as the label `collector` has it */
    bool
        follows_brokers; /* a broker that becomes known, or moves, is a reason to collect at once */

    /* The library that its protocol's behaviour depends on, for the log; NULL: none. */
    const char *library;
    const char *(*library_version)(void);

    /** Does this cluster want the collector? */
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

    /** self may be NULL. Does not wait for remote parties. */
    void (*destroy)(void *self);
};

/** All collectors, in the order in which `--once` runs them; ends with NULL. */
extern const struct sg_collector *const sg_collectors[];
