/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Percent-decoding of paths and parameters. Source: RFC 3986, 2.1.
 * Pure functions; any thread.
 */

#include <stddef.h>

/**
 * Decode in place. %00 is kept, as decoding it would truncate the text, and so are invalid escapes.
 * @return the new length
 */
size_t sg_percent_decode(char *text);
