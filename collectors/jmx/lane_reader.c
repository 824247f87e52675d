/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lane_reader.h"

#include "base/auto.h"
#include "config/secret.h"
#include "jmx/answer_failures.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules_plan.h"

#include <errno.h>
#include <stdlib.h>

static bool is_broker(const struct sg_target_options *options)
{
    return options->id >= 0;
}

static void forget_learned(struct sg_learned *learned)
{
    learned->plan = sg_poll_plan_free(learned->plan);
    free(sg_secret_wipe(learned->body));
    learned->body = NULL;
}

/* ---- Making ---- */

int sg_lane_reader_init(
    struct sg_lane_reader *reader, enum sg_lane which, const struct sg_target_options *options)
{
    const struct sg_rule_set_plan *asked = which == SG_LANE_FAST && is_broker(options)
                                               ? &options->rule_set->broker_plan
                                               : &options->rule_set->plans[which];

    reader->options = options;
    reader->plan = asked->plan;
    reader->agent_body = asked->body;
    if (!reader->plan)
        return 0;
    int r = sg_engine_new(
        options->rule_set->rules, options->labels, options->n_labels, &reader->engine);
    if (r)
        return r;
    if (options->rule_set->beside)
        r = sg_engine_add_beside(reader->engine, options->rule_set->beside);
    if (r)
        return r;
    sg_engine_use_aliases(reader->engine, &options->config->aliases);
    if (which != SG_LANE_FAST || !sg_rules_can_learn(options->rule_set->rules))
        return 0;
    /* Unwanted attributes are decided once, not whenever everything is read. */
    int64_t polls = options->source->slow_interval_ms / options->config->interval_ms + 8;
    sg_engine_remember_for(reader->engine, (uint32_t)polls);
    return sg_learner_new(&reader->learned.learner);
}

void sg_lane_reader_done(struct sg_lane_reader *reader)
{
    (void)sg_slot_free(reader->slot);
    (void)sg_engine_free(reader->engine);
    free(sg_secret_wipe(reader->body));
    forget_learned(&reader->learned);
    (void)sg_learner_free(reader->learned.learner);
}

void sg_lane_reader_set_max(struct sg_lane_reader *reader, size_t n_attributes)
{
    if (reader->engine)
        sg_engine_set_max(reader->engine, n_attributes);
    if (reader->learned.learner)
        sg_learner_set_max(reader->learned.learner, n_attributes);
}

/* ---- What is asked ---- */

/* The proxy's target; each request names it. */
static struct sg_request_target proxy_target(
    const struct sg_target_options *options, const char *address)
{
    const struct sg_jolokia_proxy *proxy = &options->source->proxy;
    return (struct sg_request_target){ address, proxy->username, proxy->password };
}

int sg_lane_reader_make_proxied(const struct sg_target_options *options,
    const struct sg_poll_plan *plan,
    const char *address,
    char **body)
{
    const struct sg_request_target to = proxy_target(options, address);
    char *made = NULL;

    int r = sg_request_body(plan, &to, &made);
    if (r)
        return r;
    free(sg_secret_wipe(*body));
    *body = made;
    return 0;
}

int sg_lane_reader_set_target(struct sg_lane_reader *reader, const char *address)
{
    if (!reader->plan)
        return 0;
    forget_learned(&reader->learned);
    return sg_lane_reader_make_proxied(reader->options, reader->plan, address, &reader->body);
}

const struct sg_poll_plan *sg_lane_reader_plan(struct sg_lane_reader *reader, int64_t now_ms)
{
    reader->asked_learned = reader->learned.plan && now_ms < reader->learned.until_ms;
    return reader->asked_learned ? reader->learned.plan : reader->plan;
}

struct sg_str sg_lane_reader_body(struct sg_lane_reader *reader, int64_t now_ms)
{
    (void)sg_lane_reader_plan(reader, now_ms);
    if (reader->asked_learned)
        return sg_str_of(reader->learned.body);
    return sg_str_of(reader->body ? reader->body : reader->agent_body);
}

/* ---- Reading an answer ---- */

struct reading {
    struct sg_lane_reader *reader;
    struct sg_identity identity;
    struct sg_answer_failures failures;
};

/* Catalogues beside a rule file have their own requests. */
static bool is_learnable(const struct sg_lane_reader *reader, const struct sg_attribute *attribute)
{
    return reader->learned.learner && !reader->asked_learned && attribute->part == 0;
}

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct reading *reading = context;
    struct sg_lane_reader *reader = reading->reader;

    sg_engine_put(reader->engine, attribute, value);
    if (is_learnable(reader, attribute))
        sg_learner_add(reader->learned.learner, attribute->mbean, attribute->path[0],
            sg_engine_wants(reader->engine, attribute, false));
}

static void note_identity(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct reading *reading = context;

    sg_identity_add(&reading->identity, attribute, value);
}

static void note_absent(void *context, const struct sg_attribute *attribute)
{
    struct reading *reading = context;
    struct sg_lane_reader *reader = reading->reader;

    if (is_learnable(reader, attribute))
        sg_learner_add(reader->learned.learner, attribute->mbean, attribute->path[0],
            sg_engine_wants(reader->engine, attribute, true));
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct reading *reading = context;

    sg_answer_failures_add(&reading->failures, kind, err);
}

static void count_dropped(const struct sg_lane_reader *reader)
{
    const struct sg_engine_stats *stats = sg_engine_stats(reader->engine);

    for (int reason = 0; reason < SG_DROP_REASONS; reason++) {
        if (stats->n_dropped[reason])
            sg_slot_count_dropped(
                reader->slot, (enum sg_drop_reason)reason, stats->n_dropped[reason]);
    }
}

/* A warning, not a failure: the series of the other rules are complete. */
static void warn_gave_up(const struct sg_lane_reader *reader)
{
    const struct sg_rule *rule = sg_engine_stats(reader->engine)->gave_up;
    struct sg_error err;

    if (!rule)
        return;
    (void)sg_error_set(&err, 0,
        "%s:%zu: the pattern reached its match limit; what it may match is dropped; simplify it "
        "(nested repetition)",
        rule->file, rule->line);
    sg_slot_warn(reader->slot, SG_FAILURE_LIMIT, &err);
}

/* Everything was read: the next polls request what became series. */
static void learn(
    struct sg_lane_reader *reader, const struct sg_lane_reader_answer *answer, size_t n_series)
{
    const struct sg_target_options *options = reader->options;
    const struct sg_request_target to = proxy_target(options, answer->address);
    struct sg_learned *learned = &reader->learned;

    forget_learned(learned);
    int r = sg_learner_plan(learned->learner, &learned->plan);
    const struct sg_rules *beside = options->rule_set->beside;
    if (!r && learned->plan && beside)
        r = sg_rules_plan_add(learned->plan, beside, SG_LANE_FAST, 1);
    if (!r && learned->plan && is_broker(options))
        r = sg_identity_ask(learned->plan);
    if (!r && learned->plan && !options->by_jmx)
        r = sg_request_body(learned->plan, options->source->proxy.url ? &to : NULL, &learned->body);
    if (r)
        forget_learned(learned); /* no memory: everything is read again */
    learned->until_ms = answer->begun_ms + options->source->slow_interval_ms;
    learned->n_series = n_series;
    learned->n_values = 0;
}

static bool is_much_less(size_t n, size_t before)
{
    return n < before - before / 10;
}

/*
 * Is much of what was learned gone? The first answer is compared with the series when everything
 * was read: the JVM may have restarted in between. It is doubted once only, because some series are
 * never in answers to learned requests. The answers after it are compared with it.
 */
static void doubt(struct sg_learned *learned, size_t n_series, size_t n_values)
{
    if (learned->n_values) {
        if (is_much_less(n_values, learned->n_values))
            forget_learned(learned);
    } else if (!learned->was_doubted && is_much_less(n_series, learned->n_series)) {
        forget_learned(learned);
        learned->was_doubted = true;
    } else {
        learned->n_values = n_values;
        learned->was_doubted = false;
    }
}

/* Is it the configured JVM? Otherwise a failure is reported. */
static bool is_right_jvm(struct reading *reading)
{
    const struct sg_target_options *options = reading->reader->options;
    struct sg_error err;

    if (!is_broker(options))
        return true;
    sg_auto_free char *cluster_id = sg_cluster_copy_id(options->known);
    if (sg_identity_is(&reading->identity, options->id, cluster_id, &err))
        return true;
    reading->failures = (struct sg_answer_failures){ .n = { 0 } }; /* of another JVM: not used */
    note_failure(reading, SG_FAILURE_IDENTITY, &err);
    return false;
}

bool sg_lane_reader_read(struct sg_lane_reader *reader,
    const struct sg_lane_reader_answer *answer,
    struct sg_identity *identity)
{
    struct reading reading = { .reader = reader };
    const struct sg_answer_handler handler = { &reading, put_value, note_identity, note_absent,
        note_failure };
    const struct sg_poll_plan *plan = reader->asked_learned ? reader->learned.plan : reader->plan;
    struct sg_sample_set *set = NULL;

    sg_engine_begin(reader->engine);
    if (reader->learned.learner && !reader->asked_learned)
        sg_learner_begin(reader->learned.learner);
    int r = answer->reply->read(answer->reply, plan, &handler);
    bool is_right = plan->n_identity == 0 || is_right_jvm(&reading);
    if (plan->n_identity)
        *identity = reading.identity;
    (void)sg_answer_failures_report(&reading.failures, answer->who, reader->slot);
    if (!r && is_right) {
        if (sg_engine_snapshot(reader->engine, &set))
            sg_slot_fail(reader->slot, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
        count_dropped(reader); /* complete only now */
        warn_gave_up(reader);
    }
    size_t n_series = set ? set->n_present : 0;
    sg_slot_end(reader->slot, set);
    if (set && reader->learned.learner) {
        if (reader->asked_learned)
            doubt(&reader->learned, n_series, sg_engine_stats(reader->engine)->n_values);
        else
            learn(reader, answer, n_series);
    }
    return is_right;
}
