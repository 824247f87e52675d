/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/customizer.h"

#include "jmx/rules/java_number.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CUSTOMIZERS_MAX = 1000,
    ENTRIES_MAX = 100, /* of each list and map in one */
};

static void free_customizer(struct sg_customizer *customizer)
{
    free(customizer->domain);
    for (size_t i = 0; i < customizer->n_properties; i++) {
        free(customizer->properties[i].key);
        free(customizer->properties[i].value);
    }
    free(customizer->properties);
    for (size_t i = 0; i < customizer->n_labels; i++)
        free(customizer->labels[i]);
    free(customizer->labels);
    for (size_t i = 0; i < customizer->n_extra; i++) {
        free(customizer->extra[i].name);
        free(customizer->extra[i].text);
        free(customizer->extra[i].description);
    }
    free(customizer->extra);
}

void sg_customizers_done(struct sg_customizers *customizers)
{
    for (size_t i = 0; i < customizers->n; i++)
        free_customizer(&customizers->list[i]);
    free(customizers->list);
    *customizers = (struct sg_customizers){ 0 };
}

/* ---- Reading ---- */

/* An owned copy of a scalar's text; NULL after a problem was added. */
static char *copy_text(struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *what)
{
    struct sg_str text = sg_yaml_text(node);

    if (!sg_yaml_is_scalar(node) || sg_yaml_is_null(node) || memchr(text.ptr, '\0', text.len)) {
        sg_yaml_problem(yaml, node, "%s must be text", what);
        return NULL;
    }
    char *copy = strdup(text.ptr);
    if (!copy)
        sg_yaml_problem(yaml, node, "out of memory");
    return copy;
}

/* Room for as many elements as the list or map has; NULL after a problem was added. */
static void *new_array(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, const char *what, size_t size)
{
    size_t n = sg_yaml_count(node);

    if (n > ENTRIES_MAX) {
        sg_yaml_problem(yaml, node, "%s has more than %d entries", what, ENTRIES_MAX);
        return NULL;
    }
    void *array = calloc(n + 1, size);
    if (!array)
        sg_yaml_problem(yaml, node, "out of memory");
    return array;
}

static void read_filter(
    struct sg_customizer *customizer, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    static const char *const keys[] = { "domain", "properties", NULL };

    if (!sg_yaml_expect_map(yaml, node, "\"mbeanFilter\"", keys))
        return;
    if (!sg_yaml_find(node, "domain"))
        sg_yaml_problem(yaml, node, "\"mbeanFilter\" needs a \"domain\"");
    else
        (void)sg_yaml_read_string(yaml, node, "domain", &customizer->domain);

    const struct sg_yaml_node *properties = sg_yaml_find(node, "properties");
    if (!properties)
        return;
    if (!sg_yaml_is_map(properties)) {
        sg_yaml_problem(yaml, properties, "\"properties\" must be a map of keys and values");
        return;
    }
    customizer->properties =
        new_array(yaml, properties, "\"properties\"", sizeof *customizer->properties);
    for (size_t i = 0; customizer->properties && i < sg_yaml_count(properties); i++) {
        const struct sg_yaml_node *key;
        const struct sg_yaml_node *value;
        sg_yaml_pair(properties, i, &key, &value);
        struct sg_customizer_property *property =
            &customizer->properties[customizer->n_properties++];
        property->key = copy_text(yaml, key, "a property");
        property->value = copy_text(yaml, value, "a property");
    }
}

static void read_labels(
    struct sg_customizer *customizer, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    if (!sg_yaml_is_list(node)) {
        sg_yaml_problem(yaml, node, "\"attributesAsLabels\" must be a list of attributes");
        return;
    }
    customizer->labels = new_array(yaml, node, "\"attributesAsLabels\"", sizeof(char *));
    for (size_t i = 0; customizer->labels && i < sg_yaml_count(node); i++) {
        char *name = copy_text(yaml, sg_yaml_item(node, i), "an attribute");
        if (name)
            customizer->labels[customizer->n_labels++] = name;
    }
}

/* The type that YAML gives a scalar is the type that rules see. */
static void read_extra_value(
    struct sg_extra_metric *extra, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    struct sg_attribute_value *value = &extra->value;
    double number;
    char *end;

    extra->text = copy_text(yaml, node, "\"value\"");
    if (!extra->text)
        return;
    bool plain = sg_yaml_is_plain(node);
    struct sg_str text = sg_str_of(extra->text);
    bool yes = strcasecmp(extra->text, "true") == 0;
    errno = 0;
    long long integer = strtoll(extra->text, &end, 10);
    if (plain && text.len && *end == '\0' && errno == 0)
        *value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_INT, .integer = integer };
    else if (plain && sg_java_number_read(text, &number))
        *value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE, .number = number };
    else if (plain && (yes || strcasecmp(extra->text, "false") == 0))
        *value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_BOOL, .flag = yes };
    else
        *value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = text };
}

static void read_extra(
    struct sg_customizer *customizer, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    static const char *const keys[] = { "description", "name", "value", NULL };

    if (!sg_yaml_is_list(node)) {
        sg_yaml_problem(yaml, node, "\"extraMetrics\" must be a list");
        return;
    }
    customizer->extra = new_array(yaml, node, "\"extraMetrics\"", sizeof *customizer->extra);
    for (size_t i = 0; customizer->extra && i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(node, i);
        if (!sg_yaml_expect_map(yaml, item, "an extra metric", keys))
            continue;
        const struct sg_yaml_node *value = sg_yaml_find(item, "value");
        struct sg_extra_metric *extra = &customizer->extra[customizer->n_extra++];
        (void)sg_yaml_read_string(yaml, item, "name", &extra->name);
        if (!sg_yaml_is_null(sg_yaml_find(item, "description")))
            (void)sg_yaml_read_string(yaml, item, "description", &extra->description);
        if (!sg_yaml_find(item, "name") || !value)
            sg_yaml_problem(yaml, item, "an extra metric needs a \"name\" and a \"value\"");
        else
            read_extra_value(extra, yaml, value);
    }
}

static void read_customizer(
    struct sg_customizer *customizer, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    static const char *const keys[] = { "attributesAsLabels", "extraMetrics", "mbeanFilter", NULL };

    if (!sg_yaml_expect_map(yaml, node, "a metric customizer", keys))
        return;
    const struct sg_yaml_node *filter = sg_yaml_find(node, "mbeanFilter");
    const struct sg_yaml_node *labels = sg_yaml_find(node, "attributesAsLabels");
    const struct sg_yaml_node *extra = sg_yaml_find(node, "extraMetrics");
    if (!filter)
        sg_yaml_problem(yaml, node, "a metric customizer needs an \"mbeanFilter\"");
    else
        read_filter(customizer, yaml, filter);
    if (!labels && !extra)
        sg_yaml_problem(
            yaml, node, "a metric customizer needs \"attributesAsLabels\" or \"extraMetrics\"");
    if (labels)
        read_labels(customizer, yaml, labels);
    if (extra)
        read_extra(customizer, yaml, extra);
}

void sg_customizers_read(
    struct sg_customizers *customizers, struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    size_t n = sg_yaml_count(node);

    if (!sg_yaml_is_list(node) || n > CUSTOMIZERS_MAX) {
        sg_yaml_problem(
            yaml, node, "\"metricCustomizers\" must be a list of at most %d", CUSTOMIZERS_MAX);
        return;
    }
    struct sg_customizer *list =
        realloc(customizers->list, (customizers->n + n + 1) * sizeof *list);
    if (!list) {
        sg_yaml_problem(yaml, node, "out of memory");
        return;
    }
    customizers->list = list;
    for (size_t i = 0; i < n; i++) {
        struct sg_customizer *customizer = &list[customizers->n++];
        *customizer = (struct sg_customizer){ 0 };
        read_customizer(customizer, yaml, sg_yaml_item(node, i));
    }
}

/* ---- Finding ---- */

static bool means(const struct sg_customizer *customizer, const struct sg_object_name *mbean)
{
    if (!sg_str_equal(mbean->domain, sg_str_of(customizer->domain)))
        return false;
    for (size_t i = 0; i < customizer->n_properties; i++) {
        const struct sg_customizer_property *wanted = &customizer->properties[i];
        const struct sg_property *property = sg_object_name_find(mbean, sg_str_of(wanted->key));
        if (!property || !sg_str_equal(property->value, sg_str_of(wanted->value)))
            return false;
    }
    return true;
}

const struct sg_customizer *sg_customizers_find(
    const struct sg_customizers *customizers, const struct sg_object_name *mbean)
{
    for (size_t i = 0; i < customizers->n; i++) {
        if (means(&customizers->list[i], mbean))
            return &customizers->list[i];
    }
    return NULL;
}
