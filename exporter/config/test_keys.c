/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "config/document.h"
#include "config/keys.h"
#include "config/kinds.h"
#include "test.h"

#include <stdlib.h>

/*
 * Every key of the tables, one by one: a value that is not the default is read, seen by the
 * comparison for reload, shown (of a secret only that it is set), and freed. All of these walk the
 * same rows; a kind that lacks one of them fails here.
 */

/* Values that pass the checks of single keys, and how they are shown. */
static const struct sample {
    const char *kind; /* or "MAP.KEY", with ! when it is required; these come first */
    const char *value;
    const char *shown;
} samples[] = {
    { "\"labels\".cluster", "lab", "\"lab\"" },
    { "\"proxy\".target", "'service:jmx:rmi://{host}'", "\"service:jmx:rmi://{host}\"" },
    { "\"proxy\".target!", "'service:jmx:h'", "\"service:jmx:h\"" },
    { "\"proxy\".url!", "'http://h/'", "\"http://h/\"" },
    { "\"jolokia\".url", "'http://{id}/'", "\"http://{id}/\"" },
    { "groups.share_lag", "state_topic", "\"state_topic\"" },
    { "\"links\".dashboards", "'http://h/'", "\"http://h/\"" },
    { "\"links\".prometheus", "'http://h/'", "\"http://h/\"" },
    { "\"links\".runbooks", "'http://h/'", "\"http://h/\"" },
    { "a JVM.url", "'http://h/'", "\"http://h/\"" },
    { "a Spark query.checkpoint!", "/c", "\"/c\"" },
    { "\"jolokia\".rules", "[jvm]", "- \"jvm\"" },
    { "\"jmx\".rules", "[jvm]", "- \"jvm\"" },
    { "\"jmx\".host", "'b-{id}'", "\"b-{id}\"" },
    { "a JVM.jmx", "'h:9'", "\"h:9\"" },
    { "file", "/dev/null", "\"/dev/null\"" },
    { "list", "[Empty]", "[Empty]" },
    { "list of tables", "[kminion]", "- \"kminion\"" },
    { "map of ids and URLs", "{ 7: 'http://h/' }", "7: \"http://h/\"" },
    { "map of ids and addresses", "{ 7: '[::1]:9' }", "7: \"[::1]:9\"" },
    { "map of ids and ports", "{ 7: 9999 }", "7: 9999" },
    { "map of labels", "{ tier: one }", "tier: \"one\"" },
    { "map of librdkafka properties", "{ client.id: me }", "client.id: \"me\"" },
    { "duration", "7m", "7m" },
    { "name, or list of names", "[a, b]", "- \"b\"" },
    { "number", "77", "77" },
    { "pattern", "a+", "\"a+\"" },
    { "port", "9999", "9999" },
    { "secret", "hunter2", "\"(set, not shown)\"" },
    { "text with commas, or list", "[a, b]", "\"a,b\"" },
    { "text", "word", "\"word\"" },
    { "true or false", "true", "true" },
    { "word", "group", "\"group\"" },
};

static const struct sample *sample_of(const struct sg_map *map, const struct sg_key *key)
{
    char name[100];

    (void)snprintf(name, sizeof name, "%s.%s%s", map->what, key->name, key->needed ? "!" : "");
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i].kind, name) == 0 || strcmp(samples[i].kind, key->kind->name) == 0)
            return &samples[i];
    }
    fail_msg("%s is of a kind without a sample: %s", name, key->kind->name);
    return NULL;
}

/* The struct of a map, with defaults, and the configuration that label checks use. */
struct part {
    struct sg_config config;
    struct sg_reading reading;
    char label[8];
    void *base;
};

static void part_init(struct part *part, const struct sg_map *map, struct sg_yaml *yaml)
{
    *part = (struct part){ .label = "cluster" };
    part->config.cluster_label = part->label;
    part->reading = (struct sg_reading){ .yaml = yaml, .config = &part->config };
    part->base = calloc(1, map->size);
    assert_non_null(part->base);
    sg_map_init(&part->reading, map, part->base);
    if (map == &sg_root_keys)
        part->reading.config = part->base;
}

static char *shown_text(const struct sg_map *map, const void *base)
{
    struct sg_buf out;

    sg_buf_init(&out, 1 << 16);
    struct sg_shown shown = { .out = &out };
    sg_map_show(map, base, &shown);
    assert_int_equal(sg_buf_error(&out), 0);
    char *text = sg_buf_take(&out);
    sg_buf_done(&out);
    return text;
}

static void part_done(struct part *part, const struct sg_map *map)
{
    sg_map_done(map, part->base);
    free(part->base);
}

static void check_value(const struct sg_map *map, const struct sg_key *key)
{
    const struct sample *sample = sample_of(map, key);
    struct sg_yaml *yaml = NULL;
    struct sg_error err;
    struct part before, after;
    char text[200];

    (void)snprintf(text, sizeof text, "%s: %s\n", key->name, sample->value);
    assert_int_equal(sg_yaml_load_text("t", sg_str_of(text), &yaml, &err), 0);
    part_init(&before, map, yaml);
    part_init(&after, map, yaml);
    assert_true(sg_map_same(map, before.base, after.base, ~0U));
    key->kind->read(&(struct sg_value){ &after.reading, key, after.base, sg_yaml_root(yaml) });
    if (sg_yaml_n_problems(yaml))
        fail_msg("%s", sg_yaml_get_problem(yaml, 0));
    if (sg_map_same(map, before.base, after.base, key->restarts))
        fail_msg("a change of %s in %s is not seen", key->name, map->what);
    char *seen = shown_text(map, after.base);
    if (!seen || !strstr(seen, sample->shown) || !strstr(seen, key->name))
        fail_msg("%s in %s is not shown: %s", key->name, map->what, seen);
    assert_null(strstr(seen, "hunter2"));
    free(seen);
    part_done(&before, map);
    part_done(&after, map);
    (void)sg_yaml_free(yaml);
}

static size_t check_map(const struct sg_map *map, unsigned restarts)
{
    size_t n = 0;

    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        if (!key->doc || !key->doc[0])
            fail_msg("%s in %s is not documented", key->name, map->what);
        if (!(key->restarts & restarts))
            fail_msg("a change of %s in %s is not seen from above", key->name, map->what);
        if (key->max && key->number && (key->number < key->min || key->number > key->max))
            fail_msg("the default of %s in %s is out of bounds", key->name, map->what);
        if (key->map)
            n += check_map(key->map, key->restarts);
        else
            check_value(map, key);
        n++;
    }
    return n;
}

static void test_every_key_is_read_compared_shown_and_documented(void **state)
{
    (void)state;

    assert_true(check_map(&sg_root_keys, ~0U) > 70);
}

static void test_list_for_scripts_has_flags_and_the_keys_of_three_files(void **state)
{
    static const char *const lines[] = { "flag config.list\n", "\nconfig collect.interval\n",
        "\nconfig clusters[].jolokia.tls.key_password_file\n", "\nweb tls_server_config\n",
        "\nweb http_server_config.headers.X-Frame-Options\n", "\ncompat aliases[].combine\n" };
    struct sg_buf list;
    (void)state;

    sg_buf_init(&list, 1 << 16);
    assert_int_equal(sg_config_list(&list), 0);
    (void)sg_buf_add_char(&list, '\0');
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!strstr(list.ptr, lines[i]))
            fail_msg("no \"%s\" in %s", lines[i], list.ptr);
    }
    sg_buf_done(&list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_read_compared_shown_and_documented),
        cmocka_unit_test(test_list_for_scripts_has_flags_and_the_keys_of_three_files),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
