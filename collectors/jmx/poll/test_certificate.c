/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/poll/certificate.h"
#include "test.h"

static void test_end_of_each_tls_library_is_read(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_s;
    } cases[] = {
        { "Dec  1 12:00:00 2027 GMT", 1827662400 }, /* OpenSSL */
        { "2027-12-01 12:00:00 GMT", 1827662400 },  /* GnuTLS */
        { "Jan 19 03:14:08 2038 GMT", 2147483648 },
        { "", 0 },
        { "Bad time value", 0 },
        { "never, as far as anybody knows who has ever looked at one of these certificates", 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sg_certificate_end_read(cases[i].text), cases[i].unix_s);
}

static void test_end_without_an_exchange_is_not_known(void **state)
{
    CURL *easy = curl_easy_init();
    (void)state;

    assert_non_null(easy);
    assert_int_equal(sg_certificate_end(easy), 0);
    curl_easy_cleanup(easy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_of_each_tls_library_is_read),
        cmocka_unit_test(test_end_without_an_exchange_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
