/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/event.h"

#include "base/words.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const kinds[SG_EVENT_KINDS] = {
    [SG_EVENT_STARTED] = "started",
    [SG_EVENT_RELOADED] = "reloaded",
    [SG_EVENT_RELOAD_FAILED] = "reload_failed",
    [SG_EVENT_CLUSTER_DOWN] = "cluster_down",
    [SG_EVENT_CLUSTER_UP] = "cluster_up",
    [SG_EVENT_BROKER_DOWN] = "broker_down",
    [SG_EVENT_BROKER_UP] = "broker_up",
    [SG_EVENT_BROKER_RESTARTED] = "broker_restarted",
    [SG_EVENT_CONTROLLER_MOVED] = "controller_moved",
    [SG_EVENT_TOPIC_CREATED] = "topic_created",
    [SG_EVENT_TOPIC_DELETED] = "topic_deleted",
    [SG_EVENT_PARTITIONS_ADDED] = "partitions_added",
    [SG_EVENT_LOG_WENT_BACK] = "log_went_back",
    [SG_EVENT_LEADERLESS] = "leaderless",
    [SG_EVENT_LEADER_BACK] = "leader_back",
    [SG_EVENT_LEADER_MOVED] = "leader_moved",
    [SG_EVENT_UNDER_MIN_ISR] = "under_min_isr",
    [SG_EVENT_MIN_ISR_BACK] = "min_isr_back",
    [SG_EVENT_ISR_SHRANK] = "isr_shrank",
    [SG_EVENT_ISR_GREW] = "isr_grew",
    [SG_EVENT_REASSIGNMENT_BEGAN] = "reassignment_began",
    [SG_EVENT_REASSIGNMENT_ENDED] = "reassignment_ended",
    [SG_EVENT_GROUP_STATUS] = "group_status",
    [SG_EVENT_GROUP_REBALANCED] = "group_rebalanced",
    [SG_EVENT_COLLECTOR_FAILS] = "collector_fails",
    [SG_EVENT_COLLECTOR_WORKS] = "collector_works",
};

const char *sg_event_kind_text(enum sg_event_kind kind)
{
    return kinds[kind];
}

const char *sg_severity_text(enum sg_severity severity)
{
    static const char *const texts[SG_SEVERITIES] = { "critical", "warning", "info" };

    return texts[severity];
}

/* ---- Copies ---- */

struct sg_event *sg_event_copy(const struct sg_event *event)
{
    const char *const *texts[] = { &event->cluster, &event->topic, &event->group, &event->from,
        &event->to, &event->detail };
    size_t n = sizeof texts / sizeof texts[0], bytes = 0;

    for (size_t i = 0; i < n; i++)
        bytes += sg_str_of(*texts[i]).len + 1;
    struct sg_event *copy = malloc(sizeof *copy + bytes);
    if (!copy)
        return NULL;
    *copy = *event;
    sg_refs_init(&copy->refs);
    const char **copies[] = { &copy->cluster, &copy->topic, &copy->group, &copy->from, &copy->to,
        &copy->detail };
    char *place = (char *)(copy + 1);
    for (size_t i = 0; i < n; i++) {
        struct sg_str text = sg_str_of(*texts[i]);
        memcpy(place, text.ptr, text.len);
        place[text.len] = '\0';
        *copies[i] = place;
        place += text.len + 1;
    }
    return copy;
}

struct sg_event *sg_event_ref(struct sg_event *event)
{
    sg_refs_add(&event->refs);
    return event;
}

struct sg_event *sg_event_unref(struct sg_event *event)
{
    if (event && sg_refs_drop(&event->refs))
        free(event);
    return NULL;
}

/* ---- Sentences ---- */

/* mytopic 3; 12 partitions of mytopic; 77 partitions of 5 topics */
static void write_place(const struct sg_event *event, struct sg_buf *text)
{
    if (event->partition >= 0)
        (void)sg_buf_printf(text, "%s %" PRId32, event->topic, event->partition);
    else if (event->topic[0])
        (void)sg_buf_printf(text, "%" PRIu32 " partitions of %s", event->count, event->topic);
    else
        (void)sg_buf_printf(
            text, "%" PRIu32 " partitions of %" PRIu32 " topics", event->count, event->n_topics);
}

static void write_lasted(const struct sg_event *event, struct sg_buf *text)
{
    if (event->lasted_ms < 0)
        return;
    (void)sg_buf_printf(text, event->at_least ? " after more than %s" : " after %s",
        sg_words_age(event->lasted_ms).text);
}

/* What is said of one partition, and of several. */
static const struct {
    const char *one;
    const char *many;
    bool is_end;
} of_partitions[SG_EVENT_KINDS] = {
    [SG_EVENT_LOG_WENT_BACK] = { " ends at a lower offset: the topic was recreated, or records are "
                                 "lost",
        " end at lower offsets: the topic was recreated, or records are lost", false },
    [SG_EVENT_LEADERLESS] = { " has no leader", " have no leader", false },
    [SG_EVENT_LEADER_BACK] = { " has a leader again", " have a leader again", true },
    [SG_EVENT_LEADER_MOVED] = { " has another leader", " have another leader", false },
    [SG_EVENT_UNDER_MIN_ISR] = { " is under min.insync.replicas", " are under min.insync.replicas",
        false },
    [SG_EVENT_MIN_ISR_BACK] = { " has min.insync.replicas again", " have min.insync.replicas again",
        true },
    [SG_EVENT_ISR_SHRANK] = { " has fewer in-sync replicas", " have fewer in-sync replicas",
        false },
    [SG_EVENT_ISR_GREW] = { " has more in-sync replicas", " have more in-sync replicas", false },
    [SG_EVENT_REASSIGNMENT_BEGAN] = { " is being reassigned", " are being reassigned", false },
    [SG_EVENT_REASSIGNMENT_ENDED] = { " is reassigned", " are reassigned", true },
};

static void write_of_partitions(const struct sg_event *event, struct sg_buf *text)
{
    bool is_one = event->partition >= 0;

    write_place(event, text);
    (void)sg_buf_add_str(
        text, sg_str_of(is_one ? of_partitions[event->kind].one : of_partitions[event->kind].many));
    if (event->broker >= 0 && event->kind == SG_EVENT_LEADER_MOVED)
        (void)sg_buf_printf(
            text, ", broker %" PRId32 ", and not broker %" PRId32, event->broker, event->before);
    else if (event->broker >= 0)
        (void)sg_buf_printf(text, ", %" PRId32 " and not %" PRId32, event->broker, event->before);
    if (of_partitions[event->kind].is_end)
        write_lasted(event, text);
}

static void write_of_group(const struct sg_event *event, struct sg_buf *text)
{
    static const char *const words[][2] = {
        { "losing_data", "loses data" },
        { "ok", "is ok again" },
    };

    (void)sg_buf_printf(
        text, "group " SG_STR_FMT " ", SG_STR_ARG(sg_words_name(sg_str_of(event->group))));
    if (event->kind == SG_EVENT_GROUP_REBALANCED) {
        (void)sg_buf_add_str(text, SG_STR("has rebalanced"));
        if (event->count > 1)
            (void)sg_buf_printf(text, " %" PRIu32 " times", event->count);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(event->to, words[i][0]) == 0)
            (void)sg_buf_add_str(text, sg_str_of(words[i][1]));
    }
    if (strcmp(event->to, "losing_data") != 0 && strcmp(event->to, "ok") != 0)
        (void)sg_buf_printf(text, "is %s", event->to);
    if (strcmp(event->to, "ok") == 0)
        write_lasted(event, text);
    else if (event->from[0])
        (void)sg_buf_printf(text, ", was %s", event->from);
}

static void write_of_broker(const struct sg_event *event, struct sg_buf *text)
{
    static const char *const words[] = {
        [SG_EVENT_BROKER_DOWN] = " is down",
        [SG_EVENT_BROKER_UP] = " is up again",
        [SG_EVENT_BROKER_RESTARTED] = " has restarted",
        [SG_EVENT_CONTROLLER_MOVED] = " is the controller",
    };

    (void)sg_buf_printf(text, "broker %" PRId32, event->broker);
    if (event->detail[0])
        (void)sg_buf_printf(text, " (%s)", event->detail);
    (void)sg_buf_add_str(text, sg_str_of(words[event->kind]));
    if (event->before >= 0)
        (void)sg_buf_printf(text, ", and not broker %" PRId32, event->before);
    if (event->kind == SG_EVENT_BROKER_UP)
        write_lasted(event, text);
}

static void write_of_topic(const struct sg_event *event, struct sg_buf *text)
{
    (void)sg_buf_printf(text, "topic %s ", event->topic);
    if (event->kind == SG_EVENT_PARTITIONS_ADDED)
        (void)sg_buf_printf(
            text, "has %" PRIu32 " partitions, and not %" PRId32, event->count, event->before);
    else if (event->kind == SG_EVENT_TOPIC_CREATED)
        (void)sg_buf_printf(text, "is new, with %" PRIu32 " partition%s", event->count,
            event->count == 1 ? "" : "s");
    else
        (void)sg_buf_add_str(text, SG_STR("is gone"));
}

static void write_of_collector(const struct sg_event *event, struct sg_buf *text)
{
    (void)sg_buf_printf(text, "collector %s of %s ", event->from, event->to);
    if (event->kind == SG_EVENT_COLLECTOR_FAILS) {
        (void)sg_buf_add_str(text, SG_STR("fails"));
        return;
    }
    (void)sg_buf_add_str(text, SG_STR("works again"));
    write_lasted(event, text);
}

/* "180 more groups have rebalanced" */
static void write_more(const struct sg_event *event, struct sg_buf *text)
{
    const char *what = event->kind == SG_EVENT_TOPIC_CREATED   ? "more topics are new"
                       : event->kind == SG_EVENT_TOPIC_DELETED ? "more topics are gone"
                       : event->kind == SG_EVENT_PARTITIONS_ADDED
                           ? "more topics have more partitions"
                       : event->kind == SG_EVENT_GROUP_STATUS ? "more groups changed their status"
                                                              : "more groups have rebalanced";

    (void)sg_buf_printf(text, "%s %s", sg_words_number(event->n_more).text, what);
}

void sg_event_write(const struct sg_event *event, struct sg_buf *text)
{
    if (event->n_more) {
        write_more(event, text);
        return;
    }
    switch (event->kind) {
    case SG_EVENT_STARTED:
        (void)sg_buf_add_str(text, SG_STR("Streamgauge has started"));
        break;
    case SG_EVENT_RELOADED:
        (void)sg_buf_add_str(text, SG_STR("the configuration was reloaded"));
        break;
    case SG_EVENT_RELOAD_FAILED:
        (void)sg_buf_add_str(text, SG_STR("the configuration was not reloaded"));
        break;
    case SG_EVENT_CLUSTER_DOWN:
        (void)sg_buf_add_str(text, SG_STR("the cluster cannot be reached"));
        break;
    case SG_EVENT_CLUSTER_UP:
        (void)sg_buf_add_str(text, SG_STR("the cluster can be reached again"));
        write_lasted(event, text);
        break;
    case SG_EVENT_BROKER_DOWN:
    case SG_EVENT_BROKER_UP:
    case SG_EVENT_BROKER_RESTARTED:
    case SG_EVENT_CONTROLLER_MOVED:
        write_of_broker(event, text);
        break;
    case SG_EVENT_TOPIC_CREATED:
    case SG_EVENT_TOPIC_DELETED:
    case SG_EVENT_PARTITIONS_ADDED:
        write_of_topic(event, text);
        break;
    case SG_EVENT_GROUP_STATUS:
    case SG_EVENT_GROUP_REBALANCED:
        write_of_group(event, text);
        break;
    case SG_EVENT_COLLECTOR_FAILS:
    case SG_EVENT_COLLECTOR_WORKS:
        write_of_collector(event, text);
        break;
    default:
        write_of_partitions(event, text);
    }
}
