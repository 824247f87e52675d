/* SPDX-License-Identifier: Apache-2.0 */

/* Polls of simulated JMX ports: what is kept, what is asked again, what fails and how it is told.
 */

#include "jmx/poll/transport.h"
#include "jmx/rmi/peer.h"
#include "jmx/rmi/test_server.h"
#include "test.h"

#include <stdlib.h>

#define HEAD "51aced0005770f02 1ed4cd0d000001a22b91e258830a "

enum {
    IN_TIME_MS = 20000,
};

struct result {
    int n; /* replies */
    bool ok;
    enum sg_failure_kind kind;
    struct sg_error err;
    char advice[300];
    char values[4096]; /* "MBEAN ATTRIBUTE=NUMBER;" */
    char failures[2048];
};

struct fixture {
    struct server *server;
    struct sg_transport *transport;
    struct sg_rmi_peer *peer;
    struct sg_poll_plan *plan;
};

static const atomic_bool going_on = false;
static const struct sg_poll_plan *read_plan; /* of the poll under way */

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    struct result *result = context;
    size_t len = strlen(result->values);

    (void)snprintf(result->values + len, sizeof result->values - len,
        SG_STR_FMT " " SG_STR_FMT "=%lld;", SG_STR_ARG(attribute->mbean),
        SG_STR_ARG(attribute->path[0]),
        value->kind == SG_ATTRIBUTE_INT ? (long long)value->integer : -1);
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    struct result *result = context;
    size_t len = strlen(result->failures);

    (void)snprintf(
        result->failures + len, sizeof result->failures - len, "%d %.300s;", kind, err->text);
}

static void take(void *context, const struct sg_reply *reply)
{
    struct result *result = context;
    const struct sg_answer_handler handler = { result, put_value, put_value, NULL, note_failure };

    result->n++;
    result->ok = reply->ok;
    result->kind = reply->kind;
    (void)snprintf(result->advice, sizeof result->advice, "%s", reply->advice);
    if (reply->ok)
        (void)reply->read(reply, read_plan, &handler);
    else
        result->err = *reply->err;
}

static void set_up(struct fixture *f, struct server *server, const struct sg_rmi_peer_options *more)
{
    struct sg_rmi_peer_options options = more ? *more : (struct sg_rmi_peer_options){ .port = 0 };

    *f = (struct fixture){ .server = server };
    start_server(server);
    options.host = "127.0.0.1";
    options.port = server->port;
    assert_int_equal(sg_transport_new(&sg_clock_system, &f->transport), 0);
    assert_int_equal(sg_rmi_peer_new(f->transport, &options, &f->peer), 0);
    assert_int_equal(sg_poll_plan_new(&f->plan), 0);
}

static void tear_down(struct fixture *f)
{
    (void)sg_rmi_peer_free(f->peer);
    (void)sg_transport_free(f->transport);
    (void)sg_poll_plan_free(f->plan);
    stop_server(f->server);
}

static void ask_for(struct fixture *f, const char *mbean)
{
    static const char *const names[] = { "Int" };
    const struct sg_poll_request request = {
        .mbean = mbean, .n_attributes = 1, .attributes = names, .is_pattern = strchr(mbean, '*')
    };

    assert_int_equal(sg_poll_plan_add(f->plan, &request), 0);
}

static struct result poll_for(struct fixture *f, int64_t ms)
{
    struct result result = { .n = 0 };

    read_plan = f->plan;
    assert_int_equal(sg_rmi_peer_start(f->peer, f->plan,
                         sg_clock_monotonic_ms(&sg_clock_system) + ms, take, &result),
        0);
    sg_transport_run(f->transport, &going_on);
    assert_int_equal(result.n, 1);
    return result;
}

static struct result poll_once(struct fixture *f)
{
    return poll_for(f, IN_TIME_MS);
}

/* ---- What works ---- */

static void test_poll_reads_names_and_patterns(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    ask_for(&f, "test:*");
    struct result result = poll_once(&f);
    if (!result.ok)
        fail_msg("%s", result.err.text);
    assert_string_equal(result.values,
        "a:b=c Int=42;test:type=Thing Int=42;test:type=Raw,name=\"q,u\\*o\" Int=42;");
    assert_string_equal(result.failures, "");
    assert_int_equal(strncmp(sg_rmi_peer_shown(f.peer), "jmx://127.0.0.1:", 16), 0);
    tear_down(&f);
    assert_int_equal(server.n_closes, 1);
}

static void test_poll_without_attributes_asks_which_there_are(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    assert_int_equal(
        sg_poll_plan_add(f.plan, &(struct sg_poll_request){ .mbean = "test:type=Thing" }), 0);
    struct result result = poll_once(&f);
    assert_string_equal(result.values, "test:type=Thing Int=42;");
    tear_down(&f);
}

static void test_polls_keep_the_connection(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    for (int i = 0; i < 3; i++)
        assert_true(poll_once(&f).ok);
    tear_down(&f);
    assert_int_equal(server.n_connections, 1);
    assert_int_equal(server.n_logins, 1);
    assert_int_equal(server.n_reads, 3);
}

static void test_poll_sends_32_calls_ahead(void **state)
{
    struct server server = { .hold_calls = 32 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    for (int i = 0; i < 100; i++)
        ask_for(&f, "a:b=c");
    assert_true(poll_once(&f).ok);
    tear_down(&f);
    assert_int_equal(server.n_ahead, 32);
    assert_int_equal(server.n_reads, 100);
}

static void test_stub_host_is_not_followed(void **state)
{
    struct server server = { .stub_host = "nowhere.x" };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    assert_true(poll_once(&f).ok);
    tear_down(&f);
}

static void test_stub_host_is_followed_where_that_is_set(void **state)
{
    struct server server = { .stub_host = "nowhere.x" };
    const struct sg_rmi_peer_options follow = { .follow_stub = true };
    struct fixture f;
    (void)state;

    set_up(&f, &server, &follow);
    ask_for(&f, "a:b=c");
    struct result result = poll_once(&f);
    assert_false(result.ok);
    assert_non_null(strstr(result.err.text, "nowhere.x"));
    tear_down(&f);
    assert_int_equal(server.n_logins, 0);
}

/* ---- What is asked again, and what is not ---- */

static void test_absent_name_is_asked_for_its_existence(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=Nope");
    ask_for(&f, "a:b=c");
    for (int i = 0; i < 3; i++) {
        struct result result = poll_once(&f);
        assert_string_equal(result.values, "a:b=c Int=42;");
        assert_string_equal(result.failures, "");
    }
    tear_down(&f);
    assert_int_equal(server.n_reads, 1 + 3);
    assert_int_equal(server.n_exists, 2);
}

/* Of an MBean that is asked for two attributes, one of which cannot be sent. */
static void assert_costs_itself(const char *attribute)
{
    const char *const names[] = { attribute, "Int" };
    const struct sg_poll_request request = { .mbean = "a:b=odd", 2, names, .part = 0 };
    struct server server = { .n_reads = 0 };
    struct fixture f;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    assert_int_equal(sg_poll_plan_add(f.plan, &request), 0);
    ask_for(&f, "a:b=d");
    for (int i = 0; i < 2; i++) {
        struct result result = poll_once(&f);
        assert_string_equal(result.values, "a:b=c Int=42;a:b=odd Int=42;a:b=d Int=42;");
        assert_int_equal(count(result.failures, ";"), 1);
        assert_non_null(strstr(result.failures, "a:b=odd: an attribute that is requested by its"));
    }
    tear_down(&f);
    assert_int_equal(server.n_connections, 2); /* the second poll does not ask for it */
    assert_int_equal(server.n_logins, 1);
}

static void test_unsendable_attribute_costs_itself(void **state)
{
    (void)state;

    assert_costs_itself("Optional");
    assert_costs_itself("Duration");
}

static void test_mbean_that_fails_is_asked_one_by_one(void **state)
{
    static const char *const names[] = { "One", "Two" };
    const struct sg_poll_request request = { .mbean = "a:b=Fails", 2, names, .part = 0 };
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    assert_int_equal(sg_poll_plan_add(f.plan, &request), 0);
    for (int i = 0; i < 2; i++) {
        struct result result = poll_once(&f);
        assert_string_equal(result.values, "a:b=Fails One=42;a:b=Fails Two=42;");
        assert_string_equal(result.failures, "");
    }
    tear_down(&f);
    assert_int_equal(server.n_reads, 1);
}

static void test_client_that_is_gone_is_made_again(void **state)
{
    struct server server = { .n_gone = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    assert_true(poll_once(&f).ok);
    atomic_store(&server.n_gone, 1);
    assert_string_equal(poll_once(&f).values, "a:b=c Int=42;");
    atomic_store(&server.n_gone, 2);
    struct result result = poll_once(&f);
    assert_false(result.ok);
    assert_int_equal(result.kind, SG_FAILURE_CONNECT);
    assert_non_null(strstr(result.err.text, "gone, twice"));
    tear_down(&f);
    assert_int_equal(server.n_lookups, 3);
}

/* As a broker that was restarted between two polls, or in one. */
static void test_closed_connection_is_made_again(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    ask_for(&f, "a:b=d");
    atomic_store(&server.close_after, 4);
    assert_true(poll_once(&f).ok);
    assert_string_equal(poll_once(&f).values, "a:b=c Int=42;a:b=d Int=42;");
    atomic_store(&server.close_after, 5);
    assert_string_equal(poll_once(&f).values, "a:b=c Int=42;a:b=d Int=42;");
    tear_down(&f);
    assert_int_equal(server.n_connections, 3);
}

/* ---- Faults ---- */

struct fault {
    struct server server;
    struct sg_rmi_peer_options options;
    enum sg_failure_kind kind;
    const char *text;
    const char *advice;
};

/* An exception with a message: class, message. */
#define SECURITY                                                              \
    HEAD "73 72 001b 6a6176612e6c616e672e5365637572697479457863657074696f6e " \
         "0000000000000000 02 0001 4c 000d 64657461696c4d657373616765 "       \
         "74 0012 4c6a6176612f6c616e672f537472696e673b 78 70 "

static void assert_fails(const struct fault *fault, int64_t ms)
{
    struct server server = fault->server;
    struct fixture f;

    set_up(&f, &server, &fault->options);
    ask_for(&f, "a:b=c");
    struct result result = poll_for(&f, ms);
    if (result.ok || result.kind != fault->kind || !strstr(result.err.text, fault->text) ||
        !strstr(result.err.text, fault->advice) || !strstr(fault->advice, result.advice) ||
        strncmp(result.err.text, "jmx://127.0.0.1:", 16) != 0)
        fail_msg("%d %s", result.kind, result.err.text);
    assert_null(strstr(result.err.text, "hunter2"));
    tear_down(&f);
}

static void test_faults_have_their_kind_and_advice(void **state)
{
    static const struct fault faults[] = {
        { { .greeting = "HTTP/1.1 400 Bad Request\r\n\r\n" }, { .port = 0 }, SG_FAILURE_PROTOCOL,
            "it speaks HTTP",
            "is this the port of a Jolokia agent? That is read with "
            "\"jolokia\"" },
        { { .greeting = "\x15\x03\x03" }, { .port = 0 }, SG_FAILURE_TLS, "it speaks TLS",
            "set \"tls\", and \"registry_tls: true\" where the registry does too" },
        { { .greeting = "SSH-2.0" }, { .port = 0 }, SG_FAILURE_PROTOCOL,
            "does not speak JMX's protocol", "is this the JMX port?" },
        { { .greeting = "" }, { .port = 0 }, SG_FAILURE_CONNECT, "closed the connection without",
            "is this the JMX port? If it speaks TLS, set \"tls\" and \"registry_tls\"" },
        { { .login = SECURITY "74 0016 41757468656e7469636174696f6e206661696c656421" },
            { .username = "u", .password = "hunter2" }, SG_FAILURE_AUTH,
            "java.lang.SecurityException: Authentication failed!",
            "set \"username\" and \"password_file\" to those of the JVM's JMX" },
        { { .login = SECURITY "74 000e 4163636573732064656e69656421" }, { .username = "u" },
            SG_FAILURE_DENIED, "Access denied!",
            "give the user the role readonly in the JVM's access file" },
        { { .login = "51aced0005770f01 1ed4cd0d000001a22b91e258830a 70" }, { .port = 0 },
            SG_FAILURE_PROTOCOL, "not a remote object", "" },
        { { .login = "51aced0005770f01 1ed4cd0d000001a22b91e258830a 6f" }, { .port = 0 },
            SG_FAILURE_PROTOCOL, "unknown code", "" },
        { { .stub_port = 1 }, { .port = 0 }, SG_FAILURE_CONNECT,
            "the registry says that JMX is at 127.0.0.1:1, tried was 127.0.0.1:1",
            "open that port too, or set -Dcom.sun.management.jmxremote.rmi.port to the JMX port" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        assert_fails(&faults[i], IN_TIME_MS);
}

static void test_fault_silence_ends_at_the_deadline(void **state)
{
    static const struct fault silent = { { .is_silent = true }, { .port = 0 }, SG_FAILURE_TIMEOUT,
        "no complete answer within",
        "a frozen JVM, or is this the port of another protocol, such as HTTP?" };
    (void)state;

    assert_fails(&silent, 200);
}

static void test_fault_mbean_that_hangs_is_named(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    ask_for(&f, "a:b=Hang");
    struct result result = poll_for(&f, 300);
    assert_false(result.ok);
    assert_int_equal(result.kind, SG_FAILURE_TIMEOUT);
    assert_non_null(strstr(result.err.text, "waiting for a:b=Hang; "));
    tear_down(&f);
}

static void test_fault_closed_port_is_told(void **state)
{
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    (void)sg_rmi_peer_free(f.peer);
    assert_int_equal(sg_rmi_peer_new(f.transport,
                         &(struct sg_rmi_peer_options){ .host = "127.0.0.1", .port = 1 }, &f.peer),
        0);
    struct result result = poll_once(&f);
    assert_int_equal(result.kind, SG_FAILURE_CONNECT);
    assert_non_null(strstr(result.err.text, "with its JMX port open (JMX_PORT)"));
    tear_down(&f);
}

/* What an MBean has is not asked again when a poll has failed after it was told. */
static void test_attributes_are_known_until_a_poll_has_ended_well(void **state)
{
    struct server server = { .hangs = true };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    assert_int_equal(sg_poll_plan_add(f.plan,
                         &(struct sg_poll_request){ .mbean = "test:*", .is_pattern = true }),
        0);
    int n_asked = 0;
    for (int i = 0; i < 20 && (n_asked < 2 || n_asked < atomic_load(&server.n_infos)); i++) {
        n_asked = atomic_load(&server.n_infos);
        assert_int_equal(poll_for(&f, 300).kind, SG_FAILURE_TIMEOUT);
    }
    atomic_store(&server.hangs, false);
    struct result result = poll_once(&f);
    assert_true(result.ok);
    assert_non_null(strstr(result.values, "test:type=Thing Int=42;"));
    assert_int_equal(atomic_load(&server.n_infos), n_asked);
    assert_true(poll_once(&f).ok);
    assert_int_equal(atomic_load(&server.n_infos), n_asked + 2);
    tear_down(&f);
}

/* ---- Hostile servers ---- */

/* A byte now and then is no answer: the deadline is that of the poll. */
static void test_hostile_drip_ends_at_the_deadline(void **state)
{
    static const struct fault drip = { { .drip_us = 5000 }, { .port = 0 }, SG_FAILURE_TIMEOUT,
        "no complete answer within",
        "a frozen JVM, a long garbage collection, or an MBean that blocks" };
    (void)state;

    assert_fails(&drip, 300);
}

/* Each of its texts is allowed, but not all of them in one reply. */
static void test_hostile_reply_without_end_is_cut(void **state)
{
    struct fault endless = { { .login = "51aced0005770f01 1ed4cd0d000001a22b91e258830a "
                                        "75 72 0002 5b4c 0000000000000000 02 0000 78 70 0000ffff" },
        { .port = 0 }, SG_FAILURE_PROTOCOL, "a reply cannot be read: it is too large", "" };
    struct sg_buf flood;
    (void)state;

    sg_buf_init(&flood, 1 << 20);
    (void)sg_buf_add_str(&flood, SG_STR("74 ffff "));
    for (int i = 0; i < 0xffff; i++)
        (void)sg_buf_add_str(&flood, SG_STR("61"));
    endless.server.flood = sg_buf_get_cut(&flood);
    assert_fails(&endless, IN_TIME_MS);
    sg_buf_done(&flood);
}

/* All replies of a poll together, however small each of them is; and names alone. */
static void test_hostile_answer_is_limited(void **state)
{
    static const size_t limits[] = { 400, 20 };
    (void)state;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct server server = { .n_reads = 0 };
        struct fixture f;
        set_up(&f, &server, NULL);
        ask_for(&f, "test:*");
        sg_rmi_peer_set_max_bytes(f.peer, limits[i]);
        struct result result = poll_once(&f);
        assert_int_equal(result.kind, SG_FAILURE_LIMIT);
        assert_non_null(strstr(result.err.text, "larger than allowed"));
        tear_down(&f);
        assert_int_equal(server.n_reads > 0, i == 0);
    }
}

static void test_password_is_not_sent_without_the_tls_that_is_configured(void **state)
{
    static const struct fault downgrade = { { .n_reads = 0 },
        { .must_use_tls = true, .username = "u", .password = "hunter2" }, SG_FAILURE_TLS,
        "its JMX server is without TLS",
        "set -Dcom.sun.management.jmxremote.ssl=true, or remove "
        "\"tls\"" };
    struct server server = { .n_reads = 0 };
    struct fixture f;
    (void)state;

    assert_fails(&downgrade, IN_TIME_MS);
    set_up(&f, &server, &downgrade.options);
    ask_for(&f, "a:b=c");
    assert_false(poll_once(&f).ok);
    tear_down(&f);
    assert_int_equal(server.n_lookups, 1);
    assert_int_equal(server.n_logins, 0);
}

static void test_connection_cut_at_every_byte_ends(void **state)
{
    (void)state;

    for (size_t cut_at = 1; cut_at < 900; cut_at += cut_at < 40 ? 1 : 13) {
        struct server server = { .cut_at = cut_at };
        struct fixture f;
        set_up(&f, &server, NULL);
        ask_for(&f, "a:b=c");
        struct result result = poll_once(&f);
        if (!result.ok && result.kind != SG_FAILURE_CONNECT)
            fail_msg("%zu: %s", cut_at, result.err.text);
        assert_int_equal(result.ok, cut_at >= 7 + 225 + 229 + 309);
        tear_down(&f);
    }
}

static void test_stopping_ends_without_a_reply(void **state)
{
    static const atomic_bool stopping = true;
    struct server server = { .n_reads = 0 };
    struct result result = { .n = 0 };
    struct fixture f;
    (void)state;

    set_up(&f, &server, NULL);
    ask_for(&f, "a:b=c");
    assert_int_equal(sg_rmi_peer_start(f.peer, f.plan,
                         sg_clock_monotonic_ms(&sg_clock_system) + 60000, take, &result),
        0);
    sg_transport_run(f.transport, &stopping);
    assert_int_equal(result.n, 0);
    tear_down(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poll_reads_names_and_patterns),
        cmocka_unit_test(test_poll_without_attributes_asks_which_there_are),
        cmocka_unit_test(test_polls_keep_the_connection),
        cmocka_unit_test(test_poll_sends_32_calls_ahead),
        cmocka_unit_test(test_stub_host_is_not_followed),
        cmocka_unit_test(test_stub_host_is_followed_where_that_is_set),
        cmocka_unit_test(test_absent_name_is_asked_for_its_existence),
        cmocka_unit_test(test_unsendable_attribute_costs_itself),
        cmocka_unit_test(test_mbean_that_fails_is_asked_one_by_one),
        cmocka_unit_test(test_client_that_is_gone_is_made_again),
        cmocka_unit_test(test_closed_connection_is_made_again),
        cmocka_unit_test(test_faults_have_their_kind_and_advice),
        cmocka_unit_test(test_fault_silence_ends_at_the_deadline),
        cmocka_unit_test(test_fault_mbean_that_hangs_is_named),
        cmocka_unit_test(test_fault_closed_port_is_told),
        cmocka_unit_test(test_attributes_are_known_until_a_poll_has_ended_well),
        cmocka_unit_test(test_hostile_drip_ends_at_the_deadline),
        cmocka_unit_test(test_hostile_reply_without_end_is_cut),
        cmocka_unit_test(test_hostile_answer_is_limited),
        cmocka_unit_test(test_password_is_not_sent_without_the_tls_that_is_configured),
        cmocka_unit_test(test_connection_cut_at_every_byte_ends),
        cmocka_unit_test(test_stopping_ends_without_a_reply),
    };
    return cmocka_run_group_tests_name("rmi_peer", tests, NULL, NULL);
}
