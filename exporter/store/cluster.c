/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cluster.h"

#include "base/auto.h"
#include "base/clock.h"
#include "base/grow.h"
#include "base/log.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BROKERS_AT_FIRST = 8
};

struct sg_cluster {
    struct sg_refs refs;
    char *name;
    struct sg_size_board *sizes; /* has a lock of its own */
    pthread_mutex_t lock;        /* guards what is below */
    pthread_cond_t changed;
    enum sg_cluster_state state;
    char *id; /* NULL: not known */
    uint64_t brokers_version;
    size_t n_brokers, n_allocated;
    struct sg_broker *brokers; /* by id */
};

int sg_cluster_new(const char *name, struct sg_cluster **ret_cluster)
{
    struct sg_cluster *cluster = calloc(1, sizeof *cluster);

    if (!cluster || !(cluster->name = strdup(name)) || sg_size_board_new(&cluster->sizes)) {
        if (cluster)
            free(cluster->name);
        free(cluster);
        return -ENOMEM;
    }
    (void)pthread_mutex_init(&cluster->lock, NULL);
    sg_cond_init(&cluster->changed);
    sg_refs_init(&cluster->refs);
    *ret_cluster = cluster;
    return 0;
}

struct sg_cluster *sg_cluster_ref(struct sg_cluster *cluster)
{
    sg_refs_add(&cluster->refs);
    return cluster;
}

struct sg_cluster *sg_cluster_unref(struct sg_cluster *cluster)
{
    if (!cluster || !sg_refs_drop(&cluster->refs))
        return NULL;
    (void)pthread_cond_destroy(&cluster->changed);
    (void)pthread_mutex_destroy(&cluster->lock);
    (void)sg_size_board_free(cluster->sizes);
    free(cluster->brokers);
    free(cluster->id);
    free(cluster->name);
    free(cluster);
    return NULL;
}

const char *sg_cluster_name(const struct sg_cluster *cluster)
{
    return cluster->name;
}

struct sg_size_board *sg_cluster_sizes(const struct sg_cluster *cluster)
{
    return cluster->sizes;
}

int sg_cluster_set_id(struct sg_cluster *cluster, const char *id)
{
    int r = 0;

    sg_locked(&cluster->lock);
    if (!cluster->id || strcmp(cluster->id, id) != 0) {
        char *copy = strdup(id);
        if (copy) {
            free(cluster->id);
            cluster->id = copy;
        }
        r = copy ? 0 : -ENOMEM;
    }
    return r;
}

char *sg_cluster_copy_id(const struct sg_cluster *cluster)
{
    sg_locked(&cluster->lock);
    return cluster->id ? strdup(cluster->id) : NULL;
}

static void set_state(struct sg_cluster *cluster, enum sg_cluster_state state)
{
    sg_locked(&cluster->lock);
    cluster->state = state;
}

void sg_cluster_set_up(struct sg_cluster *cluster, bool up)
{
    set_state(cluster, up ? SG_CLUSTER_UP : SG_CLUSTER_DOWN);
}

void sg_cluster_set_no_kafka(struct sg_cluster *cluster)
{
    set_state(cluster, SG_CLUSTER_NO_KAFKA);
}

enum sg_cluster_state sg_cluster_get_state(const struct sg_cluster *cluster)
{
    sg_locked(&cluster->lock);
    return cluster->state;
}

uint64_t sg_cluster_brokers_version(const struct sg_cluster *cluster)
{
    sg_locked(&cluster->lock);
    return cluster->brokers_version;
}

void sg_cluster_wait(struct sg_cluster *cluster,
    const uint64_t *seen,
    int64_t timeout_ms,
    const atomic_bool *stopping)
{
    struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, timeout_ms);
    int r = 0;

    sg_locked(&cluster->lock);
    while (!atomic_load(stopping) && (!seen || cluster->brokers_version == *seen) && r == 0)
        r = pthread_cond_timedwait(&cluster->changed, &cluster->lock, &until);
}

void sg_cluster_wake(struct sg_cluster *cluster)
{
    sg_locked(&cluster->lock);
    (void)pthread_cond_broadcast(&cluster->changed);
}

/* Called with the lock held. */
static void brokers_changed(struct sg_cluster *cluster)
{
    cluster->brokers_version++;
    (void)pthread_cond_broadcast(&cluster->changed);
}

/* Called with the lock held. @return whether it is known; *ret_at is its place, or where it belongs
 */
static bool find_place(const struct sg_cluster *cluster, int32_t id, size_t *ret_at)
{
    size_t at = 0;

    while (at < cluster->n_brokers && cluster->brokers[at].id < id)
        at++;
    *ret_at = at;
    return at < cluster->n_brokers && cluster->brokers[at].id == id;
}

/* Called with the lock held. @return the broker's place, added when it is new, or NULL */
static struct sg_broker *place_of(struct sg_cluster *cluster, int32_t id, int *ret_error)
{
    size_t at;

    if (find_place(cluster, id, &at))
        return &cluster->brokers[at];
    int r = cluster->n_brokers == SG_BROKERS_MAX
                ? -EMSGSIZE
                : sg_grow_from(&cluster->brokers, cluster->n_brokers, &cluster->n_allocated,
                      sizeof *cluster->brokers, BROKERS_AT_FIRST);
    if (r) {
        *ret_error = r;
        return NULL;
    }
    struct sg_broker *brokers = cluster->brokers;
    memmove(&brokers[at + 1], &brokers[at], (cluster->n_brokers - at) * sizeof *brokers);
    cluster->n_brokers++;
    brokers[at] = (struct sg_broker){ .id = id };
    return &brokers[at];
}

/* Called with the lock held. */
static void set_up(struct sg_broker *broker, bool up)
{
    broker->up = up;
    broker->tried = true;
}

int sg_cluster_set_broker(
    struct sg_cluster *cluster, int32_t id, const char *host, int32_t port, bool up)
{
    int r = 0;

    sg_locked(&cluster->lock);
    size_t n_before = cluster->n_brokers;
    struct sg_broker *broker = place_of(cluster, id, &r);
    if (!broker)
        return r;
    if (cluster->n_brokers != n_before)
        brokers_changed(cluster);
    if (host[0] && strcmp(broker->host, host) != 0) {
        (void)snprintf(broker->host, sizeof broker->host, "%s", host);
        brokers_changed(cluster);
    }
    if (port && broker->port != port) {
        broker->port = port;
        brokers_changed(cluster);
    }
    broker->seen = broker->seen || host[0];
    set_up(broker, up);
    return 0;
}

void sg_cluster_set_broker_down(struct sg_cluster *cluster, int32_t id)
{
    size_t at;

    sg_locked(&cluster->lock);
    if (find_place(cluster, id, &at))
        set_up(&cluster->brokers[at], false);
}

/* Called with the lock held. */
static int forget(struct sg_cluster *cluster, int32_t id)
{
    size_t at;

    if (!find_place(cluster, id, &at))
        return SG_CLUSTER_E_UNKNOWN;
    struct sg_broker *broker = &cluster->brokers[at];
    if (broker->up)
        return SG_CLUSTER_E_UP;
    if (broker->named)
        return SG_CLUSTER_E_NAMED;
    cluster->n_brokers--;
    memmove(broker, broker + 1, (cluster->n_brokers - at) * sizeof *broker);
    brokers_changed(cluster);
    return 0;
}

int sg_cluster_forget_broker(struct sg_cluster *cluster, int32_t id)
{
    const struct sg_log_about about = { .cluster = cluster->name };

    (void)pthread_mutex_lock(&cluster->lock);
    int r = forget(cluster, id);
    (void)pthread_mutex_unlock(&cluster->lock);
    if (!r)
        sg_log(SG_LOG_INFO, &about, "broker %d is forgotten, as requested", id);
    return r;
}

static bool has_id(const int32_t *ids, size_t n, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

int sg_cluster_name_brokers(struct sg_cluster *cluster, const int32_t *ids, size_t n)
{
    size_t n_kept = 0;
    int r = 0;

    sg_locked(&cluster->lock);
    for (size_t i = 0; i < cluster->n_brokers; i++) {
        struct sg_broker *broker = &cluster->brokers[i];
        broker->named = has_id(ids, n, broker->id);
        if (broker->seen || broker->named)
            cluster->brokers[n_kept++] = *broker;
    }
    cluster->n_brokers = n_kept;
    for (size_t i = 0; i < n && !r; i++) {
        struct sg_broker *broker = place_of(cluster, ids[i], &r);
        if (broker)
            broker->named = true;
    }
    return r;
}

int sg_cluster_copy_brokers(
    const struct sg_cluster *cluster, struct sg_broker **ret_brokers, size_t *ret_n)
{
    sg_locked(&cluster->lock);
    size_t n = cluster->n_brokers;
    struct sg_broker *brokers = calloc(n + 1, sizeof *brokers);
    if (!brokers)
        return -ENOMEM;
    if (n)
        memcpy(brokers, cluster->brokers, n * sizeof *brokers);
    *ret_brokers = brokers;
    *ret_n = n;
    return 0;
}
