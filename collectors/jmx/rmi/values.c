/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/values.h"

#include "base/number.h"
#include "jmx/rmi/graph.h"

#include <errno.h>

struct reader {
    const struct sg_rmi_reply *reply;
    const struct sg_answer_handler *handler;
    bool is_identity;
    struct sg_arena *arena; /* of texts that are not UTF-8 in the reply */
    size_t n_steps;
    size_t n_look_steps;
    struct sg_rmi_budget max;
    struct sg_attribute attribute;
};

/* Where a value's neighbours are. */
struct place {
    struct reader *reader;
    uint32_t node; /* a list of attributes, or a map */
};

static void put(struct reader *reader, const struct sg_attribute_value *value)
{
    const struct sg_answer_handler *handler = reader->handler;

    if (!reader->is_identity)
        handler->value(handler->context, &reader->attribute, value);
    else if (handler->identity)
        handler->identity(handler->context, &reader->attribute, value);
}

/* ---- Names and values of an MBean's attributes, or of a map ---- */

struct members {
    struct sg_rmi_walk walk;
    bool is_map;
};

static bool walk_members(
    const struct sg_rmi_reply *reply, uint32_t node, struct members *ret_members)
{
    ret_members->is_map = sg_rmi_walk_map(reply, node, &ret_members->walk);
    return ret_members->is_map || sg_rmi_walk_list(reply, node, &ret_members->walk);
}

/* @param ret_name  node of a map's key or an attribute's name */
static bool next_member(const struct sg_rmi_reply *reply,
    struct members *members,
    uint32_t *ret_name,
    uint32_t *ret_value)
{
    uint32_t attribute;

    if (members->is_map)
        return sg_rmi_walk_pair(reply, &members->walk, ret_name, ret_value);
    while (sg_rmi_walk_next(reply, &members->walk, &attribute)) {
        if (sg_rmi_known_of(reply, attribute) != SG_RMI_ATTRIBUTE)
            continue;
        *ret_name = sg_rmi_field_node(reply, attribute, "name");
        *ret_value = sg_rmi_field_node(reply, attribute, "value");
        return true;
    }
    return false;
}

/* Numbers, as keys of a map and in index columns, are texts. */
static bool text_of(struct reader *reader, uint32_t node, struct sg_str *ret_text)
{
    char number[SG_NUMBER_TEXT_MAX];
    struct sg_attribute_value value;
    size_t len;

    if (!node || !sg_rmi_scalar(reader->reply, node, reader->arena, &value))
        return false;
    switch (value.kind) {
    case SG_ATTRIBUTE_TEXT:
        *ret_text = value.text;
        return true;
    case SG_ATTRIBUTE_BOOL:
        *ret_text = value.flag ? SG_STR("true") : SG_STR("false");
        return true;
    case SG_ATTRIBUTE_INT:
        len = sg_number_write_int(number, value.integer);
        break;
    default:
        len = sg_number_write_double(number, value.number);
    }
    *ret_text =
        (struct sg_str){ sg_arena_copy(reader->arena, (struct sg_str){ number, len }), len };
    return ret_text->ptr;
}

/* @return 0: there is none */
static uint32_t find_member(struct reader *reader, uint32_t node, struct sg_str wanted)
{
    struct members members;
    struct sg_str name;
    uint32_t name_node, value;

    if (!walk_members(reader->reply, node, &members))
        return 0;
    while (reader->n_look_steps < reader->max.look_steps &&
           next_member(reader->reply, &members, &name_node, &value)) {
        reader->n_look_steps++;
        if (text_of(reader, name_node, &name) && sg_str_equal(name, wanted))
            return value;
    }
    return 0;
}

static bool find_near(const struct sg_attribute *attribute,
    enum sg_attribute_near near,
    const char *name,
    struct sg_attribute_value *ret_value)
{
    const struct place *place = attribute->near[near];
    uint32_t value = find_member(place->reader, place->node, sg_str_of(name));

    return value && sg_rmi_scalar(place->reader->reply, value, place->reader->arena, ret_value);
}

/* ---- Values ---- */

static void read_value(
    struct reader *reader, struct sg_str name, uint32_t node, const struct place *in);

static void read_members(struct reader *reader, uint32_t node)
{
    const struct place here = { reader, node };
    struct members members;
    struct sg_str name;
    uint32_t name_node, value;

    if (!walk_members(reader->reply, node, &members))
        return;
    while (reader->n_steps < reader->max.steps &&
           next_member(reader->reply, &members, &name_node, &value)) {
        if (text_of(reader, name_node, &name))
            read_value(reader, name, value, &here);
    }
}

static bool is_index_column(const struct reader *reader, size_t n_before, struct sg_str name)
{
    for (size_t i = n_before; i < reader->attribute.n_index; i++) {
        if (sg_str_equal(reader->attribute.index[i].column, name))
            return true;
    }
    return false;
}

/* A row's other columns. A column named "value" adds nothing to the attribute's name. */
static void read_columns(struct reader *reader, uint32_t row, size_t n_before)
{
    struct sg_attribute *attribute = &reader->attribute;
    const struct place here = { reader, row };
    struct members members;
    struct sg_str name;
    uint32_t name_node, value;

    if (!walk_members(reader->reply, row, &members))
        return;
    while (reader->n_steps < reader->max.steps &&
           next_member(reader->reply, &members, &name_node, &value)) {
        if (!text_of(reader, name_node, &name) || is_index_column(reader, n_before, name))
            continue;
        if (name.len != 5 || strncasecmp(name.ptr, "value", 5) != 0) {
            read_value(reader, name, value, &here);
            continue;
        }
        struct sg_str last = attribute->path[--attribute->depth];
        read_value(reader, last, value, &here);
        attribute->path[attribute->depth++] = last;
    }
}

/* @param names  of the index columns, a list */
static void read_row(struct reader *reader, uint32_t names, uint32_t row)
{
    struct sg_attribute *attribute = &reader->attribute;
    size_t n_before = attribute->n_index;
    struct sg_rmi_walk walk;
    struct sg_attribute_index index;
    uint32_t name;
    bool is_good = sg_rmi_walk_list(reader->reply, names, &walk);

    while (is_good && sg_rmi_walk_next(reader->reply, &walk, &name)) {
        is_good = attribute->n_index < SG_ATTRIBUTE_INDEX_MAX &&
                  text_of(reader, name, &index.column) &&
                  text_of(reader, find_member(reader, row, index.column), &index.value);
        if (is_good)
            attribute->index[attribute->n_index++] = index;
    }
    if (is_good)
        read_columns(reader, row, n_before);
    attribute->n_index = n_before;
}

static void read_table(struct reader *reader, uint32_t table)
{
    const struct sg_rmi_reply *reply = reader->reply;
    uint32_t type = sg_rmi_field_node(reply, table, "tabularType");
    uint32_t names = sg_rmi_field_node(reply, type, "indexNames");
    struct sg_rmi_walk walk;
    uint32_t key, row;

    if (!sg_rmi_walk_map(reply, sg_rmi_field_node(reply, table, "dataMap"), &walk))
        return;
    while (reader->n_steps < reader->max.steps && sg_rmi_walk_pair(reply, &walk, &key, &row)) {
        reader->n_steps++;
        if (sg_rmi_known_of(reply, row) == SG_RMI_COMPOSITE)
            read_row(reader, names, sg_rmi_field_node(reply, row, "contents"));
    }
}

/* The recursion is as deep as an attribute's path and its index columns may be. */
static void read_value(
    struct reader *reader, struct sg_str name, uint32_t node, const struct place *in)
{
    struct sg_attribute *attribute = &reader->attribute;
    const struct sg_rmi_reply *reply = reader->reply;
    struct sg_attribute_value value;
    struct sg_rmi_walk walk;

    if (attribute->depth == SG_ATTRIBUTE_DEPTH_MAX || ++reader->n_steps > reader->max.steps)
        return;
    attribute->path[attribute->depth++] = name;
    if (!node) {
        if (reader->handler->absent && !reader->is_identity)
            reader->handler->absent(reader->handler->context, attribute);
    } else if (sg_rmi_scalar(reply, node, reader->arena, &value)) {
        attribute->near[SG_ATTRIBUTE_SIBLING] = in;
        put(reader, &value);
    } else if (sg_rmi_known_of(reply, node) == SG_RMI_COMPOSITE) {
        read_members(reader, sg_rmi_field_node(reply, node, "contents"));
    } else if (sg_rmi_known_of(reply, node) == SG_RMI_TABLE) {
        read_table(reader, node);
    } else if (sg_rmi_walk_map(reply, node, &walk)) {
        read_members(reader, node);
    }
    attribute->depth--;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct sg_rmi_budget share_of(const struct sg_rmi_budget *budget)
{
    return (struct sg_rmi_budget){
        .steps = lesser(budget->steps, SG_RMI_STEPS_MAX),
        .look_steps = lesser(budget->look_steps, SG_RMI_LOOK_STEPS_MAX),
    };
}

static void spend(struct sg_rmi_budget *budget, const struct reader *reader)
{
    budget->steps -= lesser(budget->steps, reader->n_steps);
    budget->look_steps -= lesser(budget->look_steps, reader->n_look_steps);
}

int sg_rmi_values_read(const struct sg_rmi_reply *reply,
    const struct sg_rmi_mbean *mbean,
    const struct sg_answer_handler *handler)
{
    struct sg_rmi_walk walk;
    struct reader reader = { .reply = reply,
        .handler = handler,
        .is_identity = mbean->request->is_identity,
        .arena = sg_arena_new(),
        .max = share_of(mbean->budget) };
    const struct place whole = { &reader, reply->root };

    if (!reader.arena)
        return -ENOMEM;
    reader.attribute = (struct sg_attribute){
        .mbean = mbean->name,
        .part = mbean->request->part,
        .find = find_near,
        .near = { &whole, &whole },
    };
    bool is_list = mbean->attribute.len == 0 &&
                   sg_rmi_known_of(reply, reply->root) == SG_RMI_ARRAY_LIST &&
                   sg_rmi_walk_list(reply, reply->root, &walk);
    if (is_list)
        read_members(&reader, reply->root);
    else if (mbean->attribute.len)
        read_value(&reader, mbean->attribute, reply->root, &whole);
    (void)sg_arena_unref(reader.arena);
    spend(mbean->budget, &reader);
    if (!is_list && !mbean->attribute.len)
        return SG_RMI_E_WRONG;
    return reader.n_steps >= reader.max.steps ? SG_RMI_E_LIMIT : 0;
}
