/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a decision of the rules was made for, where it holds only for the value itself, or for the
 * labels that a metricCustomizer makes of other attributes. The engine keeps it beside the decision
 * and asks whether it still holds. One thread, the engine's.
 */

#include "base/buf.h"
#include "jmx/poll/attribute.h"
#include "jmx/rules/matcher.h"

struct sg_decided_for;

/**
 * @param scratch     is overwritten
 * @param ret_memory  owned; NULL when the decision holds whatever comes: nothing depends on the
 *                    value, or the rule has `cache`, whose matches stay matches
 * @return 0, -ENOMEM or SG_BUF_E_FULL (the cap of the scratch buffer)
 */
int sg_decided_for_new(const struct sg_outcome *outcome,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch,
    struct sg_decided_for **ret_memory);

/** Does the decision hold for this value too? @param scratch  is overwritten */
bool sg_decided_for_holds(const struct sg_decided_for *memory,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch);

/** @param memory  may be NULL @param ret_text  borrowed @return was it made for a text? */
bool sg_decided_for_text(const struct sg_decided_for *memory, struct sg_str *ret_text);

/** @return NULL; memory may be NULL */
struct sg_decided_for *sg_decided_for_free(struct sg_decided_for *memory);
