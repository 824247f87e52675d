/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * May the client see anything at all?
 *
 * A broker leaves out what the client's principal may not describe: Metadata of all topics and
 * ListGroups then succeed with nothing in them, which looks like an empty cluster. Asked for one
 * name, it says that it is not allowed. So one name is asked for when there was nothing.
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
 * A topic's name is described. Denied: a failure of Metadata is added.
 * @param deadline_ms  monotonic; at most a second of it is used
 */
void sg_permissions_check_topics(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    struct sg_failures *failures);

/**
 * The client's own group is described. Denied: a failure of DescribeGroups is added.
 *
 * @param stopping  the program ends: return soon
 * @return was it answered? Otherwise the request is still on its way, and the handle has to be
 * replaced
 */
bool sg_permissions_check_groups(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures);
