/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the search for ages remembers of partitions from collection to collection: answers of
 * ListOffsets, and how far the log was. Where everything is read, only how far it was at the latest
 * collection: that says when the next record came. Inside ages.c only; one thread.
 */

#include "admin/model/topology.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_HISTORY_FACTS_MAX = 24, /* answers remembered per partition */
    SG_HISTORY_ENDS_MAX = 16,  /* ends of the log, the same */
};

/* Times of facts that there are none of. */
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

/* What is remembered of a partition. Two facts and two ends are usual, so there is room for no
 * more. */
struct sg_history {
    const char *key; /* topic NUL id, in the arena */
    uint32_t key_len;
    uint32_t hash;
    uint32_t used; /* collection that needed it last */
    uint8_t n_facts, facts_allocated;
    uint8_t n_ends, ends_allocated;
    int64_t start;
    int64_t end;
    int64_t end_ms; /* when the end was seen */
    struct sg_fact *facts;
    struct sg_end_seen *ends; /* by time; none while everything is read: the latest end will do */
};

/* A zeroed struct, then sg_histories_init(). */
struct sg_histories {
    struct sg_arena *arena;
    struct sg_index index;
    size_t n, allocated;
    struct sg_history *list;
    uint32_t collection; /* counted by the user */
    struct sg_buf key;
};

/* A log at one collection. */
struct sg_log_bounds {
    int64_t start; /* or SG_OFFSET_UNKNOWN */
    int64_t end;
    int64_t seen_ms;
};

/** @return 0 or -ENOMEM */
int sg_histories_init(struct sg_histories *all);
void sg_histories_done(struct sg_histories *all);

/**
 * A partition's history, a new one if there is none.
 * @param ret_id  in the list, until sg_histories_forget() @return 0 or -ENOMEM
 */
int sg_histories_find(struct sg_histories *all,
    const struct sg_topology *topology,
    uint32_t partition,
    uint32_t *ret_id);

/** Take in where its log starts and ends; once in a collection. @param has_lag  of any group */
void sg_histories_update(
    struct sg_histories *all, uint32_t id, const struct sg_log_bounds *now, bool has_lag);

/** Remember an answer. One whose time is SG_ALWAYS or SG_NEVER is none. */
void sg_history_keep(struct sg_history *history, const struct sg_fact *fact);

/** Drop what no collection has needed for long. When memory is short, everything is dropped. */
void sg_histories_forget(struct sg_histories *all);
