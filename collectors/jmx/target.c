/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/target.h"

#include "base/address.h"
#include "base/auto.h"
#include "config/load.h"
#include "jmx/jolokia/agent_version.h"
#include "jmx/jolokia/peer.h"
#include "jmx/jolokia/proxy.h"
#include "jmx/lane_reader.h"
#include "jmx/rmi/peer.h"
#include "jmx/size_reader.h"

#include <errno.h>
#include <stdlib.h>

enum {
    PAUSE_FACTOR_MAX = 8,      /* of the interval, after time-outs */
    ATTRIBUTE_BYTES = 200,     /* of an answer, for one attribute; real ones take about 90 */
    RMI_ATTRIBUTE_BYTES = 700, /* of one alone in its reply, about 350 */
};

enum step {
    IDLE,
    ASK_VERSION, /* of the proxy */
    ASK_PROBE,
    ASK_FAST,
    ASK_SLOW,
    ASK_SIZES,
};

/* When something that times out may be tried again. */
struct pace {
    int factor; /* of the interval: 1, 2, 4, 8 */
    int64_t not_before_ms;
};

struct sg_target {
    struct sg_target_options options;
    char *name;
    char *address;        /* NULL: none yet */
    struct sg_peer *peer; /* one of these two; both NULL without an address */
    struct sg_rmi_peer *rmi_peer;
    struct sg_lane_reader readers[SG_LANES]; /* by lane */
    struct sg_size_reader sizes;
    struct pace pace;            /* of polls through a proxy */
    struct pace slow_pace;       /* of the slow lane */
    struct pace size_pace;       /* of the sizes of logs */
    struct sg_identity identity; /* in the latest answer of the fast lane */
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
    target->size_pace.factor = 1;
    int r = target->name ? 0 : -ENOMEM;
    for (int lane = 0; lane < SG_LANES && !r; lane++)
        r = sg_lane_reader_init(&target->readers[lane], (enum sg_lane)lane, &target->options);
    if (!r)
        r = sg_size_reader_init(&target->sizes, &target->options);
    if (!r)
        r = sg_store_slot(options->store, options->cluster, SG_TARGET_SLOT, options->name,
            &target->readers[SG_LANE_FAST].slot);
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
    (void)sg_rmi_peer_free(target->rmi_peer);
    for (int lane = 0; lane < SG_LANES; lane++)
        sg_lane_reader_done(&target->readers[lane]);
    sg_size_reader_done(&target->sizes);
    (void)sg_rule_set_unref(target->options.rule_set);
    (void)sg_cluster_unref(target->options.known);
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

/* ---- Address ---- */

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

/* The address was checked with the configuration, or made of a broker's host and port. */
static int connect_to_port(struct sg_target *target, const char *text, struct sg_error *err)
{
    const struct sg_jolokia_source *source = target->options.source;
    struct sg_rmi_peer *peer = NULL;
    struct sg_address address;

    if (sg_address_parse(text, &address, err))
        return SG_PEER_E_URL;
    int r = sg_rmi_peer_new(target->options.transport,
        &(struct sg_rmi_peer_options){
            .host = address.host,
            .port = address.port,
            .username = source->username,
            .password = source->password,
            .tls = &source->tls,
            .must_use_tls = source->jmx.has_tls,
            .registry_tls = source->jmx.registry_tls,
            .follow_stub = source->jmx.follow_stub,
        },
        &peer);
    if (r)
        return r;
    (void)sg_rmi_peer_free(target->rmi_peer);
    target->rmi_peer = peer;
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
    for (int lane = 0; by_proxy(target) && lane < SG_LANES && !r; lane++)
        r = sg_lane_reader_set_target(&target->readers[lane], address);
    if (by_proxy(target) && !r)
        r = sg_size_reader_set_target(&target->sizes, address);
    if (!r && target->options.by_jmx)
        r = connect_to_port(target, address, err);
    else if (!r && (!by_proxy(target) || !target->peer))
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
    target->rmi_peer = sg_rmi_peer_free(target->rmi_peer);
    target->options.transport = transport;
    return address ? sg_target_set_address(target, address, NULL) : 0;
}

void sg_target_set_max(struct sg_target *target, size_t n_attributes)
{
    for (int lane = 0; lane < SG_LANES; lane++)
        sg_lane_reader_set_max(&target->readers[lane], n_attributes);
    target->sizes.max = n_attributes;
    if (target->peer)
        sg_peer_set_max_bytes(target->peer, n_attributes * ATTRIBUTE_BYTES);
    if (target->rmi_peer)
        sg_rmi_peer_set_max_bytes(target->rmi_peer, n_attributes * RMI_ATTRIBUTE_BYTES);
}

bool sg_target_has_address(const struct sg_target *target)
{
    return target->address;
}

/* ---- Failures ---- */

/* The start of every message about this target, if it is not just the peer's URL. */
static void name_target(const struct sg_target *target, struct sg_error *err)
{
    if (by_proxy(target))
        (void)sg_error_prefix(err, 0, "%.200s through ", target->address);
}

void sg_target_fail(struct sg_target *target, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct sg_slot *slot = target->readers[SG_LANE_FAST].slot;

    sg_slot_begin(slot);
    sg_slot_fail(slot, kind, err);
    sg_slot_end(slot, NULL);
}

/* ---- The steps of a poll ---- */

static int64_t now_ms(const struct sg_target *target)
{
    return sg_clock_monotonic_ms(target->options.clock);
}

/* Polls are periodic but not exact to the millisecond: half an interval early is due. */
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

static struct sg_slot *slot_of(const struct sg_target *target, enum step step)
{
    if (step == ASK_SIZES)
        return target->sizes.slot;
    return target->readers[step == ASK_SLOW ? SG_LANE_SLOW : SG_LANE_FAST].slot;
}

static struct sg_str body_of(struct sg_target *target, enum step step)
{
    switch (step) {
    case ASK_VERSION:
        return sg_proxy_version_request;
    case ASK_PROBE:
        return sg_proxy_probe_request;
    case ASK_SIZES:
        return sg_size_reader_body(&target->sizes);
    default:
        return sg_lane_reader_body(
            &target->readers[step == ASK_SLOW ? SG_LANE_SLOW : SG_LANE_FAST], now_ms(target));
    }
}

static const struct sg_poll_plan *plan_of(struct sg_target *target, enum step step)
{
    if (step == ASK_SIZES)
        return target->sizes.plan;
    return sg_lane_reader_plan(
        &target->readers[step == ASK_SLOW ? SG_LANE_SLOW : SG_LANE_FAST], now_ms(target));
}

static int start(struct sg_target *target, enum step step)
{
    if (target->rmi_peer)
        return sg_rmi_peer_start(
            target->rmi_peer, plan_of(target, step), target->deadline_ms, take_reply, target);
    return sg_peer_start(
        target->peer, body_of(target, step), target->deadline_ms, take_reply, target);
}

static void ask(struct sg_target *target, enum step step)
{
    target->step = step;
    if (start(target, step) == 0)
        return;
    target->step = IDLE;
    sg_slot_fail(slot_of(target, step), SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
    sg_slot_end(slot_of(target, step), NULL);
}

/* The slot of a read with an interval of its own, made when it begins for the first time. */
static bool begin_slot(
    struct sg_target *target, const char *name, int64_t stale_after_ms, struct sg_slot **slot)
{
    const struct sg_target_options *options = &target->options;

    if (!*slot) {
        if (sg_store_slot(options->store, options->cluster, name, target->name, slot))
            return false; /* no memory: the next poll tries again */
        sg_slot_set_stale_after(*slot, stale_after_ms);
    }
    sg_slot_begin(*slot);
    return true;
}

static void ask_sizes(struct sg_target *target)
{
    struct sg_size_reader *sizes = &target->sizes;

    if (sizes->plan && now_ms(target) >= target->size_pace.not_before_ms &&
        begin_slot(target, SG_TARGET_SLOT_SIZES, sg_size_reader_lasts_ms(sizes), &sizes->slot))
        ask(target, ASK_SIZES);
}

/* What has an interval of its own, one after the other. */
static void ask_slow(struct sg_target *target)
{
    struct sg_lane_reader *reader = &target->readers[SG_LANE_SLOW];
    int64_t stale_after_ms =
        2 * target->options.source->slow_interval_ms + target->options.config->stale_after_ms;

    if (reader->plan && now_ms(target) >= target->slow_pace.not_before_ms &&
        begin_slot(target, SG_TARGET_SLOT_SLOW, stale_after_ms, &reader->slot))
        ask(target, ASK_SLOW);
    else
        ask_sizes(target);
}

/* How the target that was asked is named in messages. */
static struct sg_error shown_name(const struct sg_target *target)
{
    struct sg_error who = { "" };

    (void)sg_error_set(&who, 0, "%s",
        target->rmi_peer ? sg_rmi_peer_shown(target->rmi_peer) : sg_peer_shown_url(target->peer));
    name_target(target, &who);
    return who;
}

static bool read_answer(struct sg_target *target, enum sg_lane lane, const struct sg_reply *reply)
{
    const struct sg_error who = shown_name(target);

    return sg_lane_reader_read(&target->readers[lane],
        &(struct sg_lane_reader_answer){ reply, who.text, target->address, target->begun_ms },
        &target->identity);
}

static void end_fast(struct sg_target *target, const struct sg_reply *reply)
{
    target->pace = (struct pace){ .factor = 1 };
    if (read_answer(target, SG_LANE_FAST, reply))
        ask_slow(target);
}

static void end_slow(struct sg_target *target, const struct sg_reply *reply)
{
    target->slow_pace.factor = 1;
    set_pace(target, &target->slow_pace, target->options.source->slow_interval_ms);
    (void)read_answer(target, SG_LANE_SLOW, reply);
    ask_sizes(target);
}

static void end_sizes(struct sg_target *target, const struct sg_reply *reply)
{
    const struct sg_error who = shown_name(target);

    target->size_pace.factor = 1;
    set_pace(target, &target->size_pace, target->options.source->size_interval_ms);
    sg_size_reader_read(&target->sizes,
        &(struct sg_lane_reader_answer){ reply, who.text, target->address, target->begun_ms });
}

static void end_probe(struct sg_target *target, const struct sg_reply *reply)
{
    struct sg_lane_reader *reader = &target->readers[SG_LANE_FAST];
    struct sg_error err = { "" };

    if (sg_proxy_probe_says_yes(reply->body, reply->body_len, &err)) {
        ask(target, ASK_FAST);
        return;
    }
    (void)sg_error_prefix(&err, 0, "%s: ", sg_peer_shown_url(target->peer));
    name_target(target, &err);
    sg_slot_fail(reader->slot, SG_FAILURE_PROTOCOL, &err);
    sg_slot_end(reader->slot, NULL);
}

/* Any slow read that fails waits for its turn: while it is due, the sizes are not read. */
static void set_pace_after_failure(
    struct sg_target *target, enum step step, enum sg_failure_kind kind)
{
    const struct sg_jolokia_source *source = target->options.source;
    bool was_too_long = kind == SG_FAILURE_TIMEOUT || kind == SG_FAILURE_LIMIT;

    if (step == ASK_SLOW) {
        if (was_too_long)
            slow_down(&target->slow_pace);
        set_pace(target, &target->slow_pace, source->slow_interval_ms);
    } else if (step == ASK_SIZES && was_too_long) {
        slow_down(&target->size_pace);
        set_pace(target, &target->size_pace, source->size_interval_ms);
    } else if (step == ASK_FAST && by_proxy(target) && kind == SG_FAILURE_TIMEOUT) {
        slow_down(&target->pace);
        set_pace(target, &target->pace, target->options.config->interval_ms);
    }
}

static void end_badly(struct sg_target *target, enum step step, const struct sg_reply *reply)
{
    struct sg_error err = *reply->err;

    set_pace_after_failure(target, step, reply->kind);
    name_target(target, &err);
    if (step != ASK_SLOW && step != ASK_SIZES)
        target->advice = reply->advice;
    sg_slot_fail(slot_of(target, step), reply->kind, &err);
    sg_slot_end(slot_of(target, step), NULL);
}

static void take_reply(void *context, const struct sg_reply *reply)
{
    struct sg_target *target = context;
    enum step step = target->step;

    target->step = IDLE;
    sg_slot_note_certificate(target->readers[SG_LANE_FAST].slot, reply->certificate_end_unix_s);
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
    case ASK_SIZES:
        end_sizes(target, reply);
        break;
    case IDLE:
        break;
    }
}

const struct sg_slot *sg_target_slot(const struct sg_target *target)
{
    return target->readers[SG_LANE_FAST].slot;
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
    if ((!target->peer && !target->rmi_peer) || now_ms(target) < target->pace.not_before_ms)
        return;
    target->begun_ms = now_ms(target);
    target->deadline_ms = deadline_ms;
    target->advice = "";
    sg_slot_begin(target->readers[SG_LANE_FAST].slot);
    ask(target, by_proxy(target) ? ASK_VERSION : ASK_FAST);
}

void sg_target_end(struct sg_target *target)
{
    if (target->step != IDLE)
        sg_slot_end(slot_of(target, target->step), NULL);
    target->step = IDLE;
}
