/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which pairs of neighbouring characters a text has, as a small set of bits: a cheap test whether a
 * pattern can match at all. A pattern that must contain "Metrics" must contain "Me", "et", …; where
 * one of these is missing there is no match. Pairs may share a bit, so a false "may match" is
 * possible, a false "cannot match" is not. Pure functions; any thread.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SG_PAIRS_WORDS = 8
};

struct sg_pairs {
    uint64_t words[SG_PAIRS_WORDS];
};

static inline void sg_pairs_add(struct sg_pairs *pairs, char first, char second)
{
    uint32_t bit =
        ((unsigned char)first * 37U + (unsigned char)second * 101U) % (SG_PAIRS_WORDS * 64);
    pairs->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/** The pairs of a text. */
static inline struct sg_pairs sg_pairs_of(struct sg_str text)
{
    struct sg_pairs pairs = { 0 };

    for (size_t i = 1; i < text.len; i++)
        sg_pairs_add(&pairs, text.ptr[i - 1], text.ptr[i]);
    return pairs;
}

/** Are all of these in the others? */
static inline bool sg_pairs_within(const struct sg_pairs *pairs, const struct sg_pairs *others)
{
    uint64_t missing = 0;

    for (int i = 0; i < SG_PAIRS_WORDS; i++)
        missing |= pairs->words[i] & ~others->words[i];
    return missing == 0;
}
