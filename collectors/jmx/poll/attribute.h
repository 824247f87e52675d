/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The place of one value of an agent's answer: its MBean and its path. Borrowed for the call that
 * it is passed to.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_ATTRIBUTE_DEPTH_MAX = 16, /* of composite data; Jolokia itself stops at 15 */
    SG_ATTRIBUTE_INDEX_MAX = 8,  /* index columns of tabular data, nested ones together */
};

enum sg_attribute_kind {
    SG_ATTRIBUTE_INT,
    SG_ATTRIBUTE_DOUBLE,
    SG_ATTRIBUTE_BOOL,
    SG_ATTRIBUTE_TEXT,
};

struct sg_attribute_value {
    enum sg_attribute_kind kind;
    union {
        int64_t integer;
        double number;
        bool flag;
        struct sg_str text;
    };
};

/* A row of tabular data is identified by the values of its index columns. */
struct sg_attribute_index {
    struct sg_str column;
    struct sg_str value;
};

enum sg_attribute_near {
    SG_ATTRIBUTE_SIBLING, /* beside the value: in the same composite data, or the same MBean */
    SG_ATTRIBUTE_OF_MBEAN,
};

struct sg_attribute {
    struct sg_str mbean;                        /* ObjectName */
    size_t depth;                               /* at least 1 */
    struct sg_str path[SG_ATTRIBUTE_DEPTH_MAX]; /* the attribute, then keys of composite data */
    size_t n_index;
    struct sg_attribute_index index[SG_ATTRIBUTE_INDEX_MAX];
    uint8_t part;              /* of the plan that requested it: which rules it is for */
    bool is_extra;             /* not in the answer; a metricCustomizer adds it */
    struct sg_str description; /* of an extra one; may be empty */
    /** Another value of the same MBean in the same answer. NULL when there is no such look-up.
        @return was it found, and is it a number, a flag or a text? */
    bool (*find)(const struct sg_attribute *attribute,
        enum sg_attribute_near near,
        const char *name,
        struct sg_attribute_value *ret_value);
    const void *near[2]; /* for find(), by enum sg_attribute_near */
};
