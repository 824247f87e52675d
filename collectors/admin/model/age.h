/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The numbers that ages.h and search.h share. */

enum {
    SG_AGE_UNKNOWN = -1,      /* of an age in milliseconds */
    SG_AGES_NOT_ASKED = -1,   /* instead of a time in a request */
    SG_AGES_PRECISION = 1000, /* milliseconds that a timestamp is narrowed down to */
};
