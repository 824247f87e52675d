/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The admin collector: topology, offsets, consumer groups and lag of one cluster, from Kafka's own
 * protocol. Nothing is written, created or joined.
 *
 * One collection:
 *
 *   metadata ──┬─> starts of the logs, leader by leader (threads) ──────────┐
 *              └─> groups of each broker ─> their states and commits ───────┴─> ends of the logs
 *                                 ages of what is not read, a look at what is in doubt <──┘
 *
 * The ends are read after the last commit has arrived, so that lag is never negative: what is
 * produced in between is counted as lag, which it is. A broker that does not answer costs the
 * time-out of the step, never more, and the rest is published: each step has its share of the
 * collection's time.
 *
 * What cannot be read this time is absent: a partition's offsets while its leader does not answer,
 * a group's while its coordinator does not. Nothing is carried over from the collection before,
 * because an old commit against a new log end is a lag that nobody has.
 */

#include "collector.h"

#include "admin/ask/brokers.h"
#include "admin/ask/client.h"
#include "admin/ask/configs.h"
#include "admin/ask/failures.h"
#include "admin/ask/look.h"
#include "admin/ask/metadata.h"
#include "admin/ask/offsets.h"
#include "admin/ask/permissions.h"
#include "admin/ask/requests.h"
#include "admin/diagnosis.h"
#include "admin/export/export.h"
#include "admin/export/families.h"
#include "admin/export/memo.h"
#include "admin/model/ages.h"
#include "admin/model/groups.h"
#include "admin/model/moves.h"
#include "admin/model/topology.h"
#include "admin/spark/spark.h"
#include "base/auto.h"
#include "base/filter.h"
#include "config/load.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define NAME "admin"

enum {
    /* Topics that a client has come to know besides those that were there when it was new: then
       it is replaced, because librdkafka keeps something of each. */
    CLIENT_NEW_TOPICS_MAX = 500,

    /* Shares of a collection's time, in percent of it, when everything that can hang does. */
    METADATA_UNTIL = 45,
    METADATA_HEDGE = 8, /* ask once more after this */
    LIST_SHARE = 20,
    GROUP_SHARE = 25,
    GROUPS_UNTIL = 70,
    CHUNK_SHARE = 20,
    ENDS_UNTIL = 85,
    AGES_UNTIL = 93,
    LOOK_SHARE = 5, /* what is not found out then is asked for at the next collection */
    LOOK_UNTIL = 95,
    CONFIGS_UNTIL = 97,

    TRUST_RETRIES = 8, /* answers of a broker that was down that are not believed */
    TRUST_WAIT_MS = 50,
};

struct admin {
    struct sg_collector_env env;
    struct sg_client *client;
    struct sg_client *next_client; /* for the next collection, or NULL: the same */
    struct sg_filter *topic_filter;
    struct sg_filter *group_filter;
    struct sg_ages *ages;
    struct sg_configs *configs;
    struct sg_moves *moves;
    struct sg_statuses *statuses;
    struct sg_look *look;
    struct sg_memo *memo;
    struct sg_series_table *table;
    struct sg_slot *slot;
    struct sg_groups before; /* which groups there were at the collection before */
    bool has_topics;         /* the client has been through a collection … */
    bool knows_all;          /* see struct sg_requests_env */
    uint64_t n_topics;       /* … and this was sg_configs_n_new() then */
};

/* One collection. */
struct collection {
    struct admin *admin;
    int64_t begun_ms;
    int64_t whole_ms;
    struct sg_failures failures;
    struct sg_topology *topology;
    struct sg_groups groups;
    size_t n_spark;
    struct sg_spark_query *spark;
    bool *answered;    /* per place in topology->brokers */
    bool *skip;        /* the same: not asked for the ends of its logs */
    bool abandoned;    /* requests were given up, but librdkafka goes on with them */
    bool contradicted; /* librdkafka's own picture of the cluster is not that of Metadata */
    struct sg_offsets *starts;
    struct sg_offsets *ends;
};

static int64_t share_ms(const struct collection *c, int percent)
{
    return c->whole_ms * percent / 100;
}

static int64_t deadline_ms(const struct collection *c, int percent)
{
    return c->begun_ms + share_ms(c, percent);
}

/* ---- The steps ---- */

static void fail_metadata(struct collection *c, rd_kafka_resp_err_t code)
{
    const struct sg_cluster_config *config = c->admin->env.cluster_config;
    struct sg_client_reason reason = {
        .kind = sg_failure_kind_of(code),
        .text = rd_kafka_err2str(code),
        .advice = ": is it a Kafka listener, and does security.protocol fit it?",
    };

    (void)sg_client_find_reason(c->admin->client, SG_CLIENT_ANY_BROKER, &reason);
    sg_failures_add(&c->failures, reason.kind, SG_REQUEST_METADATA, code,
        "no broker of %.150s answered Metadata within %" PRId64 " ms: %s%s",
        config->bootstrap_servers, share_ms(c, METADATA_UNTIL), reason.text, reason.advice);
}

static void fail_topics(struct collection *c)
{
    const struct sg_topology *t = c->topology;

    for (size_t i = 0; i < t->n_topic_errors; i++) {
        rd_kafka_resp_err_t code = t->topic_errors[i].code;
        sg_failures_add(&c->failures, sg_failure_kind_of(code), SG_REQUEST_METADATA, code,
            "topic " SG_STR_FMT ": Metadata says: %s%s", SG_STR_ARG(t->topic_errors[i].name),
            rd_kafka_err2str(code), sg_failure_advice(code));
    }
}

/* @return as sg_metadata_read() */
static int read_metadata(struct collection *c,
    const struct rd_kafka_metadata **ret_metadata,
    rd_kafka_resp_err_t *ret_code)
{
    struct admin *self = c->admin;
    const struct rd_kafka_metadata *metadata = NULL;

    for (int i = 0;; i++) {
        int r = sg_metadata_read(self->client, self->env.clock, self->env.stopping,
            share_ms(c, METADATA_HEDGE), deadline_ms(c, METADATA_UNTIL), &metadata, ret_code);
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
    struct admin *self = c->admin;
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

/* For the next collection; in this one for groups whose coordinator has moved. */
static void make_next_client(struct collection *c)
{
    struct admin *self = c->admin;
    struct sg_error err;

    self->next_client = sg_client_unref(self->next_client);
    int r = sg_client_new(self->env.cluster_config, self->env.config->timeout_ms, SG_CLIENT_ADMIN,
        &self->next_client, &err);
    if (r)
        sg_failures_add(&c->failures, SG_FAILURE_INTERNAL, SG_REQUEST_NONE, r,
            "cannot make a new client: %s", r < 0 ? strerror(-r) : err.text);
}

/*
 * librdkafka remembers the coordinator of a group for as long as it is asked for, whatever the
 * broker answers, so that a group whose coordinator has moved between two living brokers would be
 * lost for good. A new handle asks anew.
 */
static int read_moved_groups(struct collection *c, struct sg_requests_env *env)
{
    struct admin *self = c->admin;
    bool any = false;

    for (size_t i = 0; i < c->groups.n; i++)
        any = any || c->groups.groups[i].moved;
    if (!any)
        return 0;
    make_next_client(c);
    if (!self->next_client)
        return 0;
    sg_client_connect(self->next_client);
    env->client = self->next_client;
    return sg_requests_run_moved(env);
}

static int read_groups(struct collection *c)
{
    struct sg_requests_env env = {
        .client = c->admin->client,
        .clock = c->admin->env.clock,
        .stopping = c->admin->env.stopping,
        .topology = c->topology,
        .group_filter = c->admin->group_filter,
        .group_states = c->admin->env.cluster_config->group_states,
        .groups = &c->groups,
        .failures = &c->failures,
        .list_deadline_ms = sg_clock_monotonic_ms(c->admin->env.clock) + share_ms(c, LIST_SHARE),
        .groups_deadline_ms = deadline_ms(c, GROUPS_UNTIL),
        .group_ms = share_ms(c, GROUP_SHARE),
        .knows_all = &c->admin->knows_all,
        .answered = c->answered,
        .abandoned = &c->abandoned,
    };
    int r = sg_requests_run(&env);
    if (!r)
        r = read_moved_groups(c, &env);
    return r ? r : sg_requests_run_by_name(&env);
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
        c->skip, share_ms(c, CHUNK_SHARE), deadline_ms(c, until), ret_offsets);
}

/* One round of the search for the ages. @return 0, also when brokers failed, or a negative errno */
static int ask_times(struct collection *c, const int64_t *times)
{
    struct sg_offsets *pass = NULL;

    int r = sg_offsets_start(c->admin->client, c->admin->env.clock, c->topology, SG_OFFSETS_TIME,
        times, c->skip, share_ms(c, CHUNK_SHARE), deadline_ms(c, AGES_UNTIL), &pass);
    if (r)
        return r;
    sg_offsets_wait(pass, c->admin->env.stopping);
    /* A search that ran out of time is no broker's failure: it goes on at the next collection. */
    if (sg_clock_left_ms(c->admin->env.clock, deadline_ms(c, AGES_UNTIL)) > 0) {
        sg_offsets_report(pass, &c->failures);
        sg_offsets_mark_silent(pass, c->skip);
    }
    sg_ages_answer(c->admin->ages, sg_offsets_get(pass));
    (void)sg_offsets_free(pass);
    return 0;
}

/* What is not found out in time is found out next time: the search goes on from where it is. */
static int read_ages(struct collection *c)
{
    struct admin *self = c->admin;
    sg_auto_free int64_t *times = calloc(c->topology->n_partitions + 1, sizeof *times);

    if (!times)
        return -ENOMEM;
    int r = sg_ages_begin(self->ages, c->topology, &c->groups, sg_offsets_get(c->starts),
        sg_offsets_get(c->ends), sg_clock_unix_ms(self->env.clock));
    while (!r && !atomic_load(self->env.stopping) &&
           sg_clock_left_ms(self->env.clock, deadline_ms(c, AGES_UNTIL)) > 0 &&
           sg_ages_ask(self->ages, times) > 0)
        r = ask_times(c, times);
    return r;
}

/* What groups have done, what they have not read, and since when. */
static int judge_groups(struct collection *c)
{
    struct admin *self = c->admin;
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
                                       .deadline_ms = deadline_ms(c, LOOK_UNTIL),
                                   });
}

/* Nothing to see: because there is nothing, or because it may not be seen? */
static void check_permissions(struct collection *c)
{
    const struct admin *self = c->admin;
    int64_t until = deadline_ms(c, CONFIGS_UNTIL);

    if (c->topology->n_topics == 0)
        sg_permissions_check_topics(self->client, self->env.clock, until, &c->failures);
    if (c->groups.n == 0 && !sg_permissions_check_groups(self->client, self->env.clock, until,
                                self->env.stopping, &c->failures))
        c->abandoned = true;
}

static int read_all(struct collection *c)
{
    const atomic_bool *stopping = c->admin->env.stopping;

    int r = read_topology(c);
    if (r)
        return r;
    r = start_offsets(c, SG_OFFSETS_START, GROUPS_UNTIL, &c->starts);
    if (!r)
        r = read_groups(c);
    if (!r)
        r = sg_spark_read(c->admin->env.cluster_config, c->topology, &c->groups, &c->failures,
            &c->spark, &c->n_spark);
    if (r)
        return r;
    r = publish_brokers(c);
    if (r)
        return r;

    sg_offsets_wait(c->starts, stopping);
    sg_offsets_report(c->starts, &c->failures);
    sg_offsets_mark_silent(c->starts, c->skip);
    c->contradicted = sg_offsets_is_contradicted(c->starts);
    for (size_t i = 0; i < c->topology->n_brokers; i++)
        c->skip[i] = c->skip[i] || !c->answered[i];
    r = start_offsets(c, SG_OFFSETS_END, ENDS_UNTIL, &c->ends);
    if (r)
        return r;
    sg_offsets_wait(c->ends, stopping);
    sg_offsets_report(c->ends, &c->failures);
    sg_offsets_mark_silent(c->ends, c->skip);
    c->contradicted = c->contradicted || sg_offsets_is_contradicted(c->ends);
    r = judge_groups(c);
    if (r)
        return r;
    check_permissions(c);
    return sg_configs_read(c->admin->configs, c->admin->client, c->admin->env.clock, c->topology,
        deadline_ms(c, CONFIGS_UNTIL), stopping, &c->failures);
}

static int make_set(struct collection *c, struct sg_sample_set **ret_set)
{
    struct admin *self = c->admin;
    const struct sg_export from = {
        .topology = c->topology,
        .groups = &c->groups,
        .start = sg_offsets_get(c->starts),
        .end = sg_offsets_get(c->ends),
        .ages = self->ages,
        .n_spark = c->n_spark,
        .spark = c->spark,
        .configs = self->configs,
        .moves = self->moves,
        .statuses = self->statuses,
        .memo = self->memo,
        .granularity = self->env.cluster_config->granularity,
        .now_ms = sg_clock_monotonic_ms(self->env.clock),
    };

    sg_series_table_begin(self->table);
    int r = sg_export_series(&from, self->table, self->slot);
    sg_ages_end(self->ages);
    return r ? r : sg_series_table_snapshot(self->table, ret_set);
}

/* ---- The collector ---- */

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    return cluster_config->bootstrap_servers != NULL;
}

static void destroy(void *opaque)
{
    struct admin *self = opaque;

    if (!self)
        return;
    (void)sg_client_unref(self->next_client);
    (void)sg_client_unref(self->client);
    (void)sg_filter_free(self->topic_filter);
    (void)sg_filter_free(self->group_filter);
    (void)sg_ages_free(self->ages);
    (void)sg_configs_free(self->configs);
    (void)sg_moves_free(self->moves);
    (void)sg_statuses_free(self->statuses);
    (void)sg_look_free(self->look);
    (void)sg_memo_free(self->memo);
    (void)sg_series_table_free(self->table);
    sg_groups_done(&self->before);
    (void)sg_slot_free(self->slot);
    free(self);
}

static struct admin *admin_free(struct admin *self)
{
    destroy(self);
    return NULL;
}
SG_AUTO_DEFINE(struct admin *, admin_free);

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    const struct sg_cluster_config *config = env->cluster_config;
    struct sg_label labels[1 + SG_CONSTANT_LABELS_MAX];
    size_t n_labels = sg_collector_labels(env, labels);
    sg_auto(admin_free) struct admin *self = calloc(1, sizeof *self);

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
    if (!r)
        r = sg_ages_new(&self->ages);
    if (!r)
        r = sg_statuses_new(&config->status_windows, &self->statuses);
    if (!r)
        r = sg_look_new(config, env->config->timeout_ms, &self->look);
    if (!r)
        r = sg_memo_new(&self->memo);
    if (!r)
        r = sg_moves_new(&self->moves);
    if (!r)
        r = sg_configs_new(&self->configs);
    if (!r)
        r = sg_store_slot(env->store, config->name, NAME, "cluster", &self->slot);
    if (r)
        return sg_error_set(err, r, "cannot set up the admin collector");
    *ret_self = sg_take(&self);
    return 0;
}

static bool same(const void *opaque, const struct sg_collector_env *env)
{
    const struct admin *self = opaque;

    return sg_config_same_names(self->env.config, env->config) &&
           sg_config_same_kafka(self->env.cluster_config, env->cluster_config);
}

static void fail_internal(struct collection *c, int r)
{
    sg_failures_add(&c->failures, SG_FAILURE_INTERNAL, SG_REQUEST_NONE, r,
        "the collection ended early: %s", strerror(-r));
}

static bool knows_too_much(struct admin *self, const struct collection *c)
{
    uint64_t n_topics = sg_configs_n_new(self->configs);

    if (!c->topology || self->next_client)
        return false;
    if (!self->has_topics)
        self->n_topics = n_topics;
    self->has_topics = true;
    return n_topics - self->n_topics > CLIENT_NEW_TOPICS_MAX;
}

static void fail_limits(struct collection *c)
{
    const struct sg_limits *limits = &c->admin->env.cluster_config->limits;
    const struct sg_topology *t = c->topology;

    if (t && t->n_strange)
        sg_failures_add(&c->failures, SG_FAILURE_PARSE, SG_REQUEST_METADATA, 0,
            "%zu brokers, topics or partitions of Metadata are left out, because they cannot be "
            "right: an id below 0 or a duplicate one, a port or a name that Kafka does not allow",
            t->n_strange);
    if (t && t->n_topics_left_out)
        sg_failures_add(&c->failures, SG_FAILURE_LIMIT, SG_REQUEST_METADATA, 0,
            "%zu topics with %zu partitions are left out: limits.partitions is %zu; raise it, or "
            "exclude topics",
            t->n_topics_left_out, t->n_partitions_left_out, limits->partitions);
    if (c->groups.n_left_out)
        sg_failures_add(&c->failures, SG_FAILURE_LIMIT, SG_REQUEST_LIST_GROUPS, 0,
            "%zu consumer groups are left out: limits.groups is %zu; raise it, or exclude groups",
            c->groups.n_left_out, limits->groups);
}

/* A collection that saw no groups says nothing about which there are. */
static void keep_groups(struct admin *self, struct sg_groups *groups)
{
    if (groups->n == 0) {
        sg_groups_done(groups);
        return;
    }
    sg_groups_done(&self->before);
    sg_groups_forget_commits(groups);
    self->before = *groups;
}

/* @param look  NULL, or told of the collection before it is forgotten */
/* Names that are shown because a filter's pattern is too much work for them. */
static void note_filters(const struct admin *self)
{
    const struct {
        const char *what;
        const struct sg_filter *filter;
    } filters[] = { { "topics", self->topic_filter }, { "groups", self->group_filter } };

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct sg_error err;
        size_t n = sg_filter_take_gave_up(filters[i].filter);
        if (n == 0)
            continue;
        (void)sg_error_set(&err, 0,
            "%s: a pattern of include or exclude reached its match limit for %zu names, which are "
            "shown; simplify it (nested repetition)",
            filters[i].what, n);
        sg_slot_note(self->slot, SG_FAILURE_LIMIT, &err);
    }
}

static void run_collection(struct admin *self,
    int64_t deadline,
    void (*look)(const struct sg_diagnosis *diagnosis, void *context),
    void *context)
{
    int64_t now_ms = sg_clock_monotonic_ms(self->env.clock);
    struct collection c = {
        .admin = self,
        .begun_ms = now_ms,
        .whole_ms = deadline > now_ms ? deadline - now_ms : 1,
    };
    struct sg_sample_set *set = NULL;

    if (self->next_client) {
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
    if (!r && !atomic_load(self->env.stopping))
        r = make_set(&c, &set);
    if (r < 0)
        fail_internal(&c, r);
    if (c.abandoned || c.contradicted || knows_too_much(self, &c))
        make_next_client(&c);
    fail_limits(&c);

    sg_failures_report(&c.failures, self->slot);
    note_filters(self);
    sg_slot_end(self->slot, set);
    if (look)
        look(&(struct sg_diagnosis){ self->env.cluster_config, self->client, c.topology, &c.groups,
                 c.answered, &c.failures, sg_clock_monotonic_ms(self->env.clock) - c.begun_ms },
            context);
    (void)sg_offsets_free(c.ends);
    (void)sg_offsets_free(c.starts);
    keep_groups(self, &c.groups);
    (void)sg_topology_unref(c.topology);
    free(c.spark);
    free(c.answered);
    free(c.skip);
}

static void collect(void *opaque, int64_t deadline)
{
    run_collection(opaque, deadline, NULL, NULL);
}

struct listener {
    sg_check_fn tell;
    void *context;
};

static void tell_checks(const struct sg_diagnosis *diagnosis, void *context)
{
    const struct listener *listener = context;
    sg_diagnosis_tell(diagnosis, listener->tell, listener->context);
}

static void diagnose(void *opaque, int64_t deadline, sg_check_fn tell, void *context)
{
    run_collection(opaque, deadline, tell_checks, &(struct listener){ tell, context });
}

const struct sg_collector sg_collector_admin = {
    .name = NAME,
    .slots = { NAME },
    .scope = SG_SCOPE_CLUSTER,
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
