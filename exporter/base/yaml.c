/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/buf.h"
#include "base/meant.h"
#include "base/yaml_node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *sg_yaml_name(const struct sg_yaml *yaml)
{
    return yaml->name;
}

const struct sg_yaml_node *sg_yaml_root(const struct sg_yaml *yaml)
{
    return yaml->root;
}

void sg_yaml_problem(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *format, ...)
{
    struct sg_buf text;
    struct sg_error words;
    va_list args;

    if (yaml->n_problems == SG_YAML_PROBLEMS_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(words.text, sizeof words.text, format, args);
    va_end(args);

    sg_buf_init(&text, 8192);
    sg_buf_printf(&text, "%s:%u:%u: %s", yaml->name, node ? node->line : 1, node ? node->column : 1,
        words.text);
    const char *cut = sg_buf_get_cut(&text);
    char *problem = cut ? strdup(cut) : NULL;
    sg_buf_done(&text);
    if (problem)
        yaml->problems[yaml->n_problems++] = problem;
}

size_t sg_yaml_n_problems(const struct sg_yaml *yaml)
{
    return yaml->n_problems;
}

const char *sg_yaml_get_problem(const struct sg_yaml *yaml, size_t i)
{
    return yaml->problems[i];
}

size_t sg_yaml_line(const struct sg_yaml_node *node)
{
    return node->line;
}

size_t sg_yaml_column(const struct sg_yaml_node *node)
{
    return node->column;
}

bool sg_yaml_is_map(const struct sg_yaml_node *node)
{
    return node && node->kind == MAP;
}

bool sg_yaml_is_list(const struct sg_yaml_node *node)
{
    return node && node->kind == LIST;
}

bool sg_yaml_is_scalar(const struct sg_yaml_node *node)
{
    return node && node->kind == SCALAR;
}

bool sg_yaml_is_plain(const struct sg_yaml_node *node)
{
    return sg_yaml_is_scalar(node) && node->plain;
}

bool sg_yaml_has_anchor(const struct sg_yaml_node *node)
{
    return node && node->has_anchor;
}

bool sg_yaml_is_null(const struct sg_yaml_node *node)
{
    return sg_yaml_is_plain(node) &&
           (node->n == 0 || strcmp(node->text, "~") == 0 || strcasecmp(node->text, "null") == 0);
}

size_t sg_yaml_count(const struct sg_yaml_node *node)
{
    return node && node->kind != SCALAR ? node->n : 0;
}

const struct sg_yaml_node *sg_yaml_item(const struct sg_yaml_node *list, size_t i)
{
    return sg_yaml_is_list(list) && i < list->n ? list->nodes[i] : NULL;
}

void sg_yaml_pair(const struct sg_yaml_node *map,
    size_t i,
    const struct sg_yaml_node **ret_key,
    const struct sg_yaml_node **ret_value)
{
    *ret_key = map->nodes[i * 2];
    *ret_value = map->nodes[i * 2 + 1];
}

const struct sg_yaml_node *sg_yaml_find(const struct sg_yaml_node *map, const char *key)
{
    if (!sg_yaml_is_map(map))
        return NULL;
    for (size_t i = 0; i < map->n; i++) {
        const struct sg_yaml_node *node = map->nodes[i * 2];
        if (node->kind == SCALAR && strcmp(node->text, key) == 0)
            return map->nodes[i * 2 + 1];
    }
    return NULL;
}

struct sg_str sg_yaml_text(const struct sg_yaml_node *scalar)
{
    if (!sg_yaml_is_scalar(scalar))
        return SG_STR("");
    return (struct sg_str){ scalar->text, scalar->n };
}

static bool contains(const char *const *words, const char *word)
{
    for (; *words; words++) {
        if (strcmp(*words, word) == 0)
            return true;
    }
    return false;
}

bool sg_yaml_expect_map(struct sg_yaml *yaml,
    const struct sg_yaml_node *node,
    const char *what,
    const char *const *allowed)
{
    if (!sg_yaml_is_map(node)) {
        sg_yaml_problem(yaml, node, "%s must be a map of keys and values", what);
        return false;
    }
    /* Unknown keys are problems, of which a bounded number is reported. */
    for (size_t i = 0; i < node->n && yaml->n_problems < SG_YAML_PROBLEMS_MAX; i++) {
        const struct sg_yaml_node *key = node->nodes[i * 2];
        if (key->kind != SCALAR) {
            sg_yaml_problem(yaml, key, "a key of %s must be text", what);
            continue;
        }
        if (!contains(allowed, key->text)) {
            const char *meant = sg_meant(key->text, allowed);
            sg_yaml_problem(yaml, key, "unknown key \"%.80s\" in %s%s%s%s", key->text, what,
                meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
        }
        for (size_t j = 0; j < i; j++) {
            if (node->nodes[j * 2]->kind == SCALAR &&
                strcmp(node->nodes[j * 2]->text, key->text) == 0) {
                sg_yaml_problem(yaml, key, "duplicate key \"%.80s\" in %s, first in line %u",
                    key->text, what, node->nodes[j * 2]->line);
                break;
            }
        }
    }
    return true;
}

bool sg_yaml_read_text(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, struct sg_str *value)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key);

    if (!node)
        return false;
    if (node->kind != SCALAR || sg_yaml_is_null(node)) {
        sg_yaml_problem(yaml, node, "\"%s\" must be text", key);
        return false;
    }
    if (memchr(node->text, '\0', node->n)) {
        sg_yaml_problem(yaml, node, "\"%s\" contains a NUL character", key);
        return false;
    }
    *value = (struct sg_str){ node->text, node->n };
    return true;
}

bool sg_yaml_read_string(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, char **value)
{
    struct sg_str text;

    if (!sg_yaml_read_text(yaml, map, key, &text))
        return false;
    char *copy = strdup(text.ptr);
    if (!copy) {
        sg_yaml_problem(yaml, map, "out of memory");
        return false;
    }
    free(*value);
    *value = copy;
    return true;
}

bool sg_yaml_read_bool(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, bool *value)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key);
    /* YAML 1.1, which jmx_exporter's files use */
    static const char *const yes[] = { "true", "yes", "on", NULL };
    static const char *const no[] = { "false", "no", "off", NULL };

    if (!node)
        return false;
    char word[8] = "";
    if (node->kind == SCALAR && node->plain && node->n < sizeof word) {
        for (size_t i = 0; i < node->n; i++)
            word[i] = (char)(node->text[i] | 0x20);
    }
    if (contains(yes, word)) {
        *value = true;
        return true;
    }
    if (contains(no, word)) {
        *value = false;
        return true;
    }
    sg_yaml_problem(yaml, node, "\"%s\" must be true or false", key);
    return false;
}

bool sg_duration_parse_ms(struct sg_str text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
        { "w", 604800000 }, { "y", INT64_C(31536000000) } };
    int64_t total = 0;
    size_t at = 0;

    if (text.len == 0)
        return false;
    while (at < text.len) {
        int64_t n = 0;
        size_t start = at;
        for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
            if (__builtin_mul_overflow(n, 10, &n) ||
                __builtin_add_overflow(n, text.ptr[at] - '0', &n))
                return false;
        }
        if (at == start)
            return false;
        size_t unit_start = at;
        while (at < text.len && text.ptr[at] >= 'a' && text.ptr[at] <= 'z')
            at++;
        struct sg_str unit = { text.ptr + unit_start, at - unit_start };
        int64_t factor = 0;
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (sg_str_equal(unit, sg_str_of(units[i].unit)))
                factor = units[i].ms;
        }
        if (factor == 0 || __builtin_mul_overflow(n, factor, &n) ||
            __builtin_add_overflow(total, n, &total))
            return false;
    }
    *ret_ms = total;
    return true;
}

bool sg_yaml_read_duration_ms(
    struct sg_yaml *yaml, const struct sg_yaml_node *map, const char *key, int64_t *value)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key);

    if (!node)
        return false;
    if (node->kind == SCALAR && sg_duration_parse_ms(sg_yaml_text(node), value))
        return true;
    sg_yaml_problem(yaml, node, "\"%s\" must be a duration such as 15s, 500ms or 1m30s", key);
    return false;
}
