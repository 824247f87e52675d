/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/exception.h"

#include "base/buf.h"
#include "jmx/rmi/graph.h"

enum {
    MESSAGE_BYTES_MAX = 200, /* of each exception */
    TEXT_BYTES_MAX = 400,
};

/* The cause, by the names that exceptions of RMI and JMX have for it. @return 0: none */
static uint32_t cause_of(const struct sg_rmi_reply *reply, uint32_t node)
{
    static const char *const fields[] = { "detail", "exception", "runtimeException", "cause" };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        uint32_t cause = sg_rmi_field_node(reply, node, fields[i]);
        if (cause && cause != node && sg_rmi_node(reply, cause)->kind == SG_RMI_NODE_OBJECT)
            return cause;
    }
    return 0;
}

static struct sg_str message_of(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_arena *arena)
{
    struct sg_str text = { "", 0 };

    (void)sg_rmi_text(reply, sg_rmi_field_node(reply, node, "detailMessage"), arena, &text);
    return text;
}

static enum sg_rmi_meaning meaning_of(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_arena *arena)
{
    static const struct {
        const char *class_name;
        enum sg_rmi_meaning meaning;
    } list[] = {
        { "javax.management.InstanceNotFoundException", SG_RMI_MEANS_NO_MBEAN },
        { "javax.management.AttributeNotFoundException", SG_RMI_MEANS_NO_MBEAN },
        { "java.rmi.NoSuchObjectException", SG_RMI_MEANS_GONE },
        { "java.rmi.NotBoundException", SG_RMI_MEANS_NOT_BOUND },
        { "java.lang.SecurityException", SG_RMI_MEANS_LOGIN },
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (!sg_rmi_is_a(reply, node, sg_str_of(list[i].class_name)))
            continue;
        bool is_denied =
            sg_str_starts_with(message_of(reply, node, arena), SG_STR("Access denied"));
        return list[i].meaning == SG_RMI_MEANS_LOGIN && is_denied ? SG_RMI_MEANS_DENIED
                                                                  : list[i].meaning;
    }
    return SG_RMI_MEANS_OTHER;
}

/* For one line of a log. */
static void add_printable(struct sg_buf *out, struct sg_str text)
{
    if (text.len > MESSAGE_BYTES_MAX)
        text.len = MESSAGE_BYTES_MAX;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        (void)sg_buf_add_char(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
    }
}

static void describe(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_arena *arena, struct sg_buf *out)
{
    struct sg_str message = message_of(reply, node, arena);

    if (out->len)
        (void)sg_buf_add_str(out, SG_STR(": "));
    add_printable(out, sg_rmi_class_of(reply, node));
    if (message.len == 0)
        return;
    (void)sg_buf_add_str(out, SG_STR(": "));
    add_printable(out, message);
}

enum sg_rmi_meaning sg_rmi_exception_read(const struct sg_rmi_reply *reply, struct sg_error *err)
{
    enum sg_rmi_meaning meaning = SG_RMI_MEANS_OTHER;
    struct sg_arena *arena = sg_arena_new();
    uint32_t node = reply->root;
    struct sg_buf text;

    sg_buf_init(&text, 4096);
    for (int i = 0; i < SG_RMI_CAUSES_MAX && node && arena; i++) {
        if (meaning == SG_RMI_MEANS_OTHER)
            meaning = meaning_of(reply, node, arena);
        describe(reply, node, arena, &text);
        node = cause_of(reply, node);
    }
    struct sg_str shown = text.len ? sg_buf_get(&text) : SG_STR("an exception without a class");
    if (shown.len > TEXT_BYTES_MAX)
        shown.len = TEXT_BYTES_MAX;
    (void)sg_error_set(err, 0, SG_STR_FMT, SG_STR_ARG(shown));
    sg_buf_done(&text);
    (void)sg_arena_unref(arena);
    return reply->is_aborted ? SG_RMI_MEANS_UNSENDABLE : meaning;
}
