/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Are there records to read after a committed offset? One look at the log where that is in doubt.
 *
 * Not every offset is a record. A transaction ends with a marker, aborted records are skipped by
 * consumers that read only what is committed, and compaction removes records. A consumer that
 * commits "last record, plus one" never commits past such offsets while no record follows them, and
 * would seem to lag for ever. ListOffsets cannot tell: it answers with a marker as with a record.
 * So a consumer of our own, which is read_committed and joins and commits nothing, fetches from
 * that offset on, until it gets a record or the end of the log. The record itself is dropped.
 *
 * That is done when neither the commit nor the end has moved for a while, once for each pair of
 * them, for a bounded number of partitions and bytes at a time. A look begins at one collection and
 * continues between collections, so that it delays none and does not depend on their length. It
 * needs READ on the topic; without it the doubt stays. The collector's thread.
 *
 * Source: Kafka's protocol, Fetch; KIP-98 on markers and aborted transactions.
 */

#include "admin/ask/failures.h"
#include "admin/model/groups.h"
#include "admin/model/status.h"
#include "admin/model/topology.h"
#include "base/clock.h"
#include "config/config.h"

#include <stdatomic.h>
#include <stdint.h>

struct sg_look;

/**
 * @param config      borrowed for as long as the look lives
 * @param timeout_ms  of one collection
 * @return 0 or -ENOMEM
 */
int sg_look_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_look **ret_look);

/** @return NULL; look may be NULL */
struct sg_look *sg_look_free(struct sg_look *look);

/* All borrowed for the call. */
struct sg_look_env {
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    const struct sg_status_input *input;
    struct sg_groups *groups;     /* outcomes are set in their commits */
    struct sg_statuses *statuses; /* and remembered here */
    struct sg_failures *failures; /* a denied READ is a warning */
    int64_t time_ms;              /* to wait for outcomes; 0: do not wait */
    int64_t deadline_ms;          /* of the wait; monotonic */
};

/** Begin the looks that are due, and collect the outcomes of earlier ones. @return 0, also when it
 * failed, or a negative errno */
int sg_look_run(struct sg_look *look, const struct sg_look_env *env);
