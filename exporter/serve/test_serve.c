/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/accept.h"
#include "serve/listen.h"
#include "test.h"

#include <unistd.h>

static void test_accept_gzip_follows_quality_values(void **state)
{
    static const struct {
        const char *header;
        bool expected;
    } cases[] = {
        { NULL, false },
        { "", false },
        { "gzip", true },
        { "GZIP", true },
        { "deflate, gzip;q=0.5", true },
        { "gzip;q=0", false },
        { "gzip; q=0.000, *", false },
        { "*", true },
        { "*;q=0", false },
        { "identity", false },
        { "gzipped", false },
        { ",,;;q=,gzip", true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sg_accepts_gzip(cases[i].header), cases[i].expected);
}

static void test_listen_addresses_are_checked(void **state)
{
    static const char *const good[] = { ":9308", "127.0.0.1:9308", "[::1]:9308", "localhost:0" };
    static const char *const bad[] = { "", "9308", ":x", ":70000", ":-1", "::1:9308",
        "h:", "h: 1" };
    struct sg_error err;
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(sg_listen_check(good[i], &err), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sg_listen_check(bad[i], &err), SG_LISTEN_E_ADDRESS);
}

static void test_listen_unusable_address_says_why(void **state)
{
    struct sg_error err;
    int fd = -1;
    (void)state;

    assert_int_equal(sg_listen_open("192.0.2.1:9308", &fd, &err), SG_LISTEN_E_BIND);
    assert_string_equal(
        err.text, "cannot listen on 192.0.2.1:9308: Cannot assign requested address");
    assert_int_equal(sg_listen_open("127.0.0.1:0", &fd, &err), 0);
    (void)close(fd);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_gzip_follows_quality_values),
        cmocka_unit_test(test_listen_addresses_are_checked),
        cmocka_unit_test(test_listen_unusable_address_says_why),
    };
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
