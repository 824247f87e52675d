/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The failures of one collection, reported to the slot at its end.
 *
 * A broker that is down makes hundreds of requests fail in the same way. Failures of one kind of
 * request with one error code are one failure: the text of the first, and the number of others. One
 * thread.
 */

#include "base/error.h"
#include "store/store.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    SG_FAILURES_MAX = 16 /* kinds of failures in one collection */
};

/* Which request failed, by its name in Kafka's protocol guide. */
enum sg_request {
    SG_REQUEST_METADATA,
    SG_REQUEST_LIST_GROUPS,
    SG_REQUEST_DESCRIBE_GROUPS,
    SG_REQUEST_OFFSET_FETCH,
    SG_REQUEST_LIST_OFFSETS,
    SG_REQUEST_DESCRIBE_CONFIGS,
    SG_REQUEST_DESCRIBE_BROKER, /* DescribeConfigs, too */
    SG_REQUEST_CHECKPOINT,      /* a Spark query's files */
    SG_REQUEST_FETCH,           /* only now and then */
    SG_REQUEST_NONE,            /* not a request: memory, threads */
};

struct sg_failure {
    enum sg_failure_kind kind;
    enum sg_request request;
    int code;        /* librdkafka's */
    bool is_warning; /* the collection is complete without it */
    size_t n_more;   /* besides the one of the text */
    struct sg_error err;
};

/* A zeroed struct is empty. */
struct sg_failures {
    size_t n;
    struct sg_failure items[SG_FAILURES_MAX];
    size_t n_dropped; /* did not fit */
};

/** The kind of an error of librdkafka or of a broker. */
enum sg_failure_kind sg_failure_kind_of(rd_kafka_resp_err_t code);

/** How to fix the error, beginning with ": ", or "". */
const char *sg_failure_advice(rd_kafka_resp_err_t code);

/** Add a failure; its text is made only if it is the first of its request and code. */
void sg_failures_add(struct sg_failures *failures,
    enum sg_failure_kind kind,
    enum sg_request request,
    int code,
    const char *format,
    ...) __attribute__((format(printf, 5, 6)));

/** The same for what does not fail the collection, see sg_slot_warn(). */
void sg_failures_warn(struct sg_failures *failures,
    enum sg_failure_kind kind,
    enum sg_request request,
    int code,
    const char *text);

/**
 * Did a request fail that brokers have not refused? A denial or a limit is a clear answer; what
 * else fails may be what the client believes of the cluster, see patience.h.
 */
bool sg_failures_is_doubtful(const struct sg_failures *failures);

/** Report all of them to the slot. */
void sg_failures_report(const struct sg_failures *failures, struct sg_slot *slot);
