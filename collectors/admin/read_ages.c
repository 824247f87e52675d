/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/read_ages.h"

#include "admin/ask/offsets.h"
#include "base/auto.h"

#include <errno.h>
#include <stdlib.h>

static bool has_time(const struct sg_read_ages *env)
{
    return sg_clock_left_ms(env->clock, env->deadline_ms) > 0;
}

/* One round of the search. */
static int ask_times(const struct sg_read_ages *env, const int64_t *times)
{
    struct sg_offsets *pass = NULL;

    int r = sg_offsets_start(env->client, env->clock, env->topology, SG_OFFSETS_TIME, times,
        env->skip, env->chunk_ms, env->deadline_ms, &pass);
    if (r)
        return r;
    sg_offsets_wait(pass, env->stopping);
    /* A search that ran out of time is not a broker's failure. */
    if (has_time(env)) {
        sg_offsets_report(pass, env->failures);
        sg_offsets_mark_silent(pass, env->skip);
    }
    sg_ages_answer(env->ages, sg_offsets_get(pass));
    (void)sg_offsets_free(pass);
    return 0;
}

/* Besides the groups': where transactions begin, and where logs end. */
static int add_points(
    const struct sg_read_ages *env, int64_t now_unix_ms, struct sg_ages_points *points)
{
    int r = env->holds ? sg_holds_add_to(env->holds, env->topology, points) : 0;

    if (r || !env->produced)
        return r;
    r = sg_produced_follow(env->produced, env->topology, env->start, env->end, now_unix_ms);
    return r ? r : sg_produced_add_to(env->produced, points);
}

int sg_read_ages(const struct sg_read_ages *env)
{
    sg_auto_free int64_t *times = calloc(env->topology->n_partitions + 1, sizeof *times);
    int64_t now_unix_ms = sg_clock_unix_ms(env->clock);
    struct sg_ages_points points = { .n = 0 };

    if (!times)
        return -ENOMEM;
    int r = add_points(env, now_unix_ms, &points);
    if (!r)
        r = sg_ages_begin(
            env->ages, env->topology, env->groups, &points, env->start, env->end, now_unix_ms);
    sg_ages_points_done(&points);
    while (!r && !atomic_load(env->stopping) && has_time(env) && sg_ages_ask(env->ages, times) > 0)
        r = ask_times(env, times);
    if (!r && env->produced)
        sg_produced_learn(env->produced, env->ages);
    return r;
}
