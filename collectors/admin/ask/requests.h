/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The requests of one collection that need no thread: ListGroups to each broker, then
 * DescribeGroups and OffsetFetch for each group, many in flight at once, answered through one
 * queue.
 *
 * librdkafka before 2.3.0 sends a coordinator before Kafka 2.4 (OffsetFetch below version 6) an
 * empty list instead of "all partitions", and gets an empty answer (its issue 4346). An empty
 * answer is trusted only where such a request has been answered with commits before; otherwise the
 * group's offsets are requested for every partition by name.
 *
 * ListGroups also shows whether a broker is up: any answer counts, also a refusal.
 * One thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/topology.h"
#include "base/clock.h"
#include "base/filter.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_REQUESTS_IN_FLIGHT = 256 /* groups that are queried at a time */
};

/* All borrowed; they outlive the requests. */
struct sg_requests_env {
    struct sg_client *client;
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    const struct sg_topology *topology;
    const struct sg_filter *group_filter;
    unsigned group_states;    /* wanted, as in the configuration */
    struct sg_groups *groups; /* filled */
    struct sg_failures *failures;
    int64_t list_deadline_ms;   /* for ListGroups; monotonic */
    int64_t groups_deadline_ms; /* for everything */
    int64_t group_ms;           /* how long a coordinator may take for one group */
    bool with_owners;           /* keep the texts of groups' members */
    size_t *n_listed;           /* counts groups that brokers list, wanted or not */
    bool *knows_all; /* set: a request for all partitions has been answered with commits */
    bool *answered;  /* per place in topology->brokers; set */
    bool *abandoned; /* set when requests were given up: the client is to be replaced, since
                        librdkafka keeps them in flight */
};

/**
 * Send all requests, and return when each is answered or has failed, or at the deadline.
 * Groups whose coordinator is not the one that librdkafka remembers are marked as moved.
 * @return 0 or a negative errno (memory)
 */
int sg_requests_run(const struct sg_requests_env *env);

/** OffsetFetch for the groups of other types, which were added since. @return as sg_requests_run */
int sg_requests_run_others(const struct sg_requests_env *env);

/** Repeat the requests for the groups that are marked as moved. @return as sg_requests_run */
int sg_requests_run_moved(const struct sg_requests_env *env);

/**
 * Repeat OffsetFetch, with the names of all partitions, for the groups whose empty answer is not
 * trusted. @return as sg_requests_run
 */
int sg_requests_run_by_name(const struct sg_requests_env *env);
