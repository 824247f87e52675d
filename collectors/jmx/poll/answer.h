/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an answer to a plan has in it, over any transport: every number, flag and text, and every
 * failure that is reported. What is absent by design is not a failure: an MBean or attribute that
 * is not there, null, arrays. One thread per call.
 */

#include "base/error.h"
#include "jmx/poll/attribute.h"
#include "jmx/poll/plan.h"
#include "store/store.h"

enum {
    SG_ANSWER_E_UNUSABLE = 1, /* nothing could be read; the failures were reported */
};

struct sg_answer_handler {
    void *context;
    /** A value, in the order of the answer. */
    void (*value)(void *context,
        const struct sg_attribute *attribute,
        const struct sg_attribute_value *value);
    /** A value of an identity request. May be NULL. */
    void (*identity)(void *context,
        const struct sg_attribute *attribute,
        const struct sg_attribute_value *value);
    /** An attribute that is there and has no value now: null. May be NULL. */
    void (*absent)(void *context, const struct sg_attribute *attribute);
    /** A failure of the whole answer or of one request, of each kind once; the rest of the answer
     * is read all the same. */
    void (*failure)(void *context, enum sg_failure_kind kind, const struct sg_error *err);
};
