/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/test_page.h"

static void test_export_info_has_what_is_known_of_a_group(void **state)
{
    struct page page;
    (void)state;

    page_init(&page);
    struct sg_group *group = add_group(&page.groups, "g", RD_KAFKA_CONSUMER_GROUP_STATE_STABLE);
    group->type = SG_GROUP_CLASSIC;
    group->coordinator = 2;
    assert_int_equal(sg_group_set_protocol(&page.groups, 0, SG_STR("range")), 0);
    add_group(&page.groups, "s", RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN)->type = SG_GROUP_SHARE;
    char *text = page_text(&page);
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"g\",type=\"classic\","
                      "protocol=\"range\",coordinator=\"2\"} 1");
    assert_line(text, "kafka_consumergroup_info{consumergroup=\"s\",type=\"share\"} 1");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_info_has_what_is_known_of_a_group),
    };
    return cmocka_run_group_tests_name("export_groups", tests, NULL, NULL);
}
