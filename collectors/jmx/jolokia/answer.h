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

#include "jmx/poll/transport.h"

#include <stddef.h>

enum {
    SG_ANSWER_VALUES_MAX = 200000 /* of one MBean: a tree of them takes about 100 bytes each */
};

/**
 * @param body  the answer; overwritten where it has numbers that JSON parsers reject
 * @return 0, also when some requests failed, or SG_ANSWER_E_UNUSABLE
 */
int sg_answer_read(const struct sg_poll_plan *plan,
    char *body,
    size_t len,
    const struct sg_answer_handler *handler);

/** The same for the answer that a reply has; its `read`. */
int sg_answer_read_reply(const struct sg_reply *reply,
    const struct sg_poll_plan *plan,
    const struct sg_answer_handler *handler);
