/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/catalogue/catalogue.h"
#include "jmx/jolokia/answer.h"
#include "jmx/rules/rules_plan.h"
#include "jmx/series/engine.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    sg_engine_put(context, attribute, value);
}

static void note_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    (void)kind;
    (void)err;
}

/* Whatever an agent answers, twice: no crash, and the second poll makes no new decisions. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char yaml[] =
        "includeObjectNames: ['*:*', 'k:type=One']\n"
        "rules:\n"
        "  - { pattern: '<>Text: (.+)', name: text, value: 1, labels: { v: $1 } }\n"
        "  - {}\n";
    struct sg_rules *rules = NULL;
    struct sg_poll_plan *plan = NULL;
    struct sg_engine *engine = NULL;

    if (sg_rules_new(&rules) || sg_rules_add_text(rules, "fuzz", SG_STR(yaml), NULL) ||
        sg_rules_plan_new(rules, &plan) || sg_engine_new(rules, NULL, 0, &engine))
        abort();
    const struct sg_answer_handler handler = { engine, put_value, NULL, NULL, note_failure };
    for (int poll = 0; poll < 2; poll++) {
        char *body = malloc(size + 1);
        if (!body)
            abort();
        if (size)
            memcpy(body, data, size);
        sg_engine_begin(engine);
        (void)sg_answer_read(plan, body, size, &handler);
        free(body);
    }
    struct sg_sample_set *set = NULL;
    if (sg_engine_snapshot(engine, &set) == 0)
        (void)sg_sample_set_unref(set);
    (void)sg_engine_free(engine);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
    return 0;
}
