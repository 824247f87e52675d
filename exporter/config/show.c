/* SPDX-License-Identifier: Apache-2.0 */
#include "config/show.h"

#include "config/keys.h"

int sg_config_show(const struct sg_config *config, struct sg_buf *out)
{
    struct sg_shown shown = { .out = out };

    sg_map_show(&sg_root_keys, config, &shown);
    return shown.r;
}
