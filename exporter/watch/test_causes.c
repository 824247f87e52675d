/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/causes.h"

#include "test.h"
#include "watch/test_watched.h"

#include <stdlib.h>

/* What is wrong, one a line: severity, title, detail. */
static const char *causes_of(struct watched *w)
{
    static const char letters[] = "CWI";
    static char text[8192];
    struct sg_view *view = sg_watch_take_view(w->watch);
    struct sg_event *reload = sg_journal_take_reload(sg_watch_journal(w->watch));
    struct sg_causes causes;
    struct sg_buf buf;

    assert_int_equal(sg_causes_find(view, reload, &causes), 0);
    sg_buf_init(&buf, sizeof text - 1);
    for (size_t i = 0; i < causes.n; i++)
        (void)sg_buf_printf(&buf, "%c " SG_STR_FMT "|" SG_STR_FMT "\n",
            letters[causes.list[i].severity], SG_STR_ARG(causes.list[i].title),
            SG_STR_ARG(causes.list[i].detail));
    (void)snprintf(text, sizeof text, SG_STR_FMT, SG_STR_ARG(sg_buf_get(&buf)));
    sg_buf_done(&buf);
    sg_causes_done(&causes);
    (void)sg_event_unref(reload);
    (void)sg_view_unref(view);
    return text;
}

static void put_partition(
    struct watched *w, const char *topic, int number, const char *missing, int in_sync, int min_isr)
{
    char labels[128];

    (void)snprintf(labels, sizeof labels, "topic=%s partition=%d", topic, number);
    watched_put(w, "kafka_topic_partition_replicas", labels, 3);
    watched_put(w, "kafka_topic_partition_in_sync_replica", labels, in_sync);
    watched_put(w, "kafka_topic_partition_under_min_isr", labels, in_sync < min_isr);
    if (!missing[0])
        return;
    (void)snprintf(
        labels, sizeof labels, "topic=%s partition=%d missing=%s", topic, number, missing);
    watched_put(w, "kafka_topic_partition_info", labels, 1);
}

static void put_group(struct watched *w, const char *name, const char *status, double lag_seconds)
{
    char labels[64];

    (void)snprintf(labels, sizeof labels, "consumergroup=%s status=%s", name, status);
    watched_put(w, "kafka_consumergroup_status", labels, 1);
    (void)snprintf(labels, sizeof labels, "consumergroup=%s", name);
    watched_put(w, "kafka_consumergroup_lag_seconds_max", labels, lag_seconds);
}

static void test_causes_what_lacks_only_a_broker_that_is_down_follows_from_it(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 1, false), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 3, "h", 1, true), 0);
    put_partition(w, "a", 0, "2", 2, 2);
    put_partition(w, "a", 1, "2", 1, 2);
    put_partition(w, "b", 0, "2", 2, 2);
    put_partition(w, "c", 0, "2,3", 1, 1); /* broker 3 is up */
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "C Broker 2 is down|Missing from 4 partitions of 3 topics. 1 is under min.insync.replicas: "
        "producers with acks=all fail there. All partitions have a leader.\n"
        "W c 0 has a replica that is not in sync|Brokers 2,3 are missing from it. \n");
}

/* The last in-sync replica is not missing, as Kafka says it. */
static void test_causes_no_leader_follows_from_the_last_in_sync_broker_that_is_down(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 1, false), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 3, "h", 1, true), 0);
    watched_put(w, "kafka_topic_partition_leaderless", "topic=a partition=0", 1);
    watched_put(w, "kafka_topic_partition_info", "topic=a partition=0 isr=2 missing=", 1);
    watched_put(w, "kafka_topic_partition_leaderless", "topic=a partition=1", 1);
    watched_put(w, "kafka_topic_partition_info", "topic=a partition=1 isr=2 missing=3", 1);
    watched_put(w, "kafka_topic_partition_leaderless", "topic=a partition=2", 1);
    watched_put(w, "kafka_topic_partition_info", "topic=a partition=2 isr=3 missing=2", 1);
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "C Broker 2 is down|Missing from 2 partitions of 1 topic. 2 have no leader: nobody can "
        "write to them or read from them.\n"
        "C a 2 has no leader|Broker 2 is missing from it. Nobody can write to it or read from "
        "it.\n");
}

static void test_causes_collector_of_a_broker_that_is_down_follows_from_it(void **state)
{
    struct watched *w = *state;
    const struct sg_error err = { "refused" };
    struct sg_slot *slots[2];

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 1, false), 0);
    assert_int_equal(sg_cluster_set_broker(w->cluster, 3, "h", 1, true), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sg_store_slot(w->store, "<c>", "jolokia", i ? "3" : "2", &slots[i]), 0);
        sg_slot_begin(slots[i]);
        sg_slot_fail(slots[i], SG_FAILURE_CONNECT, &err);
        sg_slot_end(slots[i], NULL);
    }
    watched_collect(w);
    assert_string_equal(
        causes_of(w), "C Broker 2 is down|\nW Collector jolokia of 3 fails|refused\n");
    for (size_t i = 0; i < 2; i++)
        (void)sg_slot_free(slots[i]);
}

static void test_causes_of_a_cluster_that_is_down_are_one(void **state)
{
    struct watched *w = *state;

    assert_int_equal(sg_cluster_set_broker(w->cluster, 2, "h", 1, false), 0);
    sg_cluster_set_up(w->cluster, false);
    put_group(w, "g", "stalled", 5);
    watched_fail(w, "refused by h:1");
    assert_string_equal(causes_of(w), "C Cluster <c> cannot be reached|refused by h:1\n");
}

static void test_causes_many_of_one_kind_are_one(void **state)
{
    struct watched *w = *state;
    char name[8];

    for (int id = 1; id <= 5; id++)
        assert_int_equal(sg_cluster_set_broker(w->cluster, id, "h", 1, false), 0);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(name, sizeof name, "g%d", i);
        put_group(w, name, "stopped", 60 * i);
    }
    put_group(w, "l", "losing_data", 7200);
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "C 5 brokers are down|Brokers 1, 2, 3, 4, 5.\n"
        "C Group l loses data: records are deleted before it reads them|It is 2 h behind.\n"
        "W 5 groups are stopped: they have records to read and no members|g0 (lag not known), "
        "g1 (60 s behind), g2 (2 min behind) and 2 more.\n");
}

static void test_causes_group_that_lags_is_one_only_after_a_while(void **state)
{
    struct watched *w = *state;

    put_group(w, "g", "lagging", 90);
    watched_collect(w);
    assert_string_equal(causes_of(w), "");
    now_ms += SG_CAUSES_LAGGING_MS;
    put_group(w, "g", "lagging", 90);
    watched_collect(w);
    assert_string_equal(causes_of(w), "W Group g lags|It is 90 s behind.\n");
}

static void test_causes_many_collectors_and_busy_brokers_are_one_each(void **state)
{
    struct watched *w = *state;
    const struct sg_error err = { "wrong password" };
    struct sg_slot *slots[5];
    char id[16];

    for (int i = 0; i < 5; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        assert_int_equal(sg_store_slot(w->store, "<c>", "jolokia", id, &slots[i]), 0);
        sg_slot_begin(slots[i]);
        sg_slot_fail(slots[i], SG_FAILURE_CONNECT, &err);
        sg_slot_end(slots[i], NULL);
        (void)snprintf(id, sizeof id, "broker=%d", i);
        watched_put(w, "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", id,
            0.1 + i / 100.0);
    }
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "W 5 collectors fail|jolokia of 0, jolokia of 1, jolokia of 2 and 2 more. The first says: "
        "wrong password\n"
        "W 5 brokers are busy|Broker 0 (10 % idle), Broker 1 (11 % idle), Broker 2 (12 % idle) and "
        "2 more.\n");
    for (int i = 0; i < 5; i++)
        (void)sg_slot_free(slots[i]);
}

/* All replicas are in sync, but there are fewer than min.insync.replicas. */
static void test_causes_too_few_replicas_are_told_apart(void **state)
{
    struct watched *w = *state;

    put_partition(w, "t", 0, "", 3, 4);
    put_partition(w, "u", 0, "7", 1, 2);
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "C t 0 has fewer replicas than min.insync.replicas|All replicas are in sync; producers "
        "with "
        "acks=all always fail.\n"
        "C u 0 is under min.insync.replicas|Broker 7 is missing from it. Producers with acks=all "
        "fail there.\n");
}

static void test_causes_busy_broker_and_failed_reload_are_warnings(void **state)
{
    struct watched *w = *state;

    watched_put(
        w, "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", "broker=1", 0.22);
    sg_journal_note_reload(sg_watch_journal(w->watch), "f.yaml:3: unknown key");
    watched_collect(w);
    assert_string_equal(causes_of(w),
        "W The changed configuration was not loaded; the old one is in use|f.yaml:3: unknown key\n"
        "W Broker 1 is busy|Its request handlers are 22 % idle.\n");
    sg_journal_note_reload(sg_watch_journal(w->watch), NULL);
    assert_string_equal(causes_of(w), "W Broker 1 is busy|Its request handlers are 22 % idle.\n");
}

static void test_causes_the_newest_of_a_severity_is_first(void **state)
{
    struct watched *w = *state;

    put_group(w, "a", "stalled", 5);
    watched_collect(w);
    put_group(w, "a", "stalled", 5);
    put_group(w, "b", "stalled", 5);
    put_group(w, "c", "stopped", 5);
    watched_collect(w);
    const char *text = causes_of(w);
    const char *a = strstr(text, "Group a"), *b = strstr(text, "Group b"),
               *c = strstr(text, "Group c");
    assert_true(a && b && c && b < a && a < c);
}

int main(void)
{
#define WATCHED(test) cmocka_unit_test_setup_teardown(test, watched_set_up, watched_tear_down)
    static const struct CMUnitTest tests[] = {
        WATCHED(test_causes_what_lacks_only_a_broker_that_is_down_follows_from_it),
        WATCHED(test_causes_no_leader_follows_from_the_last_in_sync_broker_that_is_down),
        WATCHED(test_causes_collector_of_a_broker_that_is_down_follows_from_it),
        WATCHED(test_causes_of_a_cluster_that_is_down_are_one),
        WATCHED(test_causes_many_of_one_kind_are_one),
        WATCHED(test_causes_group_that_lags_is_one_only_after_a_while),
        WATCHED(test_causes_many_collectors_and_busy_brokers_are_one_each),
        WATCHED(test_causes_too_few_replicas_are_told_apart),
        WATCHED(test_causes_busy_broker_and_failed_reload_are_warnings),
        WATCHED(test_causes_the_newest_of_a_severity_is_first),
    };
    return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
