/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/setting_defaults.h"

#include <stdio.h>
#include <string.h>

struct entry {
    struct sg_keyed_text name;
    char value[SG_DEFAULT_TEXT_MAX];
};

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, name),
    .seen_at = offsetof(struct entry, name.seen),
};

void sg_setting_defaults_init(struct sg_setting_defaults *defaults)
{
    sg_keyed_init(&defaults->list, &entry_kind);
    defaults->list.max = SG_DEFAULTS_MAX;
}

void sg_setting_defaults_done(struct sg_setting_defaults *defaults)
{
    sg_keyed_done(&defaults->list);
}

int sg_setting_defaults_learn(
    struct sg_setting_defaults *defaults, const struct sg_described *described)
{
    uint32_t number;

    if (described->is_own || !described->value || strlen(described->value) >= SG_DEFAULT_TEXT_MAX)
        return 0;
    int r = sg_keyed_add(&defaults->list, sg_str_of(described->name), &number, NULL);
    if (r)
        return r < 0 ? r : 0;
    struct entry *entry = sg_keyed_at(&defaults->list, number);
    (void)snprintf(entry->value, sizeof entry->value, "%s", described->value);
    return 0;
}

void sg_setting_defaults_fill(
    const struct sg_setting_defaults *defaults, struct sg_described *described)
{
    uint32_t number = SG_INDEX_NONE;

    if (described->is_own && !described->fallback)
        number = sg_keyed_find(&defaults->list, sg_str_of(described->name));
    if (number == SG_INDEX_NONE)
        return;
    described->fallback_name = described->name;
    described->fallback = ((const struct entry *)sg_keyed_at(&defaults->list, number))->value;
}
