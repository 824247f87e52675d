/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * rd_kafka_list_groups(), now and then, for the groups that no other call of librdkafka lists
 * (model/others.h). It blocks, also past its time-out, so it runs in a thread.
 *
 * It sends ListGroups to each broker, and then describes all groups of the broker in one request.
 * So it is called once a minute, only where a broker has groups of the types that are looked for
 * (Kafka 4.0 or later), and not where the answer would be too large. Called by the collector's
 * thread.
 */

#include "admin/ask/client.h"
#include "base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_ALL_GROUPS_PAUSE_MS = 60 * 1000,
    SG_ALL_GROUPS_MAX = 20000, /* groups and members; some kilobytes of the answer each */
};

/* Between collections. Zeroed: never asked. */
struct sg_all_groups_turn {
    bool asked;
    int64_t asked_ms; /* monotonic */
};

/**
 * Is it time to ask?
 * @param has_types  a broker has groups of other types @param n  groups and members, about
 */
bool sg_all_groups_is_due(
    const struct sg_all_groups_turn *turn, bool has_types, size_t n, int64_t now_ms);

enum {
    SG_ALL_GROUPS_E_NONE = 1 /* no answer in time, or it failed */
};

/**
 * Ask, and wait for the answer.
 * @param deadline_ms   monotonic
 * @param ret_list      owned: rd_kafka_group_list_destroy()
 * @param ret_complete  is it of all brokers, as far as librdkafka tells?
 * @return 0, SG_ALL_GROUPS_E_NONE, or a negative errno (memory, threads)
 */
int sg_all_groups_read(struct sg_client *client,
    const struct sg_clock *clock,
    const atomic_bool *stopping,
    int64_t deadline_ms,
    const struct rd_kafka_group_list **ret_list,
    bool *ret_complete);
