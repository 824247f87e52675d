/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sends one request of the admin API and waits for its answer; and the time-out that requests to a
 * group's coordinator need. The requests of all groups at once are in requests.c. Called by the
 * collector's thread.
 */

#include "admin/ask/client.h"
#include "base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
    /*
     * librdkafka's longest time-out, for requests that go to a coordinator: it never passes.
     * When one runs out while librdkafka still waits for the coordinator, and the coordinator comes
     * back later, librdkafka aborts the process (assertion in rd_kafka_enq_once_del_source_return;
     * its issues 3663 and 4605; seen with 2.0.2). So the caller bounds the wait, and requests still
     * in flight at the end are dropped with the whole handle.
     */
    SG_ASK_COORDINATOR_MS = 3600 * 1000
};

/** Calls librdkafka's function that sends the request. @param what  of sg_ask() */
typedef void (*sg_ask_fn)(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what);

/* All borrowed for the call. */
struct sg_ask {
    struct sg_client *client;
    const struct sg_clock *clock;
    rd_kafka_admin_op_t op;
    int64_t timeout_ms;  /* librdkafka's, for the request */
    int64_t deadline_ms; /* of the wait for the answer; monotonic */
    const atomic_bool *stopping;
    sg_ask_fn send;
    void *what;
};

/** Send the request and wait. @return owned, or NULL: no answer, or memory was short */
rd_kafka_event_t *sg_ask(const struct sg_ask *ask);
