/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One JVM that is polled: where it is, what its attributes become, its slots in the store.
 *
 * A poll is up to four exchanges on one connection, one after the other, because most agents have a
 * single thread:
 *
 *     [can the proxy proxy?] ──> fast body ──> slot jolokia/NAME
 *                                    └─ when it is due ──> slow body ──> slot jolokia_slow/NAME
 *
 * The slow body has a pace of its own and follows a fast answer of the same poll, so that the two
 * never meet at the agent, and never the other way round, so that the fast numbers do not wait. It
 * has what is left of the poll's time. When that was too little the agent goes on reading all the
 * same; so the pause before the next try doubles.
 *
 * Where the rules do not say what to ask for, everything is read once, then for slow_interval only
 * what became series (learn.h), then everything again. Should much of that be gone, as after a
 * restart with other MBeans, everything is read at the next poll.
 *
 * A target behind a proxy that times out has hung a thread there: such a target is asked less
 * often, up to every eighth interval. Everything here belongs to the collector's thread.
 */

#include "base/clock.h"
#include "base/error.h"
#include "jmx/jolokia/transport.h"
#include "jmx/target_options.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of a target's slots, as the label `collector` has them. */
#define SG_TARGET_SLOT      "jolokia"
#define SG_TARGET_SLOT_SLOW "jolokia_slow"

struct sg_target;

/** A target without an address, which is not polled. @return 0 or -ENOMEM */
int sg_target_new(const struct sg_target_options *options, struct sg_target **ret_target);

/** No poll is under way. @return NULL; target may be NULL */
struct sg_target *sg_target_free(struct sg_target *target);

/**
 * Where the JVM is now: the URL of its agent, or, when the source has a proxy, its JMX service URL.
 * The same as before changes nothing. @return 0, SG_TRANSPORT_E_URL or -ENOMEM
 */
int sg_target_set_address(struct sg_target *target, const char *address, struct sg_error *err);

/** What would likely help against the latest failure, as its text says, or "". Static. */
const char *sg_target_advice(const struct sg_target *target);

/** Whose it is by name; borrowed. */
const char *sg_target_name(const struct sg_target *target);

/** How it is asked and what its attributes become; borrowed. */
const struct sg_target_options *sg_target_options(const struct sg_target *target);

/** Where it is, or NULL; borrowed. */
const char *sg_target_address(const struct sg_target *target);

/** Go over to another transport. No poll is under way. @return 0 or -ENOMEM: it has no address */
int sg_target_move(struct sg_target *target, struct sg_transport *transport);

/** Remember at most so many attributes, and take answers that have room for them. */
void sg_target_set_max(struct sg_target *target, size_t n_attributes);

/** Does it have an address? */
bool sg_target_has_address(const struct sg_target *target);

/** A poll that fails before it begins. */
void sg_target_fail(
    struct sg_target *target, enum sg_failure_kind kind, const struct sg_error *err);

/** The slot of what is read at every poll, for its state; borrowed. */
const struct sg_slot *sg_target_slot(const struct sg_target *target);

/** Did the latest answer say which broker the JVM is? True also where nobody asks: of other JVMs.
 */
bool sg_target_is_identified(const struct sg_target *target);

/** Through a proxy? */
bool sg_target_is_proxied(const struct sg_target *target);

/**
 * Ask the agent, or the proxy, what it is; it goes on in sg_transport_run().
 * @param ret_text  of SG_AGENT_VERSION_TEXT_MAX bytes, borrowed until then; empty without an answer
 */
void sg_target_ask_version(struct sg_target *target, int64_t deadline_ms, char *ret_text);

/** Start a poll, if one is due; it goes on in sg_transport_run(). */
void sg_target_start(struct sg_target *target, int64_t deadline_ms);

/** After sg_transport_run(): a poll that was given up, because the program ends, is ended. */
void sg_target_end(struct sg_target *target);
