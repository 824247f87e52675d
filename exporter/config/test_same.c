/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a reload finds different when one key has changed: enough, so that the change takes effect,
 * and no more, so that everything else continues.
 */

#include "config/test_load.h"
#include "test.h"

enum {
    NAMES = 1 << 0,
    KAFKA = 1 << 1,
    JMX = 1 << 2, /* of the cluster as a whole */
    BROKERS = 1 << 3,
    JVM = 1 << 4,
};

static const char file[] = "collect: { interval: 15s%s }\n"
                           "labels: { cluster: k%s }\n"
                           "clusters:\n"
                           "  - name: a\n"
                           "    bootstrap_servers: h:1\n"
                           "    limits: { groups: 10%s }\n"
                           "    jolokia: { url: 'https://{host}/'%s }\n"
                           "    jvms: [ { name: j, url: 'https://h/', rules: jvm%s } ]\n";

enum place {
    COLLECT,
    LABELS,
    LIMITS,
    BROKERS_JMX,
    JVM_JMX,
    PLACES,
};

static struct sg_config *load_with(enum place place, const char *keys)
{
    const char *at[PLACES] = { "", "", "", "", "" };
    struct sg_config *config = NULL;
    char text[1024];

    at[place] = keys;
    (void)snprintf(
        text, sizeof text, file, at[COLLECT], at[LABELS], at[LIMITS], at[BROKERS_JMX], at[JVM_JMX]);
    if (load(text, &config))
        fail_msg("%s", problems);
    return config;
}

/* What differs, as bits. */
static unsigned differences(const struct sg_config *a, const struct sg_config *b)
{
    const struct sg_cluster_config *one = &a->clusters[0], *other = &b->clusters[0];

    return (sg_config_same_names(a, b) ? 0 : NAMES) |
           (sg_config_same_kafka(one, other) ? 0 : KAFKA) |
           (sg_config_same_jmx(one, other) ? 0 : JMX) |
           (sg_config_same_brokers(&one->jolokia, &other->jolokia) ? 0 : BROKERS) |
           (sg_config_same_jvm(&one->jvms[0], &other->jvms[0]) ? 0 : JVM);
}

#define CERT ", tls: { cert_file: /dev/null"

static void test_change_of_a_key_is_seen_where_it_takes_effect(void **state)
{
    static const struct {
        enum place place;
        const char *before, *after;
        unsigned expected;
    } cases[] = {
        { COLLECT, "", ", timeout: 7s", 0 },
        { COLLECT, "", ", stale_after: 7m", 0 },
        { LABELS, "", ", constant: { env: x }", NAMES },
        { LIMITS, "", ", partitions: 7", KAFKA },
        { LIMITS, "", ", jvm_series: 7", JMX },
        { LIMITS, " }\n    topics: { include: a",
            " }\n    log_dirs: true\n    topics: { include: a", KAFKA },
        { BROKERS_JMX, "", ", slow_interval: 7m", JMX | BROKERS | JVM }, /* the JVM's default */
        { BROKERS_JMX, ", slow_interval: 7m", ", slow_interval: 420s", 0 },
        { BROKERS_JMX, "", ", size_interval: 1m", JMX | BROKERS },
        { BROKERS_JMX, "", ", brokers: { 1: 'https://h/' }", JMX },
        { BROKERS_JMX, "", ", controllers: { 1: 'https://h/' }", JMX },
        { BROKERS_JMX, "", ", rules: jvm", JMX | BROKERS },
        { BROKERS_JMX, "", ", username: u", JMX | BROKERS },
        { BROKERS_JMX, ", username: u, password: a", ", username: u, password: b", JMX | BROKERS },
        { BROKERS_JMX, CERT " }", CERT ", key_password: a }", JMX | BROKERS },
        { JVM_JMX, " }, { name: k, rules: jvm, jmx: 'h:1'", " }, { name: k, rules: jvm, jmx: 'h:2'",
            JMX },
        { BROKERS_JMX, CERT ", key_password: a }", CERT ", key_password: b }", JMX | BROKERS },
        { BROKERS_JMX, CERT " }", CERT ", server_name: s }", JMX | BROKERS },
        { BROKERS_JMX, CERT " }", CERT ", insecure_skip_verify: true }", JMX | BROKERS },
        { JVM_JMX, "", ", slow_interval: 7m", JMX | JVM },
        { JVM_JMX, "", ", labels: { tier: one }", JMX | JVM },
        { JVM_JMX, ", username: u, password: a", ", username: u, password: b", JMX | JVM },
        { JVM_JMX, CERT ", key_password: a }", CERT ", key_password: b }", JMX | JVM },
        { JVM_JMX, CERT ", key_password: a }", CERT ", key_password: a }", 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_config *before = load_with(cases[i].place, cases[i].before);
        struct sg_config *after = load_with(cases[i].place, cases[i].after);
        unsigned seen = differences(before, after);
        if (seen != cases[i].expected)
            fail_msg("\"%s\" instead of \"%s\": %x, not %x", cases[i].after, cases[i].before, seen,
                cases[i].expected);
        (void)sg_config_unref(before);
        (void)sg_config_unref(after);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_of_a_key_is_seen_where_it_takes_effect),
    };
    return cmocka_run_group_tests_name("same", tests, NULL, NULL);
}
