/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a reload keeps, replaces and waits for: crews and handovers with one collector, which is
 * simulated, on a clock that stands still until a test moves it.
 */

#include "config/test_load.h"
#include "run/crew.h"
#include "run/handover.h"
#include "run/test_fake.h"
#include "test.h"

#include <unistd.h>

/* Instead of the program's. */
const struct sg_collector *const sg_collectors[] = { &fake_collector, NULL };
const size_t sg_n_collectors = 1;

/* ---- The world around it ---- */

static struct sg_store *store;
static struct sg_rhythm *rhythm;
static struct sg_handover *handover;
static atomic_llong timeout_ms = 1000;
static struct sg_worker_env worker_env;

static int set_up(void **state)
{
    (void)state;
    reset_fake();
    assert_int_equal(sg_store_new(&test_clock, 30000, &store), 0);
    assert_int_equal(sg_rhythm_new(15000, &rhythm), 0);
    assert_int_equal(sg_handover_new(&test_clock, &handover), 0);
    worker_env = (struct sg_worker_env){ store, &test_clock, rhythm, &timeout_ms };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)sg_handover_free(handover);
    (void)sg_rhythm_free(rhythm);
    (void)sg_store_free(store);
    return 0;
}

static struct sg_crew *crew_of(const char *servers, int interval_s, struct sg_crew *earlier)
{
    char text[256];
    struct sg_config *config = NULL;
    struct sg_crew *crew = NULL;
    struct sg_error err;

    (void)snprintf(text, sizeof text,
        "collect: { interval: %ds }\nclusters: [ { name: c, bootstrap_servers: '%s' } ]\n",
        interval_s, servers);
    assert_int_equal(load(text, &config), 0);
    assert_int_equal(
        sg_crew_new(&worker_env, config, &config->clusters[0], earlier, &crew, &err), 0);
    (void)sg_config_unref(config);
    return crew;
}

static void stop(struct sg_crew *crew)
{
    sg_crew_ask_to_stop(crew);
    assert_true(sg_crew_join(crew, atomic_load(&now_ms) + WAIT_MS));
    (void)sg_crew_free(crew);
}

/* ---- Crews ---- */

static void test_crew_of_the_same_configuration_keeps_cluster_and_worker(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    struct sg_crew *crew = crew_of("h:1", 15, earlier);
    (void)state;

    assert_ptr_equal(sg_crew_cluster(crew), sg_crew_cluster(earlier));
    assert_int_equal(sg_crew_n_new(crew), 0);
    sg_crew_adopt(crew, earlier, handover);
    assert_false(sg_handover_step(handover));
    assert_int_equal(atomic_load(&n_made), 1);
    assert_int_equal(atomic_load(&n_destroyed), 0);
    (void)sg_crew_free(crew);
    assert_int_equal(atomic_load(&n_destroyed), 1);
}

static void test_crew_with_other_settings_keeps_the_cluster_and_replaces_the_worker(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    struct sg_crew *crew = crew_of("h:1", 20, earlier);
    (void)state;

    assert_ptr_equal(sg_crew_cluster(crew), sg_crew_cluster(earlier));
    assert_int_equal(sg_crew_n_new(crew), 1);
    sg_crew_adopt(crew, earlier, handover);
    assert_false(sg_handover_step(handover));
    assert_int_equal(atomic_load(&latest_adopted), 1);
    assert_int_equal(atomic_load(&n_destroyed), 1);
    wait_for(&latest_collected, 2);
    stop(crew);
}

static void test_crew_with_other_bootstrap_servers_has_another_cluster(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    struct sg_crew *crew = crew_of("h:2", 15, earlier);
    (void)state;

    assert_ptr_not_equal(sg_crew_cluster(crew), sg_crew_cluster(earlier));
    assert_int_equal(sg_crew_n_new(crew), 1);
    (void)sg_crew_free(crew);
    (void)sg_crew_free(earlier);
}

static void test_crew_thrown_away_leaves_the_earlier_one_as_it_was(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    (void)state;

    assert_int_equal(sg_crew_start(earlier), 0);
    wait_for(&latest_collected, 1);
    (void)sg_crew_free(crew_of("h:1", 15, earlier));
    (void)sg_crew_free(crew_of("h:1", 20, earlier));
    assert_int_equal(atomic_load(&n_destroyed), 1); /* the one with another interval */
    atomic_store(&now_ms, 1000 + 15000);
    wait_for(&n_collections, 2);
    stop(earlier);
}

static void test_crew_that_is_retired_stops_and_is_freed(void **state)
{
    struct sg_crew *crew = crew_of("h:1", 15, NULL);
    (void)state;

    assert_int_equal(sg_crew_start(crew), 0);
    wait_for(&n_collections, 1);
    sg_crew_retire(crew, handover);
    assert_true(sg_handover_end(handover, atomic_load(&now_ms) + WAIT_MS));
    assert_false(sg_handover_step(handover));
    assert_int_equal(atomic_load(&n_destroyed), 1);
}

/* ---- Handovers ---- */

static void test_handover_follower_starts_when_the_other_has_stopped_and_adopts(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    struct sg_crew *crew = crew_of("h:1", 20, earlier);
    (void)state;

    assert_int_equal(sg_crew_start(earlier), 0);
    wait_for(&latest_collected, 1);
    sg_crew_adopt(crew, earlier, handover);
    for (int i = 0; i < WAIT_MS && sg_handover_step(handover); i++)
        (void)usleep(1000);
    wait_for(&latest_collected, 2);
    assert_int_equal(atomic_load(&latest_adopted), 1);
    assert_int_equal(atomic_load(&n_destroyed), 1);
    stop(crew);
}

static void test_handover_waits_two_seconds_for_one_that_is_stuck(void **state)
{
    struct sg_crew *earlier = crew_of("h:1", 15, NULL);
    struct sg_crew *crew = crew_of("h:1", 20, earlier);
    (void)state;

    atomic_store(&stuck, true);
    assert_int_equal(sg_crew_start(earlier), 0);
    wait_for(&latest_collected, 1);
    sg_crew_adopt(crew, earlier, handover);
    assert_true(sg_handover_step(handover));
    atomic_store(&now_ms, 1000 + 1999);
    assert_true(sg_handover_step(handover));
    assert_int_equal(atomic_load(&latest_collected), 1);
    atomic_store(&now_ms, 1000 + 2000);
    assert_false(sg_handover_step(handover));
    wait_for(&latest_collected, 2);
    assert_int_equal(atomic_load(&latest_adopted), 0); /* it has not stopped */
    assert_int_equal(atomic_load(&n_destroyed), 0);
    atomic_store(&stuck, false);
    assert_true(sg_handover_end(handover, atomic_load(&now_ms) + WAIT_MS));
    assert_false(sg_handover_step(handover));
    assert_int_equal(atomic_load(&n_destroyed), 1);
    stop(crew);
}

static void test_handover_of_two_reloads_starts_only_the_latest(void **state)
{
    struct sg_crew *first = crew_of("h:1", 15, NULL);
    struct sg_crew *second = crew_of("h:1", 20, first);
    (void)state;

    atomic_store(&stuck, true);
    assert_int_equal(sg_crew_start(first), 0);
    wait_for(&latest_collected, 1);
    sg_crew_adopt(second, first, handover);
    struct sg_crew *third = crew_of("h:1", 25, second);
    sg_crew_adopt(third, second, handover);
    assert_true(sg_handover_step(handover));
    atomic_store(&stuck, false);
    for (int i = 0; i < WAIT_MS && sg_handover_step(handover); i++)
        (void)usleep(1000);
    wait_for(&latest_collected, 3);
    assert_int_equal(atomic_load(&n_collections), 2);
    stop(third);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_crew_of_the_same_configuration_keeps_cluster_and_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_crew_that_is_retired_stops_and_is_freed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_crew_thrown_away_leaves_the_earlier_one_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_crew_with_other_bootstrap_servers_has_another_cluster, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_crew_with_other_settings_keeps_the_cluster_and_replaces_the_worker, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_handover_follower_starts_when_the_other_has_stopped_and_adopts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_handover_of_two_reloads_starts_only_the_latest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_handover_waits_two_seconds_for_one_that_is_stuck, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
