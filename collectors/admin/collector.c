/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The admin collector: topology, offsets, consumer groups and lag of one cluster, from Kafka's own
 * protocol. Nothing is written, created or joined. Its requests are in collection.c.
 */

#include "collector.h"

#include "admin/collection.h"
#include "admin/export/families.h"
#include "admin/export/wanted.h"
#include "base/auto.h"
#include "config/load.h"

#include <errno.h>
#include <stdlib.h>

#define NAME "admin"

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    return cluster_config->bootstrap_servers != NULL;
}

static void destroy(void *opaque)
{
    struct sg_admin *self = opaque;

    if (!self)
        return;
    (void)sg_client_unref(self->next_client);
    (void)sg_client_unref(self->client);
    (void)sg_filter_free(self->topic_filter);
    (void)sg_filter_free(self->group_filter);
    (void)sg_ages_free(self->ages);
    (void)sg_configs_free(self->configs);
    (void)sg_log_dirs_free(self->log_dirs);
    (void)sg_moves_free(self->moves);
    (void)sg_stable_free(self->stable);
    (void)sg_holds_free(self->holds);
    (void)sg_produced_free(self->produced);
    (void)sg_racks_free(self->racks);
    (void)sg_statuses_free(self->statuses);
    (void)sg_others_free(self->others);
    (void)sg_churn_free(self->churn);
    (void)sg_drains_free(self->drains);
    (void)sg_look_free(self->look);
    (void)sg_share_free(self->share);
    (void)sg_memo_free(self->memo);
    (void)sg_series_table_free(self->table);
    sg_groups_done(&self->before);
    (void)sg_slot_free(self->slot);
    free(self);
}

static struct sg_admin *admin_free(struct sg_admin *self)
{
    destroy(self);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_admin *, admin_free);

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    const struct sg_cluster_config *config = env->cluster_config;
    struct sg_label labels[1 + SG_CONSTANT_LABELS_MAX];
    size_t n_labels = sg_collector_labels(env, labels);
    sg_auto(admin_free) struct sg_admin *self = calloc(1, sizeof *self);

    if (!self)
        return -ENOMEM;
    self->env = *env;
    int r = sg_filter_new(config->topics.include, config->topics.exclude, &self->topic_filter, err);
    if (r)
        return sg_error_prefix(err, r, "topics: ");
    r = sg_filter_new(config->groups.include, config->groups.exclude, &self->group_filter, err);
    if (r)
        return sg_error_prefix(err, r, "groups: ");
    r = sg_client_new(config, env->config->timeout_ms,
        env->config->check_only ? SG_CLIENT_CHECK : SG_CLIENT_ADMIN, &self->client, err);
    if (r > 0 && config->client_place)
        return sg_error_prefix(err, r, "%s: ", config->client_place);
    if (r)
        return r;
    r = sg_series_table_new(labels, n_labels, config->limits.series, &self->table);
    if (!r)
        sg_series_table_use_aliases(self->table, &env->config->aliases);
    self->wanted = sg_wanted_by(&env->config->aliases);
    if (!r)
        r = sg_ages_new(&self->ages);
    if (!r)
        r = sg_statuses_new(&config->status_windows, &self->statuses);
    if (!r)
        r = sg_others_new(config->limits.groups, &self->others);
    if (!r)
        r = sg_churn_new(&self->churn);
    if (!r)
        r = sg_drains_new(&self->drains);
    if (!r)
        r = sg_look_new(config, env->config->timeout_ms, &self->look);
    if (!r)
        r = sg_share_new(config, env->config->timeout_ms, &self->share);
    if (!r)
        r = sg_memo_new(&self->memo);
    if (!r)
        r = sg_moves_new(&self->moves);
    if (!r)
        r = sg_holds_new(&self->holds);
    if (!r && config->last_produced)
        r = sg_produced_new(&self->produced);
    if (!r && config->racks)
        r = sg_racks_new(&self->racks);
    if (!r && config->last_stable_offset)
        r = sg_stable_new(config, env->config->timeout_ms, &self->stable);
    if (!r)
        r = sg_configs_new(&self->configs);
    if (!r && config->log_dirs)
        r = sg_log_dirs_new(&self->log_dirs);
    if (!r)
        r = sg_store_slot(env->store, config->name, NAME, "cluster", &self->slot);
    if (r)
        return sg_error_set(err, r, "cannot set up the admin collector");
    *ret_self = sg_take(&self);
    return 0;
}

static bool same(const void *opaque, const struct sg_collector_env *env)
{
    const struct sg_admin *self = opaque;

    return sg_config_same_names(self->env.config, env->config) &&
           sg_config_same_kafka(self->env.cluster_config, env->cluster_config);
}

static void collect(void *opaque, int64_t deadline)
{
    sg_admin_collect(opaque, deadline, NULL, NULL);
}

struct listener {
    sg_check_fn report;
    void *context;
};

static void report_checks(const struct sg_diagnosis *diagnosis, void *context)
{
    const struct listener *listener = context;
    sg_diagnosis_report(diagnosis, listener->report, listener->context);
}

static void diagnose(void *opaque, int64_t deadline, sg_check_fn report, void *context)
{
    sg_admin_collect(opaque, deadline, report_checks, &(struct listener){ report, context });
}

const struct sg_collector sg_collector_admin = {
    .name = NAME,
    .slots = { NAME },
    .scope = SG_SCOPE_CLUSTER,
    .broker_line = "kafka_broker_info{",
    .broker_label = "id",
    .title = "The cluster, from Kafka's own protocol",
    .intro = "Names and labels are kafka_exporter's, with `kafka_cluster` added: `topic` and "
             "`partition` for partitions, `consumergroup` for groups, with `topic` and `partition` "
             "for what they have committed.",
    .families = sg_admin_families,
    .library = "librdkafka",
    .library_version = rd_kafka_version_str,
    .wanted = wanted,
    .create = create,
    .same = same,
    .collect = collect,
    .diagnose = diagnose,
    .destroy = destroy,
};
