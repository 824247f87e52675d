/* SPDX-License-Identifier: Apache-2.0 */
#include "run/rhythm.h"

#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * One scraper is followed at a time. It is found by its chain: the newest scrape, one a period
 * earlier, another a period before that, and so on, with any other scrapes in between. So two
 * scrapers with the same period, a scraper beside manual requests, and one that is sometimes
 * slightly late all count as steady; of several the fastest is followed. A second scraper of the
 * same period also sees each collection once, only later.
 *
 * An expected scrape that comes within the tolerance corrects phase and period. After MISSES_MAX
 * consecutive misses the scraper is gone; if too many of the latest expected scrapes were missed,
 * the chain was a coincidence.
 */

enum {
    HISTORY = 64,
    CHAIN = 4, /* periods that a chain must have, so five scrapes */
    /* Manual requests among a scraper's make short chains by coincidence, so a longer and stricter
       chain is searched for first, and only such a chain replaces the scraper that is followed. */
    CHAIN_STRICT = 8,
    STRICTER = 4,          /* factor by which the tolerance is smaller */
    EXPECTED_ALL = 0xff,   /* the latest eight expected scrapes, one bit each; … */
    EXPECTED_COME_MIN = 6, /* … if fewer came, the chain was a coincidence */
    MISSES_MAX = 3,
    PERIOD_MS_MIN = 500,

    TOLERANCE_MS_MIN = 100, /* tolerance of a scrape's time: a tenth of the period, within these */
    TOLERANCE_MS_MAX = 1000,

    /* Between the expected end of a collection and the scrape: for building the page, and for a
       collection that takes longer than the previous ones. Never over a third of the period. */
    MARGIN_MS_MIN = 450,
    MARGIN_MS_MAX = 750,
};

struct sg_rhythm {
    pthread_mutex_t lock; /* guards all */
    int64_t interval_ms;
    size_t n_times;
    int64_t times_ms[HISTORY]; /* of scrapes, oldest first */
    int64_t period_us;         /* 0: no scraper is followed */
    int64_t phase_ms;          /* the last scrape of the followed scraper, or its expected time */
    unsigned came;             /* one bit for each of the latest expected scrapes */
};

int sg_rhythm_new(int64_t interval_ms, struct sg_rhythm **ret_rhythm)
{
    struct sg_rhythm *rhythm = calloc(1, sizeof *rhythm);

    if (!rhythm)
        return -ENOMEM;
    (void)pthread_mutex_init(&rhythm->lock, NULL);
    rhythm->interval_ms = interval_ms;
    *ret_rhythm = rhythm;
    return 0;
}

struct sg_rhythm *sg_rhythm_free(struct sg_rhythm *rhythm)
{
    if (!rhythm)
        return NULL;
    (void)pthread_mutex_destroy(&rhythm->lock);
    free(rhythm);
    return NULL;
}

void sg_rhythm_set_interval(struct sg_rhythm *rhythm, int64_t interval_ms)
{
    sg_locked(&rhythm->lock);
    rhythm->interval_ms = interval_ms;
}

/* ---- Finding the scraper. All with the lock held. ---- */

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
    if (value < min)
        return min;
    return value > max ? max : value;
}

static int64_t tolerance_ms(int64_t period_ms)
{
    return clamp(period_ms / 10, TOLERANCE_MS_MIN, TOLERANCE_MS_MAX);
}

/* The scrape nearest to a time, if one is within the tolerance. @return its time, or -1 */
static int64_t find_near(const struct sg_rhythm *rhythm, int64_t time_ms, int64_t within_ms)
{
    int64_t best = -1;

    for (size_t i = 0; i < rhythm->n_times; i++) {
        int64_t off = llabs(rhythm->times_ms[i] - time_ms);
        if (off <= within_ms && (best < 0 || off < llabs(best - time_ms)))
            best = rhythm->times_ms[i];
    }
    return best;
}

/* Does such a chain end with the newest scrape? @return its average period in µs, or 0 */
static int64_t chain_us(const struct sg_rhythm *rhythm, int64_t period_ms, bool strict)
{
    int64_t newest = rhythm->times_ms[rhythm->n_times - 1];
    int64_t within_ms = tolerance_ms(period_ms) / (strict ? STRICTER : 1);
    int n_periods = strict ? CHAIN_STRICT : CHAIN;
    int64_t at = newest;

    for (int i = 0; i < n_periods; i++) {
        at = find_near(rhythm, at - period_ms, within_ms);
        if (at < 0)
            return 0;
    }
    return (newest - at) * 1000 / n_periods;
}

/* The shortest period of a chain that ends with the newest scrape, or 0. */
static int64_t search_us(const struct sg_rhythm *rhythm, bool strict)
{
    int64_t newest = rhythm->times_ms[rhythm->n_times - 1];

    for (size_t i = rhythm->n_times - 1; i-- > 0;) {
        int64_t period_ms = newest - rhythm->times_ms[i];
        int64_t found = period_ms < PERIOD_MS_MIN ? 0 : chain_us(rhythm, period_ms, strict);
        if (found)
            return found;
    }
    return 0;
}

/* The latest expected time that is at most the tolerance after `time_ms`. */
static int64_t expected_scrape_ms(
    const struct sg_rhythm *rhythm, int64_t time_ms, int64_t *ret_periods)
{
    int64_t period_ms = rhythm->period_us / 1000;
    int64_t since_us = (time_ms + tolerance_ms(period_ms) - rhythm->phase_ms) * 1000;

    *ret_periods = since_us < 0 ? 0 : since_us / rhythm->period_us;
    return rhythm->phase_ms + *ret_periods * rhythm->period_us / 1000;
}

static bool is_lost(const struct sg_rhythm *rhythm, int64_t now_ms)
{
    int64_t tolerance = tolerance_ms(rhythm->period_us / 1000);
    return (now_ms - tolerance - rhythm->phase_ms) * 1000 > MISSES_MAX * rhythm->period_us;
}

static void follow(struct sg_rhythm *rhythm, int64_t period_us, int64_t phase_ms)
{
    rhythm->period_us = period_us;
    rhythm->phase_ms = phase_ms;
}

/*
 * Record that the latest expected scrape came and those skipped before it did not. @param periods 1
 * to MISSES_MAX: with more the scraper is lost
 */
static bool is_still_steady(struct sg_rhythm *rhythm, int64_t periods)
{
    rhythm->came = ((rhythm->came << periods) | 1) & EXPECTED_ALL;
    return __builtin_popcount(rhythm->came) >= EXPECTED_COME_MIN;
}

/*
 * Was this the expected scrape? A late scrape is usually a random delay, an early one means that
 * the expected time was too late: so the phase follows early scrapes at once, late ones slowly.
 */
static bool keep_following(struct sg_rhythm *rhythm, int64_t now_ms)
{
    int64_t periods = 0;

    if (!rhythm->period_us || is_lost(rhythm, now_ms))
        return false;
    int64_t expected_ms = expected_scrape_ms(rhythm, now_ms, &periods);
    int64_t late_ms = now_ms - expected_ms;
    if (periods == 0 || llabs(late_ms) > tolerance_ms(rhythm->period_us / 1000))
        return false;
    if (!is_still_steady(rhythm, periods)) {
        rhythm->period_us = 0;
        return false;
    }
    follow(rhythm, rhythm->period_us + late_ms * 1000 / periods / 16,
        expected_ms + (late_ms > 0 ? late_ms / 8 : late_ms));
    return true;
}

void sg_rhythm_scraped(struct sg_rhythm *rhythm, int64_t now_ms)
{
    sg_locked(&rhythm->lock);
    if (rhythm->n_times == HISTORY) {
        rhythm->n_times--;
        memmove(rhythm->times_ms, rhythm->times_ms + 1, rhythm->n_times * sizeof(int64_t));
    }
    rhythm->times_ms[rhythm->n_times++] = now_ms;
    if (!keep_following(rhythm, now_ms)) {
        bool alone = !rhythm->period_us || is_lost(rhythm, now_ms);
        int64_t found = search_us(rhythm, true);
        if (!found && alone)
            found = search_us(rhythm, false);
        if (found && (alone || found < rhythm->period_us / 4 * 3)) {
            rhythm->came = EXPECTED_ALL;
            follow(rhythm, found, now_ms);
        }
    }
}

/* ---- Following it ---- */

/* @param ret_pause_us  from collection to collection @return is a scraper followed? */
static bool pause_us(const struct sg_rhythm *rhythm, int64_t now_ms, int64_t *ret_pause_us)
{
    int64_t interval_us = rhythm->interval_ms * 1000;
    int64_t min_us = interval_us / SG_RHYTHM_FASTER_MAX;
    int64_t max_us = interval_us * SG_RHYTHM_SLOWER_MAX;

    *ret_pause_us = interval_us;
    if (!rhythm->period_us || is_lost(rhythm, now_ms))
        return false;
    *ret_pause_us = rhythm->period_us;
    if (rhythm->period_us < min_us)
        *ret_pause_us *= (min_us + rhythm->period_us - 1) / rhythm->period_us;
    else if (rhythm->period_us > max_us)
        *ret_pause_us /= (rhythm->period_us + max_us - 1) / max_us;
    return true;
}

int64_t sg_rhythm_period_ms(struct sg_rhythm *rhythm, int64_t now_ms)
{
    int64_t unused;

    sg_locked(&rhythm->lock);
    int64_t period_ms = pause_us(rhythm, now_ms, &unused) ? rhythm->period_us / 1000 : 0;
    return period_ms;
}

int64_t sg_rhythm_pause_ms(struct sg_rhythm *rhythm, int64_t now_ms)
{
    int64_t pause = 0;

    sg_locked(&rhythm->lock);
    (void)pause_us(rhythm, now_ms, &pause);
    return pause / 1000;
}

void sg_rhythm_collected(struct sg_rhythm_own *own, int64_t started_ms, int64_t ended_ms)
{
    own->started_ms = started_ms;
    own->ended_ms = ended_ms;
    own->durations_ms[own->n++ % SG_RHYTHM_RECENT] = ended_ms - started_ms;
}

/* The second longest recent duration: a single time-out must not make all following collections
   early. */
static int64_t expected_duration_ms(const struct sg_rhythm_own *own)
{
    size_t n = own->n < SG_RHYTHM_RECENT ? own->n : SG_RHYTHM_RECENT;
    int64_t longest = 0, second = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t duration = own->durations_ms[i];
        if (duration > longest) {
            second = longest;
            longest = duration;
        } else if (duration > second) {
            second = duration;
        }
    }
    return n > 1 ? second : longest;
}

/* @return the time of a grid that is nearest to `wanted`, or the first one not before `earliest` */
static int64_t nearest_us(int64_t origin, int64_t step, int64_t wanted, int64_t earliest)
{
    int64_t offset = (wanted - origin) % step;
    int64_t at = wanted - offset;

    if (offset > step / 2)
        at += step;
    else if (offset < -step / 2)
        at -= step;
    if (at < earliest)
        at += (earliest - at + step - 1) / step * step;
    return at;
}

int64_t sg_rhythm_next_start_ms(
    struct sg_rhythm *rhythm, const struct sg_rhythm_own *own, int64_t now_ms)
{
    int64_t pause = 0;

    sg_locked(&rhythm->lock);
    bool follows = pause_us(rhythm, now_ms, &pause);
    int64_t phase_ms = rhythm->phase_ms;
    int64_t grid_us = rhythm->period_us;
    if (own->n == 0)
        return now_ms;
    int64_t started_us = own->started_ms * 1000;
    if (!follows)
        return nearest_us(started_us, pause, started_us + pause, own->ended_ms * 1000) / 1000;

    int64_t duration_ms = expected_duration_ms(own);
    int64_t margin_ms = clamp(duration_ms / 2, MARGIN_MS_MIN, MARGIN_MS_MAX);
    if (margin_ms > pause / 3000)
        margin_ms = pause / 3000;
    int64_t lead_ms = duration_ms + margin_ms;
    if (lead_ms > pause / 1000 * 3 / 4)
        lead_ms = pause / 1000 * 3 / 4;
    if (grid_us > pause)
        grid_us = pause;
    return nearest_us(
               (phase_ms - lead_ms) * 1000, grid_us, started_us + pause, own->ended_ms * 1000) /
           1000;
}
