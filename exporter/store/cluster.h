/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The state of a cluster besides its samples: is it reachable, which brokers does it have, and how
 * large their logs are.
 *
 * The admin collector writes it, the jolokia collector reads which brokers to poll, the self
 * collector derives streamgauge_cluster_up and streamgauge_broker_up from it. A broker once known
 * stays known, so that its absence is visible, until somebody says that it is gone for good.
 * Thread-safe; readers get copies.
 */

#include "store/size_board.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_BROKERS_MAX = 10000,
    SG_HOST_BYTES_MAX = 256
};

struct sg_broker {
    int32_t id;
    char host[SG_HOST_BYTES_MAX]; /* from the metadata; empty if it never had one */
    int32_t port;                 /* 0 when unknown */
    bool seen;                    /* its host has been in the metadata */
    bool named;                   /* by the configuration */
    bool up;                      /* in the metadata of the latest collection, and it answered */
    bool tried;                   /* its state has been determined: `up` is valid */
};

struct sg_cluster;

/** @param name copied @return 0 or -ENOMEM */
int sg_cluster_new(const char *name, struct sg_cluster **ret_cluster);

/** One more reference. @return cluster */
struct sg_cluster *sg_cluster_ref(struct sg_cluster *cluster);

/** Release a reference. @return NULL; cluster may be NULL */
struct sg_cluster *sg_cluster_unref(struct sg_cluster *cluster);

/** Borrowed. */
const char *sg_cluster_name(const struct sg_cluster *cluster);

/**
 * The cluster id from Metadata. A cluster that was recreated at the same address has another one.
 * @param id  copied @return 0 or -ENOMEM
 */
int sg_cluster_set_id(struct sg_cluster *cluster, const char *id);

/** @return owned, free(): the id as last seen in Metadata; NULL: not known, or memory is short */
char *sg_cluster_copy_id(const struct sg_cluster *cluster);

/** Did the latest collection of the admin API reach the cluster? */
void sg_cluster_set_up(struct sg_cluster *cluster, bool up);

/** There is no Kafka client: the state becomes SG_CLUSTER_NO_KAFKA. */
void sg_cluster_set_no_kafka(struct sg_cluster *cluster);

enum sg_cluster_state {
    SG_CLUSTER_UNKNOWN,
    SG_CLUSTER_DOWN,
    SG_CLUSTER_UP,
    SG_CLUSTER_NO_KAFKA, /* only JVMs are polled: it is never requested */
};
enum sg_cluster_state sg_cluster_get_state(const struct sg_cluster *cluster);

/**
 * Add the brokers from the configuration; those already known stay unchanged. A broker that only an
 * earlier configuration had, and the metadata never, is removed. The version does not change: the
 * caller knows these brokers.
 * @return as sg_cluster_set_broker()
 */
int sg_cluster_name_brokers(struct sg_cluster *cluster, const int32_t *ids, size_t n);

/** A number that changes when a broker becomes known or gets another host or port. */
uint64_t sg_cluster_brokers_version(const struct sg_cluster *cluster);

/**
 * Wait until the version is no longer `seen`, or the timeout, or *stopping, which is checked after
 * sg_cluster_wake().
 * @param seen  NULL: the brokers do not matter
 */
void sg_cluster_wait(struct sg_cluster *cluster,
    const uint64_t *seen,
    int64_t timeout_ms,
    const atomic_bool *stopping);

/** Make all waiting threads check their `stopping`. */
void sg_cluster_wake(struct sg_cluster *cluster);

/**
 * Add or update a broker. An empty host or port 0 keeps the known one.
 * @return 0, -ENOMEM, or -EMSGSIZE past SG_BROKERS_MAX
 */
int sg_cluster_set_broker(
    struct sg_cluster *cluster, int32_t id, const char *host, int32_t port, bool up);

/**
 * A broker does not answer: as sg_cluster_set_broker() with false, but a broker that has been
 * forgotten meanwhile stays so.
 */
void sg_cluster_set_broker_down(struct sg_cluster *cluster, int32_t id);

enum {
    SG_CLUSTER_E_UNKNOWN = 1, /* no such broker is known */
    SG_CLUSTER_E_UP,          /* it is up */
    SG_CLUSTER_E_NAMED,       /* the configuration names it */
};

/**
 * Forget a broker that was taken out of the cluster. It is known again when the metadata or the
 * replicas of a partition name it. Logged.
 * @return 0 or an error above
 */
int sg_cluster_forget_broker(struct sg_cluster *cluster, int32_t id);

/** A copy of all known brokers by id. @param ret_brokers owned, free() @return 0 or -ENOMEM */
int sg_cluster_copy_brokers(
    const struct sg_cluster *cluster, struct sg_broker **ret_brokers, size_t *ret_n);

/** The sizes of its brokers' logs. Borrowed for as long as the cluster is. */
struct sg_size_board *sg_cluster_sizes(const struct sg_cluster *cluster);
