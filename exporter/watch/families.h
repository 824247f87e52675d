/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a view takes from the metrics page: which families, and where their values go. */

#include "base/str.h"

#include <stddef.h>

/* What a series is about. */
enum sg_view_subject {
    SG_VIEW_OF_BROKER,
    SG_VIEW_OF_TOPIC,
    SG_VIEW_OF_PARTITION,
    SG_VIEW_OF_TROUBLED_PARTITION, /* if the value is above 0 */
    SG_VIEW_OF_GROUP,
};

enum sg_view_how {
    SG_VIEW_SET,
    SG_VIEW_SUM,
    SG_VIEW_MAX,
    SG_VIEW_MIN,
    SG_VIEW_FLAG,  /* is it above 0? */
    SG_VIEW_LABEL, /* the value of a label, if the value is above 0 */
};

enum sg_view_label {
    SG_VIEW_LABEL_CLUSTER, /* its name is configured */
    SG_VIEW_LABEL_BROKER,
    SG_VIEW_LABEL_TOPIC,
    SG_VIEW_LABEL_PARTITION,
    SG_VIEW_LABEL_GROUP,
    SG_VIEW_LABEL_REPLICAS,
    SG_VIEW_LABEL_IN_SYNC,
    SG_VIEW_LABEL_MISSING,
    SG_VIEW_LABEL_STATUS,
    SG_VIEW_LABEL_STATE,
    SG_VIEW_LABEL_TYPE,
    SG_VIEW_LABEL_COORDINATOR,
    SG_VIEW_LABELS,
};

/** In the order of enum sg_view_label. */
extern const struct sg_str sg_view_label_names[SG_VIEW_LABELS];

struct sg_view_family {
    const char *name;
    enum sg_view_subject subject;
    enum sg_view_how how;
    size_t place; /* of the field */
    enum sg_view_label label;
};

/** Ends with a name that is NULL. */
extern const struct sg_view_family sg_view_families[];
