/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The series of each thing in the table, so that their text is rendered once and not at each
 * collection. A thing is a topic, a partition, a group, or a group's commits in a topic or
 * partition.
 *
 * Things arrive in about the same order as at the collection before. So the next one is usually the
 * expected one, which one comparison of names confirms; only others are looked up. One thread.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_MEMO_SERIES_MAX = 16,
};

/* The thing's series is not known yet. */
#define SG_MEMO_NONE UINT32_MAX

/* What identifies a thing. Names may be empty; a number may be anything. */
struct sg_memo_key {
    struct sg_str group;
    struct sg_str topic;
    int32_t partition;
    uint32_t kind;     /* things of different kinds are different */
    uint32_t n_series; /* of each thing of this kind; at most SG_MEMO_SERIES_MAX */
};

struct sg_memo;

/** @return 0 or -ENOMEM */
int sg_memo_new(struct sg_memo **ret_memo);

/** @return NULL; memo may be NULL */
struct sg_memo *sg_memo_free(struct sg_memo *memo);

/**
 * A collection.
 * @param epoch  of the series table: when it changes, everything is forgotten
 */
void sg_memo_begin(struct sg_memo *memo, uint32_t epoch);

/**
 * The next thing's series.
 * @return key->n_series numbers, each a series of the table or SG_MEMO_NONE, for the caller to read
 *         and to set; borrowed until the next call. NULL when memory is short.
 */
uint32_t *sg_memo_next(struct sg_memo *memo, const struct sg_memo_key *key);
