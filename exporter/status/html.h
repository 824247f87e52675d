/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Pieces of HTML, appended to a buffer, which keeps the first failure. Any text that is not a
 * constant must go through sg_html_text(). Pure functions.
 */

#include "base/buf.h"

#include <stdbool.h>

/** Text, escaped for elements and for attributes in double quotes; invalid UTF-8 is replaced. */
void sg_html_text(struct sg_buf *html, struct sg_str text);

/** A value in a link, percent-encoded, so that it needs no other escaping. */
void sg_html_url(struct sg_buf *html, struct sg_str value);

/** A time as HH:MM:SS of today, or with its date, UTC; with the whole of it for machines. */
void sg_html_time(struct sg_buf *html, int64_t unix_ms, int64_t now_unix_ms);

/** An icon, whose shape tells a state without its colour: "crit", "warn", "ok", "unk", "chg". */
void sg_html_icon(struct sg_buf *html, const char *name);

/** A state: icon and word. @param state  as of sg_html_icon() @param word  a constant */
void sg_html_chip(struct sg_buf *html, const char *state, const char *word);
