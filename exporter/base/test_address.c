/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"
#include "test.h"

#include <string.h>

static void test_servers_that_can_work_are_taken(void **state)
{
    static const char *const good[] = {
        "localhost",
        "h1:9092,h2:9092",
        "h1:9092, h2:9092 ,",
        "[::1]:9092",
        "[fe80::1%eth0]",
        "SSL://h:9093,sasl_plaintext://[::1]:1",
    };
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(sg_address_check_servers(good[i], &err), 0);
}

static void test_servers_that_cannot_work_are_told_why(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "it has no server" },
        { " , ", "it has no server" },
        { "h1:9092;h2:9092", "servers are separated by commas" },
        { "h1:9092 h2:9092", "servers are separated by commas" },
        { "h:abc", "a port must be a number from 1 to 65535" },
        { "h:99999", "a port must be a number from 1 to 65535" },
        { "h:0", "a port must be a number from 1 to 65535" },
        { "h:", "a port must be a number from 1 to 65535" },
        { "::1", "an IPv6 address needs brackets" },
        { "a:1,::1:9092", "\"::1:9092\": an IPv6 address needs brackets" },
        { "[::1]9092", "expected a port after ]" },
        { ":9092", "has no host" },
        { "http://h:9092", "without a path or http://" },
        { "h/kafka", "a server must not have a path" },
        { "h:1/kafka", "a port must be a number" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_error err = { "" };
        assert_int_equal(sg_address_check_servers(cases[i].text, &err), SG_ADDRESS_E_WRONG);
        if (!strstr(err.text, cases[i].part))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err.text, cases[i].part);
    }
}

static void test_address_is_taken_apart(void **state)
{
    struct sg_address address;
    (void)state;

    assert_int_equal(sg_address_parse(":9308", &address, NULL), 0);
    assert_string_equal(address.host, "");
    assert_int_equal(address.port, 9308);
    assert_int_equal(sg_address_parse("[::]:0", &address, NULL), 0);
    assert_string_equal(address.host, "::");
    assert_int_equal(address.port, 0);
    assert_int_equal(sg_address_parse("9308", &address, NULL), 0);
    assert_int_equal(address.port, -1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_is_taken_apart),
        cmocka_unit_test(test_servers_that_can_work_are_taken),
        cmocka_unit_test(test_servers_that_cannot_work_are_told_why),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
