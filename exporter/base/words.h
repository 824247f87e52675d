/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Numbers with their units, for messages: "1 broker", "2 brokers", "3m5s". Pure; any thread. */

#include <stddef.h>
#include <stdint.h>

struct sg_words {
    char text[48];
};

/** @param one  the word for one, such as "broker", "query" or "series" */
struct sg_words sg_words_count(size_t n, const char *one);

/** A duration as Prometheus writes it, its two largest parts: "900ms", "12s", "3m5s", "2d4h". */
struct sg_words sg_words_duration(int64_t ms);
