/* SPDX-License-Identifier: Apache-2.0 */
#include "run/program.h"

#include "base/auto.h"
#include "collectors/collector.h"
#include "run/crew.h"
#include "self/self.h"
#include "serve/serve.h"
#include "store/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* SIGTERM ends the program within two seconds; half a second is left for freeing. */
enum {
    STOP_MS = 1500
};

struct sg_program {
    const struct sg_config *config;
    const struct sg_clock *clock;
    struct sg_store *store;
    struct sg_cluster **clusters;
    size_t n_clusters;
    struct sg_crew **crews; /* one per cluster */
    size_t n_crews;
    struct sg_self *self;
    struct sg_pager *pager;
    struct sg_http_counts http;
    struct sg_server *server;
};

SG_AUTO_DEFINE(struct sg_program *, sg_program_free);

static int collect_self(void *context, struct sg_sample_set **ret_set)
{
    return sg_self_collect(context, ret_set);
}

int sg_program_new(const struct sg_config *config,
    const struct sg_clock *clock,
    struct sg_program **ret_program,
    struct sg_error *err)
{
    sg_auto(sg_program_free) struct sg_program *program = calloc(1, sizeof *program);

    if (!program)
        return -ENOMEM;
    program->config = config;
    program->clock = clock;
    program->clusters = calloc(config->n_clusters, sizeof(struct sg_cluster *));
    program->crews = calloc(config->n_clusters, sizeof(struct sg_crew *));
    if (!program->clusters || !program->crews)
        return -ENOMEM;
    int r = sg_store_new(clock, config->stale_after_ms, &program->store);
    if (r)
        return r;
    for (size_t i = 0; i < config->n_clusters; i++) {
        const struct sg_cluster_config *cluster_config = &config->clusters[i];
        r = sg_cluster_new(cluster_config->name, &program->clusters[i]);
        if (r)
            return r;
        program->n_clusters++;
        if (!cluster_config->bootstrap_servers)
            sg_cluster_set_no_kafka(program->clusters[i]);
        r = sg_crew_new(config, cluster_config, program->clusters[i], program->store, clock,
            &program->crews[i], err);
        if (r)
            return r < 0 ? r
                         : sg_error_prefix(
                               err, SG_PROGRAM_E_CONFIG, "cluster \"%s\": ", cluster_config->name);
        program->n_crews++;
    }
    r = sg_self_new(program->store, program->clusters, program->n_clusters, config->cluster_label,
        &program->self);
    if (!r)
        sg_self_count_http(program->self, &program->http);
    if (!r)
        r = sg_pager_new(program->store, collect_self, program->self, &program->pager);
    if (r)
        return r;
    *ret_program = sg_take(&program);
    return 0;
}

struct sg_program *sg_program_free(struct sg_program *program)
{
    if (!program)
        return NULL;
    (void)sg_server_stop(program->server);
    (void)sg_pager_free(program->pager);
    (void)sg_self_free(program->self);
    for (size_t i = 0; i < program->n_crews; i++)
        (void)sg_crew_free(program->crews[i]);
    for (size_t i = 0; i < program->n_clusters; i++)
        (void)sg_cluster_free(program->clusters[i]);
    (void)sg_store_free(program->store);
    free(program->crews);
    free(program->clusters);
    free(program);
    return NULL;
}

int sg_program_start(struct sg_program *program, const struct sg_flags *flags, struct sg_error *err)
{
    struct sg_serve_config serve = {
        .n_addresses = flags->n_addresses,
        .addresses = flags->addresses,
        .inherited = flags->systemd_socket,
        .telemetry_path = flags->telemetry_path,
        .web_config_file = flags->web_config_file,
        .pager = program->pager,
        .store = program->store,
        .clusters = program->clusters,
        .n_clusters = program->n_clusters,
        .cluster_label = program->config->cluster_label,
        .clock = program->clock,
        .counts = &program->http,
    };

    int r = sg_server_start(&serve, &program->server, err);
    if (r)
        return r < 0 ? r : SG_PROGRAM_E_CONFIG;
    r = sg_pager_start(program->pager);
    for (size_t i = 0; i < program->n_crews && !r; i++)
        r = sg_crew_start(program->crews[i]);
    return r;
}

bool sg_program_stop(struct sg_program *program)
{
    int64_t deadline_ms = sg_clock_monotonic_ms(program->clock) + STOP_MS;
    bool all_ended = true;

    for (size_t i = 0; i < program->n_crews; i++)
        sg_crew_ask_to_stop(program->crews[i]);
    program->server = sg_server_stop(program->server);
    for (size_t i = 0; i < program->n_crews; i++)
        all_ended = sg_crew_join(program->crews[i], deadline_ms) && all_ended;
    return all_ended;
}

int sg_program_once(struct sg_program *program, FILE *out, bool *ret_complete)
{
    bool complete = true;

    for (size_t i = 0; i < program->n_crews; i++)
        sg_crew_collect_once(program->crews[i]);
    int r = sg_pager_make(program->pager);
    if (r)
        return r;
    struct sg_page *page = sg_pager_take(program->pager);
    size_t written = fwrite(page->text.ptr, 1, page->text.len, out);
    bool failed = written != page->text.len || fflush(out) != 0;
    (void)sg_page_unref(page);
    if (failed)
        return -EIO;

    for (size_t i = 0; i < sg_store_n_slots(program->store); i++) {
        struct sg_slot_status status;
        if (sg_store_slot_status(program->store, i, &status))
            complete = complete && status.success;
    }
    *ret_complete = complete;
    return 0;
}
