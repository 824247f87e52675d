/* SPDX-License-Identifier: Apache-2.0 */
#include "metric/label_names.h"

static const char *const of_jvm[] = { "broker", "collector", "instance", "job", "jvm", "le",
    "quantile", "target", NULL };

/* Labels of the built-in catalogues. */
static const char *const of_catalogues[] = { "ackType", "area", "broker_id", "cipher", "class",
    "clientId", "clientSoftwareName", "clientSoftwareVersion", "client_id", "client_type",
    "cluster_id", "commit_id", "connector", "current_state", "delayedOperation", "dir",
    "directory_id", "error", "feature", "fetcherType", "gc", "group", "kind", "leader", "listener",
    "logDirectory", "networkProcessor", "node_id", "operation", "partition", "pool", "processor",
    "protocol", "query", "queue", "request", "resource", "result", "runtime", "state", "status",
    "task", "threadNum", "topic", "type", "user", "vendor", "version", NULL };

#define TEXT(name) #name
static const char *const own[] = { SG_OWN_LABELS(TEXT), NULL };
#undef TEXT

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
    return contains(of_jvm, name) || contains(of_catalogues, name);
}

bool sg_label_name_is_own(struct sg_str name)
{
    return sg_label_name_is_of_jvm(name) || contains(own, name);
}
