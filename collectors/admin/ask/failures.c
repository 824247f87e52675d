/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/failures.h"

#include <stdarg.h>
#include <stdio.h>

enum sg_failure_kind sg_failure_kind_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        return SG_FAILURE_CONNECT;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        return SG_FAILURE_TIMEOUT;
    case RD_KAFKA_RESP_ERR__SSL:
        return SG_FAILURE_TLS;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
        return SG_FAILURE_AUTH;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return SG_FAILURE_DENIED;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
        return SG_FAILURE_PARSE;
    case RD_KAFKA_RESP_ERR__FAIL:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
        return SG_FAILURE_INTERNAL;
    default:
        return SG_FAILURE_PROTOCOL;
    }
}

const char *sg_failure_advice(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return ": allow this client's principal DESCRIBE on the topic";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return ": allow this client's principal DESCRIBE on the group";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return ": allow this client's principal DESCRIBE on the cluster";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return ": check sasl.mechanism, sasl.username and sasl.password";
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
        return ": set sasl.mechanism to one that the brokers have enabled";
    default:
        return "";
    }
}

/* @return a new failure without text, or NULL: it is counted */
static struct sg_failure *add(
    struct sg_failures *failures, enum sg_failure_kind kind, enum sg_request request, int code)
{
    for (size_t i = 0; i < failures->n; i++) {
        struct sg_failure *failure = &failures->items[i];
        if (failure->request == request && failure->code == code && failure->kind == kind) {
            failure->n_more++;
            return NULL;
        }
    }
    if (failures->n == SG_FAILURES_MAX) {
        failures->n_dropped++;
        return NULL;
    }

    struct sg_failure *failure = &failures->items[failures->n++];
    *failure = (struct sg_failure){ .kind = kind, .request = request, .code = code };
    return failure;
}

void sg_failures_add(struct sg_failures *failures,
    enum sg_failure_kind kind,
    enum sg_request request,
    int code,
    const char *format,
    ...)
{
    struct sg_failure *failure = add(failures, kind, request, code);
    va_list args;

    if (!failure)
        return;
    va_start(args, format);
    (void)vsnprintf(failure->err.text, sizeof failure->err.text, format, args);
    va_end(args);
}

void sg_failures_warn(struct sg_failures *failures,
    enum sg_failure_kind kind,
    enum sg_request request,
    int code,
    const char *text)
{
    struct sg_failure *failure = add(failures, kind, request, code);

    if (!failure)
        return;
    failure->is_warning = true;
    (void)sg_error_set(&failure->err, 0, "%s", text);
}

bool sg_failures_is_doubtful(const struct sg_failures *failures)
{
    for (size_t i = 0; i < failures->n; i++) {
        const struct sg_failure *failure = &failures->items[i];
        if (!failure->is_warning && failure->request < SG_REQUEST_CHECKPOINT &&
            failure->kind != SG_FAILURE_DENIED && failure->kind != SG_FAILURE_LIMIT)
            return true;
    }
    return false;
}

void sg_failures_report(const struct sg_failures *failures, struct sg_slot *slot)
{
    for (size_t i = 0; i < failures->n; i++) {
        const struct sg_failure *failure = &failures->items[i];
        struct sg_error err = failure->err;

        /* The count is first, so that a long text cannot push it out. */
        if (failure->n_more)
            (void)sg_error_prefix(&err, 0, "%zu times, for example ", failure->n_more + 1);
        if (failure->is_warning)
            sg_slot_warn(slot, failure->kind, &err);
        else
            sg_slot_fail(slot, failure->kind, &err);
    }
    if (failures->n_dropped) {
        struct sg_error err;
        (void)sg_error_set(&err, 0, "%zu more failures of other kinds", failures->n_dropped);
        sg_slot_fail(slot, SG_FAILURE_LIMIT, &err);
    }
}
