/* SPDX-License-Identifier: Apache-2.0 */
#include "config/labels.h"

#include "config/config.h"
#include "config/kinds.h"
#include "metric/family.h"
#include "metric/label_names.h"
#include "metric/series.h"

#include <stdlib.h>
#include <string.h>

enum {
    E_WRONG = 1
};

#define SPOKEN_FOR "the label \"%.80s\" is reserved by Streamgauge or Prometheus; choose another"

static int check_name(const char *name, bool is_spoken_for, struct sg_error *err)
{
    if (!sg_label_name_valid(sg_str_of(name)))
        return sg_error_set(
            err, E_WRONG, "\"%.80s\" is not a label name ([a-zA-Z_][a-zA-Z0-9_]*)", name);
    return is_spoken_for ? sg_error_set(err, E_WRONG, SPOKEN_FOR, name) : 0;
}

int sg_label_check_own(const char *name, struct sg_error *err)
{
    return check_name(name, sg_label_name_is_own(sg_str_of(name)), err);
}

int sg_label_check_jvm(const char *name, struct sg_error *err)
{
    return check_name(name, sg_label_name_is_of_jvm(sg_str_of(name)), err);
}

static bool have(const struct sg_setting *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) == 0)
            return true;
    }
    return false;
}

/* @param places  of the name and of the value */
static void add(const struct sg_value *v,
    const struct sg_place places[2],
    struct sg_str name_text,
    struct sg_str value)
{
    const struct sg_config *config = v->reading->config;
    struct sg_setting **list = SG_VALUE(struct sg_setting *, v);
    size_t *n = SG_NUMBER(size_t, v), max = (size_t)v->key->max;
    struct sg_error err;

    char *name = strndup(name_text.ptr, name_text.len);
    char *copy = strndup(value.ptr, value.len);
    if (name && strlen(name) != name_text.len)
        name[0] = '\0'; /* a text with a NUL is not a name */
    if (!*list)
        *list = sg_read_array(v->reading, places[0].node, max, sizeof **list);
    if (!name || !copy || !*list) {
        sg_no_memory(v->reading, places[0]);
    } else if (v->key->check(name, &err)) {
        sg_problem(v->reading, places[0], "%s", err.text);
    } else if (value.len == 0 || value.len > SG_LABEL_VALUE_BYTES_MAX ||
               strlen(copy) != value.len) {
        sg_problem(v->reading, places[1], "the label's value must be text of 1 to %d bytes",
            SG_LABEL_VALUE_BYTES_MAX);
    } else if (have(*list, *n, name)) {
        sg_problem(v->reading, places[0], "duplicate label \"%.80s\"", name);
    } else if (strcmp(name, config->cluster_label) == 0) {
        sg_problem(v->reading, places[0],
            "the label \"%.80s\" has the cluster's name (labels.cluster); choose another", name);
    } else if (have(config->constant, config->n_constant, name)) {
        sg_problem(v->reading, places[0],
            "the label \"%.80s\" is one of labels.constant; choose another", name);
    } else if (*n == max) {
        sg_problem(v->reading, places[0], "more than %zu labels", max);
    } else {
        (*list)[(*n)++] = (struct sg_setting){ name, copy };
        return;
    }
    free(name);
    free(copy);
}

static void read_labels(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);

    if (node && (!sg_yaml_is_map(node) || sg_yaml_count(node) > (size_t)v->key->max)) {
        sg_key_problem(
            v, sg_at(node), "must be a map of at most %d names and values", (int)v->key->max);
        return;
    }
    for (size_t i = 0; i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *name, *value;
        sg_yaml_pair(node, i, &name, &value);
        const struct sg_place places[] = { sg_at(name), sg_at(value) };
        add(v, places, sg_yaml_text(name), sg_yaml_text(value));
    }
}

static void parse_labels(const struct sg_value *v, struct sg_place place, const char *text)
{
    const struct sg_place places[] = { place, place };

    while (*text) {
        size_t len = strcspn(text, ",");
        const char *equals = memchr(text, '=', len);
        if (!equals) {
            sg_problem(
                v->reading, place, "\"%.*s\" is not NAME=VALUE", (int)(len < 80 ? len : 80), text);
            return;
        }
        struct sg_str name = { text, (size_t)(equals - text) };
        add(v, places, name, (struct sg_str){ equals + 1, len - name.len - 1 });
        text += len + (text[len] == ',');
    }
}

static void show_label(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    const struct sg_setting *label = element;

    (void)key;
    sg_show_text(out, label->name, label->value);
}

const struct sg_kind sg_kind_labels = { .name = "map of labels",
    .read = read_labels,
    .parse = parse_labels,
    SG_KIND_OF_LIST,
    .element_size = sizeof(struct sg_setting),
    .same_element = sg_setting_same,
    .show_element = show_label,
    .free_element = sg_setting_free };
