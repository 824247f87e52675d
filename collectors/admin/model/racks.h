/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The racks of brokers (broker.rack), and which partitions have all their replicas in one: when it
 * fails, they are gone. Kafka spreads replicas over racks when it places them itself; reassignments
 * by hand, and brokers that got their racks later, do not.
 *
 * Brokers that are down are in no answer; their racks stay known. One thread.
 */

#include "admin/model/topology.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_RACKS_UNKNOWN = -1,
    SG_RACKS_MAX = 100000, /* brokers, and racks, that are remembered */
};

struct sg_racks;

/** @return 0 or -ENOMEM */
int sg_racks_new(struct sg_racks **ret_racks);

/** @return NULL; racks may be NULL */
struct sg_racks *sg_racks_free(struct sg_racks *racks);

/** @param rack  NULL or "": the broker has none; copied @return 0 or -ENOMEM */
int sg_racks_set(struct sg_racks *racks, int32_t broker, const char *rack);

/** @return the broker's rack, borrowed until the next sg_racks_set(); "": none, or not known */
struct sg_str sg_racks_get(const struct sg_racks *racks, int32_t broker);

/** Was sg_racks_set() called for every broker of the metadata? */
bool sg_racks_have_all(const struct sg_racks *racks, const struct sg_topology *topology);

/** Is the rack of every broker of the metadata known? Those that are down are not in it. */
bool sg_racks_are_known(const struct sg_racks *racks, const struct sg_topology *topology);

/**
 * @return how many partitions of the topic have two replicas or more, and all in the same rack;
 *         SG_RACKS_UNKNOWN when the rack of one of its brokers is not known
 */
int64_t sg_racks_count(
    const struct sg_racks *racks, const struct sg_topology *topology, size_t topic);
