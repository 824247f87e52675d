/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/family.h"

const char *sg_metric_type_text(enum sg_metric_type type)
{
    switch (type) {
    case SG_METRIC_COUNTER:
        return "counter";
    case SG_METRIC_SUMMARY:
        return "summary";
    case SG_METRIC_GAUGE:
    case SG_METRIC_INFO:
    case SG_METRIC_STATESET:
        return "gauge";
    case SG_METRIC_UNKNOWN:
        break;
    }
    return "untyped";
}

static bool name_valid(struct sg_str name, bool colon)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!letter && !(digit && i > 0) && !(colon && c == ':'))
            return false;
    }
    return name.len > 0;
}

bool sg_metric_name_valid(struct sg_str name)
{
    return name_valid(name, true);
}

bool sg_label_name_valid(struct sg_str name)
{
    return name_valid(name, false) && !sg_str_starts_with(name, SG_STR("__"));
}
