/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How values are put into the table: a thing's series are rendered when it first appears and
 * remembered by the memo; after that a value is one store. The collector's thread.
 */

#include "admin/export/families.h"
#include "admin/export/memo.h"
#include "base/number.h"
#include "metric/series.h"
#include "store/store.h"

#include <stdbool.h>

struct sg_export;

enum {
    SG_PUT_ONCE = -1, /* no place: not remembered, because its labels change or there are few */
};

/* The places of a thing's series in what the memo remembers, by kind of thing. */
enum sg_put_kind {
    SG_PUT_TOPIC,
    SG_PUT_TOPIC_CONFIG,
    SG_PUT_TOPIC_OVERRIDES,
    SG_PUT_TOPIC_SUMS,
    SG_PUT_TOPIC_SIZES,
    SG_PUT_PARTITION,
    SG_PUT_GROUP,
    SG_PUT_GROUP_STATUS,
    SG_PUT_GROUP_MEMBERS,
    SG_PUT_GROUP_TOPIC_MEMBERS,
    SG_PUT_GROUP_SUMMARY, /* in a topic, or in all */
    SG_PUT_COMMIT,
    SG_PUT_COMMIT_STATUS,
    SG_PUT_SHARE,
    SG_PUT_SHARE_SUMMARY, /* in a topic, or in all */
};

struct sg_put {
    const struct sg_export *from; /* what the series are made of */
    struct sg_memo *memo;
    struct sg_series_table *table;
    struct sg_slot *slot;
    bool has_racks;           /* all brokers' racks are known */
    size_t n_owners;          /* series of owners so far, … */
    size_t n_owners_left_out; /* … and those past the limit */
    size_t n_overrides;       /* series of topics' own settings, the same */
    size_t n_overrides_left_out;
    uint32_t families[SG_ADMIN_FAMILIES];
    uint32_t *series; /* of the thing that is being put, or NULL */
};

/* A number as a label's value. */
struct sg_put_number {
    char bytes[SG_NUMBER_TEXT_MAX];
};

static inline struct sg_str sg_put_number(struct sg_put_number *text, int64_t value)
{
    return (struct sg_str){ text->bytes, sg_number_write_int(text->bytes, value) };
}

/** What is put from now on is about this thing, which has n_series places. */
void sg_put_thing(struct sg_put *put,
    enum sg_put_kind kind,
    struct sg_str group,
    struct sg_str topic,
    int32_t partition,
    uint32_t n_series);

/** @param place  of the series among the thing's, or SG_PUT_ONCE; refused series are counted */
void sg_put_int(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value);
void sg_put_double(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    double value);

/** Milliseconds as seconds. */
void sg_put_ms(struct sg_put *put,
    int place,
    enum sg_admin_family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t ms);
