/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rule sets of one cluster's JVMs: each loaded once, however many JVMs use it, with its
 * requests to an agent. A set lives as long as a target that uses it, which may be longer than the
 * collector that loaded it. Used by one thread at a time: patterns remember their latest match.
 */

#include "base/error.h"
#include "base/log.h"
#include "base/sync.h"
#include "config/config.h"
#include "jmx/poll/plan.h"
#include "jmx/rules/rules.h"

enum {
    SG_RULE_SETS_E_CONFIG = 1, /* no such catalogue or file, or errors in it; err says which */
};

/* A plan, and its request to an agent that is not a proxy. */
struct sg_rule_set_plan {
    struct sg_poll_plan *plan;
    char *body;
};

struct sg_rule_set {
    struct sg_refs refs;
    uint64_t fingerprint; /* of the names, and of the rule file's text */
    struct sg_rules *rules;
    struct sg_rules *beside; /* catalogues beside a rule file; NULL: none. Part 1 of the plans */
    struct sg_rule_set_plan plans[SG_LANES]; /* the slow one is NULL when it has no requests */
    struct sg_rule_set_plan broker_plan;     /* the fast one, with the identity requests */
};

struct sg_rule_sets;

/** @return 0 or -ENOMEM */
int sg_rule_sets_new(struct sg_rule_sets **ret_sets);

/** One more reference. @return set */
const struct sg_rule_set *sg_rule_set_ref(const struct sg_rule_set *set);

/** Give a reference back. @return NULL; set may be NULL */
struct sg_rule_set *sg_rule_set_unref(const struct sg_rule_set *set);

/** @return NULL; sets may be NULL. Sets that are still referenced live on. */
struct sg_rule_sets *sg_rule_sets_free(struct sg_rule_sets *sets);

/**
 * Find a rule set, or load it. Keys of jmx_exporter that have no effect here are logged once.
 * @param config   borrowed for as long as the sets live
 * @param ret_set  borrowed from sets; to keep it longer, take a reference
 * @return 0, SG_RULE_SETS_E_CONFIG or -ENOMEM
 */
int sg_rule_sets_get(struct sg_rule_sets *sets,
    const struct sg_rules_config *config,
    const struct sg_log_about *about,
    const struct sg_rule_set **ret_set,
    struct sg_error *err);

/** Are all files unchanged since they were loaded? */
bool sg_rule_sets_unchanged(const struct sg_rule_sets *sets);

size_t sg_rule_sets_n(const struct sg_rule_sets *sets);

/** The names of set number i, as many as fit. @return the number of warnings from loading it */
size_t sg_rule_sets_describe(
    const struct sg_rule_sets *sets, size_t i, char *ret_names, size_t size);
