/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reading one reply: a return message and the object stream in it, as far as it has arrived.
 *
 * The bytes are data: class names are text, nothing is loaded or called. What is read is a graph of
 * nodes, whose texts and numbers stay in the reply's bytes (graph.h looks into it). A step of the
 * reader takes a whole code with its header, or nothing, so that it goes on where it stopped when
 * more has arrived; there is a stack of its own instead of recursion. Everything that can grow has
 * a cap (wire.h): the graph of one reply takes at most some 40 MB.
 *
 * A reply's memory is used again for the next one. One thread.
 *
 * Source: Java Object Serialization Specification, 6.4.2 "Terminal Symbols and Constants" and its
 * grammar; RMI Specification, 10.2.
 */

#include "jmx/rmi/node.h"

/** Prepare for the next reply. @param reply  zeroed, or used before @param is_void  of a method
 * without a value, or with a boolean */
void sg_rmi_reply_begin(struct sg_rmi_reply *reply, bool is_void);

/**
 * Read on. @param bytes  from the reply's first one on; they may have moved
 * @return 0: it is complete, reply->at is its length; SG_RMI_E_* or -ENOMEM
 */
int sg_rmi_reply_read(struct sg_rmi_reply *reply, const uint8_t *bytes, size_t len);

/** Free the memory; the reply can be used again. */
void sg_rmi_reply_done(struct sg_rmi_reply *reply);
