/* SPDX-License-Identifier: Apache-2.0 */

/* When racks are requested. */

#include "admin/ask/read_racks.h"
#include "admin/model/test_one_partition.h"
#include "test.h"

static void test_racks_are_requested_seldom_unless_a_broker_is_new(void **state)
{
    struct sg_racks_turn turn = { .asked = false };
    struct sg_topology *topology = NULL;
    struct sg_filter *all = NULL;
    struct sg_racks *racks = NULL;
    (void)state;

    assert_int_equal(sg_filter_new(NULL, NULL, &all, NULL), 0);
    assert_int_equal(sg_topology_new(&one_partition, all, 10, &topology), 0);
    assert_int_equal(sg_racks_new(&racks), 0);
    assert_true(sg_racks_are_due(&turn, racks, topology, 0));
    turn = (struct sg_racks_turn){ .asked = true, .asked_ms = 1000 };
    assert_false(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_RETRY_MS - 1));
    assert_true(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_RETRY_MS));
    turn.answered = true;
    assert_true(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_RETRY_MS));
    assert_int_equal(sg_racks_set(racks, 1, NULL), 0);
    turn.answered = false;
    assert_true(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_RETRY_MS));
    turn.answered = true;
    assert_false(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_EVERY_MS - 1));
    assert_true(sg_racks_are_due(&turn, racks, topology, 1000 + SG_RACKS_EVERY_MS));
    (void)sg_racks_free(racks);
    (void)sg_topology_unref(topology);
    (void)sg_filter_free(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_racks_are_requested_seldom_unless_a_broker_is_new),
    };
    return cmocka_run_group_tests_name("read_racks", tests, NULL, NULL);
}
