/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/racks.h"

#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>

struct broker {
    int32_t id;
    uint32_t rack; /* of names, or SG_INDEX_NONE: it has none */
    uint32_t seen;
};

static const struct sg_keyed_kind broker_kind = {
    .size = sizeof(struct broker),
    .key_at = offsetof(struct broker, id),
    .key_bytes = sizeof(int32_t),
    .seen_at = offsetof(struct broker, seen),
};

struct sg_racks {
    struct sg_keyed brokers;
    struct sg_keyed names;
};

int sg_racks_new(struct sg_racks **ret_racks)
{
    struct sg_racks *racks = calloc(1, sizeof *racks);

    if (!racks)
        return -ENOMEM;
    sg_keyed_init(&racks->brokers, &broker_kind);
    sg_keyed_init(&racks->names, &sg_keyed_texts);
    racks->brokers.max = racks->names.max = SG_RACKS_MAX;
    *ret_racks = racks;
    return 0;
}

struct sg_racks *sg_racks_free(struct sg_racks *racks)
{
    if (!racks)
        return NULL;
    sg_keyed_done(&racks->brokers);
    sg_keyed_done(&racks->names);
    free(racks);
    return NULL;
}

int sg_racks_set(struct sg_racks *racks, int32_t broker, const char *rack)
{
    uint32_t number, name = SG_INDEX_NONE;

    int r = sg_keyed_add(&racks->brokers, SG_KEYED_BYTES(broker), &number, NULL);
    if (!r && rack && rack[0])
        r = sg_keyed_add(&racks->names, sg_str_of(rack), &name, NULL);
    if (r)
        return r < 0 ? r : 0; /* past the cap: not known */
    ((struct broker *)sg_keyed_at(&racks->brokers, number))->rack = name;
    return 0;
}

/* @return the number of its rack, or SG_INDEX_NONE */
static uint32_t rack_of(const struct sg_racks *racks, int32_t broker)
{
    uint32_t number = sg_keyed_find(&racks->brokers, SG_KEYED_BYTES(broker));
    if (number == SG_INDEX_NONE)
        return SG_INDEX_NONE;
    return ((const struct broker *)sg_keyed_at(&racks->brokers, number))->rack;
}

struct sg_str sg_racks_get(const struct sg_racks *racks, int32_t broker)
{
    uint32_t name = rack_of(racks, broker);
    return name == SG_INDEX_NONE ? SG_STR("") : sg_keyed_key(&racks->names, name);
}

bool sg_racks_have_all(const struct sg_racks *racks, const struct sg_topology *topology)
{
    for (size_t i = 0; i < topology->n_brokers; i++) {
        if (sg_keyed_find(&racks->brokers, SG_KEYED_BYTES(topology->brokers[i].id)) ==
            SG_INDEX_NONE)
            return false;
    }
    return true;
}

bool sg_racks_are_known(const struct sg_racks *racks, const struct sg_topology *topology)
{
    for (size_t i = 0; i < topology->n_brokers; i++) {
        if (rack_of(racks, topology->brokers[i].id) == SG_INDEX_NONE)
            return false;
    }
    return true;
}

/* @return 1: all replicas are in one rack, 0: they are not, or SG_RACKS_UNKNOWN */
static int is_in_one(const struct sg_racks *racks, const struct sg_partition *partition)
{
    uint32_t first = SG_INDEX_NONE;
    bool differ = false;

    for (int32_t i = 0; i < partition->n_replicas; i++) {
        uint32_t rack = rack_of(racks, partition->replicas[i]);
        if (rack == SG_INDEX_NONE)
            return SG_RACKS_UNKNOWN;
        differ = differ || (i > 0 && rack != first);
        first = rack;
    }
    return partition->n_replicas > 1 && !differ;
}

int64_t sg_racks_count(
    const struct sg_racks *racks, const struct sg_topology *topology, size_t topic)
{
    const struct sg_topic *t = &topology->topics[topic];
    int64_t n = 0;

    for (uint32_t i = t->first; i < t->first + t->n; i++) {
        int is_one = is_in_one(racks, &topology->partitions[i]);
        if (is_one == SG_RACKS_UNKNOWN)
            return SG_RACKS_UNKNOWN;
        n += is_one;
    }
    return n;
}
