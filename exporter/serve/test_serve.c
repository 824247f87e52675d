/* SPDX-License-Identifier: Apache-2.0 */
#include "base/host.h"
#include "serve/auth.h"
#include "serve/discover.h"
#include "serve/listen.h"
#include "serve/percent.h"
#include "serve/query.h"
#include "serve/routes.h"
#include "serve/target.h"
#include "test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_two(const void *context, const char *cluster, const char *target)
{
    (void)context;
    assert_string_equal(cluster, "c");
    return strcmp(target, "2") == 0;
}

static void test_collect_and_exclude_are_strict(void **state)
{
    static const struct {
        struct sg_query query;
        const char *problem; /* NULL: good */
        bool admin, jolokia;
    } cases[] = {
        { { 1, { { "collect[]", "admin" } } }, NULL, true, false },
        { { 1, { { "exclude[]", "admin" } } }, NULL, false, true },
        { { 2, { { "collect[]", "admin" }, { "collect[]", "jolokia" } } }, NULL, true, true },
        { { 2, { { "collect[]", "admin" }, { "exclude[]", "jolokia" } } },
            "collect[] and exclude[] cannot be used together", false, false },
        { { 1, { { "collect[]", "a\n\"<b>" } } },
            "collect[]: no collector \"a?\"<b>\"; there are admin, jolokia, jolokia_slow, "
            "jolokia_sizes and self",
            false, false },
        { { 1, { { "collect", "admin" } } },
            "unknown parameter \"collect\"; only collect[] and exclude[] are known", false, false },
    };
    static const struct sg_source admin = { "c", "admin", "cluster" };
    static const struct sg_source jolokia = { "c", "jolokia", "1" };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_collect collect;
        struct sg_error err = { "" };
        int r = sg_collect_read(&cases[i].query, &collect, &err);
        if (cases[i].problem) {
            assert_int_equal(r, SG_QUERY_E_BAD);
            assert_string_equal(err.text, cases[i].problem);
            continue;
        }
        assert_int_equal(r, 0);
        const struct sg_wish wish = { &collect, is_two, NULL };
        struct sg_selection selection = sg_collect_selection(&wish);
        assert_int_equal(
            selection.source(selection.context, &admin) == SG_CHOICE_ALL, cases[i].admin);
        assert_int_equal(
            selection.source(selection.context, &jolokia) == SG_CHOICE_ALL, cases[i].jolokia);
    }
}

static void test_probe_takes_the_lines_of_one_broker(void **state)
{
    const struct sg_probe probe = {
        .cluster = "a\"b", .broker = "1", .cluster_label = "kafka_cluster"
    };
    struct sg_selection selection = sg_probe_selection(&probe);
    static const struct {
        const char *line;
        bool expected;
    } cases[] = {
        { "up{kafka_cluster=\"a\\\"b\",broker=\"1\"} 1", true },
        { "up{kafka_cluster=\"a\\\"b\",broker=\"11\"} 1", false },
        { "up{kafka_cluster=\"a\",broker=\"1\"} 1", false },
        { "up{broker=\"1\"} 1", false },
        { "up 1", false },
        { "up{kafka_cluster=\"a\\\"b\",x=\",broker=\"} 1", false },
        { "kafka_broker_info{kafka_cluster=\"a\\\"b\",id=\"1\"} 1", true },
        { "other_info{kafka_cluster=\"a\\\"b\",id=\"1\"} 1", false },
        { "streamgauge_collector_success{kafka_cluster=\"a\\\"b\",collector=\"jolokia\","
          "target=\"1\"} 1",
            true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            selection.line(selection.context, sg_str_of(cases[i].line)), cases[i].expected);
}

/* What /sd has targets for; other JVMs and controllers have none. */
static void test_exclude_of_brokers_leaves_the_other_jvms(void **state)
{
    static const struct {
        struct sg_query query;
        enum sg_choice broker, jvm, admin;
    } cases[] = {
        { { 1, { { "exclude[]", "brokers" } } }, SG_CHOICE_NOTHING, SG_CHOICE_ALL, SG_CHOICE_ALL },
        { { 2, { { "exclude[]", "brokers" }, { "exclude[]", "admin" } } }, SG_CHOICE_NOTHING,
            SG_CHOICE_ALL, SG_CHOICE_NOTHING },
        { { 1, { { "exclude[]", "self" } } }, SG_CHOICE_ALL, SG_CHOICE_ALL, SG_CHOICE_ALL },
    };
    static const struct sg_query collects = { 1, { { "collect[]", "brokers" } } };
    static const struct sg_source broker = { "c", "jolokia", "2" };
    static const struct sg_source jvm = { "c", "jolokia", "connect" };
    static const struct sg_source admin = { "c", "admin", "2" };
    struct sg_collect collect;
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sg_collect_read(&cases[i].query, &collect, &err), 0);
        const struct sg_wish wish = { &collect, is_two, NULL };
        struct sg_selection selection = sg_collect_selection(&wish);
        assert_false(collect.everything);
        assert_int_equal(selection.source(selection.context, &broker), cases[i].broker);
        assert_int_equal(selection.source(selection.context, &jvm), cases[i].jvm);
        assert_int_equal(selection.source(selection.context, &admin), cases[i].admin);
    }
    assert_int_equal(sg_collect_read(&collects, &collect, &err), SG_QUERY_E_BAD);
}

/* So that a job for the brokers and one for the rest have no series in common. */
static void test_probe_takes_only_what_is_chosen(void **state)
{
#define OF_ONE          \
    { "cluster", "c" }, \
    {                   \
        "broker", "1"   \
    }
    static const struct {
        struct sg_query query;
        enum sg_choice admin, jolokia, self;
        const char *problem; /* NULL: good */
    } cases[] = {
        { { 2, { OF_ONE } }, SG_CHOICE_BY_LINE, SG_CHOICE_ALL, SG_CHOICE_BY_LINE, NULL },
        { { 4, { { "exclude[]", "admin" }, OF_ONE, { "exclude[]", "self" } } }, SG_CHOICE_NOTHING,
            SG_CHOICE_ALL, SG_CHOICE_NOTHING, NULL },
        { { 3, { OF_ONE, { "collect[]", "admin" } } }, SG_CHOICE_BY_LINE, SG_CHOICE_NOTHING,
            SG_CHOICE_NOTHING, NULL },
        { { 4, { OF_ONE, { "collect[]", "admin" }, { "exclude[]", "self" } } }, SG_CHOICE_ALL,
            SG_CHOICE_ALL, SG_CHOICE_ALL, "collect[] and exclude[] cannot be used together" },
        { { 3, { OF_ONE, { "target", "h" } } }, SG_CHOICE_ALL, SG_CHOICE_ALL, SG_CHOICE_ALL,
            "unknown parameter \"target\"; only cluster, broker, collect[] and exclude[] are "
            "known" },
        { { 1, { { "exclude[]", "admin" } } }, SG_CHOICE_ALL, SG_CHOICE_ALL, SG_CHOICE_ALL,
            "cluster is missing: ?cluster=NAME&broker=ID" },
    };
    static const struct sg_source admin = { "c", "admin", "cluster" };
    static const struct sg_source jolokia = { "c", "jolokia", "1" };
    static const struct sg_source self = { "", "self", "" };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_probe probe;
        struct sg_error err = { "" };
        int r = sg_probe_read(&cases[i].query, &probe, &err);
        if (cases[i].problem) {
            assert_int_equal(r, SG_QUERY_E_BAD);
            assert_string_equal(err.text, cases[i].problem);
            continue;
        }
        assert_int_equal(r, 0);
        struct sg_selection selection = sg_probe_selection(&probe);
        assert_int_equal(selection.source(selection.context, &admin), cases[i].admin);
        assert_int_equal(selection.source(selection.context, &jolokia), cases[i].jolokia);
        assert_int_equal(selection.source(selection.context, &self), cases[i].self);
    }
}

static void test_host_is_a_host_and_nothing_else(void **state)
{
    static const char *const good[] = { "h", "h:1", "a-b.c:9308", "127.0.0.1:9308", "[::1]",
        "[::1]:1" };
    static const char *const bad[] = { "", ":1", "h:", "h:123456", "h:1x", "a b", "a/b", "h@x",
        "[::1", "[]", "[::1]x", "h\"", "\xff" };
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(sg_host_is_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_host_is_good(bad[i]));
}

static void test_target_is_a_path_or_a_url_of_this_host(void **state)
{
    static const struct {
        const char *target, *host, *path;
    } cases[] = {
        { "/metrics", NULL, "/metrics" },
        { "/", "h", "/" },
        { "http://h/-/healthy", "h", "/-/healthy" },
        { "HTTP://H:9308/sd", "h:9308", "/sd" },
        { "https://h", "h", "/" },
        { "http://evil/-/healthy", "h", NULL },
        { "http://h/", NULL, NULL },
        { "http://h:1/", "h", NULL },
        { "http:///", "", NULL },
        { "ftp://h/", "h", NULL },
        { "*", "h", NULL },
        { "", "h", NULL },
        { "h:22", "h:22", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = sg_target_path(cases[i].target, cases[i].host);
        if (cases[i].path)
            assert_string_equal(path, cases[i].path);
        else
            assert_null(path);
    }
}

static void test_browser_on_another_site_is_told_from_all_others(void **state)
{
    static const struct {
        struct sg_sender sender;
        bool with_url, other;
    } cases[] = {
        { { NULL, NULL, "h" }, false, false }, /* curl */
        { { "same-origin", NULL, "h" }, false, false },
        { { "none", NULL, "h" }, false, false }, /* typed, or a bookmark */
        { { "same-site", NULL, "h" }, false, true },
        { { "cross-site", "http://h", "h" }, false, true },
        { { "", NULL, "h" }, false, true },
        { { NULL, "http://h:9308", "h:9308" }, false, false },
        { { NULL, "https://h", "h:443" }, false, false },
        { { NULL, "http://h", "h:80" }, false, false },
        { { NULL, "http://h", "h:443" }, false, true },
        { { NULL, "http://h.evil", "h" }, false, true },
        { { NULL, "http://evil.h", "h" }, false, true },
        { { NULL, "null", "h" }, false, true },
        { { NULL, "file://", "h" }, false, true },
        { { NULL, "https://sg.example", "127.0.0.1:9308" }, false, true },
        { { NULL, "https://sg.example", "127.0.0.1:9308" }, true, false },
        { { NULL, "http://sg.example", "127.0.0.1:9308" }, true, true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            sg_sender_is_other_site(&cases[i].sender, cases[i].with_url ? "https" : NULL,
                cases[i].with_url ? "sg.example" : NULL),
            cases[i].other);
}

static void test_discovery_names_the_place_where_the_client_finds_us(void **state)
{
    static const struct sg_discover_place place = { "https", "sg.example", "/kafka" };
    struct sg_cluster *cluster = NULL;
    struct sg_roster *roster = NULL;
    struct sg_buf json;
    (void)state;

    assert_int_equal(sg_cluster_new("c", &cluster), 0);
    assert_int_equal(sg_cluster_set_broker(cluster, 1, "h", 9092, true), 0);
    assert_int_equal(sg_roster_new(&roster), 0);
    assert_int_equal(sg_roster_set(roster, &cluster, 1, "kafka_cluster", "", NULL), 0);
    const struct sg_serve_config config = { .roster = roster };
    sg_buf_init(&json, 4096);
    assert_int_equal(sg_discover_write(&config, &place, &json), 0);
    assert_int_equal(sg_buf_add_char(&json, '\0'), 0);
    assert_non_null(strstr(json.ptr, "\"targets\":[\"sg.example\"]"));
    assert_non_null(strstr(json.ptr, "\"__metrics_path__\":\"/kafka/probe\""));
    assert_non_null(strstr(json.ptr, "\"__scheme__\":\"https\""));
    sg_buf_done(&json);
    (void)sg_roster_free(roster);
    (void)sg_cluster_unref(cluster);
}

static void test_credentials_are_taken_apart_at_the_first_colon(void **state)
{
    static const char *const bad[] = { NULL, "", "Basic", "Basic ", "Basic !!!!", "Bearer YTpi",
        "Basic YWxpY2U=" /* alice */, "Basic YTpiAGM=" /* a NUL */ };
    char buffer[SG_CREDENTIALS_BYTES_MAX];
    const char *user, *password;
    (void)state;

    assert_true(sg_auth_parse("basic  YTpiOmM=", buffer, &user, &password));
    assert_string_equal(user, "a");
    assert_string_equal(password, "b:c");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_auth_parse(bad[i], buffer, &user, &password));
}

static void test_percent_decoding_keeps_nul_and_what_is_no_escape(void **state)
{
    char text[] = "/a%20b%00c%2Fd%zz%4";
    (void)state;

    assert_int_equal(sg_percent_decode(text), strlen("/a b%00c/d%zz%4"));
    assert_string_equal(text, "/a b%00c/d%zz%4");
}

static void test_paths_that_are_taken_are_known(void **state)
{
    static const char *const taken[] = { "/", "/probe", "/sd", "/healthz", "/-/healthy", "/-/x",
        "/api/v1", "/api/v1/x", "/v3/kafka/c/topic", "/burrow/admin" };
    static const char *const left[] = { "/metrics", "/probes", "/sd/", "/kafka/sd", "/-",
        "/api/metrics", "/v3/kafkas", "/burrow/admin/x" };
    (void)state;

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        assert_true(sg_routes_has(taken[i]));
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        assert_false(sg_routes_has(left[i]));
}

static void test_listen_addresses_are_checked(void **state)
{
    static const char *const good[] = { ":9308", "127.0.0.1:9308", "[::1]:9308", "localhost:0" };
    static const char *const bad[] = { "", "9308", ":x", ":70000", ":-1", "::1:9308",
        "h:", "h: 1" };
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(sg_listen_check(good[i], &err), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sg_listen_check(bad[i], &err), SG_LISTEN_E_ADDRESS);
}

/* Accepted sockets inherit it: a slow client must not have megabytes of its own in the kernel. */
static void test_listen_bounds_what_waits_in_the_kernel(void **state)
{
    struct sg_error err;
    int bytes = 0;
    socklen_t len = sizeof bytes;
    int fd = -1;
    (void)state;

    assert_int_equal(sg_listen_open("127.0.0.1:0", &fd, &err), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, &len), 0);
    assert_in_range(bytes, 1, 128 * 1024);
    (void)close(fd);
}

static void test_listen_unusable_address_says_why(void **state)
{
    struct sg_error err;
    int fd = -1;
    (void)state;

    assert_int_equal(sg_listen_open("192.0.2.1:9308", &fd, &err), SG_LISTEN_E_BIND);
    assert_string_equal(
        err.text, "cannot listen on 192.0.2.1:9308: Cannot assign requested address");
    assert_int_equal(sg_listen_open("127.0.0.1:0", &fd, &err), 0);
    (void)close(fd);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collect_and_exclude_are_strict),
        cmocka_unit_test(test_probe_takes_the_lines_of_one_broker),
        cmocka_unit_test(test_exclude_of_brokers_leaves_the_other_jvms),
        cmocka_unit_test(test_probe_takes_only_what_is_chosen),
        cmocka_unit_test(test_host_is_a_host_and_nothing_else),
        cmocka_unit_test(test_target_is_a_path_or_a_url_of_this_host),
        cmocka_unit_test(test_browser_on_another_site_is_told_from_all_others),
        cmocka_unit_test(test_discovery_names_the_place_where_the_client_finds_us),
        cmocka_unit_test(test_credentials_are_taken_apart_at_the_first_colon),
        cmocka_unit_test(test_percent_decoding_keeps_nul_and_what_is_no_escape),
        cmocka_unit_test(test_paths_that_are_taken_are_known),
        cmocka_unit_test(test_listen_addresses_are_checked),
        cmocka_unit_test(test_listen_bounds_what_waits_in_the_kernel),
        cmocka_unit_test(test_listen_unusable_address_says_why),
    };
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
