/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/meant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/*
 * libyaml's nodes are copied into a tree of our own, for three reasons: a node knows its place and
 * its document, aliases cannot make an endless or exponential walk (each copied node counts against
 * a cap), and depth is bounded before any reader recurses.
 */

enum {
    NODES_MAX = 200000
};

struct sg_yaml_node {
    enum {
        SCALAR,
        LIST,
        MAP
    } kind;
    bool plain; /* a scalar without quotes */
    uint32_t line;
    uint32_t column;
    size_t n; /* elements; for a map, pairs */
    union {
        char *text;                  /* owned */
        struct sg_yaml_node **nodes; /* owned; a map's keys and values alternate */
    };
};

struct sg_yaml {
    char *name;
    struct sg_yaml_node *root;
    size_t n_nodes;
    size_t n_problems;
    char *problems[SG_YAML_PROBLEMS_MAX];
};

static struct sg_yaml_node *node_free(struct sg_yaml_node *node)
{
    if (!node)
        return NULL;
    if (node->kind == SCALAR) {
        free(node->text);
    } else if (node->nodes) {
        size_t n = node->kind == MAP ? node->n * 2 : node->n;
        for (size_t i = 0; i < n; i++)
            (void)node_free(node->nodes[i]);
        free(node->nodes);
    }
    free(node);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_yaml_node *, node_free);
SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

static int copy_node(struct sg_yaml *yaml,
    yaml_document_t *document,
    int index,
    int depth,
    struct sg_yaml_node **ret_node,
    struct sg_error *err)
{
    yaml_node_t *from = yaml_document_get_node(document, index);
    size_t line = from->start_mark.line + 1;
    size_t column = from->start_mark.column + 1;

    if (depth > SG_YAML_DEPTH_MAX)
        return sg_error_set(err, SG_YAML_E_SYNTAX, "%s:%zu:%zu: nested more than %d levels deep",
            yaml->name, line, column, SG_YAML_DEPTH_MAX);
    if (++yaml->n_nodes > NODES_MAX)
        return sg_error_set(err, SG_YAML_E_SYNTAX,
            "%s:%zu:%zu: more than %d values (aliases count each time)", yaml->name, line, column,
            NODES_MAX);

    sg_auto(node_free) struct sg_yaml_node *node = calloc(1, sizeof *node);
    if (!node)
        return -ENOMEM;
    node->line = (uint32_t)line;
    node->column = (uint32_t)column;

    if (from->type == YAML_SCALAR_NODE) {
        node->kind = SCALAR;
        node->plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->n = from->data.scalar.length;
        node->text = malloc(node->n + 1);
        if (!node->text)
            return -ENOMEM;
        memcpy(node->text, from->data.scalar.value, node->n);
        node->text[node->n] = '\0';
    } else if (from->type == YAML_SEQUENCE_NODE) {
        node->kind = LIST;
        size_t n = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
        node->nodes = calloc(n ? n : 1, sizeof *node->nodes);
        if (!node->nodes)
            return -ENOMEM;
        for (; node->n < n; node->n++) {
            int r = copy_node(yaml, document, from->data.sequence.items.start[node->n], depth + 1,
                &node->nodes[node->n], err);
            if (r)
                return r;
        }
    } else {
        node->kind = MAP;
        size_t n = (size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);
        node->nodes = calloc(n ? n * 2 : 1, sizeof *node->nodes);
        if (!node->nodes)
            return -ENOMEM;
        node->n = n;
        for (size_t i = 0; i < n; i++) {
            const yaml_node_pair_t *pair = &from->data.mapping.pairs.start[i];
            int r = copy_node(yaml, document, pair->key, depth + 1, &node->nodes[i * 2], err);
            if (!r)
                r = copy_node(yaml, document, pair->value, depth + 1, &node->nodes[i * 2 + 1], err);
            if (r)
                return r;
        }
    }
    *ret_node = sg_take(&node);
    return 0;
}

int sg_yaml_load_text(
    const char *name, struct sg_str text, struct sg_yaml **ret_yaml, struct sg_error *err)
{
    yaml_parser_t parser;
    yaml_document_t document;

    sg_auto(sg_yaml_free) struct sg_yaml *yaml = calloc(1, sizeof *yaml);
    if (!yaml || !(yaml->name = strdup(name)))
        return -ENOMEM;
    if (text.len > SG_YAML_BYTES_MAX)
        return sg_error_set(
            err, SG_YAML_E_READ, "%s: larger than %d bytes", name, SG_YAML_BYTES_MAX);

    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    if (!yaml_parser_load(&parser, &document)) {
        int r = parser.error == YAML_MEMORY_ERROR
                    ? -ENOMEM
                    : sg_error_set(err, SG_YAML_E_SYNTAX, "%s:%zu:%zu: %s%s%s", name,
                          parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                          parser.problem ? parser.problem : "not YAML", parser.context ? " " : "",
                          parser.context ? parser.context : "");
        yaml_parser_delete(&parser);
        return r;
    }

    int r = 0;
    if (yaml_document_get_root_node(&document))
        r = copy_node(yaml, &document, 1, 0, &yaml->root, err);
    yaml_document_delete(&document);

    /* A second document would be lost without a word. */
    if (r == 0 && yaml_parser_load(&parser, &document)) {
        if (yaml_document_get_root_node(&document))
            r = sg_error_set(err, SG_YAML_E_SYNTAX,
                "%s:%zu:%zu: a second document; only one is read", name,
                document.start_mark.line + 1, document.start_mark.column + 1);
        yaml_document_delete(&document);
    } else if (r == 0) {
        r = sg_error_set(err, SG_YAML_E_SYNTAX, "%s:%zu:%zu: %s", name,
            parser.problem_mark.line + 1, parser.problem_mark.column + 1,
            parser.problem ? parser.problem : "not YAML");
    }
    yaml_parser_delete(&parser);
    if (r)
        return r;
    *ret_yaml = sg_take(&yaml);
    return 0;
}

int sg_yaml_load_file(const char *path, struct sg_yaml **ret_yaml, struct sg_error *err)
{
    struct sg_buf text;
    int r = 0;

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return sg_error_set(err, SG_YAML_E_READ, "%s: %s", path, strerror(errno));

    sg_buf_init(&text, SG_YAML_BYTES_MAX + 1);
    for (;;) {
        r = sg_buf_reserve(&text, 4096);
        if (r == -EMSGSIZE) {
            r = sg_error_set(
                err, SG_YAML_E_READ, "%s: larger than %d bytes", path, SG_YAML_BYTES_MAX);
            break;
        }
        if (r)
            break;
        ssize_t n = read(fd, text.ptr + text.len, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            r = sg_error_set(err, SG_YAML_E_READ, "%s: %s", path, strerror(errno));
        if (n <= 0)
            break;
        text.len += (size_t)n;
    }
    (void)close(fd);
    if (r == 0)
        r = sg_yaml_load_text(path, sg_buf_get(&text), ret_yaml, err);
    sg_buf_done(&text);
    return r;
}

struct sg_yaml *sg_yaml_free(struct sg_yaml *yaml)
{
    if (!yaml)
        return NULL;
    (void)node_free(yaml->root);
    for (size_t i = 0; i < yaml->n_problems && i < SG_YAML_PROBLEMS_MAX; i++)
        free(yaml->problems[i]);
    free(yaml->name);
    free(yaml);
    return NULL;
}

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
    (void)sg_buf_printf(&text, "%s:%u:%u: %s", yaml->name, node ? node->line : 1,
        node ? node->column : 1, words.text);
    char *problem = sg_buf_take(&text);
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
    return list->nodes[i];
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
    for (size_t i = 0; i < node->n; i++) {
        const struct sg_yaml_node *key = node->nodes[i * 2];
        if (key->kind != SCALAR) {
            sg_yaml_problem(yaml, key, "a key of %s must be a word", what);
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
                sg_yaml_problem(yaml, key, "key \"%.80s\" stands twice in %s, first in line %u",
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
        sg_yaml_problem(yaml, node, "\"%s\" holds a NUL character", key);
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
    /* YAML 1.1, which jmx_exporter's files are written in */
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
