/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is wrong, as few causes as explain it, the worst and newest first. What follows from a cause
 * is told with it: the replicas that are missing because a broker is down, the collector of that
 * broker. Pure functions of a view.
 */

#include "base/arena.h"
#include "watch/event.h"
#include "watch/view.h"

#include <stddef.h>
#include <stdint.h>

enum {
    /* More of one kind in one cluster are one cause. */
    SG_CAUSES_EACH_MAX = 3,
    /* A group may lag for this long before it is a cause. */
    SG_CAUSES_LAGGING_MS = 10 * 60 * 1000,
};

/* Idle ratio of a broker's threads; Kafka's documentation recommends a higher one. */
#define SG_CAUSES_IDLE_MIN 0.3

/* What it is about. */
enum sg_subject {
    SG_SUBJECT_PROGRAM,
    SG_SUBJECT_CLUSTER,
    SG_SUBJECT_BROKER,
    SG_SUBJECT_TOPIC,
    SG_SUBJECT_GROUP,
    SG_SUBJECT_COLLECTOR,
};

struct sg_cause {
    enum sg_severity severity;
    enum sg_subject subject;
    uint32_t cluster; /* number in the view, or SG_INDEX_NONE */
    uint32_t item;    /* likewise, of its broker, topic or group; SG_INDEX_NONE: several */
    const char *kind; /* "broker_down": a constant, for machines */
    struct sg_since since;
    struct sg_str title;  /* "Broker 2 of streaming is down" */
    struct sg_str detail; /* what follows from it; may be empty */
};

struct sg_causes {
    struct sg_arena *arena; /* of the texts */
    struct sg_cause *list;
    size_t n, allocated;
    size_t n_critical;
};

/**
 * @param reload  the latest one; may be NULL @param causes  initialised by it; free with
 * sg_causes_done(), also after an error
 * @return 0 or -ENOMEM
 */
int sg_causes_find(
    const struct sg_view *view, const struct sg_event *reload, struct sg_causes *causes);

void sg_causes_done(struct sg_causes *causes);
