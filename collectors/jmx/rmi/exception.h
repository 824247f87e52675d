/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an exception in a reply means, and its text: the names and messages of it and its causes.
 * Pure functions; any thread.
 */

#include "base/error.h"
#include "jmx/rmi/reply.h"

enum sg_rmi_meaning {
    SG_RMI_MEANS_OTHER,
    SG_RMI_MEANS_NO_MBEAN,   /* or no such attribute */
    SG_RMI_MEANS_GONE,       /* the object: the connection was idle for too long, or a restart */
    SG_RMI_MEANS_LOGIN,      /* wrong or missing credentials */
    SG_RMI_MEANS_DENIED,     /* the role may not */
    SG_RMI_MEANS_NOT_BOUND,  /* the registry has no JMX */
    SG_RMI_MEANS_UNSENDABLE, /* a value that is not serializable; the server closes */
};

/** @param reply  complete, an exception @param err  its text, of printable characters */
enum sg_rmi_meaning sg_rmi_exception_read(const struct sg_rmi_reply *reply, struct sg_error *err);
