/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/test_fixture.h"
#include "test.h"

#include <jansson.h>
#include <stdlib.h>

static const char two_lanes[] = "requests:\n"
                                "  - { mbean: 'k:type=A,*', attributes: [Value] }\n"
                                "  - { mbean: 'k:type=B,*', slow: true }\n"
                                "  - { mbean: 'k:type=C', slow: false }\n"
                                "rules: [{}]\n";

static struct sg_poll_plan *new_plan(const struct sg_rules *rules, enum sg_lane lane)
{
    struct sg_poll_plan *plan = NULL;

    assert_int_equal(sg_rules_plan_new_lane(rules, lane, &plan), 0);
    return plan;
}

static void test_lanes_share_the_requests(void **state)
{
    struct sg_rules *rules = fixture_rules(two_lanes);
    struct sg_poll_plan *fast = new_plan(rules, SG_LANE_FAST);
    struct sg_poll_plan *slow = new_plan(rules, SG_LANE_SLOW);
    (void)state;

    assert_int_equal(fast->n, 2);
    assert_string_equal(fast->requests[0].mbean, "k:type=A,*");
    assert_string_equal(fast->requests[1].mbean, "k:type=C");
    assert_int_equal(slow->n, 1);
    assert_string_equal(slow->requests[0].mbean, "k:type=B,*");
    char *body = NULL;
    assert_int_equal(sg_request_body(fast, NULL, &body), 0);
    assert_null(strstr(body, "k:type=B"));
    free(body);
    (void)sg_poll_plan_free(fast);
    (void)sg_poll_plan_free(slow);
    (void)sg_rules_free(rules);
}

static void test_lanes_what_is_no_request_is_fast(void **state)
{
    static const char *const texts[] = { "rules: [{}]\n",
        "includeObjectNames: ['k:*']\nrules: [{}]\n" };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct sg_rules *rules = fixture_rules(texts[i]);
        struct sg_poll_plan *fast = new_plan(rules, SG_LANE_FAST);
        struct sg_poll_plan *slow = new_plan(rules, SG_LANE_SLOW);
        assert_int_equal(fast->n, 1);
        assert_int_equal(slow->n, 0);
        (void)sg_poll_plan_free(fast);
        (void)sg_poll_plan_free(slow);
        (void)sg_rules_free(rules);
    }
}

static void test_body_for_target_is_in_every_request(void **state)
{
    const struct sg_request_target target = { "service:jmx:x", "u", "p\"w" };
    struct sg_rules *rules = fixture_rules(two_lanes);
    struct sg_poll_plan *plan = new_plan(rules, SG_LANE_FAST);
    char *body = NULL;
    json_t *element;
    size_t i;
    (void)state;

    assert_int_equal(sg_request_body(plan, &target, &body), 0);
    json_t *bulk = json_loads(body, 0, NULL);
    assert_int_equal(json_array_size(bulk), 2);
    json_array_foreach(bulk, i, element)
    {
        const json_t *json = json_object_get(element, "target");
        assert_string_equal(json_string_value(json_object_get(json, "url")), "service:jmx:x");
        assert_string_equal(json_string_value(json_object_get(json, "user")), "u");
        assert_string_equal(json_string_value(json_object_get(json, "password")), "p\"w");
        assert_string_equal(
            json_string_value(json_object_get(element, "mbean")), plan->requests[i].mbean);
        const json_t *config = json_object_get(element, "config");
        static const char *const no_limit[] = { "maxCollectionSize", "maxDepth", "maxObjects" };
        for (size_t j = 0; j < sizeof no_limit / sizeof no_limit[0]; j++) {
            assert_true(json_is_integer(json_object_get(config, no_limit[j])));
            assert_int_equal(json_integer_value(json_object_get(config, no_limit[j])), 0);
        }
        assert_string_equal(json_string_value(json_object_get(config, "serializeLong")), "number");
    }
    json_decref(bulk);
    free(body);

    assert_int_equal(sg_request_body(plan, &(struct sg_request_target){ .url = "y" }, &body), 0);
    assert_null(strstr(body, "user"));
    free(body);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes_share_the_requests),
        cmocka_unit_test(test_lanes_what_is_no_request_is_fast),
        cmocka_unit_test(test_body_for_target_is_in_every_request),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
