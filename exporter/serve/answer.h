/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Building an answer and passing it to libmicrohttpd. Called on its threads. */

#include "base/buf.h"
#include "serve/request.h"

#include <microhttpd.h>

/**
 * Queue a response, with the headers of the web file, and release it.
 * @param response NULL closes the connection: out of memory
 */
enum MHD_Result sg_answer_send(
    struct sg_request *request, unsigned status, struct MHD_Response *response);

/** Add a header; when memory is short, the answer is sent without it. */
void sg_answer_header(struct MHD_Response *response, const char *name, const char *value);

/** Plain text. @param text  a constant */
enum MHD_Result sg_answer_text(struct sg_request *request, unsigned status, const char *text);

/** The text of an error, as one line. */
enum MHD_Result sg_answer_error(
    struct sg_request *request, unsigned status, const struct sg_error *err);

/**
 * The same as JSON: {"error":true,"message":"…"}. @param text  one line, copied @param header NULL:
 * none
 */
enum MHD_Result sg_answer_json_error(struct sg_request *request,
    unsigned status,
    const char *text,
    const char *header,
    const char *value);

/** JSON. @param json  its bytes are taken @return as sg_answer_send() */
enum MHD_Result sg_answer_json(struct sg_request *request, unsigned status, struct sg_buf *json);

/** As sg_answer_text(), with a header. */
enum MHD_Result sg_answer_note_with(struct sg_request *request,
    unsigned status,
    const char *text,
    const char *header,
    const char *value);

/** The same, and the connection is closed afterwards. */
enum MHD_Result sg_answer_refuse(struct sg_request *request, unsigned status, const char *text);

/** A body, copied. @return NULL when memory is short */
struct MHD_Response *sg_answer_copy(struct sg_str body, const char *content_type);
