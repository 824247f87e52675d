/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/reply_parts.h"

#include "jmx/rmi/known.h"
#include "jmx/rmi/text.h"

#include <string.h>

struct sg_str sg_rmi_class_name(const struct sg_rmi_reply *reply, const struct sg_rmi_class *class)
{
    return (struct sg_str){ (const char *)reply->bytes + class->name_at, class->name_len };
}

/* @param left  fields or interfaces that follow */
static int add_class(struct sg_rmi_reply *reply,
    const struct sg_rmi_class *class,
    enum sg_rmi_frame_state then,
    uint32_t n)
{
    uint32_t node;

    if (n > SG_RMI_FIELDS_MAX)
        return sg_rmi_limit(reply, "a class has too many fields");
    int r = SG_RMI_ADD(reply, classes, "it has too many classes");
    if (!r)
        r = sg_rmi_push(reply, FRAME_CLASS, then);
    if (!r)
        r = sg_rmi_add_handle(reply, SG_RMI_NODE_CLASS, &node);
    if (r)
        return r;
    reply->nodes[node].class = (uint32_t)reply->n_classes;
    reply->classes[reply->n_classes] = *class;
    reply->classes[reply->n_classes++].first_field = (uint32_t)reply->n_fields;
    reply->frames[reply->n_frames - 1].node = node;
    reply->frames[reply->n_frames - 1].left = n;
    return 0;
}

static int begin_plain_class(struct sg_rmi_reply *reply)
{
    enum {
        REST = 8 + 1 + 2 /* serialVersionUID, flags, number of fields */
    };
    bool is_plain;
    int r = sg_rmi_need(reply, 3);

    if (r)
        return r;
    uint32_t len = sg_rmi_number_at(reply, 1, 2);
    r = sg_rmi_need(reply, 3 + len + REST);
    if (r)
        return r;
    if (!sg_rmi_text_check(reply->bytes + reply->at + 3, len, &is_plain))
        return sg_rmi_wrong(reply, "a text is not modified UTF-8");
    r = add_class(reply,
        &(struct sg_rmi_class){
            .name_at = (uint32_t)(reply->at + 3),
            .name_len = (uint16_t)len,
            .flags = (uint8_t)sg_rmi_number_at(reply, 3 + len + 8, 1),
        },
        FIELDS, sg_rmi_number_at(reply, 3 + len + 9, 2));
    if (!r)
        reply->at += 3 + len + REST;
    return r;
}

static int begin_proxy_class(struct sg_rmi_reply *reply)
{
    int r = sg_rmi_need(reply, 5);

    if (!r)
        r = add_class(reply,
            &(struct sg_rmi_class){ .is_proxy = true, .flags = SG_RMI_SC_SERIALIZABLE }, INTERFACES,
            sg_rmi_number_at(reply, 1, 4));
    if (!r)
        reply->at += 5;
    return r;
}

/* A class' description, a reference to one, or null. */
int sg_rmi_begin_class(struct sg_rmi_reply *reply)
{
    int r = sg_rmi_need(reply, 1);

    if (r)
        return r;
    switch (reply->bytes[reply->at]) {
    case SG_RMI_TC_NULL:
    case SG_RMI_TC_REFERENCE:
        return sg_rmi_begin_content(reply, false);
    case SG_RMI_TC_CLASS_DESC:
        return begin_plain_class(reply);
    case SG_RMI_TC_PROXY_CLASS_DESC:
        return begin_proxy_class(reply);
    default:
        return sg_rmi_wrong(reply, "a class belongs where something else is");
    }
}

static int skip_interface(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    int r = sg_rmi_need(reply, 2);

    if (!r)
        r = sg_rmi_need(reply, 2 + sg_rmi_number_at(reply, 0, 2));
    if (r)
        return r;
    reply->at += 2 + sg_rmi_number_at(reply, 0, 2);
    frame->left--;
    return 0;
}

/* The type of a field, which is a text or a reference to one. @param at  after the position */
static int read_type(struct sg_rmi_reply *reply, size_t at, size_t *ret_end)
{
    uint32_t node;
    int r = sg_rmi_need(reply, at + 3);

    if (r)
        return r;
    if (reply->bytes[reply->at + at] == SG_RMI_TC_REFERENCE) {
        *ret_end = at + 5;
        r = sg_rmi_refer(reply, at, &node);
        return r ? r
                 : (reply->nodes[node].kind == SG_RMI_NODE_TEXT
                           ? 0
                           : sg_rmi_wrong(reply, "the type of a field is not a text"));
    }
    if (reply->bytes[reply->at + at] != SG_RMI_TC_STRING)
        return sg_rmi_wrong(reply, "the type of a field is not a text");
    uint32_t len = sg_rmi_number_at(reply, at + 1, 2);
    *ret_end = at + 3 + len;
    r = sg_rmi_need(reply, *ret_end);
    return r ? r : sg_rmi_make_text(reply, at + 3, len, &node);
}

static int read_field(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    bool is_plain;
    int r = sg_rmi_need(reply, 3);

    if (r)
        return r;
    char type = (char)reply->bytes[reply->at];
    uint32_t len = sg_rmi_number_at(reply, 1, 2);
    size_t end = 3 + len;
    r = sg_rmi_need(reply, end);
    if (r)
        return r;
    if (!type || !strchr("BCDFIJSZL[", type))
        return sg_rmi_wrong(reply, "a field has an unknown type");
    if (!sg_rmi_text_check(reply->bytes + reply->at + 3, len, &is_plain))
        return sg_rmi_wrong(reply, "a text is not modified UTF-8");
    r = SG_RMI_ADD(reply, fields, "its classes have too many fields");
    if (!r && (type == 'L' || type == '['))
        r = read_type(reply, 3 + len, &end);
    if (r)
        return r;
    reply->fields[reply->n_fields++] =
        (struct sg_rmi_field){ (uint32_t)(reply->at + 3), (uint16_t)len, type };
    reply->classes[reply->nodes[frame->node].class].n_fields++;
    reply->at += end;
    frame->left--;
    return 0;
}

/* The superclass is in reply->result. One whose own description has not ended would be a circle. */
static int end_class(struct sg_rmi_reply *reply, const struct sg_rmi_frame *frame)
{
    struct sg_rmi_class *class = &reply->classes[reply->nodes[frame->node].class];
    const struct sg_rmi_class *parent = NULL;

    if (reply->result) {
        if (reply->nodes[reply->result].kind != SG_RMI_NODE_CLASS)
            return sg_rmi_wrong(reply, "a superclass is not a class");
        class->parent = reply->nodes[reply->result].class;
        parent = &reply->classes[class->parent];
        if (parent->n_chain == 0)
            return sg_rmi_wrong(reply, "a class is its own superclass");
        if (parent->n_chain >= SG_RMI_SUPERCLASSES_MAX)
            return sg_rmi_limit(reply, "a class has too many superclasses");
    }
    class->known = (uint8_t)sg_rmi_known_by_name(sg_rmi_class_name(reply, class));
    class->is_itself = class->known != SG_RMI_OTHER;
    if (!class->is_itself && parent)
        class->known = parent->known;
    class->n_chain = (uint8_t)(parent ? parent->n_chain + 1 : 1);
    return sg_rmi_pop(reply, frame->node);
}

int sg_rmi_step_class(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    bool is_end;
    int r;

    switch (frame->state) {
    case INTERFACES:
        if (frame->left)
            return skip_interface(reply, frame);
        frame->state = ANNOTATION;
        return 0;
    case FIELDS:
        if (frame->left)
            return read_field(reply, frame);
        frame->state = ANNOTATION;
        return 0;
    case ANNOTATION:
        r = sg_rmi_at_end(reply, &is_end);
        if (!r && is_end)
            frame->state = PARENT;
        return r || is_end ? r : sg_rmi_begin_content(reply, true);
    case PARENT:
        frame->state = HAS_PARENT;
        r = sg_rmi_begin_class(reply);
        if (r == SG_RMI_E_MORE)
            frame->state = PARENT;
        return r;
    default:
        return end_class(reply, frame);
    }
}
