/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Files that are compiled in; embed.py generates tables of them, which end with a NULL set. */

#include <stddef.h>

struct sg_embedded {
    const char *set; /* which the file belongs to; a set's files are next to each other */
    const char *file;
    const char *text; /* the same pointer wherever the same file is embedded */
    size_t len;
};
