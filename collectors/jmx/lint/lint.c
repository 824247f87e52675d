/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/lint.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/words.h"
#include "jmx/lint/against.h"
#include "jmx/lint/checks.h"
#include "jmx/lint/dump.h"
#include "jmx/lint/findings.h"
#include "jmx/rules/rules.h"

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);
SG_AUTO_DEFINE(struct sg_dump *, sg_dump_free);

int sg_lint(const char *file, const char *against, FILE *out, struct sg_error *err)
{
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    sg_auto(sg_dump_free) struct sg_dump *dump = NULL;
    struct sg_findings findings = { .out = out };
    struct sg_buf text;

    sg_buf_init(&text, SG_YAML_BYTES_MAX);
    int r = sg_file_read(file, SG_FILE_PIPE_WAIT_MS, &text, err);
    if (!r)
        r = sg_rules_new(&rules);
    if (!r)
        r = sg_rules_add_text(rules, file, sg_buf_get(&text), err);
    if (!r) /* once more, for the places of what was good */
        r = sg_yaml_load_text(file, sg_buf_get(&text), &yaml, err);
    sg_buf_done(&text);
    if (r)
        return r < 0 ? r : SG_LINT_E_INVALID;
    if (against)
        r = sg_dump_read(against, rules, &dump, err);
    if (r)
        return r < 0 ? r : SG_LINT_E_AGAINST;

    findings.yaml = yaml;
    for (size_t i = 0; i < rules->n_warnings; i++)
        (void)fprintf(out, "%s\n", rules->warnings[i]);
    findings.n = rules->n_warnings;
    r = sg_lint_checks(rules, &findings);
    if (!r && dump)
        r = sg_lint_against(rules, dump, &findings);
    if (!r)
        (void)fprintf(out, "%s: %s, %s\n", file, sg_words_count(rules->n_rules, "rule").text,
            sg_words_count(findings.n, "warning").text);
    return r;
}
