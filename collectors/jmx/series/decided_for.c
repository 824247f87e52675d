/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/decided_for.h"

#include "base/auto.h"
#include "jmx/rules/subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sg_decided_for {
    bool sees_value;
    enum sg_attribute_kind kind;
    uint64_t bits;
    char *text; /* owned */
    size_t text_len;
    bool sees_labels;                       /* those that are values of other attributes: */
    const struct sg_customizer *customizer; /* may be NULL */
    const struct sg_rule *rule;             /* may be NULL */
    char *labels;                           /* owned; the values, joined */
    size_t labels_len;
};

SG_AUTO_DEFINE(struct sg_decided_for *, sg_decided_for_free);

static uint64_t bits_of(const struct sg_attribute_value *value)
{
    uint64_t bits = 0;

    switch (value->kind) {
    case SG_ATTRIBUTE_INT:
        return (uint64_t)value->integer;
    case SG_ATTRIBUTE_DOUBLE:
        memcpy(&bits, &value->number, sizeof bits);
        return bits;
    case SG_ATTRIBUTE_BOOL:
        return value->flag;
    case SG_ATTRIBUTE_TEXT:
        break;
    }
    return 0;
}

static void join_label(
    const struct sg_attribute *attribute, const char *name, struct sg_buf *labels)
{
    struct sg_attribute_value value;

    if (attribute->find && attribute->find(attribute, SG_ATTRIBUTE_OF_MBEAN, name, &value))
        sg_subject_add_value(labels, &value);
    sg_buf_add_char(labels, '\0');
}

/* What a metricCustomizer and a rule make labels of, joined. @return as sg_buf_add */
static int join_labels(const struct sg_customizer *customizer,
    const struct sg_rule *rule,
    const struct sg_attribute *attribute,
    struct sg_buf *labels)
{
    sg_buf_clear(labels);
    for (size_t i = 0; customizer && i < customizer->n_labels; i++)
        join_label(attribute, customizer->labels[i], labels);
    for (size_t i = 0; rule && i < rule->n_labels_from; i++)
        join_label(attribute, rule->labels_from[i].attribute, labels);
    return sg_buf_error(labels);
}

static int copy_bytes(struct sg_str bytes, char **ret_copy, size_t *ret_len)
{
    char *copy = malloc(bytes.len + 1);

    if (!copy)
        return -ENOMEM;
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    *ret_copy = copy;
    *ret_len = bytes.len;
    return 0;
}

int sg_decided_for_new(const struct sg_outcome *outcome,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch,
    struct sg_decided_for **ret_memory)
{
    bool has_labels = (outcome->customizer && outcome->customizer->n_labels) ||
                      (outcome->rule && outcome->rule->n_labels_from);
    bool stays = outcome->kind == SG_OUTCOME_SERIES && outcome->rule && outcome->rule->cache;
    int r = 0;

    if (stays || (!outcome->depends_on_value && !has_labels)) {
        *ret_memory = NULL;
        return 0;
    }
    sg_auto(sg_decided_for_free) struct sg_decided_for *memory = calloc(1, sizeof *memory);
    if (!memory)
        return -ENOMEM;
    memory->sees_value = outcome->depends_on_value;
    memory->kind = value->kind;
    memory->bits = bits_of(value);
    if (value->kind == SG_ATTRIBUTE_TEXT)
        r = copy_bytes(value->text, &memory->text, &memory->text_len);
    if (!r && has_labels) {
        memory->sees_labels = true;
        memory->customizer = outcome->customizer;
        memory->rule = outcome->rule;
        r = join_labels(memory->customizer, memory->rule, attribute, scratch);
        if (!r)
            r = copy_bytes(sg_buf_get(scratch), &memory->labels, &memory->labels_len);
    }
    if (!r)
        *ret_memory = sg_take(&memory);
    return r;
}

bool sg_decided_for_holds(const struct sg_decided_for *memory,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_buf *scratch)
{
    if (memory->sees_labels) {
        struct sg_str labels = { memory->labels, memory->labels_len };
        if (join_labels(memory->customizer, memory->rule, attribute, scratch) ||
            !sg_str_equal(labels, sg_buf_get(scratch)))
            return false;
    }
    if (!memory->sees_value)
        return true;
    if (memory->kind != value->kind)
        return false;
    if (value->kind != SG_ATTRIBUTE_TEXT)
        return memory->bits == bits_of(value);
    return sg_str_equal((struct sg_str){ memory->text, memory->text_len }, value->text);
}

bool sg_decided_for_text(const struct sg_decided_for *memory, struct sg_str *ret_text)
{
    if (!memory || memory->kind != SG_ATTRIBUTE_TEXT)
        return false;
    *ret_text = (struct sg_str){ memory->text, memory->text_len };
    return true;
}

struct sg_decided_for *sg_decided_for_free(struct sg_decided_for *memory)
{
    if (memory) {
        free(memory->text);
        free(memory->labels);
    }
    free(memory);
    return NULL;
}
