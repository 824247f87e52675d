/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/subject.h"

#include "base/number.h"
#include "jmx/rules/java_number.h"
#include "jmx/rules/naming.h"

#include <string.h>

enum {
    SUBJECT_BYTES_MAX = 64 * 1024,
};

void sg_subject_init(struct sg_subject *subject)
{
    sg_buf_init(&subject->beans, SUBJECT_BYTES_MAX);
    sg_buf_init(&subject->text, SUBJECT_BYTES_MAX);
}

void sg_subject_done(struct sg_subject *subject)
{
    sg_buf_done(&subject->beans);
    sg_buf_done(&subject->text);
}

/* The rank of a key property by the file's keyOrder: the named ones first. */
static size_t rank_of(const struct sg_rules *rules, struct sg_str key)
{
    for (size_t i = 0; i < rules->n_key_order; i++) {
        if (sg_str_equal(key, sg_str_of(rules->key_order[i])))
            return i;
    }
    return rules->n_key_order;
}

static bool is_before(
    const struct sg_rules *rules, const struct sg_property *a, const struct sg_property *b)
{
    size_t rank_a = rank_of(rules, a->key);
    size_t rank_b = rank_of(rules, b->key);
    return rank_a != rank_b ? rank_a < rank_b : sg_str_compare(a->key, b->key) < 0;
}

/* An insertion sort: an ObjectName has few properties, and they are usually in order. */
static void order_keys(const struct sg_rules *rules, struct sg_object_name *mbean)
{
    for (size_t i = 1; rules->n_key_order && i < mbean->n_properties; i++) {
        struct sg_property property = mbean->properties[i];
        size_t at = i;
        for (; at > 0 && is_before(rules, &property, &mbean->properties[at - 1]); at--)
            mbean->properties[at] = mbean->properties[at - 1];
        mbean->properties[at] = property;
    }
}

/*
 * The index columns of tabular data are more properties, after those of the ObjectName. A duplicate
 * key gets underscores, so that tabular data in tabular data keeps its keys.
 */
static int add_index(
    struct sg_subject *subject, const struct sg_attribute *attribute, struct sg_object_name *mbean)
{
    for (size_t i = 0; i < attribute->n_index; i++) {
        char *key = subject->index_keys[i];
        size_t len = attribute->index[i].column.len;
        if (len >= SG_SUBJECT_INDEX_KEY_BYTES_MAX ||
            mbean->n_properties == SG_OBJECT_NAME_PROPERTIES_MAX)
            return SG_BUF_E_FULL;
        memcpy(key, attribute->index[i].column.ptr, len);
        while (sg_object_name_find(mbean, (struct sg_str){ key, len })) {
            if (len == SG_SUBJECT_INDEX_KEY_BYTES_MAX)
                return SG_BUF_E_FULL;
            key[len++] = '_';
        }
        mbean->properties[mbean->n_properties++] = (struct sg_property){
            .key = { key, len },
            .value = attribute->index[i].value,
        };
    }
    return 0;
}

/* `parts` joined with a separator. */
static void add_joined(
    struct sg_buf *buf, const struct sg_str *parts, size_t n, struct sg_str separator)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            sg_buf_add_str(buf, separator);
        sg_buf_add_str(buf, parts[i]);
    }
}

static int build_beans(struct sg_subject *subject,
    const struct sg_object_name *mbean,
    const struct sg_attribute *attribute)
{
    struct sg_buf *buf = &subject->beans;

    sg_buf_clear(buf);
    sg_buf_add_str(buf, mbean->domain);
    for (size_t i = 0; i < mbean->n_properties; i++) {
        const struct sg_property *property = &mbean->properties[i];
        sg_buf_add_str(buf, i ? SG_STR(", ") : SG_STR("<"));
        sg_buf_add_str(buf, property->key);
        sg_buf_add_char(buf, '=');
        sg_buf_add_str(buf, property->value);
    }
    sg_buf_add_str(buf, SG_STR("><"));
    add_joined(buf, attribute->path, attribute->depth - 1, SG_STR(", "));
    sg_buf_add_char(buf, '>');
    return sg_buf_error(buf);
}

int sg_subject_begin(struct sg_subject *subject,
    const struct sg_rules *rules,
    const struct sg_attribute *attribute,
    struct sg_object_name *mbean)
{
    order_keys(rules, mbean);
    int r = add_index(subject, attribute, mbean);
    return r ? r : build_beans(subject, mbean, attribute);
}

void sg_subject_add_value(struct sg_buf *buf, const struct sg_attribute_value *value)
{
    char text[SG_NUMBER_TEXT_MAX];

    switch (value->kind) {
    case SG_ATTRIBUTE_INT:
        sg_buf_add(buf, text, sg_number_write_int(text, value->integer));
        break;
    case SG_ATTRIBUTE_DOUBLE:
        sg_buf_add(buf, text, sg_java_number_write(text, value->number));
        break;
    case SG_ATTRIBUTE_BOOL:
        sg_buf_add_str(buf, value->flag ? SG_STR("true") : SG_STR("false"));
        break;
    case SG_ATTRIBUTE_TEXT:
        sg_buf_add_str(buf, value->text);
        break;
    }
}

int sg_subject_write(struct sg_subject *subject,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_rule *rule)
{
    struct sg_str name = attribute->path[attribute->depth - 1];
    struct sg_buf *buf = &subject->text;

    sg_buf_clear(buf);
    sg_buf_add_str(buf, sg_buf_get(&subject->beans));
    if (rule->snake_case)
        sg_naming_add_snake_case(buf, name);
    else
        sg_buf_add_str(buf, name);
    sg_buf_add_str(buf, SG_STR(": "));
    subject->names_len = buf->len;
    if (rule->cache)
        sg_buf_add_str(buf, SG_STR("<cache>"));
    else
        sg_subject_add_value(buf, value);
    return sg_buf_error(buf);
}
