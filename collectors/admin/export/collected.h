/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The results of one collection, from which series are made. */

#include "admin/ask/configs.h"
#include "admin/ask/log_dirs.h"
#include "admin/export/memo.h"
#include "admin/export/wanted.h"
#include "admin/model/ages.h"
#include "admin/model/drain.h"
#include "admin/model/groups.h"
#include "admin/model/holds.h"
#include "admin/model/moves.h"
#include "admin/model/produced.h"
#include "admin/model/racks.h"
#include "admin/model/sizes.h"
#include "admin/model/status.h"
#include "admin/model/topology.h"
#include "admin/share/share.h"
#include "admin/spark/spark.h"
#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All borrowed. */
struct sg_export {
    const struct sg_topology *topology;
    const struct sg_groups *groups;
    const int64_t *start; /* of the logs, by partition number, or SG_OFFSET_UNKNOWN */
    const int64_t *end;
    const int64_t *stable; /* last stable offsets, the same; NULL: not wanted, or not asked */
    const struct sg_produced *produced; /* of this topology; NULL: not wanted */
    const struct sg_racks *racks;       /* NULL: not wanted */
    const struct sg_holds *holds;       /* of these */
    const uint32_t *readers;            /* groups of each topic; NULL: not known */
    const struct sg_ages *ages;         /* of these groups and offsets */
    const struct sg_configs *configs;
    const struct sg_log_dirs *log_dirs; /* NULL: not read */
    const struct sg_moves *moves;       /* of this topology */
    const struct sg_topic_sizes *sizes; /* by number of the topic; NULL: not read */
    size_t n_spark;
    const struct sg_spark_query *spark;
    struct sg_statuses *statuses; /* these groups are in it */
    struct sg_drains *drains;     /* of collections before this one */
    struct sg_memo *memo;         /* of this table's series */
    struct sg_wanted wanted;      /* by tables of aliases */
    bool partition_status;        /* a series for each commit's */
    size_t max_owners;            /* series of partitions' owners at most */
    size_t max_overrides;         /* of topics' own settings, the same */
    size_t n_share;
    const struct sg_share_progress *share; /* by group and partition */
    bool share_partial;                    /* sg_share_is_partial() */
    enum sg_granularity granularity;
    int64_t now_ms; /* monotonic */

    const char *cluster_id; /* or NULL */
    int32_t controller;     /* broker id; -1: not known */
};
