/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/wanted.h"

#include "admin/export/families.h"
#include "base/str.h"

#include <string.h>

/* The labels that a family has only if they are wanted; ends with NULL. */
static const char *const of_cluster[] = { "broker_count", "controller_id", NULL };
static const char *const of_broker[] = { "host", "port", "is_controller", "rack", NULL };
static const char *const of_group[] = { "protocol_type", "state", NULL };

static bool is_label(const char *name, const char *label)
{
    return name && strcmp(name, label) == 0;
}

/* Does the alias show the label, or choose series or values by it? */
static bool uses(const struct sg_alias *alias, const char *label)
{
    if (is_label(alias->where_label, label) || is_label(alias->states, label))
        return true;
    for (size_t i = 0; i < alias->n_labels; i++) {
        if (is_label(alias->labels[i].from, label))
            return true;
    }
    return false;
}

static const struct sg_alias *find(
    const struct sg_aliases *aliases, enum sg_admin_family family, size_t *ret_n)
{
    return sg_aliases_find(aliases, sg_str_of(sg_admin_families[family].name), ret_n);
}

/* Are there series of the family under another name? */
static bool wants(const struct sg_aliases *aliases, enum sg_admin_family family)
{
    size_t n;

    return find(aliases, family, &n) != NULL;
}

/* … for which one of these labels matters? */
static bool wants_any(
    const struct sg_aliases *aliases, enum sg_admin_family family, const char *const *labels)
{
    size_t n;
    const struct sg_alias *list = find(aliases, family, &n);

    for (size_t i = 0; i < n; i++) {
        for (const char *const *label = labels; *label; label++) {
            if (uses(&list[i], *label))
                return true;
        }
    }
    return false;
}

struct sg_wanted sg_wanted_by(const struct sg_aliases *aliases)
{
    return (struct sg_wanted){
        .full_groups = wants_any(aliases, SG_ADMIN_GROUP_INFO, of_group),
        .full_brokers = wants_any(aliases, SG_ADMIN_CLUSTER_INFO, of_cluster) ||
                        wants_any(aliases, SG_ADMIN_BROKER_INFO, of_broker),
        .topic_info = wants(aliases, SG_ADMIN_TOPIC_INFO),
        .member_lag = wants(aliases, SG_ADMIN_MEMBER_CURRENT_OFFSET) ||
                      wants(aliases, SG_ADMIN_MEMBER_LAG) ||
                      wants(aliases, SG_ADMIN_MEMBER_LAG_SECONDS),
        .offset_sums = wants(aliases, SG_ADMIN_TOPIC_CURRENT_OFFSET_SUM) ||
                       wants(aliases, SG_ADMIN_TOPIC_OLDEST_OFFSET_SUM),
    };
}
