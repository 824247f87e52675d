/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/stub.h"

#include "jmx/rmi/graph.h"

#include <string.h>

enum {
    REF_BYTES_MAX = 512, /* a host has 255 at most */
};

/* What RemoteObject wrote: its blocks one after the other, and an object that may be between. */
struct ref {
    uint8_t bytes[REF_BYTES_MAX];
    size_t len;
    size_t at;
    uint32_t object;
};

/* A stub, or the handler of a proxy that Java 8 sends instead. */
static uint32_t find_remote(const struct sg_rmi_reply *reply)
{
    uint32_t extra = sg_rmi_extra(reply, reply->root, SG_RMI_REMOTE);

    if (extra)
        return extra;
    return sg_rmi_extra(reply, sg_rmi_field_node(reply, reply->root, "h"), SG_RMI_REMOTE);
}

static bool gather(const struct sg_rmi_reply *reply, struct ref *ret_ref)
{
    uint32_t first = find_remote(reply);

    *ret_ref = (struct ref){ .len = 0 };
    for (uint32_t i = first;
         i && reply->items[i].is_extra && reply->items[i].of == reply->items[first].of;
         i = reply->items[i].next) {
        const struct sg_rmi_node *node = sg_rmi_node(reply, reply->items[i].value);
        if (node->kind != SG_RMI_NODE_BLOCK) {
            ret_ref->object = reply->items[i].value;
            continue;
        }
        if (node->n > REF_BYTES_MAX - ret_ref->len)
            return false;
        (void)memcpy(ret_ref->bytes + ret_ref->len, reply->bytes + node->at, node->n);
        ret_ref->len += node->n;
    }
    return first;
}

static const uint8_t *take(struct ref *ref, size_t n)
{
    if (n > ref->len - ref->at)
        return NULL;
    ref->at += n;
    return ref->bytes + ref->at - n;
}

static bool take_number(struct ref *ref, size_t n_bytes, uint32_t *ret_number)
{
    const uint8_t *bytes = take(ref, n_bytes);

    *ret_number = 0;
    for (size_t i = 0; bytes && i < n_bytes; i++)
        *ret_number = *ret_number << 8 | bytes[i];
    return bytes;
}

static bool take_utf(struct ref *ref, struct sg_str *ret_text)
{
    uint32_t len;

    if (!take_number(ref, 2, &len))
        return false;
    *ret_text = (struct sg_str){ (const char *)take(ref, len), len };
    return ret_text->ptr;
}

/* Hosts are ASCII; what is not one is shown without its other characters. */
static void copy_host(struct sg_str host, char *out)
{
    size_t n = host.len < SG_RMI_STUB_HOST_BYTES_MAX ? host.len : SG_RMI_STUB_HOST_BYTES_MAX - 1;

    for (size_t i = 0; i < n; i++)
        out[i] = (char)(host.ptr[i] > ' ' && host.ptr[i] < 0x7f ? host.ptr[i] : '?');
    out[n] = '\0';
}

static bool read_factory(
    const struct sg_rmi_reply *reply, struct ref *ref, bool *ret_tls, const char **ret_why)
{
    uint32_t form;

    *ret_why = "its endpoint has an unknown form";
    if (!take_number(ref, 1, &form) || form > 1)
        return false;
    *ret_tls = form == 1;
    *ret_why = "it wants sockets of its own (a socket factory other than Java's for TLS)";
    return !*ret_tls ||
           sg_str_equal(sg_rmi_class_of(reply, ref->object), SG_STR(SG_RMI_TLS_FACTORY));
}

bool sg_rmi_stub_read(
    const struct sg_rmi_reply *reply, struct sg_rmi_stub *ret_stub, const char **ret_why)
{
    struct sg_rmi_stub stub = { .is_tls = false };
    struct sg_str kind, host;
    struct ref ref;
    uint32_t port;

    *ret_why = "not a remote object";
    if (!gather(reply, &ref) || !take_utf(&ref, &kind))
        return false;
    if (sg_str_equal(kind, SG_STR(SG_RMI_REF2))) {
        if (!read_factory(reply, &ref, &stub.is_tls, ret_why))
            return false;
    } else if (!sg_str_equal(kind, SG_STR(SG_RMI_REF))) {
        return false;
    }
    *ret_why = "its endpoint is incomplete";
    if (!take_utf(&ref, &host) || !take_number(&ref, 4, &port))
        return false;
    const uint8_t *id = take(&ref, sizeof stub.id.bytes);
    if (!id || !take(&ref, 1))
        return false;
    *ret_why = "its endpoint has no port";
    if (port == 0 || port > 65535)
        return false;
    (void)memcpy(stub.id.bytes, id, sizeof stub.id.bytes);
    copy_host(host, stub.host);
    stub.port = (int)port;
    *ret_stub = stub;
    return true;
}
