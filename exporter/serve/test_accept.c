/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "serve/accept.h"
#include "test.h"

static void test_accept_coding_follows_weights(void **state)
{
    enum {
        NONE = SG_CODINGS
    };
    static const struct {
        const char *header;
        int expected;
    } cases[] = {
        { NULL, SG_CODING_IDENTITY },
        { "", SG_CODING_IDENTITY },
        { "gzip", SG_CODING_GZIP },
        { "GZIP", SG_CODING_GZIP },
        { "x-gzip", SG_CODING_GZIP },
        { "deflate, gzip;q=0.5", SG_CODING_GZIP },
        { "gzip;q=0.001", SG_CODING_GZIP },
        { "gzip;q=0", SG_CODING_IDENTITY },
        { "gzip; q=0.000, *", SG_CODING_ZSTD },
        { "*", SG_CODING_GZIP },
        { "*;q=0", NONE },
        { "identity;q=0", NONE },
        { "br, identity;q=0", NONE },
        { "gzip, *;q=0", SG_CODING_GZIP },
        { "identity, *;q=0", SG_CODING_IDENTITY },
        { "identity;q=0, *;q=0.1", SG_CODING_GZIP },
        { "identity", SG_CODING_IDENTITY },
        { "identity;q=0.9, gzip;q=0.5", SG_CODING_IDENTITY },
        { "gzip, deflate, br, zstd", SG_CODING_GZIP },
        { "zstd", SG_CODING_ZSTD },
        { "gzip;q=0.5, zstd;q=0.6", SG_CODING_ZSTD },
        { "gzipped", SG_CODING_IDENTITY },
        { ",,;;q=,gzip", SG_CODING_GZIP },
        { "br\\,gzip", SG_CODING_GZIP }, /* not an escape outside of quotes */
        { "br;x=\"\\\",gzip,\"", SG_CODING_IDENTITY },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum sg_coding coding = SG_CODINGS;
        int r = sg_accept_coding(cases[i].header, &coding);
        assert_int_equal(r, cases[i].expected == NONE ? SG_ACCEPT_E_CODING : 0);
        assert_int_equal(coding, cases[i].expected);
    }
}

#define OM     "application/openmetrics-text; version="
#define LEGACY "; charset=utf-8; escaping=underscores"

static void test_accept_format_follows_weights_and_closeness(void **state)
{
    static const char text[] = "text/plain; version=0.0.4; charset=utf-8";
    static const struct {
        const char *header;
        const char *expected;
    } cases[] = {
        { NULL, text },
        { "", text },
        { "*/*", text },
        { "text/*", text },
        { "text/plain", text },
        { "application/json", text },
        { "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text },
        /* Prometheus 3, without and with native histograms */
        { "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
          "openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0."
          "4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OM "1.0.0" LEGACY },
        { "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
          "delimited;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1",
            "text/plain; version=1.0.0" LEGACY },
        { "application/openmetrics-text;version=0.0.1", OM "0.0.1" LEGACY },
        { "application/openmetrics-text", OM "1.0.0" LEGACY },
        { "application/openmetrics-text; version=\"1.0.0\"", OM "1.0.0" LEGACY },
        { "application/openmetrics-text;version=2.0.0", text },
        { "application/openmetrics-text;q=0, */*", text },
        { "APPLICATION/OpenMetrics-Text;Version=1.0.0", OM "1.0.0" LEGACY },
        { "text/plain;version=0.0.4;escaping=dots", "text/plain; version=0.0.4" LEGACY },
        { "text/plain;version=1.0.0;escaping=dots", "text/plain; version=1.0.0" LEGACY },
        { "text/plain;q=0.1, application/*;q=0.2", OM "1.0.0" LEGACY },
        { "text/plain;q=0.5, application/openmetrics-text;q=0.5", text },
        { "application/openmetrics-text;q=0.5, text/plain;q=0.5", OM "1.0.0" LEGACY },
        { "text/plain, application/openmetrics-text;q=1.001", text },
        { "text/plain, application/openmetrics-text;q=2", text },
        { "a\"b,;q=\\\",text/plain", text },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(sg_accept_format(cases[i].header).content_type, cases[i].expected);
}

/* ---- What Prometheus sends ---- */

/*
 * Source: Prometheus, "Scrape protocol content negotiation", "Protocol Headers" and "Accept Header
 * Construction"; the versions below by acceptHeader() of scrape/scrape.go.
 */
enum {
    PROTO,
    TEXT_0_0_4,
    OPENMETRICS_0_0_1,
    OPENMETRICS_1_0_0,
    TEXT_1_0_0, /* since 3.0 */
    PROTOCOLS
};

static const struct {
    const char *header;
    const char *answer; /* NULL: not supported */
} protocols[] = {
    [PROTO] = { "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
                "delimited",
        NULL },
    [TEXT_0_0_4] = { "text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8" },
    [OPENMETRICS_0_0_1] = { "application/openmetrics-text;version=0.0.1", OM "0.0.1" LEGACY },
    [OPENMETRICS_1_0_0] = { "application/openmetrics-text;version=1.0.0", OM "1.0.0" LEGACY },
    [TEXT_1_0_0] = { "text/plain;version=1.0.0", "text/plain; version=1.0.0" LEGACY },
};

/* How versions of Prometheus build the header of their scrape_protocols. */
struct builder {
    int n_known;           /* protocols; the first weight is one more, in tenths */
    const char *escaping;  /* NULL: none */
    bool escapes_old_ones; /* not only the two versions 1.0.0 */
};

static const struct builder builders[] = {
    { 4, NULL, false },          /* 2.49 to 2.55 */
    { 4, "allow-utf-8", true },  /* 2.55 with utf8-names */
    { 5, "allow-utf-8", true },  /* 3.0 */
    { 5, NULL, false },          /* 3.0, legacy names */
    { 5, "allow-utf-8", false }, /* 3.1 and later, by metric_name_escaping_scheme */
    { 5, "underscores", false },
    { 5, "dots", false },
    { 5, "values", false },
};

static bool is_escaped(const struct builder *builder, int protocol)
{
    return builder->escaping &&
           (builder->escapes_old_ones || protocol == OPENMETRICS_1_0_0 || protocol == TEXT_1_0_0);
}

static const char *best_answer(const struct builder *builder, const int *asked, int n)
{
    for (int i = 0; i < n; i++) {
        if (asked[i] == TEXT_0_0_4 && is_escaped(builder, TEXT_0_0_4))
            return "text/plain; version=0.0.4" LEGACY;
        if (protocols[asked[i]].answer)
            return protocols[asked[i]].answer;
    }
    return protocols[TEXT_0_0_4].answer; /* "as a last resort" */
}

static void assert_best_is_taken(const struct builder *builder, const int *asked, int n)
{
    struct sg_buf header;
    int weight = builder->n_known + 1;

    sg_buf_init(&header, 4096);
    for (int i = 0; i < n; i++) {
        sg_buf_printf(&header, "%s", protocols[asked[i]].header);
        if (is_escaped(builder, asked[i]))
            sg_buf_printf(&header, ";escaping=%s", builder->escaping);
        sg_buf_printf(&header, ";q=0.%d,", weight--);
    }
    sg_buf_printf(&header, "*/*;q=0.%d", weight);
    const char *answer = sg_accept_format(sg_buf_get_cut(&header)).content_type;
    const char *expected = best_answer(builder, asked, n);
    if (strcmp(answer, expected) != 0)
        fail_msg("%s: %s, should be %s", sg_buf_get_cut(&header), answer, expected);
    sg_buf_done(&header);
}

/* Every choice of protocols in every order. @return how many headers */
static int try_longer(const struct builder *builder, int *asked, int n)
{
    int n_tried = n > 0;

    if (n)
        assert_best_is_taken(builder, asked, n);
    for (int next = 0; n < PROTOCOLS && next < builder->n_known; next++) {
        bool is_new = true;
        for (int i = 0; i < n; i++)
            is_new = is_new && asked[i] != next;
        asked[n] = next;
        if (is_new)
            n_tried += try_longer(builder, asked, n + 1);
    }
    return n_tried;
}

static void test_accept_format_of_prometheus_is_its_first_that_is_supported(void **state)
{
    int n = 0;
    (void)state;

    for (size_t i = 0; i < sizeof builders / sizeof builders[0]; i++) {
        int asked[PROTOCOLS];
        n += try_longer(&builders[i], asked, 0);
    }
    assert_int_equal(n, 2 * 64 + 6 * 325);
}

/* Fixed headers of older versions, and the examples of the documentation as they are printed. */
static void test_accept_format_of_documented_headers(void **state)
{
    static const struct {
        const char *header;
        const char *expected;
    } cases[] = {
        /* 2.0 to 2.4 */
        { "text/plain;version=0.0.4;q=1,*/*;q=0.1", "text/plain; version=0.0.4; charset=utf-8" },
        /* 2.5 to 2.34 */
        { "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OM "0.0.1" LEGACY },
        /* 2.35 to 2.48, without and with native histograms */
        { "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
          "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OM "1.0.0" LEGACY },
        { "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
          "delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/"
          "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OM "1.0.0" LEGACY },
        /* "Default Accept Header" */
        { "application/openmetrics-text;version=1.0.0;escaping=allow-utf8;q=0.5,application/"
          "openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf8;q=0.3,"
          "text/plain;version=0.0.4;q=0.2,/;q=0.1",
            OM "1.0.0" LEGACY },
        /* "Protobuf-First Accept Header" */
        { "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
          "delimited;q=0.5,application/openmetrics-text;version=1.0.0;escaping=allow-utf8;q=0.4,"
          "application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=1.0.0;escaping="
          "allow-utf8;q=0.2,text/plain;version=0.0.4;q=0.1,/;q=0.0",
            OM "1.0.0" LEGACY },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(sg_accept_format(cases[i].header).content_type, cases[i].expected);
}

/* A separator within quotes is text, also behind a quote that is escaped. */
static void test_accept_format_reads_quotes(void **state)
{
    static const char *const headers[] = {
        "text/html;x=\",\",application/openmetrics-text;version=1.0.0",
        "text/html;x=\"a,b\",application/openmetrics-text;version=1.0.0",
        "text/html;x=\"a\\\",application/openmetrics-text;version=0.0.1\","
        "application/openmetrics-text;version=1.0.0",
        "text/html;x=\\\",application/openmetrics-text;version=0.0.1\","
        "application/openmetrics-text;version=1.0.0",
    };
    (void)state;

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_string_equal(sg_accept_format(headers[i]).content_type, OM "1.0.0" LEGACY);
}

/* RFC 9110, 12.4.2: a weight is 0, 1 or up to three digits behind "0."; another one is ignored. */
static void test_accept_weight_is_that_of_the_rfc(void **state)
{
    static const struct {
        const char *weight;
        bool is_above_half;
    } cases[] = {
        { "q=1", true },
        { "q=1.", true },
        { "q=1.000", true },
        { "Q=0.6", true },
        { "q=0.501", true },
        { "q=0.5", false },
        { "q=0.499", false },
        { "q=0.001", false },
        { "q=0.", false },
        { "q=0", false },
        { "q=0.000", false },
        /* ignored */
        { "q=", true },
        { "q=1.001", true },
        { "q=2", true },
        { "q=-1", true },
        { "q=.1", true },
        { "q=0.0001", true },
        { "q=01", true },
        { "q=00.1", true },
        { "q=0,1", false }, /* a weight of 0 and another element */
        { "q=low", true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char header[128];
        (void)snprintf(header, sizeof header, "text/plain;q=0.5,application/openmetrics-text;%s",
            cases[i].weight);
        bool is_openmetrics = sg_accept_format(header).format == SG_FORMAT_OPENMETRICS;
        if (is_openmetrics != cases[i].is_above_half)
            fail_msg("%s", header);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_coding_follows_weights),
        cmocka_unit_test(test_accept_format_follows_weights_and_closeness),
        cmocka_unit_test(test_accept_format_of_prometheus_is_its_first_that_is_supported),
        cmocka_unit_test(test_accept_format_of_documented_headers),
        cmocka_unit_test(test_accept_format_reads_quotes),
        cmocka_unit_test(test_accept_weight_is_that_of_the_rfc),
    };
    return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
