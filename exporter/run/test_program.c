/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A program from its start through reloads: what is in use afterwards, and what the program says
 * about it. Its collector is simulated, its own metrics are the real ones; it listens nowhere.
 */

#include "base/test_stderr.h"
#include "config/test_load.h"
#include "metric/encode.h"
#include "run/program.h"
#include "run/test_fake.h"
#include "temporary.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

extern const struct sg_collector sg_collector_self;

/* ---- The collector of the program itself, with a look at what it is given ---- */

static struct sg_program_env seen;

static int create_for_program(const struct sg_program_env *env, void **ret_self)
{
    seen = *env;
    return sg_collector_self.create_for_program(env, ret_self);
}

static int sample(void *self, struct sg_sample_set **ret_set)
{
    return sg_collector_self.sample(self, ret_set);
}

static void destroy(void *self)
{
    sg_collector_self.destroy(self);
}

static const struct sg_collector about_program = {
    .name = "self",
    .slots = { "self" },
    .scope = SG_SCOPE_PROGRAM,
    .create_for_program = create_for_program,
    .sample = sample,
    .destroy = destroy,
};

/* Instead of the program's. */
const struct sg_collector *const sg_collectors[] = { &fake_collector, &about_program, NULL };
const size_t sg_n_collectors = 2;

/* ---- The program ---- */

#define TWO_CLUSTERS \
    "clusters: [ { name: a, bootstrap_servers: 'h:1' }, { name: b, bootstrap_servers: 'h:2' } ]\n"
#define ONE_CLUSTER "clusters: [ { name: a, bootstrap_servers: 'h:1' } ]\n"

static char path[TEMPORARY_BYTES];
static struct sg_flags flags;
static struct sg_program *program;

static void wake(void *context)
{
    (void)context;
}

static void start(const char *text)
{
    struct sg_config *config = NULL;
    struct sg_error err = { "" };

    put_text(path, text);
    assert_int_equal(sg_config_load(&flags.config, note, NULL, &config), 0);
    assert_int_equal(sg_program_new(config, &test_clock, &program, &err), 0);
    (void)sg_config_unref(config);
    assert_int_equal(sg_program_start(program, &flags, wake, NULL, &err), 0);
}

static int set_up(void **state)
{
    (void)state;
    reset_fake();
    temporary_file("", path);
    flags = (struct sg_flags){ .config.file = path, .telemetry_path = "/metrics" };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    atomic_store(&stuck, false);
    assert_true(sg_program_stop(program));
    program = sg_program_free(program);
    (void)unlink(path);
    return 0;
}

/* Reload with this file, a minute later. @param ret_log  what was logged */
static bool reload(const char *text, char ret_log[4096])
{
    put_text(path, text);
    atomic_fetch_add(&now_ms, 60000);
    start_listening();
    bool good = sg_program_reload(program, &flags);
    stop_listening(ret_log, 4096);
    return good;
}

/* Until all successors were started. */
static void finish_handover(void)
{
    for (int i = 0; i < WAIT_MS && sg_program_tick(program) < 1000; i++)
        (void)usleep(1000);
}

/* The program's own metrics. */
static void assert_own_metric(const char *line)
{
    struct sg_sample_set *set = NULL;
    struct sg_plan *plan = NULL;
    struct sg_buf page;
    void *self = NULL;

    assert_int_equal(sg_collector_self.create_for_program(&seen, &self), 0);
    assert_int_equal(sg_collector_self.sample(self, &set), 0);
    assert_int_equal(sg_plan_new(&set->layout, NULL, 1, &plan), 0);
    sg_buf_init(&page, 1 << 20);
    const struct sg_sample_set *sets[] = { set };
    assert_int_equal(sg_encode(plan, sets, SG_FORMAT_TEXT, NULL, NULL, &page), 0);
    char *text = sg_buf_take(&page);
    assert_non_null(text);
    if (!strstr(text, line))
        fail_msg("not there: %s in %s", line, text);
    free(text);
    (void)sg_plan_unref(plan);
    (void)sg_sample_set_unref(set);
    sg_collector_self.destroy(self);
}

static void assert_loaded_at(const char *unix_s, bool last_was_good)
{
    char line[100];

    assert_own_metric(last_was_good ? "\nstreamgauge_config_last_reload_successful 1\n"
                                    : "\nstreamgauge_config_last_reload_successful 0\n");
    (void)snprintf(line, sizeof line,
        "\nstreamgauge_config_last_reload_success_timestamp_seconds %s\n", unix_s);
    assert_own_metric(line);
}

/* What the status page and the service discovery know. */
static void assert_roster(size_t n_clusters, const char *shown)
{
    const struct sg_clusters *clusters = sg_roster_take(seen.roster);

    assert_int_equal(clusters->n, n_clusters);
    if (!strstr(clusters->config_text, shown))
        fail_msg("not shown: %s in %s", shown, clusters->config_text);
    (void)sg_clusters_unref(clusters);
}

/* ---- Tests ---- */

static void test_start_is_the_first_load(void **state)
{
    (void)state;
    start(ONE_CLUSTER);
    wait_for(&n_collections, 1);
    assert_loaded_at("1", true);
    assert_roster(1, "interval: 15s");
}

static void test_reload_of_a_changed_file_uses_it(void **state)
{
    char log[4096];
    (void)state;

    start(ONE_CLUSTER);
    wait_for(&latest_collected, 1);
    assert_true(reload("collect: { interval: 20s }\n" ONE_CLUSTER, log));
    assert_int_equal(count(log, "configuration loaded: 1 cluster, 1 collector new or changed"), 1);
    finish_handover();
    wait_for(&latest_collected, 2);
    assert_int_equal(atomic_load(&latest_adopted), 1);
    assert_int_equal(atomic_load(&n_destroyed), 1);
    assert_loaded_at("61", true);
    assert_own_metric("\nstreamgauge_collect_interval_seconds 20\n");
    assert_roster(1, "interval: 20s");
}

static void test_reload_of_the_same_file_is_a_load_that_changes_nothing(void **state)
{
    char log[4096];
    (void)state;

    start(ONE_CLUSTER);
    wait_for(&n_collections, 1);
    assert_true(reload(ONE_CLUSTER, log));
    assert_int_equal(count(log, "1 cluster, 0 collectors new or changed"), 1);
    finish_handover();
    assert_int_equal(atomic_load(&n_made), 1);
    assert_int_equal(atomic_load(&n_destroyed), 0);
    assert_loaded_at("61", true);
}

/* They are not the collector's, which goes on. */
static void test_reload_of_limits_applies_to_collectors_that_go_on(void **state)
{
    struct sg_slot_status status;
    char log[4096];
    (void)state;

    atomic_store(&stuck, true); /* the first collection ends after the reload */
    start("collect: { timeout: 7s, stale_after: 40s }\n" ONE_CLUSTER);
    wait_for(&n_collections, 1);
    assert_int_equal(atomic_load(&latest_time_limit_ms), 7000);
    assert_true(reload("collect: { timeout: 9s, stale_after: 5m }\n" ONE_CLUSTER, log));
    atomic_store(&stuck, false);
    wait_for(&n_ended, 2);
    assert_int_equal(atomic_load(&latest_time_limit_ms), 9000);
    assert_int_equal(atomic_load(&n_made), 1);
    atomic_store(&stuck, true);
    atomic_fetch_add(&now_ms, 60000);
    assert_true(sg_store_slot_status(seen.store, 0, &status));
    assert_false(status.stale);
    atomic_fetch_add(&now_ms, 300000);
    assert_true(sg_store_slot_status(seen.store, 0, &status));
    assert_true(status.stale);
    atomic_store(&stuck, false);
}

static void test_reload_of_a_bad_file_changes_nothing_and_says_so(void **state)
{
    char log[4096];
    (void)state;

    start(ONE_CLUSTER);
    wait_for(&n_collections, 1);
    assert_false(reload("collect: { interval: 20s, no: 1, neither: 2 }\n" ONE_CLUSTER, log));
    assert_int_equal(count(log, "level=error"), 2); /* every problem, with its place */
    assert_int_equal(count(log, "reload: "), 2);
    assert_int_equal(count(log, path), 2);
    assert_int_equal(count(log, "configuration loaded"), 0);
    finish_handover();
    assert_int_equal(atomic_load(&n_made), 1);
    assert_int_equal(atomic_load(&n_destroyed), 0);
    assert_loaded_at("1", false);
    assert_own_metric("\nstreamgauge_collect_interval_seconds 15\n");
    assert_roster(1, "interval: 15s");
    wait_for(&n_collections, 2); /* the old one goes on */

    assert_true(reload("collect: { interval: 20s }\n" ONE_CLUSTER, log));
    assert_loaded_at("121", true);
}

static void test_reload_makes_a_new_page_whatever_its_result(void **state)
{
    static const char *const files[] = { ONE_CLUSTER, "bad\n" };
    struct sg_slot_status status = { .has_run = false };
    (void)state;

    start(ONE_CLUSTER);
    for (int i = 0; i < WAIT_MS && !status.has_run; i++) {
        assert_true(sg_store_slot_status(seen.store, 0, &status));
        (void)usleep(1000);
    }
    for (size_t i = 0; i < 2; i++) {
        uint64_t version = sg_store_version(seen.store);
        put_text(path, files[i]);
        (void)sg_program_reload(program, &flags);
        assert_int_not_equal(sg_store_version(seen.store), version);
    }
}

/* The first cluster's collector was made already when the second one's is refused. */
static void test_reload_that_a_collector_refuses_changes_nothing_and_says_so(void **state)
{
    char log[4096];
    (void)state;

    start(TWO_CLUSTERS);
    wait_for(&n_collections, 2);
    atomic_store(&refused_after, 3);
    assert_false(reload("collect: { interval: 20s }\n" TWO_CLUSTERS, log));
    assert_int_equal(count(log, "level=error"), 1);
    assert_int_equal(count(log, "reload: cluster \\\"b\\\": not with this configuration"), 1);
    finish_handover();
    assert_int_equal(atomic_load(&n_made), 3);
    assert_int_equal(atomic_load(&n_destroyed), 1); /* the one that was made for nothing */
    assert_loaded_at("1", false);
    assert_roster(2, "interval: 15s");
    wait_for(&n_collections, 4);
}

static void test_reload_without_a_cluster_retires_it(void **state)
{
    char log[4096];
    (void)state;

    start(TWO_CLUSTERS);
    wait_for(&n_collections, 2);
    assert_true(reload(ONE_CLUSTER, log));
    for (int i = 0; i < WAIT_MS && !atomic_load(&n_destroyed); i++) {
        (void)sg_program_tick(program);
        (void)usleep(1000);
    }
    assert_int_equal(atomic_load(&n_destroyed), 1);
    assert_roster(1, "h:1");
    assert_true(reload(TWO_CLUSTERS, log));
    finish_handover();
    wait_for(&latest_collected, 3);
    assert_roster(2, "h:2");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_reload_makes_a_new_page_whatever_its_result, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_of_a_bad_file_changes_nothing_and_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reload_of_a_changed_file_uses_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_of_limits_applies_to_collectors_that_go_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_of_the_same_file_is_a_load_that_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_that_a_collector_refuses_changes_nothing_and_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_reload_without_a_cluster_retires_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_start_is_the_first_load, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
