/* SPDX-License-Identifier: Apache-2.0 */

/* The paths of the JSON for programs, through the table of routes. */

#include "serve/routes.h"
#include "serve/test_mhd.h"
#include "test.h"
#include "watch/test_watched.h"

static struct MHD_Connection connection;

/* @return the status; `connection` has the answer */
static unsigned ask_as(
    struct watched *w, const char *method, const char *path, const struct sg_query *query)
{
    const struct sg_serve_config config = { .telemetry_path = "/metrics",
        .store = w->store,
        .roster = w->roster,
        .watch = w->watch,
        .clock = &test_clock };

    connection = connection_from(1);
    struct sg_request *request = sg_request_new(&connection, NULL);
    assert_non_null(request);
    request->method = method;
    request->path = request->route = path;
    if (query)
        request->query = *query;
    assert_int_equal(sg_routes_answer(&config, request), MHD_YES);
    (void)sg_request_free(request);
    return connection.status;
}

static unsigned ask(struct watched *w, const char *path)
{
    return ask_as(w, "GET", path, NULL);
}

static void collect(struct watched *w)
{
    watched_put(w, "kafka_consumergroup_status", "consumergroup=g status=ok", 1);
    watched_collect(w);
}

static void test_lists_are_json_and_so_are_their_errors(void **state)
{
    struct watched *w = *state;

    assert_int_equal(ask(w, "/api/v1/groups"), MHD_HTTP_SERVICE_UNAVAILABLE);
    assert_string_equal(
        connection.body, "{\"error\":true,\"message\":\"nothing has been collected yet\"}");
    collect(w);
    assert_int_equal(ask(w, "/api/v1/groups"), MHD_HTTP_OK);
    assert_non_null(strstr(connection.body, "\"group\":\"g\""));
    assert_non_null(strstr(connection.headers, "Content-Type: application/json\n"));
    assert_non_null(strstr(connection.headers, "Cache-Control: no-store\n"));
    assert_int_equal(ask_as(w, "HEAD", "/api/v1/groups", NULL), MHD_HTTP_OK);
    assert_int_equal(ask(w, "/api/v1/nothing"), MHD_HTTP_NOT_FOUND);
    assert_string_equal(connection.body, "{\"error\":true,\"message\":\"not found; there are "
                                         "/api/v1/clusters, brokers, topics, groups and events\"}");
    assert_non_null(strstr(connection.headers, "Content-Type: application/json\n"));
    assert_int_equal(ask_as(w, "POST", "/api/v1/groups", NULL), MHD_HTTP_METHOD_NOT_ALLOWED);
    assert_string_equal(
        connection.body, "{\"error\":true,\"message\":\"only GET and HEAD are served here\"}");
    assert_non_null(strstr(connection.headers, "Allow: GET, HEAD\n"));
    assert_int_equal(ask(w, "/api/v2/groups"), MHD_HTTP_NOT_FOUND);
    assert_non_null(strstr(connection.headers, "Content-Type: text/plain"));
}

static void test_parameters_are_strict(void **state)
{
    static const struct {
        struct sg_query query;
        unsigned status;
        const char *message;
    } cases[] = {
        { { 1, { { "group", "g" } } }, MHD_HTTP_OK, NULL },
        { { 1, { { "group", "x" } } }, MHD_HTTP_NOT_FOUND,
            "nothing of that name is known in the cluster" },
        { { 1, { { "sort", "x" } } }, MHD_HTTP_BAD_REQUEST,
            "unknown parameter; groups has cluster, group, q, state, limit and after" },
        { { 1, { { "limit", "0" } } }, MHD_HTTP_BAD_REQUEST, "limit must be from 1 to 1000000" },
        { { 1, { { "state", "sad" } } }, MHD_HTTP_BAD_REQUEST, "state cannot have this value" },
        { { 3, { { "q", "a" }, { "limit", "1" }, { "q", "b" } } }, MHD_HTTP_BAD_REQUEST,
            "q: given twice" },
    };
    char expected[200];

    collect(*state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ask_as(*state, "GET", "/api/v1/groups", &cases[i].query), cases[i].status);
        (void)snprintf(expected, sizeof expected, "{\"error\":true,\"message\":\"%s\"}",
            cases[i].message ? cases[i].message : "");
        if (cases[i].message)
            assert_string_equal(connection.body, expected);
    }
}

static void test_burrow_is_there_when_the_configuration_wants_it(void **state)
{
    struct watched *w = *state;

    collect(w);
    assert_int_equal(ask(w, "/v3/kafka"), MHD_HTTP_NOT_FOUND);
    assert_int_equal(ask(w, "/burrow/admin"), MHD_HTTP_NOT_FOUND);
    sg_roster_set_burrow(w->roster, true);
    assert_int_equal(ask(w, "/v3/kafka"), MHD_HTTP_OK);
    assert_non_null(strstr(connection.body, "\"clusters\":[\"<c>\"]"));
    assert_non_null(strstr(connection.body, "\"url\":\"/v3/kafka\""));
    assert_non_null(strstr(connection.headers, "Content-Type: application/json\n"));
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/g/status"), MHD_HTTP_OK);
    assert_int_equal(ask(w, "/v3/kafka/<c>/consumer/x/status"), MHD_HTTP_NOT_FOUND);
    assert_non_null(strstr(connection.body, "\"status\":\"NOTFOUND\""));
    assert_int_equal(ask(w, "/v3/kafka/<c>/nothing"), MHD_HTTP_NOT_FOUND);
    assert_string_equal(connection.body, "{\"error\":true,\"message\":\"invalid request type\"}");
    assert_int_equal(ask(w, "/burrow/admin"), MHD_HTTP_OK);
    assert_string_equal(connection.body, "GOOD");
    assert_int_equal(
        ask_as(w, "DELETE", "/v3/kafka/<c>/consumer/g", NULL), MHD_HTTP_METHOD_NOT_ALLOWED);
    assert_int_equal(ask(w, "/v3/kafkas"), MHD_HTTP_NOT_FOUND);
    assert_non_null(strstr(connection.headers, "Content-Type: text/plain"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, watched_set_up, watched_tear_down)
        TEST(test_lists_are_json_and_so_are_their_errors),
        TEST(test_parameters_are_strict),
        TEST(test_burrow_is_there_when_the_configuration_wants_it),
#undef TEST
    };

    return cmocka_run_group_tests_name("apis", tests, NULL, NULL);
}
