/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/write.h"

#include "jmx/rmi/text.h"
#include "jmx/rmi/wire.h"

_Static_assert(sizeof(struct sg_rmi_obj_id) == SG_RMI_OBJ_ID_BYTES, "an ObjID");

static void write_number(struct sg_buf *out, uint64_t number, size_t n_bytes)
{
    while (n_bytes--)
        (void)sg_buf_add_char(out, (char)(number >> 8 * n_bytes));
}

/* A length of two bytes, and the text, which is cut where it does not fit. */
static void write_utf(struct sg_buf *out, struct sg_str text)
{
    size_t at = out->len;

    if (text.len > SG_RMI_TEXT_BYTES_MAX / 2)
        text.len = SG_RMI_TEXT_BYTES_MAX / 2;
    write_number(out, 0, 2);
    sg_rmi_text_encode(out, text);
    if (sg_buf_error(out))
        return;
    size_t len = out->len - at - 2;
    out->ptr[at] = (char)(len >> 8);
    out->ptr[at + 1] = (char)len;
}

void sg_rmi_write_string(struct sg_buf *out, struct sg_str text)
{
    (void)sg_buf_add_char(out, SG_RMI_TC_STRING);
    write_utf(out, text);
}

void sg_rmi_write_null(struct sg_buf *out)
{
    (void)sg_buf_add_char(out, SG_RMI_TC_NULL);
}

/* Without fields; RMI's annotation, which is the code base, is null; without a superclass. */
static void write_class(struct sg_buf *out, struct sg_str name, uint64_t suid, int flags)
{
    (void)sg_buf_add_char(out, SG_RMI_TC_CLASS_DESC);
    write_utf(out, name);
    write_number(out, suid, 8);
    (void)sg_buf_add_char(out, (char)flags);
    write_number(out, 0, 2);
    sg_rmi_write_null(out);
    (void)sg_buf_add_char(out, SG_RMI_TC_END_BLOCK_DATA);
    sg_rmi_write_null(out);
}

static void write_object_name(struct sg_buf *out, struct sg_str name)
{
    (void)sg_buf_add_char(out, SG_RMI_TC_OBJECT);
    write_class(out, SG_STR(SG_RMI_OBJECT_NAME), SG_RMI_OBJECT_NAME_SUID,
        SG_RMI_SC_SERIALIZABLE | SG_RMI_SC_WRITE_METHOD);
    sg_rmi_write_string(out, name);
    (void)sg_buf_add_char(out, SG_RMI_TC_END_BLOCK_DATA);
}

static void write_string_array(struct sg_buf *out, uint32_t n)
{
    (void)sg_buf_add_char(out, SG_RMI_TC_ARRAY);
    write_class(out, SG_STR(SG_RMI_STRING_ARRAY), SG_RMI_STRING_ARRAY_SUID, SG_RMI_SC_SERIALIZABLE);
    write_number(out, n, 4);
}

static void write_call(
    struct sg_buf *out, const struct sg_rmi_obj_id *object, int number, uint64_t hash)
{
    (void)sg_buf_add_char(out, SG_RMI_CALL);
    write_number(out, SG_RMI_STREAM_MAGIC, 2);
    write_number(out, SG_RMI_STREAM_VERSION, 2);
    (void)sg_buf_add_char(out, SG_RMI_TC_BLOCK_DATA);
    (void)sg_buf_add_char(out, SG_RMI_CALL_BYTES);
    (void)sg_buf_add(out, object->bytes, sizeof object->bytes);
    write_number(out, (uint64_t)number, 4);
    write_number(out, hash, 8);
}

void sg_rmi_write_header(struct sg_buf *out, struct sg_str host)
{
    (void)sg_buf_add(out, SG_RMI_HEADER, SG_RMI_HEADER_BYTES);
    write_utf(out, host);
    write_number(out, 0, 4); /* port */
}

void sg_rmi_write_lookup(struct sg_buf *out)
{
    static const struct sg_rmi_obj_id registry = { { 0 } };

    write_call(out, &registry, SG_RMI_REGISTRY_LOOKUP, SG_RMI_REGISTRY_HASH);
    sg_rmi_write_string(out, SG_STR(SG_RMI_REGISTRY_NAME));
}

void sg_rmi_write_new_client(struct sg_buf *out,
    const struct sg_rmi_obj_id *server,
    const char *username,
    const char *password)
{
    write_call(out, server, SG_RMI_BY_HASH, SG_RMI_NEW_CLIENT);
    if (!username) {
        sg_rmi_write_null(out);
        return;
    }
    write_string_array(out, 2);
    sg_rmi_write_string(out, sg_str_of(username));
    sg_rmi_write_string(out, sg_str_of(password));
}

void sg_rmi_write_ack(struct sg_buf *out, const uint8_t *uid)
{
    (void)sg_buf_add_char(out, SG_RMI_DGC_ACK);
    (void)sg_buf_add(out, uid, SG_RMI_UID_BYTES);
}

void sg_rmi_write_plain(struct sg_buf *out, const struct sg_rmi_obj_id *object, uint64_t hash)
{
    write_call(out, object, SG_RMI_BY_HASH, hash);
}

void sg_rmi_write_for_subject(struct sg_buf *out, const struct sg_rmi_obj_id *object, uint64_t hash)
{
    write_call(out, object, SG_RMI_BY_HASH, hash);
    sg_rmi_write_null(out);
}

void sg_rmi_write_for_name(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, uint64_t hash, struct sg_str name)
{
    write_call(out, connection, SG_RMI_BY_HASH, hash);
    write_object_name(out, name);
    sg_rmi_write_null(out);
}

void sg_rmi_write_query_names(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str pattern)
{
    write_call(out, connection, SG_RMI_BY_HASH, SG_RMI_QUERY_NAMES);
    if (pattern.ptr)
        write_object_name(out, pattern);
    else
        sg_rmi_write_null(out);
    sg_rmi_write_null(out); /* the filter */
    sg_rmi_write_null(out);
}

void sg_rmi_write_get_attribute(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str name)
{
    write_call(out, connection, SG_RMI_BY_HASH, SG_RMI_GET_ATTRIBUTE);
    write_object_name(out, name);
}

void sg_rmi_write_get_attributes(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str name, uint32_t n)
{
    write_call(out, connection, SG_RMI_BY_HASH, SG_RMI_GET_ATTRIBUTES);
    write_object_name(out, name);
    write_string_array(out, n);
}
