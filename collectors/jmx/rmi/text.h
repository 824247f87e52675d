/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Java's modified UTF-8: NUL is two bytes, and what is beyond U+FFFF two surrogates of three bytes
 * each. Pure functions; any thread.
 *
 * Source: Java Object Serialization Specification, 6.2; java.io.DataInput, "Modified UTF-8".
 */

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Are the bytes modified UTF-8 in their form?
 * @param ret_plain  are they UTF-8 as they are?
 */
bool sg_rmi_text_check(const uint8_t *bytes, size_t len, bool *ret_plain);

/** Append them, checked before, as UTF-8. NUL and half a pair of surrogates become U+FFFD. */
void sg_rmi_text_decode(struct sg_buf *out, struct sg_str modified);

/** Append UTF-8 as modified UTF-8; bytes that are not UTF-8 become "?". */
void sg_rmi_text_encode(struct sg_buf *out, struct sg_str text);
