/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How long the failures of a client are taken for the cluster's and not for its own.
 *
 * librdkafka keeps what a broker has told it: the address of a broker, which requests it supports,
 * which one coordinates a group. Was that wrong, then no later answer corrects it, some requests
 * fail for ever, and only a new client helps. Seen from outside this looks like a broker that is
 * away, so a client that fails is replaced in both cases: after half a minute, and then after
 * pauses that double, so that an outage of hours costs few connections.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
    SG_PATIENCE_FIRST_MS = 30 * 1000,
    SG_PATIENCE_LAST_MS = 8 * SG_PATIENCE_FIRST_MS
};

/* A zeroed struct is that of a client that works. */
struct sg_patience {
    int64_t pause_ms; /* 0: it works */
    int64_t until_ms; /* monotonic */
};

/** @param works  this time @return is the client to be replaced by a new one? */
bool sg_patience_ends(struct sg_patience *patience, bool works, int64_t now_ms);
