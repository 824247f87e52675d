/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/poll/transport.h"

#include "base/auto.h"
#include "base/grow.h"

/*
 * curl waits: every easy handle has its own time-out, and the multi handle drives them. The loop
 * checks the deadlines as well, because a time-out that curl misses would stop the whole collector.
 */

enum {
    POLL_MS_MAX = 100, /* how soon a stop of the program is noticed */
};

struct sg_transport {
    CURLM *multi;
    const struct sg_clock *clock;
    struct sg_exchange *running; /* list */
    struct curl_waitfd *waits;
    size_t waits_allocated;
};

SG_AUTO_DEFINE(struct sg_transport *, sg_transport_free);

int sg_transport_new(const struct sg_clock *clock, struct sg_transport **ret_transport)
{
    sg_auto(sg_transport_free) struct sg_transport *transport = calloc(1, sizeof *transport);

    if (!transport)
        return -ENOMEM;
    transport->clock = clock;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    transport->multi = curl_multi_init();
    if (!transport->multi)
        return -ENOMEM;
    *ret_transport = sg_take(&transport);
    return 0;
}

struct sg_transport *sg_transport_free(struct sg_transport *transport)
{
    if (!transport)
        return NULL;
    if (transport->multi)
        (void)curl_multi_cleanup(transport->multi);
    free(transport->waits);
    free(transport);
    return NULL;
}

const struct sg_clock *sg_transport_clock(const struct sg_transport *transport)
{
    return transport->clock;
}

/* ---- Exchanges ---- */

void sg_transport_add(struct sg_transport *transport, struct sg_exchange *exchange)
{
    exchange->next = transport->running;
    transport->running = exchange;
}

void sg_transport_remove(struct sg_transport *transport, struct sg_exchange *exchange)
{
    struct sg_exchange **at = &transport->running;

    while (*at && *at != exchange)
        at = &(*at)->next;
    if (*at)
        *at = exchange->next;
}

int sg_transport_begin(struct sg_transport *transport, struct sg_exchange *exchange)
{
    return curl_multi_add_handle(transport->multi, exchange->easy) == CURLM_OK ? 0 : -ENOMEM;
}

void sg_transport_end(struct sg_transport *transport, struct sg_exchange *exchange)
{
    (void)curl_multi_remove_handle(transport->multi, exchange->easy);
}

/* ---- The loop ---- */

static void end_finished(struct sg_transport *transport)
{
    const CURLMsg *message;
    int n_left;

    while ((message = curl_multi_info_read(transport->multi, &n_left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        void *private = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct sg_exchange *exchange = private;
        exchange->kind->ended(exchange, code);
    }
}

static void take_turns(struct sg_transport *transport)
{
    for (struct sg_exchange *exchange = transport->running; exchange;) {
        struct sg_exchange *next = exchange->next;
        if (exchange->kind->turn)
            exchange->kind->turn(exchange);
        exchange = next;
    }
}

/* End what curl should have ended. @return the time left to the next deadline */
static int end_overdue(struct sg_transport *transport)
{
    enum {
        GRACE_MS = 50 /* for curl's own time-out, whose text is better */
    };
    int least_ms = POLL_MS_MAX;

    for (struct sg_exchange *exchange = transport->running; exchange;) {
        struct sg_exchange *next = exchange->next;
        int left_ms = sg_clock_left_ms(transport->clock, exchange->deadline_ms + GRACE_MS);
        if (left_ms == 0)
            exchange->kind->ended(exchange, CURLE_OPERATION_TIMEDOUT);
        else if (left_ms < least_ms)
            least_ms = left_ms;
        exchange = next;
    }
    return least_ms;
}

static CURLMcode wait_for_any(struct sg_transport *transport, int wait_ms)
{
    size_t n = 0;

    for (struct sg_exchange *exchange = transport->running; exchange; exchange = exchange->next) {
        if (sg_grow(&transport->waits, n, &transport->waits_allocated, sizeof *transport->waits))
            return CURLM_OUT_OF_MEMORY;
        if (exchange->kind->waits && exchange->kind->waits(exchange, &transport->waits[n]))
            n++;
    }
    return curl_multi_poll(transport->multi, transport->waits, (unsigned)n, wait_ms, NULL);
}

/* No memory in curl itself: all have failed. */
static void fail_all(struct sg_transport *transport)
{
    while (transport->running) {
        struct sg_exchange *exchange = transport->running;
        exchange->kind->ended(exchange, CURLE_OUT_OF_MEMORY);
    }
}

void sg_transport_run(struct sg_transport *transport, const atomic_bool *stopping)
{
    int n_running;

    while (transport->running && !atomic_load(stopping)) {
        CURLMcode code = curl_multi_perform(transport->multi, &n_running);
        end_finished(transport);
        take_turns(transport);
        int wait_ms = end_overdue(transport);
        if (code == CURLM_OK && transport->running)
            code = wait_for_any(transport, wait_ms);
        if (code != CURLM_OK)
            fail_all(transport);
    }
    while (transport->running) {
        struct sg_exchange *exchange = transport->running;
        sg_transport_remove(transport, exchange);
        exchange->kind->give_up(exchange);
    }
}
