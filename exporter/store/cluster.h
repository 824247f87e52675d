/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is known about a cluster beyond its samples: can it be reached, and which brokers are there.
 *
 * The admin collector writes, the jolokia collector reads whom to poll, the self collector makes
 * streamgauge_cluster_up and streamgauge_broker_up from it. A broker once known stays known, so
 * that its absence shows. Thread-safe; what is read out is a copy.
 */

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
    char host[SG_HOST_BYTES_MAX]; /* as the metadata names it; empty when it never did */
    int32_t port;                 /* 0 when unknown */
    bool seen;                    /* the metadata has ever told its host */
    bool up;    /* in the metadata of the latest collection, and it answered there */
    bool tried; /* it has been up, or was not: `up` says something */
};

struct sg_cluster;

/** @param name copied @return 0 or -ENOMEM */
int sg_cluster_new(const char *name, struct sg_cluster **ret_cluster);

/** One more reference. @return cluster */
struct sg_cluster *sg_cluster_ref(struct sg_cluster *cluster);

/** Give a reference back. @return NULL; cluster may be NULL */
struct sg_cluster *sg_cluster_unref(struct sg_cluster *cluster);

/** Borrowed. */
const char *sg_cluster_name(const struct sg_cluster *cluster);

/**
 * The cluster's own id, as Metadata says it. A cluster that was made anew under the same address
 * has another one.
 * @param id  copied @return 0 or -ENOMEM
 */
int sg_cluster_set_id(struct sg_cluster *cluster, const char *id);

/** @return owned, free(): the id as last seen in Metadata; NULL: not known, or memory is short */
char *sg_cluster_copy_id(const struct sg_cluster *cluster);

/** Did the latest collection of the admin API reach the cluster? */
void sg_cluster_set_up(struct sg_cluster *cluster, bool up);

/** No admin API will be asked: the state is SG_CLUSTER_NO_KAFKA. */
void sg_cluster_set_no_kafka(struct sg_cluster *cluster);

enum sg_cluster_state {
    SG_CLUSTER_UNKNOWN,
    SG_CLUSTER_DOWN,
    SG_CLUSTER_UP,
    SG_CLUSTER_NO_KAFKA, /* only JVMs are polled: nobody will ever ask */
};
enum sg_cluster_state sg_cluster_get_state(const struct sg_cluster *cluster);

/**
 * Make the brokers known that the configuration names; those already known stay as they are. One
 * that an earlier configuration named, and that the metadata never did, is forgotten. The version
 * stays: who names them knows them.
 * @return as sg_cluster_set_broker()
 */
int sg_cluster_name_brokers(struct sg_cluster *cluster, const int32_t *ids, size_t n);

/** A number that changes when a broker becomes known or gets another host or port. */
uint64_t sg_cluster_brokers_version(const struct sg_cluster *cluster);

/**
 * Wait until the version is no longer `seen`, or the time is up, or *stopping, of which
 * sg_cluster_wake() tells.
 * @param seen  NULL: the brokers do not matter
 */
void sg_cluster_wait(const struct sg_cluster *cluster,
    const uint64_t *seen,
    int64_t timeout_ms,
    const atomic_bool *stopping);

/** Those that wait look at their `stopping`. */
void sg_cluster_wake(struct sg_cluster *cluster);

/**
 * Add a broker, or note what is new about it. An empty host or port 0 keeps what was known. One
 * that goes down, or is down from the start, or comes back is a line of the log.
 * @return 0, -ENOMEM, or -EMSGSIZE past SG_BROKERS_MAX
 */
int sg_cluster_set_broker(
    struct sg_cluster *cluster, int32_t id, const char *host, int32_t port, bool up);

/** A copy of all known brokers by id. @param ret_brokers owned, free() @return 0 or -ENOMEM */
int sg_cluster_copy_brokers(
    const struct sg_cluster *cluster, struct sg_broker **ret_brokers, size_t *ret_n);
