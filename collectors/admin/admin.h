/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What lasts from one collection to the next. A collector is used by its own thread only. */

#include "admin/ask/all_groups.h"
#include "admin/ask/client.h"
#include "admin/ask/configs.h"
#include "admin/ask/log_dirs.h"
#include "admin/ask/look.h"
#include "admin/ask/patience.h"
#include "admin/ask/read_racks.h"
#include "admin/ask/stable.h"
#include "admin/export/collected.h"
#include "admin/export/memo.h"
#include "admin/model/ages.h"
#include "admin/model/churn.h"
#include "admin/model/drain.h"
#include "admin/model/groups.h"
#include "admin/model/holds.h"
#include "admin/model/moves.h"
#include "admin/model/others.h"
#include "admin/model/produced.h"
#include "admin/model/status.h"
#include "admin/share/share.h"
#include "base/filter.h"
#include "collectors/collector.h"

#include <stdbool.h>
#include <stdint.h>

/* The state of a collector; created and freed by collector.c. */
struct sg_admin {
    struct sg_collector_env env;
    struct sg_client *client;
    struct sg_patience patience;   /* with the client */
    struct sg_client *next_client; /* for the next collection, or NULL: the same */
    struct sg_filter *topic_filter;
    struct sg_filter *group_filter;
    struct sg_ages *ages;
    struct sg_configs *configs;
    struct sg_log_dirs *log_dirs; /* NULL: not wanted */
    struct sg_moves *moves;
    struct sg_stable *stable; /* NULL: last stable offsets are not wanted */
    struct sg_holds *holds;
    struct sg_produced *produced; /* NULL: not wanted */
    struct sg_racks *racks;       /* the same */
    struct sg_racks_turn racks_turn;
    struct sg_statuses *statuses;
    struct sg_others *others;
    struct sg_churn *churn;
    struct sg_drains *drains;
    struct sg_all_groups_turn all_groups;
    struct sg_look *look;
    struct sg_share *share; /* NULL: not wanted */
    struct sg_memo *memo;
    struct sg_series_table *table;
    struct sg_slot *slot;
    struct sg_groups before; /* the groups of the collection before */
    struct sg_wanted wanted;
    bool has_types;    /* a broker has streams or share groups */
    bool has_topics;   /* the client has been through a collection … */
    bool knows_all;    /* see struct sg_requests_env */
    uint64_t n_topics; /* … and this was sg_configs_n_new() then */
};
