/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/changes.h"

#include "base/test_stderr.h"
#include "watch/test_watched.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>

/* A partition with three replicas, of which so many are in sync. */
static void put_partition(
    struct watched *w, const char *topic, int number, int leader, int in_sync, double end)
{
    char labels[64];

    (void)snprintf(labels, sizeof labels, "topic=%s partition=%d", topic, number);
    watched_put(w, "kafka_topic_partition_replicas", labels, 3);
    watched_put(w, "kafka_topic_partition_in_sync_replica", labels, in_sync);
    watched_put(w, "kafka_topic_partition_current_offset", labels, end);
    watched_put(w, "kafka_topic_partition_leaderless", labels, leader < 0);
    watched_put(w, "kafka_topic_partition_under_min_isr", labels, in_sync < 2);
    if (leader >= 0)
        watched_put(w, "kafka_topic_partition_leader", labels, leader);
}

static void put_topic(struct watched *w, const char *topic, int n_partitions)
{
    char labels[64];

    (void)snprintf(labels, sizeof labels, "topic=%s", topic);
    watched_put(w, "kafka_topic_partitions", labels, n_partitions);
}

static void put_status(struct watched *w, const char *group, const char *status)
{
    char labels[64];

    (void)snprintf(labels, sizeof labels, "consumergroup=%s status=%s", group, status);
    watched_put(w, "kafka_consumergroup_status", labels, 1);
}

static uint64_t begin(struct watched *w)
{
    uint64_t seen = 0;

    watched_collect(w);
    (void)watched_events(w, &seen);
    return seen;
}

static void test_changes_broker_that_is_down_is_told_and_so_is_how_long_it_was(void **state)
{
    struct watched *w = *state;
    uint64_t seen = 0;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 9092, true), 0);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "Streamgauge has started\n");
    sg_cluster_set_broker_down(w->cluster, 2);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "broker 2 (h:9092) is down\n");
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "");
    now_ms += 49000;
    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 9092, true), 0);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "broker 2 (h:9092) is up again after 51 s\n");
}

static void test_changes_broker_that_was_down_at_the_start_was_so_for_longer(void **state)
{
    struct watched *w = *state;
    uint64_t seen = 0;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "", 0, false), 0);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "Streamgauge has started\nbroker 2 is down\n");
    struct sg_view *view = sg_watch_take_view(w->watch);
    assert_true(sg_view_broker_at(view, 0)->since.at_least);
    (void)sg_view_unref(view);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "", 0, true), 0);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "broker 2 is up again after more than 1 s\n");
}

static void test_changes_controller_and_restart_are_told(void **state)
{
    struct watched *w = *state;

    watched_put(w, "kafka_controller_kafkacontroller_activecontrollercount", "broker=1", 1);
    watched_put(w, "process_start_time_seconds", "broker=1", 500);
    uint64_t seen = begin(w);
    watched_put(w, "kafka_controller_kafkacontroller_activecontrollercount", "broker=1", 0);
    watched_put(w, "kafka_controller_kafkacontroller_activecontrollercount", "broker=3", 1);
    watched_put(w, "process_start_time_seconds", "broker=1", 900);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "broker 1 has restarted\nbroker 3 is the controller, and not broker 1\n");
}

/* A broker's own JMX says that it is the controller; a second passes. */
static void claim_controller(struct watched *w, struct sg_slot *slot, int broker)
{
    const struct sg_label label = { SG_STR("kafka_cluster"), SG_STR("<c>") };
    struct watched jmx = *w;
    char labels[32];

    (void)snprintf(labels, sizeof labels, "broker=%d", broker);
    jmx.slot = slot;
    assert_int_equal(sg_series_table_new(&label, 1, 0, &jmx.table), 0);
    sg_series_table_begin(jmx.table);
    watched_put(&jmx, "kafka_controller_kafkacontroller_activecontrollercount", labels, 1);
    watched_collect(&jmx);
    (void)sg_series_table_free(jmx.table);
}

/* The latest claim counts, but not that of a broker that is down. */
static void test_changes_controller_is_the_latest_that_says_so_and_is_up(void **state)
{
    struct watched *w = *state;
    struct sg_slot *slots[2];

    for (int32_t id = 1; id <= 2; id++) {
        assert_int_equal(sg_cluster_set_broker(w->cluster, id, "", 0, true), 0);
        assert_int_equal(
            sg_store_slot(w->store, "<c>", "jolokia", id == 1 ? "1" : "2", &slots[id - 1]), 0);
    }
    uint64_t seen = begin(w);
    claim_controller(w, slots[0], 1);
    assert_string_equal(watched_events(w, &seen), "");
    claim_controller(w, slots[1], 2);
    assert_string_equal(watched_events(w, &seen), "broker 2 is the controller, and not broker 1\n");
    claim_controller(w, slots[0], 1);
    assert_string_equal(watched_events(w, &seen), "broker 1 is the controller, and not broker 2\n");
    sg_cluster_set_broker_down(w->cluster, 1);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "broker 1 is down\nbroker 2 is the controller, and not broker 1\n");
    for (size_t i = 0; i < 2; i++)
        (void)sg_slot_free(slots[i]);
}

/* The start is computed from an uptime: it is not the same each time. */
static void test_changes_start_that_moves_by_a_second_is_no_restart(void **state)
{
    struct watched *w = *state;
    uint64_t seen = 0;

    for (double start = 500; start <= 505; start += start < 502 ? 1 : 1.25) {
        watched_put(w, "process_start_time_seconds", "broker=1", start);
        watched_collect(w);
        assert_string_equal(watched_events(w, &seen), start == 500  ? "Streamgauge has started\n"
                                                      : start > 502 ? "broker 1 has restarted\n"
                                                                    : "");
    }
}

static void put_states(struct watched *w, int n_under_min_isr, bool is_reassigning)
{
    for (int i = 0; i < 3; i++) {
        char labels[64];
        put_partition(w, "t", i, 1, i < n_under_min_isr ? 1 : 3, 0);
        (void)snprintf(labels, sizeof labels, "topic=t partition=%d", i);
        watched_put(w, "kafka_topic_partition_reassigning", labels, is_reassigning);
    }
}

/* As long as the one that took longest. */
static void test_changes_partitions_that_are_well_again_say_how_long_they_were_not(void **state)
{
    struct watched *w = *state;

    put_states(w, 0, false);
    uint64_t seen = begin(w);
    for (int n = 1; n <= 3; n++) {
        put_states(w, n, true);
        watched_collect(w);
        now_ms += 10000;
    }
    (void)watched_events(w, &seen);
    put_states(w, 0, false);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "3 partitions of t have min.insync.replicas again after 33 s\n"
        "3 partitions of t have more in-sync replicas\n3 partitions of t are reassigned\n");
}

static void test_changes_partition_tells_its_leader_its_replicas_and_its_end(void **state)
{
    struct watched *w = *state;

    put_partition(w, "t", 0, 1, 3, 100);
    uint64_t seen = begin(w);
    put_partition(w, "t", 0, 2, 2, 100);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "t 0 has another leader, broker 2, and not broker 1\n"
        "t 0 has fewer in-sync replicas, 2 and not 3\n");
    put_partition(w, "t", 0, -1, 1, 90);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "t 0 ends at a lower offset: the topic was recreated, or records are lost\n"
        "t 0 has no leader\nt 0 has fewer in-sync replicas, 1 and not 2\n");
    put_partition(w, "t", 0, 2, 3, 90);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "t 0 has a leader again after 1 s\nt 0 has more in-sync replicas, 3 and not 1\n");
}

static void test_changes_partitions_of_a_topic_are_one_event(void **state)
{
    struct watched *w = *state;

    for (int i = 0; i < 5; i++)
        put_partition(w, "t", i, 1, 3, 0);
    uint64_t seen = begin(w);
    for (int i = 0; i < 5; i++)
        put_partition(w, "t", i, 1, 1, 0);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "5 partitions of t are under min.insync.replicas\n"
        "5 partitions of t have fewer in-sync replicas\n");
}

static void test_changes_in_many_topics_are_one_event(void **state)
{
    struct watched *w = *state;
    char topic[16];

    for (int in_sync = 3; in_sync >= 2; in_sync--) {
        uint64_t seen = 1;
        for (int i = 0; i <= SG_CHANGES_TOPICS_MAX; i++) {
            (void)snprintf(topic, sizeof topic, "t%d", i);
            put_partition(w, topic, 0, 1, in_sync, 0);
            put_partition(w, topic, 1, 1, in_sync, 0);
        }
        watched_collect(w);
        assert_string_equal(watched_events(w, &seen),
            in_sync == 3 ? "" : "42 partitions of 21 topics have fewer in-sync replicas\n");
    }
}

static void test_changes_topics_come_and_go_only_when_all_are_known(void **state)
{
    struct watched *w = *state;

    put_topic(w, "a", 1);
    uint64_t seen = begin(w);
    put_topic(w, "a", 2);
    put_topic(w, "b", 1);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "topic a has 2 partitions, and not 1\ntopic b is new, with 1 partition\n");
    put_topic(w, "a", 2);
    watched_fail(w, "no answer");
    assert_string_equal(watched_events(w, &seen), "collector admin of cluster fails\n");
    put_topic(w, "a", 2);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "collector admin of cluster works again after 1 s\ntopic b is gone\n");
}

static void test_changes_topics_that_a_reload_hides_or_shows_are_not_told(void **state)
{
    struct watched *w = *state;

    put_topic(w, "a", 1);
    uint64_t seen = begin(w);
    sg_journal_note_reload(sg_watch_journal(w->watch), NULL);
    put_topic(w, "b", 1); /* of a collection that was begun before it */
    watched_collect(w);
    sg_store_touch(w->store);
    watched_wait(w, 10 * 60 * 1000); /* the next one comes late */
    put_topic(w, "b", 1);
    put_topic(w, "c", 1);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "the configuration was reloaded\n");
    put_topic(w, "c", 1);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "topic b is gone\n");
}

static void test_changes_of_very_many_topics_and_groups_are_counted(void **state)
{
    struct watched *w = *state;
    uint64_t seen = begin(w);
    char name[16];
    const char *line;
    size_t n = 0;

    for (int i = 0; i < SG_CHANGES_EACH_MAX + 1181; i++) {
        (void)snprintf(name, sizeof name, "t%d", i);
        put_topic(w, name, 1);
    }
    for (int i = 0; i < SG_CHANGES_EACH_MAX + 2; i++) {
        (void)snprintf(name, sizeof name, "g%d", i);
        put_status(w, name, i == SG_CHANGES_EACH_MAX ? "stalled" : "stopped");
    }
    watched_collect(w);
    const char *events = watched_events(w, &seen);
    for (line = events; *line; line = strchr(line, '\n') + 1)
        n++;
    assert_int_equal(n, 2 * SG_CHANGES_EACH_MAX + 2);
    assert_non_null(strstr(events, "topic t19 is new, with 1 partition\n"));
    assert_null(strstr(events, "topic t20 "));
    assert_non_null(strstr(events, "\n1,181 more topics are new\n"));
    assert_non_null(strstr(events, "\n2 more groups changed their status\n"));
    const struct sg_event_filter critical = { .severity_max = SG_SEVERITY_CRITICAL };
    struct sg_event *found[2];
    bool more;
    assert_int_equal(sg_journal_find(sg_watch_journal(w->watch), &critical, found, 2, &more), 1);
    assert_int_equal(found[0]->n_more, 2);
    (void)sg_event_unref(found[0]);
}

/* A topic that is not answered for an hour, in a cluster that is never complete. */
static void test_changes_what_is_not_seen_for_long_is_forgotten(void **state)
{
    struct watched *w = *state;

    put_topic(w, "a", 1);
    put_topic(w, "b", 1);
    uint64_t seen = begin(w);
    for (int minutes = 0; minutes < 120; minutes += 50) {
        put_topic(w, "a", 1);
        watched_fail(w, "no answer");
        watched_wait(w, 50 * 60 * 1000);
    }
    (void)watched_events(w, &seen);
    put_topic(w, "a", 1);
    put_topic(w, "b", 3); /* nothing is remembered of its partitions */
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "topic b is new, with 3 partitions\n"
        "collector admin of cluster works again after 2 h 30 min\n");
}

/* Of a cluster that a reload has added, too. */
static void test_changes_first_look_at_a_group_does_not_say_since_when(void **state)
{
    struct watched *w = *state;

    put_topic(w, "a", 1);
    (void)begin(w);
    put_status(w, "g", "stalled");
    watched_add_cluster(w, "new", "kafka_topic_partition_leaderless", "topic=n partition=0");
    watched_put(w, "kafka_topic_partition_leaderless", "topic=a partition=0", 1);
    watched_collect(w);
    struct sg_view *view = sg_watch_take_view(w->watch);
    assert_true(sg_view_group_at(view, 0)->since.at_least);
    for (uint32_t i = 0; i < view->partitions.n; i++) {
        const struct sg_view_partition *partition = sg_view_partition_at(view, i);
        uint32_t cluster = sg_view_topic_at(view, partition->topic)->cluster;
        bool is_new = sg_str_equal(sg_view_cluster_name(view, cluster), SG_STR("new"));
        assert_int_equal(partition->since.at_least, is_new);
    }
    assert_int_equal(view->partitions.n, 2);
    (void)sg_view_unref(view);
}

static void test_changes_topic_with_very_many_partitions_is_remembered_up_to_the_cap(void **state)
{
    struct watched *w = *state;
    char labels[64];

    for (int round = 0; round < 2; round++) {
        for (int number = 0; number <= 65536; number += number == 0 ? 65535 : 1) {
            (void)snprintf(labels, sizeof labels, "topic=t partition=%d", number);
            watched_put(w, "kafka_topic_partition_leader", labels, 1 + round);
        }
        watched_put(w, "kafka_topic_partition_leader", "topic=t partition=100001", 1 + round);
        uint64_t seen = 1;
        watched_collect(w);
        assert_string_equal(
            watched_events(w, &seen), round ? "3 partitions of t have another leader\n" : "");
    }
}

/* Ids fill a chunk of the arena: nothing follows the last one. */
static void test_changes_ids_of_brokers_are_read_as_far_as_they_go(void **state)
{
    struct watched *w = *state;

    for (int32_t id = 1001; id <= 1032; id++)
        assert_int_equal(sg_cluster_set_broker(w->cluster, id, "", 0, true), 0);
    uint64_t seen = begin(w);
    sg_cluster_set_broker_down(w->cluster, 1032);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "broker 1032 is down\n");
}

static void test_changes_group_tells_its_status_and_its_rebalances(void **state)
{
    struct watched *w = *state;

    put_status(w, "g", "ok");
    watched_put(w, "kafka_consumergroup_rebalances_total", "consumergroup=g", 4);
    uint64_t seen = begin(w);
    put_status(w, "g", "stalled");
    watched_put(w, "kafka_consumergroup_rebalances_total", "consumergroup=g", 5);
    watched_collect(w);
    assert_string_equal(
        watched_events(w, &seen), "group g is stalled, was ok\ngroup g has rebalanced\n");
    put_status(w, "g", "losing_data");
    watched_put(w, "kafka_consumergroup_rebalances_total", "consumergroup=g", 7);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "group g loses data, was stalled\n");
    now_ms += 300000;
    put_status(w, "g", "ok");
    watched_put(w, "kafka_consumergroup_rebalances_total", "consumergroup=g", 8);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "group g is ok again after 5 min\ngroup g has rebalanced 3 times\n");
}

/* When groups take turns, one that is not seen is remembered. */
static void test_changes_status_of_a_group_that_was_not_seen_is_kept(void **state)
{
    struct watched *w = *state;

    put_status(w, "g", "stalled");
    uint64_t seen = begin(w);
    watched_collect(w);
    watched_collect(w);
    put_status(w, "g", "stalled");
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen), "");
    struct sg_view *view = sg_watch_take_view(w->watch);
    assert_int_equal(
        view->made.monotonic_ms - sg_view_group_at(view, 0)->since.moment.monotonic_ms, 3000);
    (void)sg_view_unref(view);
}

static void test_changes_cluster_that_is_down_keeps_what_was_known(void **state)
{
    struct watched *w = *state;

    put_topic(w, "a", 1);
    uint64_t seen = begin(w);
    sg_cluster_set_up(w->cluster, false);
    watched_fail(w, "refused");
    assert_string_equal(watched_events(w, &seen),
        "the cluster cannot be reached\ncollector admin of cluster fails\n");
    sg_cluster_set_up(w->cluster, true);
    put_topic(w, "a", 1);
    watched_collect(w);
    assert_string_equal(watched_events(w, &seen),
        "the cluster can be reached again after 1 s\n"
        "collector admin of cluster works again after 1 s\n");
}

static void test_changes_collectors_of_several_targets_are_told_apart(void **state)
{
    struct watched *w = *state;
    const struct sg_error err = { "refused" };
    struct sg_slot *slots[2];
    uint64_t seen = begin(w);

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(sg_store_slot(w->store, "<c>", "jolokia", i ? "3" : "2", &slots[i]), 0);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 2; i++) {
            struct sg_sample_set *set = NULL;
            sg_slot_begin(slots[i]);
            if (i == 0)
                sg_slot_fail(slots[i], SG_FAILURE_CONNECT, &err);
            else
                assert_int_equal(sg_series_table_snapshot(w->table, &set), 0);
            sg_slot_end(slots[i], set);
        }
        watched_collect(w);
        assert_string_equal(
            watched_events(w, &seen), round ? "" : "collector jolokia of 2 fails\n");
    }
    for (size_t i = 0; i < 2; i++)
        (void)sg_slot_free(slots[i]);
}

static void test_changes_rate_of_a_partition_is_between_two_collections(void **state)
{
    struct watched *w = *state;

    put_partition(w, "t", 0, 1, 3, 100);
    watched_collect(w);
    now_ms += 9000;
    put_partition(w, "t", 0, 1, 3, 600);
    watched_collect(w);
    struct sg_view *view = sg_watch_take_view(w->watch);
    assert_true(sg_view_partition_at(view, 0)->rate == 50);
    (void)sg_view_unref(view);
    sg_store_touch(w->store); /* another collector has ended */
    watched_wait(w, 2000);
    view = sg_watch_take_view(w->watch);
    assert_true(sg_view_partition_at(view, 0)->rate == 50);
    (void)sg_view_unref(view);
}

static void test_journal_keeps_the_latest_and_finds_by_what_they_are_about(void **state)
{
    struct watched *w = *state;
    struct sg_journal *journal = sg_watch_journal(w->watch);
    struct sg_event event = sg_journal_event(SG_EVENT_GROUP_REBALANCED, SG_SEVERITY_INFO);
    struct sg_event_filter filter = { .severity_max = SG_SEVERITY_INFO };
    struct sg_event *found[2];
    bool more;

    for (int i = 0; i < SG_JOURNAL_EVENTS_MAX + 5; i++) {
        event.group = i % 2 ? "odd" : "even";
        event.severity = i == SG_JOURNAL_EVENTS_MAX ? SG_SEVERITY_CRITICAL : SG_SEVERITY_INFO;
        sg_journal_add(journal, &event);
    }
    filter.group = SG_STR("odd");
    assert_int_equal(sg_journal_find(journal, &filter, found, 2, &more), 2);
    assert_true(more);
    assert_int_equal(found[0]->number, SG_JOURNAL_EVENTS_MAX + 4);
    assert_int_equal(found[1]->number, SG_JOURNAL_EVENTS_MAX + 2);
    for (size_t i = 0; i < 2; i++)
        (void)sg_event_unref(found[i]);
    filter = (struct sg_event_filter){ .severity_max = SG_SEVERITY_CRITICAL };
    assert_int_equal(sg_journal_find(journal, &filter, found, 2, &more), 1);
    assert_false(more);
    (void)sg_event_unref(found[0]);
    filter = (struct sg_event_filter){ .severity_max = SG_SEVERITY_INFO, .before = 7 };
    assert_int_equal(sg_journal_find(journal, &filter, found, 2, &more), 1); /* 6 is the oldest */
    assert_int_equal(found[0]->number, 6);
    (void)sg_event_unref(found[0]);
}

/* Names as long as a label's value may be are told whole. */
static void test_changes_names_are_told_whole(void **state)
{
    struct watched *w = *state;
    char labels[SG_LABEL_VALUE_BYTES_MAX + 32];
    uint64_t seen = begin(w);

    for (int is_group = 0; is_group < 2; is_group++) {
        const char *key = is_group ? "consumergroup" : "topic";
        int n = snprintf(labels, sizeof labels, "%s=%0*d", key, SG_LABEL_VALUE_BYTES_MAX, 7);
        assert_true(n < (int)sizeof labels - 16);
        (void)snprintf(labels + n, 16, "%s", is_group ? " status=stalled" : "");
        watched_put(
            w, is_group ? "kafka_consumergroup_status" : "kafka_topic_partitions", labels, 1);
    }
    watched_collect(w);
    const char *events = watched_events(w, &seen);
    assert_non_null(strstr(events, "07 is new, with 1 partition\n"));
    assert_non_null(strstr(events, "07 is stalled\n"));
}

/* How many events of a journal with one of each kind a filter finds. */
static size_t n_found(struct watched *w, struct sg_event_filter filter)
{
    struct sg_event *found[2 * SG_EVENT_KINDS];
    bool more;
    size_t n = sg_journal_find(
        sg_watch_journal(w->watch), &filter, found, sizeof found / sizeof found[0], &more);

    assert_false(more);
    for (size_t i = 0; i < n; i++)
        (void)sg_event_unref(found[i]);
    return n;
}

static void test_journal_finds_by_cluster_kind_time_and_broker(void **state)
{
    struct watched *w = *state;
    struct sg_event_filter filter = { .severity_max = SG_SEVERITY_INFO };

    for (int kind = SG_EVENT_RELOADED; kind < SG_EVENT_KINDS; kind++) {
        struct sg_event event = sg_journal_event((enum sg_event_kind)kind, SG_SEVERITY_INFO);
        event.cluster = kind < SG_EVENT_CLUSTER_DOWN ? "" : "c";
        event.broker = 3;
        event.before = kind == SG_EVENT_PARTITIONS_ADDED ? 4 : 5;
        event.to = "6";
        now_ms = 2000000 + kind;
        sg_journal_add(sg_watch_journal(w->watch), &event);
    }
    filter.cluster = SG_STR("c");
    assert_int_equal(n_found(w, filter), SG_EVENT_KINDS - SG_EVENT_CLUSTER_DOWN);
    filter.kind = sg_str_of(sg_event_kind_text(SG_EVENT_ISR_GREW));
    assert_int_equal(n_found(w, filter), 1);
    filter.kind = sg_str_of(sg_event_kind_text(SG_EVENT_RELOADED));
    assert_int_equal(n_found(w, filter), 0);
    filter = (struct sg_event_filter){ .severity_max = SG_SEVERITY_INFO };
    filter.since_unix_ms = 2000000 + SG_EVENT_GROUP_STATUS;
    assert_int_equal(n_found(w, filter), SG_EVENT_KINDS - SG_EVENT_GROUP_STATUS);
    filter.since_unix_ms = 0;
    filter.broker = SG_STR("3"); /* numbers of others than brokers do not count */
    assert_int_equal(n_found(w, filter), SG_EVENT_CONTROLLER_MOVED + 1);
    filter.broker = SG_STR("5"); /* the one before: a controller, a leader */
    assert_int_equal(n_found(w, filter), SG_EVENT_CONTROLLER_MOVED + 1);
    filter.broker = SG_STR("4");
    assert_int_equal(n_found(w, filter), 0);
    filter.broker = SG_STR("6"); /* a collector's target */
    assert_int_equal(n_found(w, filter), 2);
    filter = (struct sg_event_filter){ .severity_max = SG_SEVERITY_INFO, .before = 3 };
    assert_int_equal(n_found(w, filter), 2);
    filter.before = 1000; /* there is none yet */
    assert_int_equal(n_found(w, filter), SG_EVENT_KINDS - SG_EVENT_RELOADED);
    filter.before = 0;
    filter.severity_max = SG_SEVERITY_WARNING;
    assert_int_equal(n_found(w, filter), 0);
}

/* What is in the log of the events of one moment; the next moment has lines again. */
static void test_journal_logs_as_many_lines_of_a_moment_as_are_allowed(void **state)
{
    static const char more[] = "more has changed: see /events of the status page";
    static const int counts[] = { SG_JOURNAL_LINES_MAX, SG_JOURNAL_LINES_MAX + 1,
        SG_JOURNAL_LINES_MAX + 9, 1 };
    struct watched *w = *state;
    struct sg_journal *journal = sg_watch_journal(w->watch);
    struct sg_event event = sg_journal_event(SG_EVENT_GROUP_REBALANCED, SG_SEVERITY_INFO);

    event.group = "g";
    event.count = 1;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        static char text[32768];
        bool is_more = counts[i] > SG_JOURNAL_LINES_MAX;
        int n = 0;
        sg_journal_begin(journal);
        start_listening();
        for (int k = 0; k < counts[i]; k++)
            sg_journal_add(journal, &event);
        stop_listening(text, sizeof text);
        for (const char *at = text; (at = strstr(at, "group g has rebalanced")); at++)
            n++;
        assert_int_equal(n, is_more ? SG_JOURNAL_LINES_MAX : counts[i]);
        const char *found = strstr(text, more);
        assert_int_equal(found != NULL, is_more);
        assert_true(!found || !strstr(found + 1, more));
    }
}

static void test_journal_logs_what_others_do_not_and_warns_of_brokers_that_are_down(void **state)
{
    static const struct {
        enum sg_event_kind kind;
        const char *level; /* NULL: it is not logged */
    } cases[] = { { SG_EVENT_CLUSTER_DOWN, NULL }, { SG_EVENT_CLUSTER_UP, NULL },
        { SG_EVENT_BROKER_DOWN, "level=warn" }, { SG_EVENT_BROKER_UP, "level=info" },
        { SG_EVENT_GROUP_REBALANCED, "level=info" }, { SG_EVENT_COLLECTOR_FAILS, NULL },
        { SG_EVENT_COLLECTOR_WORKS, NULL }, { SG_EVENT_RELOADED, NULL } };
    struct watched *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_event event = sg_journal_event(cases[i].kind, SG_SEVERITY_INFO);
        char text[2048];
        start_listening();
        sg_journal_add(sg_watch_journal(w->watch), &event);
        stop_listening(text, sizeof text);
        assert_int_equal(text[0] != '\0', cases[i].level != NULL);
        assert_true(!cases[i].level || strstr(text, cases[i].level));
    }
}

int main(void)
{
#define WATCHED(test) cmocka_unit_test_setup_teardown(test, watched_set_up, watched_tear_down)
    static const struct CMUnitTest tests[] = {
        WATCHED(test_changes_broker_that_is_down_is_told_and_so_is_how_long_it_was),
        WATCHED(test_changes_broker_that_was_down_at_the_start_was_so_for_longer),
        WATCHED(test_changes_controller_and_restart_are_told),
        WATCHED(test_changes_controller_is_the_latest_that_says_so_and_is_up),
        WATCHED(test_changes_start_that_moves_by_a_second_is_no_restart),
        WATCHED(test_changes_partitions_that_are_well_again_say_how_long_they_were_not),
        WATCHED(test_changes_partition_tells_its_leader_its_replicas_and_its_end),
        WATCHED(test_changes_partitions_of_a_topic_are_one_event),
        WATCHED(test_changes_in_many_topics_are_one_event),
        WATCHED(test_changes_topics_come_and_go_only_when_all_are_known),
        WATCHED(test_changes_topics_that_a_reload_hides_or_shows_are_not_told),
        WATCHED(test_changes_of_very_many_topics_and_groups_are_counted),
        WATCHED(test_changes_what_is_not_seen_for_long_is_forgotten),
        WATCHED(test_changes_first_look_at_a_group_does_not_say_since_when),
        WATCHED(test_changes_topic_with_very_many_partitions_is_remembered_up_to_the_cap),
        WATCHED(test_changes_ids_of_brokers_are_read_as_far_as_they_go),
        WATCHED(test_changes_group_tells_its_status_and_its_rebalances),
        WATCHED(test_changes_status_of_a_group_that_was_not_seen_is_kept),
        WATCHED(test_changes_cluster_that_is_down_keeps_what_was_known),
        WATCHED(test_changes_collectors_of_several_targets_are_told_apart),
        WATCHED(test_changes_rate_of_a_partition_is_between_two_collections),
        WATCHED(test_journal_keeps_the_latest_and_finds_by_what_they_are_about),
        WATCHED(test_changes_names_are_told_whole),
        WATCHED(test_journal_finds_by_cluster_kind_time_and_broker),
        WATCHED(test_journal_logs_as_many_lines_of_a_moment_as_are_allowed),
        WATCHED(test_journal_logs_what_others_do_not_and_warns_of_brokers_that_are_down),
    };
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
