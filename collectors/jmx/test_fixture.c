/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/test_fixture.h"

#include "base/buf.h"
#include "jmx/jolokia/answer.h"
#include "jmx/rules/rules_plan.h"
#include "metric/encode.h"
#include "test.h"

#include <jansson.h>
#include <libdeflate.h>
#include <stdlib.h>

static char *unpack(const char *packed, size_t packed_len, size_t *ret_len)
{
    enum {
        UNPACKED_MAX = 4 << 20
    };
    char *bytes = malloc(UNPACKED_MAX);
    struct libdeflate_decompressor *gzip = libdeflate_alloc_decompressor();

    assert_non_null(bytes);
    assert_int_equal(
        libdeflate_gzip_decompress(gzip, packed, packed_len, bytes, UNPACKED_MAX - 1, ret_len),
        LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(gzip);
    bytes[*ret_len] = '\0';
    return bytes;
}

char *fixture_read(const char *name, size_t *ret_len)
{
    char path[4096];
    struct sg_buf bytes;

    (void)snprintf(path, sizeof path, "%s/%s", getenv("SG_FIXTURES"), name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    sg_buf_init(&bytes, 64 << 20);
    size_t n;
    do {
        assert_int_equal(sg_buf_reserve(&bytes, 65536), 0);
        n = fread(bytes.ptr + bytes.len, 1, 65536, file);
        bytes.len += n;
    } while (n);
    (void)fclose(file);
    *ret_len = bytes.len;
    char *text = sg_buf_take(&bytes);
    if (sg_str_ends_with(sg_str_of(name), SG_STR(".gz"))) {
        char *packed = text;
        text = unpack(packed, *ret_len, ret_len);
        free(packed);
    }
    return text;
}

char *fixture_without_first(const char *json, size_t len, size_t *ret_len)
{
    json_t *root = json_loadb(json, len, 0, NULL);

    assert_true(json_is_array(root));
    assert_int_equal(json_array_remove(root, 0), 0);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    assert_non_null(text);
    *ret_len = strlen(text);
    return text;
}

struct sg_rules *fixture_rules(const char *yaml)
{
    struct sg_rules *rules = NULL;
    struct sg_error err = { "" };

    assert_int_equal(sg_rules_new(&rules), 0);
    if (sg_rules_add_text(rules, "rules.yml", sg_str_of(yaml), &err))
        fail_msg("%s", err.text);
    return rules;
}

struct sg_poll_plan *fixture_plan(struct sg_rules **ret_rules, const char *const *mbeans)
{
    struct sg_buf yaml;
    struct sg_poll_plan *plan = NULL;

    sg_buf_init(&yaml, 4096);
    assert_int_equal(sg_buf_add_str(&yaml, SG_STR("includeObjectNames:\n")), 0);
    for (; *mbeans; mbeans++)
        assert_int_equal(sg_buf_printf(&yaml, "  - '%s'\n", *mbeans), 0);
    char *text = sg_buf_take(&yaml);
    *ret_rules = fixture_rules(text);
    free(text);
    assert_int_equal(sg_rules_plan_new(*ret_rules, &plan), 0);
    return plan;
}

struct sg_attribute fixture_attribute(const char *mbean, const char *const *path)
{
    struct sg_attribute attribute = { .mbean = sg_str_of(mbean) };

    for (; *path; path++)
        attribute.path[attribute.depth++] = sg_str_of(*path);
    return attribute;
}

char *fixture_page(struct sg_engine *engine)
{
    struct sg_sample_set *set = NULL;
    struct sg_plan *plan = NULL;
    struct sg_buf page;

    assert_int_equal(sg_engine_snapshot(engine, &set), 0);
    assert_int_equal(sg_plan_new(&set->layout, NULL, 1, &plan), 0);
    sg_buf_init(&page, 64 << 20);
    const struct sg_sample_set *sets[] = { set };
    assert_int_equal(sg_encode(plan, sets, SG_FORMAT_TEXT, NULL, NULL, &page), 0);
    (void)sg_plan_unref(plan);
    (void)sg_sample_set_unref(set);
    char *text = sg_buf_take(&page);
    assert_non_null(text);
    return text;
}

static void feed_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    sg_engine_put(context, attribute, value);
}

static void feed_failure(void *context, enum sg_failure_kind kind, const struct sg_error *err)
{
    (void)context;
    fail_msg("%s: %s", sg_failure_kind_text(kind), err->text);
}

void fixture_feed(struct sg_engine *engine, const struct sg_poll_plan *plan, char *body, size_t len)
{
    const struct sg_answer_handler handler = { engine, feed_value, NULL, NULL, feed_failure };

    sg_engine_begin(engine);
    assert_int_equal(sg_answer_read(plan, body, len, &handler), 0);
}
