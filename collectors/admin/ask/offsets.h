/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where the logs of all partitions start or end: ListOffsets, sent to each leader separately.
 *
 * A pass requests one of the two, or the first offset at or after a time. Its threads query the
 * leaders in parallel, each in chunks, a few at a time; a leader that does not answer is not asked
 * again in the pass, and is waited for until the deadline at most. Started, awaited and read by the
 * collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topology.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum sg_offsets_which {
    SG_OFFSETS_END = -1,   /* RD_KAFKA_OFFSET_SPEC_LATEST of later versions */
    SG_OFFSETS_START = -2, /* RD_KAFKA_OFFSET_SPEC_EARLIEST */
    SG_OFFSETS_TIME = 0,   /* at or after times[] */
};

enum {
    SG_OFFSETS_CHUNK = 300,   /* partitions in a request: librdkafka's work grows with its square */
    SG_OFFSETS_IN_FLIGHT = 2, /* requests to a leader: one is processed, one is on the network */
    SG_OFFSETS_THREADS_MAX = 16,
};

struct sg_offsets;

/**
 * @param topology     it gets a reference of its own
 * @param times        with SG_OFFSETS_TIME, by partition number: Unix milliseconds, negative for
 *                     partitions that are not requested; copied; otherwise NULL
 * @param skip         per place in topology->brokers: do not ask this one; borrowed for the call
 * @param chunk_ms     how long a leader may take for one chunk
 * @param deadline_ms  monotonic
 * @param ret_offsets  owned
 * @return 0, or a negative errno (memory, threads)
 */
int sg_offsets_start(struct sg_client *client,
    const struct sg_clock *clock,
    struct sg_topology *topology,
    enum sg_offsets_which which,
    const int64_t *times,
    const bool *skip,
    int64_t chunk_ms,
    int64_t deadline_ms,
    struct sg_offsets **ret_offsets);

/** Wait until everything is answered, the deadline, or until the program is stopping. */
void sg_offsets_wait(struct sg_offsets *offsets, const atomic_bool *stopping);

/**
 * After sg_offsets_wait(): by partition number, the offset, SG_OFFSET_UNKNOWN, or, for a time,
 * SG_OFFSET_NOTHING. Borrowed.
 */
const int64_t *sg_offsets_get(const struct sg_offsets *offsets);

/** After sg_offsets_wait(): set skip for the leaders that did not answer, for the next pass. */
void sg_offsets_mark_silent(const struct sg_offsets *offsets, bool *skip);

/**
 * After sg_offsets_wait(): does librdkafka itself report a partition as unknown that the latest
 * Metadata has? Its cache then holds something that later answers do not correct, such as a wrong
 * leader epoch; only a new client discards it.
 */
bool sg_offsets_is_contradicted(const struct sg_offsets *offsets);

/** After sg_offsets_wait(): did any leader answer, or was none asked? */
bool sg_offsets_was_answered(const struct sg_offsets *offsets);

/** After sg_offsets_wait(): add what failed. */
void sg_offsets_report(const struct sg_offsets *offsets, struct sg_failures *failures);

/** Threads that still wait for a broker keep a reference and finish later. @return NULL; may be
 * NULL */
struct sg_offsets *sg_offsets_free(struct sg_offsets *offsets);
