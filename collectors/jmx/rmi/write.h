/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Calls as the bytes that are sent. Each is appended to a buffer, which remembers its first failure
 * (base/buf.h). Class descriptors are repeated in each call, because a call is a stream of its own.
 * Pure functions; any thread.
 */

#include "base/buf.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* Which remote object; opaque. */
struct sg_rmi_obj_id {
    uint8_t bytes[22]; /* SG_RMI_OBJ_ID_BYTES */
};

/** The start of a connection. @param host  the client's own, as it is to be called; may be empty */
void sg_rmi_write_header(struct sg_buf *out, struct sg_str host);

/** Look for JMX's server in the registry. */
void sg_rmi_write_lookup(struct sg_buf *out);

/** newClient. @param username  or NULL: without credentials */
void sg_rmi_write_new_client(struct sg_buf *out,
    const struct sg_rmi_obj_id *server,
    const char *username,
    const char *password);

/** That a reply with a remote object has arrived. @param uid  SG_RMI_UID_BYTES of that reply */
void sg_rmi_write_ack(struct sg_buf *out, const uint8_t *uid);

/** A call without arguments: getVersion, close. */
void sg_rmi_write_plain(struct sg_buf *out, const struct sg_rmi_obj_id *object, uint64_t hash);

/** A call with nothing but the Subject, which is null: getDefaultDomain. */
void sg_rmi_write_for_subject(
    struct sg_buf *out, const struct sg_rmi_obj_id *object, uint64_t hash);

/** A call with a name and the Subject: isRegistered, getMBeanInfo. */
void sg_rmi_write_for_name(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, uint64_t hash, struct sg_str name);

/** queryNames. @param pattern  without a pointer: all names */
void sg_rmi_write_query_names(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str pattern);

/** getAttribute, up to its name, which must follow with sg_rmi_write_string(), and null. */
void sg_rmi_write_get_attribute(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str name);

/** getAttributes, up to their names, of which n must follow with sg_rmi_write_string(). */
void sg_rmi_write_get_attributes(
    struct sg_buf *out, const struct sg_rmi_obj_id *connection, struct sg_str name, uint32_t n);
void sg_rmi_write_string(struct sg_buf *out, struct sg_str text);

/** The null after them, which is the Subject. */
void sg_rmi_write_null(struct sg_buf *out);
