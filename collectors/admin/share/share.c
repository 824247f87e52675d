/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/share.h"

#include "admin/ask/offsets.h"
#include "admin/ask/patience.h"
#include "admin/share/ask_names.h"
#include "admin/share/log.h"
#include "admin/share/names.h"
#include "admin/share/states.h"
#include "base/auto.h"
#include "base/grow.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
    LOG_PARTITIONS_MAX = 10000,
    DENIED_MS = 10 * 60000, /* pause after READ was denied */
    AGAIN_MS = 10 * 60000,  /* between readings because there is room again */
};

struct sg_share {
    const struct sg_cluster_config *config;
    int64_t timeout_ms;
    struct sg_filter *topic_filter; /* only the state topic */
    struct sg_topology *place;      /* of it, in this collection */
    struct sg_share_states *states;
    struct sg_share_names *names;
    struct sg_share_log *log; /* or NULL */
    struct sg_patience patience;
    bool is_read;            /* it has been, up to its end */
    int64_t denied_until_ms; /* monotonic, … */
    int64_t full_until_ms;   /* … until then it is not read again because there is room */
    struct sg_offsets *ends; /* of the state topic, in this collection */
    size_t n, allocated;
    struct sg_share_progress *list;
};

SG_AUTO_DEFINE(struct sg_share *, sg_share_free);

struct sg_share *sg_share_free(struct sg_share *share)
{
    if (!share)
        return NULL;
    (void)sg_offsets_free(share->ends);
    (void)sg_share_log_free(share->log);
    (void)sg_share_states_free(share->states);
    (void)sg_share_names_free(share->names);
    (void)sg_topology_unref(share->place);
    (void)sg_filter_free(share->topic_filter);
    free(share->list);
    free(share);
    return NULL;
}

int sg_share_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_share **ret_share)
{
    sg_auto(sg_share_free) struct sg_share *share = NULL;
    struct sg_error err;

    if (config->share_lag == SG_SHARE_LAG_NONE)
        return 0;
    share = calloc(1, sizeof *share);
    if (!share)
        return -ENOMEM;
    share->config = config;
    share->timeout_ms = timeout_ms;
    int r = sg_filter_new("^" SG_SHARE_TOPIC "$", NULL, &share->topic_filter, &err);
    if (!r)
        r = sg_share_states_new(config->limits.partitions, &share->states);
    if (!r)
        r = sg_share_names_new(&share->names);
    if (!r)
        *ret_share = sg_take(&share);
    return r;
}

int sg_share_begin(struct sg_share *share, const struct rd_kafka_metadata *metadata)
{
    if (!share)
        return 0;
    share->n = 0;
    share->place = sg_topology_unref(share->place);
    return sg_topology_new(metadata, share->topic_filter, LOG_PARTITIONS_MAX, &share->place);
}

/* ---- The log ---- */

static void stop(struct sg_share *share)
{
    share->log = sg_share_log_free(share->log);
    share->is_read = false;
    sg_share_states_clear(share->states);
}

/* What was left out is only in records that have been read. There may be too many all the same, so
 * not in each collection. */
static void stop_if_room(struct sg_share *share, const struct sg_clock *clock)
{
    if (!sg_share_states_has_room_again(share->states) ||
        sg_clock_left_ms(clock, share->full_until_ms) > 0)
        return;
    share->full_until_ms = sg_clock_monotonic_ms(clock) + AGAIN_MS;
    stop(share);
}

/* @param ret_is_new  it is read from its start @return 0, also when it cannot be, or a negative
 * errno */
static int make_log(
    struct sg_share *share, size_t n, const struct sg_share_env *env, bool *ret_is_new)
{
    struct sg_error err = { "" };

    *ret_is_new = !share->log || sg_share_log_n(share->log) != n;
    if (!*ret_is_new)
        return 0;
    stop(share);
    int r = sg_share_log_new(share->config, share->timeout_ms, n, &share->log, &err);
    if (r > 0)
        sg_failures_add(env->failures, SG_FAILURE_INTERNAL, SG_REQUEST_FETCH, r,
            "cannot create the client that reads " SG_SHARE_TOPIC ": %s", err.text);
    return r < 0 ? r : 0;
}

static void report(struct sg_share *share, struct sg_failures *failures)
{
    size_t n_dropped = sg_share_states_fetch_dropped(share->states);
    struct sg_error err;

    (void)sg_error_set(&err, 0,
        "%zu records of " SG_SHARE_TOPIC " are not understood, so their share groups have no lag: "
        "this Kafka may be newer than Streamgauge",
        n_dropped);
    if (n_dropped)
        sg_failures_warn(failures, SG_FAILURE_PARSE, SG_REQUEST_FETCH, 0, err.text);
    (void)sg_error_set(&err, 0,
        "partitions of share groups are left out: limits.partitions is %zu; raise it",
        share->config->limits.partitions);
    if (sg_share_states_is_full(share->states))
        sg_failures_warn(failures, SG_FAILURE_LIMIT, SG_REQUEST_FETCH, 0, err.text);
}

static int ask_ends(struct sg_share *share, const struct sg_share_env *env)
{
    int r = sg_offsets_start(env->client, env->clock, share->place, SG_OFFSETS_END, NULL, env->skip,
        env->request_ms, env->deadline_ms, &share->ends);

    if (r)
        return r;
    sg_offsets_wait(share->ends, env->stopping);
    sg_offsets_report(share->ends, env->failures);
    return 0;
}

static bool has_reached_ends(const struct sg_share *share)
{
    const int64_t *ends = sg_offsets_get(share->ends);

    for (size_t i = 0; i < share->place->n_partitions; i++) {
        if (!sg_share_log_has_reached(share->log, i, ends[i]))
            return false;
    }
    return true;
}

/* @return 0, also when it cannot be read, or a negative errno */
static int read_log(struct sg_share *share, const struct sg_share_env *env, bool is_first)
{
    const struct sg_share_log_env log_env = {
        .clock = env->clock,
        .stopping = env->stopping,
        .ends = sg_offsets_get(share->ends),
        .deadline_ms = is_first ? env->seldom_deadline_ms : env->deadline_ms,
        .failures = env->failures,
    };
    bool denied = false;

    if (!share->log)
        return 0;
    int r = sg_share_log_read(share->log, &log_env, share->states, &denied);
    share->is_read = share->is_read || has_reached_ends(share);
    report(share, env->failures);
    int64_t now_ms = sg_clock_monotonic_ms(env->clock);
    bool works = denied || sg_share_log_works(share->log, log_env.ends);
    if (denied)
        share->denied_until_ms = now_ms + DENIED_MS;
    if (denied || sg_patience_ends(&share->patience, works, now_ms))
        stop(share);
    return r;
}

/* ---- What it says ---- */

/* Is what was read of the group's partition all that the topic has of it? */
static bool is_current(const struct sg_share *share, const struct sg_share_state *state)
{
    size_t source = (size_t)state->source;

    assert(source < share->place->n_partitions); /* as many as the log has */
    return sg_share_log_has_reached(share->log, source, sg_offsets_get(share->ends)[source]);
}

/* @return its number, or SG_PARTITION_NONE: unknown, gone or not wanted; the name may be unknown */
static int64_t find_partition(const struct sg_share *share,
    const struct sg_topology *t,
    const struct sg_share_state *state,
    size_t *n_unnamed)
{
    const char *name = sg_share_names_find(share->names, state->topic_id);

    if (!name) {
        ++*n_unnamed;
        return SG_PARTITION_NONE;
    }
    int64_t topic = sg_topology_find_topic(t, sg_str_of(name));
    return topic == SG_PARTITION_NONE
               ? SG_PARTITION_NONE
               : sg_topology_find_partition(t, (uint32_t)topic, state->partition);
}

static int by_group_and_partition(const void *a, const void *b)
{
    const struct sg_share_progress *x = a;
    const struct sg_share_progress *y = b;
    int r = sg_str_compare(x->group, y->group);

    return r ? r : (x->partition > y->partition) - (x->partition < y->partition);
}

/* Sorted, so that a name is matched once. */
static void keep_wanted(struct sg_share *share, const struct sg_filter *filter)
{
    size_t n = 0;
    bool wanted = false;

    for (size_t i = 0; i < share->n; i++) {
        struct sg_share_progress *one = &share->list[i];
        if (i == 0 || !sg_str_equal(one->group, share->list[i - 1].group))
            wanted = sg_filter_wants(filter, one->group);
        if (wanted)
            share->list[n++] = *one;
    }
    share->n = n;
}

/* @return 0 or -ENOMEM */
static int list_all(struct sg_share *share, const struct sg_share_env *env, size_t *ret_unnamed)
{
    size_t n_unnamed = 0;

    share->n = 0;
    for (size_t i = 0; i < sg_share_states_n(share->states); i++) {
        struct sg_share_state state;
        if (!sg_share_states_get(share->states, i, &state))
            continue;
        int64_t partition = find_partition(share, env->topology, &state, &n_unnamed);
        if (partition == SG_PARTITION_NONE)
            continue;
        int64_t start = is_current(share, &state) ? state.start : SG_SHARE_UNKNOWN;
        int r = sg_grow(&share->list, share->n, &share->allocated, sizeof *share->list);
        if (r)
            return r;
        share->list[share->n++] =
            (struct sg_share_progress){ state.group, (uint32_t)partition, start, state.complete };
    }
    *ret_unnamed = n_unnamed;
    return 0;
}

static int list_named(struct sg_share *share, const struct sg_share_env *env)
{
    const struct sg_share_names_env names_env = {
        .client = env->client,
        .clock = env->clock,
        .stopping = env->stopping,
        .topology = env->topology,
        .failures = env->failures,
        .deadline_ms = env->seldom_deadline_ms,
        .n_ids = sg_share_states_n_added(share->states),
    };
    size_t n_unnamed = 0;

    int r = list_all(share, env, &n_unnamed);
    if (!r && n_unnamed)
        r = sg_share_ask_names(share->names, &names_env);
    if (!r && n_unnamed)
        r = list_all(share, env, &n_unnamed);
    if (r)
        return r;
    if (share->n)
        qsort(share->list, share->n, sizeof *share->list, by_group_and_partition);
    keep_wanted(share, env->group_filter);
    return 0;
}

/* ---- A collection ---- */

static bool has_share_groups(const struct sg_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (groups->groups[i].type == SG_GROUP_SHARE)
            return true;
    }
    return false;
}

/* @return can the topic be read? */
static bool check(const struct sg_share *share, const struct sg_share_env *env)
{
    if (!sg_share_can_ask_names()) {
        sg_failures_warn(env->failures, SG_FAILURE_INTERNAL, SG_REQUEST_NONE, 0,
            "groups.share_lag needs librdkafka 2.3 or later (deploy/librdkafka), for the names of "
            "topics");
        return false;
    }
    if (share->place->n_partitions == 0 && has_share_groups(env->groups))
        sg_failures_warn(env->failures, SG_FAILURE_DENIED, SG_REQUEST_FETCH, 0,
            "there are share groups, but no topic " SG_SHARE_TOPIC
            ": allow this client's principal READ on it");
    return share->place->n_partitions > 0 &&
           sg_clock_left_ms(env->clock, share->denied_until_ms) == 0;
}

int sg_share_read(struct sg_share *share, const struct sg_share_env *env)
{
    bool is_new;

    if (!share || !check(share, env))
        return 0;
    stop_if_room(share, env->clock);
    int r = make_log(share, share->place->n_partitions, env, &is_new);
    if (!r)
        r = ask_ends(share, env);
    if (!r)
        r = read_log(share, env, is_new);
    if (!r && share->log)
        r = list_named(share, env);
    share->ends = sg_offsets_free(share->ends);
    return r;
}

const struct sg_share_progress *sg_share_get(const struct sg_share *share, size_t *ret_n)
{
    *ret_n = share ? share->n : 0;
    return share ? share->list : NULL;
}

size_t sg_share_count_known(const struct sg_share *share)
{
    size_t n_known = 0;

    for (size_t i = 0; share && i < share->n; i++)
        n_known += share->list[i].start != SG_SHARE_UNKNOWN;
    return n_known;
}

bool sg_share_is_partial(const struct sg_share *share)
{
    return share && (!share->is_read || sg_share_states_is_full(share->states));
}
