/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One cluster's librdkafka handle: its properties, its log lines, and the reasons of failed
 * connections.
 *
 * The handle is a consumer with a group.id that never joins its group and commits nothing. It
 * connects at the first request, so that creating one checks the properties without using the
 * network.
 *
 * References are counted, because threads that wait for a broker can outlive a collection and even
 * the collector. References and sg_client_get(): any thread. Everything else: the collector's.
 */

#include "admin/ask/failures.h"
#include "base/error.h"
#include "config/config.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SG_CLIENT_E_PROPERTY = 1 /* a property is unknown or wrong; err names it, never its value */
};

struct sg_client;

/* What a handle is for. */
enum sg_client_use {
    SG_CLIENT_ADMIN,
    SG_CLIENT_CHECK,  /* only created: no plugins, no Kerberos ticket or token is requested */
    SG_CLIENT_STABLE, /* requests to it see the log up to the last stable offset */
    SG_CLIENT_READER, /* reads committed records, a few at a time, and reports the end of the log */
    SG_CLIENT_FOLLOWER, /* reads all records of a topic, as they come, and reports the same */
};

/**
 * @param config      borrowed for the call
 * @param timeout_ms  of one collection; connection and request time-outs follow from it
 * @param ret_client  owned: one reference
 * @return 0, SG_CLIENT_E_PROPERTY or -ENOMEM
 */
int sg_client_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    enum sg_client_use use,
    struct sg_client **ret_client,
    struct sg_error *err);

/** @return client */
struct sg_client *sg_client_ref(struct sg_client *client);

/**
 * Drop one reference. The last one stops librdkafka's threads; that can take as long as a DNS
 * look-up, so it is waited for only briefly and then continues in the background.
 * @return NULL; client may be NULL
 */
struct sg_client *sg_client_unref(struct sg_client *client);

/** Borrowed. */
rd_kafka_t *sg_client_get(const struct sg_client *client);

/** Start to connect to the bootstrap servers, if that has not been done. */
void sg_client_connect(struct sg_client *client);

/**
 * Has a broker that it has connected to share groups or streams groups (Kafka 4.0 or later)? Any
 * thread.
 */
bool sg_client_has_types(const struct sg_client *client);

/**
 * Is it a cluster with KRaft, without ZooKeeper, as far as a broker that it has connected to tells?
 * Any thread.
 */
bool sg_client_is_kraft(const struct sg_client *client);

/** Process librdkafka's reports about its connections. Does not wait. */
void sg_client_poll(struct sg_client *client);

/* Why a connection failed, in librdkafka's words, which begin with the broker's address. */
struct sg_client_reason {
    enum sg_failure_kind kind;
    const char *text;   /* borrowed until the next sg_client_poll() */
    const char *advice; /* what to check, beginning with ": ", or "" */
};

enum {
    SG_CLIENT_ANY_BROKER = -1
};

/**
 * Cut how often librdkafka has left out an error, at its end: "(after 0ms in state CONNECT, 587
 * identical error(s) suppressed)". The same failure has the same text then.
 */
void sg_client_cut_count(char *text);

/**
 * What to check when a text of librdkafka has a known cause, beginning with ": ", or "". Static.
 */
const char *sg_client_advice(enum sg_failure_kind kind, const char *text);

/** Does the text show that a connection was made, so that name, port and network are right? */
bool sg_client_is_reached(const char *text);

/**
 * The latest failure of a connection to the broker, or to any broker and bootstrap server.
 * @return 1, or 0 when there was none since sg_client_forget()
 */
int sg_client_find_reason(
    const struct sg_client *client, int32_t broker, struct sg_client_reason *ret_reason);

/** Of the client that is replaced: why connections failed stays known. */
void sg_client_take_reasons(struct sg_client *client, const struct sg_client *from);

/** A number that grows whenever a connection fails. */
uint64_t sg_client_n_reasons(const struct sg_client *client);

/** The broker answered: forget why its connection failed. */
void sg_client_forget(struct sg_client *client, int32_t broker);
