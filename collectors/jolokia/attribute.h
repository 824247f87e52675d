/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One value out of an agent's answer, and where in which MBean it stood. Plain data, borrowed for
 * the call that it is passed to.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_ATTRIBUTE_DEPTH_MAX = 16
}; /* of composite data; Jolokia itself stops at 15 */

struct sg_attribute {
    struct sg_str mbean;                        /* ObjectName */
    size_t depth;                               /* at least 1 */
    struct sg_str path[SG_ATTRIBUTE_DEPTH_MAX]; /* the attribute, then keys of composite data */
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
