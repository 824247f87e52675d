/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/answer.h"

#include "base/grow.h"
#include "jmx/rmi/exception.h"
#include "jmx/rmi/values.h"

#include <stdlib.h>

enum {
    KEPT_BYTES = 1 << 20, /* a larger answer's memory is given back */
};

void sg_rmi_answer_done(struct sg_rmi_answer *answer)
{
    sg_buf_done(&answer->bytes);
    free(answer->parts);
    free(answer->requests);
    *answer = (struct sg_rmi_answer){ .n = 0 };
}

int sg_rmi_answer_begin(struct sg_rmi_answer *answer, size_t n_requests, size_t max_bytes)
{
    if (answer->bytes.allocated > KEPT_BYTES)
        sg_buf_done(&answer->bytes);
    if (!answer->bytes.ptr)
        sg_buf_init(&answer->bytes, max_bytes);
    answer->bytes.cap = max_bytes;
    sg_buf_clear(&answer->bytes);
    answer->n = 0;
    free(answer->requests);
    answer->requests = calloc(n_requests + 1, sizeof *answer->requests);
    answer->n_requests = n_requests;
    return answer->requests ? 0 : -ENOMEM;
}

int sg_rmi_answer_add(
    struct sg_rmi_answer *answer, const struct sg_rmi_part *part, struct sg_str bytes)
{
    struct sg_rmi_parts_of *of = &answer->requests[part->request];

    int r = sg_grow(&answer->parts, answer->n, &answer->allocated, sizeof *answer->parts);
    if (r)
        return r;
    size_t at = answer->bytes.len;
    r = sg_buf_add_str(&answer->bytes, bytes);
    if (r)
        return r;
    answer->parts[answer->n] = *part;
    answer->parts[answer->n].next = 0;
    answer->parts[answer->n].at = at;
    answer->parts[answer->n++].len = bytes.len;
    if (of->last)
        answer->parts[of->last - 1].next = (uint32_t)answer->n;
    else
        of->first = (uint32_t)answer->n;
    of->last = (uint32_t)answer->n;
    return 0;
}

/* ---- Reading ---- */

struct reader {
    const struct sg_rmi_answer *answer;
    struct sg_rmi_reply *reply;
    const struct sg_answer_handler *handler;
    const struct sg_poll_request *request;
    struct sg_rmi_budget budget;
    unsigned reported; /* kinds of failure of the request, as bits: each is reported once */
};

static void fail(struct reader *reader,
    const struct sg_rmi_part *part,
    enum sg_failure_kind kind,
    const char *text)
{
    struct sg_error err;

    if (reader->request->is_identity || reader->reported & 1U << kind)
        return; /* the identity is optional, and may be denied */
    reader->reported |= 1U << kind;
    (void)sg_error_set(&err, 0, "%.*s: %s", (int)(part->mbean.len < 200 ? part->mbean.len : 200),
        part->mbean.ptr, text);
    reader->handler->failure(reader->handler->context, kind, &err);
}

/* @return is it a failure? An MBean that is not there is none. */
static bool read_exception(struct reader *reader, const struct sg_rmi_part *part)
{
    struct sg_error err;

    switch (sg_rmi_exception_read(reader->reply, &err)) {
    case SG_RMI_MEANS_NO_MBEAN:
        return false;
    case SG_RMI_MEANS_DENIED:
        fail(reader, part, SG_FAILURE_DENIED, err.text);
        return true;
    case SG_RMI_MEANS_LOGIN:
        fail(reader, part, SG_FAILURE_AUTH, err.text);
        return true;
    default:
        fail(reader, part, SG_FAILURE_PROTOCOL, err.text);
        return true;
    }
}

/* @return could it be read? */
static bool read_part(struct reader *reader, const struct sg_rmi_part *part)
{
    const struct sg_rmi_mbean mbean = { part->mbean, reader->request, part->attribute,
        &reader->budget };

    if (part->lost) {
        fail(reader, part, SG_FAILURE_PROTOCOL, part->lost);
        return false;
    }
    sg_rmi_reply_begin(reader->reply, false);
    int r = sg_rmi_reply_read(
        reader->reply, (const uint8_t *)reader->answer->bytes.ptr + part->at, part->len);
    if (!r && reader->reply->is_exception)
        return !read_exception(reader, part);
    if (!r)
        r = sg_rmi_values_read(reader->reply, &mbean, reader->handler);
    if (r == SG_RMI_E_LIMIT)
        fail(reader, part, SG_FAILURE_LIMIT,
            "it has more values than can be read; name the attributes that are wanted");
    else if (r < 0)
        fail(reader, part, SG_FAILURE_INTERNAL, "out of memory");
    else if (r)
        fail(reader, part, SG_FAILURE_PROTOCOL, "its values are not a list of attributes");
    return r == 0;
}

/* @return was nothing of it readable, although something had come? */
static bool is_lost(struct reader *reader, size_t request)
{
    bool any = false;
    bool any_good = false;

    for (uint32_t i = reader->answer->requests[request].first; i;
         i = reader->answer->parts[i - 1].next) {
        any = true;
        any_good |= read_part(reader, &reader->answer->parts[i - 1]);
    }
    return any && !any_good;
}

int sg_rmi_answer_read(const struct sg_rmi_answer *answer,
    struct sg_rmi_reply *reply,
    const struct sg_poll_plan *plan,
    const struct sg_answer_handler *handler)
{
    /* A value takes a byte at least, unless it is referred to. */
    struct reader reader = { .answer = answer,
        .reply = reply,
        .handler = handler,
        .budget = {
            SG_RMI_STEPS_MAX + answer->bytes.len, SG_RMI_LOOK_STEPS_MAX + 2 * answer->bytes.len } };
    size_t n_wanted = plan->n - plan->n_identity;
    size_t n_lost = 0;

    for (size_t i = 0; i < plan->n && i < answer->n_requests; i++) {
        reader.request = &plan->requests[i];
        reader.reported = 0;
        n_lost += is_lost(&reader, i) && !reader.request->is_identity;
        if (i + 1 == n_wanted && n_lost == n_wanted)
            return SG_ANSWER_E_UNUSABLE;
    }
    return 0;
}
