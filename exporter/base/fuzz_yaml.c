/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct sg_yaml_node *node)
{
    for (size_t i = 0; i < sg_yaml_count(node); i++) {
        const struct sg_yaml_node *key;
        const struct sg_yaml_node *value;
        if (sg_yaml_is_map(node)) {
            sg_yaml_pair(node, i, &key, &value);
            walk(key);
            walk(value);
        } else {
            walk(sg_yaml_item(node, i));
        }
    }
}

/* For any bytes: no crash, no endless loop; and every reader handles the result. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = { "a", "interval", NULL };
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    int64_t ms = 0;
    struct sg_str text = { (const char *)data, size };

    (void)sg_duration_parse_ms(text, &ms);
    if (sg_yaml_load_text("f", text, &yaml, &err))
        return 0;
    walk(sg_yaml_root(yaml));
    if (sg_yaml_expect_map(yaml, sg_yaml_root(yaml), "it", keys)) {
        bool b = false;
        (void)sg_yaml_read_bool(yaml, sg_yaml_root(yaml), "a", &b);
        (void)sg_yaml_read_duration_ms(yaml, sg_yaml_root(yaml), "interval", &ms);
        (void)sg_yaml_read_text(yaml, sg_yaml_root(yaml), "a", &text);
    }
    (void)sg_yaml_free(yaml);
    return 0;
}
