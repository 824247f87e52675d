/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One lane of a target: its requests, the engine that makes series of the answers, what is learned
 * from them, and the slot that they are published into.
 *
 * Embedded in its target, and on the same thread.
 */

#include "base/str.h"
#include "jmx/catalogue/identity.h"
#include "jmx/poll/plan.h"
#include "jmx/poll/transport.h"
#include "jmx/series/engine.h"
#include "jmx/series/learn.h"
#include "jmx/target_options.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A learned plan, which requests only what became series. */
struct sg_learned {
    struct sg_learner *learner;
    struct sg_poll_plan *plan; /* NULL: none */
    char *body;
    int64_t until_ms; /* then everything is read again */
    size_t n_series;  /* when everything was read */
    size_t n_values;  /* of the first answer; 0: not received yet */
    bool was_doubted; /* the first answer to what was learned before */
};

struct sg_lane_reader {
    const struct sg_target_options *options; /* the target's */
    const struct sg_poll_plan *plan;         /* NULL: nothing is requested */
    const char *agent_body;                  /* of the plan; the rule set's */
    struct sg_engine *engine;
    struct sg_slot *slot;      /* owned; the target gets it, of the slow lane at its first read */
    char *body;                /* of the plan for the proxy; otherwise NULL */
    struct sg_learned learned; /* without a learner: none */
    bool asked_learned;        /* by the request in progress */
};

/* An answer. All borrowed. */
struct sg_lane_reader_answer {
    const struct sg_reply *reply;
    const char *who;     /* the agent or target that was asked, for messages */
    const char *address; /* of the target; the one sent to a proxy */
    int64_t begun_ms;    /* start of the poll; monotonic */
};

/**
 * @param reader  zeroed; to be freed with sg_lane_reader_done() also when this fails
 * @param options  borrowed for as long as the reader lives @return 0 or -ENOMEM
 */
int sg_lane_reader_init(
    struct sg_lane_reader *reader, enum sg_lane which, const struct sg_target_options *options);
void sg_lane_reader_done(struct sg_lane_reader *reader);

/** Remember at most so many attributes. */
void sg_lane_reader_set_max(struct sg_lane_reader *reader, size_t n_attributes);

/**
 * Replace a body by the plan's request to the options' proxy.
 * @param address  a JMX service URL @param body  owned by the caller @return 0 or -ENOMEM, and it
 * is as it was
 */
int sg_lane_reader_make_proxied(const struct sg_target_options *options,
    const struct sg_poll_plan *plan,
    const char *address,
    char **body);

/** Set the JVM that a proxy is to read from now on. @param address  a JMX service URL @return 0 or
 * -ENOMEM
 */
int sg_lane_reader_set_target(struct sg_lane_reader *reader, const char *address);

/** What to request now: the learned plan while it is valid, or that of the rules. Borrowed. */
const struct sg_poll_plan *sg_lane_reader_plan(struct sg_lane_reader *reader, int64_t now_ms);

/** The same as the request to send to Jolokia. Borrowed. */
struct sg_str sg_lane_reader_body(struct sg_lane_reader *reader, int64_t now_ms);

/**
 * Publish the answer's values, and end the slot's collection. Where every request failed nothing is
 * published, which differs from "no MBeans".
 * @param identity  set where the answer has the JVM's identity
 * @return is it the right JVM, as far as is known?
 */
bool sg_lane_reader_read(struct sg_lane_reader *reader,
    const struct sg_lane_reader_answer *answer,
    struct sg_identity *identity);
