/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Cleanup at the end of a scope, and transferring ownership of what must outlive it.
 *
 *     sg_auto_free char *text = NULL;
 *     ...
 *     *ret_text = sg_take(&text);
 *
 * A module with a free function defines its own pair with SG_AUTO_DEFINE; the free function takes
 * NULL and returns NULL.
 */

#include <stdlib.h>

static inline void sg_auto_free_bytes(void *pointer)
{
    free(*(void **)pointer);
}

#define sg_auto_free __attribute__((cleanup(sg_auto_free_bytes)))

#define SG_AUTO_DEFINE(type, free_function)                \
    static inline void free_function##_auto(type *pointer) \
    {                                                      \
        (void)free_function(*pointer);                     \
    }                                                      \
    _Static_assert(1, "semicolon")

#define sg_auto(free_function) __attribute__((cleanup(free_function##_auto)))

/** Hand over: the value of *pointer, which is NULL afterwards. */
#define sg_take(pointer)                               \
    __extension__({                                    \
        __typeof__(*(pointer)) sg_taken_ = *(pointer); \
        *(pointer) = NULL;                             \
        sg_taken_;                                     \
    })
