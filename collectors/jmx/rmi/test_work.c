/* SPDX-License-Identifier: Apache-2.0 */

/* What is remembered from poll to poll, and that a server cannot make it grow. */

#include "jmx/rmi/test_vectors.h"
#include "jmx/rmi/work.h"
#include "test.h"

#include <stdlib.h>

enum {
    NAME_BYTES = 20000,
    MAX_BYTES = 30000, /* one such name and its answers, not two */
};

static char names[2][NAME_BYTES + 1]; /* plans borrow them */

static struct sg_poll_plan *plan;
static struct sg_rmi_work work;

static int set_up(void **state)
{
    static const char *const attributes[] = { "Int" };
    (void)state;

    sg_rmi_work_init(&work);
    assert_int_equal(sg_poll_plan_new(&plan), 0);
    for (int i = 0; i < 2; i++) {
        (void)memset(names[i], 'x', NAME_BYTES);
        (void)memcpy(names[i], "a:b=", 4);
        names[i][NAME_BYTES - 1] = (char)('1' + i);
        const struct sg_poll_request request = {
            .mbean = names[i], .n_attributes = 1, .attributes = attributes
        };
        assert_int_equal(sg_poll_plan_add(plan, &request), 0);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sg_rmi_work_done(&work);
    plan = sg_poll_plan_free(plan);
    return 0;
}

static void begin(void)
{
    static const struct sg_rmi_obj_id nobody = { { 0 } };
    struct sg_buf out;

    assert_int_equal(sg_rmi_work_begin(&work, plan, MAX_BYTES), 0);
    sg_buf_init(&out, 1 << 20);
    while (sg_rmi_work_send(&work, &nobody, &out))
        ;
    sg_buf_done(&out);
}

static void take(const char *name)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes bytes = vector(vector_files[0], name, "reply");

    read_whole(&reply, bytes);
    assert_int_equal(sg_rmi_work_take(&work, &reply, SG_STR("")), 0);
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
}

static void test_names_that_fail_are_remembered_up_to_the_limit(void **state)
{
    (void)state;

    begin();
    for (int i = 0; i < 2; i++)
        take("error: getter throws");
    assert_int_equal(work.n, 3);
    begin();
    assert_int_equal(work.n, 2);
    assert_int_equal(work.items[0].call, SG_RMI_CALL_READ_ONE);
    assert_int_equal(work.items[1].call, SG_RMI_CALL_READ);
    assert_true(work.n_remembered <= MAX_BYTES);
}

/* There is no room for the second one: it is asked for again, and not whether it exists. */
static void test_names_that_are_absent_are_remembered_up_to_the_limit(void **state)
{
    (void)state;

    begin();
    for (int i = 0; i < 2; i++)
        take("error: no MBean");
    assert_true(sg_rmi_work_is_done(&work));
    begin();
    assert_int_equal(work.items[0].call, SG_RMI_CALL_EXISTS);
    assert_int_equal(work.items[1].call, SG_RMI_CALL_READ);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_names_that_fail_are_remembered_up_to_the_limit),
        TEST(test_names_that_are_absent_are_remembered_up_to_the_limit),
    };
    return cmocka_run_group_tests_name("rmi_work", tests, NULL, NULL);
}
