/* SPDX-License-Identifier: Apache-2.0 */

/* What a request to forget a broker may say. */

#include "serve/pages.h"
#include "serve/test_mhd.h"
#include "test.h"

struct fixture {
    struct sg_cluster *cluster;
    struct sg_roster *roster;
};

static int set_up(void **state)
{
    static struct fixture f;

    assert_int_equal(sg_cluster_new("c", &f.cluster), 0);
    assert_int_equal(sg_cluster_set_broker(f.cluster, 1, "h", 9092, false), 0);
    assert_int_equal(sg_roster_new(&f.roster), 0);
    assert_int_equal(sg_roster_set(f.roster, &f.cluster, 1, "kafka_cluster", "", NULL), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    f->roster = sg_roster_free(f->roster);
    f->cluster = sg_cluster_unref(f->cluster);
    return 0;
}

/* @return the status; connection has the answer */
static unsigned forget(
    const struct fixture *f, const struct sg_query *query, struct MHD_Connection *connection)
{
    const struct sg_serve_config config = { .roster = f->roster };

    *connection = connection_from(1);
    struct sg_request *request = sg_request_new(connection, NULL);
    assert_non_null(request);
    request->query = *query;
    assert_int_equal(sg_pages_forget(&config, request), MHD_YES);
    (void)sg_request_free(request);
    return connection->status;
}

#define OF_ONE          \
    { "cluster", "c" }, \
    {                   \
        "broker", "1"   \
    }

static void test_forget_has_no_other_parameters(void **state)
{
    static const struct {
        struct sg_query query;
        const char *text;
    } cases[] = {
        { { 3, { OF_ONE, { "collect[]", "admin" } } },
            "unknown parameter \"collect[]\"; only cluster and broker are known\n" },
        { { 3, { { "exclude[]", "admin" }, OF_ONE } },
            "unknown parameter \"exclude[]\"; only cluster and broker are known\n" },
        { { 3, { OF_ONE, { "broker", "1" } } }, "broker: given twice\n" },
        { { 1, { { "broker", "1" } } }, "cluster is missing: ?cluster=NAME&broker=ID\n" },
        { { 1, { { "cluster", "c" } } }, "broker is missing: ?cluster=NAME&broker=ID\n" },
    };
    static const struct sg_query good = { 2, { OF_ONE } };
    struct MHD_Connection connection;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(forget(*state, &cases[i].query, &connection), MHD_HTTP_BAD_REQUEST);
        assert_string_equal(connection.body, cases[i].text);
    }
    assert_int_equal(forget(*state, &good, &connection), MHD_HTTP_OK); /* it is still known */
    assert_int_equal(forget(*state, &good, &connection), MHD_HTTP_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forget_has_no_other_parameters, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
