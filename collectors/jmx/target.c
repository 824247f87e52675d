/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/target.h"

#include "base/auto.h"
#include "config/load.h"
#include "config/secret.h"
#include "jmx/catalogue/identity.h"
#include "jmx/jolokia/agent_version.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/proxy.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/series/engine.h"
#include "jmx/series/learn.h"

#include <errno.h>
#include <stdlib.h>

enum {
    PAUSE_FACTOR_MAX = 8,  /* of the interval, after time-outs */
    ATTRIBUTE_BYTES = 200, /* of an answer, for one attribute; real ones take about 90 */
};

enum step {
    IDLE,
    ASK_VERSION, /* of the proxy */
    ASK_PROBE,
    ASK_FAST,
    ASK_SLOW,
};

/* When something that times out may be tried again. */
struct pace {
    int factor; /* of the interval: 1, 2, 4, 8 */
    int64_t not_before_ms;
};

/* What has been learned of a target: a plan that asks for less. */
struct lesson {
    struct sg_learner *learner;
    struct sg_poll_plan *plan; /* NULL: none */
    char *body;
    int64_t until_ms; /* then everything is read again */
    size_t n_values;  /* of the first answer; 0: it is still to come */
};

struct lane {
    const struct sg_poll_plan *plan; /* NULL: nothing is asked */
    const char *agent_body;          /* of the plan; the rule set's */
    struct sg_engine *engine;
    struct sg_slot *slot; /* of the slow lane: NULL until its first read */
    char *body;           /* of the plan for the proxy; otherwise NULL */
    struct lesson lesson; /* without a learner: none */
    bool asked_lesson;    /* by the request that is under way */
};

struct sg_target {
    struct sg_target_options options;
    char *name;
    char *address; /* NULL: none yet */
    struct sg_peer *peer;
    struct lane lanes[SG_LANES];
    struct pace pace;            /* of polls through a proxy */
    struct pace slow_pace;       /* of the slow lane */
    struct sg_identity identity; /* as the latest answer of the fast lane has it */
    const char *advice;          /* on the failure of the fast lane's latest poll, or "" */
    enum step step;
    int64_t begun_ms; /* the poll */
    int64_t deadline_ms;
};

SG_AUTO_DEFINE(struct sg_target *, sg_target_free);

/* ---- Making ---- */

static bool is_broker(const struct sg_target *target)
{
    return target->options.id >= 0;
}

static int make_lane(struct sg_target *target, enum sg_lane which)
{
    const struct sg_target_options *options = &target->options;
    struct lane *lane = &target->lanes[which];
    const struct sg_rule_set_plan *asked = which == SG_LANE_FAST && is_broker(target)
                                               ? &options->rule_set->broker_plan
                                               : &options->rule_set->plans[which];

    lane->plan = asked->plan;
    lane->agent_body = asked->body;
    if (!lane->plan)
        return 0;
    int r =
        sg_engine_new(options->rule_set->rules, options->labels, options->n_labels, &lane->engine);
    if (r)
        return r;
    if (options->rule_set->beside)
        r = sg_engine_add_beside(lane->engine, options->rule_set->beside);
    if (r)
        return r;
    sg_engine_use_aliases(lane->engine, &options->config->aliases);
    if (which != SG_LANE_FAST || !sg_rules_can_learn(options->rule_set->rules))
        return 0;
    /* What nobody wants is decided once, not at every reading of everything. */
    int64_t polls = options->source->slow_interval_ms / options->config->interval_ms + 8;
    sg_engine_remember_for(lane->engine, (uint32_t)polls);
    return sg_learner_new(&lane->lesson.learner);
}

/* ---- Learning ---- */

static void forget_lesson(struct lesson *lesson)
{
    lesson->plan = sg_poll_plan_free(lesson->plan);
    free(sg_secret_wipe(lesson->body));
    lesson->body = NULL;
    lesson->n_values = 0;
}

int sg_target_new(const struct sg_target_options *options, struct sg_target **ret_target)
{
    sg_auto(sg_target_free) struct sg_target *target = calloc(1, sizeof *target);

    if (!target)
        return -ENOMEM;
    target->options = *options;
    (void)sg_config_ref(options->config);
    (void)sg_rule_set_ref(options->rule_set);
    (void)sg_cluster_ref(options->known);
    target->name = strdup(options->name);
    target->pace.factor = 1;
    target->slow_pace.factor = 1;
    int r = target->name ? 0 : -ENOMEM;
    for (int lane = 0; lane < SG_LANES && !r; lane++)
        r = make_lane(target, (enum sg_lane)lane);
    if (!r)
        r = sg_store_slot(options->store, options->cluster, SG_TARGET_SLOT, options->name,
            &target->lanes[SG_LANE_FAST].slot);
    if (r)
        return r;
    target->options.name = target->name;
    target->options.labels = NULL; /* the engines have them */
    target->options.n_labels = 0;
    *ret_target = sg_take(&target);
    return 0;
}

struct sg_target *sg_target_free(struct sg_target *target)
{
    if (!target)
        return NULL;
    (void)sg_peer_free(target->peer);
    for (int lane = 0; lane < SG_LANES; lane++) {
        (void)sg_slot_free(target->lanes[lane].slot);
        (void)sg_engine_free(target->lanes[lane].engine);
        free(sg_secret_wipe(target->lanes[lane].body));
        forget_lesson(&target->lanes[lane].lesson);
        (void)sg_learner_free(target->lanes[lane].lesson.learner);
    }
    (void)sg_rule_set_unref(target->options.rule_set);
    (void)sg_cluster_free(target->options.known);
    (void)sg_config_unref(target->options.config);
    free(target->address);
    free(target->name);
    free(target);
    return NULL;
}

const char *sg_target_advice(const struct sg_target *target)
{
    return target->advice ? target->advice : "";
}

const char *sg_target_name(const struct sg_target *target)
{
    return target->name;
}

const struct sg_target_options *sg_target_options(const struct sg_target *target)
{
    return &target->options;
}

const char *sg_target_address(const struct sg_target *target)
{
    return target->address;
}

/* ---- Where it is ---- */

static bool by_proxy(const struct sg_target *target)
{
    return target->options.source->proxy.url;
}

static int connect_to(struct sg_target *target, const char *url, struct sg_error *err)
{
    const struct sg_jolokia_source *source = target->options.source;
    struct sg_peer *peer = NULL;

    int r = sg_peer_new(target->options.transport,
        &(struct sg_peer_options){ url, source->username, source->password, &source->tls }, &peer,
        err);
    if (r)
        return r;
    (void)sg_peer_free(target->peer);
    target->peer = peer;
    return 0;
}

/* Each request names the target, so that each target has bodies of its own. */
static int make_bodies(struct sg_target *target, const char *address)
{
    const struct sg_jolokia_proxy *proxy = &target->options.source->proxy;
    const struct sg_request_target to = { address, proxy->username, proxy->password };

    for (int i = 0; i < SG_LANES; i++) {
        struct lane *lane = &target->lanes[i];
        char *body = NULL;
        if (!lane->plan)
            continue;
        forget_lesson(&lane->lesson);
        int r = sg_request_body(lane->plan, &to, &body);
        if (r)
            return r;
        free(sg_secret_wipe(lane->body));
        lane->body = body;
    }
    return 0;
}

int sg_target_set_address(struct sg_target *target, const char *address, struct sg_error *err)
{
    int r = 0;

    if (target->address && strcmp(target->address, address) == 0)
        return 0;
    sg_auto_free char *copy = strdup(address);
    if (!copy)
        return -ENOMEM;
    if (by_proxy(target))
        r = make_bodies(target, address);
    if (!r && (!by_proxy(target) || !target->peer))
        r = connect_to(target, by_proxy(target) ? target->options.source->proxy.url : address, err);
    if (r)
        return r;
    free(target->address);
    target->address = sg_take(&copy);
    target->pace = (struct pace){ .factor = 1 };
    return 0;
}

int sg_target_move(struct sg_target *target, struct sg_transport *transport)
{
    sg_auto_free char *address = sg_take(&target->address);

    target->peer = sg_peer_free(target->peer);
    target->options.transport = transport;
    return address ? sg_target_set_address(target, address, NULL) : 0;
}

void sg_target_set_max(struct sg_target *target, size_t n_attributes)
{
    for (int lane = 0; lane < SG_LANES; lane++) {
        if (target->lanes[lane].engine)
            sg_engine_set_max(target->lanes[lane].engine, n_attributes);
        if (target->lanes[lane].lesson.learner)
            sg_learner_set_max(target->lanes[lane].lesson.learner, n_attributes);
    }
    if (target->peer)
        sg_peer_set_max_bytes(target->peer, n_attributes * ATTRIBUTE_BYTES);
}

bool sg_target_has_address(const struct sg_target *target)
{
    return target->address;
}

/* ---- Failures ---- */

/* What every text about this target begins with, beyond the peer's own URL. */
static void name_target(const struct sg_target *target, struct sg_error *err)
{
    if (by_proxy(target))
        (void)sg_error_prefix(err, 0, "%.200s through ", target->address);
}

/*
 * What went wrong while one answer was read, by kind. A cause that hits every request is one
 * failure, told once.
 */
struct failures {
    size_t n[SG_FAILURE_KINDS];
    struct sg_error first[SG_FAILURE_KINDS];
};

static void tell_failures(
    const struct sg_target *target, struct sg_slot *slot, struct failures *failures)
{
    for (int kind = 0; kind < SG_FAILURE_KINDS; kind++) {
        struct sg_error *err = &failures->first[kind];
        if (failures->n[kind] == 0)
            continue;
        if (failures->n[kind] > 1)
            (void)sg_error_prefix(err, 0, "%zu requests failed, the first: ", failures->n[kind]);
        (void)sg_error_prefix(err, 0, "%s: ", sg_peer_shown_url(target->peer));
        name_target(target, err);
        sg_slot_fail(slot, (enum sg_failure_kind)kind, err);
    }
}

void sg_target_fail(struct sg_target *target, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct sg_slot *slot = target->lanes[SG_LANE_FAST].slot;

    sg_slot_begin(slot);
    sg_slot_fail(slot, kind, err);
    sg_slot_end(slot, NULL);
}

/* ---- Reading an answer ---- */

struct reading {
    struct lane *lane;
    struct sg_identity identity;
    struct failures failures;
};

/* Catalogues beside a rule file say themselves what to ask for. */
static bool is_lesson(const struct lane *lane, const struct sg_attribute *attribute)
{
    return lane->lesson.learner && !lane->asked_lesson && attribute->part == 0;
}

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct reading *reading = context;
    struct lane *lane = reading->lane;

    sg_engine_put(lane->engine, attribute, value);
    if (is_lesson(lane, attribute))
        sg_learner_note(lane->lesson.learner, attribute->mbean, attribute->path[0],
            sg_engine_wants(lane->engine, attribute, false));
}

static void note_identity(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct reading *reading = context;

    sg_identity_note(&reading->identity, attribute, value);
}

static void note_absent(void *context, const struct sg_attribute *attribute)
{
    struct reading *reading = context;
    struct lane *lane = reading->lane;

    if (is_lesson(lane, attribute))
        sg_learner_note(lane->lesson.learner, attribute->mbean, attribute->path[0],
            sg_engine_wants(lane->engine, attribute, true));
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct reading *reading = context;

    if (reading->failures.n[kind]++ == 0)
        reading->failures.first[kind] = *err;
}

static void count_dropped(const struct lane *lane)
{
    const struct sg_engine_stats *stats = sg_engine_stats(lane->engine);

    for (int reason = 0; reason < SG_DROP_REASONS; reason++) {
        if (stats->n_dropped[reason])
            sg_slot_count_dropped(
                lane->slot, (enum sg_drop_reason)reason, stats->n_dropped[reason]);
    }
}

/* Once, not as a failure: what the other rules say is there. */
static void tell_gave_up(const struct lane *lane)
{
    const struct sg_rule *rule = sg_engine_stats(lane->engine)->gave_up;
    struct sg_error err;

    if (!rule)
        return;
    (void)sg_error_set(&err, 0,
        "%s:%zu: the pattern reached its match limit; what it may match is dropped; simplify it "
        "(nested repetition)",
        rule->file, rule->line);
    sg_slot_note(lane->slot, SG_FAILURE_LIMIT, &err);
}

/* Everything was read: the next polls ask for what came to something. */
static void learn(struct sg_target *target, struct lane *lane)
{
    const struct sg_jolokia_proxy *proxy = &target->options.source->proxy;
    const struct sg_request_target to = { target->address, proxy->username, proxy->password };
    struct lesson *lesson = &lane->lesson;

    forget_lesson(lesson);
    int r = sg_learner_plan(lesson->learner, &lesson->plan);
    const struct sg_rules *beside = target->options.rule_set->beside;
    if (!r && lesson->plan && beside)
        r = sg_rules_plan_add(lesson->plan, beside, SG_LANE_FAST, 1);
    if (!r && lesson->plan && is_broker(target))
        r = sg_identity_ask(lesson->plan);
    if (!r && lesson->plan)
        r = sg_request_body(lesson->plan, by_proxy(target) ? &to : NULL, &lesson->body);
    if (r)
        forget_lesson(lesson); /* no memory: everything is read again */
    lesson->until_ms = target->begun_ms + target->options.source->slow_interval_ms;
}

/* Is much of what was learned not there any more? */
static void doubt(struct lesson *lesson, size_t n_values)
{
    if (lesson->n_values == 0)
        lesson->n_values = n_values;
    else if (n_values < lesson->n_values - lesson->n_values / 10)
        forget_lesson(lesson);
}

/* Is it the JVM that it is taken for? Otherwise that is told. */
static bool is_who_it_should_be(const struct sg_target *target, struct reading *reading)
{
    struct sg_error err;

    if (!is_broker(target))
        return true;
    sg_auto_free char *cluster_id = sg_cluster_copy_id(target->options.known);
    if (sg_identity_is(&reading->identity, target->options.id, cluster_id, &err))
        return true;
    reading->failures = (struct failures){ .n = { 0 } }; /* of another JVM: no matter */
    note_failure(reading, SG_FAILURE_IDENTITY, &err);
    return false;
}

/*
 * Publish what the answer has. Where every request failed that is nothing, not "no MBeans".
 * @return was it the right JVM, as far as is known?
 */
static bool read_answer(struct sg_target *target, struct lane *lane, const struct sg_reply *reply)
{
    struct reading reading = { .lane = lane };
    const struct sg_answer_handler handler = { &reading, put_value, note_identity, note_absent,
        note_failure };
    const struct sg_poll_plan *plan = lane->asked_lesson ? lane->lesson.plan : lane->plan;
    struct sg_sample_set *set = NULL;

    sg_engine_begin(lane->engine);
    if (lane->lesson.learner && !lane->asked_lesson)
        sg_learner_begin(lane->lesson.learner);
    int r = sg_answer_read(plan, reply->body, reply->body_len, &handler);
    bool is_right = plan->n_identity == 0 || is_who_it_should_be(target, &reading);
    if (plan->n_identity)
        target->identity = reading.identity;
    tell_failures(target, lane->slot, &reading.failures);
    if (!r && is_right) {
        if (sg_engine_snapshot(lane->engine, &set))
            sg_slot_fail(lane->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
        count_dropped(lane); /* complete only now */
        tell_gave_up(lane);
    }
    sg_slot_end(lane->slot, set);
    if (set && lane->lesson.learner) {
        if (lane->asked_lesson)
            doubt(&lane->lesson, sg_engine_stats(lane->engine)->n_values);
        else
            learn(target, lane);
    }
    return is_right;
}

/* ---- The steps of a poll ---- */

static int64_t now_ms(const struct sg_target *target)
{
    return sg_clock_monotonic_ms(target->options.clock);
}

/* Polls keep a beat but are not exact to the millisecond: half an interval early is in time. */
static void set_pace(const struct sg_target *target, struct pace *pace, int64_t interval_ms)
{
    pace->not_before_ms =
        target->begun_ms + pace->factor * interval_ms - target->options.config->interval_ms / 2;
}

static void slow_down(struct pace *pace)
{
    if (pace->factor < PAUSE_FACTOR_MAX)
        pace->factor *= 2;
}

static void take_reply(void *context, const struct sg_reply *reply);

/* What to send for the lane: what was learned, for as long as it holds, or what the rules say. */
static struct sg_str body_of(struct sg_target *target, struct lane *lane)
{
    lane->asked_lesson = lane->lesson.plan && now_ms(target) < lane->lesson.until_ms;
    if (lane->asked_lesson)
        return sg_str_of(lane->lesson.body);
    return sg_str_of(lane->body ? lane->body : lane->agent_body);
}

static void ask(struct sg_target *target, enum step step)
{
    struct lane *lane = &target->lanes[step == ASK_SLOW ? SG_LANE_SLOW : SG_LANE_FAST];
    struct sg_str body = body_of(target, lane);

    if (step == ASK_VERSION)
        body = sg_proxy_version_request;
    else if (step == ASK_PROBE)
        body = sg_proxy_probe_request;
    target->step = step;
    if (sg_peer_start(target->peer, body, target->deadline_ms, take_reply, target) == 0)
        return;
    target->step = IDLE;
    sg_slot_fail(lane->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    sg_slot_end(lane->slot, NULL);
}

static void ask_slow(struct sg_target *target)
{
    const struct sg_target_options *options = &target->options;
    struct lane *lane = &target->lanes[SG_LANE_SLOW];
    int64_t interval_ms = options->source->slow_interval_ms;

    if (!lane->plan || now_ms(target) < target->slow_pace.not_before_ms)
        return;
    if (!lane->slot) {
        if (sg_store_slot(
                options->store, options->cluster, SG_TARGET_SLOT_SLOW, target->name, &lane->slot))
            return; /* no memory: the next poll tries again */
        sg_slot_set_stale_after(lane->slot, 2 * interval_ms + options->config->stale_after_ms);
    }
    sg_slot_begin(lane->slot);
    ask(target, ASK_SLOW);
}

static void end_fast(struct sg_target *target, const struct sg_reply *reply)
{
    target->pace = (struct pace){ .factor = 1 };
    if (read_answer(target, &target->lanes[SG_LANE_FAST], reply))
        ask_slow(target);
}

static void end_slow(struct sg_target *target, const struct sg_reply *reply)
{
    target->slow_pace.factor = 1;
    set_pace(target, &target->slow_pace, target->options.source->slow_interval_ms);
    (void)read_answer(target, &target->lanes[SG_LANE_SLOW], reply);
}

static void end_probe(struct sg_target *target, const struct sg_reply *reply)
{
    struct lane *lane = &target->lanes[SG_LANE_FAST];
    struct sg_error err = { "" };

    if (sg_proxy_probe_says_yes(reply->body, reply->body_len, &err)) {
        ask(target, ASK_FAST);
        return;
    }
    (void)sg_error_prefix(&err, 0, "%s: ", sg_peer_shown_url(target->peer));
    name_target(target, &err);
    sg_slot_fail(lane->slot, SG_FAILURE_PROTOCOL, &err);
    sg_slot_end(lane->slot, NULL);
}

static void end_badly(struct sg_target *target, enum step step, const struct sg_reply *reply)
{
    struct lane *lane = &target->lanes[step == ASK_SLOW ? SG_LANE_SLOW : SG_LANE_FAST];
    bool was_too_long = reply->kind == SG_FAILURE_TIMEOUT || reply->kind == SG_FAILURE_LIMIT;
    struct sg_error err = *reply->err;

    if (step == ASK_SLOW && was_too_long) {
        slow_down(&target->slow_pace);
        set_pace(target, &target->slow_pace, target->options.source->slow_interval_ms);
    } else if (step == ASK_FAST && by_proxy(target) && reply->kind == SG_FAILURE_TIMEOUT) {
        slow_down(&target->pace);
        set_pace(target, &target->pace, target->options.config->interval_ms);
    }
    name_target(target, &err);
    if (step != ASK_SLOW)
        target->advice = reply->advice;
    sg_slot_fail(lane->slot, reply->kind, &err);
    sg_slot_end(lane->slot, NULL);
}

static void take_reply(void *context, const struct sg_reply *reply)
{
    struct sg_target *target = context;
    enum step step = target->step;

    target->step = IDLE;
    if (!reply->ok) {
        end_badly(target, step, reply);
        return;
    }
    switch (step) {
    case ASK_VERSION:
        ask(target, sg_proxy_version_says_yes(reply->body, reply->body_len) ? ASK_FAST : ASK_PROBE);
        break;
    case ASK_PROBE:
        end_probe(target, reply);
        break;
    case ASK_FAST:
        end_fast(target, reply);
        break;
    case ASK_SLOW:
        end_slow(target, reply);
        break;
    case IDLE:
        break;
    }
}

const struct sg_slot *sg_target_slot(const struct sg_target *target)
{
    return target->lanes[SG_LANE_FAST].slot;
}

bool sg_target_is_identified(const struct sg_target *target)
{
    return !is_broker(target) || sg_identity_is_known(&target->identity);
}

bool sg_target_is_proxied(const struct sg_target *target)
{
    return by_proxy(target);
}

static void take_version(void *context, const struct sg_reply *reply)
{
    if (reply->ok)
        sg_agent_version_read(reply->body, reply->body_len, context);
}

void sg_target_ask_version(struct sg_target *target, int64_t deadline_ms, char *ret_text)
{
    ret_text[0] = '\0';
    if (target->peer)
        (void)sg_peer_start(
            target->peer, sg_proxy_version_request, deadline_ms, take_version, ret_text);
}

void sg_target_start(struct sg_target *target, int64_t deadline_ms)
{
    if (!target->peer || now_ms(target) < target->pace.not_before_ms)
        return;
    target->begun_ms = now_ms(target);
    target->deadline_ms = deadline_ms;
    target->advice = "";
    sg_slot_begin(target->lanes[SG_LANE_FAST].slot);
    ask(target, by_proxy(target) ? ASK_VERSION : ASK_FAST);
}

void sg_target_end(struct sg_target *target)
{
    if (target->step == ASK_SLOW)
        sg_slot_end(target->lanes[SG_LANE_SLOW].slot, NULL);
    else if (target->step != IDLE)
        sg_slot_end(target->lanes[SG_LANE_FAST].slot, NULL);
    target->step = IDLE;
}
