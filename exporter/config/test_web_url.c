/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web_url.h"
#include "test.h"

static void test_external_url_and_prefix_are_as_prometheus_has_them(void **state)
{
    static const struct {
        const char *url, *prefix;
        const char *expected_prefix, *scheme, *host, *path; /* expected_prefix NULL: refused */
    } cases[] = {
        { NULL, NULL, "", NULL, "", "" },
        { "https://sg.example/kafka/", NULL, "/kafka", "https", "sg.example", "/kafka" },
        { "http://h:9308", NULL, "", "http", "h:9308", "" },
        { "https://sg.example/a/b", "/", "", "https", "sg.example", "/a/b" },
        { "https://sg.example/a", "b/c/", "/b/c", "https", "sg.example", "/a" },
        { NULL, "/kafka", "/kafka", NULL, "", "" },
        { "sg.example/kafka", NULL, NULL, NULL, NULL, NULL },
        { "ftp://h/", NULL, NULL, NULL, NULL, NULL },
        { "https://user@h/", NULL, NULL, NULL, NULL, NULL },
        { "https://u:hunter2@h/", NULL, NULL, NULL, NULL, NULL },
        { "https://u:hun?hunter2/@h/", NULL, NULL, NULL, NULL, NULL },
        { "u:hunter2@h", NULL, NULL, NULL, NULL, NULL },
        { "https://h/a?b=hunter2", NULL, NULL, NULL, NULL, NULL },
        { "https://h/a%20b", NULL, NULL, NULL, NULL, NULL },
        { "https:///a", NULL, NULL, NULL, NULL, NULL },
        { NULL, "/a\"><b", NULL, NULL, NULL, NULL },
        { NULL, "/a/../b", NULL, NULL, NULL, NULL },
        { NULL, "/a//b", NULL, NULL, NULL, NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_web_urls urls;
        struct sg_error err = { "" };
        int r = sg_web_urls_read(cases[i].url, cases[i].prefix, &urls, &err);
        assert_int_equal(r, cases[i].expected_prefix ? 0 : SG_WEB_URL_E_BAD);
        if (r) {
            assert_non_null(strstr(err.text, "--web."));
            assert_null(strstr(err.text, "hun"));
            continue;
        }
        assert_string_equal(urls.prefix, cases[i].expected_prefix);
        assert_string_equal(urls.host, cases[i].host);
        assert_string_equal(urls.path, cases[i].path);
        if (cases[i].scheme)
            assert_string_equal(urls.scheme, cases[i].scheme);
        else
            assert_null(urls.scheme);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external_url_and_prefix_are_as_prometheus_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
