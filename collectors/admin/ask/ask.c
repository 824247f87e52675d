/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/ask.h"

#include "admin/ask/wait.h"

rd_kafka_event_t *sg_ask(const struct sg_ask *ask)
{
    rd_kafka_t *rk = sg_client_get(ask->client);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, ask->op);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_event_t *event = NULL;
    char text[128];

    if (options && queue) {
        (void)rd_kafka_AdminOptions_set_request_timeout(
            options, ask->timeout_ms > 0 ? (int)ask->timeout_ms : 1, text, sizeof text);
        ask->send(rk, options, queue, ask->what);
        event = sg_wait_event(queue, ask->clock, ask->deadline_ms, ask->stopping);
    }
    if (options)
        rd_kafka_AdminOptions_destroy(options);
    if (queue)
        rd_kafka_queue_destroy(queue);
    return event;
}
