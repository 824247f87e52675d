/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reserved label names: those that the program uses in its own series, and those with a meaning in
 * Prometheus. A configuration that uses one for something else would give a series a duplicate
 * label, and Prometheus rejects a whole page with such a series. A label that is written as
 * SG_OWN_LABEL(name) does not compile unless it is on the list; test_collectors.c compares the
 * other list with the catalogues. Pure; any thread.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* The names of labels in series of the program itself and of the admin API, and of targets. */
#define SG_OWN_LABELS(OF)                                                                          \
    OF(address), OF(broker), OF(broker_count), OF(cleanup_policy), OF(client_id), OF(cluster_id),  \
        OF(code), OF(collector), OF(compiler), OF(compression_type), OF(config),                   \
        OF(consumergroup), OF(controller_id), OF(coordinator), OF(default_value), OF(host),        \
        OF(id), OF(is_controller), OF(isr), OF(jvm), OF(kind), OF(leader), OF(libcurl),            \
        OF(libmicrohttpd), OF(librdkafka), OF(log_dir), OF(max_message_bytes), OF(member),         \
        OF(message_timestamp_type), OF(min_insync_replicas), OF(missing), OF(partition),           \
        OF(partition_count), OF(port), OF(protocol), OF(protocol_type), OF(rack), OF(reason),      \
        OF(replicas), OF(replication_factor), OF(retention_bytes), OF(retention_ms), OF(revision), \
        OF(state), OF(status), OF(target), OF(topic), OF(type), OF(value), OF(version), OF(what)

#define SG_OWN_LABEL_ON_LIST(name) SG_OWN_LABEL_IS_##name
enum sg_own_label {
    SG_OWN_LABELS(SG_OWN_LABEL_ON_LIST)
};
#undef SG_OWN_LABEL_ON_LIST

/** A name of the list as text; another name does not compile. */
#define SG_OWN_LABEL(name) \
    ((struct sg_str){ #name, sizeof #name - 1 + 0 * (size_t)SG_OWN_LABEL_IS_##name })

/** Has the name a meaning in series of the exporter itself, of clusters, or of Prometheus? */
bool sg_label_name_is_own(struct sg_str name);

/**
 * Does it identify JVMs, is it in a built-in catalogue, or is it Prometheus's? Series of JVMs have
 * no other labels of ours.
 */
bool sg_label_name_is_of_jvm(struct sg_str name);
