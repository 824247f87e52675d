/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For fuzz targets of what takes a string. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** @return the bytes as a string, owned; NULL without memory */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return NULL;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}
