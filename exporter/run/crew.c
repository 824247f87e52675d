/* SPDX-License-Identifier: Apache-2.0 */
#include "run/crew.h"

#include "base/auto.h"
#include "config/load.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct sg_crew {
    struct sg_cluster *cluster;
    struct {
        struct sg_worker *worker; /* NULL: not wanted */
        bool borrowed;            /* still owned by the earlier crew */
    } places[];                   /* as sg_collectors */
};

SG_AUTO_DEFINE(struct sg_crew *, sg_crew_free);

/* Other bootstrap servers may be those of another cluster, of which nothing is known. */
static int set_cluster(struct sg_crew *crew,
    const struct sg_cluster_config *cluster_config,
    const struct sg_crew *earlier,
    const char *earlier_servers)
{
    if (earlier && sg_same_text(earlier_servers, cluster_config->bootstrap_servers)) {
        crew->cluster = sg_cluster_ref(earlier->cluster);
        return 0;
    }
    int r = sg_cluster_new(cluster_config->name, &crew->cluster);
    if (!r && !cluster_config->bootstrap_servers)
        sg_cluster_set_no_kafka(crew->cluster);
    return r;
}

/* The bootstrap servers of a crew's configuration, which all its workers share. */
static const char *servers_of(const struct sg_crew *crew)
{
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].worker)
            return sg_worker_cluster_config(crew->places[i].worker)->bootstrap_servers;
    }
    return NULL;
}

int sg_crew_new(const struct sg_worker_env *worker_env,
    const struct sg_config *config,
    const struct sg_cluster_config *cluster_config,
    struct sg_crew *earlier,
    struct sg_crew **ret_crew,
    struct sg_error *err)
{
    sg_auto(sg_crew_free) struct sg_crew *crew =
        calloc(1, sizeof *crew + sg_n_collectors * sizeof crew->places[0]);

    if (!crew)
        return -ENOMEM;
    int r = set_cluster(crew, cluster_config, earlier, earlier ? servers_of(earlier) : NULL);
    if (r)
        return r;
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (!sg_collector_wanted(sg_collectors[i], cluster_config))
            continue;
        struct sg_worker *before = earlier ? earlier->places[i].worker : NULL;
        if (before && sg_worker_is_same(before, config, cluster_config, crew->cluster)) {
            crew->places[i].worker = before;
            crew->places[i].borrowed = true;
            continue;
        }
        r = sg_worker_new(worker_env, sg_collectors[i], config, cluster_config, crew->cluster,
            &crew->places[i].worker, err);
        if (r)
            return r;
    }
    *ret_crew = sg_take(&crew);
    return 0;
}

struct sg_crew *sg_crew_free(struct sg_crew *crew)
{
    if (!crew)
        return NULL;
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (!crew->places[i].borrowed)
            (void)sg_worker_free(crew->places[i].worker);
    }
    (void)sg_cluster_unref(crew->cluster);
    free(crew);
    return NULL;
}

struct sg_cluster *sg_crew_cluster(const struct sg_crew *crew)
{
    return crew->cluster;
}

size_t sg_crew_n_new(const struct sg_crew *crew)
{
    size_t n = 0;

    for (size_t i = 0; i < sg_n_collectors; i++)
        n += crew->places[i].worker && !crew->places[i].borrowed;
    return n;
}

int sg_crew_start(struct sg_crew *crew)
{
    for (size_t i = 0; i < sg_n_collectors; i++) {
        int r = crew->places[i].worker ? sg_worker_start(crew->places[i].worker) : 0;
        if (r)
            return r;
    }
    return 0;
}

void sg_crew_adopt(struct sg_crew *crew, struct sg_crew *earlier, struct sg_handover *handover)
{
    bool anybody_follows = false;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].borrowed) {
            assert(earlier); /* borrowed from it */
            earlier->places[i].worker = NULL;
            crew->places[i].borrowed = false;
        } else {
            struct sg_worker *before = earlier ? sg_take(&earlier->places[i].worker) : NULL;
            if (before || crew->places[i].worker)
                sg_handover_add(handover, before, crew->places[i].worker);
        }
        anybody_follows =
            anybody_follows || (crew->places[i].worker && sg_collectors[i]->follows_brokers);
    }
    if (!anybody_follows) /* no collector is left that sets the configured brokers */
        (void)sg_cluster_name_brokers(crew->cluster, NULL, 0);
    (void)sg_crew_free(earlier);
}

void sg_crew_retire(struct sg_crew *crew, struct sg_handover *handover)
{
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].worker)
            sg_handover_add(handover, sg_take(&crew->places[i].worker), NULL);
    }
    (void)sg_crew_free(crew);
}

void sg_crew_ask_to_stop(struct sg_crew *crew)
{
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].worker)
            sg_worker_ask_to_stop(crew->places[i].worker);
    }
}

bool sg_crew_join(struct sg_crew *crew, int64_t deadline_ms)
{
    bool all_ended = true;

    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].worker)
            all_ended = sg_worker_join(crew->places[i].worker, deadline_ms) && all_ended;
    }
    return all_ended;
}

void sg_crew_collect_once(struct sg_crew *crew)
{
    for (size_t i = 0; i < sg_n_collectors; i++) {
        if (crew->places[i].worker)
            sg_worker_collect_once(crew->places[i].worker);
    }
}
