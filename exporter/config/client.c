/* SPDX-License-Identifier: Apache-2.0 */
#include "config/client.h"

#include "base/auto.h"
#include "config/kinds.h"
#include "config/named_files.h"
#include "config/properties.h"
#include "config/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Only those of librdkafka's properties are shown whose values cannot be secret: a new version may
 * add secrets, and a value may contain one, as sasl.jaas.config does in Java clients.
 */
static const char *const shown_properties[] = {
    "client.id",
    "enable.ssl.certificate.verification",
    "sasl.kerberos.principal",
    "sasl.kerberos.service.name",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.oauthbearer.method",
    "security.protocol",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.endpoint.identification.algorithm",
    "ssl.key.location",
};

/* @param value  consumed; NULL: a problem was reported */
static void add(struct sg_reading *reading,
    struct sg_cluster_config *cluster,
    struct sg_place place,
    const char *name,
    char *value)
{
    struct sg_error err;
    char *copy = value ? strdup(name) : NULL;

    if (!copy) {
        if (value)
            sg_no_memory(reading, place);
        free(sg_secret_wipe(value));
        return;
    }
    cluster->client[cluster->n_client++] = (struct sg_setting){ copy, value };
    if (sg_property_names_file(name))
        sg_fingerprint_add_file(&cluster->client_files, value);
    if (sg_property_check(name, value, &err) == SG_PROPERTY_E_WRONG)
        sg_problem(reading, place, "%s", err.text);
}

/* Checks of all properties together. @param places of the properties, followed by the map's */
static void check_together(struct sg_reading *reading,
    const struct sg_cluster_config *cluster,
    const struct sg_place *places)
{
    struct sg_error err;
    size_t at;

    if (sg_properties_check(cluster, &at, &err))
        sg_problem(reading, places[at], "%s", err.text);
}

/* Is the name one of those before number i? */
static bool is_before(const struct sg_yaml_node *map, size_t i, struct sg_str wanted)
{
    for (size_t j = 0; j < i; j++) {
        const struct sg_yaml_node *name, *value;
        sg_yaml_pair(map, j, &name, &value);
        if (sg_yaml_is_scalar(name) && sg_str_equal(sg_yaml_text(name), wanted))
            return true;
    }
    return false;
}

static void read_properties(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);
    struct sg_cluster_config *cluster = v->base;
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_map(node)) {
        sg_problem(v->reading, sg_at(node), "\"client\" must be a map of librdkafka properties");
        return;
    }
    if (n > (size_t)v->key->max) {
        sg_problem(v->reading, sg_at(node), "more than %d properties", (int)v->key->max);
        return;
    }
    sg_auto_free struct sg_place *places = sg_read_array(v->reading, node, n, sizeof *places);
    cluster->client = sg_read_array(v->reading, node, n, sizeof *cluster->client);
    for (size_t i = 0; places && cluster->client && i < n; i++) {
        const struct sg_yaml_node *name, *value;
        sg_yaml_pair(node, i, &name, &value);
        struct sg_str text = sg_yaml_text(name);
        places[cluster->n_client] = sg_at(name);
        if (!sg_yaml_is_scalar(name) || !sg_yaml_is_scalar(value) || sg_yaml_is_null(value))
            sg_problem(
                v->reading, sg_at(name), "a librdkafka property must be a name with one value");
        else if (sg_str_equal(text, SG_STR("bootstrap.servers")) ||
                 sg_str_equal(text, SG_STR("metadata.broker.list")))
            sg_problem(v->reading, sg_at(name), "use the cluster's \"bootstrap_servers\" instead");
        else if (is_before(node, i, text))
            sg_problem(v->reading, sg_at(name), "duplicate property \"%.80s\"", text.ptr);
        else
            add(v->reading, cluster, sg_at(name), text.ptr,
                sg_read_expanded(v->reading, value, sg_yaml_text(value)));
    }
    *SG_PLACE(v) = sg_text_of_place(v->reading->yaml, node);
    if (!places || !cluster->client || cluster->n_client < n)
        return; /* what could not be read is not missing */
    places[cluster->n_client] = sg_at(node);
    check_together(v->reading, cluster, places);
}

void sg_client_set_flags(struct sg_reading *reading,
    struct sg_cluster_config *cluster,
    const struct sg_flag_property *properties,
    size_t n)
{
    char flags[SG_KAFKA_EXPORTER_PROPERTIES_MAX][64];
    struct sg_place places[SG_KAFKA_EXPORTER_PROPERTIES_MAX + 1] = { { 0 } };

    cluster->client = sg_read_array(reading, NULL, n, sizeof *cluster->client);
    for (size_t i = 0; cluster->client && i < n && i < SG_KAFKA_EXPORTER_PROPERTIES_MAX; i++) {
        (void)snprintf(flags[i], sizeof flags[i], "--%s", properties[i].flag);
        places[i].flag = flags[i];
        char *value = strdup(properties[i].value);
        if (!value)
            sg_no_memory(reading, places[i]);
        add(reading, cluster, places[i], properties[i].name, value);
    }
    check_together(reading, cluster, places);
}

static bool same_properties(
    const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    const struct sg_cluster_config *cluster_a = a, *cluster_b = b;

    return cluster_a->client_files == cluster_b->client_files && sg_list_same(key, a, b, restarts);
}

static bool is_shown(const char *property)
{
    for (size_t i = 0; i < sizeof shown_properties / sizeof shown_properties[0]; i++) {
        if (strcmp(property, shown_properties[i]) == 0)
            return true;
    }
    return false;
}

static void show_property(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    const struct sg_setting *property = element;

    (void)key;
    sg_show_text(
        out, property->name, is_shown(property->name) ? property->value : "(set, not shown)");
}

const struct sg_kind sg_kind_properties = { .name = "map of librdkafka properties",
    .read = read_properties,
    .same = same_properties,
    .show = sg_list_show,
    .free = sg_list_free,
    .element_size = sizeof(struct sg_setting),
    .same_element = sg_setting_same,
    .show_element = show_property,
    .free_element = sg_setting_free };
