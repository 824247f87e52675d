/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/reply.h"

#include "jmx/rmi/reply_parts.h"

#include <string.h>

void sg_rmi_reply_done(struct sg_rmi_reply *reply)
{
    free(reply->nodes);
    free(reply->items);
    free(reply->classes);
    free(reply->fields);
    free(reply->handles);
    *reply = (struct sg_rmi_reply){ .bytes = NULL };
}

void sg_rmi_reply_begin(struct sg_rmi_reply *reply, bool is_void)
{
    reply->at = 0;
    reply->why = "";
    reply->is_exception = false;
    reply->is_aborted = false;
    reply->flag = false;
    reply->root = 0;
    reply->failed_name = 0;
    reply->is_void = is_void;
    reply->phase = HEAD;
    reply->result = 0;
    reply->n_frames = 0;
    reply->n_nodes = 0;
    reply->n_items = 0;
    reply->n_classes = 0;
    reply->n_fields = 0;
    reply->n_handles = 0;
}

/* Ask the frame for one content; it is called again when that is in reply->result. */
static int wait_for(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame, bool may_be_block)
{
    frame->waits = true;
    int r = sg_rmi_begin_content(reply, may_be_block);
    if (r == SG_RMI_E_MORE)
        frame->waits = false;
    return r;
}

/* The class of an object or array, which is in reply->result. */
static int take_class(
    struct sg_rmi_reply *reply, struct sg_rmi_frame *frame, enum sg_rmi_node_kind kind)
{
    const struct sg_rmi_node *described = &reply->nodes[reply->result];

    if (!reply->result || described->kind != SG_RMI_NODE_CLASS)
        return sg_rmi_wrong(reply, "an object has no class");
    uint32_t class = described->class;
    if (reply->classes[class].n_chain == 0)
        return sg_rmi_wrong(reply, "a class is used before its end");
    int r = sg_rmi_add_handle(reply, kind, &frame->node);
    if (r)
        return r;
    reply->nodes[frame->node].class = class;
    frame->state = DATA;
    return 0;
}

/* ---- Objects ---- */

static size_t size_of(char type)
{
    switch (type) {
    case 'D':
    case 'J':
        return 8;
    case 'F':
    case 'I':
        return 4;
    case 'C':
    case 'S':
        return 2;
    default:
        return 1;
    }
}

/* The class whose data come. @return false at the end of the chain */
static bool current_class(
    const struct sg_rmi_reply *reply, const struct sg_rmi_frame *frame, uint32_t *ret_class)
{
    uint32_t class = reply->nodes[frame->node].class;

    if (frame->chain_i >= reply->classes[class].n_chain)
        return false;
    for (int up = reply->classes[class].n_chain - 1 - frame->chain_i; up > 0; up--)
        class = reply->classes[class].parent;
    *ret_class = class;
    return true;
}

static void next_class(struct sg_rmi_frame *frame)
{
    frame->chain_i++;
    frame->left = 0; /* here: fields that were read */
    frame->state = DATA;
}

/* After the fields of a class. */
static int end_fields(
    struct sg_rmi_reply *reply, struct sg_rmi_frame *frame, const struct sg_rmi_class *class)
{
    if (class->flags & SG_RMI_SC_SERIALIZABLE) {
        if (class->flags & SG_RMI_SC_WRITE_METHOD)
            frame->state = EXTRA;
        else
            next_class(frame);
        return 0;
    }
    if (!(class->flags & SG_RMI_SC_EXTERNALIZABLE)) {
        next_class(frame);
        return 0;
    }
    if (!(class->flags & SG_RMI_SC_BLOCK_DATA))
        return sg_rmi_wrong(reply, "an object is written in a form of its own (Externalizable)");
    frame->state = EXTRA;
    return 0;
}

static int read_field_value(
    struct sg_rmi_reply *reply, struct sg_rmi_frame *frame, const struct sg_rmi_class *class)
{
    uint32_t number = class->first_field + frame->left;
    char type = reply->fields[number].type;
    struct sg_rmi_item item = { .of = number, .type = type };
    int r = 0;

    if (type == 'L' || type == '[') {
        if (!frame->waits)
            return wait_for(reply, frame, false);
        frame->waits = false;
        item.type = 'L';
        item.value = reply->result;
    } else {
        r = sg_rmi_need(reply, size_of(type));
        if (r)
            return r;
        item.value = (uint32_t)reply->at;
        reply->at += size_of(type);
    }
    frame->left++;
    return sg_rmi_add_item(reply, frame->node, &item);
}

static int read_extra(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame, uint32_t class)
{
    bool is_end;
    int r = 0;

    if (frame->waits) {
        frame->waits = false;
        r = sg_rmi_add_item(reply, frame->node,
            &(struct sg_rmi_item){
                .of = class, .value = reply->result, .is_extra = true, .type = 'L' });
        if (r)
            return r;
    }
    r = sg_rmi_at_end(reply, &is_end);
    if (r)
        return r;
    if (!is_end)
        return wait_for(reply, frame, true);
    next_class(frame);
    return 0;
}

static int step_data(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    uint32_t number;

    if (!current_class(reply, frame, &number))
        return sg_rmi_pop(reply, frame->node);
    const struct sg_rmi_class *class = &reply->classes[number];
    if (frame->state == EXTRA)
        return read_extra(reply, frame, number);
    if (frame->left == class->n_fields)
        return end_fields(reply, frame, class);
    if (!(class->flags & SG_RMI_SC_SERIALIZABLE))
        return sg_rmi_wrong(reply, "a class that is not serializable has fields");
    return read_field_value(reply, frame, class);
}

/* ---- Arrays ---- */

/* An array's class is in reply->result. What it has of primitives must be here as a whole. */
static int begin_elements(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    int r = sg_rmi_need(reply, 4);

    if (r)
        return r;
    uint32_t n = sg_rmi_number_at(reply, 0, 4);
    const struct sg_rmi_node *described = &reply->nodes[reply->result];
    if (!reply->result || described->kind != SG_RMI_NODE_CLASS)
        return sg_rmi_wrong(reply, "an array has no class");
    struct sg_str name = sg_rmi_class_name(reply, &reply->classes[described->class]);
    char type = name.len >= 2 && name.ptr[0] == '[' ? name.ptr[1] : '\0';
    if (!type || !strchr("BCDFIJSZL[", type))
        return sg_rmi_wrong(reply, "an array has no class");
    bool is_primitive = type != 'L' && type != '[';
    if (n > SG_RMI_REPLY_BYTES_MAX)
        return sg_rmi_limit(reply, "it is too large");
    r = is_primitive ? sg_rmi_need(reply, 4 + n * size_of(type)) : 0;
    if (!r && !is_primitive && n > SG_RMI_REPLY_BYTES_MAX - reply->at)
        r = sg_rmi_limit(reply, "it is too large");
    if (!r)
        r = take_class(reply, frame, SG_RMI_NODE_ARRAY);
    if (r)
        return r;
    struct sg_rmi_node *node = &reply->nodes[frame->node];
    node->element = type;
    node->at = (uint32_t)reply->at + 4;
    node->n = n;
    reply->at += 4 + (is_primitive ? n * size_of(type) : 0);
    frame->left = is_primitive ? 0 : n;
    return 0;
}

static int step_element(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    int r = 0;

    if (frame->waits) {
        frame->waits = false;
        frame->left--;
        r = sg_rmi_add_item(
            reply, frame->node, &(struct sg_rmi_item){ .value = reply->result, .type = 'L' });
        if (r)
            return r;
    }
    return frame->left ? wait_for(reply, frame, false) : sg_rmi_pop(reply, frame->node);
}

/* ---- Others ---- */

static int step_enum(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    if (!frame->waits)
        return wait_for(reply, frame, false);
    if (!reply->result || reply->nodes[reply->result].kind != SG_RMI_NODE_TEXT)
        return sg_rmi_wrong(reply, "an enum has no name");
    reply->nodes[frame->node].first = reply->result;
    return sg_rmi_pop(reply, frame->node);
}

static int has_class(struct sg_rmi_reply *reply, struct sg_rmi_frame *frame)
{
    switch (frame->kind) {
    case FRAME_OBJECT:
        return take_class(reply, frame, SG_RMI_NODE_OBJECT);
    case FRAME_ARRAY:
        return begin_elements(reply, frame);
    case FRAME_ENUM:
        return take_class(reply, frame, SG_RMI_NODE_ENUM);
    default:
        return take_class(reply, frame, SG_RMI_NODE_CLASS_OBJECT);
    }
}

static int step(struct sg_rmi_reply *reply)
{
    struct sg_rmi_frame *frame = &reply->frames[reply->n_frames - 1];
    int r;

    if (frame->kind == FRAME_CLASS)
        return sg_rmi_step_class(reply, frame);
    if (frame->state == NEEDS_CLASS) {
        frame->state = HAS_CLASS;
        r = sg_rmi_begin_class(reply);
        if (r == SG_RMI_E_MORE)
            frame->state = NEEDS_CLASS;
        return r;
    }
    if (frame->state == HAS_CLASS)
        return has_class(reply, frame);
    switch (frame->kind) {
    case FRAME_OBJECT:
        return step_data(reply, frame);
    case FRAME_ARRAY:
        return step_element(reply, frame);
    case FRAME_ENUM:
        return step_enum(reply, frame);
    default:
        return sg_rmi_pop(reply, frame->node);
    }
}

/* ---- The reply ---- */

/* "51", the stream's header, and a block that begins with what kind of reply it is. */
static int read_head(struct sg_rmi_reply *reply)
{
    enum {
        BLOCK_AT = 1 + 4 + 2
    };
    uint32_t none;
    int r = sg_rmi_need(reply, 1);

    if (!r && reply->bytes[0] != SG_RMI_RETURN)
        return sg_rmi_wrong(reply, "it does not begin as a reply does");
    if (!r)
        r = sg_rmi_need(reply, BLOCK_AT);
    if (r)
        return r;
    if (sg_rmi_number_at(reply, 1, 2) != SG_RMI_STREAM_MAGIC ||
        sg_rmi_number_at(reply, 3, 2) != SG_RMI_STREAM_VERSION ||
        sg_rmi_number_at(reply, 5, 1) != SG_RMI_TC_BLOCK_DATA ||
        sg_rmi_number_at(reply, 6, 1) < SG_RMI_RETURN_BYTES)
        return sg_rmi_wrong(reply, "it does not begin as a reply does");
    uint32_t len = sg_rmi_number_at(reply, 6, 1);
    r = sg_rmi_need(reply, BLOCK_AT + len);
    /* Number 0 of nodes and items stands for none. */
    if (!r)
        r = sg_rmi_add_node(reply, SG_RMI_NODE_NULL, &none);
    if (!r)
        r = SG_RMI_ADD(reply, items, "");
    if (r)
        return r;
    reply->items[0] = (struct sg_rmi_item){ .next = 0 };
    reply->n_items = 1;
    uint8_t kind = reply->bytes[BLOCK_AT];
    if (kind != SG_RMI_VALUE && kind != SG_RMI_EXCEPTION)
        return sg_rmi_wrong(reply, "it is neither a value nor an exception");
    reply->is_exception = kind == SG_RMI_EXCEPTION;
    (void)memcpy(reply->uid, reply->bytes + BLOCK_AT + 1, sizeof reply->uid);
    reply->flag = len > SG_RMI_RETURN_BYTES && reply->bytes[BLOCK_AT + SG_RMI_RETURN_BYTES];
    reply->at = BLOCK_AT + len;
    reply->phase = reply->is_void && !reply->is_exception ? ENDED : ROOT;
    return 0;
}

int sg_rmi_reply_read(struct sg_rmi_reply *reply, const uint8_t *bytes, size_t len)
{
    int r = 0;

    reply->bytes = bytes;
    reply->len = len < SG_RMI_REPLY_BYTES_MAX ? len : SG_RMI_REPLY_BYTES_MAX;
    while (!r && reply->phase != ENDED) {
        switch (reply->phase) {
        case HEAD:
            r = read_head(reply);
            break;
        case ROOT:
            reply->phase = VALUE;
            r = sg_rmi_begin_content(reply, false);
            if (r == SG_RMI_E_MORE)
                reply->phase = ROOT;
            break;
        default:
            if (reply->n_frames)
                r = step(reply);
            else
                reply->phase = ENDED;
        }
    }
    if (r == SG_RMI_E_WRONG)
        sg_rmi_note_failed(reply);
    if (!r)
        reply->root = reply->is_void && !reply->is_exception ? 0 : reply->result;
    return r;
}
