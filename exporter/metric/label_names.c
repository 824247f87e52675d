/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/label_names.h"

#include <stddef.h>

static const char *const of_jvm[] = { "broker", "instance", "job", "jvm", "le", "quantile", NULL };

static const char *const of_others[] = { "address", "code", "collector", "consumergroup", "id",
    "isr", "kind", "leader", "missing", "partition", "reason", "replicas", "state", "status",
    "target", "topic", "what", NULL };

static bool contains(const char *const *names, struct sg_str name)
{
    for (; *names; names++) {
        if (sg_str_equal(name, sg_str_of(*names)))
            return true;
    }
    return false;
}

bool sg_label_name_is_of_jvm(struct sg_str name)
{
    return contains(of_jvm, name);
}

bool sg_label_name_is_own(struct sg_str name)
{
    return contains(of_jvm, name) || contains(of_others, name);
}
