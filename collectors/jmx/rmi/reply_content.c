/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/reply_parts.h"

#include "jmx/rmi/text.h"

/* ---- Bytes ---- */

int sg_rmi_wrong(struct sg_rmi_reply *reply, const char *why)
{
    reply->why = why;
    return SG_RMI_E_WRONG;
}

int sg_rmi_limit(struct sg_rmi_reply *reply, const char *why)
{
    reply->why = why;
    return SG_RMI_E_LIMIT;
}

/* Are n more bytes here, from the position on? @return 0, SG_RMI_E_MORE or SG_RMI_E_LIMIT */
int sg_rmi_need(struct sg_rmi_reply *reply, size_t n)
{
    if (n <= reply->len - reply->at)
        return 0;
    if (n > SG_RMI_REPLY_BYTES_MAX - reply->at)
        return sg_rmi_limit(reply, "it is too large");
    return SG_RMI_E_MORE;
}

/* A number `skip` bytes after the position; the bytes are here. */
uint32_t sg_rmi_number_at(const struct sg_rmi_reply *reply, size_t skip, size_t n_bytes)
{
    uint32_t number = 0;

    for (size_t i = 0; i < n_bytes; i++)
        number = number << 8 | reply->bytes[reply->at + skip + i];
    return number;
}

/* ---- Growing lists ---- */

int sg_rmi_add_node(struct sg_rmi_reply *reply, enum sg_rmi_node_kind kind, uint32_t *ret_node)
{
    int r = SG_RMI_ADD(reply, nodes, "it has too many objects");

    if (r)
        return r;
    *ret_node = (uint32_t)reply->n_nodes++;
    reply->nodes[*ret_node] = (struct sg_rmi_node){ .kind = (uint8_t)kind };
    return 0;
}

/* A node that later parts of the stream may refer to. */
int sg_rmi_add_handle(struct sg_rmi_reply *reply, enum sg_rmi_node_kind kind, uint32_t *ret_node)
{
    int r = SG_RMI_ADD(reply, handles, "it has too many objects");

    if (!r)
        r = sg_rmi_add_node(reply, kind, ret_node);
    if (!r)
        reply->handles[reply->n_handles++] = *ret_node;
    return r;
}

int sg_rmi_add_item(struct sg_rmi_reply *reply, uint32_t node, const struct sg_rmi_item *item)
{
    int r = SG_RMI_ADD(reply, items, "it has too many values");

    if (r)
        return r;
    uint32_t number = (uint32_t)reply->n_items++;
    struct sg_rmi_node *owner = &reply->nodes[node];
    reply->items[number] = *item;
    if (owner->last)
        reply->items[owner->last].next = number;
    else
        owner->first = number;
    owner->last = number;
    return 0;
}

/* ---- Content ---- */

int sg_rmi_push(
    struct sg_rmi_reply *reply, enum sg_rmi_frame_kind kind, enum sg_rmi_frame_state state)
{
    if (reply->n_frames == SG_RMI_DEPTH_MAX)
        return sg_rmi_limit(reply, "it is nested too deeply");
    reply->frames[reply->n_frames++] =
        (struct sg_rmi_frame){ .kind = (uint8_t)kind, .state = (uint8_t)state };
    return 0;
}

static int push_after_code(struct sg_rmi_reply *reply, enum sg_rmi_frame_kind kind)
{
    int r = sg_rmi_push(reply, kind, NEEDS_CLASS);

    if (!r)
        reply->at++;
    return r;
}

int sg_rmi_pop(struct sg_rmi_reply *reply, uint32_t result)
{
    reply->n_frames--;
    reply->result = result;
    return 0;
}

/* The length of a reference is fixed; it is at the position, after `skip` bytes. */
int sg_rmi_refer(struct sg_rmi_reply *reply, size_t skip, uint32_t *ret_node)
{
    int r = sg_rmi_need(reply, skip + 5);

    if (r)
        return r;
    uint32_t handle = sg_rmi_number_at(reply, skip + 1, 4) - SG_RMI_BASE_HANDLE;
    if (handle >= reply->n_handles)
        return sg_rmi_wrong(reply, "it refers to nothing");
    *ret_node = reply->handles[handle];
    return 0;
}

/* A text whose bytes are here, `skip` bytes after the position. */
int sg_rmi_make_text(struct sg_rmi_reply *reply, size_t skip, uint32_t len, uint32_t *ret_node)
{
    bool is_plain;
    int r = 0;

    if (!sg_rmi_text_check(reply->bytes + reply->at + skip, len, &is_plain))
        return sg_rmi_wrong(reply, "a text is not modified UTF-8");
    r = sg_rmi_add_handle(reply, SG_RMI_NODE_TEXT, ret_node);
    if (r)
        return r;
    struct sg_rmi_node *text = &reply->nodes[*ret_node];
    text->is_plain = is_plain;
    text->at = (uint32_t)(reply->at + skip);
    text->n = len;
    return 0;
}

/* @param n_bytes  of the length: 2, or 8 of a long one */
static int read_text(struct sg_rmi_reply *reply, size_t n_bytes)
{
    int r = sg_rmi_need(reply, 1 + n_bytes);

    if (r)
        return r;
    uint32_t len =
        sg_rmi_number_at(reply, 1 + n_bytes - (n_bytes == 2 ? 2 : 4), n_bytes == 2 ? 2 : 4);
    if (n_bytes == 8 && sg_rmi_number_at(reply, 1, 4))
        return sg_rmi_limit(reply, "it is too large");
    r = sg_rmi_need(reply, 1 + n_bytes + len);
    if (!r)
        r = sg_rmi_make_text(reply, 1 + n_bytes, len, &reply->result);
    if (!r)
        reply->at += 1 + n_bytes + len;
    return r;
}

/* @param n_bytes  of the length: 1 or 4 */
static int read_block(struct sg_rmi_reply *reply, size_t n_bytes)
{
    uint32_t node;

    int r = sg_rmi_need(reply, 1 + n_bytes);
    if (r)
        return r;
    uint32_t len = sg_rmi_number_at(reply, 1, n_bytes);
    r = sg_rmi_need(reply, 1 + n_bytes + len);
    if (!r)
        r = sg_rmi_add_node(reply, SG_RMI_NODE_BLOCK, &node);
    if (r)
        return r;
    reply->nodes[node].at = (uint32_t)(reply->at + 1 + n_bytes);
    reply->nodes[node].n = len;
    reply->at += 1 + n_bytes + len;
    reply->result = node;
    return 0;
}

/* Of an Attribute the name comes first, then the value that cannot be read. */
void sg_rmi_note_failed(struct sg_rmi_reply *reply)
{
    for (size_t i = reply->n_frames; i > 0; i--) {
        const struct sg_rmi_frame *frame = &reply->frames[i - 1];
        const struct sg_rmi_node *node = &reply->nodes[frame->node];
        if (frame->kind != FRAME_OBJECT || frame->state != DATA ||
            reply->classes[node->class].known != SG_RMI_ATTRIBUTE)
            continue;
        uint32_t name = reply->items[node->first].value;
        if (node->first && reply->items[node->first].type == 'L' &&
            reply->nodes[name].kind == SG_RMI_NODE_TEXT)
            reply->failed_name = name;
        return;
    }
}

/* The server failed while it wrote: what it had written is void, and what was thrown follows. */
static int begin_abort(struct sg_rmi_reply *reply)
{
    if (reply->is_aborted)
        return sg_rmi_wrong(reply, "it was aborted twice");
    reply->at++;
    sg_rmi_note_failed(reply);
    reply->is_aborted = true;
    reply->is_exception = true;
    reply->n_handles = 0;
    reply->n_frames = 0;
    reply->phase = ROOT;
    return 0;
}

/* One content: at once in reply->result, or in a frame that will leave it there. */
int sg_rmi_begin_content(struct sg_rmi_reply *reply, bool may_be_block)
{
    int r = sg_rmi_need(reply, 1);

    if (r)
        return r;
    switch (reply->bytes[reply->at]) {
    case SG_RMI_TC_NULL:
        reply->at++;
        reply->result = 0;
        return 0;
    case SG_RMI_TC_REFERENCE:
        r = sg_rmi_refer(reply, 0, &reply->result);
        reply->at += r ? 0 : 5;
        return r;
    case SG_RMI_TC_STRING:
        return read_text(reply, 2);
    case SG_RMI_TC_LONG_STRING:
        return read_text(reply, 8);
    case SG_RMI_TC_OBJECT:
        return push_after_code(reply, FRAME_OBJECT);
    case SG_RMI_TC_ARRAY:
        return push_after_code(reply, FRAME_ARRAY);
    case SG_RMI_TC_ENUM:
        return push_after_code(reply, FRAME_ENUM);
    case SG_RMI_TC_CLASS:
        return push_after_code(reply, FRAME_CLASS_OBJECT);
    case SG_RMI_TC_EXCEPTION:
        return begin_abort(reply);
    case SG_RMI_TC_CLASS_DESC:
    case SG_RMI_TC_PROXY_CLASS_DESC:
        return sg_rmi_begin_class(reply);
    case SG_RMI_TC_BLOCK_DATA:
        return may_be_block ? read_block(reply, 1)
                            : sg_rmi_wrong(reply, "bytes where an object belongs");
    case SG_RMI_TC_BLOCK_DATA_LONG:
        return may_be_block ? read_block(reply, 4)
                            : sg_rmi_wrong(reply, "bytes where an object belongs");
    default:
        return sg_rmi_wrong(reply, "it has an unknown code"); /* a reset has no place in a reply */
    }
}

/* Does the end of an annotation come next? It is skipped then. */
int sg_rmi_at_end(struct sg_rmi_reply *reply, bool *ret_end)
{
    int r = sg_rmi_need(reply, 1);

    if (r)
        return r;
    *ret_end = reply->bytes[reply->at] == SG_RMI_TC_END_BLOCK_DATA;
    reply->at += *ret_end;
    return 0;
}
