/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Asks for the ids of topics: DescribeTopics (librdkafka 2.3 or later), which is a Metadata
 * request. The collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "admin/model/topology.h"
#include "admin/share/names.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Has this librdkafka the request? */
bool sg_share_can_ask_names(void);

/* All borrowed for the call. */
struct sg_share_names_env {
    struct sg_client *client;
    const struct sg_clock *clock;
    const atomic_bool *stopping;
    const struct sg_topology *topology;
    struct sg_failures *failures;
    int64_t deadline_ms; /* monotonic */
    uint64_t n_ids;      /* grows with each id that may be new */
};

/** There are ids without a name: ask for topics, if it is time. @return 0, also without an answer,
 * or -ENOMEM */
int sg_share_ask_names(struct sg_share_names *names, const struct sg_share_names_env *env);
