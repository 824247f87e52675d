/* SPDX-License-Identifier: Apache-2.0 */

/* What the doctor makes of the findings of collectors, which are simulated. */

#include "base/test_clock.h"
#include "collectors/collector.h"
#include "config/test_load.h"
#include "doctor/doctor.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

enum {
    FINDINGS_MAX = 4,
};

/* ---- Two collectors: one finds brokers, the other follows them ---- */

/* What they do for one cluster. */
struct script {
    const char *cluster;
    const char *refused;                 /* create() fails with this; NULL: it does not */
    const char *id;                      /* of the cluster, that the finder finds; NULL: none */
    struct sg_check found[FINDINGS_MAX]; /* by the finder; ends with a NULL what */
};

static const struct script *scripts; /* end with a NULL cluster */
static atomic_int n_alive, n_found, n_found_before_following;
static atomic_llong time_limit_ms;

struct self {
    struct sg_collector_env env;
    const struct script *script;
};

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    (void)cluster_config;
    return true;
}

static bool wanted_with_jmx(const struct sg_cluster_config *cluster_config)
{
    return cluster_config->has_jolokia;
}

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    const struct script *script = scripts;

    while (script->cluster && strcmp(script->cluster, env->cluster_config->name) != 0)
        script++;
    assert_non_null(script->cluster);
    if (script->refused)
        return sg_error_set(err, 1, "%s", script->refused);
    struct self *self = calloc(1, sizeof *self);
    assert_non_null(self);
    *self = (struct self){ *env, script };
    atomic_fetch_add(&n_alive, 1);
    *ret_self = self;
    return 0;
}

static void find(void *opaque, int64_t deadline_ms, sg_check_fn tell, void *context)
{
    const struct self *self = opaque;

    atomic_store(&time_limit_ms, deadline_ms - atomic_load(&now_ms));
    if (self->script->id)
        (void)sg_cluster_set_id(self->env.cluster, self->script->id);
    for (size_t i = 0; i < FINDINGS_MAX && self->script->found[i].what; i++)
        tell(context, &self->script->found[i]);
    atomic_fetch_add(&n_found, 1);
}

static void follow(void *opaque, int64_t deadline_ms, sg_check_fn tell, void *context)
{
    (void)opaque, (void)deadline_ms;
    atomic_store(&n_found_before_following, atomic_load(&n_found));
    tell(context, &(struct sg_check){ SG_CHECK_GOOD, "jolokia", "1", "followed", "", 7 });
}

static void destroy(void *self)
{
    atomic_fetch_sub(&n_alive, 1);
    free(self);
}

static const struct sg_collector follower = {
    .name = "follower",
    .slots = { "follower" },
    .follows_brokers = true,
    .wanted = wanted_with_jmx,
    .create = create,
    .diagnose = follow,
    .destroy = destroy,
};
static const struct sg_collector finder = {
    .name = "finder",
    .slots = { "finder" },
    .wanted = wanted,
    .create = create,
    .diagnose = find,
    .destroy = destroy,
};

/* Instead of the program's; the order is that of the output. */
const struct sg_collector *const sg_collectors[] = { &follower, &finder, NULL };
const size_t sg_n_collectors = 2;

/* ---- A diagnosis ---- */

static char *output;

static int set_up(void **state)
{
    (void)state;
    atomic_store(&now_ms, 5000);
    atomic_store(&n_found, 0);
    atomic_store(&n_found_before_following, 0);
    output = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(output);
    assert_int_equal(atomic_load(&n_alive), 0);
    return 0;
}

/* @param clusters  the file's list @return is all well? The text is in `output` */
static bool diagnose(
    const char *clusters, const struct script *of_clusters, enum sg_doctor_format format)
{
    struct sg_config *config = NULL;
    char text[1024];
    size_t size;
    bool well = false;

    (void)snprintf(text, sizeof text, "collect: { timeout: 7s }\nclusters:\n%s", clusters);
    assert_int_equal(load(text, &config), 0);
    scripts = of_clusters;
    free(output);
    FILE *out = open_memstream(&output, &size);
    assert_non_null(out);
    assert_int_equal(sg_doctor(config, &test_clock, format, out, &well), 0);
    assert_int_equal(fclose(out), 0);
    (void)sg_config_unref(config);
    return well;
}

#define A      "  - { name: a, bootstrap_servers: 'h:1' }\n"
#define B      "  - { name: b, bootstrap_servers: 'h:2' }\n"
#define C_JMX  "  - { name: c, bootstrap_servers: 'h:3', jolokia: { url: 'http://{host}/' } }\n"
#define A_JMX  "  - { name: a, bootstrap_servers: 'h:1', jolokia: { url: 'http://{host}/' } }\n"
#define HEADER "      CLUSTER      CHECK         TARGET               TOOK  WHAT WAS FOUND\n"

/* ---- Tests ---- */

static void test_table_has_a_row_for_each_finding_and_the_fix_below(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL,
            { { SG_CHECK_GOOD, "broker", "1", "answers", "", 12 },
                { SG_CHECK_DOUBTFUL, "request", "groups", "none", "is that right?", -1 },
                { SG_CHECK_BAD, "broker", "2", "refused", "start it", 0 } } },
        { .cluster = NULL },
    };
    (void)state;

    assert_false(diagnose(A, with, SG_DOCTOR_TABLE));
    assert_string_equal(output,
        HEADER "ok    a            broker        1                   12 ms  answers\n"
               "look  a            request       groups                     none\n"
               "      -> is that right?\n"
               "FAIL  a            broker        2                    0 ms  refused\n"
               "      -> start it\n"
               "1 ok, 1 to check, 1 failed\n");
    assert_int_equal(atomic_load(&time_limit_ms), 7000);
}

static void test_doubtful_is_not_a_failure(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL, { { SG_CHECK_DOUBTFUL, "request", "groups", "none", "", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    assert_true(diagnose(A, with, SG_DOCTOR_TABLE));
    assert_non_null(strstr(output, "0 ok, 1 to check, 0 failed\n"));
}

static void test_colour_is_of_the_result_alone(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL,
            { { SG_CHECK_GOOD, "w", "t", "x", "", -1 },
                { SG_CHECK_DOUBTFUL, "w", "t", "x", "", -1 },
                { SG_CHECK_BAD, "w", "t", "x", "", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    (void)diagnose(A, with, SG_DOCTOR_TABLE_IN_COLOUR);
    assert_non_null(strstr(output, "\n\033[32mok   \033[0m a "));
    assert_non_null(strstr(output, "\n\033[33mlook \033[0m a "));
    assert_non_null(strstr(output, "\n\033[1;31mFAIL \033[0m a "));
    (void)diagnose(A, with, SG_DOCTOR_TABLE);
    assert_null(strchr(output, '\033'));
}

static void test_json_is_an_object_per_line(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL,
            { { SG_CHECK_GOOD, "broker", "1", "answers \"x\"\n", "", 12 },
                { SG_CHECK_DOUBTFUL, "request", "groups", "none", "fix", -1 },
                { SG_CHECK_BAD, "broker", "2", "\xff", "", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    assert_false(diagnose(A, with, SG_DOCTOR_JSON));
    assert_string_equal(output,
        "{\"result\":\"ok\",\"cluster\":\"a\",\"check\":\"broker\",\"target\":\"1\","
        "\"text\":\"answers \\\"x\\\"\\n\",\"fix\":\"\",\"seconds\":0.012}\n"
        "{\"result\":\"look\",\"cluster\":\"a\",\"check\":\"request\",\"target\":\"groups\","
        "\"text\":\"none\",\"fix\":\"fix\"}\n"
        "{\"result\":\"fail\",\"text\":\"not UTF-8\"}\n");
}

/* Texts are from servers, unlike the names of targets. */
static void test_table_passes_no_control_characters_to_the_terminal(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL,
            { { SG_CHECK_BAD, "w", "t", "a\033[2Jb\r\n\x7f", "\033c\xc2\x9b\xff\xc3\xa4", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    (void)diagnose(A, with, SG_DOCTOR_TABLE);
    assert_non_null(strstr(output, " a?[2Jb???\n      -> ?c??\xc3\xa4\n"));
    for (const char *c = output; *c; c++)
        assert_true(*c == '\n' || (unsigned char)*c >= ' ');
}

static void test_collector_that_cannot_be_set_up_is_a_finding(void **state)
{
    static const struct script with[] = { { .cluster = "a", .refused = "no such rules" },
        { .cluster = NULL } };
    (void)state;

    assert_false(diagnose(A, with, SG_DOCTOR_TABLE));
    assert_string_equal(output,
        HEADER "FAIL  a            configuration finder                     no such rules\n"
               "      -> correct it; --config.check reports the same\n"
               "0 ok, 0 to check, 1 failed\n");
}

static void test_collector_without_a_finding_has_failed(void **state)
{
    static const struct script with[] = { { .cluster = "a" }, { .cluster = NULL } };
    (void)state;

    assert_false(diagnose(A, with, SG_DOCTOR_TABLE));
    assert_string_equal(output, HEADER "0 ok, 0 to check, 1 failed\n");
}

/* Although it is first in the table. */
static void test_collector_that_follows_brokers_runs_after_those_that_find_them(void **state)
{
    static const struct script with[] = {
        { "b", NULL, NULL, { { SG_CHECK_GOOD, "broker", "2", "found b", "", -1 } } },
        { "a", NULL, NULL, { { SG_CHECK_GOOD, "broker", "1", "found a", "", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    assert_true(diagnose(A_JMX B, with, SG_DOCTOR_TABLE));
    assert_string_equal(output,
        HEADER "ok    a            jolokia       1                    7 ms  followed\n"
               "ok    a            broker        1                          found a\n"
               "ok    b            broker        2                          found b\n"
               "3 ok, 0 to check, 0 failed\n");
    assert_int_equal(atomic_load(&n_found_before_following), 2);
}

static void test_clusters_that_are_the_same_one_are_reported_once_each(void **state)
{
    static const struct script with[] = {
        { "a", NULL, "same", { { SG_CHECK_GOOD, "broker", "1", "x", "", -1 } } },
        { "b", NULL, "other", { { SG_CHECK_GOOD, "broker", "1", "x", "", -1 } } },
        { "c", NULL, "same", { { SG_CHECK_GOOD, "broker", "1", "x", "", -1 } } },
        { .cluster = NULL },
    };
    (void)state;

    assert_true(diagnose(A B C_JMX, with, SG_DOCTOR_TABLE));
    assert_non_null(strstr(output,
        "look  c            cluster       id                         it has the same cluster id as "
        "\"a\": same\n"
        "      -> check bootstrap_servers: everything is exported twice\n"));
    assert_non_null(strstr(output, "4 ok, 1 to check, 0 failed\n"));
}

static void test_output_that_cannot_be_written_is_an_error(void **state)
{
    static const struct script with[] = {
        { "a", NULL, NULL, { { SG_CHECK_GOOD, "broker", "1", "x", "", -1 } } },
        { .cluster = NULL },
    };
    struct sg_config *config = NULL;
    bool well;
    (void)state;

    assert_int_equal(load("clusters:\n" A, &config), 0);
    scripts = with;
    FILE *full = fopen("/dev/full", "we");
    assert_non_null(full);
    assert_int_equal(sg_doctor(config, &test_clock, SG_DOCTOR_TABLE, full, &well), -EIO);
    (void)fclose(full);
    (void)sg_config_unref(config);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_clusters_that_are_the_same_one_are_reported_once_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collector_that_cannot_be_set_up_is_a_finding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collector_that_follows_brokers_runs_after_those_that_find_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_collector_without_a_finding_has_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_colour_is_of_the_result_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_doubtful_is_not_a_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json_is_an_object_per_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_output_that_cannot_be_written_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_table_has_a_row_for_each_finding_and_the_fix_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_table_passes_no_control_characters_to_the_terminal, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
