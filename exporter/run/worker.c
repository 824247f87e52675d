/* SPDX-License-Identifier: Apache-2.0 */
#include "run/worker.h"

#include "base/auto.h"
#include "base/join.h"
#include "config/load.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* How long a change of the rhythm may go unnoticed. */
enum {
    LOOK_MS = 1000
};

struct sg_worker {
    const struct sg_worker_env *worker_env;
    const struct sg_collector *collector;
    struct sg_collector_env env;
    void *self;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
};

SG_AUTO_DEFINE(struct sg_worker *, sg_worker_free);

static struct sg_collector_env env_of(const struct sg_worker_env *worker_env,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_cluster *cluster)
{
    return (struct sg_collector_env){
        .config = config,
        .cluster_config = cluster_config,
        .cluster = cluster,
        .store = worker_env->store,
        .clock = worker_env->clock,
    };
}

int sg_worker_new(const struct sg_worker_env *worker_env,
    const struct sg_collector *collector,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_cluster *cluster,
    struct sg_worker **ret_worker,
    struct sg_error *err)
{
    sg_auto(sg_worker_free) struct sg_worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return -ENOMEM;
    worker->worker_env = worker_env;
    worker->collector = collector;
    worker->env =
        env_of(worker_env, sg_config_ref(config), cluster_config, sg_cluster_ref(cluster));
    worker->env.stopping = &worker->stopping;
    int r = collector->create(&worker->env, &worker->self, err);
    if (r)
        return r;
    *ret_worker = sg_take(&worker);
    return 0;
}

struct sg_worker *sg_worker_free(struct sg_worker *worker)
{
    if (!worker)
        return NULL;
    worker->collector->destroy(worker->self);
    (void)sg_cluster_unref(worker->env.cluster);
    (void)sg_config_unref(worker->env.config);
    free(worker);
    return NULL;
}

bool sg_worker_is_same(const struct sg_worker *worker,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    const struct sg_cluster *cluster)
{
    const struct sg_collector_env env =
        env_of(worker->worker_env, config, cluster_config, worker->env.cluster);

    return worker->env.cluster == cluster && worker->collector->same(worker->self, &env);
}

const struct sg_cluster_config *sg_worker_cluster_config(const struct sg_worker *worker)
{
    return worker->env.cluster_config;
}

bool sg_worker_is_stopping(const struct sg_worker *worker)
{
    return atomic_load(&worker->stopping);
}

void sg_worker_adopt(struct sg_worker *worker, struct sg_worker *earlier)
{
    if (worker->collector == earlier->collector && worker->collector->adopt)
        worker->collector->adopt(worker->self, earlier->self);
}

void sg_worker_collect_once(struct sg_worker *worker)
{
    worker->collector->collect(worker->self,
        sg_clock_monotonic_ms(worker->env.clock) + atomic_load(worker->worker_env->timeout_ms));
}

/*
 * Wait until the next collection is due, or a new broker is known. @return when it was due: on a
 * busy machine a thread wakes up late, which counts as part of the collection's duration
 */
static int64_t wait_for_next(
    struct sg_worker *worker, const struct sg_rhythm_own *own, uint64_t brokers_seen)
{
    const struct sg_clock *clock = worker->env.clock;
    struct sg_cluster *cluster = worker->env.cluster;
    const uint64_t *seen = worker->collector->follows_brokers ? &brokers_seen : NULL;

    while (!atomic_load(&worker->stopping) &&
           (!seen || sg_cluster_brokers_version(cluster) == brokers_seen)) {
        int64_t now_ms = sg_clock_monotonic_ms(clock);
        int64_t left_ms = sg_rhythm_next_start_ms(worker->worker_env->rhythm, own, now_ms) - now_ms;
        if (left_ms <= 0)
            return left_ms > -LOOK_MS ? now_ms + left_ms : now_ms;
        sg_cluster_wait(cluster, seen, left_ms < LOOK_MS ? left_ms : LOOK_MS, &worker->stopping);
    }
    return sg_clock_monotonic_ms(clock);
}

static void *run(void *context)
{
    struct sg_worker *worker = context;
    struct sg_rhythm_own own = { 0 };
    int64_t due_ms = sg_clock_monotonic_ms(worker->env.clock);
    char name[16];

    (void)snprintf(name, sizeof name, "%s", worker->collector->name);
    (void)pthread_setname_np(pthread_self(), name);
    while (!atomic_load(&worker->stopping)) {
        uint64_t brokers_seen = sg_cluster_brokers_version(worker->env.cluster);
        sg_worker_collect_once(worker);
        sg_rhythm_collected(&own, due_ms, sg_clock_monotonic_ms(worker->env.clock));
        due_ms = wait_for_next(worker, &own, brokers_seen);
    }
    return NULL;
}

int sg_worker_start(struct sg_worker *worker)
{
    int r = pthread_create(&worker->thread, NULL, run, worker);

    worker->started = r == 0;
    return -r;
}

void sg_worker_ask_to_stop(struct sg_worker *worker)
{
    atomic_store(&worker->stopping, true);
    sg_cluster_wake(worker->env.cluster);
}

bool sg_worker_join(struct sg_worker *worker, int64_t deadline_ms)
{
    if (!worker->started)
        return true;
    if (!sg_join_within(worker->thread, sg_clock_left_ms(worker->env.clock, deadline_ms)))
        return false;
    worker->started = false;
    return true;
}
