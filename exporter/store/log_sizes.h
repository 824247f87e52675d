/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The sizes of one broker's logs, from one read of its JMX.
 *
 * Filled by the thread that reads them, then published (size_board.h) and never changed again.
 * References are counted, because readers are other threads.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_LOG_SIZE_UNKNOWN = -1,
};

struct sg_log_sizes;

/** Without logs yet. @param max  logs at most @param ret_sizes  owned: one reference @return 0 or
 * -ENOMEM */
int sg_log_sizes_new(size_t max, struct sg_log_sizes **ret_sizes);

/** One more reference. @return sizes */
struct sg_log_sizes *sg_log_sizes_ref(struct sg_log_sizes *sizes);

/** Give a reference back. @return NULL; sizes may be NULL */
struct sg_log_sizes *sg_log_sizes_unref(struct sg_log_sizes *sizes);

/**
 * Add the log of a replica. Negative sizes, and a log that is there already, are left out.
 * @return 0, SG_KEYED_E_FULL past the maximum, or -ENOMEM
 */
int sg_log_sizes_add(
    struct sg_log_sizes *sizes, struct sg_str topic, int32_t partition, int64_t bytes);

/** Add a log that is being copied to another directory: it takes space and is no replica yet. */
void sg_log_sizes_add_future(struct sg_log_sizes *sizes, int64_t bytes);

/** @return bytes of all logs, future ones too, or SG_LOG_SIZE_UNKNOWN: they do not add up */
int64_t sg_log_sizes_total(const struct sg_log_sizes *sizes);

/** How many replicas. */
size_t sg_log_sizes_n(const struct sg_log_sizes *sizes);

/** @return the number of the topic, or SG_INDEX_NONE: the broker has no log of it */
uint32_t sg_log_sizes_find_topic(const struct sg_log_sizes *sizes, struct sg_str topic);

/** @param topic  its number, or SG_INDEX_NONE @return bytes, or SG_LOG_SIZE_UNKNOWN: no such log */
int64_t sg_log_sizes_get(const struct sg_log_sizes *sizes, uint32_t topic, int32_t partition);
