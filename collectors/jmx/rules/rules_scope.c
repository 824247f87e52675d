/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/rules_scope.h"

#include "base/auto.h"

#include <stdlib.h>
#include <string.h>

enum {
    MBEANS_MAX = 1000, /* per list of the file */
};

static bool read_mbean(struct sg_rules_loader *loader,
    const struct sg_yaml_node *node,
    struct sg_rules_mbean *ret_mbean)
{
    struct sg_str text = sg_yaml_text(node);
    struct sg_error err;

    if (text.len == 0 || memchr(text.ptr, '\0', text.len)) {
        sg_yaml_problem(loader->yaml, node, "expected an ObjectName such as kafka.server:type=*,*");
        return false;
    }
    ret_mbean->text = strdup(text.ptr);
    if (!ret_mbean->text) {
        sg_rules_loader_no_memory(loader, node);
        return false;
    }
    if (sg_object_name_parse_pattern(sg_str_of(ret_mbean->text), &ret_mbean->name, &err)) {
        sg_yaml_problem(loader->yaml, node, "%s", err.text);
        free(sg_take(&ret_mbean->text));
        return false;
    }
    return true;
}

static void read_mbeans(struct sg_rules_loader *loader,
    const struct sg_yaml_node *root,
    const char *key,
    const char *old_key,
    struct sg_rules_mbeans *mbeans)
{
    const struct sg_yaml_node *node = sg_yaml_find(root, key);

    if (node && sg_yaml_find(root, old_key))
        sg_rules_loader_warn(loader, sg_yaml_find(root, old_key),
            "not used: the newer name of this key is set, too");
    if (!node)
        node = sg_yaml_find(root, old_key);
    if (!node || !sg_rules_loader_is_list(loader, node, key, MBEANS_MAX) ||
        !sg_rules_loader_grow(
            loader, node, &mbeans->mbeans, mbeans->n, sg_yaml_count(node), sizeof *mbeans->mbeans))
        return;
    if (sg_yaml_count(node) == 0 && mbeans == &loader->rules->includes)
        sg_yaml_problem(
            loader->yaml, node, "an empty list reads nothing; leave it out to read all");
    for (size_t i = 0; i < sg_yaml_count(node); i++)
        mbeans->n += read_mbean(loader, sg_yaml_item(node, i), &mbeans->mbeans[mbeans->n]);
}

static void read_attribute_filter(struct sg_rules_loader *loader,
    const struct sg_yaml_node *root,
    const char *key,
    struct sg_rules_attribute_lists *lists)
{
    const struct sg_yaml_node *node = sg_yaml_find(root, key);
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_map(node) || n > MBEANS_MAX) {
        sg_yaml_problem(
            loader->yaml, node, "\"%s\" must be a map of ObjectNames and attributes", key);
        return;
    }
    if (!sg_rules_loader_grow(loader, node, &lists->lists, lists->n, n, sizeof *lists->lists))
        return;
    for (size_t i = 0; i < n; i++) {
        struct sg_rules_attributes *list = &lists->lists[lists->n];
        const struct sg_yaml_node *name;
        const struct sg_yaml_node *attributes;
        sg_yaml_pair(node, i, &name, &attributes);
        if (!read_mbean(loader, name, &list->mbean))
            continue;
        if (list->mbean.name.is_pattern)
            sg_rules_loader_warn(loader, name,
                "a pattern: jmx_exporter compares these names literally, so it matches no MBean");
        lists->n++;
        (void)sg_rules_loader_read_texts(
            loader, attributes, "the attributes", &list->names, &list->n);
    }
}

static void read_requests(struct sg_rules_loader *loader, const struct sg_yaml_node *root)
{
    static const char *const keys[] = { "attributes", "mbean", "slow", NULL };
    const struct sg_yaml_node *node = sg_yaml_find(root, "requests");
    struct sg_rules_attribute_lists *requests = &loader->rules->requests;

    if (!node || !sg_rules_loader_is_list(loader, node, "\"requests\"", MBEANS_MAX) ||
        !sg_rules_loader_grow(loader, node, &requests->lists, requests->n, sg_yaml_count(node),
            sizeof *requests->lists))
        return;
    for (size_t i = 0; i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(node, i);
        struct sg_rules_attributes *request = &requests->lists[requests->n];
        if (!sg_yaml_expect_map(loader->yaml, item, "a request", keys))
            continue;
        if (!sg_yaml_find(item, "mbean"))
            sg_yaml_problem(loader->yaml, item, "a request needs an \"mbean\"");
        else if (read_mbean(loader, sg_yaml_find(item, "mbean"), &request->mbean)) {
            const struct sg_yaml_node *attributes = sg_yaml_find(item, "attributes");
            requests->n++;
            (void)sg_yaml_read_bool(loader->yaml, item, "slow", &request->slow);
            if (attributes)
                (void)sg_rules_loader_read_texts(
                    loader, attributes, "\"attributes\"", &request->names, &request->n);
        }
    }
}

void sg_rules_scope_read(struct sg_rules_loader *loader, const struct sg_yaml_node *root)
{
    struct sg_rules *rules = loader->rules;

    read_mbeans(loader, root, "includeObjectNames", "whitelistObjectNames", &rules->includes);
    read_mbeans(loader, root, "excludeObjectNames", "blacklistObjectNames", &rules->excludes);
    read_attribute_filter(loader, root, "includeObjectNameAttributes", &rules->include_attributes);
    read_attribute_filter(loader, root, "excludeObjectNameAttributes", &rules->exclude_attributes);
    read_requests(loader, root);
}
