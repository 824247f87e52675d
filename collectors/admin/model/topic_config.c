/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/topic_config.h"

#include "base/number.h"
#include "base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SG_SETTINGS] = {
    [SG_SETTING_CLEANUP_POLICY] = "cleanup.policy",
    [SG_SETTING_COMPRESSION_TYPE] = "compression.type",
    [SG_SETTING_MAX_MESSAGE_BYTES] = "max.message.bytes",
    [SG_SETTING_TIMESTAMP_TYPE] = "message.timestamp.type",
    [SG_SETTING_MIN_IN_SYNC] = "min.insync.replicas",
    [SG_SETTING_RETENTION_BYTES] = "retention.bytes",
    [SG_SETTING_RETENTION_MS] = "retention.ms",
};

/* What the topic would have without a value of its own, in the setting's unit. */
struct fallback {
    char bytes[SG_NUMBER_TEXT_MAX];
    const char *text; /* NULL: not known */
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

/* A topic's times are in milliseconds; the broker's setting may be in hours: log.retention.hours.
 */
static int64_t unit_ms(const struct sg_described *from)
{
    if (!from->fallback_name || !ends_with(from->name, ".ms"))
        return 1;
    return ends_with(from->fallback_name, ".hours")     ? 3600000
           : ends_with(from->fallback_name, ".minutes") ? 60000
                                                        : 1;
}

static void find_fallback(const struct sg_described *from, struct fallback *fallback)
{
    int64_t unit = unit_ms(from);
    int64_t ms;

    fallback->text = from->fallback;
    if (unit == 1 || !from->fallback)
        return;
    long long number = strtoll(from->fallback, NULL, 10);
    if (number < 0) /* no limit, in any unit */
        unit = 1;
    fallback->text = __builtin_mul_overflow(number, unit, &ms) ? NULL : fallback->bytes;
    if (fallback->text)
        (void)snprintf(fallback->bytes, sizeof fallback->bytes, "%" PRId64, ms);
}

static bool is_override(const struct sg_described *from)
{
    struct fallback fallback;

    if (!from->is_own)
        return false;
    find_fallback(from, &fallback);
    return !from->value || !fallback.text || strcmp(from->value, fallback.text) != 0;
}

/* ---- Texts ---- */

/* Where texts go; without memory it only measures. */
struct writer {
    char *bytes;
    size_t n;
};

static const char *write_text(struct writer *writer, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    char *at = writer->bytes ? writer->bytes + writer->n : NULL;

    if (n > SG_SETTING_TEXT_MAX)
        n = 0;
    if (at && n)
        memcpy(at, text, n);
    if (at)
        at[n] = '\0';
    writer->n += n + 1;
    return at;
}

static void write_override(
    struct writer *writer, const struct sg_described *from, struct sg_override *override)
{
    struct fallback fallback;

    find_fallback(from, &fallback);
    *override = (struct sg_override){
        .name = write_text(writer, from->name),
        .value = write_text(writer, from->value),
        .fallback = write_text(writer, fallback.text),
    };
}

static const char *find_value(const struct sg_described *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) == 0)
            return list[i].value;
    }
    return NULL;
}

/* @param config  its overrides have room for all */
static void write_all(struct writer *writer,
    const struct sg_described *list,
    size_t n,
    struct sg_topic_config *config)
{
    config->n_overrides = 0;
    for (size_t i = 0; i < SG_SETTINGS; i++)
        config->settings[i] = write_text(writer, find_value(list, n, names[i]));
    for (size_t i = 0; i < n && config->n_overrides < SG_OVERRIDES_MAX; i++) {
        if (is_override(&list[i]))
            write_override(writer, &list[i], &config->overrides[config->n_overrides++]);
    }
}

/* ---- Setting ---- */

static int64_t number_of(const char *text)
{
    return text[0] ? strtoll(text, NULL, 10) : -1;
}

static void set_numbers(struct sg_topic_config *config)
{
    config->min_in_sync = (int32_t)number_of(config->settings[SG_SETTING_MIN_IN_SYNC]);
    config->retention_ms = number_of(config->settings[SG_SETTING_RETENTION_MS]);
    config->retention_bytes = number_of(config->settings[SG_SETTING_RETENTION_BYTES]);
    config->deletes = strstr(config->settings[SG_SETTING_CLEANUP_POLICY], "delete") != NULL;
}

int sg_topic_config_set(struct sg_topic_config *config,
    const struct sg_described *list,
    size_t n,
    uint32_t *last_version)
{
    struct sg_override overrides[SG_OVERRIDES_MAX];
    struct sg_topic_config now = { .known = true, .overrides = overrides };
    struct writer writer = { NULL, 0 };

    write_all(&writer, list, n, &now);
    now.overrides = calloc(now.n_overrides + 1, sizeof *now.overrides);
    now.texts = malloc(writer.n);
    now.texts_size = writer.n;
    if (!now.overrides || !now.texts) {
        sg_topic_config_done(&now);
        return -ENOMEM;
    }
    writer = (struct writer){ now.texts, 0 };
    write_all(&writer, list, n, &now);
    set_numbers(&now);
    const char *remote = find_value(list, n, "remote.storage.enable");
    now.is_remote = remote && strcmp(remote, "true") == 0;
    bool is_same = config->known && config->texts_size == now.texts_size &&
                   memcmp(config->texts, now.texts, now.texts_size) == 0;
    now.version = is_same ? config->version : ++*last_version;
    sg_topic_config_done(config);
    *config = now;
    return 0;
}

void sg_topic_config_done(struct sg_topic_config *config)
{
    free(config->overrides);
    free(config->texts);
    *config = (struct sg_topic_config){ .known = false };
}
