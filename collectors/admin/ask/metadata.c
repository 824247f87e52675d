/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/metadata.h"

#include "admin/ask/thread.h"
#include "admin/ask/wait.h"
#include "base/auto.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * librdkafka chooses by rand_r() with a seed per thread that is made from the time and the thread's
 * address, so that the first choices of threads that start at regular intervals are much alike. A
 * frozen broker can get all of the requests that are sent at fixed times. It gets none of those
 * that are sent after its connection was dropped for not answering (socket.timeout.ms, which is
 * checked once a second).
 */

enum {
    QUESTIONS_BY_CLOCK = 3,
    QUESTIONS_MAX = 6,
};

/* Shared by the collector and the threads that ask; the last one frees it. */
struct hedge {
    struct sg_client *client;
    int64_t deadline_ms;
    const struct sg_clock *clock;
    struct sg_refs refs;
    struct sg_wait wait; /* its lock guards what is below */
    unsigned n_running;
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code; /* of the latest that failed */
};

static void unref(struct hedge *hedge)
{
    if (!sg_refs_drop(&hedge->refs))
        return;
    if (hedge->metadata)
        rd_kafka_metadata_destroy(hedge->metadata);
    sg_wait_done(&hedge->wait);
    (void)sg_client_unref(hedge->client);
    free(hedge);
}

static void *ask(void *context)
{
    struct hedge *hedge = context;
    const struct rd_kafka_metadata *metadata = NULL;

    rd_kafka_resp_err_t code = rd_kafka_metadata(sg_client_get(hedge->client), 1, NULL, &metadata,
        sg_clock_left_ms(hedge->clock, hedge->deadline_ms));
    sg_wait_lock(&hedge->wait);
    hedge->n_running--;
    if (code) {
        hedge->code = code;
    } else if (!hedge->metadata) {
        hedge->metadata = metadata;
        metadata = NULL;
    }
    sg_wait_signal(&hedge->wait);
    sg_wait_unlock(&hedge->wait);
    if (!code && metadata)
        rd_kafka_metadata_destroy(metadata);
    unref(hedge);
    return NULL;
}

/* Called with the lock held. */
static int ask_once_more(struct hedge *hedge)
{
    int r = sg_thread_start_detached(ask, hedge);

    if (r)
        return r;
    sg_refs_add(&hedge->refs);
    hedge->n_running++;
    return 0;
}

int sg_metadata_read(struct sg_client *client,
    const struct sg_clock *clock,
    const atomic_bool *stopping,
    int64_t hedge_ms,
    int64_t deadline_ms,
    const struct rd_kafka_metadata **ret_metadata,
    rd_kafka_resp_err_t *ret_code)
{
    struct hedge *hedge = calloc(1, sizeof *hedge);
    int64_t next_ms = 0; /* when to repeat the request */
    uint64_t n_reasons = sg_client_n_reasons(client);
    unsigned n_asked = 0;
    int r = 0;

    if (!hedge)
        return -ENOMEM;
    hedge->client = sg_client_ref(client);
    hedge->clock = clock;
    hedge->deadline_ms = deadline_ms;
    sg_refs_init(&hedge->refs);
    hedge->code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    sg_wait_init(&hedge->wait);

    sg_wait_lock(&hedge->wait);
    for (;;) {
        int64_t now_ms = sg_clock_monotonic_ms(clock);
        if (hedge->metadata || now_ms >= deadline_ms)
            break;
        if (atomic_load(stopping)) {
            r = SG_METADATA_E_STOPPED;
            break;
        }
        bool by_clock = n_asked < QUESTIONS_BY_CLOCK && now_ms >= next_ms;
        bool dropped = n_reasons != sg_client_n_reasons(client);
        n_reasons = sg_client_n_reasons(client);
        if (n_asked < QUESTIONS_MAX && (by_clock || dropped || !hedge->n_running)) {
            r = ask_once_more(hedge);
            if (r && !hedge->n_running)
                break;
            n_asked++;
            next_ms = now_ms + hedge_ms;
            r = 0;
        } else if (!hedge->n_running) {
            break; /* all have failed */
        }
        sg_wait_for(&hedge->wait, deadline_ms - now_ms);
        sg_client_poll(client); /* its callbacks take no lock */
    }
    if (!r && hedge->metadata) {
        *ret_metadata = hedge->metadata;
        hedge->metadata = NULL;
    } else if (!r) {
        *ret_code = hedge->code;
        r = SG_METADATA_E_FAILED;
    }
    sg_wait_unlock(&hedge->wait);
    unref(hedge);
    return r;
}
