/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The input of a decision that is valid only for one value, or for the labels that a
 * metricCustomizer makes of other attributes. The engine stores it with the decision and checks
 * whether it is still valid. One thread, the engine's.
 */

#include "base/buf.h"
#include "jmx/poll/attribute.h"
#include "jmx/rules/matcher.h"

struct sg_decided_for;

/**
 * @param scratch     is overwritten
 * @param ret_memory  owned; NULL when the decision is valid for any value: nothing depends on the
 *                    value, or the rule has `cache`, whose matches are kept
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of the scratch buffer)
 */
int sg_decided_for_new(const struct sg_outcome *outcome,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch,
    struct sg_decided_for **ret_memory);

/** Is the decision valid for this value too? @param scratch  is overwritten */
bool sg_decided_for_holds(const struct sg_decided_for *memory,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch);

/** @param memory  may be NULL @param ret_text  borrowed @return was it made for a text? */
bool sg_decided_for_text(const struct sg_decided_for *memory, struct sg_str *ret_text);

/** @return NULL; memory may be NULL */
struct sg_decided_for *sg_decided_for_free(struct sg_decided_for *memory);
