/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reads the brokers' racks: librdkafka's DescribeCluster, from its version 2.3 on, which is one
 * Metadata request without topics. The collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/racks.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_RACKS_EVERY_MS = 600000, /* they change when a broker is restarted, and seldom then */
    SG_RACKS_RETRY_MS = 15000,  /* without an answer, or with brokers that it does not have */
};

/** Has this librdkafka the request? */
bool sg_racks_can_be_read(void);

/* When they were requested. Zeroed: never. */
struct sg_racks_turn {
    bool asked;
    bool answered;
    int64_t asked_ms; /* monotonic */
};

/** Is it time to ask (again)? @param now_ms  monotonic */
bool sg_racks_are_due(const struct sg_racks_turn *turn,
    const struct sg_racks *racks,
    const struct sg_topology *topology,
    int64_t now_ms);

/** Ask, and take the answer. @return 0, also without one, or -ENOMEM */
int sg_racks_read(struct sg_racks *racks,
    struct sg_racks_turn *turn,
    struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures);
