/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What has been received in a poll, until it is read: the replies as they came, each with the
 * request of the plan that it is for. The collector's thread.
 */

#include "base/buf.h"
#include "jmx/poll/answer.h"
#include "jmx/rmi/reply.h"

#include <stddef.h>
#include <stdint.h>

/* A reply, or why there is none. */
struct sg_rmi_part {
    uint32_t next;    /* of the same request, plus 1; 0: none */
    uint32_t request; /* index in the plan */
    struct sg_str mbean;
    struct sg_str attribute; /* of a reply to getAttribute; otherwise empty */
    const char *lost;        /* NULL: there is a reply; otherwise why not */
    size_t at, len;          /* of the reply's bytes */
};

/* First and last part of a request, plus 1. */
struct sg_rmi_parts_of {
    uint32_t first, last;
};

struct sg_rmi_answer {
    struct sg_buf bytes;
    struct sg_rmi_part *parts;
    size_t n, allocated;
    struct sg_rmi_parts_of *requests; /* by the plan's index */
    size_t n_requests;
};

/** An empty answer to a plan of n requests. @param answer  zeroed, or used before
 * @return 0 or -ENOMEM */
int sg_rmi_answer_begin(struct sg_rmi_answer *answer, size_t n_requests, size_t max_bytes);
void sg_rmi_answer_done(struct sg_rmi_answer *answer);

/**
 * @param part  what it refers to is borrowed until the answer was read
 * @param bytes  copied; empty where it is lost @return 0, -ENOMEM or SG_BUF_E_FULL
 */
int sg_rmi_answer_add(
    struct sg_rmi_answer *answer, const struct sg_rmi_part *part, struct sg_str bytes);

/** As sg_answer_read(). @param reply  to read with; what it has is overwritten */
int sg_rmi_answer_read(const struct sg_rmi_answer *answer,
    struct sg_rmi_reply *reply,
    const struct sg_poll_plan *plan,
    const struct sg_answer_handler *handler);
