/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is kept of a topic's configuration: the parts about durability and retention as numbers, the
 * settings that people compare as text, and which settings the topic has for itself.
 *
 * A setting of the topic's own whose value is that of the cluster is no override: it changes
 * nothing. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_OVERRIDES_MAX = 64,     /* of a topic; Kafka has some 35 settings */
    SG_SETTING_TEXT_MAX = 256, /* a longer value is not shown, such as a list of replicas */
};

/* Settings that are kept as text. */
enum sg_topic_setting {
    SG_SETTING_CLEANUP_POLICY,
    SG_SETTING_COMPRESSION_TYPE,
    SG_SETTING_MAX_MESSAGE_BYTES,
    SG_SETTING_TIMESTAMP_TYPE,
    SG_SETTING_MIN_IN_SYNC,
    SG_SETTING_RETENTION_BYTES,
    SG_SETTING_RETENTION_MS,
    SG_SETTINGS,
};

/* A setting as Kafka describes it. All borrowed. */
struct sg_described {
    const char *name;
    const char *value;         /* NULL: not told */
    bool is_own;               /* the topic's; otherwise it is the cluster's */
    const char *fallback_name; /* the broker's setting that would be used instead; NULL: not told */
    const char *fallback;      /* and its value; NULL: not told */
};

/* Texts are "" where they are not known. */
struct sg_override {
    const char *name;
    const char *value;
    const char *fallback;
};

/* Zeroed: nothing is known. */
struct sg_topic_config {
    bool known;
    bool deletes;            /* cleanup.policy has delete */
    bool is_remote;          /* remote.storage.enable: retention.bytes is not of the log alone */
    int32_t min_in_sync;     /* min.insync.replicas */
    int64_t retention_ms;    /* -1: no limit */
    int64_t retention_bytes; /* of a partition; -1: no limit */
    uint32_t version;        /* another one whenever what follows changes */
    const char *settings[SG_SETTINGS];
    size_t n_overrides;
    struct sg_override *overrides;
    char *texts; /* what the above point into */
    size_t texts_size;
};

/** Is the log itself deleted from when it is larger than retention_bytes, which are over 0? */
static inline bool sg_topic_config_is_limited(const struct sg_topic_config *config)
{
    return config->known && config->deletes && !config->is_remote && config->retention_bytes > 0;
}

/**
 * Take a description of all settings.
 *
 * @param last_version  the latest version given out, 0 at first; one for all configurations, and
 *                      never reset: also a topic that comes back has no version a second time
 * @return 0 or -ENOMEM, and nothing has changed
 */
int sg_topic_config_set(struct sg_topic_config *config,
    const struct sg_described *list,
    size_t n,
    uint32_t *last_version);

/** Free what it owns; it is zeroed then. */
void sg_topic_config_done(struct sg_topic_config *config);
