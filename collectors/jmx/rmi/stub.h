/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A remote object in a reply: its id, and where its server says that it is. Pure; any thread.
 *
 * Source: RMI Specification, "RemoteObject", serialized form; the recorded replies.
 */

#include "jmx/rmi/reply.h"
#include "jmx/rmi/write.h"

#include <stdbool.h>

enum {
    SG_RMI_STUB_HOST_BYTES_MAX = 256,
};

struct sg_rmi_stub {
    struct sg_rmi_obj_id id;
    char host[SG_RMI_STUB_HOST_BYTES_MAX]; /* printable; for messages, and for "follow_stub" */
    int port;                              /* 1 to 65535 */
    bool is_tls;
};

/** @param ret_why  why not; static @return is the reply's value a remote object that can be called?
 */
bool sg_rmi_stub_read(
    const struct sg_rmi_reply *reply, struct sg_rmi_stub *ret_stub, const char **ret_why);
