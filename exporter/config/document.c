/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include "config/flags.h"
#include "config/key_names.h"
#include "config/keys.h"
#include "config/kinds.h"

#include <inttypes.h>
#include <stdio.h>

static void put(struct sg_buf *out, const char *before, const char *text)
{
    if (text)
        (void)sg_buf_printf(out, "%s%s", before, text);
}

static const char *number_text(const struct sg_key *key, int64_t number, char *buffer, size_t size)
{
    if (key->kind == &sg_kind_duration)
        return sg_duration_text(number, buffer, size);
    (void)snprintf(buffer, size, "%" PRId64, number);
    return buffer;
}

static void put_value(struct sg_buf *out, const struct sg_key *key)
{
    char a[32], b[32], words[200];

    if (key->kind->is_secret) {
        put(out, "text, or `", key->name);
        put(out, "_file`: a file's first line", "");
        return;
    }
    put(out, "", key->kind->name);
    if (key->words)
        put(out, ": ", sg_words_text(key->words, words, sizeof words));
    if (key->bounds)
        put(out, ", ", key->bounds);
    else if (key->max && key->min)
        put(out, ", ", number_text(key, key->min, a, sizeof a));
    if (key->max)
        put(out, key->min ? " to " : ", at most ", number_text(key, key->max, b, sizeof b));
}

static void put_default(struct sg_buf *out, const struct sg_key *key)
{
    char number[32];

    if (key->needed)
        put(out, "**required**", "");
    else if (key->follows)
        put(out, "", key->follows);
    else if (key->number)
        put(out, "", number_text(key, key->number, number, sizeof number));
    else if (key->text)
        put(out, "`", key->text);
    else if (key->kind == &sg_kind_choice)
        put(out, "", key->words[0]);
    else if (key->kind == &sg_kind_boolean)
        put(out, "false", "");
    if (key->text)
        put(out, "`", "");
}

static void put_restarts(struct sg_buf *out, unsigned restarts)
{
    static const struct {
        unsigned bit;
        const char *text;
    } words[] = {
        { SG_RESTARTS_NOTHING, "nothing" },
        { SG_RESTARTS_EVERYTHING, "everything" },
        { SG_RESTARTS_CLUSTER, "the cluster" },
        { SG_RESTARTS_ADMIN, "the admin collector" },
        { SG_RESTARTS_BROKERS, "the JMX of its brokers" },
        { SG_RESTARTS_TARGETS, "the JMX that it changes" },
        { SG_RESTARTS_JVM, "the JVM" },
    };
    const char *between = "";

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!(restarts & words[i].bit))
            continue;
        put(out, between, words[i].text);
        if (words[i].bit == SG_RESTARTS_CLUSTER)
            return; /* the others are restarted with it */
        between = ", ";
    }
}

/* The path of the keys in a key's map. */
static void enter(const char *path, const struct sg_key *key, char *ret_path, size_t size)
{
    (void)snprintf(ret_path, size, "%s%s%s%s", path, path[0] ? "." : "", key->name,
        key->kind == &sg_kind_list ? "[]" : "");
}

static void put_map(
    struct sg_buf *out, const struct sg_map *map, const char *path, unsigned restarts)
{
    char inner[200];

    if (path[0])
        (void)sg_buf_printf(out, "\n### `%s`\n\n", path);
    put(out, "| key | value | default | a change restarts | |\n|---|---|---|---|---|\n", "");
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        (void)sg_buf_printf(out, "| `%s` | ", key->name);
        put_value(out, key);
        put(out, " | ", "");
        put_default(out, key);
        put(out, " | ", "");
        if (!key->map)
            put_restarts(out, key->restarts & restarts);
        (void)sg_buf_printf(out, " | %s |\n", key->doc);
    }
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        enter(path, key, inner, sizeof inner);
        if (key->map)
            put_map(out, key->map, inner, restarts & key->restarts);
    }
}

int sg_config_document(struct sg_buf *out)
{
    put_map(out, &sg_root_keys, "", ~0U);
    return sg_buf_error(out);
}

/* ---- For scripts ---- */

static void list_map(struct sg_buf *out, const struct sg_map *map, const char *path)
{
    char inner[200];

    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        enter(path, key, inner, sizeof inner);
        (void)sg_buf_printf(out, "config %s\n", inner);
        if (key->kind->is_secret)
            (void)sg_buf_printf(out, "config %s_file\n", inner);
        if (key->map)
            list_map(out, key->map, inner);
    }
}

static void list_names(struct sg_buf *out, const char *file, const struct sg_key_names *keys)
{
    for (; keys->map; keys++) {
        for (const char *const *name = keys->names; *name; name++)
            (void)sg_buf_printf(out, "%s %s%s\n", file, keys->map, *name);
    }
}

int sg_config_list(struct sg_buf *out)
{
    for (size_t i = 0; sg_flag_name(i); i++)
        (void)sg_buf_printf(out, "flag %s\n", sg_flag_name(i));
    list_map(out, &sg_root_keys, "");
    list_names(out, "web", sg_web_keys);
    list_names(out, "compat", sg_compat_keys);
    return sg_buf_error(out);
}
