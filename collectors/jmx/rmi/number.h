/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Numbers from the bytes of an object stream. Pure functions; any thread. */

#include "jmx/poll/attribute.h"

#include <stddef.h>

/**
 * A primitive, big endian.
 * @param type  B, C, D, F, I, J, S or Z, whose bytes are there @return false: another one
 */
bool sg_rmi_number_read(const uint8_t *bytes, char type, struct sg_attribute_value *ret_value);

/* A number of any size: a magnitude, big endian, times 10 to the power of -scale. */
struct sg_rmi_big {
    const uint8_t *magnitude; /* borrowed */
    size_t n_bytes;           /* at most SG_RMI_NUMBER_BYTES_MAX */
    bool is_negative;
    int scale;
};

/** A whole one (scale 0): an integer, or a double where it has more than 64 bits. */
void sg_rmi_big_read(const struct sg_rmi_big *big, struct sg_attribute_value *ret_value);

/** The nearest double. */
double sg_rmi_big_double(const struct sg_rmi_big *big);
