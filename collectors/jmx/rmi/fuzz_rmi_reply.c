/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/exception.h"
#include "jmx/rmi/graph.h"
#include "jmx/rmi/stub.h"
#include "jmx/rmi/values.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct sg_attribute_value near;

    if (attribute->depth == 0 || attribute->depth > SG_ATTRIBUTE_DEPTH_MAX ||
        attribute->n_index > SG_ATTRIBUTE_INDEX_MAX)
        abort();
    if (value->kind == SG_ATTRIBUTE_TEXT && value->text.len && !value->text.ptr)
        abort();
    (void)attribute->find(attribute, SG_ATTRIBUTE_SIBLING, "count", &near);
    (void)attribute->find(attribute, SG_ATTRIBUTE_OF_MBEAN, "Value", &near);
    ++*(size_t *)context;
}

static void look(const struct sg_rmi_reply *reply)
{
    const struct sg_poll_request request = { .mbean = "d:k=v" };
    struct sg_rmi_budget budget = { SG_RMI_STEPS_MAX, SG_RMI_LOOK_STEPS_MAX };
    const struct sg_rmi_mbean mbean = {
        .name = SG_STR("d:k=v"), .request = &request, .budget = &budget
    };
    struct sg_arena *arena = sg_arena_new();
    struct sg_rmi_stub stub;
    struct sg_rmi_walk walk;
    struct sg_error err;
    struct sg_str name;
    const char *why;
    size_t n = 0;
    uint32_t node;

    const struct sg_answer_handler handler = { &n, put_value, NULL, NULL, NULL };
    if (reply->is_exception)
        (void)sg_rmi_exception_read(reply, &err);
    if (sg_rmi_stub_read(reply, &stub, &why) && (stub.port <= 0 || stub.port > 65535))
        abort();
    if (sg_rmi_walk_list(reply, reply->root, &walk)) {
        while (sg_rmi_walk_next(reply, &walk, &node))
            (void)sg_rmi_object_name(reply, node, arena, &name);
    }
    (void)sg_rmi_values_read(reply, &mbean, &handler);
    if (n > SG_RMI_STEPS_MAX)
        abort();
    (void)sg_arena_unref(arena);
}

/* Whatever a server sends: no crash, and what arrives in two parts is read as in one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_rmi_reply whole = { .len = 0 };
    struct sg_rmi_reply parts = { .len = 0 };
    size_t half = size ? data[size / 2] % size : 0;

    sg_rmi_reply_begin(&whole, false);
    sg_rmi_reply_begin(&parts, false);
    int r = sg_rmi_reply_read(&whole, data, size);
    int r_parts = sg_rmi_reply_read(&parts, data, half);
    if (r_parts == SG_RMI_E_MORE)
        r_parts = sg_rmi_reply_read(&parts, data, size);
    if (r != r_parts || whole.n_nodes != parts.n_nodes || whole.at != parts.at)
        abort();
    if (r == 0)
        look(&whole);
    sg_rmi_reply_done(&whole);
    sg_rmi_reply_done(&parts);
    return 0;
}
