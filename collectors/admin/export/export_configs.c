/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_configs.h"

#include "admin/export/collected.h"
#include "metric/label_names.h"

/*
 * Labels have the settings' values, so another version of a configuration has other series: the
 * version is part of what the memo remembers them by.
 */

static void put_info(struct sg_put *put, struct sg_str topic, const struct sg_topic_config *config)
{
    const char *const *settings = config->settings;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(topic), topic },
        { SG_OWN_LABEL(cleanup_policy), sg_str_of(settings[SG_SETTING_CLEANUP_POLICY]) },
        { SG_OWN_LABEL(min_insync_replicas), sg_str_of(settings[SG_SETTING_MIN_IN_SYNC]) },
        { SG_OWN_LABEL(retention_ms), sg_str_of(settings[SG_SETTING_RETENTION_MS]) },
        { SG_OWN_LABEL(retention_bytes), sg_str_of(settings[SG_SETTING_RETENTION_BYTES]) },
        { SG_OWN_LABEL(message_timestamp_type), sg_str_of(settings[SG_SETTING_TIMESTAMP_TYPE]) },
        { SG_OWN_LABEL(compression_type), sg_str_of(settings[SG_SETTING_COMPRESSION_TYPE]) },
        { SG_OWN_LABEL(max_message_bytes), sg_str_of(settings[SG_SETTING_MAX_MESSAGE_BYTES]) },
    };

    sg_put_thing(put, SG_PUT_TOPIC_CONFIG, SG_STR(""), topic, (int32_t)config->version, 1);
    sg_put_int(put, 0, SG_ADMIN_TOPIC_CONFIG, labels, sizeof labels / sizeof labels[0], 1);
}

static void put_overrides(
    struct sg_put *put, struct sg_str topic, const struct sg_topic_config *config)
{
    sg_put_thing(put, SG_PUT_TOPIC_OVERRIDES, SG_STR(""), topic, (int32_t)config->version,
        SG_MEMO_SERIES_MAX);
    for (size_t i = 0; i < config->n_overrides; i++) {
        const struct sg_override *override = &config->overrides[i];
        const struct sg_label labels[] = {
            { SG_OWN_LABEL(topic), topic },
            { SG_OWN_LABEL(config), sg_str_of(override->name) },
            { SG_OWN_LABEL(value), sg_str_of(override->value) },
            { SG_OWN_LABEL(default_value), sg_str_of(override->fallback) },
        };
        if (put->n_overrides == put->from->max_overrides) {
            put->n_overrides_left_out++;
            continue;
        }
        put->n_overrides++;
        sg_put_int(put, i < SG_MEMO_SERIES_MAX ? (int)i : SG_PUT_ONCE, SG_ADMIN_TOPIC_OVERRIDE,
            labels, 4, 1);
    }
}

void sg_export_config(struct sg_put *put, struct sg_str topic, const struct sg_topic_config *config)
{
    put_info(put, topic, config);
    if (put->from->max_overrides)
        put_overrides(put, topic, config);
}
