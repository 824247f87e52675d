/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which broker of which cluster a JVM says that it is.
 *
 * An address can lead to another JVM than was meant: a wrong entry under `brokers`, a template that
 * is the same for all, a port that another cluster has now. So every request to a broker or a KRaft
 * controller also asks for the process's own id and its cluster's, and what they say must be what
 * is configured and what Metadata says. Kafka before 0.10 tells neither; then nothing is compared.
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

/** Also ask which broker of which cluster the JVM is. @return 0 or -ENOMEM */
int sg_identity_ask(struct sg_poll_plan *plan);

/* What one answer says; zeros: nothing so far. */
struct sg_identity {
    size_t n_ids; /* mostly one */
    int32_t ids[SG_IDENTITY_IDS_MAX];
    char cluster_id[SG_CLUSTER_ID_BYTES_MAX + 1]; /* empty: it does not say */
};

/** A value of an answer to one of the requests. */
void sg_identity_add(struct sg_identity *identity,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value);

/** Does the JVM say which broker it is? */
bool sg_identity_is_known(const struct sg_identity *identity);

/**
 * Is it the broker with this id?
 * @param cluster_id  as Metadata says it; NULL: unknown
 * @param err  otherwise which one it is
 */
bool sg_identity_is(
    const struct sg_identity *identity, int32_t id, const char *cluster_id, struct sg_error *err);
