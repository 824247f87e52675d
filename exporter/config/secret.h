/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where secrets come from: ${NAME} of the environment, or the first line of a file, also as
 * ${file:/PATH}. A byte order mark before it is left out.
 * Errors name the variable or the file, never a value. Pure functions; any thread.
 */

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

enum {
    SG_SECRET_E_MISSING = 1
}; /* no such variable, unreadable file; err says which */

enum {
    SG_SECRET_BYTES_MAX = 64 * 1024
};

/**
 * Replace every ${NAME} by the environment's value and every ${file:/PATH} by the first line of
 * the file; "$" elsewhere stays. "${" without its "}" is an error.
 * @param ret_text  owned, terminated @return 0, SG_SECRET_E_MISSING or -ENOMEM
 */
int sg_secret_expand(struct sg_str text, char **ret_text, struct sg_error *err);

/**
 * The first line of a file, without the line's end, and without the byte order mark that Windows'
 * editors put in front. A line with a NUL in it, such as of UTF-16, is an error.
 * @param ret_text  owned, terminated @return 0, SG_SECRET_E_MISSING or -ENOMEM
 */
int sg_secret_read_file(const char *path, char **ret_text, struct sg_error *err);

/** Overwrite a string with zeros before it is freed. @return text; may be NULL */
char *sg_secret_wipe(char *text);

/**
 * Append a URL for people: user and password, and what stands behind "?", which may be a token, are
 * "(hidden)". The buffer remembers a failure.
 */
void sg_secret_show_url(struct sg_buf *out, const char *url);
