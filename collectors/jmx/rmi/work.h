/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The calls of one poll, in the order in which they are sent and answered.
 *
 *     pattern ──> queryNames ──> getAttributes of each name
 *     name ─────────────────────> getAttributes
 *     without attributes: getMBeanInfo before it, once for each name
 *
 * What a plan asks for comes in its order; calls that follow from a reply come after all others. An
 * exception has 2.5 kB of stack trace: a name that was not there at the last poll is only asked
 * whether it is there now (isRegistered, 23 bytes). An attribute that the server cannot send takes
 * all others of the reply with it, and the connection: the others are asked for again without it,
 * and at later polls too. An MBean whose getAttributes() throws is asked for each attribute alone.
 * Which attributes an MBean has is remembered until a poll has ended well: what takes longer than
 * one poll goes on with the next.
 *
 * Names and attributes that servers send are kept up to the answer's cap in each poll; what is
 * remembered has a cap of its own. One thread, the peer's.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/keyed.h"
#include "jmx/poll/plan.h"
#include "jmx/rmi/answer.h"
#include "jmx/rmi/write.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_RMI_WORK_E_FULL = 1, /* too many MBeans, or too large names */
};

enum sg_rmi_call {
    SG_RMI_CALL_QUERY,
    SG_RMI_CALL_EXISTS,
    SG_RMI_CALL_INFO,
    SG_RMI_CALL_READ,
    SG_RMI_CALL_READ_ONE, /* of an MBean whose getAttributes() fails */
};

struct sg_rmi_work_item {
    enum sg_rmi_call call;
    uint32_t request;
    struct sg_str name;       /* or pattern; borrowed from the plan or the arena */
    struct sg_str attributes; /* of a read: as they are sent */
    uint32_t n_attributes;
    struct sg_str sent; /* some of them are not; without a pointer: all are */
    uint32_t n_sent;
};

struct sg_rmi_work {
    const struct sg_poll_plan *plan; /* borrowed */
    struct sg_rmi_answer answer;
    struct sg_rmi_work_item *items;
    size_t n, allocated;
    size_t sent; /* of the items */
    size_t done;
    struct sg_arena *arena; /* of this poll */
    size_t kept, max_kept;  /* bytes in it that servers have sent */
    struct sg_keyed odd;    /* names that are absent, or cannot be sent */
    struct sg_keyed infos;  /* names, with the attributes that they have */
    size_t n_remembered;    /* bytes of keys and attributes in both */
    struct sg_buf key;      /* that is looked for */
};

void sg_rmi_work_init(struct sg_rmi_work *work);
void sg_rmi_work_done(struct sg_rmi_work *work);

/** Begin a poll. @param plan  borrowed until it was read @return 0 or -ENOMEM */
int sg_rmi_work_begin(struct sg_rmi_work *work, const struct sg_poll_plan *plan, size_t max_bytes);

/** Everything that was sent and not answered is to be sent again, on a new connection. */
static inline void sg_rmi_work_rewind(struct sg_rmi_work *work)
{
    work->sent = work->done;
}

static inline bool sg_rmi_work_is_done(const struct sg_rmi_work *work)
{
    return work->done == work->n;
}

/** Write the next call, if there is one. @return was there one? */
bool sg_rmi_work_send(
    struct sg_rmi_work *work, const struct sg_rmi_obj_id *connection, struct sg_buf *out);

/** The name in the call that is answered next, for messages. */
struct sg_str sg_rmi_work_awaited(const struct sg_rmi_work *work);

/** Is the awaited reply that of a method that returns a boolean? */
bool sg_rmi_work_awaits_flag(const struct sg_rmi_work *work);

/** Take the awaited reply. @param bytes  of it
 * @return 0, SG_RMI_WORK_E_FULL, SG_BUF_E_FULL or -ENOMEM */
int sg_rmi_work_take(
    struct sg_rmi_work *work, const struct sg_rmi_reply *reply, struct sg_str bytes);

/** The awaited reply cannot be read further. @param why  static @return as above */
int sg_rmi_work_lose(struct sg_rmi_work *work, const struct sg_rmi_reply *reply, const char *why);
