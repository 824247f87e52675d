/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Series of topics' configurations. The collector's thread. */

#include "admin/export/put.h"
#include "admin/model/topic_config.h"

/** @param config  it is known */
void sg_export_config(
    struct sg_put *put, struct sg_str topic, const struct sg_topic_config *config);
