/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Numbers with their units, for people: "1 broker", "2 brokers", "3m5s", "1.5 kB". Pure; any
 * thread. */

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct sg_words {
    char text[48];
};

/** @param one  the word for one, such as "broker", "query" or "series" */
struct sg_words sg_words_count(size_t n, const char *one);

/** A duration as Prometheus writes it, its two largest parts: "900ms", "12s", "3m5s", "2d4h". */
struct sg_words sg_words_duration(int64_t ms);

/** A duration as people say it, rounded down: "800 ms", "34 s", "12 min", "1 h 57 min", "3 d 4 h".
 */
struct sg_words sg_words_age(int64_t ms);

/** A size, from "0 B" to "999 TB". */
struct sg_words sg_words_bytes(double bytes);

/** A name, or "(empty name)": old clients could commit offsets for a group without one. Borrowed.
 */
static inline struct sg_str sg_words_name(struct sg_str name)
{
    return name.len ? name : SG_STR("(empty name)");
}

/** A whole number: "1,234,567"; very large ones as "1e+300". */
struct sg_words sg_words_number(double number);
