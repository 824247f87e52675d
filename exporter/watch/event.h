/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Something that happened: a broker went down, a leader moved, a group's status changed. Immutable
 * and reference-counted; any thread may read it.
 */

#include "base/buf.h"
#include "base/sync.h"
#include "watch/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sg_severity {
    SG_SEVERITY_CRITICAL,
    SG_SEVERITY_WARNING,
    SG_SEVERITY_INFO, /* a change, or something that is over */
    SG_SEVERITIES,
};

enum sg_event_kind {
    SG_EVENT_STARTED,
    SG_EVENT_RELOADED,
    SG_EVENT_RELOAD_FAILED,
    SG_EVENT_CLUSTER_DOWN,
    SG_EVENT_CLUSTER_UP,
    SG_EVENT_BROKER_DOWN,
    SG_EVENT_BROKER_UP,
    SG_EVENT_BROKER_RESTARTED,
    SG_EVENT_CONTROLLER_MOVED,
    SG_EVENT_TOPIC_CREATED,
    SG_EVENT_TOPIC_DELETED,
    SG_EVENT_PARTITIONS_ADDED,
    SG_EVENT_LOG_WENT_BACK, /* recreated, or records are lost */
    SG_EVENT_LEADERLESS,
    SG_EVENT_LEADER_BACK,
    SG_EVENT_LEADER_MOVED,
    SG_EVENT_UNDER_MIN_ISR,
    SG_EVENT_MIN_ISR_BACK,
    SG_EVENT_ISR_SHRANK,
    SG_EVENT_ISR_GREW,
    SG_EVENT_REASSIGNMENT_BEGAN,
    SG_EVENT_REASSIGNMENT_ENDED,
    SG_EVENT_GROUP_STATUS,
    SG_EVENT_GROUP_REBALANCED,
    SG_EVENT_COLLECTOR_FAILS,
    SG_EVENT_COLLECTOR_WORKS,
    SG_EVENT_KINDS,
};

struct sg_event {
    struct sg_refs refs;
    uint64_t number; /* they are numbered from 1, the latest has the highest */
    int64_t unix_ms;
    enum sg_event_kind kind;
    enum sg_severity severity;
    int32_t broker, before;   /* ids, or numbers of partitions; -1: none */
    int32_t partition;        /* -1: none, or several */
    uint32_t count, n_topics; /* of partitions and topics; of rebalances */
    uint32_t n_more;   /* so many others of this kind are not told one by one; 0: it is one */
    int64_t lasted_ms; /* how long the state had lasted that is over; -1: not known */
    bool at_least;     /* it lasted longer */
    /* Never NULL; empty: none. */
    const char *cluster, *topic, *group;
    const char *from, *to; /* a group's status; a collector and its target */
    const char *detail;    /* more about it, such as an error */
};

/** A copy, its texts included. @return owned, one reference; NULL without memory */
struct sg_event *sg_event_copy(const struct sg_event *event);

struct sg_event *sg_event_ref(struct sg_event *event);

/** @return NULL; event may be NULL */
struct sg_event *sg_event_unref(struct sg_event *event);

/** As label value and parameter: "broker_down". */
const char *sg_event_kind_text(enum sg_event_kind kind);

/** "critical", "warning", "info" */
const char *sg_severity_text(enum sg_severity severity);

/** A sentence, without the cluster and the text of an error: "broker 2 is up again after 51 s". */
void sg_event_write(const struct sg_event *event, struct sg_buf *text);
