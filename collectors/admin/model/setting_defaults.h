/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The cluster's values of topics' settings, as topics have them that do not set them: Kafka 4.4
 * does not tell what retention.ms would be without the topic's own. One thread.
 */

#include "admin/model/topic_config.h"
#include "base/keyed.h"

enum {
    SG_DEFAULTS_MAX = 500,    /* settings */
    SG_DEFAULT_TEXT_MAX = 64, /* with its NUL; a longer value is not remembered */
};

/* Initialised by sg_setting_defaults_init(). */
struct sg_setting_defaults {
    struct sg_keyed list;
};

void sg_setting_defaults_init(struct sg_setting_defaults *defaults);
void sg_setting_defaults_done(struct sg_setting_defaults *defaults);

/** Remember the value, if it is the cluster's. @return 0 or -ENOMEM */
int sg_setting_defaults_learn(
    struct sg_setting_defaults *defaults, const struct sg_described *described);

/** Where Kafka has told no fallback, the one that is remembered, borrowed until the next learn. */
void sg_setting_defaults_fill(
    const struct sg_setting_defaults *defaults, struct sg_described *described);
