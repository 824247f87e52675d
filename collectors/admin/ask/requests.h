/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The requests of one collection that need no thread: ListGroups to each broker, then
 * DescribeGroups and OffsetFetch for each group, many on their way at once, answered through one
 * queue.
 *
 * librdkafka before 2.3.0 asks a coordinator before Kafka 2.4 (OffsetFetch below version 6) for an
 * empty list instead of for everything, and is told truthfully that nothing is committed there (its
 * issue 4346). An answer that holds nothing is believed only where that question has been answered
 * with commits before; otherwise the group is asked about every partition by name.
 *
 * ListGroups is also how a broker shows that it is alive: any answer will do, a refusal as well.
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
    SG_REQUESTS_IN_FLIGHT = 256 /* groups that are being asked for at a time */
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
    bool *knows_all; /* the question for everything has been answered with commits; set */
    bool *answered;  /* per place in topology->brokers; set */
    bool *abandoned; /* set when requests were given up: the client is to be replaced,
                        since librdkafka goes on with them */
};

/**
 * Ask for everything, and return when all is answered, has failed, or the deadline has passed.
 * Groups that have another coordinator than librdkafka thinks are marked as moved.
 * @return 0 or a negative errno (memory)
 */
int sg_requests_run(const struct sg_requests_env *env);

/** Ask once more, for the groups that are marked as moved. @return as sg_requests_run */
int sg_requests_run_moved(const struct sg_requests_env *env);

/**
 * Ask once more, by the names of all partitions, for the groups whose empty answer is not to be
 * believed. @return as sg_requests_run
 */
int sg_requests_run_by_name(const struct sg_requests_env *env);
