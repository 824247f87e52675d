/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/peer.h"
#include "jmx/jolokia/test_agent.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

static const char good_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";

/* ---- What was replied ---- */

struct result {
    int n;
    bool ok;
    enum sg_failure_kind kind;
    size_t body_len;
    struct sg_error err;
    char advice[200];
    int *order; /* counts the replies */
    int place;
};

static void take(void *context, const struct sg_reply *reply)
{
    struct result *result = context;

    result->n++;
    result->ok = reply->ok;
    result->kind = reply->kind;
    (void)snprintf(result->advice, sizeof result->advice, "%s", reply->advice);
    result->body_len = reply->body_len;
    result->err = *reply->err;
    if (result->order)
        result->place = ++*result->order;
}

static struct sg_peer *new_peer(struct sg_transport *transport, const char *url)
{
    struct sg_peer *peer = NULL;
    struct sg_error err = { "" };

    if (sg_peer_new(transport, &(struct sg_peer_options){ .url = url }, &peer, &err))
        fail_msg("%s", err.text);
    return peer;
}

static int64_t in_ms(int ms)
{
    return sg_clock_monotonic_ms(&sg_clock_system) + ms;
}

static const atomic_bool going_on = false;

/* One exchange with one agent, which has 5 seconds, or the given time. */
static struct result exchange(const char *url, int ms)
{
    struct sg_transport *transport = NULL;
    struct result result = { .n = 0 };

    assert_int_equal(sg_transport_new(&sg_clock_system, &transport), 0);
    struct sg_peer *peer = new_peer(transport, url);
    assert_int_equal(sg_peer_start(peer, SG_STR("[5]"), in_ms(ms), take, &result), 0);
    sg_transport_run(transport, &going_on);
    assert_int_equal(result.n, 1);
    (void)sg_peer_free(peer);
    (void)sg_transport_free(transport);
    return result;
}

static struct result exchange_with(const char *answer, bool endless)
{
    struct agent agent;

    start_agent(&agent, answer, endless);
    struct result result = exchange(agent.url, 5000);
    stop_agent(&agent);
    return result;
}

/* ---- Tests ---- */

static void test_exchange_sends_what_agents_need(void **state)
{
    struct agent agent;
    struct sg_transport *transport = NULL;
    struct sg_peer *peer = NULL;
    struct result result = { .n = 0 };
    (void)state;

    start_agent(&agent, good_answer, false);
    assert_int_equal(sg_transport_new(&sg_clock_system, &transport), 0);
    const struct sg_peer_options options = {
        .url = agent.url, .username = "monitor", .password = "secret"
    };
    assert_int_equal(sg_peer_new(transport, &options, &peer, NULL), 0);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(sg_peer_start(peer, SG_STR("[5]"), in_ms(5000), take, &result), 0);
        sg_transport_run(transport, &going_on);
        assert_int_equal(result.n, i);
        assert_true(result.ok);
        assert_int_equal(result.body_len, 2);
    }
    (void)sg_peer_free(peer);
    (void)sg_transport_free(transport);
    stop_agent(&agent);

    assert_int_equal(agent.n_requests, 3);
    assert_int_equal(agent.n_connections, 1);                              /* kept alive */
    assert_non_null(strstr(agent.request, "POST /jolokia/ HTTP/1.1\r\n")); /* slash added */
    assert_non_null(strstr(agent.request, "Content-Type: application/json; charset=utf-8\r\n"));
    assert_non_null(strstr(agent.request, "Authorization: Basic bW9uaXRvcjpzZWNyZXQ=\r\n"));
    assert_null(strstr(agent.request, "Expect:"));
    assert_non_null(strstr(agent.request, "\r\n\r\n[5]"));
}

static void test_exchange_bad_status_has_its_kind(void **state)
{
    static const struct {
        const char *answer;
        enum sg_failure_kind kind;
        const char *part;
        const char *advice;
    } cases[] = {
        { "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n", SG_FAILURE_AUTH, "password_file",
            "set \"username\" and \"password_file\" to those of the agent" },
        { "HTTP/1.1 403 x\r\nContent-Length: 3\r\n\r\nno!", SG_FAILURE_DENIED, "no!", "" },
        { "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n", SG_FAILURE_HTTP, "agentContext", "" },
        { "HTTP/1.1 400 x\r\nContent-Length: 7\r\n\r\n400\r\n\r\n", SG_FAILURE_HTTP, "status 400",
            "" },
        { "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"r\"\r\nContent-Length: 0\r\n\r\n",
            SG_FAILURE_AUTH, "(WWW-Authenticate: Bearer realm=\"r\"); only basic",
            "only basic authentication can be given, with \"username\" and \"password_file\"" },
        { "HTTP/1.1 302 x\r\nLocation: https://h:1/j/?token=s3cret\r\nContent-Length: 0\r\n\r\n",
            SG_FAILURE_HTTP,
            "status 302, it redirects to https://h:1/j/?(hidden); set that as the URL",
            "set that as the URL" },
        { "HTTP/1.1 308 x\r\nLocation: https://h:1/j/\r\nContent-Length: 0\r\n\r\n",
            SG_FAILURE_HTTP, "status 308, it redirects to https://h:1/j/; set that as the URL",
            "set that as the URL" },
        { "HTTP/1.1 307 x\r\nContent-Length: 0\r\n\r\n", SG_FAILURE_HTTP,
            "status 307, a redirect without a Location", "" },
        { "SSH-2.0-x\r\n\r\n", SG_FAILURE_HTTP, "", "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result result = exchange_with(cases[i].answer, false);
        assert_false(result.ok);
        if (result.kind != cases[i].kind || !strstr(result.err.text, cases[i].part) ||
            strcmp(result.advice, cases[i].advice) != 0)
            fail_msg(
                "%s: %s (%s)", sg_failure_kind_text(result.kind), result.err.text, result.advice);
    }
}

static void test_exchange_refused_connection_is_connect(void **state)
{
    struct agent agent;
    (void)state;

    start_agent(&agent, good_answer, false);
    stop_agent(&agent);
    struct result result = exchange(agent.url, 5000);
    assert_int_equal(result.kind, SG_FAILURE_CONNECT);
    assert_non_null(strstr(result.err.text, "is the process up"));
    assert_string_equal(
        result.advice, "is the process up, and does its Jolokia agent listen there?");
}

/* A plain-text agent takes the first bytes of TLS for the start of a request and never answers. */
static void test_exchange_tls_where_it_is_not_spoken_ends_in_time(void **state)
{
    struct agent agent;
    char url[80];
    (void)state;

    start_agent(&agent, good_answer, false);
    (void)snprintf(url, sizeof url, "https%.60s", agent.url + 4);
    struct result result = exchange(url, 200);
    stop_agent(&agent);
    assert_int_equal(result.kind, SG_FAILURE_TLS);
    assert_non_null(strstr(result.err.text, "does not speak TLS there, use http://"));
    assert_non_null(strstr(result.advice, "use http://"));
}

static void test_exchange_headers_without_end_are_no_agent(void **state)
{
    static char answer[400000];
    size_t n = 0;
    (void)state;

    n += (size_t)snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\n");
    while (n + 200 < sizeof answer)
        n += (size_t)snprintf(answer + n, sizeof answer - n, "X-%0100d: x\r\n", 1);
    struct result result = exchange_with(answer, false);
    assert_int_equal(result.kind, SG_FAILURE_HTTP);
    assert_null(strstr(result.err.text, "is the process up"));
    assert_string_equal(result.advice, "");
}

static void test_exchange_host_that_is_unknown_is_reported(void **state)
{
    (void)state;

    struct result result = exchange("http://nowhere.invalid:1/jolokia/", 5000);
    assert_int_equal(result.kind, SG_FAILURE_CONNECT);
    assert_non_null(strstr(result.advice, "is the host's name right"));
}

/* The token is sent to the agent, and is in no message. */
static void test_exchange_token_in_the_url_is_not_shown(void **state)
{
    struct agent agent;
    char url[120];
    (void)state;

    start_agent(&agent, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", false);
    (void)snprintf(url, sizeof url, "%.60s?token=s3cret", agent.url);
    struct result result = exchange(url, 5000);
    stop_agent(&agent);
    assert_non_null(strstr(agent.request, "POST /jolokia/?token=s3cret HTTP/1.1\r\n"));
    assert_null(strstr(result.err.text, "s3cret"));
    assert_non_null(strstr(result.err.text, "/jolokia/?(hidden): status 500"));
}

static void test_exchange_endless_answer_ends_at_the_cap(void **state)
{
    (void)state;
    struct result result = exchange_with("HTTP/1.1 200 OK\r\n\r\n", true);
    assert_int_equal(result.kind, SG_FAILURE_LIMIT);
    assert_non_null(strstr(result.err.text, "larger than 67108864 bytes"));
}

static void test_run_silent_agent_costs_only_itself(void **state)
{
    struct agent agents[3];
    struct sg_peer *peers[3];
    struct result results[3];
    struct sg_transport *transport = NULL;
    int order = 0;
    (void)state;

    assert_int_equal(sg_transport_new(&sg_clock_system, &transport), 0);
    for (int i = 0; i < 3; i++) {
        results[i] = (struct result){ .order = &order };
        start_agent(&agents[i], i == 1 ? NULL : good_answer, false);
        peers[i] = new_peer(transport, agents[i].url);
        assert_int_equal(sg_peer_start(peers[i], SG_STR("[5]"), in_ms(300), take, &results[i]), 0);
    }
    sg_transport_run(transport, &going_on);
    assert_true(results[0].ok && results[2].ok);
    assert_int_equal(results[1].kind, SG_FAILURE_TIMEOUT);
    assert_int_equal(results[1].place, 3); /* the others did not wait for it */
    assert_non_null(strstr(results[1].err.text, "no complete answer within"));
    for (int i = 0; i < 3; i++)
        (void)sg_peer_free(peers[i]);
    (void)sg_transport_free(transport);
    for (int i = 0; i < 3; i++)
        stop_agent(&agents[i]);
}

static void test_run_stopping_ends_without_replies(void **state)
{
    static const atomic_bool stopping = true;
    struct agent agent;
    struct sg_transport *transport = NULL;
    struct result result = { .n = 0 };
    (void)state;

    start_agent(&agent, NULL, false);
    assert_int_equal(sg_transport_new(&sg_clock_system, &transport), 0);
    struct sg_peer *peer = new_peer(transport, agent.url);
    assert_int_equal(sg_peer_start(peer, SG_STR("[5]"), in_ms(60000), take, &result), 0);
    sg_transport_run(transport, &stopping);
    assert_int_equal(result.n, 0);
    (void)sg_peer_free(peer);
    (void)sg_transport_free(transport);
    stop_agent(&agent);
}

static void test_peer_bad_urls_refused_and_secrets_hidden(void **state)
{
    static const char *const bad[] = { "", "ftp://h/", "http://", "h:8778/jolokia/",
        "http://[::1" };
    struct sg_transport *transport = NULL;
    struct sg_peer *peer = NULL;
    (void)state;

    assert_int_equal(sg_transport_new(&sg_clock_system, &transport), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sg_error err = { "" };
        assert_int_equal(
            sg_peer_new(transport, &(struct sg_peer_options){ .url = bad[i] }, &peer, &err),
            SG_PEER_E_URL);
        assert_non_null(strstr(err.text, "Jolokia URL"));
    }
    (void)sg_transport_free(transport);

    struct result result = exchange("http://user:hush@127.0.0.1:1/jolokia/", 5000);
    assert_null(strstr(result.err.text, "hush"));
    assert_non_null(strstr(result.err.text, "http://127.0.0.1:1/jolokia/"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange_sends_what_agents_need),
        cmocka_unit_test(test_exchange_bad_status_has_its_kind),
        cmocka_unit_test(test_exchange_refused_connection_is_connect),
        cmocka_unit_test(test_exchange_headers_without_end_are_no_agent),
        cmocka_unit_test(test_exchange_host_that_is_unknown_is_reported),
        cmocka_unit_test(test_exchange_tls_where_it_is_not_spoken_ends_in_time),
        cmocka_unit_test(test_exchange_token_in_the_url_is_not_shown),
        cmocka_unit_test(test_exchange_endless_answer_ends_at_the_cap),
        cmocka_unit_test(test_run_silent_agent_costs_only_itself),
        cmocka_unit_test(test_run_stopping_ends_without_replies),
        cmocka_unit_test(test_peer_bad_urls_refused_and_secrets_hidden),
    };
    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
