/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/proxy.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <jansson.h>
#include <stdlib.h>

static bool version_says_yes(const char *fixture)
{
    size_t len;
    char *body = fixture_read(fixture, &len);
    bool yes = sg_proxy_version_says_yes(body, len);
    free(body);
    return yes;
}

static bool probe_says_yes(const char *fixture, struct sg_error *err)
{
    size_t len;
    char *body = fixture_read(fixture, &len);
    bool yes = sg_proxy_probe_says_yes(body, len, err);
    free(body);
    return yes;
}

static void test_version_names_the_proxy_since_2_0(void **state)
{
    (void)state;
    assert_true(version_says_yes("jolokia/version-2.2.9.json"));
    assert_true(version_says_yes("jolokia/version-2.6.0.json"));
    assert_false(version_says_yes("jolokia/version-1.7.2.json"));
    assert_false(version_says_yes("jolokia/policy-denied-2.6.0.json"));
}

static void test_probe_wants_an_error_from_the_target(void **state)
{
    struct sg_error err = { "" };
    (void)state;

    assert_true(probe_says_yes("jolokia/proxy-dead-target-2.2.9.json", &err));
    assert_true(probe_says_yes("jolokia/proxy-dead-target-2.6.0.json", &err));
    assert_false(probe_says_yes("jolokia/proxy-not-supported-1.7.2.json", &err));
    assert_non_null(strstr(err.text, "ignores the target"));
}

/* A denial is a proof only when it is about the target: an agent without proxy has policies too. */
static void test_probe_denied_is_a_yes_only_for_the_target(void **state)
{
    static const struct {
        const char *answer;
        bool yes;
    } cases[] = {
        { "[{\"status\":403,\"error\":\"Target URL "
          "service:jmx:rmi:///jndi/rmi://127.0.0.1:1/jmxrmi "
          "is not allowed by configuration\"}]",
            true },
        { "[{\"status\":403,\"error\":\"Reading attribute Verbose is forbidden\"}]", false },
        { "[{\"status\":404,\"error\":\"no such MBean\"}]", false },
        { "{\"status\":500,\"error\":\"not a bulk\"}", false },
        { "[]", false },
        { "[", false },
        { "", false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_error err = { "" };
        bool yes = sg_proxy_probe_says_yes(cases[i].answer, strlen(cases[i].answer), &err);
        if (yes != cases[i].yes || yes == (err.text[0] != '\0'))
            fail_msg("%s: %d, %s", cases[i].answer, yes, err.text);
    }
}

static void test_requests_are_json(void **state)
{
    json_t *version =
        json_loadb(sg_proxy_version_request.ptr, sg_proxy_version_request.len, 0, NULL);
    json_t *probe = json_loadb(sg_proxy_probe_request.ptr, sg_proxy_probe_request.len, 0, NULL);
    (void)state;

    assert_string_equal(json_string_value(json_object_get(version, "type")), "version");
    assert_non_null(json_object_get(json_array_get(probe, 0), "target"));
    json_decref(version);
    json_decref(probe);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_names_the_proxy_since_2_0),
        cmocka_unit_test(test_probe_wants_an_error_from_the_target),
        cmocka_unit_test(test_probe_denied_is_a_yes_only_for_the_target),
        cmocka_unit_test(test_requests_are_json),
    };
    return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
