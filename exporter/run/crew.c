/* SPDX-License-Identifier: Apache-2.0 */
#include "run/crew.h"

#include "base/auto.h"
#include "collectors/collector.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    WORKERS_MAX = 16
};

struct worker {
    struct sg_crew *crew;
    const struct sg_collector *collector;
    void *self;
    pthread_t thread;
    bool started;
    bool hurry; /* collect now; guarded by the crew's lock */
};

struct sg_crew {
    struct sg_collector_env env;
    size_t n_workers;
    struct worker workers[WORKERS_MAX];
    atomic_bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t woken;
};

SG_AUTO_DEFINE(struct sg_crew *, sg_crew_free);

int sg_crew_new(const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_cluster *cluster,
    struct sg_store *store,
    const struct sg_clock *clock,
    struct sg_crew **ret_crew,
    struct sg_error *err)
{
    pthread_condattr_t attributes;
    sg_auto(sg_crew_free) struct sg_crew *crew = calloc(1, sizeof *crew);

    if (!crew)
        return -ENOMEM;
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&crew->woken, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    crew->env = (struct sg_collector_env){
        .config = config,
        .cluster_config = cluster_config,
        .cluster = cluster,
        .store = store,
        .clock = clock,
        .stopping = &crew->stopping,
    };
    for (size_t i = 0; sg_collectors[i] && crew->n_workers < WORKERS_MAX; i++) {
        if (!sg_collectors[i]->wanted(cluster_config))
            continue;
        struct worker *worker = &crew->workers[crew->n_workers];
        *worker = (struct worker){ .crew = crew, .collector = sg_collectors[i] };
        int r = sg_collectors[i]->create(&crew->env, &worker->self, err);
        if (r)
            return r;
        crew->n_workers++;
    }
    *ret_crew = sg_take(&crew);
    return 0;
}

struct sg_crew *sg_crew_free(struct sg_crew *crew)
{
    if (!crew)
        return NULL;
    for (size_t i = 0; i < crew->n_workers; i++)
        crew->workers[i].collector->destroy(crew->workers[i].self);
    (void)pthread_cond_destroy(&crew->woken);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew);
    return NULL;
}

/* Until the time has come, or the worker is to hurry, or the program ends. */
static void wait_until(struct worker *worker, int64_t time_ms)
{
    struct sg_crew *crew = worker->crew;
    struct timespec until =
        sg_clock_timespec_in(CLOCK_MONOTONIC, sg_clock_left_ms(crew->env.clock, time_ms));
    int r = 0;

    (void)pthread_mutex_lock(&crew->lock);
    while (!worker->hurry && !atomic_load(&crew->stopping) && r == 0)
        r = pthread_cond_timedwait(&crew->woken, &crew->lock, &until);
    worker->hurry = false;
    (void)pthread_mutex_unlock(&crew->lock);
}

static void hurry_others(const struct worker *worker)
{
    struct sg_crew *crew = worker->crew;

    (void)pthread_mutex_lock(&crew->lock);
    for (size_t i = 0; i < crew->n_workers; i++)
        crew->workers[i].hurry = crew->workers[i].hurry || &crew->workers[i] != worker;
    (void)pthread_cond_broadcast(&crew->woken);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void collect(struct worker *worker)
{
    const struct sg_collector_env *env = &worker->crew->env;
    uint64_t brokers_before = sg_cluster_brokers_version(env->cluster);

    worker->collector->collect(
        worker->self, sg_clock_monotonic_ms(env->clock) + env->config->timeout_ms);
    if (sg_cluster_brokers_version(env->cluster) != brokers_before)
        hurry_others(worker);
}

static void *run(void *context)
{
    struct worker *worker = context;
    const struct sg_collector_env *env = &worker->crew->env;
    int64_t interval_ms = env->config->interval_ms;
    int64_t next_ms = sg_clock_monotonic_ms(env->clock);
    char name[16];

    (void)snprintf(name, sizeof name, "%s", worker->collector->name);
    (void)pthread_setname_np(pthread_self(), name);
    while (!atomic_load(&worker->crew->stopping)) {
        collect(worker);
        /* The beat stays; beats that a slow collection has passed are left out. */
        int64_t now_ms = sg_clock_monotonic_ms(env->clock);
        while (next_ms <= now_ms)
            next_ms += interval_ms;
        wait_until(worker, next_ms);
    }
    return NULL;
}

int sg_crew_start(struct sg_crew *crew)
{
    for (size_t i = 0; i < crew->n_workers; i++) {
        int r = pthread_create(&crew->workers[i].thread, NULL, run, &crew->workers[i]);
        if (r)
            return -r;
        crew->workers[i].started = true;
    }
    return 0;
}

void sg_crew_ask_to_stop(struct sg_crew *crew)
{
    (void)pthread_mutex_lock(&crew->lock);
    atomic_store(&crew->stopping, true);
    (void)pthread_cond_broadcast(&crew->woken);
    (void)pthread_mutex_unlock(&crew->lock);
}

bool sg_crew_join(struct sg_crew *crew, int64_t deadline_ms)
{
    bool all_ended = true;

    for (size_t i = 0; i < crew->n_workers; i++) {
        if (!crew->workers[i].started)
            continue;
        /* pthread_timedjoin_np wants wall-clock time; ThreadSanitizer does not know the other one.
         */
        struct timespec until =
            sg_clock_timespec_in(CLOCK_REALTIME, sg_clock_left_ms(crew->env.clock, deadline_ms));
        if (pthread_timedjoin_np(crew->workers[i].thread, NULL, &until))
            all_ended = false;
        else
            crew->workers[i].started = false;
    }
    return all_ended;
}

void sg_crew_collect_once(struct sg_crew *crew)
{
    for (size_t i = 0; i < crew->n_workers; i++)
        collect(&crew->workers[i]);
}
