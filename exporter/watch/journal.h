/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What has happened: the latest events, of about 300 bytes each. Each is also a line of the log.
 * Thread-safe.
 */

#include "base/clock.h"
#include "watch/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_JOURNAL_EVENTS_MAX = 10000,
    SG_JOURNAL_LINES_MAX = 50, /* of the log, for the events of one moment */
};

struct sg_journal;

/** @param clock  borrowed @return 0 or -ENOMEM */
int sg_journal_new(const struct sg_clock *clock, struct sg_journal **ret_journal);

/** @return NULL; journal may be NULL */
struct sg_journal *sg_journal_free(struct sg_journal *journal);

/** An event without anything that it is about: numbers are -1, texts empty. */
struct sg_event sg_journal_event(enum sg_event_kind kind, enum sg_severity severity);

/**
 * Add an event, and log it. Without memory it is lost.
 * @param event  copied; its number and time are set
 */
void sg_journal_add(struct sg_journal *journal, const struct sg_event *event);

/** The events that follow are of another moment. */
void sg_journal_begin(struct sg_journal *journal);

/** A reload was tried. @param error  NULL: the new configuration is in use */
void sg_journal_note_reload(struct sg_journal *journal, const char *error);

/** The latest reload. @return owned, or NULL: there was none */
struct sg_event *sg_journal_take_reload(const struct sg_journal *journal);

/* Which events are wanted. Texts: empty for all. */
struct sg_event_filter {
    struct sg_str cluster, topic, group;
    struct sg_str broker;          /* its id; also events that it was a part of */
    struct sg_str kind;            /* as sg_event_kind_text() */
    enum sg_severity severity_max; /* SG_SEVERITY_INFO: all */
    uint64_t before;               /* a number; 0: from the latest on */
    int64_t since_unix_ms;         /* 0: all */
};

/**
 * Find events, the latest first.
 * @param ret_events  room for max; each owned, one reference @param ret_more  there are older ones
 * @return how many
 */
size_t sg_journal_find(const struct sg_journal *journal,
    const struct sg_event_filter *filter,
    struct sg_event **ret_events,
    size_t max,
    bool *ret_more);
