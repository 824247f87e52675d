/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From series to the text of a page. Over 600 lines, because all of it is tested through one page:
 * tables are filled, composed and compared, with one fixture.
 */

#include "metric/encode.h"
#include "metric/quantile.h"
#include "metric/series.h"
#include "metric/text.h"
#include "test.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct sg_family lag_family = { "lag", SG_METRIC_GAUGE, "Lag." };
static const struct sg_family in_family = { "in_total", SG_METRIC_COUNTER, "a\\b\n\"c\"" };

static struct sg_series_table *new_table(const char *broker)
{
    struct sg_series_table *table = NULL;
    struct sg_label label = { SG_STR("broker"), sg_str_of(broker) };

    assert_int_equal(sg_series_table_new(&label, broker ? 1 : 0, 0, &table), 0);
    return table;
}

static uint32_t add_family(struct sg_series_table *table, const struct sg_family *family)
{
    uint32_t id = 0;
    assert_int_equal(sg_series_table_add_family(table, family, &id), 0);
    return id;
}

static int put(struct sg_series_table *table, uint32_t family, const char *topic, int64_t value)
{
    struct sg_label label = { SG_STR("topic"), sg_str_of(topic) };
    return sg_series_table_put_int(table, family, &label, topic ? 1 : 0, value);
}

static char *encode(struct sg_sample_set **sets, size_t n)
{
    struct sg_layout *layouts[8];
    struct sg_plan *plan = NULL;
    struct sg_buf out;

    for (size_t i = 0; i < n; i++)
        layouts[i] = sets[i] ? sets[i]->layout : NULL;
    assert_int_equal(sg_plan_new(layouts, NULL, n, &plan), 0);
    assert_true(sg_plan_fits(plan, layouts, n));
    sg_buf_init(&out, 1 << 20);
    assert_int_equal(sg_encode(plan, (const struct sg_sample_set *const *)sets, SG_FORMAT_TEXT,
                         NULL, NULL, &out),
        0);
    (void)sg_plan_unref(plan);
    return sg_buf_take(&out);
}

static void test_encode_two_slots_share_one_header_in_order(void **state)
{
    struct sg_series_table *one = new_table("1");
    struct sg_series_table *two = new_table("2");
    struct sg_sample_set *sets[3] = { NULL };
    (void)state;

    uint32_t lag = add_family(one, &lag_family);
    uint32_t in = add_family(one, &in_family);
    sg_series_table_begin(one);
    assert_int_equal(put(one, lag, "b", 5), 0);
    assert_int_equal(put(one, in, NULL, INT64_MAX), 0);
    assert_int_equal(put(one, lag, "a", 4), 0);
    assert_int_equal(sg_series_table_snapshot(one, &sets[0]), 0);
    lag = add_family(two, &lag_family);
    sg_series_table_begin(two);
    assert_int_equal(sg_series_table_put_double(two, lag, NULL, 0, 0.5), 0);
    assert_int_equal(sg_series_table_snapshot(two, &sets[2]), 0);

    char *text = encode(sets, 3);
    assert_string_equal(text, "# HELP in_total a\\\\b\\n\"c\"\n# TYPE in_total counter\n"
                              "in_total{broker=\"1\"} 9223372036854775807\n"
                              "# HELP lag Lag.\n# TYPE lag gauge\n"
                              "lag{broker=\"1\",topic=\"b\"} 5\nlag{broker=\"1\",topic=\"a\"} 4\n"
                              "lag{broker=\"2\"} 0.5\n");
    free(text);
    (void)sg_sample_set_unref(sets[0]);
    (void)sg_sample_set_unref(sets[2]);
    (void)sg_series_table_free(one);
    (void)sg_series_table_free(two);
}

static void test_encode_absent_values_give_no_line_and_no_header(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    struct sg_sample_set *first = NULL;
    struct sg_sample_set *second = NULL;
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    uint32_t in = add_family(table, &in_family);
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 1), 0);
    assert_int_equal(put(table, in, NULL, 2), 0);
    assert_int_equal(sg_series_table_snapshot(table, &first), 0);
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 3), 0);
    assert_int_equal(sg_series_table_snapshot(table, &second), 0);

    assert_ptr_equal(first->layout, second->layout); /* nothing new: nothing is rendered again */
    assert_int_equal(second->n_present, 1);
    char *text = encode(&second, 1);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag gauge\nlag{topic=\"a\"} 3\n");
    free(text);
    (void)sg_sample_set_unref(first);
    (void)sg_sample_set_unref(second);
    (void)sg_series_table_free(table);
}

static void test_encode_types_that_differ_become_untyped(void **state)
{
    static const struct sg_family as_counter = { "lag", SG_METRIC_COUNTER, "Other." };
    struct sg_series_table *tables[2] = { new_table("1"), new_table("2") };
    struct sg_sample_set *sets[2];
    (void)state;

    for (int i = 0; i < 2; i++) {
        uint32_t family = add_family(tables[i], i ? &as_counter : &lag_family);
        sg_series_table_begin(tables[i]);
        assert_int_equal(put(tables[i], family, NULL, i), 0);
        assert_int_equal(sg_series_table_snapshot(tables[i], &sets[i]), 0);
    }
    char *text = encode(sets, 2);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag untyped\n"
                              "lag{broker=\"1\"} 0\nlag{broker=\"2\"} 1\n");
    free(text);
    for (int i = 0; i < 2; i++) {
        (void)sg_sample_set_unref(sets[i]);
        (void)sg_series_table_free(tables[i]);
    }
}

static void test_add_label_values_are_escaped_and_repaired(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    uint32_t lag = add_family(table, &lag_family);
    struct sg_label label = { SG_STR("topic"), SG_STR("q\"b\\n\n\xff\xC3\xA9") };
    uint32_t series = 0;
    (void)state;

    assert_int_equal(sg_series_table_add(table, lag, SG_STR("_sum"), &label, 1, &series), 0);
    struct sg_str text = sg_series_table_text(table, series);
    assert_true(
        sg_str_equal(text, SG_STR("lag_sum{topic=\"q\\\"b\\\\n\\n\xEF\xBF\xBD\xC3\xA9\"} ")));
    (void)sg_series_table_free(table);
}

static void test_add_label_named_as_constant_one_is_exported(void **state)
{
    struct sg_series_table *table = new_table("1");
    uint32_t lag = add_family(table, &lag_family);
    struct sg_label labels[] = { { SG_STR("broker"), SG_STR("x") }, { SG_STR("e"), SG_STR("") } };
    uint32_t series = 0;
    (void)state;

    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), labels, 2, &series), 0);
    assert_true(sg_str_equal(
        sg_series_table_text(table, series), SG_STR("lag{broker=\"1\",exported_broker=\"x\"} ")));
    (void)sg_series_table_free(table);
}

static void test_add_bad_names_long_values_and_caps_are_refused(void **state)
{
    static const struct sg_family bad_family = { "1x", SG_METRIC_GAUGE, "" };
    struct sg_series_table *table = NULL;
    static char longest[SG_LABEL_VALUE_BYTES_MAX + 1];
    uint32_t id = 0;
    (void)state;

    assert_int_equal(sg_series_table_new(NULL, 0, 2, &table), 0);
    uint32_t lag = add_family(table, &lag_family);
    assert_int_equal(sg_series_table_add_family(table, &bad_family, &id), SG_SERIES_E_NAME);
    struct sg_label label = { SG_STR("a-b"), SG_STR("v") };
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_NAME);
    label.name = SG_STR("__name__");
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_NAME);
    memset(longest, 'x', sizeof longest);
    label = (struct sg_label){ SG_STR("a"), { longest, sizeof longest } };
    assert_int_equal(
        sg_series_table_add(table, lag, SG_STR(""), &label, 1, &id), SG_SERIES_E_TOO_LONG);

    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a", 1), 0);
    assert_int_equal(put(table, lag, "b", 1), 0);
    assert_int_equal(put(table, lag, "c", 1), SG_SERIES_E_FULL);
    assert_int_equal(put(table, lag, "a", 2), SG_SERIES_E_DUPLICATE);
    (void)sg_series_table_free(table);
}

static void test_begin_many_series_gone_for_long_are_forgotten(void **state)
{
    struct sg_series_table *table = new_table(NULL);
    struct sg_sample_set *set = NULL;
    struct sg_sample_set *before = NULL;
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    sg_series_table_begin(table);
    for (int i = 0; i < 200; i++) {
        char topic[16];
        (void)snprintf(topic, sizeof topic, "t%d", i);
        assert_int_equal(put(table, lag, topic, i), 0);
    }
    assert_int_equal(sg_series_table_snapshot(table, &before), 0);
    uint32_t epoch = sg_series_table_epoch(table);
    for (int i = 0; i < 10; i++) {
        sg_series_table_begin(table);
        assert_int_equal(put(table, lag, "t7", 70 + i), 0);
    }
    assert_int_not_equal(sg_series_table_epoch(table), epoch);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    char *text = encode(&set, 1);
    assert_string_equal(text, "# HELP lag Lag.\n# TYPE lag gauge\nlag{topic=\"t7\"} 79\n");
    free(text);
    /* An earlier snapshot still has all its texts. */
    text = encode(&before, 1);
    assert_non_null(strstr(text, "lag{topic=\"t199\"} 199\n"));
    free(text);
    (void)sg_sample_set_unref(set);
    (void)sg_sample_set_unref(before);
    (void)sg_series_table_free(table);
}

/* ---- Formats, and parts of a page ---- */

struct page {
    struct sg_plan *plan;
    size_t n;
    struct sg_sample_set *sets[8];
};

static char *compose(
    const struct page *page, enum sg_format format, const struct sg_selection *selection)
{
    struct sg_buf out;

    sg_buf_init(&out, 1 << 20);
    assert_int_equal(sg_encode(page->plan, (const struct sg_sample_set *const *)page->sets, format,
                         selection, NULL, &out),
        0);
    return sg_buf_take(&out);
}

/* @param sets consumed */
static struct page page_of(struct sg_sample_set **sets, const struct sg_source *sources, size_t n)
{
    struct page page = { .n = n };
    struct sg_layout *layouts[8];

    for (size_t i = 0; i < n; i++) {
        layouts[i] = sets[i]->layout;
        page.sets[i] = sets[i];
    }
    assert_int_equal(sg_plan_new(layouts, sources, n, &page.plan), 0);
    return page;
}

static void page_done(struct page *page)
{
    (void)sg_plan_unref(page->plan);
    for (size_t i = 0; i < page->n; i++)
        (void)sg_sample_set_unref(page->sets[i]);
}

static void test_openmetrics_types_give_way_to_names(void **state)
{
    static const struct sg_family families[] = {
        { "a_seconds_total", SG_METRIC_COUNTER, "Say \"a\"." },
        { "b", SG_METRIC_COUNTER, "" },
        { "c", SG_METRIC_GAUGE, "" },
        { "c_total", SG_METRIC_COUNTER, "" },
        { "d_info", SG_METRIC_INFO, "" },
        { "e", SG_METRIC_INFO, "" },
        { "f", SG_METRIC_STATESET, "" },
        { "g", SG_METRIC_STATESET, "" },
        { "h", SG_METRIC_UNKNOWN, "" },
        { "i_created", SG_METRIC_GAUGE, "" },
        { "i_total", SG_METRIC_COUNTER, "" },
    };
    static const struct sg_label labels[] = { { { "f", 1 }, { "x", 1 } } };
    struct sg_series_table *table = new_table(NULL);
    struct sg_sample_set *set = NULL;
    (void)state;

    sg_series_table_begin(table);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        assert_int_equal(
            sg_series_table_put_int(table, add_family(table, &families[i]), labels, 1, 1), 0);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    struct page page = page_of(&set, NULL, 1);
    char *text = compose(&page, SG_FORMAT_OPENMETRICS, NULL);
    assert_string_equal(text,
        "# HELP a_seconds Say \\\"a\\\".\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n"
        "a_seconds_total{f=\"x\"} 1\n"
        "# HELP b \n# TYPE b unknown\nb{f=\"x\"} 1\n"
        "# HELP c \n# TYPE c gauge\nc{f=\"x\"} 1\n"
        "# HELP c_total \n# TYPE c_total unknown\nc_total{f=\"x\"} 1\n"
        "# HELP d \n# TYPE d info\nd_info{f=\"x\"} 1\n"
        "# HELP e \n# TYPE e gauge\ne{f=\"x\"} 1\n"
        "# HELP f \n# TYPE f stateset\nf{f=\"x\"} 1\n"
        "# HELP g \n# TYPE g gauge\ng{f=\"x\"} 1\n"
        "# HELP h \n# TYPE h unknown\nh{f=\"x\"} 1\n"
        "# HELP i_created \n# TYPE i_created gauge\ni_created{f=\"x\"} 1\n"
        "# HELP i_total \n# TYPE i_total unknown\ni_total{f=\"x\"} 1\n"
        "# EOF\n");
    free(text);
    page_done(&page);
    (void)sg_series_table_free(table);
}

static void test_summary_is_brought_together_by_its_labels(void **state)
{
    static const struct sg_family family = { "s", SG_METRIC_SUMMARY, "" };
    static const char *const topics[] = { "a,quantile=", "b" };
    static const char *const quantiles[] = { "0.5", "0.99" };
    struct sg_series_table *table = new_table("1");
    struct sg_sample_set *set = NULL;
    uint32_t series;
    (void)state;

    uint32_t id = add_family(table, &family);
    sg_series_table_begin(table);
    for (int q = 0; q < 3; q++) {
        for (int topic = 0; topic < 2; topic++) {
            struct sg_label labels[] = { { SG_STR("quantile"),
                                             sg_str_of(q < 2 ? quantiles[q] : "") },
                { SG_STR("topic"), sg_str_of(topics[topic]) } };
            assert_int_equal(sg_series_table_add(table, id, q < 2 ? SG_STR("") : SG_STR("_count"),
                                 labels, 2, &series),
                0);
            assert_int_equal(sg_series_table_set_int(table, series, q * 10 + topic), 0);
        }
    }
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    char *text = encode(&set, 1);
    assert_string_equal(text, "# HELP s \n# TYPE s summary\n"
                              "s{broker=\"1\",quantile=\"0.5\",topic=\"a,quantile=\"} 0\n"
                              "s{broker=\"1\",quantile=\"0.99\",topic=\"a,quantile=\"} 10\n"
                              "s_count{broker=\"1\",topic=\"a,quantile=\"} 20\n"
                              "s{broker=\"1\",quantile=\"0.5\",topic=\"b\"} 1\n"
                              "s{broker=\"1\",quantile=\"0.99\",topic=\"b\"} 11\n"
                              "s_count{broker=\"1\",topic=\"b\"} 21\n");
    free(text);
    (void)sg_sample_set_unref(set);
    (void)sg_series_table_free(table);
}

static enum sg_choice choose(const void *context, const struct sg_source *source)
{
    (void)context;
    if (strcmp(source->target, "1") == 0)
        return SG_CHOICE_ALL;
    return strcmp(source->target, "all") == 0 ? SG_CHOICE_BY_LINE : SG_CHOICE_NOTHING;
}

static bool names_broker_1(const void *context, struct sg_str line)
{
    struct sg_str value;
    (void)context;
    return sg_text_find_label(sg_text_labels(line), SG_STR("broker"), &value) &&
           sg_str_equal(value, SG_STR("1"));
}

static bool any_line(const void *context, struct sg_str line)
{
    (void)context;
    (void)line;
    return true;
}

static void test_compose_takes_chosen_slots_and_lines(void **state)
{
    static const struct sg_family up = { "up", SG_METRIC_GAUGE, "" };
    static const struct sg_source sources[] = { { "c", "jolokia", "1" }, { "c", "jolokia", "2" },
        { "c", "admin", "all" } };
    const struct sg_selection selection = { choose, names_broker_1, any_line, NULL };
    struct sg_series_table *tables[] = { new_table("1"), new_table("2"), new_table(NULL) };
    struct sg_sample_set *sets[3] = { NULL };
    (void)state;

    for (int i = 0; i < 3; i++)
        sg_series_table_begin(tables[i]);
    assert_int_equal(put(tables[0], add_family(tables[0], &lag_family), "x,broker=", 5), 0);
    assert_int_equal(put(tables[1], add_family(tables[1], &lag_family), "x", 6), 0);
    assert_int_equal(put(tables[2], add_family(tables[2], &lag_family), "x", 7), 0);
    for (int i = 1; i < 3; i++) {
        char id[2] = { (char)('0' + i), '\0' };
        struct sg_label label = { SG_STR("broker"), sg_str_of(id) };
        assert_int_equal(
            sg_series_table_put_int(tables[2], add_family(tables[2], &up), &label, 1, 1), 0);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(sg_series_table_snapshot(tables[i], &sets[i]), 0);
    struct page page = page_of(sets, sources, 3);
    char *part = compose(&page, SG_FORMAT_TEXT, &selection);
    assert_string_equal(part,
        "# HELP lag Lag.\n# TYPE lag gauge\nlag{broker=\"1\",topic=\"x,broker=\"} 5\n"
        "# HELP up \n# TYPE up gauge\nup{broker=\"1\"} 1\n");
    free(part);
    page_done(&page);
    for (int i = 0; i < 3; i++)
        (void)sg_series_table_free(tables[i]);
}

struct pieces {
    size_t n;
    struct sg_buf text;
};

static int keep_piece(void *context, struct sg_str piece)
{
    struct pieces *pieces = context;
    pieces->n++;
    return sg_buf_add_str(&pieces->text, piece);
}

/* More series of a family than are encoded at a time. */
static void test_encode_in_pieces_is_the_same_page(void **state)
{
    struct sg_series_table *table = new_table("1");
    struct sg_sample_set *set = NULL;
    struct pieces pieces = { .n = 0 };
    struct sg_buf out;
    char topic[16];
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    uint32_t in = add_family(table, &in_family);
    sg_series_table_begin(table);
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(topic, sizeof topic, "topic-%d", i);
        assert_int_equal(put(table, lag, topic, i), 0);
        if (i % 7)
            assert_int_equal(put(table, in, topic, -i), 0);
    }
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    struct page page = page_of(&set, NULL, 1);
    const struct sg_sample_set *const *sets = (const struct sg_sample_set *const *)page.sets;
    struct sg_drain drain = { 1000, keep_piece, &pieces };
    sg_buf_init(&out, 1 << 24);
    sg_buf_init(&pieces.text, 1 << 24);
    assert_int_equal(sg_encode(page.plan, sets, SG_FORMAT_OPENMETRICS, NULL, &drain, &out), 0);
    assert_int_equal(out.len, 0);
    assert_true(pieces.n > 3);
    assert_int_equal(sg_encode(page.plan, sets, SG_FORMAT_OPENMETRICS, NULL, NULL, &out), 0);
    assert_int_equal(out.len, pieces.text.len);
    assert_memory_equal(out.ptr, pieces.text.ptr, out.len);
    sg_buf_done(&out);
    sg_buf_done(&pieces.text);
    page_done(&page);
    (void)sg_series_table_free(table);
}

/* Whole or in pieces, the format without an end line too. */
static void test_encode_page_past_the_cap_is_refused(void **state)
{
    struct sg_series_table *table = new_table("1");
    struct sg_sample_set *set = NULL;
    struct pieces pieces = { .n = 0 };
    struct sg_drain drain = { 1000, keep_piece, &pieces };
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "t", 1), 0);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    struct page page = page_of(&set, NULL, 1);
    const struct sg_sample_set *const *sets = (const struct sg_sample_set *const *)page.sets;
    for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
        struct sg_buf out;
        sg_buf_init(&out, 20);
        assert_int_equal(
            sg_encode(page.plan, sets, SG_FORMAT_TEXT, NULL, in_pieces ? &drain : NULL, &out),
            SG_BUF_E_FULL);
        sg_buf_done(&out);
    }
    assert_int_equal(pieces.n, 0);
    page_done(&page);
    (void)sg_series_table_free(table);
}

/* Labels are kept once; a series is found again whichever family had them first. */
static void test_series_of_two_families_share_their_labels(void **state)
{
    struct sg_series_table *table = new_table("1");
    struct sg_sample_set *set = NULL;
    struct sg_label label = { SG_STR("topic"), SG_STR("a\"b") };
    uint32_t one, two, again;
    (void)state;

    uint32_t lag = add_family(table, &lag_family);
    uint32_t in = add_family(table, &in_family);
    sg_series_table_begin(table);
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &one), 0);
    assert_int_equal(sg_series_table_add(table, in, SG_STR(""), &label, 1, &two), 0);
    assert_int_not_equal(one, two);
    assert_int_equal(sg_series_table_add(table, lag, SG_STR(""), &label, 1, &again), 0);
    assert_int_equal(again, one);
    assert_int_equal(sg_series_table_derive(table, one, in, NULL, &again), 0);
    assert_int_equal(again, two);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    const struct sg_series_text *texts = sg_layout_texts(set->layout);
    assert_ptr_equal(texts[0].labels, texts[1].labels);
    assert_int_not_equal(texts[0].name, texts[1].name);
    (void)sg_sample_set_unref(set);
    (void)sg_series_table_free(table);
}

static struct sg_alias make_alias(
    const char *from, const char *to, enum sg_alias_combine combine, const char *label)
{
    struct sg_alias alias = {
        .from = strdup(from),
        .to = strdup(to),
        .type = SG_METRIC_GAUGE,
        .combine = combine,
    };

    alias.labels[alias.n_labels++] = (struct sg_alias_label){ strdup("broker"), strdup("node") };
    if (label)
        alias.labels[alias.n_labels++] = (struct sg_alias_label){ strdup(label), strdup(label) };
    return alias;
}

/* The samples of a page, without # lines. */
static void assert_samples(struct sg_series_table *table, const char *expected)
{
    struct sg_sample_set *set = NULL;

    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    char *page = encode(&set, 1);
    char samples[4096] = "";
    for (char *rest = page, *line; (line = strsep(&rest, "\n"));) {
        if (*line && *line != '#')
            (void)snprintf(
                samples + strlen(samples), sizeof samples - strlen(samples), "%s\n", line);
    }
    assert_string_equal(samples, expected);
    free(page);
    (void)sg_sample_set_unref(set);
}

static void test_aliases_rename_and_combine(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    (void)state;

    aliases.list = calloc(4, sizeof *aliases.list);
    assert_non_null(aliases.list);
    aliases.list[aliases.n++] = make_alias("lag", "z_sum", SG_ALIAS_SUM, NULL);
    aliases.list[aliases.n++] = make_alias("in_total", "z_in", SG_ALIAS_FIRST, "topic");
    aliases.list[aliases.n++] = make_alias("lag", "z_max", SG_ALIAS_MAX, NULL);
    aliases.list[aliases.n++] = make_alias("lag", "z_lag", SG_ALIAS_FIRST, "topic");
    sg_aliases_sort(&aliases);
    sg_series_table_use_aliases(table, &aliases);
    uint32_t lag = add_family(table, &lag_family);

    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "a\"b", 5), 0);
    assert_int_equal(put(table, lag, "c", 7), 0);
    static const char both[] = "lag{broker=\"1\",topic=\"a\\\"b\"} 5\n"
                               "lag{broker=\"1\",topic=\"c\"} 7\n"
                               "z_lag{node=\"1\",topic=\"a\\\"b\"} 5\n"
                               "z_lag{node=\"1\",topic=\"c\"} 7\n"
                               "z_max{node=\"1\"} 7\n"
                               "z_sum{node=\"1\"} 12\n";
    assert_samples(table, both);

    /* A removed series is ignored; integers that do not fit, and doubles, give doubles. */
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "c", INT64_MAX), 0);
    assert_int_equal(put(table, lag, "d", 1), 0);
    assert_samples(table, "lag{broker=\"1\",topic=\"c\"} 9223372036854775807\n"
                          "lag{broker=\"1\",topic=\"d\"} 1\n"
                          "z_lag{node=\"1\",topic=\"c\"} 9223372036854775807\n"
                          "z_lag{node=\"1\",topic=\"d\"} 1\n"
                          "z_max{node=\"1\"} 9223372036854775807\n"
                          "z_sum{node=\"1\"} 9223372036854775808\n");
    sg_series_table_begin(table);
    assert_samples(table, "");
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

static void test_aliases_keep_the_suffix_of_a_summary(void **state)
{
    static const struct sg_family family = { "s", SG_METRIC_SUMMARY, "" };
    const struct sg_str suffixes[] = { SG_STR("_sum"), SG_STR("_count") };
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    uint32_t series;
    (void)state;

    aliases.list = calloc(1, sizeof *aliases.list);
    assert_non_null(aliases.list);
    aliases.list[aliases.n++] = make_alias("s", "z", SG_ALIAS_FIRST, NULL);
    aliases.list[0].type = SG_METRIC_SUMMARY;
    sg_aliases_sort(&aliases);
    sg_series_table_use_aliases(table, &aliases);
    sg_series_table_begin(table);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            sg_series_table_add(table, add_family(table, &family), suffixes[i], NULL, 0, &series),
            0);
        assert_int_equal(sg_series_table_set_int(table, series, (int64_t)i + 3), 0);
    }
    assert_samples(table, "s_sum{broker=\"1\"} 3\ns_count{broker=\"1\"} 4\n"
                          "z_sum{node=\"1\"} 3\nz_count{node=\"1\"} 4\n");
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

/* Integers stay integers while they fit; sums and maxima are those of the scaled values. */
static void test_aliases_scale_by_their_factor(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    (void)state;

    aliases.list = calloc(3, sizeof *aliases.list);
    assert_non_null(aliases.list);
    aliases.list[aliases.n++] = make_alias("lag", "z_max", SG_ALIAS_MAX, NULL);
    aliases.list[aliases.n++] = make_alias("lag", "z_milli", SG_ALIAS_FIRST, "topic");
    aliases.list[aliases.n++] = make_alias("lag", "z_sum", SG_ALIAS_SUM, NULL);
    aliases.list[0].factor = -1;
    aliases.list[1].factor = 1000;
    aliases.list[2].factor = 0.5;
    sg_series_table_use_aliases(table, &aliases);
    uint32_t lag = add_family(table, &lag_family);

    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "c", 9007199254740993), 0);
    assert_int_equal(put(table, lag, "d", 3), 0);
    assert_samples(table, "lag{broker=\"1\",topic=\"c\"} 9007199254740993\n"
                          "lag{broker=\"1\",topic=\"d\"} 3\n"
                          "z_max{node=\"1\"} -3\n"
                          "z_milli{node=\"1\",topic=\"c\"} 9007199254740993000\n"
                          "z_milli{node=\"1\",topic=\"d\"} 3000\n"
                          "z_sum{node=\"1\"} 4503599627370498\n");
    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "c", INT64_MAX), 0);
    assert_samples(table, "lag{broker=\"1\",topic=\"c\"} 9223372036854775807\n"
                          "z_max{node=\"1\"} -9223372036854775807\n"
                          "z_milli{node=\"1\",topic=\"c\"} 9.223372036854776e+21\n"
                          "z_sum{node=\"1\"} 4611686018427387904\n");
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

/* `from` is a family, or what its series are called with their suffix. */
static void test_aliases_of_chosen_series(void **state)
{
    static const struct sg_family time_family = { "time_ms", SG_METRIC_SUMMARY, "Time." };
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    uint32_t series;
    (void)state;

    aliases.list = calloc(2, sizeof *aliases.list);
    assert_non_null(aliases.list);
    aliases.list[aliases.n++] = make_alias("lag", "z_chosen", SG_ALIAS_FIRST, NULL);
    aliases.list[0].where_label = strdup("topic");
    aliases.list[0].where_value = strdup("c");
    aliases.list[aliases.n++] =
        make_alias("time_ms_count", "z_time_ms_count_total", SG_ALIAS_FIRST, NULL);
    sg_series_table_use_aliases(table, &aliases);
    uint32_t lag = add_family(table, &lag_family);
    uint32_t time = add_family(table, &time_family);

    sg_series_table_begin(table);
    assert_int_equal(put(table, lag, "cc", 3), 0);
    assert_int_equal(put(table, lag, "c", 5), 0);
    assert_int_equal(sg_series_table_add(table, time, SG_STR("_sum"), NULL, 0, &series), 0);
    assert_int_equal(sg_series_table_set_int(table, series, 7), 0);
    assert_int_equal(sg_series_table_add(table, time, SG_STR("_count"), NULL, 0, &series), 0);
    assert_int_equal(sg_series_table_set_int(table, series, 2), 0);
    assert_samples(table, "lag{broker=\"1\",topic=\"cc\"} 3\n"
                          "lag{broker=\"1\",topic=\"c\"} 5\n"
                          "time_ms_sum{broker=\"1\"} 7\n"
                          "time_ms_count{broker=\"1\"} 2\n"
                          "z_chosen{node=\"1\"} 5\n"
                          "z_time_ms_count_total{node=\"1\"} 2\n");
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

static void test_aliases_have_the_number_of_the_state_that_is(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    (void)state;

    aliases.list = calloc(1, sizeof *aliases.list);
    assert_non_null(aliases.list);
    struct sg_alias alias = make_alias("lag", "z_status", SG_ALIAS_FIRST, NULL);
    alias.states = strdup("topic"); /* the label with the state */
    alias.values[alias.n_values++] = (struct sg_alias_value){ strdup("ok"), 1 };
    alias.values[alias.n_values++] = (struct sg_alias_value){ strdup("bad"), 3 };
    aliases.list[aliases.n++] = alias;
    sg_series_table_use_aliases(table, &aliases);
    uint32_t lag = add_family(table, &lag_family);

    static const struct {
        int64_t values[3]; /* of ok, bad and another */
        const char *expected;
    } cases[] = {
        { { 1, 0, 0 }, "z_status{node=\"1\"} 1\n" },
        { { 0, 1, 0 }, "z_status{node=\"1\"} 3\n" },
        { { 0, 0, 1 }, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[200];
        const int64_t *values = cases[i].values;
        sg_series_table_begin(table);
        assert_int_equal(put(table, lag, "ok", values[0]), 0);
        assert_int_equal(put(table, lag, "bad", values[1]), 0);
        assert_int_equal(put(table, lag, "other", values[2]), 0);
        (void)snprintf(expected, sizeof expected,
            "lag{broker=\"1\",topic=\"ok\"} %" PRId64 "\nlag{broker=\"1\",topic=\"bad\"} %" PRId64
            "\nlag{broker=\"1\",topic=\"other\"} %" PRId64 "\n%s",
            values[0], values[1], values[2], cases[i].expected);
        assert_samples(table, expected);
    }
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

static void test_aliases_survive_that_series_are_forgotten(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_series_table *table = new_table("1");
    char topic[16];
    (void)state;

    aliases.list = calloc(1, sizeof *aliases.list);
    assert_non_null(aliases.list);
    aliases.list[aliases.n++] = make_alias("lag", "z_sum", SG_ALIAS_SUM, NULL);
    sg_series_table_use_aliases(table, &aliases);
    uint32_t lag = add_family(table, &lag_family);
    for (int collection = 0; collection < 12; collection++) {
        sg_series_table_begin(table);
        for (int i = 0; i < (collection < 2 ? 300 : 2); i++) {
            (void)snprintf(topic, sizeof topic, "t%d", i);
            assert_int_equal(put(table, lag, topic, 1), 0);
        }
        if (collection >= 2) {
            assert_samples(table, "lag{broker=\"1\",topic=\"t0\"} 1\n"
                                  "lag{broker=\"1\",topic=\"t1\"} 1\n"
                                  "z_sum{node=\"1\"} 2\n");
        } else {
            struct sg_sample_set *set = NULL;
            assert_int_equal(sg_series_table_snapshot(table, &set), 0);
            assert_int_equal(set->n_present, 301);
            (void)sg_sample_set_unref(set);
        }
    }
    assert_true(sg_series_table_epoch(table) > 0);
    (void)sg_series_table_free(table);
    sg_aliases_done(&aliases);
}

/* A duplicate label drops the series, not the page. */
static void test_series_with_a_label_twice_is_refused(void **state)
{
    const struct sg_label twice[] = { { SG_STR("broker"), SG_STR("a") },
        { SG_STR("broker"), SG_STR("b") } };
    const struct sg_label renamed[] = { { SG_STR("exported_broker"), SG_STR("a") },
        { SG_STR("broker"), SG_STR("b") } };
    const struct sg_family family = { .name = "m", .help = "h", .type = SG_METRIC_GAUGE };
    struct sg_series_table *table = NULL;
    uint32_t id;
    uint32_t series;
    (void)state;

    assert_int_equal(sg_series_table_new(twice, 2, 0, &table), SG_SERIES_E_NAME);
    assert_int_equal(sg_series_table_new(twice, 1, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    assert_int_equal(
        sg_series_table_add(table, id, SG_STR(""), renamed, 2, &series), SG_SERIES_E_NAME);
    assert_int_equal(sg_series_table_add(table, id, SG_STR(""), renamed, 1, &series), 0);
    table = sg_series_table_free(table);
    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &family, &id), 0);
    assert_int_equal(
        sg_series_table_add(table, id, SG_STR(""), twice, 2, &series), SG_SERIES_E_NAME);
    (void)sg_series_table_free(table);
}

static void test_quantile_has_one_spelling(void **state)
{
    static const struct {
        const char *text;
        const char *expected; /* NULL: not a number */
    } cases[] = { { "0.50", "0.5" }, { "0.999", "0.999" }, { "0.5", "0.5" }, { ".5", "0.5" },
        { "1", "1.0" }, { "0", "0.0" }, { "5e-1", "0.5" }, { "0.990000", "0.99" }, { "p50", NULL },
        { "", NULL }, { " 0.5", NULL }, { "0x1", NULL }, { "nan", NULL }, { "1e999", NULL } };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[SG_NUMBER_TEXT_MAX + 1];
        double value;
        bool good = sg_quantile_read(sg_str_of(cases[i].text), &value);
        assert_int_equal(good, cases[i].expected != NULL);
        if (!good)
            continue;
        text[sg_quantile_write(text, value)] = '\0';
        assert_string_equal(text, cases[i].expected);
    }
}

/* Only a summary's; a gauge of that label keeps what its rule says, as it does in Prometheus. */
static void test_summary_quantiles_are_canonical_sorted_and_first(void **state)
{
    static const struct {
        const char *suffix;
        const char *quantile;
    } series[] = { { "_count", "" }, { "", "0.99" }, { "_sum", "" }, { "", "0.50" }, { "", "1" } };
    const struct sg_family families[] = { { .name = "s", .help = "h", .type = SG_METRIC_SUMMARY },
        { .name = "g", .help = "h", .type = SG_METRIC_GAUGE } };
    const struct sg_label half = { SG_STR("quantile"), SG_STR("0.50") };
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    struct sg_plan *plan = NULL;
    struct sg_buf page;
    uint32_t family;
    uint32_t id;
    (void)state;

    assert_int_equal(sg_series_table_new(NULL, 0, 0, &table), 0);
    assert_int_equal(sg_series_table_add_family(table, &families[0], &family), 0);
    sg_series_table_begin(table);
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++) {
        const struct sg_label label = { SG_STR("quantile"), sg_str_of(series[i].quantile) };
        assert_int_equal(
            sg_series_table_add(table, family, sg_str_of(series[i].suffix), &label, 1, &id), 0);
        assert_int_equal(sg_series_table_set_int(table, id, (int64_t)i), 0);
    }
    assert_int_equal(sg_series_table_add_family(table, &families[1], &family), 0);
    assert_int_equal(sg_series_table_add(table, family, SG_STR(""), &half, 1, &id), 0);
    assert_int_equal(sg_series_table_set_int(table, id, 9), 0);
    assert_int_equal(sg_series_table_snapshot(table, &set), 0);
    assert_int_equal(sg_plan_new(&set->layout, NULL, 1, &plan), 0);
    for (int format = 0; format < SG_FORMATS; format++) {
        const struct sg_sample_set *sets[] = { set };
        sg_buf_init(&page, 1 << 16);
        assert_int_equal(sg_encode(plan, sets, (enum sg_format)format, NULL, NULL, &page), 0);
        assert_int_equal(sg_buf_add_char(&page, '\0'), 0);
        const char *half_at = strstr(page.ptr, "s{quantile=\"0.5\"} 3");
        const char *most_at = strstr(page.ptr, "s{quantile=\"0.99\"} 1");
        const char *all_at = strstr(page.ptr, "s{quantile=\"1.0\"} 4");
        assert_true(half_at && most_at && all_at && half_at < most_at && most_at < all_at);
        assert_true(all_at < strstr(page.ptr, "s_sum") && all_at < strstr(page.ptr, "s_count"));
        assert_non_null(strstr(page.ptr, "g{quantile=\"0.50\"} 9"));
        sg_buf_done(&page);
    }
    (void)sg_plan_unref(plan);
    (void)sg_sample_set_unref(set);
    (void)sg_series_table_free(table);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile_has_one_spelling),
        cmocka_unit_test(test_summary_quantiles_are_canonical_sorted_and_first),
        cmocka_unit_test(test_series_with_a_label_twice_is_refused),
        cmocka_unit_test(test_aliases_rename_and_combine),
        cmocka_unit_test(test_aliases_keep_the_suffix_of_a_summary),
        cmocka_unit_test(test_aliases_scale_by_their_factor),
        cmocka_unit_test(test_aliases_of_chosen_series),
        cmocka_unit_test(test_aliases_have_the_number_of_the_state_that_is),
        cmocka_unit_test(test_aliases_survive_that_series_are_forgotten),
        cmocka_unit_test(test_encode_two_slots_share_one_header_in_order),
        cmocka_unit_test(test_encode_absent_values_give_no_line_and_no_header),
        cmocka_unit_test(test_encode_types_that_differ_become_untyped),
        cmocka_unit_test(test_add_label_values_are_escaped_and_repaired),
        cmocka_unit_test(test_add_label_named_as_constant_one_is_exported),
        cmocka_unit_test(test_add_bad_names_long_values_and_caps_are_refused),
        cmocka_unit_test(test_begin_many_series_gone_for_long_are_forgotten),
        cmocka_unit_test(test_openmetrics_types_give_way_to_names),
        cmocka_unit_test(test_summary_is_brought_together_by_its_labels),
        cmocka_unit_test(test_compose_takes_chosen_slots_and_lines),
        cmocka_unit_test(test_encode_in_pieces_is_the_same_page),
        cmocka_unit_test(test_encode_page_past_the_cap_is_refused),
        cmocka_unit_test(test_series_of_two_families_share_their_labels),
    };
    return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
