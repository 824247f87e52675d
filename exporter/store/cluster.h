/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is known about a cluster beyond its samples: can it be reached, and which brokers are there.
 *
 * The admin collector writes, the jolokia collector reads whom to poll, the self collector makes
 * streamgauge_cluster_up and streamgauge_broker_up from it. A broker once known stays known, so
 * that its absence shows. Thread-safe; what is read out is a copy.
 */

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
    bool up; /* in the metadata of the latest collection, and it answered there */
};

struct sg_cluster;

/** @param name copied @return 0 or -ENOMEM */
int sg_cluster_new(const char *name, struct sg_cluster **ret_cluster);

/** @return NULL; cluster may be NULL */
struct sg_cluster *sg_cluster_free(struct sg_cluster *cluster);

/** Borrowed. */
const char *sg_cluster_name(const struct sg_cluster *cluster);

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

/** Make a broker known that the configuration names; one already known stays as it is. */
int sg_cluster_know_broker(struct sg_cluster *cluster, int32_t id);

/** A number that changes when a broker becomes known or gets another host or port. */
uint64_t sg_cluster_brokers_version(const struct sg_cluster *cluster);

/**
 * Add a broker, or note what is new about it. An empty host or port 0 keeps what was known.
 * @return 0, -ENOMEM, or -EMSGSIZE past SG_BROKERS_MAX
 */
int sg_cluster_set_broker(
    struct sg_cluster *cluster, int32_t id, const char *host, int32_t port, bool up);

/** A copy of all known brokers by id. @param ret_brokers owned, free() @return 0 or -ENOMEM */
int sg_cluster_copy_brokers(
    const struct sg_cluster *cluster, struct sg_broker **ret_brokers, size_t *ret_n);
