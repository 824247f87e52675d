/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the files of the reader share: reply.c has objects, arrays and the whole reply,
 * reply_content.c bytes, texts and where a content begins, reply_class.c the descriptions of
 * classes. Inside this room only.
 *
 * Functions return 0, SG_RMI_E_* or -ENOMEM. SG_RMI_E_MORE leaves the reply as it was.
 */

#include "base/grow.h"
#include "base/str.h"
#include "jmx/rmi/node.h"

enum sg_rmi_phase {
    HEAD,
    ROOT,
    VALUE,
    ENDED,
};

enum sg_rmi_frame_kind {
    FRAME_OBJECT,
    FRAME_ARRAY,
    FRAME_ENUM,
    FRAME_CLASS_OBJECT,
    FRAME_CLASS,
};

enum sg_rmi_frame_state {
    NEEDS_CLASS, /* of all but FRAME_CLASS: the description comes first */
    HAS_CLASS,
    DATA,       /* fields, elements, the enum's name */
    EXTRA,      /* what writeObject wrote */
    INTERFACES, /* these of FRAME_CLASS */
    FIELDS,
    ANNOTATION,
    PARENT,
    HAS_PARENT,
};

/** Not a reply. @param why  static @return SG_RMI_E_WRONG */
int sg_rmi_wrong(struct sg_rmi_reply *reply, const char *why);

/** A cap was reached. @param why  static @return SG_RMI_E_LIMIT */
int sg_rmi_limit(struct sg_rmi_reply *reply, const char *why);

/** Are n more bytes here, from the position on? */
int sg_rmi_need(struct sg_rmi_reply *reply, size_t n);

/** A number `skip` bytes after the position; the bytes are here. */
uint32_t sg_rmi_number_at(const struct sg_rmi_reply *reply, size_t skip, size_t n_bytes);

/* Make room in one of the lists. */
#define SG_RMI_ADD(reply, list, what)                                                \
    ((reply)->n_##list >= SG_RMI_THINGS_MAX                                          \
            ? sg_rmi_limit(reply, what)                                              \
            : sg_grow(&(reply)->list, (reply)->n_##list, &(reply)->list##_allocated, \
                  sizeof *(reply)->list))

int sg_rmi_add_node(struct sg_rmi_reply *reply, enum sg_rmi_node_kind kind, uint32_t *ret_node);

/** A node that later parts of the stream may refer to. */
int sg_rmi_add_handle(struct sg_rmi_reply *reply, enum sg_rmi_node_kind kind, uint32_t *ret_node);

/** @param node  the owner */
int sg_rmi_add_item(struct sg_rmi_reply *reply, uint32_t node, const struct sg_rmi_item *item);

/** Begin something that has parts. */
int sg_rmi_push(
    struct sg_rmi_reply *reply, enum sg_rmi_frame_kind kind, enum sg_rmi_frame_state state);

/** End it. @param result  for the one below it */
int sg_rmi_pop(struct sg_rmi_reply *reply, uint32_t result);

/** What a reference refers to, `skip` bytes after the position. */
int sg_rmi_refer(struct sg_rmi_reply *reply, size_t skip, uint32_t *ret_node);

/** A text whose bytes are here, `skip` bytes after the position. */
int sg_rmi_make_text(struct sg_rmi_reply *reply, size_t skip, uint32_t len, uint32_t *ret_node);

/** One content: at once in reply->result, or in a frame that will leave it there. */
int sg_rmi_begin_content(struct sg_rmi_reply *reply, bool may_be_block);

/** A class' description, a reference to one, or null; likewise. */
int sg_rmi_begin_class(struct sg_rmi_reply *reply);

/** Does the end of an annotation come next? It is skipped then. */
int sg_rmi_at_end(struct sg_rmi_reply *reply, bool *ret_end);

/** Go on with a description. */
int sg_rmi_step_class(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame);

/** Note the attribute that is being read. */
void sg_rmi_note_failed(struct sg_rmi_reply *reply);

struct sg_str sg_rmi_class_name(const struct sg_rmi_reply *reply, const struct sg_rmi_class *class);
