/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/log.h"

#include "admin/ask/client.h"
#include "admin/ask/wait.h"
#include "admin/model/lag.h"
#include "base/auto.h"

#include <errno.h>
#include <stdlib.h>

/*
 * All partitions have one queue, so that what waits in it is bounded for all of them together, and
 * one wait is enough for all.
 */

enum {
    BATCH = 1000 /* records that are taken at a time */
};

struct sg_share_log {
    struct sg_client *client;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    size_t n_started;
    size_t n;
    int64_t *next; /* offset of the next record, by partition; SG_OFFSET_UNKNOWN: not known yet */
};

SG_AUTO_DEFINE(struct sg_share_log *, sg_share_log_free);

struct sg_share_log *sg_share_log_free(struct sg_share_log *log)
{
    if (!log)
        return NULL;
    for (size_t i = 0; i < log->n_started; i++)
        (void)rd_kafka_consume_stop(log->topic, (int32_t)i);
    if (log->topic)
        rd_kafka_topic_destroy(log->topic);
    if (log->queue)
        rd_kafka_queue_destroy(log->queue);
    (void)sg_client_unref(log->client);
    free(log->next);
    free(log);
    return NULL;
}

/* @return 0, or -ENOMEM: librdkafka refuses a partition only then */
static int start(struct sg_share_log *log)
{
    rd_kafka_t *rk = sg_client_get(log->client);

    log->queue = rd_kafka_queue_new(rk);
    log->topic = rd_kafka_topic_new(rk, SG_SHARE_TOPIC, NULL);
    if (!log->queue || !log->topic)
        return -ENOMEM;
    sg_client_connect(log->client);
    for (; log->n_started < log->n; log->n_started++) {
        if (rd_kafka_consume_start_queue(
                log->topic, (int32_t)log->n_started, RD_KAFKA_OFFSET_BEGINNING, log->queue))
            return -ENOMEM;
    }
    return 0;
}

int sg_share_log_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    size_t n,
    struct sg_share_log **ret_log,
    struct sg_error *err)
{
    sg_auto(sg_share_log_free) struct sg_share_log *log = calloc(1, sizeof *log);

    if (!log)
        return -ENOMEM;
    log->n = n;
    log->next = calloc(n + 1, sizeof *log->next);
    if (!log->next)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        log->next[i] = SG_OFFSET_UNKNOWN;
    int r = sg_client_new(config, timeout_ms, SG_CLIENT_FOLLOWER, &log->client, err);
    if (!r)
        r = start(log);
    if (!r)
        *ret_log = sg_take(&log);
    return r;
}

size_t sg_share_log_n(const struct sg_share_log *log)
{
    return log->n;
}

bool sg_share_log_has_reached(const struct sg_share_log *log, size_t partition, int64_t end)
{
    return end != SG_OFFSET_UNKNOWN && log->next[partition] >= end;
}

static bool has_reached_all(const struct sg_share_log *log, const int64_t *ends)
{
    for (size_t i = 0; i < log->n; i++) {
        if (ends[i] != SG_OFFSET_UNKNOWN && !sg_share_log_has_reached(log, i, ends[i]))
            return false;
    }
    return true;
}

bool sg_share_log_works(const struct sg_share_log *log, const int64_t *ends)
{
    bool is_wanted = false;
    bool is_read = false;

    for (size_t i = 0; i < log->n; i++) {
        is_wanted = is_wanted || ends[i] != SG_OFFSET_UNKNOWN;
        is_read = is_read || sg_share_log_has_reached(log, i, ends[i]);
    }
    return is_read || !is_wanted;
}

static void fail(struct sg_failures *failures, rd_kafka_resp_err_t code)
{
    struct sg_error err;

    (void)sg_error_set(&err, 0, "cannot read " SG_SHARE_TOPIC ", so share groups have no lag: %s%s",
        rd_kafka_err2str(code),
        code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            ? ": allow this client's principal READ on the topic"
            : "");
    sg_failures_warn(failures, sg_failure_kind_of(code), SG_REQUEST_FETCH, code, err.text);
}

/* @return 0 or -ENOMEM */
static int take(struct sg_share_log *log,
    const rd_kafka_message_t *message,
    const struct sg_share_log_env *env,
    struct sg_share_states *states,
    bool *ret_denied)
{
    size_t partition = (size_t)message->partition;
    const struct sg_str key = { message->key ? message->key : "", message->key_len };
    const struct sg_str value = { message->payload, message->len };

    if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        fail(env->failures, message->err);
        *ret_denied = *ret_denied || message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
        return 0;
    }
    if (message->partition < 0 || partition >= log->n)
        return 0;
    log->next[partition] = message->offset + !message->err;
    return message->err ? 0 : sg_share_states_take(states, message->partition, key, value);
}

/* @return how many, or -ENOMEM */
static ssize_t take_batch(struct sg_share_log *log,
    const struct sg_share_log_env *env,
    int wait_ms,
    struct sg_share_states *states,
    bool *ret_denied)
{
    rd_kafka_message_t *messages[BATCH];
    int r = 0;

    ssize_t n = rd_kafka_consume_batch_queue(log->queue, wait_ms, messages, BATCH);
    for (ssize_t i = 0; i < n; i++) {
        if (!r)
            r = take(log, messages[i], env, states, ret_denied);
        rd_kafka_message_destroy(messages[i]);
    }
    return r ? r : n;
}

int sg_share_log_read(struct sg_share_log *log,
    const struct sg_share_log_env *env,
    struct sg_share_states *states,
    bool *ret_denied)
{
    ssize_t n;

    sg_client_poll(log->client);
    do {
        int left_ms = sg_clock_left_ms(env->clock, env->deadline_ms);
        bool waits = !has_reached_all(log, env->ends) && !*ret_denied;
        int slice_ms = left_ms < SG_WAIT_SLICE_MS ? left_ms : SG_WAIT_SLICE_MS;
        n = take_batch(log, env, waits ? slice_ms : 0, states, ret_denied);
        if (n < 0)
            return (int)n;
        if (n == 0 && (!waits || left_ms == 0))
            break;
    } while (!atomic_load(env->stopping) && sg_clock_left_ms(env->clock, env->deadline_ms) > 0);
    return 0;
}
