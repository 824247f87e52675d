/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The cluster's metadata from whichever broker answers first.
 *
 * librdkafka asks one connected broker of its own choice. When that one is frozen there is no
 * answer, so the request is repeated while the first one waits, and may reach another broker; and
 * once more as soon as librdkafka has dropped a connection, because that broker is not chosen
 * again. Called by the collector's thread.
 */

#include "admin/ask/client.h"
#include "base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_METADATA_E_FAILED = 1, /* no broker answered; ret_code is librdkafka's error */
    SG_METADATA_E_STOPPED,    /* the program is stopping */
};

/**
 * @param stopping      borrowed
 * @param hedge_ms      after which a request without an answer is repeated
 * @param deadline_ms   monotonic
 * @param ret_metadata  owned: rd_kafka_metadata_destroy()
 * @param ret_code      written only with SG_METADATA_E_FAILED
 * @return 0, SG_METADATA_E_*, or a negative errno (memory, threads)
 */
int sg_metadata_read(struct sg_client *client,
    const struct sg_clock *clock,
    const atomic_bool *stopping,
    int64_t hedge_ms,
    int64_t deadline_ms,
    const struct rd_kafka_metadata **ret_metadata,
    rd_kafka_resp_err_t *ret_code);
