/* SPDX-License-Identifier: Apache-2.0 */

/* A pattern that examples are made of, and a dump of MBeans: the input is PATTERN NUL JSON. */

#include "base/auto.h"
#include "jmx/lint/against.h"
#include "jmx/lint/pattern_examples.h"

#include <stdint.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);
SG_AUTO_DEFINE(struct sg_dump *, sg_dump_free);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules_text[] = "rules:\n"
                                 "- pattern: '<name=(.+)><>(\\w+)'\n"
                                 "  name: x_$2\n"
                                 "  labels: {n: $1}\n"
                                 "- pattern: 'a: (.*)'\n"
                                 "  name: y\n"
                                 "  value: $1\n"
                                 "- {}\n";

static void make_examples(struct sg_str pattern)
{
    struct sg_buf example;

    sg_buf_init(&example, SG_EXAMPLE_BYTES_MAX);
    for (unsigned variant = 0; variant < 4; variant++)
        (void)sg_pattern_example(pattern, variant, &example);
    sg_buf_done(&example);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    sg_auto(sg_dump_free) struct sg_dump *dump = NULL;
    struct sg_error err;

    if (!nul)
        return 0;
    make_examples((struct sg_str){ (const char *)data, (size_t)(nul - data) });
    struct sg_str json = { (const char *)nul + 1, size - (size_t)(nul + 1 - data) };
    if (sg_dump_parse(json, &dump, &err))
        return 0;
    FILE *out = fopen("/dev/null", "we");
    if (!out || sg_rules_new(&rules) ||
        sg_rules_add_text(rules, "rules.yml", SG_STR(rules_text), &err) ||
        sg_yaml_load_text("rules.yml", SG_STR(rules_text), &yaml, &err))
        abort();
    struct sg_findings findings = { .out = out, .yaml = yaml };
    (void)sg_lint_against(rules, dump, &findings);
    (void)fclose(out);
    return 0;
}
