/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Jolokia collector without its network, for tests/e2e/test_parity.py:
 *
 *   parity RULES             the request of the rule file, for an agent
 *   parity RULES ANSWER...   polls with these answers, one after the other; the exposition of the
 * last
 */

#include "base/buf.h"
#include "jmx/catalogue/catalogue.h"
#include "jmx/jolokia/answer.h"
#include "jmx/jolokia/request.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/series/engine.h"
#include "metric/encode.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

static int read_file(const char *path, struct sg_buf *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t n = 1;

    sg_buf_init(bytes, 64 << 20);
    while (file && n && sg_buf_reserve(bytes, 65536) == 0) {
        n = fread(bytes->ptr + bytes->len, 1, 65536, file);
        bytes->len += n;
    }
    bool good = file && !ferror(file);
    if (file)
        (void)fclose(file);
    return good ? 0 : fail(path, "cannot be read");
}

static void put(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    sg_engine_put(context, attribute, value);
}

static void note(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    (void)fail(sg_failure_kind_text(kind), err->text);
}

static int poll_once(
    struct sg_engine *engine, const struct sg_poll_plan *plan, const char *answer, bool print)
{
    const struct sg_answer_handler handler = { engine, put, NULL, NULL, note };
    struct sg_sample_set *set = NULL;
    struct sg_plan *page_plan = NULL;
    struct sg_buf body;
    struct sg_buf page;

    if (read_file(answer, &body))
        return 1;
    sg_engine_begin(engine);
    int r = sg_answer_read(plan, body.ptr, body.len, &handler);
    if (!r)
        r = sg_engine_snapshot(engine, &set);
    sg_buf_done(&body);
    sg_buf_init(&page, 64 << 20);
    if (!r)
        r = sg_plan_new(&set->layout, NULL, 1, &page_plan);
    const struct sg_sample_set *sets[] = { set };
    if (!r)
        r = sg_encode(page_plan, sets, SG_FORMAT_TEXT, NULL, NULL, &page);
    if (!r && print)
        (void)fwrite(sg_buf_get(&page).ptr, 1, page.len, stdout);
    const struct sg_engine_stats *stats = sg_engine_stats(engine);
    for (int reason = 0; print && reason < SG_DROP_REASONS; reason++) {
        if (stats->n_dropped[reason])
            (void)fprintf(stderr, "dropped: %zu %s\n", stats->n_dropped[reason],
                sg_drop_reason_text((enum sg_drop_reason)reason));
    }
    sg_buf_done(&page);
    (void)sg_plan_unref(page_plan);
    (void)sg_sample_set_unref(set);
    return r ? fail(answer, "no page") : 0;
}

static int print_body(const struct sg_poll_plan *plan)
{
    char *body = NULL;
    int r = sg_request_body(plan, NULL, &body);

    if (!r)
        (void)puts(body);
    free(body);
    return r;
}

int main(int argc, char **argv)
{
    struct sg_rules *rules = NULL;
    struct sg_poll_plan *plan = NULL;
    struct sg_engine *engine = NULL;
    struct sg_error err = { "out of memory" };

    if (argc < 2)
        return fail("usage", "parity RULES [ANSWER...]");
    int r = sg_catalogue_has(argv[1]) ? sg_catalogue_load(argv[1], &rules, &err)
                                      : sg_rules_load_file(argv[1], &rules, &err);
    if (!r)
        r = sg_rules_plan_new(rules, &plan);
    if (!r)
        r = sg_engine_new(rules, NULL, 0, &engine);
    if (r)
        r = fail(argv[1], err.text);
    if (!r && argc == 2)
        r = print_body(plan);
    for (int i = 2; i < argc && !r; i++)
        r = poll_once(engine, plan, argv[i], i + 1 == argc);
    (void)sg_engine_free(engine);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
    return r;
}
