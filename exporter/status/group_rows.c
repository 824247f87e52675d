/* SPDX-License-Identifier: Apache-2.0 */
#include "status/group_rows.h"

#include "base/buf.h"
#include "metric/text.h"
#include "watch/detail.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    KEY_BYTES_MAX = 8192
};

static const struct sg_keyed_kind row_kind = {
    .size = sizeof(struct sg_group_row),
    .key_at = offsetof(struct sg_group_row, key),
    .seen_at = offsetof(struct sg_group_row, key.seen),
};

static struct sg_str keep(struct sg_arena *arena, struct sg_str escaped)
{
    char *plain = escaped.len ? sg_arena_bytes(arena, escaped.len) : NULL;

    return plain ? (struct sg_str){ plain, sg_text_unescape(escaped, plain) } : SG_STR("");
}

static struct sg_group_row *find_row(struct sg_group_rows *rows, struct sg_str labels)
{
    static const struct sg_str names[] = { { "topic", 5 }, { "partition", 9 } };
    struct sg_str values[2];
    struct sg_buf key;
    uint32_t number = SG_INDEX_NONE;
    bool is_new = false;

    sg_text_find_labels(labels, names, 2, values);
    if (!values[0].ptr || !values[1].ptr)
        return NULL;
    sg_buf_init(&key, KEY_BYTES_MAX);
    (void)sg_buf_printf(
        &key, SG_STR_FMT "\"" SG_STR_FMT, SG_STR_ARG(values[0]), SG_STR_ARG(values[1]));
    int r = sg_buf_error(&key) ? -ENOMEM
                               : sg_keyed_add(&rows->list, sg_buf_get(&key), &number, &is_new);
    sg_buf_done(&key);
    if (r)
        return NULL;
    struct sg_group_row *row = sg_keyed_at(&rows->list, number);
    if (is_new) {
        row->topic = keep(rows->arena, values[0]);
        row->partition = (int32_t)strtol(values[1].ptr, NULL, 10);
        row->committed = row->lag = row->lag_seconds = (double)NAN;
        row->status = SG_GROUP_NOT_KNOWN;
    }
    return row;
}

static void read_owner(struct sg_group_rows *rows, struct sg_group_row *row, struct sg_str labels)
{
    static const struct sg_str names[] = { { "member", 6 }, { "client_id", 9 }, { "host", 4 } };
    struct sg_str values[3];

    sg_text_find_labels(labels, names, 3, values);
    row->member = keep(rows->arena, values[0]);
    row->client_id = keep(rows->arena, values[1]);
    row->host = keep(rows->arena, values[2]);
}

/* A stateset: the status with the value 1. */
static void read_status(struct sg_group_row *row, const struct sg_detail_series *series)
{
    static const struct sg_str name = { "status", 6 };
    struct sg_str value;
    int status = 0;

    if (!(sg_detail_number(series) > 0))
        return;
    sg_text_find_labels(series->labels, &name, 1, &value);
    while (status < SG_GROUP_NOT_KNOWN &&
           !sg_str_equal(value, sg_str_of(sg_view_status_text((enum sg_group_status)status))))
        status++;
    row->status = (enum sg_group_status)status;
}

static void read_series(void *context, const struct sg_detail_series *series)
{
    struct sg_group_rows *rows = context;
    const char *family = series->family->name;
    struct sg_group_row *row = find_row(rows, series->labels);

    if (!row)
        return;
    row->collected_ms = series->collected_ms;
    if (strcmp(family, "kafka_consumergroup_current_offset") == 0)
        row->committed = sg_detail_number(series);
    else if (strcmp(family, "kafka_consumergroup_lag") == 0 ||
             strcmp(family, "kafka_sharegroup_lag") == 0)
        row->lag = sg_detail_number(series);
    else if (strcmp(family, "kafka_consumergroup_lag_seconds") == 0)
        row->lag_seconds = sg_detail_number(series);
    else if (strcmp(family, "kafka_consumergroup_partition_status") == 0)
        read_status(row, series);
    else
        read_owner(rows, row, series->labels);
}

/* What the view knows of the partitions. */
static void join(struct sg_group_rows *rows, const struct sg_view *view, uint32_t cluster)
{
    for (uint32_t i = 0; i < rows->list.n; i++) {
        struct sg_group_row *row = sg_keyed_at(&rows->list, i);
        struct {
            uint32_t topic;
            int32_t number;
        } key = { sg_view_find_topic(view, cluster, row->topic), row->partition };
        uint32_t number = sg_keyed_find(&view->partitions, SG_KEYED_BYTES(key));
        row->of = number == SG_INDEX_NONE ? NULL : sg_view_partition_at(view, number);
        row->end = row->lag > 0 ? row->committed + row->lag : row->of ? row->of->end : (double)NAN;
    }
}

/* How fast the group reads them. */
static int follow(struct sg_group_rows *rows,
    const struct sg_page *page,
    struct sg_str cluster,
    struct sg_str group)
{
    struct sg_buf key;

    sg_buf_init(&key, KEY_BYTES_MAX);
    (void)sg_buf_add_str(&key, cluster);
    (void)sg_buf_add_char(&key, '\0');
    (void)sg_buf_add_str(&key, group);
    int r = sg_buf_add_char(&key, '\0');
    size_t of_group = key.len;
    for (uint32_t i = 0; !r && i < rows->list.n; i++) {
        struct sg_group_row *row = sg_keyed_at(&rows->list, i);
        const struct sg_pace_reading reading = { row->collected_ms, row->committed, row->lag };
        sg_buf_truncate(&key, of_group);
        r = sg_buf_add_str(&key, sg_keyed_key(&rows->list, i));
        row->pace =
            sg_paces_follow(sg_watch_paces(page->sources->watch), sg_buf_get(&key), &reading);
    }
    sg_buf_done(&key);
    return r;
}

int sg_group_rows_read(
    const struct sg_page *page, uint32_t cluster, struct sg_str group, struct sg_group_rows *rows)
{
    static const char *const families[] = { "kafka_consumergroup_current_offset",
        "kafka_consumergroup_lag", "kafka_consumergroup_lag_seconds", "kafka_sharegroup_lag",
        "kafka_consumergroup_partition_owner_info", "kafka_consumergroup_partition_status", NULL };
    const struct sg_detail_query query = { sg_str_of(page->cluster_label),
        sg_view_cluster_name(page->view, cluster), SG_STR("consumergroup"), group, families };

    *rows = (struct sg_group_rows){ .arena = sg_arena_new() };
    sg_keyed_init(&rows->list, &row_kind);
    if (!rows->arena)
        return -ENOMEM;
    sg_detail_read(page->sources->store, &query, read_series, rows);
    join(rows, page->view, cluster);
    return follow(rows, page, sg_view_cluster_name(page->view, cluster), group);
}

void sg_group_rows_done(struct sg_group_rows *rows)
{
    sg_keyed_done(&rows->list);
    (void)sg_arena_unref(rows->arena);
    rows->arena = NULL;
}
