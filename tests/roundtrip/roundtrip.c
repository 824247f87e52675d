/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The encoders alone, for tests/e2e/test_roundtrip.py. Reads one JSON document per line:
 *
 *   {"format": "text" | "openmetrics", "families": [{"name": …, "type": 0…5, "help": …,
 *    "samples": [{"suffix": …, "labels": {…}, "value": 1 | "0x1.8p+1" | "nan" | "inf"}]}]}
 *
 * and answers each with the length of the page, a line feed, and the page. Integers stay integers;
 * doubles come as text that strtod reads, so that JSON does not round them. Each character of HELP
 * and of a label's value is a byte, so that it need not be UTF-8.
 */

#include "metric/encode.h"
#include "metric/series.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void check(int r)
{
    if (r) {
        (void)fprintf(stderr, "failed: %d\n", r);
        exit(1);
    }
}

static struct sg_str text_of(const json_t *string)
{
    return (struct sg_str){ json_string_value(string), json_string_length(string) };
}

/* From characters up to U+00FF to bytes. */
static struct sg_str bytes_of(json_t *string)
{
    struct sg_str text = text_of(string);
    char *bytes = malloc(text.len + 1);
    size_t n = 0;

    check(!bytes);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80)
            c = (unsigned char)((c & 3) << 6 | (text.ptr[++i] & 0x3f));
        bytes[n++] = (char)c;
    }
    check(json_string_setn_nocheck(string, bytes, n));
    free(bytes);
    return text_of(string);
}

static void put_sample(struct sg_series_table *table, uint32_t family, json_t *sample)
{
    struct sg_label labels[SG_LABELS_MAX];
    json_t *value = json_object_get(sample, "value");
    const char *name;
    json_t *label;
    size_t n = 0;
    uint32_t series;

    json_object_foreach(json_object_get(sample, "labels"), name, label) labels[n++] =
        (struct sg_label){ sg_str_of(name), bytes_of(label) };
    check(sg_series_table_add(
        table, family, text_of(json_object_get(sample, "suffix")), labels, n, &series));
    if (json_is_integer(value))
        (void)sg_series_table_set_int(table, series, json_integer_value(value));
    else
        (void)sg_series_table_set_double(table, series, strtod(json_string_value(value), NULL));
}

static void answer(json_t *document)
{
    struct sg_series_table *table = NULL;
    struct sg_sample_set *set = NULL;
    struct sg_plan *plan = NULL;
    struct sg_buf page;
    size_t i, j;
    json_t *family, *sample;
    bool openmetrics = json_string_length(json_object_get(document, "format")) > 4;

    check(sg_series_table_new(NULL, 0, 0, &table));
    sg_series_table_begin(table);
    json_array_foreach(json_object_get(document, "families"), i, family)
    {
        struct sg_family described = { json_string_value(json_object_get(family, "name")),
            (enum sg_metric_type)json_integer_value(json_object_get(family, "type")),
            bytes_of(json_object_get(family, "help")).ptr };
        uint32_t id;
        check(sg_series_table_add_family(table, &described, &id));
        json_array_foreach(json_object_get(family, "samples"), j, sample)
            put_sample(table, id, sample);
    }
    check(sg_series_table_snapshot(table, &set));
    check(sg_plan_new(&set->layout, NULL, 1, &plan));
    sg_buf_init(&page, 1 << 30);
    check(sg_encode(plan, (const struct sg_sample_set *const *)&set,
        openmetrics ? SG_FORMAT_OPENMETRICS : SG_FORMAT_TEXT, NULL, NULL, &page));
    (void)printf("%zu\n", page.len);
    (void)fwrite(sg_buf_get(&page).ptr, 1, page.len, stdout);
    (void)fflush(stdout);
    sg_buf_done(&page);
    (void)sg_plan_unref(plan);
    (void)sg_sample_set_unref(set);
    (void)sg_series_table_free(table);
}

int main(void)
{
    char *line = NULL;
    size_t allocated = 0;

    while (getline(&line, &allocated, stdin) > 0) {
        json_t *document = json_loads(line, JSON_ALLOW_NUL, NULL);
        if (!document)
            return 1;
        answer(document);
        json_decref(document);
    }
    free(line);
    return 0;
}
