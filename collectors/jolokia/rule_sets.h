/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rule sets of one cluster's JVMs: each loaded once, however many JVMs use it, with what is
 * asked of an agent for it. Owned by the collector, used by its thread only: patterns remember
 * their latest match.
 */

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "jolokia/request.h"
#include "jolokia/rules.h"

enum {
    SG_RULE_SETS_E_CONFIG = 1, /* no such catalogue or file, or mistakes in it; err says which */
};

struct sg_rule_set {
    struct sg_rules *rules;
    struct sg_request_plan *plans[SG_LANES]; /* a plan without requests is NULL when it is slow */
};

struct sg_rule_sets;

/** @return 0 or -ENOMEM */
int sg_rule_sets_new(struct sg_rule_sets **ret_sets);

/** @return NULL; sets may be NULL */
struct sg_rule_sets *sg_rule_sets_free(struct sg_rule_sets *sets);

/**
 * Find a rule set, or load it. What jmx_exporter's keys cannot do here is logged once.
 * @param config   borrowed for as long as the sets live
 * @param ret_set  borrowed from sets
 * @return 0, SG_RULE_SETS_E_CONFIG or -ENOMEM
 */
int sg_rule_sets_get(struct sg_rule_sets *sets,
    const struct sg_rules_config *config,
    const struct sg_log_about *about,
    const struct sg_rule_set **ret_set,
    struct sg_error *err);
