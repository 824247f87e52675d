/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From an attribute's value to its sample's, by the rule: its literal value, a factor, the product
 * with another attribute, a number that means "absent". Integers stay integers where they can. One
 * thread, the engine's.
 */

#include "jmx/poll/attribute.h"
#include "jmx/rules/rules.h"
#include "metric/family.h"
#include "metric/series.h"

#include <stdbool.h>
#include <stdint.h>

struct sg_sample_recipe {
    const struct sg_rule *rule; /* borrowed */
    enum sg_metric_type type;
    bool has_literal; /* the rule gives the value */
    double literal;
};

struct sg_sample {
    enum sg_value_kind kind;
    uint64_t bits; /* an int64_t or a double */
};

/* The latest product of a rule with `times`; a plain block of memory, for free(). */
struct sg_product;

/**
 * @param product  owned, of this attribute alone; NULL at first, and always without `times`
 * @param ret_sample  absent when there is no number
 * @return 0 or -ENOMEM
 */
int sg_sample_make(const struct sg_sample_recipe *recipe,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    struct sg_product **product,
    struct sg_sample *ret_sample);

/** Of a counter, client_java then exports no sample. */
bool sg_sample_is_negative(const struct sg_sample *sample);

/** Is it a number that a double can hold? */
bool sg_sample_is_finite(const struct sg_sample *sample);
