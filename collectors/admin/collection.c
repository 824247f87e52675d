/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/collection.h"

#include "admin/ask/brokers.h"
#include "admin/ask/failures.h"
#include "admin/ask/metadata.h"
#include "admin/ask/offsets.h"
#include "admin/ask/permissions.h"
#include "admin/ask/requests.h"
#include "admin/collecting.h"
#include "admin/export/export.h"
#include "admin/left_out.h"
#include "admin/model/readers.h"
#include "admin/model/sizes.h"
#include "admin/model/topology.h"
#include "admin/read_ages.h"
#include "admin/read_groups.h"
#include "admin/spark/spark.h"
#include "base/auto.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/*
 * The requests of a collection, in order:
 *
 *   metadata ──┬─> starts of the logs, leader by leader (threads) ──────────┐
 *              └─> groups of each broker ─> their states and commits ───────┴─> ends of the logs
 *                    ├─ now and then: groups of other types (model/others.h) and their commits
 *                    └─ if wanted: the topic with share groups' state (share/share.h)
 *                  (and last stable offsets)                                              │
 *                                 ages of what is not read, a look at what is in doubt <──┘
 *
 * The ends are read after the last commit has arrived, so that lag is never negative: what is
 * produced in between is counted as lag, which it is. A broker that does not answer costs at most
 * the time-out of the step, and the rest is published: each step has its share of the collection's
 * time.
 *
 * What cannot be read this time is absent: a partition's offsets while its leader does not answer,
 * a group's while its coordinator does not. Nothing is carried over from the collection before,
 * because an old commit compared with a new log end is not a real lag. The state of share groups
 * is, but counts only when it is known to be all of what its topic holds now.
 */

enum {
    /* New topics that a client has seen since it was created: at this many it is replaced, because
     * librdkafka keeps memory for each. */
    CLIENT_NEW_TOPICS_MAX = 500,
};

/* ---- The steps ---- */

static void fail_metadata(struct collection *c, rd_kafka_resp_err_t code)
{
    const struct sg_cluster_config *config = c->admin->env.cluster_config;
    struct sg_client_reason reason = {
        .kind = sg_failure_kind_of(code),
        .text = rd_kafka_err2str(code),
        .advice = ": is it a Kafka listener, and does security.protocol match it?",
    };
    int64_t asked_ms = share_ms(c, METADATA_UNTIL);

    if (asked_ms <= 0) {
        sg_failures_add(&c->failures, SG_FAILURE_TIMEOUT, SG_REQUEST_METADATA, code,
            "no time was left to ask the brokers: this machine, or Streamgauge, was stopped or is "
            "overloaded");
        return;
    }
    (void)sg_client_find_reason(c->admin->client, SG_CLIENT_ANY_BROKER, &reason);
    sg_failures_add(&c->failures, reason.kind, SG_REQUEST_METADATA, code,
        "no broker of %.150s answered Metadata within %" PRId64 " ms: %s%s",
        config->bootstrap_servers, asked_ms, reason.text, reason.advice);
}

static void fail_topics(struct collection *c)
{
    const struct sg_topology *t = c->topology;

    for (size_t i = 0; i < t->n_topic_errors; i++) {
        rd_kafka_resp_err_t code = t->topic_errors[i].code;
        sg_failures_add(&c->failures, sg_failure_kind_of(code), SG_REQUEST_METADATA, code,
            "topic " SG_STR_FMT ": Metadata reports: %s%s", SG_STR_ARG(t->topic_errors[i].name),
            rd_kafka_err2str(code), sg_failure_advice(code));
    }
}

/* @return as sg_metadata_read() */
static int read_metadata(struct collection *c,
    const struct rd_kafka_metadata **ret_metadata,
    rd_kafka_resp_err_t *ret_code)
{
    struct sg_admin *self = c->admin;
    const struct rd_kafka_metadata *metadata = NULL;

    for (int i = 0;; i++) {
        int r = sg_metadata_read(self->client, self->env.clock, self->env.stopping,
            share_ms(c, METADATA_HEDGE), until_ms(c, METADATA_UNTIL), &metadata, ret_code);
        if (r)
            return r;
        if (i == TRUST_RETRIES || !sg_brokers_was_down(self->env.cluster, metadata->orig_broker_id))
            break;
        rd_kafka_metadata_destroy(metadata);
        (void)poll(NULL, 0, TRUST_WAIT_MS);
    }
    *ret_metadata = metadata;
    return 0;
}

/* @return 0, SG_METADATA_E_* (told to the slot already), or a negative errno */
static int read_topology(struct collection *c)
{
    struct sg_admin *self = c->admin;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = 0;

    sg_client_connect(self->client);
    int r = read_metadata(c, &metadata, &code);
    if (r == SG_METADATA_E_FAILED)
        fail_metadata(c, code);
    if (r)
        return r;
    sg_client_forget(self->client, SG_CLIENT_ANY_BROKER);
    r = sg_topology_new(
        metadata, self->topic_filter, self->env.cluster_config->limits.partitions, &c->topology);
    if (!r)
        r = sg_share_begin(self->share, metadata);
    rd_kafka_metadata_destroy(metadata);
    if (!r)
        r = sg_brokers_publish_id(self->env.cluster, self->client);
    if (r)
        return r;
    r = sg_moves_follow(self->moves, c->topology);
    if (r)
        return r;
    fail_topics(c);
    c->answered = calloc(c->topology->n_brokers + 1, sizeof *c->answered);
    c->skip = calloc(c->topology->n_brokers + 1, sizeof *c->skip);
    return c->answered && c->skip ? 0 : -ENOMEM;
}

static int publish_brokers(struct collection *c)
{
    const struct sg_collector_env *env = &c->admin->env;

    return sg_brokers_publish(
        env->cluster, env->cluster_config, c->topology, c->answered, &c->failures);
}

static int start_offsets(
    struct collection *c, enum sg_offsets_which which, int until, struct sg_offsets **ret_offsets)
{
    return sg_offsets_start(c->admin->client, c->admin->env.clock, c->topology, which, NULL,
        c->skip, share_ms(c, CHUNK_SHARE), until_ms(c, until), ret_offsets);
}

static void wait_for_offsets(struct collection *c, struct sg_offsets *offsets)
{
    sg_offsets_wait(offsets, c->admin->env.stopping);
    sg_offsets_report(offsets, &c->failures);
    sg_offsets_mark_silent(offsets, c->skip);
    c->contradicted = c->contradicted || sg_offsets_is_contradicted(offsets);
}

static int read_ages(struct collection *c)
{
    struct sg_admin *self = c->admin;

    return sg_read_ages(&(struct sg_read_ages){
        .client = self->client,
        .clock = self->env.clock,
        .stopping = self->env.stopping,
        .ages = self->ages,
        .holds = self->stable ? self->holds : NULL,
        .produced = self->produced,
        .topology = c->topology,
        .groups = &c->groups,
        .start = sg_offsets_get(c->starts),
        .end = sg_offsets_get(c->ends),
        .skip = c->skip,
        .failures = &c->failures,
        .chunk_ms = share_ms(c, CHUNK_SHARE),
        .deadline_ms = until_ms(c, AGES_UNTIL),
    });
}

/* What groups have done, what they have not read, and since when. */
static int judge_groups(struct collection *c)
{
    struct sg_admin *self = c->admin;
    const struct sg_status_input input = {
        .now_ms = sg_clock_monotonic_ms(self->env.clock),
        .topology = c->topology,
        .start = sg_offsets_get(c->starts),
        .end = sg_offsets_get(c->ends),
    };

    sg_statuses_begin(self->statuses, &input, &c->groups);
    int r = read_ages(c);
    if (r)
        return r;
    return sg_look_run(self->look, &(struct sg_look_env){
                                       .clock = self->env.clock,
                                       .stopping = self->env.stopping,
                                       .input = &input,
                                       .groups = &c->groups,
                                       .statuses = self->statuses,
                                       .failures = &c->failures,
                                       .time_ms = share_ms(c, LOOK_SHARE),
                                       .deadline_ms = until_ms(c, LOOK_UNTIL),
                                   });
}

/* Nothing was listed: is the cluster empty, or is the client not authorized? */
static void check_permissions(struct collection *c)
{
    const struct sg_admin *self = c->admin;
    int64_t until = until_ms(c, CONFIGS_UNTIL);

    if (c->topology->n_topics == 0)
        sg_permissions_check_topics(self->client, self->env.clock, until, &c->failures);
    if (c->groups.n == 0 && !sg_permissions_check_groups(self->client, self->env.clock, until,
                                self->env.stopping, &c->failures))
        c->abandoned = true;
}

/* The ends of the logs, for all and for what is committed. */
static int read_ends(struct collection *c)
{
    struct sg_admin *self = c->admin;

    int r = start_offsets(c, SG_OFFSETS_END, ENDS_UNTIL, &c->ends);
    if (!r && self->stable)
        r = sg_stable_start(self->stable, self->env.clock, c->topology, c->skip,
            share_ms(c, CHUNK_SHARE), until_ms(c, ENDS_UNTIL), &c->failures);
    if (r)
        return r;
    wait_for_offsets(c, c->ends);
    if (!self->stable)
        return 0;
    sg_stable_wait(self->stable, self->env.stopping, &c->failures);
    const int64_t *stable = sg_stable_get(self->stable);
    return stable ? sg_holds_follow(self->holds, c->topology, stable, sg_offsets_get(c->ends),
                        sg_clock_monotonic_ms(self->env.clock))
                  : 0;
}

static int read_racks(struct collection *c)
{
    struct sg_admin *self = c->admin;
    const struct sg_clock *clock = self->env.clock;

    if (!self->racks || !sg_racks_are_due(&self->racks_turn, self->racks, c->topology,
                            sg_clock_monotonic_ms(clock)))
        return 0;
    return sg_racks_read(self->racks, &self->racks_turn, self->client, clock,
        until_ms(c, LOOK_UNTIL), self->env.stopping, &c->failures);
}

static int read_share(struct collection *c)
{
    struct sg_admin *self = c->admin;
    int64_t now_ms = sg_clock_monotonic_ms(self->env.clock);
    int64_t left_ms = until_ms(c, SHARE_UNTIL) - now_ms;
    int64_t log_ms = left_ms < share_ms(c, SHARE_SHARE) ? left_ms : share_ms(c, SHARE_SHARE);

    return sg_share_read(self->share, &(struct sg_share_env){
                                          .client = self->client,
                                          .clock = self->env.clock,
                                          .stopping = self->env.stopping,
                                          .topology = c->topology,
                                          .group_filter = self->group_filter,
                                          .groups = &c->groups,
                                          .skip = c->skip,
                                          .failures = &c->failures,
                                          .request_ms = log_ms,
                                          .deadline_ms = now_ms + log_ms,
                                          .seldom_deadline_ms = now_ms + left_ms,
                                      });
}

static int read_all(struct collection *c)
{
    int r = read_topology(c);
    if (r)
        return r;
    r = start_offsets(c, SG_OFFSETS_START, GROUPS_UNTIL, &c->starts);
    if (!r)
        r = sg_read_groups(c);
    if (!r)
        r = sg_spark_read(c->admin->env.cluster_config, c->topology, &c->groups, &c->failures,
            &c->spark, &c->n_spark);
    if (r)
        return r;
    r = publish_brokers(c);
    if (r)
        return r;

    wait_for_offsets(c, c->starts);
    for (size_t i = 0; i < c->topology->n_brokers; i++)
        c->skip[i] = c->skip[i] || !c->answered[i];
    r = read_share(c);
    if (r)
        return r;
    r = read_ends(c);
    if (!r)
        r = judge_groups(c);
    if (!r)
        r = read_racks(c);
    if (r)
        return r;
    check_permissions(c);
    r = sg_configs_read(c->admin->configs, c->admin->client, c->admin->env.clock, c->topology,
        until_ms(c, CONFIGS_UNTIL), c->admin->env.stopping, &c->failures);
    if (r || !c->admin->log_dirs)
        return r;
    return sg_log_dirs_read(c->admin->log_dirs, &(struct sg_log_dirs_env){
                                                    .client = c->admin->client,
                                                    .clock = c->admin->env.clock,
                                                    .topology = c->topology,
                                                    .answered = c->answered,
                                                    .deadline_ms = until_ms(c, CONFIGS_UNTIL),
                                                    .stopping = c->admin->env.stopping,
                                                    .failures = &c->failures,
                                                });
}

static int make_set(struct collection *c, struct sg_sample_set **ret_set)
{
    struct sg_admin *self = c->admin;
    bool has_all = sg_has_all_groups(c) && c->n_spark == self->env.cluster_config->n_spark;
    sg_auto_free uint32_t *readers = NULL;
    int r = has_all ? sg_readers_count(c->topology, &c->groups, &readers) : 0;
    sg_auto_free char *cluster_id = sg_cluster_copy_id(self->env.cluster);
    size_t n_share;
    const struct sg_share_progress *share = sg_share_get(self->share, &n_share);
    const struct sg_export from = {
        .topology = c->topology,
        .groups = &c->groups,
        .start = sg_offsets_get(c->starts),
        .end = sg_offsets_get(c->ends),
        .stable = self->stable ? sg_stable_get(self->stable) : NULL,
        .holds = self->holds,
        .readers = readers,
        .produced = self->produced,
        .racks = self->racks,
        .ages = self->ages,
        .sizes = c->sizes,
        .n_spark = c->n_spark,
        .spark = c->spark,
        .n_share = n_share,
        .share = share,
        .share_partial = sg_share_is_partial(self->share),
        .configs = self->configs,
        .log_dirs = self->log_dirs,
        .moves = self->moves,
        .statuses = self->statuses,
        .drains = self->drains,
        .memo = self->memo,
        .wanted = self->wanted,
        .cluster_id = cluster_id,
        .controller = sg_brokers_controller(self->client),
        .partition_status = self->env.cluster_config->partition_status,
        .max_owners = self->env.cluster_config->owners,
        .max_overrides = self->env.cluster_config->overrides,
        .granularity = self->env.cluster_config->granularity,
        .now_ms = sg_clock_monotonic_ms(self->env.clock),
    };

    if (r)
        return r;
    sg_drains_begin(self->drains);
    sg_series_table_begin(self->table);
    r = sg_export_series(&from, self->table, self->slot);
    sg_ages_end(self->ages);
    return r ? r : sg_series_table_snapshot(self->table, ret_set);
}

/* ---- The collection ---- */

static void fail_internal(struct collection *c, int r)
{
    sg_failures_add(&c->failures, SG_FAILURE_INTERNAL, SG_REQUEST_NONE, r,
        "the collection ended early: %s", strerror(-r));
}

static bool has_many_new_topics(struct sg_admin *self, const struct collection *c)
{
    uint64_t n_topics = sg_configs_n_new(self->configs);

    if (!c->topology || self->next_client)
        return false;
    if (!self->has_topics)
        self->n_topics = n_topics;
    self->has_topics = true;
    return n_topics - self->n_topics > CLIENT_NEW_TOPICS_MAX;
}

/* A collection that saw no groups does not replace the list. */
static void keep_groups(struct sg_admin *self, struct sg_groups *groups)
{
    if (groups->n == 0) {
        sg_groups_done(groups);
        return;
    }
    sg_groups_done(&self->before);
    sg_groups_forget_commits(groups);
    self->before = *groups;
}

void sg_admin_collect(struct sg_admin *self,
    int64_t deadline_ms,
    void (*look)(const struct sg_diagnosis *diagnosis, void *context),
    void *context)
{
    int64_t now_ms = sg_clock_monotonic_ms(self->env.clock);
    struct collection c = {
        .admin = self,
        .begun_ms = now_ms,
        .whole_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 1,
    };
    struct sg_sample_set *set = NULL;

    if (self->next_client) {
        sg_client_take_reasons(self->next_client, self->client);
        (void)sg_client_unref(self->client);
        self->client = sg_take(&self->next_client);
        self->has_topics = false;
    }
    sg_slot_begin(self->slot);
    sg_client_poll(self->client);
    int r = sg_groups_init(&c.groups, self->env.cluster_config->limits.groups,
        self->before.names ? &self->before : NULL);
    if (!r)
        r = read_all(&c);
    if (!c.topology)
        (void)publish_brokers(&c);
    if (!r)
        r = sg_topic_sizes_new(c.topology, sg_cluster_sizes(self->env.cluster),
            sg_clock_monotonic_ms(self->env.clock), &c.sizes);
    if (!r && !atomic_load(self->env.stopping))
        r = make_set(&c, &set);
    if (r < 0)
        fail_internal(&c, r);
    now_ms = sg_clock_monotonic_ms(self->env.clock);
    bool needs_client =
        c.abandoned || c.contradicted || has_many_new_topics(self, &c) ||
        sg_patience_ends(&self->patience, !sg_failures_is_doubtful(&c.failures), now_ms);
    if (needs_client)
        sg_make_next_client(&c);
    if (self->stable)
        sg_stable_end(self->stable, needs_client, now_ms);
    sg_left_out_fail(c.topology, &c.groups, &self->env.cluster_config->limits, &c.failures);

    sg_failures_report(&c.failures, self->slot);
    sg_left_out_warn_filters(self->topic_filter, self->group_filter, self->slot);
    sg_slot_end(self->slot, set);
    if (look) {
        const struct sg_diagnosis diagnosis = { self->env.cluster_config, self->client, c.topology,
            &c.groups, c.answered, &c.failures, sg_clock_monotonic_ms(self->env.clock) - c.begun_ms,
            sg_share_count_known(self->share) };
        look(&diagnosis, context);
    }
    (void)sg_offsets_free(c.ends);
    (void)sg_offsets_free(c.starts);
    keep_groups(self, &c.groups);
    (void)sg_topology_unref(c.topology);
    free(c.spark);
    free(c.sizes);
    free(c.answered);
    free(c.skip);
}
