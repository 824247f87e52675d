/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/drain.h"

#include "base/buf.h"
#include "base/keyed.h"
#include "base/trend.h"

#include <errno.h>
#include <stdlib.h>

enum {
    KEY_BYTES_MAX = 64 * 1024
};

struct drain {
    struct sg_keyed_text key; /* group NUL topic */
    struct sg_trend lag;
};

static const struct sg_keyed_kind drain_kind = {
    .size = sizeof(struct drain),
    .key_at = offsetof(struct drain, key),
    .seen_at = offsetof(struct drain, key) + offsetof(struct sg_keyed_text, seen),
};

struct sg_drains {
    struct sg_keyed all; /* a generation is a collection */
    struct sg_buf key;   /* scratch */
};

int sg_drains_new(struct sg_drains **ret_drains)
{
    struct sg_drains *drains = calloc(1, sizeof *drains);

    if (!drains)
        return -ENOMEM;
    sg_keyed_init(&drains->all, &drain_kind);
    sg_buf_init(&drains->key, KEY_BYTES_MAX);
    *ret_drains = drains;
    return 0;
}

struct sg_drains *sg_drains_free(struct sg_drains *drains)
{
    if (!drains)
        return NULL;
    sg_keyed_done(&drains->all);
    sg_buf_done(&drains->key);
    free(drains);
    return NULL;
}

void sg_drains_begin(struct sg_drains *drains)
{
    static const struct sg_keyed_rule rule = { .after = 20, .at_least = 64, .one_in = 4 };

    drains->all.generation++;
    (void)sg_keyed_forget_by(&drains->all, &rule);
}

/* @return NULL: memory is short */
static struct drain *find(
    struct sg_drains *drains, struct sg_str group, struct sg_str topic, bool *ret_is_new)
{
    uint32_t number;

    sg_buf_clear(&drains->key);
    (void)sg_buf_add_str(&drains->key, group);
    (void)sg_buf_add_char(&drains->key, '\0');
    (void)sg_buf_add_str(&drains->key, topic);
    if (sg_buf_error(&drains->key) ||
        sg_keyed_add(&drains->all, sg_buf_get(&drains->key), &number, ret_is_new))
        return NULL;
    *sg_keyed_seen(&drains->all, number) = drains->all.generation;
    return sg_keyed_at(&drains->all, number);
}

double sg_drains_follow(
    struct sg_drains *drains, struct sg_str group, struct sg_str topic, int64_t lag, int64_t now_ms)
{
    bool is_new;
    struct drain *drain = find(drains, group, topic, &is_new);

    if (!drain)
        return SG_DRAIN_UNKNOWN;
    if (is_new)
        sg_trend_begin(&drain->lag, (double)lag, now_ms);
    sg_trend_follow(&drain->lag, (double)lag, now_ms);
    if (lag == 0)
        return 0;
    double fell = -sg_trend_change(&drain->lag, (double)lag);
    int64_t span_ms = sg_trend_span_ms(&drain->lag, now_ms);
    if (fell <= 0 || span_ms < SG_DRAIN_FIRST_MS)
        return SG_DRAIN_UNKNOWN;
    return (double)lag * (double)span_ms / fell;
}
