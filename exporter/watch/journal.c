/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/journal.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LINE_BYTES_MAX = 8192
};

struct sg_journal {
    pthread_mutex_t lock; /* guards what is below */
    const struct sg_clock *clock;
    struct sg_event **events; /* a ring; NULL: not yet used */
    uint64_t n_events;        /* ever; the latest one's number */
    struct sg_event *reload;
    size_t n_lines; /* in the log, for the current moment */
};

int sg_journal_new(const struct sg_clock *clock, struct sg_journal **ret_journal)
{
    struct sg_journal *journal = calloc(1, sizeof *journal);

    if (!journal)
        return -ENOMEM;
    (void)pthread_mutex_init(&journal->lock, NULL);
    journal->clock = clock;
    journal->events = calloc(SG_JOURNAL_EVENTS_MAX, sizeof(struct sg_event *));
    if (!journal->events) {
        (void)sg_journal_free(journal);
        return -ENOMEM;
    }
    *ret_journal = journal;
    return 0;
}

struct sg_journal *sg_journal_free(struct sg_journal *journal)
{
    if (!journal)
        return NULL;
    for (size_t i = 0; journal->events && i < SG_JOURNAL_EVENTS_MAX; i++)
        (void)sg_event_unref(journal->events[i]);
    free(journal->events);
    (void)sg_event_unref(journal->reload);
    (void)pthread_mutex_destroy(&journal->lock);
    free(journal);
    return NULL;
}

/* ---- Events ---- */

struct sg_event sg_journal_event(enum sg_event_kind kind, enum sg_severity severity)
{
    return (struct sg_event){ .kind = kind,
        .severity = severity,
        .broker = -1,
        .before = -1,
        .partition = -1,
        .lasted_ms = -1,
        .cluster = "",
        .topic = "",
        .group = "",
        .from = "",
        .to = "",
        .detail = "" };
}

/*
 * Failures of collectors are logged by the store, at once and with their kind: also that of the
 * admin API when a cluster cannot be reached. Reloads are logged by main.
 */
static bool is_logged(const struct sg_event *event)
{
    return event->kind > SG_EVENT_CLUSTER_UP && event->kind < SG_EVENT_COLLECTOR_FAILS;
}

static void log_event(struct sg_journal *journal, const struct sg_event *event)
{
    const struct sg_log_about about = { .cluster = event->cluster[0] ? event->cluster : NULL };
    bool is_down = event->kind == SG_EVENT_BROKER_DOWN;
    struct sg_buf text;

    if (!is_logged(event))
        return;
    if (journal->n_lines++ == SG_JOURNAL_LINES_MAX)
        sg_log(SG_LOG_INFO, NULL, "more has changed: see /events of the status page");
    if (journal->n_lines > SG_JOURNAL_LINES_MAX)
        return;
    sg_buf_init(&text, LINE_BYTES_MAX);
    sg_event_write(event, &text);
    sg_log(is_down ? SG_LOG_WARN : SG_LOG_INFO, &about, SG_STR_FMT, SG_STR_ARG(sg_buf_get(&text)));
    sg_buf_done(&text);
}

/* With the lock held. */
static void add(struct sg_journal *journal, const struct sg_event *event)
{
    struct sg_event *copy = sg_event_copy(event);

    if (!copy)
        return;
    copy->number = ++journal->n_events;
    copy->unix_ms = sg_clock_unix_ms(journal->clock);
    struct sg_event **place = &journal->events[copy->number % SG_JOURNAL_EVENTS_MAX];
    (void)sg_event_unref(*place);
    *place = copy;
    if (event->kind == SG_EVENT_RELOADED || event->kind == SG_EVENT_RELOAD_FAILED) {
        (void)sg_event_unref(journal->reload);
        journal->reload = sg_event_ref(copy);
    }
    log_event(journal, copy);
}

void sg_journal_note_reload(struct sg_journal *journal, const char *error)
{
    struct sg_event event = sg_journal_event(error ? SG_EVENT_RELOAD_FAILED : SG_EVENT_RELOADED,
        error ? SG_SEVERITY_WARNING : SG_SEVERITY_INFO);

    sg_locked(&journal->lock);
    event.detail = error ? error : "";
    add(journal, &event);
}

struct sg_event *sg_journal_take_reload(const struct sg_journal *journal)
{
    sg_locked(&journal->lock);
    return journal->reload ? sg_event_ref(journal->reload) : NULL;
}

void sg_journal_add(struct sg_journal *journal, const struct sg_event *event)
{
    sg_locked(&journal->lock);
    add(journal, event);
}

void sg_journal_begin(struct sg_journal *journal)
{
    sg_locked(&journal->lock);
    journal->n_lines = 0;
}

/* ---- Finding ---- */

static bool is_about_broker(const struct sg_event *event, struct sg_str broker)
{
    char text[2][16];

    (void)snprintf(text[0], sizeof text[0], "%" PRId32, event->broker);
    (void)snprintf(text[1], sizeof text[1], "%" PRId32, event->before);
    if (event->kind == SG_EVENT_COLLECTOR_FAILS || event->kind == SG_EVENT_COLLECTOR_WORKS)
        return sg_str_equal(sg_str_of(event->to), broker);
    if (event->kind > SG_EVENT_CONTROLLER_MOVED && event->kind != SG_EVENT_LEADER_MOVED)
        return false; /* other numbers than ids of brokers */
    return sg_str_equal(sg_str_of(text[0]), broker) || sg_str_equal(sg_str_of(text[1]), broker);
}

static bool is_same(struct sg_str wanted, const char *text)
{
    return wanted.len == 0 || sg_str_equal(wanted, sg_str_of(text));
}

static bool is_wanted(const struct sg_event *event, const struct sg_event_filter *filter)
{
    return event->severity <= filter->severity_max && event->unix_ms >= filter->since_unix_ms &&
           is_same(filter->cluster, event->cluster) && is_same(filter->topic, event->topic) &&
           is_same(filter->group, event->group) &&
           is_same(filter->kind, sg_event_kind_text(event->kind)) &&
           (filter->broker.len == 0 || is_about_broker(event, filter->broker));
}

size_t sg_journal_find(const struct sg_journal *journal,
    const struct sg_event_filter *filter,
    struct sg_event **ret_events,
    size_t max,
    bool *ret_more)
{
    size_t n = 0;

    sg_locked(&journal->lock);
    uint64_t oldest =
        journal->n_events > SG_JOURNAL_EVENTS_MAX ? journal->n_events - SG_JOURNAL_EVENTS_MAX : 0;
    uint64_t number = filter->before && filter->before <= journal->n_events ? filter->before - 1
                                                                            : journal->n_events;
    *ret_more = false;
    for (; number > oldest && !*ret_more; number--) {
        struct sg_event *event = journal->events[number % SG_JOURNAL_EVENTS_MAX];
        if (!event || event->number != number || !is_wanted(event, filter))
            continue;
        if (n == max)
            *ret_more = true;
        else
            ret_events[n++] = sg_event_ref(event);
    }
    return n;
}
