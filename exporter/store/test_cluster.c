/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cluster.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Replaces that of the C library. */
static bool memory_is_short;

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_is_short ? NULL : malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

static void test_cluster_brokers_are_kept_in_order_and_never_forgotten(void **state)
{
    struct sg_cluster *cluster = NULL;
    struct sg_broker *brokers = NULL;
    size_t n = 0;
    (void)state;

    assert_int_equal(sg_cluster_new("c", &cluster), 0);
    assert_int_equal(sg_cluster_get_state(cluster), SG_CLUSTER_UNKNOWN);
    assert_int_equal(sg_cluster_set_broker(cluster, 3, "h3", 9094, true), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 1, "h1", 9092, true), 0);
    uint64_t version = sg_cluster_brokers_version(cluster);
    assert_int_equal(sg_cluster_set_broker(cluster, 3, "", 0, false), 0);
    assert_int_equal(sg_cluster_name_brokers(cluster, (const int32_t[]){ 1, 5 }, 2), 0);
    assert_int_equal(sg_cluster_name_brokers(cluster, (const int32_t[]){ 1, 2 }, 2), 0);
    assert_int_equal(sg_cluster_brokers_version(cluster), version);
    assert_int_equal(sg_cluster_set_broker(cluster, 1, "h1b", 9092, true), 0);
    assert_int_not_equal(sg_cluster_brokers_version(cluster), version);

    assert_int_equal(sg_cluster_copy_brokers(cluster, &brokers, &n), 0);
    assert_int_equal(n, 3);
    assert_true(brokers[0].id == 1 && brokers[0].up);
    assert_true(brokers[1].id == 2 && !brokers[1].up && brokers[1].host[0] == '\0');
    assert_true(brokers[2].id == 3 && !brokers[2].up && brokers[2].port == 9094);
    assert_string_equal(brokers[2].host, "h3");
    free(brokers);
    (void)sg_cluster_unref(cluster);
}

/* One that was taken out of the cluster; not one that is up, or that the configuration names. */
static void test_cluster_forgets_a_broker_on_request(void **state)
{
    struct sg_cluster *cluster = NULL;
    struct sg_broker *brokers = NULL;
    size_t n = 0;
    (void)state;

    assert_int_equal(sg_cluster_new("c", &cluster), 0);
    assert_int_equal(sg_cluster_name_brokers(cluster, (const int32_t[]){ 5 }, 1), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 1, "h1", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 2, "h2", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 3, "h3", 9092, true), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 5, "h5", 9092, false), 0);
    sg_cluster_set_broker_down(cluster, 2);
    uint64_t version = sg_cluster_brokers_version(cluster);

    assert_int_equal(sg_cluster_forget_broker(cluster, 1), SG_CLUSTER_E_UP);
    assert_int_equal(sg_cluster_forget_broker(cluster, 4), SG_CLUSTER_E_UNKNOWN);
    assert_int_equal(sg_cluster_forget_broker(cluster, 5), SG_CLUSTER_E_NAMED);
    assert_int_equal(sg_cluster_brokers_version(cluster), version);
    assert_int_equal(sg_cluster_forget_broker(cluster, 2), 0);
    assert_int_not_equal(sg_cluster_brokers_version(cluster), version);
    sg_cluster_set_broker_down(cluster, 2); /* of a collection that had begun before */
    assert_int_equal(sg_cluster_copy_brokers(cluster, &brokers, &n), 0);
    assert_int_equal(n, 3);
    assert_true(brokers[0].id == 1 && brokers[0].up && brokers[1].id == 3 && brokers[2].id == 5);
    free(brokers);

    /* The configuration names another one now. */
    assert_int_equal(sg_cluster_name_brokers(cluster, (const int32_t[]){ 1 }, 1), 0);
    assert_int_equal(sg_cluster_forget_broker(cluster, 5), 0);
    (void)sg_cluster_unref(cluster);
}

/* Who waits for brokers is woken by what it connects to, not by a broker that is up or down. */
static void test_cluster_version_changes_with_brokers_and_their_addresses(void **state)
{
    static const struct {
        int32_t id;
        const char *host;
        int32_t port;
        bool up;
        bool changes;
    } steps[] = {
        { 1, "", 0, true, true },
        { 1, "", 0, true, false },
        { 1, "h", 9092, true, true },
        { 1, "h", 9092, false, false },
        { 1, "h", 9093, false, true },
        { 1, "i", 9093, false, true },
        { 1, "", 0, true, false },
        { 2, "", 0, true, true },
    };
    struct sg_cluster *cluster = NULL;
    (void)state;

    assert_int_equal(sg_cluster_new("c", &cluster), 0);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint64_t before = sg_cluster_brokers_version(cluster);
        assert_int_equal(
            sg_cluster_set_broker(cluster, steps[i].id, steps[i].host, steps[i].port, steps[i].up),
            0);
        assert_int_equal(sg_cluster_brokers_version(cluster) != before, steps[i].changes);
    }
    (void)sg_cluster_unref(cluster);
}

static void test_cluster_id_is_unknown_until_it_is_set_and_then_the_latest(void **state)
{
    struct sg_cluster *cluster = NULL;

    (void)state;
    assert_int_equal(sg_cluster_new("a", &cluster), 0);
    assert_null(sg_cluster_copy_id(cluster));
    assert_int_equal(sg_cluster_set_id(cluster, "one"), 0);
    assert_int_equal(sg_cluster_set_id(cluster, "two"), 0);
    char *id = sg_cluster_copy_id(cluster);
    assert_string_equal(id, "two");
    free(id);
    (void)sg_cluster_unref(cluster);
}

static void test_cluster_without_memory_keeps_the_id_it_has(void **state)
{
    struct sg_cluster *cluster = NULL;
    (void)state;

    assert_int_equal(sg_cluster_new("a", &cluster), 0);
    assert_int_equal(sg_cluster_set_id(cluster, "one"), 0);
    memory_is_short = true;
    assert_int_equal(sg_cluster_set_id(cluster, "one"), 0);
    assert_int_equal(sg_cluster_set_id(cluster, "two"), -ENOMEM);
    memory_is_short = false;
    char *id = sg_cluster_copy_id(cluster);
    assert_string_equal(id, "one");
    free(id);
    (void)sg_cluster_unref(cluster);
}

static void test_cluster_has_as_many_brokers_as_it_may_and_refuses_more(void **state)
{
    static int32_t ids[SG_BROKERS_MAX + 1];
    struct sg_cluster *cluster = NULL;
    struct sg_broker *brokers = NULL;
    size_t n = 0;
    (void)state;

    for (int32_t i = 0; i <= SG_BROKERS_MAX; i++)
        ids[i] = i;
    assert_int_equal(sg_cluster_new("c", &cluster), 0);
    assert_int_equal(sg_cluster_name_brokers(cluster, ids, SG_BROKERS_MAX), 0);
    assert_int_equal(sg_cluster_name_brokers(cluster, ids, SG_BROKERS_MAX + 1), -EMSGSIZE);
    assert_int_equal(sg_cluster_set_broker(cluster, SG_BROKERS_MAX, "h", 9092, true), -EMSGSIZE);
    assert_int_equal(sg_cluster_set_broker(cluster, 1, "h", 9092, true), 0);
    assert_int_equal(sg_cluster_copy_brokers(cluster, &brokers, &n), 0);
    assert_int_equal(n, SG_BROKERS_MAX);
    assert_true(brokers[1].id == 1 && brokers[1].up && brokers[1].port == 9092);
    free(brokers);
    (void)sg_cluster_unref(cluster);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster_brokers_are_kept_in_order_and_never_forgotten),
        cmocka_unit_test(test_cluster_forgets_a_broker_on_request),
        cmocka_unit_test(test_cluster_version_changes_with_brokers_and_their_addresses),
        cmocka_unit_test(test_cluster_id_is_unknown_until_it_is_set_and_then_the_latest),
        cmocka_unit_test(test_cluster_without_memory_keeps_the_id_it_has),
        cmocka_unit_test(test_cluster_has_as_many_brokers_as_it_may_and_refuses_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
