/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/test_watched.h"

#include "test.h"

#include <stdlib.h>

int watched_set_up(void **state)
{
    static struct watched w;
    const struct sg_label label = { SG_STR("kafka_cluster"), SG_STR("<c>") };

    now_ms = 1000000;
    assert_int_equal(sg_store_new(&test_clock, 30000, &w.store), 0);
    assert_int_equal(sg_roster_new(&w.roster), 0);
    assert_int_equal(sg_cluster_new("<c>", &w.cluster), 0);
    sg_cluster_set_up(w.cluster, true);
    assert_int_equal(
        sg_roster_set(w.roster, &w.cluster, 1, "kafka_cluster", "password: <hidden>", NULL), 0);
    assert_int_equal(sg_store_slot(w.store, "<c>", "admin", "cluster", &w.slot), 0);
    assert_int_equal(sg_series_table_new(&label, 1, 0, &w.table), 0);
    sg_series_table_begin(w.table);
    assert_int_equal(sg_watch_new(w.store, w.roster, &test_clock, &w.watch), 0);
    *state = &w;
    return 0;
}

int watched_tear_down(void **state)
{
    struct watched *w = *state;

    (void)sg_watch_free(w->watch);
    (void)sg_series_table_free(w->table);
    (void)sg_slot_free(w->slot);
    (void)sg_slot_free(w->other_slot);
    w->other_slot = NULL;
    (void)sg_store_free(w->store);
    (void)sg_roster_free(w->roster);
    (void)sg_cluster_unref(w->cluster);
    return 0;
}

static void put(
    struct sg_series_table *table, const char *family_name, const char *text, double value)
{
    const struct sg_family family = { family_name, SG_METRIC_GAUGE, "" };
    struct sg_label labels[8];
    size_t n = 0;
    uint32_t id;

    for (const char *at = text; *at; n++) {
        size_t name = strcspn(at, "="), length = strcspn(at + name + 1, " ");
        labels[n] = (struct sg_label){ { at, name }, { at + name + 1, length } };
        at += name + 1 + length;
        at += *at == ' ';
    }
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    assert_int_equal(sg_series_table_put_double(table, id, labels, n, value), 0);
}

void watched_put(struct watched *w, const char *family, const char *labels, double value)
{
    put(w->table, family, labels, value);
}

void watched_add_cluster(
    struct watched *w, const char *cluster, const char *family, const char *labels)
{
    const struct sg_label label = { SG_STR("kafka_cluster"), sg_str_of(cluster) };
    struct sg_series_table *table;
    struct sg_sample_set *set = NULL;

    assert_int_equal(sg_series_table_new(&label, 1, 0, &table), 0);
    sg_series_table_begin(table);
    put(table, family, labels, 1);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    assert_int_equal(sg_store_slot(w->store, cluster, "admin", "cluster", &w->other_slot), 0);
    sg_slot_begin(w->other_slot);
    sg_slot_end(w->other_slot, set);
    (void)sg_series_table_free(table);
}

void watched_wait(struct watched *w, int64_t ms)
{
    now_ms += ms;
    sg_watch_tick(w->watch);
}

static void publish(struct watched *w, const struct sg_error *err)
{
    struct sg_sample_set *set = NULL;

    assert_int_equal(sg_series_table_snapshot(w->table, &set), 0);
    sg_slot_begin(w->slot);
    if (err)
        sg_slot_fail(w->slot, SG_FAILURE_TIMEOUT, err);
    sg_slot_end(w->slot, set);
    sg_series_table_begin(w->table);
}

void watched_publish(struct watched *w)
{
    publish(w, NULL);
}

void watched_collect(struct watched *w)
{
    publish(w, NULL);
    watched_wait(w, 1000);
}

void watched_fail(struct watched *w, const char *error)
{
    struct sg_error err;

    (void)sg_error_set(&err, 0, "%s", error);
    publish(w, &err);
    watched_wait(w, 1000);
}

const char *watched_events(struct watched *w, uint64_t *seen)
{
    static char text[16384];
    const struct sg_event_filter filter = { .severity_max = SG_SEVERITY_INFO };
    struct sg_event *events[100];
    struct sg_buf buf;
    bool more;
    size_t n = sg_journal_find(sg_watch_journal(w->watch), &filter, events, 100, &more);

    sg_buf_init(&buf, sizeof text - 1);
    for (size_t i = n; i-- > 0;) {
        if (events[i]->number > *seen) {
            sg_event_write(events[i], &buf);
            (void)sg_buf_add_char(&buf, '\n');
            *seen = events[i]->number;
        }
        (void)sg_event_unref(events[i]);
    }
    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(sg_buf_get(&buf)));
    sg_buf_done(&buf);
    return text;
}
