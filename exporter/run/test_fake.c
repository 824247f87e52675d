/* SPDX-License-Identifier: Apache-2.0 */
#include "run/test_fake.h"

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

struct fake {
    struct sg_collector_env env;
    int number; /* counts those that were made */
    int adopted;
    struct sg_series_table *table; /* without series */
    struct sg_slot *slot;
};

atomic_int n_made, n_destroyed, n_collections, n_ended, latest_adopted, latest_collected;
atomic_int refused_after;
atomic_llong latest_time_limit_ms;
atomic_bool stuck;

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    (void)cluster_config;
    return true;
}

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    int limit = atomic_load(&refused_after);

    if (limit && atomic_load(&n_made) >= limit)
        return sg_error_set(err, 1, "not with this configuration");
    struct fake *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->env = *env;
    assert_int_equal(sg_series_table_new(NULL, 0, 0, &self->table), 0);
    assert_int_equal(
        sg_store_slot(env->store, env->cluster_config->name, "fake", "t", &self->slot), 0);
    self->number = atomic_fetch_add(&n_made, 1) + 1;
    *ret_self = self;
    return 0;
}

static bool same(const void *opaque, const struct sg_collector_env *env)
{
    const struct fake *self = opaque;
    return self->env.config->interval_ms == env->config->interval_ms;
}

static void adopt(void *self, void *earlier)
{
    atomic_store(&latest_adopted, ((struct fake *)earlier)->number);
    ((struct fake *)self)->adopted = ((struct fake *)earlier)->number;
}

static void collect(void *opaque, int64_t deadline_ms)
{
    struct fake *self = opaque;
    struct sg_sample_set *set = NULL;

    sg_slot_begin(self->slot);
    atomic_store(&latest_time_limit_ms, deadline_ms - atomic_load(&now_ms));
    atomic_store(&latest_collected, self->number);
    atomic_fetch_add(&n_collections, 1);
    while (atomic_load(&stuck))
        (void)usleep(1000);
    sg_series_table_begin(self->table);
    (void)sg_series_table_snapshot(self->table, &set);
    sg_slot_end(self->slot, set);
    atomic_fetch_add(&n_ended, 1);
}

static void destroy(void *opaque)
{
    struct fake *self = opaque;

    if (!self)
        return;
    atomic_fetch_add(&n_destroyed, 1);
    (void)sg_slot_free(self->slot);
    (void)sg_series_table_free(self->table);
    free(self);
}

const struct sg_collector fake_collector = {
    .name = "fake",
    .slots = { "fake" },
    .wanted = wanted,
    .create = create,
    .same = same,
    .adopt = adopt,
    .collect = collect,
    .destroy = destroy,
};

void reset_fake(void)
{
    atomic_store(&now_ms, START_MS);
    atomic_store(&n_made, 0);
    atomic_store(&n_destroyed, 0);
    atomic_store(&n_collections, 0);
    atomic_store(&n_ended, 0);
    atomic_store(&latest_adopted, 0);
    atomic_store(&latest_collected, 0);
    atomic_store(&latest_time_limit_ms, 0);
    atomic_store(&stuck, false);
    atomic_store(&refused_after, 0);
}

void wait_for(atomic_int *number, int value)
{
    for (int i = 0; i < WAIT_MS && atomic_load(number) != value; i++)
        (void)usleep(1000);
    assert_int_equal(atomic_load(number), value);
}
