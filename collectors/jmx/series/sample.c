/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/series/sample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The latest product of a rule with `times`, and its factor. */
struct sg_product {
    double product;
    double factor;
};

static void set_int(struct sg_sample *sample, int64_t value)
{
    sample->kind = SG_VALUE_INT;
    sample->bits = (uint64_t)value;
}

static void set_double(struct sg_sample *sample, double value)
{
    sample->kind = SG_VALUE_DOUBLE;
    memcpy(&sample->bits, &value, sizeof sample->bits);
}

static bool number_of(const struct sg_attribute_value *value, double *ret_number)
{
    if (value->kind == SG_ATTRIBUTE_INT)
        *ret_number = (double)value->integer;
    else if (value->kind == SG_ATTRIBUTE_DOUBLE)
        *ret_number = value->number;
    else
        return false;
    return true;
}

/*
 * The product of two attributes, which the agent does not read at the same moment: an average may
 * have fallen before its count has risen. A sum never falls, except when the count has fallen,
 * because the broker was restarted.
 * @return 0 and ret_is_there, or -ENOMEM
 */
static int multiply(const struct sg_sample_recipe *recipe,
    const struct sg_attribute *attribute,
    struct sg_product **product,
    double *number,
    bool *ret_is_there)
{
    struct sg_attribute_value other;
    double factor;

    *ret_is_there = attribute->find &&
                    attribute->find(attribute, SG_ATTRIBUTE_SIBLING, recipe->rule->times, &other) &&
                    number_of(&other, &factor);
    if (!*ret_is_there)
        return 0;
    *number *= factor;
    if (recipe->type != SG_METRIC_COUNTER && recipe->type != SG_METRIC_SUMMARY)
        return 0;
    struct sg_product *last = *product;
    if (!last) {
        last = *product = calloc(1, sizeof *last);
        if (!last)
            return -ENOMEM;
    } else if (factor >= last->factor && *number < last->product) {
        *number = last->product;
    }
    *last = (struct sg_product){ *number, factor };
    return 0;
}

int sg_sample_make(const struct sg_sample_recipe *recipe,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_product **product,
    struct sg_sample *ret_sample)
{
    const struct sg_rule *rule = recipe->rule;
    double number = recipe->literal;

    ret_sample->kind = SG_VALUE_ABSENT;
    if (!recipe->has_literal) {
        if (value->kind == SG_ATTRIBUTE_BOOL && !rule->times) {
            set_int(ret_sample, value->flag);
            return 0;
        }
        if (!number_of(value, &number))
            return 0;
    }
    if (rule->has_absent && number == rule->absent)
        return 0;
    if (rule->times) {
        bool is_there;
        int r = multiply(recipe, attribute, product, &number, &is_there);
        if (r || !is_there)
            return r;
    } else if (!recipe->has_literal && value->kind == SG_ATTRIBUTE_INT && rule->factor == 1) {
        set_int(ret_sample, value->integer);
        return 0;
    }
    set_double(ret_sample, number * rule->factor);
    return 0;
}

bool sg_sample_is_negative(const struct sg_sample *sample)
{
    return sample->kind != SG_VALUE_ABSENT && sg_value_number(sample->kind, sample->bits) < 0;
}

bool sg_sample_is_finite(const struct sg_sample *sample)
{
    return sample->kind != SG_VALUE_DOUBLE || isfinite(sg_value_number(sample->kind, sample->bits));
}
