/* SPDX-License-Identifier: Apache-2.0 */
#include "config/constant_labels.h"

#include "config/read.h"
#include "metric/family.h"
#include "metric/label_names.h"
#include "metric/series.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

bool sg_constant_labels_have(const struct sg_config *config, struct sg_str name)
{
    for (size_t i = 0; i < config->n_constant; i++) {
        if (sg_str_equal(name, sg_str_of(config->constant[i].name)))
            return true;
    }
    return false;
}

static int add(
    struct sg_config *config, struct sg_str name, struct sg_str value, struct sg_error *err)
{
    int shown = (int)(name.len < 80 ? name.len : 80);

    if (!sg_label_name_valid(name))
        return sg_error_set(err, SG_CONSTANT_LABELS_E_WRONG,
            "\"%.*s\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)", shown, name.ptr);
    if (sg_label_name_is_own(name) || sg_str_equal(name, sg_str_of(config->cluster_label)))
        return sg_error_set(err, SG_CONSTANT_LABELS_E_WRONG,
            "the label \"%.*s\" is Streamgauge's own, or Prometheus's; take another", shown,
            name.ptr);
    if (value.len == 0 || value.len > SG_LABEL_VALUE_BYTES_MAX ||
        memchr(value.ptr, '\0', value.len))
        return sg_error_set(err, SG_CONSTANT_LABELS_E_WRONG,
            "the value of label \"%.*s\" must be text of 1 to %d bytes", shown, name.ptr,
            SG_LABEL_VALUE_BYTES_MAX);
    if (sg_constant_labels_have(config, name))
        return sg_error_set(
            err, SG_CONSTANT_LABELS_E_WRONG, "duplicate label \"%.*s\"", shown, name.ptr);
    if (config->n_constant == SG_CONSTANT_LABELS_MAX)
        return sg_error_set(
            err, SG_CONSTANT_LABELS_E_WRONG, "more than %d labels", SG_CONSTANT_LABELS_MAX);
    if (!config->constant)
        config->constant = calloc(SG_CONSTANT_LABELS_MAX, sizeof *config->constant);
    if (!config->constant)
        return -ENOMEM;
    struct sg_label_setting *label = &config->constant[config->n_constant++];
    label->name = strndup(name.ptr, name.len);
    label->value = strndup(value.ptr, value.len);
    return label->name && label->value ? 0 : -ENOMEM;
}

void sg_constant_labels_read(
    struct sg_yaml *yaml, const struct sg_yaml_node *node, struct sg_config *config)
{
    if (!node)
        return;
    if (!sg_yaml_is_map(node)) {
        sg_yaml_problem(yaml, node, "\"constant\" must be a map of names and values");
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *name;
        const struct sg_yaml_node *value;
        struct sg_error err;
        sg_yaml_pair(node, i, &name, &value);
        int r = add(config, sg_yaml_text(name), sg_yaml_text(value), &err);
        if (r > 0)
            sg_yaml_problem(yaml, name, "%s", err.text);
        if (r < 0)
            sg_config_no_memory(yaml, name);
        if (r)
            return;
    }
}

int sg_constant_labels_parse(const char *text, struct sg_config *config, struct sg_error *err)
{
    int r = 0;

    while (*text && !r) {
        size_t len = strcspn(text, ",");
        const char *equals = memchr(text, '=', len);
        if (!equals)
            return sg_error_set(err, SG_CONSTANT_LABELS_E_WRONG, "\"%.*s\" is not NAME=VALUE",
                (int)(len < 80 ? len : 80), text);
        const char *value = equals + 1;
        r = add(config, (struct sg_str){ text, (size_t)(equals - text) },
            (struct sg_str){ value, len - (size_t)(value - text) }, err);
        text += len + (text[len] == ',');
    }
    return r;
}

void sg_constant_labels_done(struct sg_config *config)
{
    for (size_t i = 0; i < config->n_constant; i++) {
        free(config->constant[i].name);
        free(config->constant[i].value);
    }
    free(config->constant);
}
