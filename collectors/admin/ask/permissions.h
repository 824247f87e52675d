/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Is the client authorized to see anything at all?
 *
 * A broker leaves out what the client's principal may not describe: Metadata of all topics and
 * ListGroups then succeed with nothing in them, which looks like an empty cluster. A request for
 * one name is refused explicitly. So one name is requested when nothing was listed.
 *
 * Source: Kafka's "Authorization and ACLs", Protocol primitives. Called by the collector's thread.
 */

#include "admin/ask/client.h"
#include "admin/ask/failures.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Request one topic. Denied: a failure of Metadata is added.
 * @param deadline_ms  monotonic; at most a second of it is used
 */
void sg_permissions_check_topics(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    struct sg_failures *failures);

/**
 * Describe the client's own group. Denied: a failure of DescribeGroups is added.
 *
 * @param stopping  the program is stopping: return soon
 * @return was it answered? Otherwise the request is still in flight, and the handle has to be
 * replaced
 */
bool sg_permissions_check_groups(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures);
