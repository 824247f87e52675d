/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/rules_loader.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXTS_MAX = 1000, /* per list of the file */
    WARNINGS_MAX = 100,
};

void sg_rules_loader_no_memory(struct sg_rules_loader *loader, const struct sg_yaml_node *node)
{
    sg_yaml_problem(loader->yaml, node, "out of memory");
}

bool sg_rules_loader_grow(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    void *array,
    size_t n_now,
    size_t n,
    size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n_now + n + 1, size, &bytes))
        bytes = SIZE_MAX;
    void *grown = realloc(*(void **)array, bytes);
    if (!grown) {
        sg_rules_loader_no_memory(loader, node);
        return false;
    }
    memset((char *)grown + n_now * size, 0, (n + 1) * size);
    *(void **)array = grown;
    return true;
}

void sg_rules_loader_warn(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const char *text)
{
    struct sg_rules *rules = loader->rules;
    struct sg_buf line;

    if (rules->n_warnings == WARNINGS_MAX || !sg_rules_loader_grow(loader, node, &rules->warnings,
                                                 rules->n_warnings, 1, sizeof *rules->warnings))
        return;
    sg_buf_init(&line, 4096);
    sg_buf_printf(&line, "%s:%zu:%zu: %s", sg_yaml_name(loader->yaml), sg_yaml_line(node),
        sg_yaml_column(node), text);
    rules->warnings[rules->n_warnings] = sg_buf_take(&line);
    rules->n_warnings += rules->warnings[rules->n_warnings] != NULL;
    sg_buf_done(&line);
}

bool sg_rules_loader_is_list(
    struct sg_rules_loader *loader, const struct sg_yaml_node *node, const char *what, size_t max)
{
    if (!sg_yaml_is_list(node)) {
        sg_yaml_problem(loader->yaml, node, "%s must be a list", what);
        return false;
    }
    if (sg_yaml_count(node) > max) {
        sg_yaml_problem(loader->yaml, node, "%s has more than %zu entries", what, max);
        return false;
    }
    return true;
}

bool sg_rules_loader_read_texts(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    const char *what,
    char ***ret_texts,
    size_t *ret_n)
{
    if (!sg_rules_loader_is_list(loader, node, what, TEXTS_MAX) ||
        !sg_rules_loader_grow(loader, node, ret_texts, 0, sg_yaml_count(node), sizeof **ret_texts))
        return false;
    for (size_t i = 0; i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(node, i);
        struct sg_str text = sg_yaml_text(item);
        if (text.len == 0 || memchr(text.ptr, '\0', text.len)) {
            sg_yaml_problem(loader->yaml, item, "%s must be a list of names", what);
            return false;
        }
        (*ret_texts)[*ret_n] = strdup(text.ptr);
        if (!(*ret_texts)[*ret_n]) {
            sg_rules_loader_no_memory(loader, item);
            return false;
        }
        (*ret_n)++;
    }
    return true;
}
