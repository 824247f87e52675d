/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A record of Kafka's topic __share_group_state: how far a share group is in a partition.
 *
 * The format is internal to brokers and has no promise of stability, so it is read strictly: what
 * is not wholly understood has no value. Pure; any thread.
 *
 * Source: ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey and ShareUpdateValue of Kafka's
 * share coordinator (KIP-932), DeliveryCompleteCount of KIP-1226, tagged fields of KIP-482.
 */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_SHARE_TOPIC_ID_BYTES = 16,
    SG_SHARE_UNKNOWN = -1, /* of an offset or count: not known, in an update also: unchanged */
};

enum sg_share_record_type {
    SG_SHARE_SNAPSHOT = 0,
    SG_SHARE_UPDATE = 1,
};

/* Which partition of which group a record is about. */
struct sg_share_key {
    enum sg_share_record_type type;
    struct sg_str group; /* not empty; borrowed from the record, not terminated */
    unsigned char topic_id[SG_SHARE_TOPIC_ID_BYTES];
    int32_t partition;
};

struct sg_share_value {
    int32_t epoch;    /* of the snapshot; an update has that of the snapshot before it */
    int64_t start;    /* the share-partition's start offset, or SG_SHARE_UNKNOWN */
    int32_t complete; /* records from there on that are acknowledged or archived, or
                         SG_SHARE_UNKNOWN: not written by brokers before Kafka 4.2 */
};

enum {
    SG_SHARE_RECORD_E_TYPE = 1,   /* a type or version that is not known */
    SG_SHARE_RECORD_E_FORMAT = 2, /* too short, too long, or a value that cannot be */
};

/** @return 0 or SG_SHARE_RECORD_E_* */
int sg_share_key_parse(struct sg_str bytes, struct sg_share_key *ret_key);

/** @param type  of the record's key @return 0 or SG_SHARE_RECORD_E_* */
int sg_share_value_parse(
    enum sg_share_record_type type, struct sg_str bytes, struct sg_share_value *ret_value);
