/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Putting an answer together and handing it to libmicrohttpd. Called on its threads. */

#include "base/buf.h"

#include <microhttpd.h>

/** Queue a response and let go of it. @param response NULL closes the connection: no memory */
enum MHD_Result sg_answer_send(
    struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);

/** A header; without memory for it the answer goes without. */
void sg_answer_header(struct MHD_Response *response, const char *name, const char *value);

/** Plain text. @param text  a constant */
enum MHD_Result sg_answer_note(
    struct MHD_Connection *connection, unsigned status, const char *text);

/** The same, and the connection is closed behind it. */
enum MHD_Result sg_answer_refuse(
    struct MHD_Connection *connection, unsigned status, const char *text);

/** The content of a buffer, copied. @return NULL when memory is short */
struct MHD_Response *sg_answer_from_buf(const struct sg_buf *body, const char *content_type);
