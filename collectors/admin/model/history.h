/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the search for ages remembers of partitions from collection to collection: answers of
 * ListOffsets, and ends of the log. Where everything is read, only the end at the latest
 * collection: it tells when the next record arrived. Used by search.c and ages.c only; one thread.
 */

#include "admin/model/lag.h"
#include "admin/model/topology.h"
#include "base/buf.h"
#include "base/keyed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_HISTORY_FACTS_MAX = 24, /* answers remembered per partition */
    SG_HISTORY_ENDS_MAX = 16,  /* ends of the log, the same */
};

/* Times that stand for "no fact". */
#define SG_NEVER  INT64_MAX
#define SG_ALWAYS INT64_C(-1)

/* An answer. For `nothing`: no record was that young when the log ended at `offset`. */
struct sg_fact {
    int64_t time_ms;
    int64_t offset;
    bool nothing;
};

/* The log's end at a collection. */
struct sg_end_seen {
    int64_t time_ms;
    int64_t offset;
};

/* What is remembered of a partition. Two facts and two ends are usual, so memory is allocated for
 * two first. */
struct sg_history {
    struct sg_keyed_text key; /* topic NUL id; seen by the collection that needed it last */
    uint8_t n_facts, facts_allocated;
    uint8_t n_ends, ends_allocated;
    int64_t start;
    int64_t end;
    int64_t end_ms; /* when the end was seen */
    struct sg_fact *facts;
    struct sg_end_seen *ends; /* by time; none while everything is read: `end` is enough then */
};

struct sg_histories {
    struct sg_keyed all; /* of struct sg_history; the user counts collections, its generations */
    struct sg_buf key;
};

static inline struct sg_history *sg_histories_at(const struct sg_histories *histories, uint32_t id)
{
    return (struct sg_history *)histories->all.list + id;
}

/** Allocates nothing yet. */
void sg_histories_init(struct sg_histories *all);
void sg_histories_done(struct sg_histories *all);

/**
 * A partition's history, a new one if there is none.
 * @param ret_id  in the list, until sg_histories_forget() @return 0 or -ENOMEM
 */
int sg_histories_find(struct sg_histories *all,
    const struct sg_topology *topology,
    uint32_t partition,
    uint32_t *ret_id);

/** Update with the log's start and end; once in a collection. @param has_lag  of any group */
void sg_histories_update(
    struct sg_histories *all, uint32_t id, const struct sg_log_bounds *now, bool has_lag);

/** Remember an answer. A fact whose time is SG_ALWAYS or SG_NEVER is ignored. */
void sg_history_keep(struct sg_history *history, const struct sg_fact *fact);

/** Forget histories that have not been used for long. */
void sg_histories_forget(struct sg_histories *all);
