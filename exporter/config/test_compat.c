/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/families.h"
#include "base/auto.h"
#include "config/compat.h"
#include "config/config.h"
#include "config/table_catalogues.h"
#include "jmx/catalogue/catalogue.h"
#include "jmx/size_reader.h"
#include "test.h"

#include <stdlib.h>

SG_AUTO_DEFINE(struct sg_yaml *, sg_yaml_free);

/* The families of all catalogues, " name name ". */
static char *catalogue_names;

static void add_name(void *context, const struct sg_catalogue_metric *metric)
{
    assert_int_equal(sg_buf_printf(context, "%s ", metric->family.name), 0);
}

static int read_catalogue(void **state)
{
    struct sg_buf names;
    struct sg_error err;
    (void)state;

    sg_buf_init(&names, 1 << 20);
    assert_int_equal(sg_buf_add_char(&names, ' '), 0);
    for (const struct sg_catalogue *one = sg_catalogues; one->name; one++)
        assert_int_equal(sg_catalogue_each_metric(one->name, add_name, &names, &err), 0);
    catalogue_names = sg_buf_take(&names);
    return 0;
}

static int free_catalogue(void **state)
{
    (void)state;
    free(catalogue_names);
    return 0;
}

/* Is there a family of this name, or one whose series have it with the suffix _count? */
static bool is_ours(const char *name)
{
    char word[256];
    size_t len = strlen(name);
    bool is_count = len > 6 && strcmp(name + len - 6, "_count") == 0;

    for (size_t i = 0; i < SG_ADMIN_FAMILIES; i++) {
        if (strcmp(sg_admin_families[i].name, name) == 0)
            return true;
    }
    if (strcmp(sg_size_reader_family.name, name) == 0)
        return true;
    (void)snprintf(word, sizeof word, " %s ", name);
    if (strstr(catalogue_names, word))
        return true;
    (void)snprintf(word, sizeof word, " %.*s ", (int)len - (is_count ? 6 : 0), name);
    return strstr(catalogue_names, word);
}

struct search {
    const char *name;
    bool found;
};

static void look(void *context, const struct sg_catalogue_metric *metric)
{
    struct search *search = context;

    search->found = search->found || strcmp(metric->family.name, search->name) == 0;
}

/* Is it a name of a catalogue that the table replaces, so that there is one of the two? */
static bool is_replaced(const char *name, const struct sg_table_catalogues *catalogues)
{
    struct search search = { name, false };
    struct sg_error err;

    for (size_t i = 0; i < catalogues->n; i++) {
        if (catalogues->list[i].is_replaced)
            assert_int_equal(
                sg_catalogue_each_metric(catalogues->list[i].name, look, &search, &err), 0);
    }
    return search.found;
}

/* Nobody adds up how far replicas are behind: twice under one name does no harm. */
static bool only_labels_differ(const struct sg_alias *alias)
{
    return strcmp(alias->from, alias->to) == 0 &&
           strncmp(alias->from, "kafka_server_replicafetchermanager_", 35) == 0;
}

static void test_built_in_tables_take_from_what_there_is(void **state)
{
    size_t n = 0;
    (void)state;

    for (const struct sg_embedded *file = sg_compat_files; file->set; file++, n++) {
        struct sg_aliases aliases = { 0 };
        struct sg_table_catalogues catalogues = { 0 };
        struct sg_error err = { "" };
        if (sg_compat_add(file, "kafka_cluster", &aliases, &catalogues, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < aliases.n; i++) {
            if (!is_ours(aliases.list[i].from))
                fail_msg("%s: there is no %s", file->set, aliases.list[i].from);
            if (is_ours(aliases.list[i].to) && !only_labels_differ(&aliases.list[i]) &&
                !is_replaced(aliases.list[i].to, &catalogues))
                fail_msg("%s: %s is ours", file->set, aliases.list[i].to);
        }
        sg_aliases_done(&aliases);
        sg_table_catalogues_done(&catalogues);
    }
    assert_int_equal(n, 11);
}

static void test_built_in_tables_name_catalogues_that_there_are(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_table_catalogues catalogues = { 0 };
    struct sg_error err;
    (void)state;

    for (const struct sg_embedded *file = sg_compat_files; file->set; file++)
        assert_int_equal(sg_compat_add(file, "kafka_cluster", &aliases, &catalogues, &err), 0);
    assert_true(catalogues.n > 0);
    for (size_t i = 0; i < catalogues.n; i++) {
        if (!sg_catalogue_has(catalogues.list[i].name))
            fail_msg("%s: there is no %s", catalogues.list[i].table, catalogues.list[i].name);
    }
    sg_aliases_done(&aliases);
    sg_table_catalogues_done(&catalogues);
}

static void test_cluster_label_is_the_configured_one(void **state)
{
    struct sg_aliases aliases = { 0 };
    struct sg_table_catalogues catalogues = { 0 };
    struct sg_error err;
    bool kept = false;
    (void)state;

    for (const struct sg_embedded *file = sg_compat_files; file->set; file++)
        assert_int_equal(sg_compat_add(file, "env", &aliases, &catalogues, &err), 0);
    for (size_t i = 0; i < aliases.n; i++) {
        assert_string_equal(aliases.list[i].labels[0].from, "env");
        kept = kept || strcmp(aliases.list[i].labels[0].to, "env") == 0;
        assert_string_not_equal(aliases.list[i].labels[0].to, "kafka_cluster");
    }
    assert_true(kept);
    sg_aliases_done(&aliases);
    sg_table_catalogues_done(&catalogues);
}

#define TEN_NAMES "a,a,a,a,a,a,a,a,a,a,"

static void test_mistakes_have_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        { "aliases: 1", "t.yml:1:10: \"aliases\" must be a list" },
        { "alias: []", "t.yml:1:1: unknown key \"alias\"" },
        { "needs: kafka-fetch\naliases: []",
            "t.yml:1:8: \"needs\" must be a list of at most 50 catalogues" },
        { "needs: [" TEN_NAMES TEN_NAMES TEN_NAMES TEN_NAMES TEN_NAMES "a]",
            "\"needs\" must be a list of at most 50 catalogues" },
        { "needs: [[a]]", "1:9: \"\" is not the name of a catalogue" },
        { "needs: ['']", "\"\" is not the name of a catalogue" },
        { "needs: [a, rules.yml]", "1:12: \"rules.yml\" is not the name of a catalogue" },
        { "replaces: [a, b/c]", "1:15: \"b/c\" is not the name of a catalogue" },
        { "aliases: [{ to: b, labels: {} }]", "an alias needs \"from\"" },
        { "aliases: [{ from: a, to: 'b-c', labels: {} }]", "1:26: \"b-c\" is not a metric name" },
        { "aliases: [{ from: a, to: b }]", "an alias needs \"labels\"" },
        { "aliases: [{ from: a, to: b, labels: { x: 'y-z' } }]",
            "\"labels\" must map label names" },
        { "aliases: [{ from: a, to: b, labels: { x: t, kafka_cluster: t } }]",
            "1:60: two labels of the alias would be called \"t\"" },
        { "aliases: [{ from: a, to: b, labels: { x: kafka_cluster, kafka_cluster: kafka_cluster } "
          "}]",
            "two labels of the alias would be called \"kafka_cluster\"" },
        { "aliases: [{ from: a, to: b, labels: { x: le } }]",
            "the label \"le\" is reserved by Prometheus; choose another" },
        { "aliases: [{ from: a, to: b, labels: {}, combine: avg }]", "must be max or sum" },
        { "aliases: [{ from: a, to: b, labels: {}, type: histogram }]",
            "\"type\" must be counter, gauge, info or untyped" },
        { "aliases: [{ from: a, to: b, labels: {}, factor: 1s }]",
            "1:49: \"factor\" must be a number, and not 0" },
        { "aliases: [{ from: a, to: b, labels: {}, factor: 0 }]", "\"factor\" must be a number" },
        { "aliases: [{ from: a, to: b, labels: {}, factor: inf }]", "\"factor\" must be a number" },
        { "aliases: [{ from: a, to: b, labels: {}, factor: '' }]", "\"factor\" must be a number" },
        { "aliases: [{ from: a, to: b, labels: {}, factor: 2, values: { x: { y: 1 } } }]",
            "\"factor\" and \"values\" exclude each other" },
        { "aliases: [{ from: a, to: b, labels: {}, where: x }]",
            "1:48: \"where\" must be one label with its value" },
        { "aliases: [{ from: a, to: b, labels: {}, where: { x: y, z: y } }]",
            "\"where\" must be one label with its value" },
        { "aliases: [{ from: a, to: b, labels: {}, where: { x: '' } }]",
            "\"where\" must be one label with its value" },
        { "aliases: [{ from: a, to: b, labels: {}, values: 1 }]", "1:49: \"values\" must be" },
        { "aliases: [{ from: a, to: b, labels: {}, values: { x: { y: 1 }, z: { y: 1 } } }]",
            "\"values\" must be a stateset's label" },
        { "aliases: [{ from: a, to: b, labels: {}, values: { x: { y: one } } }]",
            "a state's value must be a whole number" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sg_embedded file = { "t", "t.yml", cases[i].text, strlen(cases[i].text) };
        struct sg_aliases aliases = { 0 };
        struct sg_table_catalogues catalogues = { 0 };
        struct sg_error err = { "" };
        assert_true(sg_compat_add(&file, "kafka_cluster", &aliases, &catalogues, &err) > 0);
        if (!strstr(err.text, cases[i].part))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err.text, cases[i].part);
        sg_aliases_done(&aliases);
        sg_table_catalogues_done(&catalogues);
    }
}

static void test_unknown_table_tells_those_there_are(void **state)
{
    sg_auto(sg_yaml_free) struct sg_yaml *yaml = NULL;
    char label[] = "kafka_cluster";
    struct sg_config config = { .cluster_label = label };
    const struct sg_key key = { "compat", &sg_kind_compat,
        SG_LIST_AT(sg_config, compat, n_compat) };
    struct sg_error err;
    (void)state;

    assert_int_equal(
        sg_yaml_load_text("c.yaml", SG_STR("compat: [kminion, lenses, /no/t.yml]"), &yaml, &err),
        0);
    struct sg_reading reading = { .yaml = yaml, .config = &config };
    const struct sg_value value = { &reading, &key, &config, sg_yaml_root(yaml) };
    sg_kind_compat.read(&value);
    assert_int_equal(sg_yaml_n_problems(yaml), 2);
    assert_string_equal(sg_yaml_get_problem(yaml, 0),
        "c.yaml:1:19: \"lenses\" is not a built-in table of aliases (burrow, confluent, "
        "grafana-kafka-exporter, jmx-exporter-0.x, jmx-exporter-partitions, kafka-lag-exporter, "
        "kafka-lag-exporter-members, kminion, strimzi, strimzi-metrics-reporter, zookeeper) "
        "or the path of a file");
    assert_non_null(strstr(sg_yaml_get_problem(yaml, 1), "/no/t.yml"));
    assert_true(config.aliases.n > 5);
    assert_true(sg_compat_is_used(&config, "kminion"));
    assert_true(sg_compat_is_used(&config, "/no/t.yml"));
    assert_false(sg_compat_is_used(&config, "burrow"));
    sg_kind_compat.free(&value);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in_tables_take_from_what_there_is),
        cmocka_unit_test(test_built_in_tables_name_catalogues_that_there_are),
        cmocka_unit_test(test_cluster_label_is_the_configured_one),
        cmocka_unit_test(test_mistakes_have_their_place),
        cmocka_unit_test(test_unknown_table_tells_those_there_are),
    };
    return cmocka_run_group_tests_name("compat", tests, read_catalogue, free_catalogue);
}
