/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From the attributes of one target's MBeans to its series, poll after poll.
 *
 *     answer ──(MBean, attribute, value)──> cache ──> series table ──> snapshot ──> slot
 *                                             │ first time only
 *                                             └──> matcher (rules)
 *
 * What an attribute becomes is decided once. The cache maps the ObjectName's text and the
 * attribute's path to a series' number; a steady poll is one hash look-up and two stores per
 * attribute, without a regular expression or a piece of text. Where a rule may depend on the value
 * (value_scope.h), the decision is stored with the value that it was made for, and repeated only
 * when the value has changed; so it is always the one that jmx_exporter would make.
 *
 * Interactions between samples of one family are decided at each poll: where labels coincide, all
 * samples of the family get the label _objectname; where its rules have different types, it is
 * UNKNOWN. Attributes that are gone for some polls are forgotten. One engine per target, one
 * thread.
 */

#include "jmx/poll/attribute.h"
#include "jmx/rules/rules.h"
#include "jmx/series/engine_stats.h"
#include "metric/series.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_ENGINE_ATTRIBUTES_MAX = 1000000, /* remembered, by default */
};

struct sg_engine;

/**
 * @param rules     borrowed
 * @param constant  labels that every series carries; copied
 * @return 0, SG_SERIES_E_NAME or -ENOMEM
 */
int sg_engine_new(const struct sg_rules *rules,
    const struct sg_label *constant,
    size_t n_constant,
    struct sg_engine **ret_engine);

/**
 * Use other rules for values of part 1 (sg_rules_plan_add()), independent of the first, in the same
 * table. They cannot add series to a family of the first rules.
 * @param rules  borrowed @return as sg_engine_new()
 */
int sg_engine_add_beside(struct sg_engine *engine, const struct sg_rules *rules);

/** Remember at most n attributes; more are dropped and counted. */
void sg_engine_set_max(struct sg_engine *engine, size_t n);

/** As sg_series_table_use_aliases(). */
void sg_engine_use_aliases(struct sg_engine *engine, const struct sg_aliases *aliases);

/** @return NULL; engine may be NULL */
struct sg_engine *sg_engine_free(struct sg_engine *engine);

/** A poll starts: no series has a value. */
void sg_engine_begin(struct sg_engine *engine);

/** A value of the answer. When memory is short the sample is dropped and counted. */
void sg_engine_put(struct sg_engine *engine,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value);

/**
 * After sg_engine_put(): could the attribute become a series, now or with another value?
 * @param is_absent  sg_engine_put() was not called, because it has no value now
 */
bool sg_engine_wants(
    struct sg_engine *engine, const struct sg_attribute *attribute, bool is_absent);

/** Forget attributes after n polls without them; by default after a few. */
void sg_engine_remember_for(struct sg_engine *engine, uint32_t n_polls);

/** End the poll, and get its samples. @param ret_set  owned @return 0 or -ENOMEM */
int sg_engine_snapshot(struct sg_engine *engine, struct sg_sample_set **ret_set);

/** What this poll did, for all rules together, borrowed until the next one begins; complete after
 * its snapshot. */
const struct sg_engine_stats *sg_engine_stats(struct sg_engine *engine);
