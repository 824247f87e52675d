/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which broker of which cluster a JVM is, as it reports itself.
 *
 * An address can lead to another JVM than intended: a wrong entry under `brokers`, a template that
 * is the same for all, a port that another cluster uses now. So every request to a broker or a
 * KRaft controller also reads the process's own id and its cluster id, which must be those of the
 * configuration and of Metadata. Kafka before 0.10 has neither; then nothing is compared.
 *
 * Source: Kafka, AppInfoParser (kafka.server:type=app-info,id=ID); the gauge ClusterId of
 * KafkaServer, BrokerServer and ControllerServer. Pure functions; any thread.
 */

#include "base/error.h"
#include "jmx/poll/attribute.h"
#include "jmx/poll/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_IDENTITY_IDS_MAX = 8,
    SG_CLUSTER_ID_BYTES_MAX = 64, /* a real one has 22 */
};

/** Add the requests for the broker's id and the cluster id. @return 0 or -ENOMEM */
int sg_identity_ask(struct sg_poll_plan *plan);

/* The ids in one answer; zeroed: none so far. */
struct sg_identity {
    size_t n_ids; /* usually one */
    int32_t ids[SG_IDENTITY_IDS_MAX];
    char cluster_id[SG_CLUSTER_ID_BYTES_MAX + 1]; /* empty: not reported */
};

/** A value of an answer to one of the requests. */
void sg_identity_add(struct sg_identity *identity,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value);

/** Did the JVM report its broker id? */
bool sg_identity_is_known(const struct sg_identity *identity);

/**
 * Is it the broker with this id?
 * @param cluster_id  of Metadata; NULL: unknown
 * @param err  otherwise says which one it is
 */
bool sg_identity_is(
    const struct sg_identity *identity, int32_t id, const char *cluster_id, struct sg_error *err);
