/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What rules cost: bench_rules RULES ANSWER MBEAN..., where RULES is a catalogue or a file, and
 * ANSWER a recorded answer to a bulk of reads of these MBeans. One line of numbers, times in µs:
 * reading the JSON alone, the first poll and a steady poll beyond that, and the first poll's share
 * per attribute.
 */

#include "base/buf.h"
#include "bench.h"
#include "jmx/catalogue/catalogue.h"
#include "jmx/jolokia/answer.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/series/engine.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ROUNDS = 30
};

static double now_us(void)
{
    return now_s() * 1e6;
}

static void put(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    sg_engine_put(context, attribute, value);
}

static void pass(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    (void)attribute;
    (void)value;
    ++*(size_t *)context;
}

static void note(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    (void)fprintf(stderr, "%s: %s\n", sg_failure_kind_text(kind), err->text);
}

static struct sg_buf read_file(const char *path)
{
    struct sg_buf bytes;
    FILE *file = fopen(path, "rb");
    size_t n = 1;

    sg_buf_init(&bytes, 64 << 20);
    while (file && n && sg_buf_reserve(&bytes, 65536) == 0) {
        n = fread(bytes.ptr + bytes.len, 1, 65536, file);
        bytes.len += n;
    }
    if (!file || bytes.len == 0) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    (void)fclose(file);
    return bytes;
}

static double read_us(const struct sg_poll_plan *plan,
    const struct sg_buf *answer,
    const struct sg_answer_handler *handler)
{
    char *body = malloc(answer->len + 1);

    if (!body)
        exit(1);
    memcpy(body, answer->ptr, answer->len);
    double start = now_us();
    (void)sg_answer_read(plan, body, answer->len, handler);
    double time_us = now_us() - start;
    free(body);
    return time_us;
}

static double least(double a, double b)
{
    return a == 0 || b < a ? b : a;
}

int main(int argc, char **argv)
{
    struct sg_rules *rules = NULL;
    struct sg_rules *asked = NULL;
    struct sg_poll_plan *plan = NULL;
    struct sg_error err = { "out of memory" };
    struct sg_buf yaml;
    size_t n_values = 0;
    double json_us = 0;
    double first_us = 0;
    double steady_us = 0;
    size_t n_decided = 0;

    if (argc < 4)
        return 2;
    int r = sg_catalogue_has(argv[1]) ? sg_catalogue_load(argv[1], &rules, &err)
                                      : sg_rules_load_file(argv[1], &rules, &err);
    sg_buf_init(&yaml, 65536);
    if (!r)
        r = sg_buf_printf(&yaml, "includeObjectNames:\n");
    for (int i = 3; i < argc && !r; i++)
        r = sg_buf_printf(&yaml, "  - '%s'\n", argv[i]);
    if (!r)
        r = sg_rules_new(&asked);
    if (!r)
        r = sg_rules_add_text(asked, "asked", sg_buf_get(&yaml), &err);
    if (!r)
        r = sg_rules_plan_new(asked, &plan);
    if (r) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct sg_buf answer = read_file(argv[2]);

    for (int round = 0; round < ROUNDS; round++) {
        const struct sg_answer_handler nothing = { &n_values, pass, NULL, NULL, note };
        struct sg_engine *engine = NULL;
        n_values = 0;
        json_us = least(json_us, read_us(plan, &answer, &nothing));
        if (sg_engine_new(rules, NULL, 0, &engine))
            return 1;
        const struct sg_answer_handler handler = { engine, put, NULL, NULL, note };
        for (int poll = 0; poll < 4; poll++) {
            struct sg_sample_set *set = NULL;
            sg_engine_begin(engine);
            double time_us = read_us(plan, &answer, &handler);
            double start = now_us();
            if (sg_engine_snapshot(engine, &set))
                return 1;
            time_us += now_us() - start;
            (void)sg_sample_set_unref(set);
            if (poll == 0) {
                first_us = least(first_us, time_us);
                n_decided = sg_engine_stats(engine)->n_decided;
            } else {
                steady_us = least(steady_us, time_us);
            }
        }
        (void)sg_engine_free(engine);
    }
    (void)printf(
        "%zu rules, %zu values, %zu decided: json %.0f, first %.0f (%.2f each), steady %.0f\n",
        rules->n_rules, n_values, n_decided, json_us, first_us - json_us,
        (first_us - json_us) / (double)n_decided, steady_us - json_us);
    sg_buf_done(&answer);
    sg_buf_done(&yaml);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(asked);
    (void)sg_rules_free(rules);
    return 0;
}
