/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Arrays that double when they are full. */

#include <errno.h>
#include <stdlib.h>

/**
 * Make room for one more element after the n of *array.
 *
 * @param array      of a pointer to the elements, which may move
 * @param allocated  capacity, in elements; updated
 * @param size       of an element
 * @param first      the initial capacity
 * @return 0 or -ENOMEM, and the array is as it was
 */
static inline int sg_grow_from(void *array, size_t n, size_t *allocated, size_t size, size_t first)
{
    size_t more = *allocated ? *allocated * 2 : first;
    size_t bytes;

    if (n < *allocated)
        return 0;
    if (__builtin_mul_overflow(more, size, &bytes))
        return -ENOMEM;
    void *grown = realloc(*(void **)array, bytes);
    if (!grown)
        return -ENOMEM;
    *(void **)array = grown;
    *allocated = more;
    return 0;
}

/** The same, for arrays that seldom stay small. */
static inline int sg_grow(void *array, size_t n, size_t *allocated, size_t size)
{
    return sg_grow_from(array, n, allocated, size, 64);
}
