/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How far share groups are in each partition: what the records of __share_group_state, read in
 * their order, say in the end. The newest record of a group's partition counts; one without a value
 * ends it.
 *
 * A record that is not understood is counted, and leaves its partition without a value until a
 * record gives a whole one. One thread.
 */

#include "admin/share/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_share_states;

/** @param max  partitions of groups; more are left out @return 0 or -ENOMEM */
int sg_share_states_new(size_t max, struct sg_share_states **ret_states);

/** @return NULL; states may be NULL */
struct sg_share_states *sg_share_states_free(struct sg_share_states *states);

/**
 * The next record.
 * @param source  the partition of the topic that it is in
 * @param value   ptr is NULL: it has none
 * @return 0 or -ENOMEM
 */
int sg_share_states_take(
    struct sg_share_states *states, int32_t source, struct sg_str key, struct sg_str value);

/** Forget all of them, before the topic is read again from its start. */
void sg_share_states_clear(struct sg_share_states *states);

/** How many records were not understood since the last call. */
size_t sg_share_states_fetch_dropped(struct sg_share_states *states);

/** Have partitions been left out? */
bool sg_share_states_is_full(const struct sg_share_states *states);

/** Have partitions been left out, and others ended since? Then all may have room when the topic is
 * read again from its start. */
bool sg_share_states_has_room_again(const struct sg_share_states *states);

/** Grows with each partition of a group that is new. */
uint64_t sg_share_states_n_added(const struct sg_share_states *states);

/* A partition of a group. */
struct sg_share_state {
    struct sg_str group; /* terminated; borrowed until the next record */
    const unsigned char *topic_id;
    int32_t partition;
    int32_t source;
    int64_t start;    /* or SG_SHARE_UNKNOWN */
    int32_t complete; /* or SG_SHARE_UNKNOWN */
};

/** How many numbers there are for sg_share_states_get(). */
size_t sg_share_states_n(const struct sg_share_states *states);

/** @return false: the partition of this number has ended */
bool sg_share_states_get(
    const struct sg_share_states *states, size_t number, struct sg_share_state *ret_state);
