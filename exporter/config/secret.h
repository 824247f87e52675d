/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where secrets come from: ${NAME} of the environment, or the first line of a file, also as
 * ${file:/PATH}. A leading byte order mark is removed. Errors name the variable or the file, never
 * a value. Pure functions; any thread.
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
 * Replace every ${NAME} by the environment variable and every ${file:/PATH} by the first line of
 * the file; "$" elsewhere is kept. "${" without "}" is an error.
 * @param ret_text  owned, terminated @return 0, SG_SECRET_E_MISSING or -ENOMEM
 */
int sg_secret_expand(struct sg_str text, char **ret_text, struct sg_error *err);

/**
 * The first line of a file, without the line end and the byte order mark of Windows editors. A line
 * with a NUL in it, as in UTF-16, is an error.
 * @param ret_text  owned, terminated @return 0, SG_SECRET_E_MISSING or -ENOMEM
 */
int sg_secret_read_file(const char *path, char **ret_text, struct sg_error *err);

/** Overwrite a string with zeros before it is freed. @return text; may be NULL */
char *sg_secret_wipe(char *text);

/**
 * Append a URL for display: user and password, and everything after "?", which may be a token,
 * become "(hidden)". The buffer keeps the failure.
 */
void sg_secret_show_url(struct sg_buf *out, const char *url);
