/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reading an agent's answer to a bulk request: every number, flag and text in it, and every failure
 * that it reports.
 *
 * Agents of all versions since 1.3 are supported, by the form of what they send, not by their
 * version. What is absent by design is not a failure: an MBean or attribute that is not there
 * (404), null (NaN), attributes that ignoreErrors turned into an error text or object, arrays. One
 * thread per call.
 *
 * Source: Jolokia's protocol, "Responses"; the recorded answers in tests/fixtures/jolokia.
 */

#include "base/error.h"
#include "jmx/poll/attribute.h"
#include "jmx/poll/plan.h"
#include "store/store.h"

#include <stddef.h>

enum {
    SG_ANSWER_E_UNUSABLE = 1, /* nothing could be read; the failures were reported */
};

enum {
    SG_ANSWER_VALUES_MAX = 200000 /* of one MBean: a tree of them takes about 100 bytes each */
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
    /** An attribute that is there and has no value now: null, such as NaN. May be NULL. */
    void (*absent)(void *context, const struct sg_attribute *attribute);
    /** A failure of the whole answer or of one request, of each kind once; the rest of the answer
     * is read all the same. */
    void (*failure)(void *context, enum sg_failure_kind kind, const struct sg_error *err);
};

/**
 * @param body  the answer; overwritten where it has numbers that JSON parsers reject
 * @return 0, also when some requests failed, or SG_ANSWER_E_UNUSABLE
 */
int sg_answer_read(const struct sg_poll_plan *plan,
    char *body,
    size_t len,
    const struct sg_answer_handler *handler);
