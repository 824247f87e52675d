/* SPDX-License-Identifier: Apache-2.0 */
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/yaml.h"
#include "base/yaml_node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/*
 * libyaml's events become a tree of our own: a node has its position, an alias is a copy of the
 * anchored node and its values count again, and exceeding a cap stops the parsing at once. (The
 * time that libyaml's scanner takes for a token grows with the depth, and for an anchor or a
 * directive with their number: without caps a file of a few kilobytes could delay a reload for
 * long.)
 */

enum {
    NODES_MAX = 200000,
    ANCHORS_MAX = 250,
    DIRECTIVES_MAX = 10,
    MERGED_KEYS_MAX = 1000, /* of a map with a merge key */
};

struct anchor {
    char *name;                /* owned */
    struct sg_yaml_node *node; /* owned: a merge may change the original */
};

struct loader {
    struct sg_yaml *yaml;
    yaml_parser_t parser;
    size_t n_anchors;
    struct anchor anchors[ANCHORS_MAX];
    struct sg_error *err;
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

/* ---- Nodes ---- */

static int refuse(const struct loader *loader, const yaml_mark_t *mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct loader *loader, const yaml_mark_t *mark, const char *format, ...)
{
    struct sg_error text;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text.text, sizeof text.text, format, args);
    va_end(args);
    return sg_error_set(loader->err, SG_YAML_E_SYNTAX, "%s:%zu:%zu: %s", loader->yaml->name,
        mark->line + 1, mark->column + 1, text.text);
}

/* @return 0, SG_YAML_E_SYNTAX or -ENOMEM */
static int node_new(struct loader *loader,
    enum sg_yaml_kind kind,
    const yaml_mark_t *mark,
    struct sg_yaml_node **ret_node)
{
    if (++loader->yaml->n_nodes > NODES_MAX)
        return refuse(loader, mark, "more than %d values (aliases count each time)", NODES_MAX);
    struct sg_yaml_node *node = calloc(1, sizeof *node);
    if (!node)
        return -ENOMEM;
    node->kind = kind;
    node->line = (uint32_t)mark->line + 1;
    node->column = (uint32_t)mark->column + 1;
    *ret_node = node;
    return 0;
}

static int set_text(struct sg_yaml_node *node, const void *text, size_t len)
{
    node->text = malloc(len + 1);
    if (!node->text)
        return -ENOMEM;
    memcpy(node->text, text, len);
    node->text[len] = '\0';
    node->n = len;
    return 0;
}

/* Make room for one more child, after the n existing ones. */
static int grow(struct sg_yaml_node *node, size_t n)
{
    if (n & (n - 1)) /* sizes are powers of two */
        return 0;
    struct sg_yaml_node **longer = realloc(node->nodes, (n ? n * 2 : 1) * sizeof *longer);
    if (!longer)
        return -ENOMEM;
    node->nodes = longer;
    return 0;
}

/* A copy of an anchored node, for an alias. It keeps the position of the original. */
static int copy_node(struct loader *loader,
    const struct sg_yaml_node *from,
    const yaml_mark_t *mark,
    int depth,
    struct sg_yaml_node **ret_node)
{
    sg_auto(node_free) struct sg_yaml_node *node = NULL;

    if (depth > SG_YAML_DEPTH_MAX)
        return refuse(loader, mark, "nested more than %d levels deep", SG_YAML_DEPTH_MAX);
    int r = node_new(loader, from->kind, mark, &node);
    if (r)
        return r;
    node->line = from->line;
    node->column = from->column;
    node->plain = from->plain;
    if (from->kind == SCALAR) {
        r = set_text(node, from->text, from->n);
    } else {
        size_t n = from->kind == MAP ? from->n * 2 : from->n;
        for (size_t i = 0; i < n && !r; i++) {
            r = grow(node, i);
            if (!r)
                r = copy_node(loader, from->nodes[i], mark, depth + 1, &node->nodes[i]);
            if (!r && (from->kind == LIST || i % 2))
                node->n++;
            else if (r && from->kind == MAP && i % 2)
                node->nodes[i - 1] = node_free(node->nodes[i - 1]);
        }
    }
    if (!r)
        *ret_node = sg_take(&node);
    return r;
}

/* ---- Anchors and aliases ---- */

static int set_anchor(struct loader *loader,
    const yaml_char_t *name,
    const yaml_mark_t *mark,
    const struct sg_yaml_node *node)
{
    if (!name)
        return 0;
    if (loader->n_anchors == ANCHORS_MAX)
        return refuse(loader, mark, "more than %d anchors", ANCHORS_MAX);
    struct anchor *anchor = &loader->anchors[loader->n_anchors];
    int r = copy_node(loader, node, mark, 0, &anchor->node);
    if (r)
        return r;
    loader->n_anchors++;
    anchor->name = strdup((const char *)name);
    return anchor->name ? 0 : -ENOMEM;
}

/* An anchor that is still being read is not usable: an alias to it would be infinite. */
static int read_alias(
    struct loader *loader, const yaml_event_t *event, int depth, struct sg_yaml_node **ret_node)
{
    const char *name = (const char *)event->data.alias.anchor;

    for (size_t i = loader->n_anchors; i-- > 0;) {
        if (strcmp(loader->anchors[i].name, name) == 0)
            return copy_node(loader, loader->anchors[i].node, &event->start_mark, depth, ret_node);
    }
    return refuse(loader, &event->start_mark, "the alias refers to an unknown anchor");
}

/* ---- Merge keys ---- */

static bool is_merge_key(const struct sg_yaml_node *key)
{
    return key->kind == SCALAR && key->plain && strcmp(key->text, "<<") == 0;
}

static bool has_key(const struct sg_yaml_node *map, const struct sg_yaml_node *key)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct sg_yaml_node *other = map->nodes[i * 2];
        if (other->kind == SCALAR && key->kind == SCALAR && strcmp(other->text, key->text) == 0)
            return true;
    }
    return false;
}

/* Move the pairs whose keys the map does not have. */
static int merge_pairs(struct loader *loader,
    struct sg_yaml_node *map,
    struct sg_yaml_node *from,
    const yaml_mark_t *mark)
{
    for (size_t i = 0; i < from->n; i++) {
        if (has_key(map, from->nodes[i * 2]))
            continue;
        if (map->n == MERGED_KEYS_MAX)
            return refuse(loader, mark, "a merged map has more than %d keys", MERGED_KEYS_MAX);
        if (grow(map, map->n * 2) || grow(map, map->n * 2 + 1))
            return -ENOMEM;
        map->nodes[map->n * 2] = sg_take(&from->nodes[i * 2]);
        map->nodes[map->n * 2 + 1] = sg_take(&from->nodes[i * 2 + 1]);
        map->n++;
    }
    return 0;
}

static int merge(struct loader *loader,
    struct sg_yaml_node *map,
    struct sg_yaml_node *value,
    const yaml_mark_t *mark)
{
    bool is_list = value->kind == LIST;
    int r = 0;

    for (size_t i = 0; i < (is_list ? value->n : 1) && !r; i++) {
        struct sg_yaml_node *from = is_list ? value->nodes[i] : value;
        if (from->kind != MAP)
            return refuse(loader, mark, "\"<<\" needs a map, or a list of maps");
        r = merge_pairs(loader, map, from, mark);
    }
    return r;
}

/* Resolve the merge keys of a map: YAML 1.1, "Merge Key Language-Independent Type". */
static int resolve_merges(struct loader *loader, struct sg_yaml_node *map, const yaml_mark_t *mark)
{
    int r = 0;

    for (size_t i = 0; i < map->n && !r; i++) {
        if (!is_merge_key(map->nodes[i * 2]))
            continue;
        (void)node_free(map->nodes[i * 2]);
        sg_auto(node_free) struct sg_yaml_node *value = map->nodes[i * 2 + 1];
        map->n--;
        map->nodes[i * 2] = map->nodes[map->n * 2];
        map->nodes[i * 2 + 1] = map->nodes[map->n * 2 + 1];
        r = merge(loader, map, value, mark);
        i--;
    }
    return r;
}

/* ---- Events ---- */

static int next_event(struct loader *loader, yaml_event_t *event)
{
    const yaml_parser_t *parser = &loader->parser;

    if (yaml_parser_parse(&loader->parser, event))
        return 0;
    if (parser->error == YAML_MEMORY_ERROR)
        return -ENOMEM;
    return sg_error_set(loader->err, SG_YAML_E_SYNTAX, "%s:%zu:%zu: %s%s%s", loader->yaml->name,
        parser->problem_mark.line + 1, parser->problem_mark.column + 1,
        parser->problem ? parser->problem : "not valid YAML", parser->context ? " " : "",
        parser->context ? parser->context : "");
}

static int read_node(
    struct loader *loader, const yaml_event_t *event, int depth, struct sg_yaml_node **ret_node);

/* The content of a list or a map, up to its end. */
static int read_below(
    struct loader *loader, struct sg_yaml_node *node, yaml_event_type_t end, int depth)
{
    yaml_event_t event;
    size_t n = 0;
    int r = 0;

    for (;;) {
        r = next_event(loader, &event);
        if (r)
            break;
        if (event.type == end) {
            yaml_event_delete(&event);
            break;
        }
        r = grow(node, n);
        if (!r)
            r = read_node(loader, &event, depth + 1, &node->nodes[n]);
        yaml_event_delete(&event);
        if (r)
            break;
        n++;
        if (node->kind == LIST || n % 2 == 0)
            node->n++;
    }
    if (r && node->kind == MAP && n % 2) /* a key whose value failed */
        node->nodes[n - 1] = node_free(node->nodes[n - 1]);
    return r;
}

/* Does its tag make it text, whatever it looks like? */
static bool is_tagged_text(const yaml_char_t *tag)
{
    return tag &&
           (strcmp((const char *)tag, YAML_STR_TAG) == 0 || strcmp((const char *)tag, "!") == 0);
}

/* @param event  that begins the node */
static int read_node(
    struct loader *loader, const yaml_event_t *event, int depth, struct sg_yaml_node **ret_node)
{
    sg_auto(node_free) struct sg_yaml_node *node = NULL;
    const yaml_mark_t *mark = &event->start_mark;
    const yaml_char_t *anchor = NULL;
    size_t n_anchors = loader->n_anchors;
    int r = 0;

    if (depth > SG_YAML_DEPTH_MAX)
        return refuse(loader, mark, "nested more than %d levels deep", SG_YAML_DEPTH_MAX);
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return read_alias(loader, event, depth, ret_node);
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        r = node_new(loader, SCALAR, mark, &node);
        if (!r) {
            node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                          !is_tagged_text(event->data.scalar.tag);
            r = set_text(node, event->data.scalar.value, event->data.scalar.length);
        }
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        r = node_new(loader, LIST, mark, &node);
        if (!r)
            r = read_below(loader, node, YAML_SEQUENCE_END_EVENT, depth);
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        r = node_new(loader, MAP, mark, &node);
        if (!r)
            r = read_below(loader, node, YAML_MAPPING_END_EVENT, depth);
        if (!r)
            r = resolve_merges(loader, node, mark);
        break;
    default:
        return refuse(loader, mark, "not valid YAML");
    }
    if (!r)
        r = set_anchor(loader, anchor, mark, node);
    if (!r) {
        node->has_anchor = loader->n_anchors > n_anchors;
        *ret_node = sg_take(&node);
    }
    return r;
}

/* ---- Documents ---- */

static int read_stream(struct loader *loader)
{
    yaml_event_t event;
    size_t n_documents = 0;

    for (;;) {
        int r = next_event(loader, &event);
        if (r)
            return r;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && n_documents++) /* would be ignored silently */
            r = refuse(loader, &event.start_mark, "a second document; only one is allowed");
        else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
                 type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT)
            r = read_node(loader, &event, 0, &loader->yaml->root);
        yaml_event_delete(&event);
        if (r || type == YAML_STREAM_END_EVENT)
            return r;
    }
}

static int count_directives(const struct loader *loader, struct sg_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '%' && (i == 0 || text.ptr[i - 1] == '\n');
    return n <= DIRECTIVES_MAX
               ? 0
               : sg_error_set(loader->err, SG_YAML_E_SYNTAX, "%s: more than %d directives",
                     loader->yaml->name, DIRECTIVES_MAX);
}

int sg_yaml_load_text(
    const char *name, struct sg_str text, struct sg_yaml **ret_yaml, struct sg_error *err)
{
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = calloc(1, sizeof *yaml);
    struct loader loader = { .yaml = yaml, .err = err };

    if (!yaml || !(yaml->name = strdup(name)))
        return -ENOMEM;
    if (text.len > SG_YAML_BYTES_MAX)
        return sg_error_set(
            err, SG_YAML_E_READ, "%s: larger than %d bytes", name, SG_YAML_BYTES_MAX);
    int r = count_directives(&loader, text);
    if (r)
        return r;
    if (!yaml_parser_initialize(&loader.parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&loader.parser, (const unsigned char *)text.ptr, text.len);
    r = read_stream(&loader);
    yaml_parser_delete(&loader.parser);
    for (size_t i = 0; i < loader.n_anchors; i++) {
        free(loader.anchors[i].name);
        (void)node_free(loader.anchors[i].node);
    }
    if (r)
        return r;
    *ret_yaml = sg_take(&yaml);
    return 0;
}

int sg_yaml_load_file(
    const char *path, int pipe_wait_ms, struct sg_yaml **ret_yaml, struct sg_error *err)
{
    struct sg_buf text;

    sg_buf_init(&text, SG_YAML_BYTES_MAX);
    int r = sg_file_read(path, pipe_wait_ms, &text, err);
    if (r > 0)
        r = SG_YAML_E_READ;
    if (!r)
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
