/* SPDX-License-Identifier: Apache-2.0 */

/* From a description of a topic's settings to what is kept of it. */

#include "admin/model/setting_defaults.h"
#include "admin/model/topic_config.h"
#include "test.h"

#include <stdlib.h>

static uint32_t last_version;

static void set(struct sg_topic_config *config, const struct sg_described *list, size_t n)
{
    assert_int_equal(sg_topic_config_set(config, list, n, &last_version), 0);
}

#define SET(config, ...)                                        \
    set((config), (const struct sg_described[]){ __VA_ARGS__ }, \
        sizeof((const struct sg_described[]){ __VA_ARGS__ }) / sizeof(struct sg_described))

static void test_config_has_numbers_and_texts(void **state)
{
    struct sg_topic_config config = { .known = false };
    (void)state;

    SET(&config, { .name = "cleanup.policy", .value = "compact,delete" },
        { .name = "min.insync.replicas", .value = "2" },
        { .name = "retention.ms", .value = "604800000" },
        { .name = "retention.bytes", .value = "-1" },
        { .name = "compression.type", .value = "zstd" }, { .name = "flush.ms", .value = "9" });
    assert_true(config.known);
    assert_true(config.deletes);
    assert_int_equal(config.min_in_sync, 2);
    assert_int_equal(config.retention_ms, 604800000);
    assert_int_equal(config.retention_bytes, -1);
    assert_string_equal(config.settings[SG_SETTING_CLEANUP_POLICY], "compact,delete");
    assert_string_equal(config.settings[SG_SETTING_COMPRESSION_TYPE], "zstd");
    assert_string_equal(config.settings[SG_SETTING_MAX_MESSAGE_BYTES], ""); /* not told */
    assert_int_equal(config.n_overrides, 0);
    assert_false(config.is_remote);
    SET(&config, { .name = "remote.storage.enable", .value = "true" });
    assert_true(config.is_remote);
    sg_topic_config_done(&config);
}

static void test_config_without_values_has_no_limits(void **state)
{
    struct sg_topic_config config = { .known = false };
    (void)state;

    SET(&config, { .name = "cleanup.policy", .value = NULL },
        { .name = "retention.ms", .value = NULL });
    assert_false(config.deletes);
    assert_int_equal(config.min_in_sync, -1);
    assert_int_equal(config.retention_ms, -1);
    assert_int_equal(config.retention_bytes, -1);
    sg_topic_config_done(&config);
}

static void test_config_override_is_what_differs_from_the_cluster(void **state)
{
    struct sg_topic_config config = { .known = false };
    (void)state;

    SET(&config,
        { .name = "min.insync.replicas",
            .value = "1",
            .is_own = true,
            .fallback_name = "min.insync.replicas",
            .fallback = "2" },
        { .name = "compression.type",
            .value = "producer",
            .is_own = true,
            .fallback_name = "compression.type",
            .fallback = "producer" },
        { .name = "segment.bytes", .value = "1", .is_own = false, .fallback = "2" },
        { .name = "flush.ms", .value = "5", .is_own = true });
    assert_int_equal(config.n_overrides, 2);
    assert_string_equal(config.overrides[0].name, "min.insync.replicas");
    assert_string_equal(config.overrides[0].value, "1");
    assert_string_equal(config.overrides[0].fallback, "2");
    assert_string_equal(config.overrides[1].name, "flush.ms");
    assert_string_equal(config.overrides[1].fallback, ""); /* not told */
    sg_topic_config_done(&config);
}

/* Brokers have other units than topics. */
static void test_config_fallback_is_in_the_topics_unit(void **state)
{
    struct sg_topic_config config = { .known = false };
    (void)state;

    SET(&config,
        { .name = "retention.ms",
            .value = "604800000",
            .is_own = true,
            .fallback_name = "log.retention.hours",
            .fallback = "168" },
        { .name = "segment.ms",
            .value = "60001",
            .is_own = true,
            .fallback_name = "log.roll.minutes",
            .fallback = "1" },
        { .name = "segment.jitter.ms",
            .value = "1",
            .is_own = true,
            .fallback_name = "log.roll.jitter.ms",
            .fallback = "7" },
        { .name = "x.ms",
            .value = "-1",
            .is_own = true,
            .fallback_name = "x.hours",
            .fallback = "-1" },
        { .name = "y.ms",
            .value = "1",
            .is_own = true,
            .fallback_name = "y.hours",
            .fallback = "9223372036854775807" });
    assert_int_equal(config.n_overrides, 3);
    assert_string_equal(config.overrides[0].name, "segment.ms");
    assert_string_equal(config.overrides[0].fallback, "60000");
    assert_string_equal(config.overrides[1].fallback, "7");
    assert_string_equal(config.overrides[2].name, "y.ms");
    assert_string_equal(config.overrides[2].fallback, "");
    sg_topic_config_done(&config);
}

static void test_config_version_changes_with_texts_alone(void **state)
{
    struct sg_topic_config config = { .known = false };
    (void)state;

    SET(&config, { .name = "retention.ms", .value = "1" }, { .name = "other", .value = "1" });
    uint32_t version = config.version;
    SET(&config, { .name = "retention.ms", .value = "1" }, { .name = "other", .value = "2" });
    assert_int_equal(config.version, version);
    SET(&config, { .name = "retention.ms", .value = "2" });
    assert_int_not_equal(config.version, version);
    version = config.version;
    SET(&config, { .name = "retention.ms", .value = "2", .is_own = true });
    assert_int_not_equal(config.version, version);
    sg_topic_config_done(&config);
}

/* A topic that was deleted and comes back is not the one that was known. */
static void test_config_version_is_used_once(void **state)
{
    struct sg_topic_config config = { .known = false }, other = { .known = false };
    (void)state;

    SET(&config, { .name = "retention.ms", .value = "1" });
    uint32_t version = config.version;
    sg_topic_config_done(&config);
    SET(&config, { .name = "retention.ms", .value = "2" });
    assert_true(config.version > version);
    SET(&other, { .name = "retention.ms", .value = "2" });
    assert_true(other.version > config.version);
    sg_topic_config_done(&config);
    sg_topic_config_done(&other);
}

static void test_config_has_caps(void **state)
{
    struct sg_described list[SG_OVERRIDES_MAX + 1];
    struct sg_topic_config config = { .known = false };
    char *value = calloc(1, SG_SETTING_TEXT_MAX + 2);
    (void)state;

    assert_non_null(value);
    memset(value, 'x', SG_SETTING_TEXT_MAX + 1);
    for (size_t i = 0; i <= SG_OVERRIDES_MAX; i++)
        list[i] = (struct sg_described){ .name = "flush.ms", .value = value, .is_own = true };
    list[1].value = value + 1;
    set(&config, list, SG_OVERRIDES_MAX + 1);
    assert_int_equal(config.n_overrides, SG_OVERRIDES_MAX);
    assert_string_equal(config.overrides[0].value, "");
    assert_string_equal(config.overrides[1].value, value + 1);
    sg_topic_config_done(&config);
    free(value);
}

/* What Kafka does not tell of this topic it tells of others. */
static void test_config_fallback_is_that_of_topics_without_their_own(void **state)
{
    static const struct sg_described told[] = {
        { .name = "retention.ms", .value = "7" },
        { .name = "flush.ms", .value = "8", .is_own = true },
        { .name = "retention.ms", .value = "9" }, /* the latest counts */
        { .name = "segment.ms", .value = NULL },
    };
    struct sg_described retention = { .name = "retention.ms", .value = "1", .is_own = true };
    struct sg_described has_one = retention, not_own = retention;
    struct sg_described flush = { .name = "flush.ms", .value = "1", .is_own = true };
    struct sg_setting_defaults defaults;
    (void)state;

    has_one.fallback = "5";
    not_own.is_own = false;
    sg_setting_defaults_init(&defaults);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        assert_int_equal(sg_setting_defaults_learn(&defaults, &told[i]), 0);
    sg_setting_defaults_fill(&defaults, &retention);
    assert_string_equal(retention.fallback, "9");
    sg_setting_defaults_fill(&defaults, &has_one);
    assert_string_equal(has_one.fallback, "5");
    sg_setting_defaults_fill(&defaults, &not_own);
    assert_null(not_own.fallback);
    sg_setting_defaults_fill(&defaults, &flush);
    assert_null(flush.fallback);
    sg_setting_defaults_done(&defaults);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_has_numbers_and_texts),
        cmocka_unit_test(test_config_without_values_has_no_limits),
        cmocka_unit_test(test_config_override_is_what_differs_from_the_cluster),
        cmocka_unit_test(test_config_fallback_is_in_the_topics_unit),
        cmocka_unit_test(test_config_version_changes_with_texts_alone),
        cmocka_unit_test(test_config_version_is_used_once),
        cmocka_unit_test(test_config_has_caps),
        cmocka_unit_test(test_config_fallback_is_that_of_topics_without_their_own),
    };
    return cmocka_run_group_tests_name("topic_config", tests, NULL, NULL);
}
