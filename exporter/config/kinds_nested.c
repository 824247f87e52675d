/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kinds.h"

/* Maps in maps, and lists of maps. */

static const void *inner(const void *base, const struct sg_key *key)
{
    return (const char *)base + key->at;
}

/* ---- Maps ---- */

static bool is_there(const struct sg_key *key, const void *base)
{
    return key->n_at ? SG_SEEN_N(bool, base, key) : !(key->flags & SG_KEY_OPTIONAL);
}

static void init_map(const struct sg_value *v)
{
    if (!(v->key->flags & SG_KEY_OPTIONAL))
        sg_map_init(v->reading, v->key->map, SG_VALUE(char, v));
}

static void *enter_map(const struct sg_value *v)
{
    if (v->key->flags & SG_KEY_OPTIONAL && !is_there(v->key, v->base))
        sg_map_init(v->reading, v->key->map, SG_VALUE(char, v));
    if (v->key->n_at)
        *SG_NUMBER(bool, v) = true;
    return SG_VALUE(char, v);
}

static void finish_map(const struct sg_value *v)
{
    if (is_there(v->key, v->base))
        sg_map_finish(v->reading, v->key->map, SG_VALUE(char, v));
}

static void read_map(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);

    if (node)
        sg_map_read(v->reading, v->key->map, node, enter_map(v));
    else
        finish_map(v);
}

static bool same_map(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    return is_there(key, a) == is_there(key, b) &&
           sg_map_same(key->map, inner(a, key), inner(b, key), restarts);
}

static void show_map(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_begin(out, key->name);
    sg_map_show(key->map, inner(base, key), out);
    sg_show_end(out);
}

static void free_map(const struct sg_value *v)
{
    sg_map_done(v->key->map, SG_VALUE(char, v));
}

const struct sg_kind sg_kind_map = { .name = "map",
    .init = init_map,
    .read = read_map,
    .same = same_map,
    .show = show_map,
    .free = free_map,
    .enter = enter_map,
    .finish = finish_map };

/* ---- Lists of maps ---- */

static void check_unique(struct sg_reading *reading,
    const struct sg_map *map,
    const struct sg_yaml_node *item,
    const char *list,
    size_t n_before,
    const char *plural)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        const void *element = list + n_before * map->size;
        const char *name = key->flags & SG_KEY_UNIQUE ? SG_SEEN(char *, element, key) : NULL;
        for (size_t i = 0; name && i < n_before; i++) {
            const void *other = list + i * map->size;
            if (sg_same_text(SG_SEEN(char *, other, key), name))
                sg_problem(
                    reading, sg_place_of(key, item), "two %s are called \"%.80s\"", plural, name);
        }
    }
}

static void read_list(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_list(node) || n < (size_t)v->key->min || n > (size_t)v->key->max) {
        sg_key_problem(v, sg_at(node), "%s", v->key->must);
        return;
    }
    char *list = *SG_VALUE(char *, v) = sg_read_array(v->reading, node, n, v->key->map->size);
    for (size_t i = 0; list && i < n; i++) {
        const struct sg_yaml_node *item = sg_yaml_item(node, i);
        *SG_NUMBER(size_t, v) = i + 1;
        sg_map_init(v->reading, v->key->map, list + i * v->key->map->size);
        sg_map_read(v->reading, v->key->map, item, list + i * v->key->map->size);
        check_unique(v->reading, v->key->map, item, list, i, v->key->item);
    }
}

static void *enter_list(const struct sg_value *v)
{
    char **list = SG_VALUE(char *, v);

    if (!*list && (*list = sg_read_array(v->reading, NULL, 1, v->key->map->size))) {
        *SG_NUMBER(size_t, v) = 1;
        sg_map_init(v->reading, v->key->map, *list);
    }
    return *list;
}

static void finish_list(const struct sg_value *v)
{
    for (size_t i = 0; i < *SG_NUMBER(size_t, v); i++)
        sg_map_finish(v->reading, v->key->map, *SG_VALUE(char *, v) + i * v->key->map->size);
}

static bool same_element(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    return sg_map_same(key->map, a, b, restarts);
}

static void show_element(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    out->indent += 2;
    out->first = out->indent;
    sg_map_show(key->map, element, out);
    out->first = 0;
    out->indent -= 2;
}

static void free_element(const struct sg_key *key, void *element)
{
    sg_map_done(key->map, element);
}

const struct sg_kind sg_kind_list = { .name = "list of maps",
    .read = read_list,
    SG_KIND_OF_LIST,
    .enter = enter_list,
    .finish = finish_list,
    .same_element = same_element,
    .show_element = show_element,
    .free_element = free_element };
