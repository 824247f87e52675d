/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "config/secret.h"
#include "config/test_load.h"
#include "temporary.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

/* Secrets, and a configuration without them. */

/* As editors on Windows write them. */
static void test_secret_file_without_mark_and_line_end(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *secret; /* NULL: an error */
    } cases[] = {
        { "\xEF\xBB\xBFsecret\r\n", 11, "secret" },
        { "secret\nmore", 11, "secret" },
        { "\xEF\xBB\xBF", 3, NULL },
        { "sec\0ret\n", 8, NULL },
        { "\xFF\xFEs\0e\0", 6, NULL },
        { "", 0, NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[TEMPORARY_BYTES];
        struct sg_error err = { "" };
        char *secret = NULL;

        temporary_file("", path);
        put_bytes(path, cases[i].bytes, cases[i].n);
        int r = sg_secret_read_file(path, &secret, &err);
        (void)unlink(path);
        if (cases[i].secret) {
            assert_int_equal(r, 0);
            assert_string_equal(secret, cases[i].secret);
        } else {
            assert_int_equal(r, SG_SECRET_E_MISSING);
            assert_non_null(strstr(err.text, path));
        }
        free(secret);
    }
}

static void test_shown_url_has_no_secret(void **state)
{
    static const struct {
        const char *url;
        const char *shown;
    } cases[] = {
        { "http://h:8778/jolokia/", "http://h:8778/jolokia/" },
        { "http://h/j/?token=x#y", "http://h/j/?(hidden)" },
        { "https://u:p@h/j/?a@b", "https://(hidden)@h/j/?(hidden)" },
        { "h?x", "h?(hidden)" },
        { "http://{host}:1/j?t={id}", "http://{host}:1/j?(hidden)" },
    };
    struct sg_buf text;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sg_buf_init(&text, 1 << 16);
        sg_secret_show_url(&text, cases[i].url);
        assert_true(sg_str_equal(sg_buf_get(&text), sg_str_of(cases[i].shown)));
        sg_buf_done(&text);
    }
    struct sg_config *config = NULL;
    assert_int_equal(load("clusters: [{ name: a, bootstrap_servers: b, jolokia: { brokers:"
                          " { 1: 'http://h/?token=s3cret' } } }]\n",
                         &config),
        0);
    sg_buf_init(&text, 1 << 16);
    assert_int_equal(sg_config_show(config, &text), 0);
    assert_int_equal(sg_buf_add_char(&text, '\0'), 0);
    assert_null(strstr(text.ptr, "s3cret"));
    sg_buf_done(&text);
    (void)sg_config_unref(config);
}

static void test_shown_configuration_is_yaml_of_everything_but_secrets(void **state)
{
    static const char expected[] = "collect:\n"
                                   "  interval: 15s\n"
                                   "  timeout: 10s\n"
                                   "  stale_after: 30s\n"
                                   "labels:\n"
                                   "  cluster: \"kafka_cluster\"\n"
                                   "  constant:\n"
                                   "    site: \"north\"\n"
                                   "compat:\n"
                                   "  - \"kminion\"\n"
                                   "clusters:\n"
                                   "  - name: \"a\"\n"
                                   "    bootstrap_servers: \"h:1,i:2\"\n"
                                   "    client:\n"
                                   "      client.id: \"me\"\n"
                                   "      ssl.key.password: \"(set, not shown)\"\n"
                                   "    topics:\n"
                                   "      overrides: 0\n"
                                   "    groups:\n"
                                   "      granularity: \"topic\"\n"
                                   "      owners: 0\n"
                                   "      share_lag: \"none\"\n"
                                   "      states: [Empty, Stable]\n"
                                   "      status:\n"
                                   "        lagging: 1m\n"
                                   "        rewound: 10m\n"
                                   "        stalled: 90s\n"
                                   "    limits:\n"
                                   "      groups: 7\n"
                                   "      partitions: 500000\n"
                                   "      series: 5000000\n"
                                   "      jvm_series: 700000\n"
                                   "    jvms:\n"
                                   "      - name: \"z\"\n"
                                   "        url: \"http://h/?(hidden)\"\n"
                                   "        rules:\n"
                                   "          - \"jvm\"\n"
                                   "        slow_interval: 5m\n"
                                   "      - name: \"y\"\n"
                                   "        url: \"https://h/\"\n"
                                   "        tls:\n"
                                   "          server_name: \"s\"\n"
                                   "        rules:\n"
                                   "          - \"jvm\"\n"
                                   "        slow_interval: 1h\n"
                                   "    spark:\n"
                                   "      - name: \"q\"\n"
                                   "        checkpoint: \"/c\"\n";
    struct sg_config *config = NULL;
    struct sg_buf text;
    (void)state;

    assert_int_equal(load("labels: { constant: { site: north } }\n"
                          "compat: [kminion]\n"
                          "clusters:\n"
                          "  - name: a\n"
                          "    bootstrap_servers: [h:1, i:2]\n"
                          "    client: { client.id: me, ssl.key.password: hunter2 }\n"
                          "    groups: { states: [Stable, Empty], granularity: topic, status: { "
                          "stalled: 90s } }\n"
                          "    limits: { groups: 7 }\n"
                          "    jvms:\n"
                          "      - { name: z, url: 'http://h/?t=hunter2', rules: jvm }\n"
                          "      - { name: y, url: 'https://h/', rules: jvm, slow_interval: 1h,\n"
                          "          tls: { server_name: s } }\n"
                          "    spark: [{ name: q, checkpoint: /c }]\n",
                         &config),
        0);
    sg_buf_init(&text, 1 << 16);
    assert_int_equal(sg_config_show(config, &text), 0);
    assert_int_equal(sg_buf_add_char(&text, '\0'), 0);
    assert_string_equal(text.ptr, expected);
    sg_buf_done(&text);
    (void)sg_config_unref(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_file_without_mark_and_line_end),
        cmocka_unit_test(test_shown_url_has_no_secret),
        cmocka_unit_test(test_shown_configuration_is_yaml_of_everything_but_secrets),
    };

    return cmocka_run_group_tests_name("config_show", tests, NULL, NULL);
}
