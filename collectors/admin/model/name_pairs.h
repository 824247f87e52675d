/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names of groups and topics in pairs, each pair once, for tables that have an entry for each
 * partition: most groups have many partitions of few topics. One thread.
 */

#include "base/buf.h"
#include "base/keyed.h"

#include <stdbool.h>
#include <stdint.h>

struct sg_name_pairs {
    struct sg_keyed texts; /* group NUL topic */
    struct sg_buf scratch;
    uint32_t latest; /* the latest result: requests come topic by topic */
};

/** Allocates nothing yet. */
void sg_name_pairs_init(struct sg_name_pairs *pairs);
void sg_name_pairs_done(struct sg_name_pairs *pairs);

/** Forget all. */
void sg_name_pairs_clear(struct sg_name_pairs *pairs);

/** The number of a pair, which is added when it is new. @return 0 or -ENOMEM */
int sg_name_pairs_add(
    struct sg_name_pairs *pairs, struct sg_str group, struct sg_str topic, uint32_t *ret_number);

/** Is it the pair with this number? */
bool sg_name_pairs_is(
    const struct sg_name_pairs *pairs, uint32_t number, struct sg_str group, struct sg_str topic);

/** Begin to mark the pairs that stay. */
void sg_name_pairs_begin(struct sg_name_pairs *pairs);
void sg_name_pairs_see(struct sg_name_pairs *pairs, uint32_t number);

/**
 * Forget those that were not seen since. @param ret_numbers  owned: the new number of each
 * @return 0 or -ENOMEM, and nothing has changed
 */
int sg_name_pairs_forget(struct sg_name_pairs *pairs, uint32_t **ret_numbers);
