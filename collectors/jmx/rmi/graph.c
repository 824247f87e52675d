/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/graph.h"

#include "jmx/rmi/number.h"
#include "jmx/rmi/text.h"

#include <string.h>

static const struct sg_rmi_class *class_at(const struct sg_rmi_reply *reply, uint32_t node)
{
    return &reply->classes[reply->nodes[node].class];
}

static struct sg_str name_of(const struct sg_rmi_reply *reply, const struct sg_rmi_class *class)
{
    return (struct sg_str){ (const char *)reply->bytes + class->name_at, class->name_len };
}

static bool has_class(const struct sg_rmi_reply *reply, uint32_t node)
{
    uint8_t kind = reply->nodes[node].kind;
    return kind == SG_RMI_NODE_OBJECT || kind == SG_RMI_NODE_ARRAY || kind == SG_RMI_NODE_ENUM;
}

struct sg_str sg_rmi_class_of(const struct sg_rmi_reply *reply, uint32_t node)
{
    return has_class(reply, node) ? name_of(reply, class_at(reply, node)) : SG_STR("");
}

enum sg_rmi_known sg_rmi_known_of(const struct sg_rmi_reply *reply, uint32_t node)
{
    if (reply->nodes[node].kind != SG_RMI_NODE_OBJECT)
        return SG_RMI_OTHER;
    return (enum sg_rmi_known)class_at(reply, node)->known;
}

bool sg_rmi_is_a(const struct sg_rmi_reply *reply, uint32_t node, struct sg_str class_name)
{
    if (!has_class(reply, node))
        return false;
    for (const struct sg_rmi_class *class = class_at(reply, node);;
         class = &reply->classes[class->parent]) {
        if (sg_str_equal(name_of(reply, class), class_name))
            return true;
        if (class->n_chain <= 1)
            return false;
    }
}

/* ---- Fields ---- */

static struct sg_str field_name(const struct sg_rmi_reply *reply, uint32_t number)
{
    const struct sg_rmi_field *field = &reply->fields[number];
    return (struct sg_str){ (const char *)reply->bytes + field->name_at, field->name_len };
}

/* A field of a subclass hides that of its superclass, and comes after it. */
static const struct sg_rmi_item *find_field(
    const struct sg_rmi_reply *reply, uint32_t node, const char *name)
{
    const struct sg_str wanted = sg_str_of(name);
    const struct sg_rmi_item *found = NULL;

    if (reply->nodes[node].kind != SG_RMI_NODE_OBJECT)
        return NULL;
    for (uint32_t i = reply->nodes[node].first; i; i = reply->items[i].next) {
        const struct sg_rmi_item *item = &reply->items[i];
        if (!item->is_extra && sg_str_equal(field_name(reply, item->of), wanted))
            found = item;
    }
    return found;
}

uint32_t sg_rmi_field_node(const struct sg_rmi_reply *reply, uint32_t node, const char *name)
{
    const struct sg_rmi_item *item = find_field(reply, node, name);
    return item && item->type == 'L' ? item->value : 0;
}

static bool read_primitive(const struct sg_rmi_reply *reply,
    const struct sg_rmi_item *item,
    struct sg_attribute_value *ret_value)
{
    return item->type != 'L' &&
           sg_rmi_number_read(reply->bytes + item->value, item->type, ret_value);
}

bool sg_rmi_field_int(
    const struct sg_rmi_reply *reply, uint32_t node, const char *name, int64_t *ret_number)
{
    const struct sg_rmi_item *item = find_field(reply, node, name);
    struct sg_attribute_value value;

    if (!item || !read_primitive(reply, item, &value) || value.kind != SG_ATTRIBUTE_INT)
        return false;
    *ret_number = value.integer;
    return true;
}

bool sg_rmi_field_flag(const struct sg_rmi_reply *reply, uint32_t node, const char *name)
{
    const struct sg_rmi_item *item = find_field(reply, node, name);
    struct sg_attribute_value value;

    return item && read_primitive(reply, item, &value) && value.kind == SG_ATTRIBUTE_BOOL &&
           value.flag;
}

uint32_t sg_rmi_extra(const struct sg_rmi_reply *reply, uint32_t node, enum sg_rmi_known of_class)
{
    if (reply->nodes[node].kind != SG_RMI_NODE_OBJECT)
        return 0;
    for (uint32_t i = reply->nodes[node].first; i; i = reply->items[i].next) {
        const struct sg_rmi_item *item = &reply->items[i];
        if (item->is_extra && reply->classes[item->of].is_itself &&
            reply->classes[item->of].known == of_class)
            return i;
    }
    return 0;
}

/* ---- Texts ---- */

bool sg_rmi_text(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_str *ret_text)
{
    const struct sg_rmi_node *text = &reply->nodes[node];
    struct sg_buf decoded;

    if (text->kind != SG_RMI_NODE_TEXT)
        return false;
    struct sg_str raw = { (const char *)reply->bytes + text->at, text->n };
    if (text->is_plain) {
        *ret_text = raw;
        return true;
    }
    sg_buf_init(&decoded, SG_RMI_REPLY_BYTES_MAX);
    sg_rmi_text_decode(&decoded, raw);
    struct sg_str got = sg_buf_get(&decoded);
    char *copy = sg_buf_error(&decoded) ? NULL : sg_arena_copy(arena, got);
    sg_buf_done(&decoded);
    *ret_text = (struct sg_str){ copy, got.len };
    return copy;
}

bool sg_rmi_object_name(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_str *ret_name)
{
    uint32_t extra = sg_rmi_extra(reply, node, SG_RMI_NAME);
    return extra && sg_rmi_text(reply, reply->items[extra].value, arena, ret_name);
}

/* ---- Collections ---- */

/* What a collection wrote: a block of at least so many bytes, and its elements. */
static bool walk_extra(const struct sg_rmi_reply *reply,
    uint32_t node,
    size_t n_bytes,
    struct sg_rmi_walk *ret_walk,
    const uint8_t **ret_block)
{
    uint32_t first = sg_rmi_extra(reply, node, sg_rmi_known_of(reply, node));
    const struct sg_rmi_node *block = &reply->nodes[reply->items[first].value];
    size_t n = 0;

    if (!first || block->kind != SG_RMI_NODE_BLOCK || block->n < n_bytes)
        return false;
    for (uint32_t i = reply->items[first].next;
         i && reply->items[i].is_extra && reply->items[i].of == reply->items[first].of;
         i = reply->items[i].next)
        n++;
    *ret_walk = (struct sg_rmi_walk){ reply->items[first].next, n };
    *ret_block = reply->bytes + block->at;
    return true;
}

/* @param size_at  where in the block its size is, which must be right */
static bool walk_sized(
    const struct sg_rmi_reply *reply, uint32_t node, size_t size_at, struct sg_rmi_walk *ret_walk)
{
    const uint8_t *block;
    struct sg_attribute_value size;

    if (!walk_extra(reply, node, size_at + 4, ret_walk, &block))
        return false;
    (void)sg_rmi_number_read(block + size_at, 'I', &size);
    return size.integer == (int64_t)ret_walk->left;
}

/* An ArrayList has its size in a field; the block is of no use. */
static bool walk_array_list(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk)
{
    const uint8_t *block;
    int64_t size;

    return walk_extra(reply, node, 0, ret_walk, &block) &&
           sg_rmi_field_int(reply, node, "size", &size) && size == (int64_t)ret_walk->left;
}

static bool walk_array(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk)
{
    const struct sg_rmi_node *array = &reply->nodes[node];

    if (array->kind != SG_RMI_NODE_ARRAY || (array->element != 'L' && array->element != '['))
        return false;
    *ret_walk = (struct sg_rmi_walk){ array->first, array->n };
    return true;
}

/* A collection that is written as a list, a set (1, 2, 4) or a map (3). */
static bool is_tagged(const struct sg_rmi_reply *reply, uint32_t node, bool map)
{
    int64_t tag;

    if (!sg_rmi_field_int(reply, node, "tag", &tag))
        return false;
    tag &= 255;
    return map ? tag == 3 : tag == 1 || tag == 2 || tag == 4;
}

/* Around another collection, which may be around another one. @return 0: too many */
static uint32_t unwrap(
    const struct sg_rmi_reply *reply, uint32_t node, enum sg_rmi_known wrapper, const char *field)
{
    for (int i = 0; i < SG_RMI_CAUSES_MAX; i++) {
        if (sg_rmi_known_of(reply, node) != wrapper)
            return node;
        node = sg_rmi_field_node(reply, node, field);
    }
    return 0;
}

bool sg_rmi_walk_list(const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk)
{
    *ret_walk = (struct sg_rmi_walk){ 0 };
    node = unwrap(reply, node, SG_RMI_UNMODIFIABLE, "c");
    switch (sg_rmi_known_of(reply, node)) {
    case SG_RMI_ARRAY_LIST:
        return walk_array_list(reply, node, ret_walk);
    case SG_RMI_LINKED_LIST:
        return walk_sized(reply, node, 0, ret_walk);
    case SG_RMI_HASH_SET:
        return walk_sized(reply, node, 8, ret_walk);
    case SG_RMI_ARRAYS_LIST:
        return walk_array(reply, sg_rmi_field_node(reply, node, "a"), ret_walk);
    case SG_RMI_COLL_SER:
        return is_tagged(reply, node, false) && walk_sized(reply, node, 0, ret_walk);
    case SG_RMI_EMPTY_LIST:
        return true;
    default:
        return walk_array(reply, node, ret_walk);
    }
}

/* The size counts pairs. */
static bool walk_pairs(
    const struct sg_rmi_reply *reply, uint32_t node, size_t size_at, struct sg_rmi_walk *ret_walk)
{
    const uint8_t *block;
    struct sg_attribute_value size;

    if (!walk_extra(reply, node, size_at + 4, ret_walk, &block))
        return false;
    (void)sg_rmi_number_read(block + size_at, 'I', &size);
    bool is_even = ret_walk->left % 2 == 0;
    ret_walk->left /= 2;
    return is_even && size.integer == (int64_t)ret_walk->left;
}

/* Of Map.of() it counts keys and values. */
static bool walk_tagged_pairs(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk)
{
    bool is_good = is_tagged(reply, node, true) && walk_sized(reply, node, 0, ret_walk) &&
                   ret_walk->left % 2 == 0;

    ret_walk->left /= 2;
    return is_good;
}

bool sg_rmi_walk_map(const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk)
{
    *ret_walk = (struct sg_rmi_walk){ 0 };
    node = unwrap(reply, node, SG_RMI_UNMODIFIABLE_MAP, "m");
    switch (sg_rmi_known_of(reply, node)) {
    case SG_RMI_HASH_MAP:
    case SG_RMI_HASHTABLE:
        return walk_pairs(reply, node, 4, ret_walk);
    case SG_RMI_TREE_MAP:
        return walk_pairs(reply, node, 0, ret_walk);
    case SG_RMI_COLL_SER:
        return walk_tagged_pairs(reply, node, ret_walk);
    case SG_RMI_EMPTY_MAP:
        return true;
    default:
        return false;
    }
}

bool sg_rmi_walk_next(
    const struct sg_rmi_reply *reply, struct sg_rmi_walk *walk, uint32_t *ret_value)
{
    if (walk->left == 0 || !walk->item)
        return false;
    *ret_value = reply->items[walk->item].value;
    walk->item = reply->items[walk->item].next;
    walk->left--;
    return true;
}

bool sg_rmi_walk_pair(const struct sg_rmi_reply *reply,
    struct sg_rmi_walk *walk,
    uint32_t *ret_key,
    uint32_t *ret_value)
{
    if (!sg_rmi_walk_next(reply, walk, ret_key) || !walk->item)
        return false;
    *ret_value = reply->items[walk->item].value;
    walk->item = reply->items[walk->item].next;
    return true;
}

/* ---- Scalars ---- */

static bool read_box(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_attribute_value *ret_value)
{
    const struct sg_rmi_item *item = find_field(reply, node, "value");
    return item && read_primitive(reply, item, ret_value);
}

/* Magnitude and sign. */
static bool find_big(const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_big *ret_big)
{
    const struct sg_rmi_node *bytes = &reply->nodes[sg_rmi_field_node(reply, node, "magnitude")];
    int64_t sign;

    if (sg_rmi_known_of(reply, node) != SG_RMI_BIG_INTEGER || bytes->kind != SG_RMI_NODE_ARRAY ||
        bytes->element != 'B' || bytes->n > SG_RMI_NUMBER_BYTES_MAX ||
        !sg_rmi_field_int(reply, node, "signum", &sign))
        return false;
    *ret_big = (struct sg_rmi_big){ reply->bytes + bytes->at, bytes->n, sign < 0, 0 };
    return true;
}

static bool read_big_decimal(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_attribute_value *ret_value)
{
    struct sg_rmi_big big;
    int64_t scale;

    if (!find_big(reply, sg_rmi_field_node(reply, node, "intVal"), &big) ||
        !sg_rmi_field_int(reply, node, "scale", &scale) || scale > SG_RMI_SCALE_MAX ||
        scale < -SG_RMI_SCALE_MAX)
        return false;
    big.scale = (int)scale;
    *ret_value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE,
        .number = sg_rmi_big_double(&big) };
    return true;
}

static bool read_date(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_attribute_value *ret_value)
{
    uint32_t extra = sg_rmi_extra(reply, node, SG_RMI_DATE);
    const struct sg_rmi_node *block = &reply->nodes[reply->items[extra].value];

    if (block->kind != SG_RMI_NODE_BLOCK || block->n != 8)
        return false;
    (void)sg_rmi_number_read(reply->bytes + block->at, 'J', ret_value);
    *ret_value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE,
        .number = (double)ret_value->integer / 1000.0 };
    return true;
}

/* A character is a text, as an agent sends it. */
static bool read_character(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_attribute_value *ret_value)
{
    struct sg_attribute_value unit;
    struct sg_buf text;

    if (!read_box(reply, node, &unit) || unit.kind != SG_ATTRIBUTE_INT)
        return false;
    const char bytes[] = { (char)(0xe0 | unit.integer >> 12),
        (char)(0x80 | (unit.integer >> 6 & 63)), (char)(0x80 | (unit.integer & 63)) };
    sg_buf_init(&text, 16);
    sg_rmi_text_decode(&text, (struct sg_str){ bytes, sizeof bytes });
    const char *copy = sg_arena_copy(arena, sg_buf_get(&text));
    *ret_value =
        (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = { copy, text.len } };
    sg_buf_done(&text);
    return copy;
}

static bool read_text(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_attribute_value *ret_value)
{
    struct sg_str text;

    if (!sg_rmi_text(reply, node, arena, &text))
        return false;
    *ret_value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = text };
    return true;
}

bool sg_rmi_scalar(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_attribute_value *ret_value)
{
    struct sg_rmi_big big;

    if (reply->nodes[node].kind == SG_RMI_NODE_ENUM)
        return read_text(reply, reply->nodes[node].first, arena, ret_value);
    switch (sg_rmi_known_of(reply, node)) {
    case SG_RMI_NUMBER_BOX:
    case SG_RMI_BOOLEAN:
        return read_box(reply, node, ret_value);
    case SG_RMI_CHARACTER:
        return read_character(reply, node, arena, ret_value);
    case SG_RMI_DATE:
        return read_date(reply, node, ret_value);
    case SG_RMI_BIG_INTEGER:
        if (!find_big(reply, node, &big))
            return false;
        sg_rmi_big_read(&big, ret_value);
        return true;
    case SG_RMI_BIG_DECIMAL:
        return read_big_decimal(reply, node, ret_value);
    default:
        return read_text(reply, node, arena, ret_value);
    }
}
