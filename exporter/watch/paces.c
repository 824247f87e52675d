/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/paces.h"

#include "base/keyed.h"
#include "base/sync.h"
#include "base/trend.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    GENERATION_MS = 60 * 1000
};

struct pace {
    struct sg_keyed_text key;
    struct sg_trend committed, lag;
    double latest; /* committed offset */
};

static const struct sg_keyed_kind pace_kind = {
    .size = sizeof(struct pace),
    .key_at = offsetof(struct pace, key),
    .seen_at = offsetof(struct pace, key.seen),
};

struct sg_paces {
    pthread_mutex_t lock; /* guards what is below */
    struct sg_keyed all;
};

int sg_paces_new(struct sg_paces **ret_paces)
{
    struct sg_paces *paces = calloc(1, sizeof *paces);

    if (!paces)
        return -ENOMEM;
    (void)pthread_mutex_init(&paces->lock, NULL);
    sg_keyed_init(&paces->all, &pace_kind);
    paces->all.max = SG_PACES_MAX;
    *ret_paces = paces;
    return 0;
}

struct sg_paces *sg_paces_free(struct sg_paces *paces)
{
    if (!paces)
        return NULL;
    sg_keyed_done(&paces->all);
    (void)pthread_mutex_destroy(&paces->lock);
    free(paces);
    return NULL;
}

/* @return NULL: there is no room, or no memory */
static struct pace *find_or_add(
    struct sg_paces *paces, struct sg_str key, int64_t now_ms, bool *ret_is_new)
{
    static const struct sg_keyed_rule rule = { SG_PACES_FORGET_MS / GENERATION_MS, 1,
        SG_PACES_MAX + 1 };
    uint32_t generation = (uint32_t)(now_ms / GENERATION_MS);
    uint32_t number;

    if (generation != paces->all.generation) {
        paces->all.generation = generation;
        (void)sg_keyed_forget_by(&paces->all, &rule);
    }
    if (sg_keyed_add(&paces->all, key, &number, ret_is_new))
        return NULL;
    *sg_keyed_seen(&paces->all, number) = generation;
    return sg_keyed_at(&paces->all, number);
}

static void begin(struct pace *pace, const struct sg_pace_reading *reading)
{
    sg_trend_begin(&pace->committed, reading->committed, reading->ms);
    sg_trend_begin(&pace->lag, reading->lag, reading->ms);
}

static struct sg_pace measure(const struct pace *pace, const struct sg_pace_reading *reading)
{
    struct sg_pace found = { (double)NAN, reading->lag == 0 ? 0 : (double)NAN };
    int64_t span_ms = sg_trend_span_ms(&pace->committed, reading->ms);
    double seconds = (double)span_ms / 1000;
    double fell = -sg_trend_change(&pace->lag, reading->lag);

    if (span_ms < SG_PACES_FIRST_MS)
        return found;
    found.read_per_s = sg_trend_change(&pace->committed, reading->committed) / seconds;
    if (reading->lag > 0 && fell > 0)
        found.drain_s = reading->lag * seconds / fell;
    return found;
}

struct sg_pace sg_paces_follow(
    struct sg_paces *paces, struct sg_str key, const struct sg_pace_reading *reading)
{
    bool is_new = false;

    sg_locked(&paces->lock);
    struct pace *pace =
        isnan(reading->committed) ? NULL : find_or_add(paces, key, reading->ms, &is_new);
    if (!pace)
        return (struct sg_pace){ (double)NAN, reading->lag == 0 ? 0 : (double)NAN };
    if (is_new || reading->committed < pace->latest) /* its offset was reset */
        begin(pace, reading);
    sg_trend_follow(&pace->committed, reading->committed, reading->ms);
    sg_trend_follow(&pace->lag, reading->lag, reading->ms);
    pace->latest = reading->committed;
    return measure(pace, reading);
}
