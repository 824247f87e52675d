/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How fast a page is built from values that all changed, against the least that any encoder must do
 * in the same run: copy as many bytes of ready text. Prints one line per size.
 */

#include "base/buf.h"
#include "bench.h"
#include "metric/encode.h"
#include "metric/series.h"
#include "store/compress.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAMILIES = 100,
    ROUNDS = 15
};

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times)
{
    qsort(times, ROUNDS, sizeof *times, compare_doubles);
    return times[ROUNDS / 2];
}

static void check(int r)
{
    if (r) {
        (void)fprintf(stderr, "failed: %d\n", r);
        exit(1);
    }
}

static struct sg_series_table *make_table(uint32_t n_series)
{
    struct sg_label constant[] = { { SG_STR("kafka_cluster"), SG_STR("streaming") },
        { SG_STR("broker"), SG_STR("1") } };
    struct sg_series_table *table = NULL;
    uint32_t series;

    check(sg_series_table_new(constant, 2, 0, &table));
    for (uint32_t i = 0; i < n_series; i++) {
        char name[64];
        char topic[32];
        char partition[16];
        uint32_t family;
        (void)snprintf(name, sizeof name, "kafka_topic_partition_some_offset_%u", i % FAMILIES);
        (void)snprintf(topic, sizeof topic, "topic-%u", i / FAMILIES / 10);
        (void)snprintf(partition, sizeof partition, "%u", i / FAMILIES % 10);
        struct sg_family description = { name, SG_METRIC_GAUGE, "An offset (ListOffsets)." };
        struct sg_label labels[] = { { SG_STR("topic"), sg_str_of(topic) },
            { SG_STR("partition"), sg_str_of(partition) } };
        check(sg_series_table_add_family(table, &description, &family));
        check(sg_series_table_add(table, family, SG_STR(""), labels, 2, &series));
    }
    return table;
}

/* @return bytes */
static size_t gzip(struct sg_str text)
{
    struct sg_compressor *compressor = NULL;
    struct sg_buf out;

    sg_buf_init(&out, 1 << 30);
    check(sg_compressor_new(SG_CODING_GZIP, &out, &compressor));
    check(sg_compressor_add(compressor, text));
    check(sg_compressor_end(compressor));
    (void)sg_compressor_free(compressor);
    size_t n = out.len;
    sg_buf_done(&out);
    return n;
}

static double libdeflate_s(struct sg_str text, char *to)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    double begun = now_s();
    (void)libdeflate_gzip_compress(compressor, text.ptr, text.len, to, text.len);
    double taken = now_s() - begun;
    libdeflate_free_compressor(compressor);
    return taken;
}

static void run(uint32_t n_series)
{
    struct sg_series_table *table = make_table(n_series);
    struct sg_plan *plan = NULL;
    struct sg_buf out;
    double encode_s[ROUNDS], gzip_s[ROUNDS], reference_s[ROUNDS], copy_s[ROUNDS];
    size_t gzip_bytes = 0;

    sg_buf_init(&out, 1 << 30);
    for (int round = 0; round < ROUNDS; round++) {
        struct sg_sample_set *set = NULL;
        double begun = now_s();
        sg_series_table_begin(table);
        for (uint32_t i = 0; i < n_series; i++)
            (void)sg_series_table_set_int(table, i, (int64_t)i * 12345 + round);
        check(sg_series_table_snapshot(table, &set));
        if (!plan)
            check(sg_plan_new(&set->layout, NULL, 1, &plan));
        sg_buf_clear(&out);
        check(sg_encode(
            plan, (const struct sg_sample_set *const *)&set, SG_FORMAT_TEXT, NULL, NULL, &out));
        encode_s[round] = now_s() - begun;
        (void)sg_sample_set_unref(set);

        char *to = malloc(out.len);
        if (!to)
            exit(1);
        memset(to, 1, out.len);
        begun = now_s();
        memcpy(to, out.ptr, out.len);
        copy_s[round] = now_s() - begun;
        __asm__ volatile("" : : "r"(to) : "memory");
        begun = now_s();
        gzip_bytes = gzip(sg_buf_get(&out));
        gzip_s[round] = now_s() - begun;
        reference_s[round] = libdeflate_s(sg_buf_get(&out), to);
        free(to);
    }
    double encode = median(encode_s);
    double copy = median(copy_s);
    double gzipping = median(gzip_s);
    (void)printf("| %u | %.2f MB | %.3f ms | %.1f M/s | %.1f x | %.2f ms | %.2f MB | %.2f x |\n",
        n_series, (double)out.len / 1e6, encode * 1e3, n_series / encode / 1e6, encode / copy,
        gzipping * 1e3, (double)gzip_bytes / 1e6, gzipping / median(reference_s));
    (void)sg_plan_unref(plan);
    (void)sg_series_table_free(table);
    sg_buf_done(&out);
}

int main(void)
{
    (void)puts(
        "| series | page | set, snapshot and encode | samples | against memcpy of the page "
        "| gzip | gzipped | against libdeflate's level 1 |\n|---|---|---|---|---|---|---|---|");
    run(1000);
    run(10000);
    run(100000);
    return 0;
}
