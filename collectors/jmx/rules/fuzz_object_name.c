/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rules/object_name.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the bytes: no crash, every part is inside the text, and a name matches itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_str text = { (const char *)data, size };
    struct sg_object_name name;
    struct sg_object_name pattern;

    if (sg_object_name_parse_pattern(text, &pattern, NULL) == 0 && !pattern.is_pattern &&
        !sg_object_name_matches(&pattern, &pattern))
        __builtin_trap();
    if (sg_object_name_parse(text, &name, NULL) != 0)
        return 0;
    for (size_t i = 0; i < name.n_properties; i++) {
        const struct sg_property *p = &name.properties[i];
        if (p->key.ptr < text.ptr || p->value.ptr + p->value.len > text.ptr + text.len)
            __builtin_trap();
    }
    return 0;
}
