/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The names of topics by their ids, as DescribeTopics gives them (ask_names.h).
 *
 * Ids cannot be asked for, so that names are: those of all topics in turn, some at a time, when
 * there are ids without a name. A topic that is created again has another id. One thread.
 */

#include "admin/model/topology.h"
#include "admin/share/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_SHARE_NAMES_AT_ONCE = 1000,        /* topics in a request, one in a collection */
    SG_SHARE_NAMES_AGAIN_MS = 5 * 1000,   /* after a request without an answer */
    SG_SHARE_NAMES_PAUSE_MS = 60 * 1000,  /* between turns, if there are new ids … */
    SG_SHARE_NAMES_RETRY_MS = 600 * 1000, /* … and if there are none: of topics not wanted */
};

struct sg_share_names;

/** @return 0 or -ENOMEM */
int sg_share_names_new(struct sg_share_names **ret_names);

/** @return NULL; names may be NULL */
struct sg_share_names *sg_share_names_free(struct sg_share_names *names);

/** @return the name, terminated and borrowed until the next sg_share_names_set(), or NULL */
const char *sg_share_names_find(
    const struct sg_share_names *names, const unsigned char id[SG_SHARE_TOPIC_ID_BYTES]);

/** A topic's name. @param name  copied @return 0 or -ENOMEM */
int sg_share_names_set(struct sg_share_names *names,
    const unsigned char id[SG_SHARE_TOPIC_ID_BYTES],
    const char *name);

/**
 * There are ids without a name: which topics to ask for next, if it is time.
 * @param n_ids   grows with each id that may be new
 * @param now_ms  monotonic
 * @param ret_topics  their names, borrowed from the topology
 * @return how many; 0: none
 */
size_t sg_share_names_next(struct sg_share_names *names,
    const struct sg_topology *topology,
    uint64_t n_ids,
    int64_t now_ms,
    const char *ret_topics[SG_SHARE_NAMES_AT_ONCE]);

/** The topics that were asked for were not answered: another turn is due soon. */
void sg_share_names_fail(struct sg_share_names *names);
