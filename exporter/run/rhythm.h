/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rhythm of the scrapes, and when a collection must start to end just before the next one.
 *
 * It knows nothing but when scrapes came. A steady scraper shows as times that are whole periods
 * apart; its next scrape can then be foretold. The HTTP threads tell of scrapes, the collectors'
 * threads ask; thread-safe. Times are monotonic and come from outside.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* How many times faster or slower than the interval a scraper may be to be followed scrape by
     * scrape. For a faster one several scrapes share a collection, for a slower one several
     * collections share a scrape, and still the last of them ends just before it. */
    SG_RHYTHM_FASTER_MAX = 4,
    SG_RHYTHM_SLOWER_MAX = 8,
    SG_RHYTHM_RECENT = 8, /* durations that are remembered */
};

struct sg_rhythm;

/* What one collector's collections were like; owned by its thread. Zeroed, it knows nothing. */
struct sg_rhythm_own {
    int64_t started_ms; /* the latest */
    int64_t ended_ms;
    size_t n;                               /* ever */
    int64_t durations_ms[SG_RHYTHM_RECENT]; /* a ring */
};

/** @param interval_ms  from start to start while no scraper is steady @return 0 or -ENOMEM */
int sg_rhythm_new(int64_t interval_ms, struct sg_rhythm **ret_rhythm);

/** @return NULL; rhythm may be NULL */
struct sg_rhythm *sg_rhythm_free(struct sg_rhythm *rhythm);

/** The configuration has another interval. */
void sg_rhythm_set_interval(struct sg_rhythm *rhythm, int64_t interval_ms);

/** A scrape has come. */
void sg_rhythm_scraped(struct sg_rhythm *rhythm, int64_t now_ms);

/** The period of the scraper that is followed, or 0 when none is. */
int64_t sg_rhythm_period_ms(struct sg_rhythm *rhythm, int64_t now_ms);

/** From collection to collection: of the scraper that is followed, or the interval. */
int64_t sg_rhythm_pause_ms(struct sg_rhythm *rhythm, int64_t now_ms);

/** A collection has ended. */
void sg_rhythm_collected(struct sg_rhythm_own *own, int64_t started_ms, int64_t ended_ms);

/**
 * When the next collection must start: from the latest start at least half a pause and at most one
 * and a half, whatever the scrapes do; but not before the latest end, so that times which a slow
 * collection has passed are left out.
 */
int64_t sg_rhythm_next_start_ms(
    struct sg_rhythm *rhythm, const struct sg_rhythm_own *own, int64_t now_ms);
