/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which page is wanted, and with which parameters. */

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "store/roster.h"
#include "store/store.h"
#include "watch/watch.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SG_STATUS_ROWS = 50, /* of a list, unless `per` says otherwise */
    SG_STATUS_ROWS_MAX = 500,
};

enum sg_status_page {
    SG_STATUS_HOME,
    SG_STATUS_BROKERS,
    SG_STATUS_TOPICS,
    SG_STATUS_GROUPS,
    SG_STATUS_COLLECTORS,
    SG_STATUS_EVENTS,
    SG_STATUS_BROKER,
    SG_STATUS_TOPIC,
    SG_STATUS_GROUP,
    SG_STATUS_FIND,
    SG_STATUS_PAGES,
};

/** Its path, relative to the status page: "" or "brokers". */
const char *sg_status_page_path(enum sg_status_page page);

/** @param path  of a request: "/brokers" @return is there such a page? */
bool sg_status_page_find(const char *path, enum sg_status_page *ret_page);

/* The parameters of a page; texts are empty without. Borrowed. */
struct sg_status_params {
    struct sg_str cluster;
    struct sg_str broker, topic, group;
    struct sg_str q;              /* a part of a name */
    struct sg_str state;          /* of a list's rows */
    struct sg_str sort;           /* a column; with a minus: the largest first */
    struct sg_str kind, severity; /* of events */
    struct sg_str range;          /* of plots: "24h" */
    unsigned page, per;           /* from 1; rows */
    unsigned hours;               /* of events; 0: all */
    uint64_t before;              /* the number of an event */
    unsigned refresh_s;           /* for browsers without script; 0: none */
    unsigned all;                 /* 1: all causes */
};

enum {
    SG_STATUS_E_NOT_FOUND = 1, /* there is no such broker, topic or group: the page says so */
    SG_STATUS_E_ELSEWHERE,     /* one match was found: `html` is its URL */
    SG_STATUS_E_BAD,           /* a parameter is not known, or its value is not allowed */
};

/**
 * Set a parameter of a request. @param value  borrowed; empty: as if it was not given
 * @return 0 or SG_STATUS_E_BAD
 */
int sg_status_params_set(
    struct sg_status_params *params, const char *name, const char *value, struct sg_error *err);

/** Append the parameters that are set, "?cluster=c&amp;page=2", in the order of their table. */
void sg_status_params_write(const struct sg_status_params *params, struct sg_buf *html);

/* The data of the pages; all borrowed. */
struct sg_status_sources {
    const char *telemetry_path; /* "/metrics" */
    struct sg_store *store;
    const struct sg_roster *roster;
    struct sg_watch *watch;
    const struct sg_clock *clock;
};
