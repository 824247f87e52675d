/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Parameters of a request, and the part of the page that they select. Strict: an unknown parameter
 * is an error that names it, because a silently ignored filter gives a wrong page. Pure functions;
 * texts are borrowed. Any thread.
 */

#include "base/error.h"
#include "metric/encode.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SG_QUERY_E_BAD = 1, /* err says which parameter, and why, in one line */
};

enum {
    SG_QUERY_ARGS_MAX = 32
};

struct sg_query_arg {
    const char *name;
    const char *value; /* never NULL */
};

struct sg_query {
    size_t n;
    struct sg_query_arg args[SG_QUERY_ARGS_MAX];
};

/** Check that there are no parameters. @return 0 or SG_QUERY_E_BAD */
int sg_query_expect_none(const struct sg_query *query, struct sg_error *err);

/* ---- collect[] and exclude[], as in node_exporter ---- */

enum {
    SG_COLLECT_MAX = 16 /* names of slots, of all collectors together */
};

struct sg_collect {
    bool everything;
    bool no_brokers;             /* exclude[]=brokers: what /sd has targets for is left out */
    bool chosen[SG_COLLECT_MAX]; /* also of everything; per name of a slot, in the order of
                                    sg_collectors */
};

/** @return 0 or SG_QUERY_E_BAD: both together, or a name that no collector has */
int sg_collect_read(
    const struct sg_query *query, struct sg_collect *ret_collect, struct sg_error *err);

/* What of /metrics is wanted. All borrowed. */
struct sg_wish {
    const struct sg_collect *collect;
    /** Is the target a broker? Only asked with no_brokers. */
    bool (*is_broker)(const void *context, const char *cluster, const char *target);
    const void *context;
};

/** @param wish borrowed */
struct sg_selection sg_collect_selection(const struct sg_wish *wish);

/* ---- cluster and broker of /probe, which has collect[] and exclude[] as well ---- */

struct sg_probe {
    const char *cluster;
    const char *broker;
    const char *cluster_label; /* name of the label with the cluster's name */
    struct sg_collect collect;
};

/** @return 0 or SG_QUERY_E_BAD; the caller sets the cluster's label */
int sg_probe_read(const struct sg_query *query, struct sg_probe *ret_probe, struct sg_error *err);

/** The same of /-/forget, which has cluster and broker alone. */
int sg_forget_read(const struct sg_query *query, struct sg_probe *ret_probe, struct sg_error *err);

/**
 * Of the chosen collectors: everything from the broker's own JMX, and lines about the broker in
 * other slots: with the label broker, kafka_broker_info's id, the collectors whose target it is.
 * @param probe borrowed
 */
struct sg_selection sg_probe_selection(const struct sg_probe *probe);
