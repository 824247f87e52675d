/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The jolokia collector: every broker's JMX, polled through its Jolokia agent.
 *
 *     cluster's brokers ─┐                       ┌─> transport: one POST to each, side by side
 *     configuration ─────┴─> targets ── poll ────┤                     │ as each reply arrives
 *     rules ──> request plan (one body for all) ─┘                     v
 *                                                    answer ──> engine ──> slot of the target
 *
 * A target is a broker or a KRaft controller with an agent: its connection, its engine (what its
 * attributes become) and its slot in the store. Targets appear and never go: a broker that has left
 * the metadata goes on being asked, and shows as failing. What one target does stays in its slot.
 */

#include "collector.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/number.h"
#include "jolokia/answer.h"
#include "jolokia/catalogue.h"
#include "jolokia/engine.h"
#include "jolokia/request.h"
#include "jolokia/rules.h"
#include "jolokia/transport.h"

#include <errno.h>
#include <stdlib.h>

enum {
    E_CONFIG = 1, /* the rules or a URL are wrong */
};

enum {
    MARGIN_MS_MAX = 250, /* of a collection's time, for reading the last answers */
};

struct target {
    int32_t id;
    bool listed; /* its URL is the configuration's */
    struct sg_peer *peer;
    struct sg_engine *engine;
    struct sg_slot *slot;
    bool under_way;
    struct jolokia *owner;
};

struct jolokia {
    struct sg_collector_env env;
    struct sg_rules *rules;
    struct sg_request_plan *plan;
    struct sg_transport *transport;
    size_t n_targets;
    struct target **targets;
};

/* ---- Targets ---- */

static struct target *target_free(struct target *target)
{
    if (!target)
        return NULL;
    (void)sg_peer_free(target->peer);
    (void)sg_engine_free(target->engine);
    free(target);
    return NULL;
}
SG_AUTO_DEFINE(struct target *, target_free);

static struct target *find_target(const struct jolokia *self, int32_t id)
{
    for (size_t i = 0; i < self->n_targets; i++) {
        if (self->targets[i]->id == id)
            return self->targets[i];
    }
    return NULL;
}

/* @param ret_target  borrowed @return 0 or -ENOMEM */
static int add_target(struct jolokia *self, int32_t id, bool listed, struct target **ret_target)
{
    const struct sg_config *config = self->env.config;
    const char *cluster = self->env.cluster_config->name;
    char id_text[SG_NUMBER_TEXT_MAX + 1];

    sg_auto(target_free) struct target *target = calloc(1, sizeof *target);
    struct target **targets = realloc(self->targets, (self->n_targets + 1) * sizeof *targets);
    if (targets)
        self->targets = targets;
    if (!target || !targets)
        return -ENOMEM;
    target->id = id;
    target->listed = listed;
    target->owner = self;

    id_text[sg_number_write_int(id_text, id)] = '\0';
    const struct sg_label constant[] = {
        { sg_str_of(config->cluster_label), sg_str_of(cluster) },
        { SG_STR("broker"), sg_str_of(id_text) },
    };
    int r = sg_engine_new(self->rules, constant, 2, &target->engine);
    if (!r)
        r = sg_store_slot(self->env.store, cluster, "jolokia", id_text, &target->slot);
    if (r)
        return r;
    *ret_target = target;
    self->targets[self->n_targets++] = sg_take(&target);
    return 0;
}

/* Connect a target to a URL; an unchanged one keeps its connection. @return as sg_peer_new */
static int set_url(
    struct jolokia *self, struct target *target, const char *url, struct sg_error *err)
{
    const struct sg_jolokia_config *config = &self->env.cluster_config->jolokia;
    struct sg_peer *peer = NULL;

    if (target->peer && strcmp(sg_peer_url(target->peer), url) == 0)
        return 0;
    int r = sg_peer_new(self->transport, url, config->username, config->password, &peer, err);
    if (r)
        return r;
    (void)sg_peer_free(target->peer);
    target->peer = peer;
    return 0;
}

/* The template with {host} and {id} filled in. An IPv6 address gets its brackets. */
static int expand_url(const char *template, const struct sg_broker *broker, struct sg_buf *out)
{
    static const struct sg_str host = { "{host}", 6 };
    static const struct sg_str id = { "{id}", 4 };
    bool is_ipv6 = strchr(broker->host, ':') != NULL;
    struct sg_str rest = sg_str_of(template);
    int r = 0;

    while (rest.len && !r) {
        size_t n = 1;
        if (sg_str_starts_with(rest, host)) {
            n = host.len;
            r = sg_buf_printf(out, is_ipv6 ? "[%s]" : "%s", broker->host);
        } else if (sg_str_starts_with(rest, id)) {
            n = id.len;
            r = sg_buf_printf(out, "%d", broker->id);
        } else {
            r = sg_buf_add_char(out, *rest.ptr);
        }
        rest = (struct sg_str){ rest.ptr + n, rest.len - n };
    }
    return r ? r : sg_buf_add_char(out, '\0');
}

/* A broker of the metadata becomes a target, or gets the URL of the host that it has moved to. */
static int follow_broker(struct jolokia *self, const struct sg_broker *broker, struct sg_error *err)
{
    const char *template = self->env.cluster_config->jolokia.url;
    struct target *target = find_target(self, broker->id);
    struct sg_buf url;

    if ((target && target->listed) || (!broker->host[0] && strstr(template, "{host}")))
        return 0;
    int r = target ? 0 : add_target(self, broker->id, false, &target);
    if (r)
        return r;
    sg_buf_init(&url, 8192);
    r = expand_url(template, broker, &url);
    if (!r)
        r = set_url(self, target, url.ptr, err);
    sg_buf_done(&url);
    return r;
}

static void follow_metadata(struct jolokia *self)
{
    sg_auto_free struct sg_broker *brokers = NULL;
    size_t n = 0;

    if (!self->env.cluster_config->jolokia.url ||
        sg_cluster_copy_brokers(self->env.cluster, &brokers, &n))
        return; /* no memory: the targets stay as they are */
    for (size_t i = 0; i < n; i++) {
        struct sg_error err = { "out of memory" };
        if (follow_broker(self, &brokers[i], &err) == 0)
            continue;
        struct target *target = find_target(self, brokers[i].id);
        if (target && !target->peer) {
            sg_slot_begin(target->slot);
            sg_slot_fail(target->slot, SG_FAILURE_INTERNAL, &err);
            sg_slot_end(target->slot, NULL);
        }
    }
}

/* ---- One poll of one target ---- */

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct target *target = context;
    sg_engine_put(target->engine, attribute, value);
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct target *target = context;
    struct sg_error from = *err;

    (void)sg_error_prefix(&from, 0, "%s: ", sg_peer_shown_url(target->peer));
    sg_slot_fail(target->slot, kind, &from);
}

/* @param ret_set  NULL when there is nothing to publish */
static void read_answer(
    struct target *target, const struct sg_reply *reply, struct sg_sample_set **ret_set)
{
    const struct sg_answer_handler handler = { target, put_value, note_failure };

    sg_engine_begin(target->engine);
    if (sg_answer_read(target->owner->plan, reply->body, reply->body_len, &handler))
        return;
    if (sg_engine_snapshot(target->engine, ret_set))
        sg_slot_fail(target->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    const struct sg_engine_stats *stats = sg_engine_stats(target->engine);
    for (int reason = 0; reason < SG_DROP_REASONS; reason++) {
        if (stats->n_dropped[reason])
            sg_slot_count_dropped(
                target->slot, (enum sg_drop_reason)reason, stats->n_dropped[reason]);
    }
}

static void take_reply(void *context, const struct sg_reply *reply)
{
    struct target *target = context;
    struct sg_sample_set *set = NULL;

    target->under_way = false;
    if (reply->ok)
        read_answer(target, reply, &set);
    else
        sg_slot_fail(target->slot, reply->kind, reply->err);
    sg_slot_end(target->slot, set);
}

static void start_poll(struct jolokia *self, struct target *target, int64_t deadline_ms)
{
    struct sg_str body = { self->plan->body, self->plan->body_len };

    if (!target->peer)
        return;
    sg_slot_begin(target->slot);
    target->under_way = true;
    if (sg_peer_start(target->peer, body, deadline_ms, take_reply, target) == 0)
        return;
    target->under_way = false;
    sg_slot_fail(target->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    sg_slot_end(target->slot, NULL);
}

static void collect(void *self_pointer, int64_t deadline_ms)
{
    struct jolokia *self = self_pointer;
    int margin_ms = sg_clock_left_ms(self->env.clock, deadline_ms) / 10;

    follow_metadata(self);
    deadline_ms -= margin_ms < MARGIN_MS_MAX ? margin_ms : MARGIN_MS_MAX;
    for (size_t i = 0; i < self->n_targets; i++)
        start_poll(self, self->targets[i], deadline_ms);
    sg_transport_run(self->transport, self->env.stopping);
    for (size_t i = 0; i < self->n_targets; i++) {
        struct target *target = self->targets[i];
        if (target->under_way) /* the program stops */
            sg_slot_end(target->slot, NULL);
        target->under_way = false;
    }
}

/* ---- Setting up ---- */

static void destroy(void *self_pointer)
{
    struct jolokia *self = self_pointer;

    if (!self)
        return;
    for (size_t i = 0; i < self->n_targets; i++)
        (void)target_free(self->targets[i]);
    free(self->targets);
    (void)sg_transport_free(self->transport);
    (void)sg_request_plan_free(self->plan);
    (void)sg_rules_free(self->rules);
    free(self);
}

static int load_rules(struct jolokia *self, struct sg_error *err)
{
    const struct sg_cluster_config *config = self->env.cluster_config;
    const struct sg_log_about about = { config->name, "jolokia", NULL };
    const char *name = config->jolokia.rules;

    int r = sg_catalogue_has(name) ? sg_catalogue_load(name, &self->rules, err)
                                   : sg_rules_load_file(name, &self->rules, err);
    if (r)
        return r < 0 ? r : E_CONFIG;
    for (size_t i = 0; i < self->rules->n_warnings; i++)
        sg_log(SG_LOG_WARN, &about, "%s", self->rules->warnings[i]);
    return 0;
}

/* Brokers or controllers that the configuration lists one by one. */
static int add_listed(
    struct jolokia *self, const struct sg_jolokia_target *listed, size_t n, struct sg_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct target *target;
        if (find_target(self, listed[i].id))
            continue; /* a process that is broker and controller is one target */
        int r = add_target(self, listed[i].id, true, &target);
        if (!r)
            r = set_url(self, target, listed[i].url, err);
        if (r)
            return r < 0 ? r : sg_error_prefix(err, E_CONFIG, "broker %d: ", listed[i].id);
    }
    return 0;
}

static int set_up(struct jolokia *self, struct sg_error *err)
{
    const struct sg_jolokia_config *config = &self->env.cluster_config->jolokia;

    int r = load_rules(self, err);
    if (!r)
        r = sg_request_plan_new(self->rules, &self->plan);
    if (!r)
        r = sg_transport_new(self->env.clock, &self->transport);
    if (!r)
        r = add_listed(self, config->brokers, config->n_brokers, err);
    for (size_t i = 0; i < config->n_brokers && !r; i++)
        r = sg_cluster_know_broker(self->env.cluster, config->brokers[i].id);
    if (!r)
        r = add_listed(self, config->controllers, config->n_controllers, err);
    return r;
}

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    struct jolokia *self = calloc(1, sizeof *self);

    if (!self)
        return -ENOMEM;
    self->env = *env;
    int r = set_up(self, err);
    if (r) {
        destroy(self);
        return r;
    }
    *ret_self = self;
    return 0;
}

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    return cluster_config->has_jolokia;
}

const struct sg_collector sg_collector_jolokia = {
    .name = "jolokia",
    .wanted = wanted,
    .create = create,
    .collect = collect,
    .destroy = destroy,
};
