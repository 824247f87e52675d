/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The rhythm of the scrapes, and when a collection must start to end just before the next one.
 *
 * It uses only the times of scrapes. A steady scraper is recognised by times that are whole periods
 * apart; its next scrape can then be predicted. The HTTP threads report scrapes, the collectors'
 * threads query; thread-safe. Times are monotonic and passed in.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* How many times faster or slower than the interval a scraper may be to be followed scrape by
       scrape. With a faster one several scrapes share a collection; with a slower one there are
       several collections per scrape, and the last of them ends just before it. */
    SG_RHYTHM_FASTER_MAX = 4,
    SG_RHYTHM_SLOWER_MAX = 8,
    SG_RHYTHM_RECENT = 8, /* durations that are remembered */
};

struct sg_rhythm;

/* The recent collections of one collector; owned by its thread. Zeroed means empty. */
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

/** Set a changed interval. */
void sg_rhythm_set_interval(struct sg_rhythm *rhythm, int64_t interval_ms);

/** Report a scrape. */
void sg_rhythm_scraped(struct sg_rhythm *rhythm, int64_t now_ms);

/** The period of the scraper that is followed, or 0 when none is. */
int64_t sg_rhythm_period_ms(struct sg_rhythm *rhythm, int64_t now_ms);

/** Time between collections: from the followed scraper, or the interval. */
int64_t sg_rhythm_pause_ms(struct sg_rhythm *rhythm, int64_t now_ms);

/** Record a finished collection. */
void sg_rhythm_collected(struct sg_rhythm_own *own, int64_t started_ms, int64_t ended_ms);

/**
 * When the next collection must start: always at least half a pause and at most one and a half
 * after the latest start; but not before the latest end, so that starts which a slow collection has
 * missed are skipped.
 */
int64_t sg_rhythm_next_start_ms(
    struct sg_rhythm *rhythm, const struct sg_rhythm_own *own, int64_t now_ms);
