/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One JVM that is polled: its address, what its attributes become, its slots in the store.
 *
 * A poll is up to five exchanges on one connection, one after the other, because most agents have a
 * single thread:
 *
 *     [can the proxy proxy?] ──> fast body ──> slot jolokia/NAME
 *                                    ├─ when it is due ──> slow body ──> slot jolokia_slow/NAME
 *                                    └─ when it is due ──> sizes ──> slot jolokia_sizes/NAME
 *
 * The slow body and that for the sizes of logs (size_reader.h) have their own intervals and follow
 * a fast answer of the same poll, so that no two are at the agent at the same time and the fast one
 * never waits. They have the rest of the poll's time. When that was too short the agent continues
 * to read anyway; so the pause before the next try doubles.
 *
 * Where the rules have no requests, everything is read once, then for slow_interval only
 * what became series (learn.h), then everything again. When much of that is gone, as after a
 * restart with other MBeans, everything is read at the next poll.
 *
 * A target that times out through a proxy blocks a thread of the proxy: such a target is polled
 * less often, down to every eighth interval. Used by the collector's thread only.
 */

#include "base/clock.h"
#include "base/error.h"
#include "jmx/jolokia/peer.h"
#include "jmx/target_options.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of a target's slots, as the label `collector` has them. */
#define SG_TARGET_SLOT       "jolokia"
#define SG_TARGET_SLOT_SLOW  "jolokia_slow"
#define SG_TARGET_SLOT_SIZES "jolokia_sizes"

struct sg_target;

/** A target without an address, which is not polled yet. @return 0 or -ENOMEM */
int sg_target_new(const struct sg_target_options *options, struct sg_target **ret_target);

/** No poll is in progress. @return NULL; target may be NULL */
struct sg_target *sg_target_free(struct sg_target *target);

/**
 * Set the JVM's address: the URL of its agent; when the source has a proxy, its JMX service URL;
 * when it is read by its JMX port, HOST:PORT. The same as before changes nothing. @return 0,
 * SG_PEER_E_URL or -ENOMEM
 */
int sg_target_set_address(struct sg_target *target, const char *address, struct sg_error *err);

/** The advice in the text of the latest failure, or "". Static. */
const char *sg_target_advice(const struct sg_target *target);

/** The target's name; borrowed. */
const char *sg_target_name(const struct sg_target *target);

/** The target's options; borrowed. */
const struct sg_target_options *sg_target_options(const struct sg_target *target);

/** The address, or NULL; borrowed. */
const char *sg_target_address(const struct sg_target *target);

/** Change to another transport. No poll is in progress. @return 0 or -ENOMEM: it has no address */
int sg_target_move(struct sg_target *target, struct sg_transport *transport);

/** Remember at most n_attributes, and limit answers to a matching size. */
void sg_target_set_max(struct sg_target *target, size_t n_attributes);

/** Does it have an address? */
bool sg_target_has_address(const struct sg_target *target);

/** A poll that fails before it begins. */
void sg_target_fail(
    struct sg_target *target, enum sg_failure_kind kind, const struct sg_error *err);

/** The slot of the fast lane, for its state; borrowed. */
const struct sg_slot *sg_target_slot(const struct sg_target *target);

/** Did the latest answer have the JVM's broker id? Also true for JVMs that are not brokers. */
bool sg_target_is_identified(const struct sg_target *target);

/** Is it polled through a proxy? */
bool sg_target_is_proxied(const struct sg_target *target);

/**
 * Request the version of the agent, or of the proxy; runs in sg_transport_run().
 * @param ret_text  of SG_AGENT_VERSION_TEXT_MAX bytes, borrowed until then; empty without an answer
 */
void sg_target_ask_version(struct sg_target *target, int64_t deadline_ms, char *ret_text);

/** Start a poll, if one is due; it runs in sg_transport_run(). */
void sg_target_start(struct sg_target *target, int64_t deadline_ms);

/** After sg_transport_run(): end a poll that was given up because the program is stopping. */
void sg_target_end(struct sg_target *target);
