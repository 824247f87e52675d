/* SPDX-License-Identifier: Apache-2.0 */
#include "jolokia/catalogue.h"

#include "base/auto.h"
#include "base/buf.h"
#include "jolokia/matcher.h"

#include <errno.h>
#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_rules *, sg_rules_free);

bool sg_catalogue_has(const char *name)
{
    for (const struct sg_catalogue_file *file = sg_catalogue_files; file->catalogue; file++) {
        if (strcmp(file->catalogue, name) == 0)
            return true;
    }
    return false;
}

/* Has one of these catalogues the file too? */
static bool is_shared(const char *const *names, size_t n, const char *file_name)
{
    for (const struct sg_catalogue_file *file = sg_catalogue_files; file->catalogue; file++) {
        for (size_t i = 0; i < n; i++) {
            if (strcmp(file->catalogue, names[i]) == 0 && strcmp(file->file, file_name) == 0)
                return true;
        }
    }
    return false;
}

int sg_catalogue_load_all(
    const char *const *names, size_t n, struct sg_rules **ret_rules, struct sg_error *err)
{
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;

    int r = sg_rules_new(&rules);
    for (size_t i = 0; i < n && !r; i++) {
        if (!sg_catalogue_has(names[i]))
            return sg_error_set(err, -ENOENT, "there is no catalogue \"%.80s\"", names[i]);
        for (const struct sg_catalogue_file *file = sg_catalogue_files; file->catalogue && !r;
             file++) {
            if (strcmp(file->catalogue, names[i]) == 0 && !is_shared(names, i, file->file))
                r = sg_rules_add_text(
                    rules, file->file, (struct sg_str){ file->text, file->len }, err);
        }
    }
    if (r)
        return r;
    *ret_rules = sg_take(&rules);
    return 0;
}

int sg_catalogue_load(const char *name, struct sg_rules **ret_rules, struct sg_error *err)
{
    return sg_catalogue_load_all(&name, 1, ret_rules, err);
}

/* The rule's family, with its name in `name`. */
static int describe(
    const struct sg_rule *rule, struct sg_buf *name, struct sg_catalogue_metric *metric)
{
    struct sg_str literal;
    struct sg_str suffix;

    sg_buf_clear(name);
    if (!rule->has_name || !sg_template_literal(&rule->name, &literal))
        return -ENOENT;
    int r = sg_matcher_family_name(literal, rule->type, name, &suffix);
    if (!r)
        r = sg_buf_add_char(name, '\0');
    metric->family.name = name->ptr;
    metric->family.type = rule->type;
    metric->family.help = rule->has_help ? rule->help.text : "";
    return r;
}

static bool is_told(
    const struct sg_rules *rules, size_t n, const char *name, struct sg_buf *scratch)
{
    struct sg_catalogue_metric earlier;

    for (size_t i = 0; i < n; i++) {
        if (describe(&rules->rules[i], scratch, &earlier) == 0 &&
            strcmp(earlier.family.name, name) == 0)
            return true;
    }
    return false;
}

int sg_catalogue_each_metric(const char *name,
    void (*metric)(void *context, const struct sg_catalogue_metric *metric),
    void *context,
    struct sg_error *err)
{
    sg_auto(sg_rules_free) struct sg_rules *rules = NULL;
    struct sg_str labels[SG_RULE_LABELS_MAX];
    struct sg_buf text;
    struct sg_buf scratch;

    int r = sg_catalogue_load(name, &rules, err);
    if (r)
        return r;
    sg_buf_init(&text, 4096);
    sg_buf_init(&scratch, 4096);
    for (size_t i = 0; i < rules->n_rules && !r; i++) {
        const struct sg_rule *rule = &rules->rules[i];
        struct sg_catalogue_metric one = { .labels = labels, .n_labels = rule->n_labels };
        r = describe(rule, &text, &one);
        for (size_t j = 0; j < rule->n_labels; j++)
            labels[j] = sg_str_of(rule->labels[j].name.text);
        if (!r && !is_told(rules, i, one.family.name, &scratch))
            metric(context, &one);
        if (r == -ENOENT) /* a rule without a literal name has nothing to tell */
            r = 0;
    }
    sg_buf_done(&text);
    sg_buf_done(&scratch);
    return r;
}
