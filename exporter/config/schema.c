/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include "config/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEYS_MAX = 32, /* of a map, and each may have a KEY_file */
};

/* ---- Problems ---- */

static void problem(
    struct sg_reading *reading, const char *key, struct sg_place place, const char *text)
{
    char line[1200];

    if (reading->yaml && !place.flag) {
        sg_yaml_problem(reading->yaml, place.node, "%s%s%s%s", key ? "\"" : "", key ? key : "",
            key ? "\" " : "", text);
        return;
    }
    (void)snprintf(
        line, sizeof line, "%s%s%s", place.flag ? place.flag : "", place.flag ? ": " : "", text);
    reading->problem(reading->context, line);
    reading->any_problem = true;
}

void sg_problem(struct sg_reading *reading, struct sg_place place, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem(reading, NULL, place, text);
}

void sg_key_problem(const struct sg_value *v, struct sg_place place, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem(v->reading, v->key->name, place, text);
}

void sg_no_memory(struct sg_reading *reading, struct sg_place place)
{
    sg_problem(reading, place, "out of memory");
}

/* ---- Walks ---- */

void sg_map_init(struct sg_reading *reading, const struct sg_map *map, void *base)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        if (key->kind->init)
            key->kind->init(&(struct sg_value){ reading, key, base, NULL });
    }
}

/* Is the map one of known keys? */
static bool expect(struct sg_yaml *yaml, const struct sg_map *map, const struct sg_yaml_node *node)
{
    const char *names[KEYS_MAX * 2 + 1];
    char files[KEYS_MAX][64];
    size_t n = 0;

    for (size_t i = 0; i < map->n_keys && i < KEYS_MAX; i++) {
        names[n++] = map->keys[i].name;
        if (map->keys[i].kind->is_secret) {
            (void)snprintf(files[i], sizeof files[i], "%s_file", map->keys[i].name);
            names[n++] = files[i];
        }
    }
    names[n] = NULL;
    return sg_yaml_expect_map(yaml, node, map->what, names);
}

static void check_need(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *node,
    const char *name)
{
    const struct sg_yaml_node *value = sg_yaml_find(node, name);

    if (!value || sg_yaml_find(node, key->needs))
        return;
    if (key->needs_said)
        sg_problem(reading, sg_at(value), "%s", key->needs_said);
    else
        sg_problem(reading, sg_at(value), "\"%s\" needs a \"%s\"", name, key->needs);
}

void sg_map_read(struct sg_reading *reading,
    const struct sg_map *map,
    const struct sg_yaml_node *node,
    void *base)
{
    char file[64];

    if (!expect(reading->yaml, map, node))
        return;
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        key->kind->read(&(struct sg_value){ reading, key, base, node });
        if (key->needed && !sg_yaml_find(node, key->name))
            sg_problem(reading, sg_at(node), "%s", key->needed);
        if (key->needs) {
            (void)snprintf(file, sizeof file, "%s_file", key->name);
            check_need(reading, key, node, key->name);
            check_need(reading, key, node, file);
        }
    }
    if (map->finish)
        map->finish(reading, node, base);
}

void sg_map_finish(struct sg_reading *reading, const struct sg_map *map, void *base)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        if (key->kind->finish)
            key->kind->finish(&(struct sg_value){ reading, key, base, NULL });
    }
    if (map->finish)
        map->finish(reading, NULL, base);
}

void sg_map_set_flag(struct sg_reading *reading,
    const struct sg_map *map,
    void *base,
    const char *path,
    struct sg_place place,
    const char *text)
{
    size_t len = strcspn(path, ".");
    const struct sg_key *key = map->keys;

    while (strncmp(key->name, path, len) != 0 || key->name[len])
        key++; /* paths are constants of the program: the key exists */
    if (!path[len]) {
        key->kind->parse(&(struct sg_value){ reading, key, base, NULL }, place, text);
        return;
    }
    void *inner = key->kind->enter(&(struct sg_value){ reading, key, base, NULL });
    if (inner)
        sg_map_set_flag(reading, key->map, inner, path + len + 1, place, text);
}

bool sg_map_same(const struct sg_map *map, const void *a, const void *b, unsigned restarts)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        const struct sg_kind *kind = key->kind;
        if (!(key->restarts & restarts))
            continue;
        if (kind->size
                ? memcmp((const char *)a + key->at, (const char *)b + key->at, kind->size) != 0
                : !kind->same(key, a, b, restarts))
            return false;
    }
    return true;
}

void sg_map_show(const struct sg_map *map, const void *base, struct sg_shown *out)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++)
        key->kind->show(key, base, out);
}

void sg_map_done(const struct sg_map *map, void *base)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        if (key->kind->free)
            key->kind->free(&(struct sg_value){ NULL, key, base, NULL });
    }
}

/* ---- Lists ---- */

static size_t element_size(const struct sg_key *key)
{
    return key->kind->element_size ? key->kind->element_size : key->map->size;
}

bool sg_list_same(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    size_t n = SG_SEEN_N(size_t, a, key);

    if (n != SG_SEEN_N(size_t, b, key))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = i * element_size(key);
        if (!key->kind->same_element(
                key, SG_SEEN(char *, a, key) + at, SG_SEEN(char *, b, key) + at, restarts))
            return false;
    }
    return true;
}

void sg_list_show(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_begin(out, key->name);
    for (size_t i = 0; i < SG_SEEN_N(size_t, base, key); i++)
        key->kind->show_element(key, SG_SEEN(char *, base, key) + i * element_size(key), out);
    sg_show_end(out);
}

void sg_list_free(const struct sg_value *v)
{
    char *list = *SG_VALUE(char *, v);

    for (size_t i = 0; i < *SG_NUMBER(size_t, v) && v->key->kind->free_element; i++)
        v->key->kind->free_element(v->key, list + i * element_size(v->key));
    free(list);
    if (v->key->place_at)
        free(*SG_PLACE(v));
}

/* ---- Showing ---- */

static void lead(struct sg_shown *out, int indent)
{
    bool is_first = indent == out->first && indent > 0;

    (void)sg_buf_printf(
        out->out, "%*s%s", is_first ? indent - 2 : indent, "", is_first ? "- " : "");
    if (is_first)
        out->first = 0;
}

/* Write the pending headings, and the indent of the next line. */
static void begin_line(struct sg_shown *out)
{
    for (size_t i = 0; i < out->n_headings; i++) {
        if (!out->headings[i].name)
            continue;
        lead(out, out->headings[i].indent);
        (void)sg_buf_printf(out->out, "%s:\n", out->headings[i].name);
        out->headings[i].name = NULL;
    }
    lead(out, out->indent);
}

void sg_show_line(struct sg_shown *out, const char *format, ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    begin_line(out);
    (void)sg_buf_printf(out->out, "%s\n", line);
}

void sg_show_text(struct sg_shown *out, const char *name, const char *text)
{
    if (!text)
        return;
    begin_line(out);
    (void)sg_buf_printf(out->out, "%s%s\"", name, name[0] == '-' ? " " : ": ");
    if (strstr(text, "://"))
        sg_secret_show_url(out->out, text);
    else
        (void)sg_buf_printf(out->out, "%s", text);
    (void)sg_buf_printf(out->out, "\"\n");
}

void sg_show_begin(struct sg_shown *out, const char *name)
{
    out->headings[out->n_headings++] = (struct sg_heading){ name, out->indent };
    out->indent += 2;
}

void sg_show_end(struct sg_shown *out)
{
    out->n_headings--;
    out->indent -= 2;
}
