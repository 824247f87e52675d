/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/matcher.h"
#include "jmx/rules/rules.h"
#include "jmx/rules/rules_plan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Whatever a rule file contains: no crash; and a decision that does not depend on the value is the
 * same for another value.
 */
static void check(struct sg_matcher *matcher)
{
    static const struct sg_attribute attribute = {
        .mbean = { "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=a.b", 65 },
        .depth = 2,
        .path = { { "Usage", 5 }, { "used", 4 } },
    };
    static const struct sg_attribute_value values[] = {
        { .kind = SG_ATTRIBUTE_INT, .integer = 5 },
        { .kind = SG_ATTRIBUTE_DOUBLE, .number = -1.5e-9 },
        { .kind = SG_ATTRIBUTE_BOOL, .flag = true },
    };
    struct sg_outcome first;
    struct sg_outcome other;
    char name[256] = "";

    if (sg_matcher_decide(matcher, &attribute, &values[0], &first))
        return;
    if (first.kind == SG_OUTCOME_SERIES)
        (void)snprintf(name, sizeof name, "%s", first.family.name);
    for (size_t i = 1; i < 3; i++) {
        if (sg_matcher_decide(matcher, &attribute, &values[i], &other))
            return;
        if (first.depends_on_value)
            continue;
        bool same_name = other.kind != SG_OUTCOME_SERIES ||
                         strncmp(name, other.family.name, sizeof name - 1) == 0;
        if (other.kind != first.kind || other.rule != first.rule || !same_name)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_str text = { (const char *)data, size };
    struct sg_rules *rules = NULL;
    struct sg_poll_plan *plan = NULL;
    struct sg_matcher *matcher = NULL;
    struct sg_error err;

    if (sg_rules_new(&rules))
        abort();
    if (sg_rules_add_text(rules, "fuzz", text, &err) == 0) {
        if (sg_rules_plan_new(rules, &plan) || sg_matcher_new(rules, &matcher))
            abort();
        check(matcher);
    }
    (void)sg_matcher_free(matcher);
    (void)sg_poll_plan_free(plan);
    (void)sg_rules_free(rules);
    return 0;
}
