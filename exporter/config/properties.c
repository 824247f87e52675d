/* SPDX-License-Identifier: Apache-2.0 */
#include "config/properties.h"

#include "base/file.h"
#include "base/meant.h"

#include <ctype.h>
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * What librdkafka knows of its properties it says in one table, for people. That is read only when
 * something is wrong, to say which word was meant and which values there are:
 *
 *     security.protocol   |  *  | plaintext, ssl, … |  plaintext | high | Protocol used to …
 */

enum {
    PROPERTIES_MAX = 400,
    NAME_BYTES_MAX = 64,
    RANGE_BYTES_MAX = 240,
};

struct known {
    size_t n;
    char names[PROPERTIES_MAX][NAME_BYTES_MAX];
    char range[RANGE_BYTES_MAX]; /* of the property that was asked for, or "" */
};

/* A column without the blanks around it. @return behind it, or NULL: there is none */
static const char *take_column(const char *at, char *out, size_t size)
{
    const char *end = strchr(at, '|');

    if (!end)
        return NULL;
    const char *last = end;
    while (at < last && *at == ' ')
        at++;
    while (last > at && last[-1] == ' ')
        last--;
    (void)snprintf(out, size, "%.*s", (int)(last - at), at);
    return end + 1;
}

static void take_line(struct known *known, const char *line, const char *wanted)
{
    char *name = known->names[known->n];
    char skipped[NAME_BYTES_MAX], range[RANGE_BYTES_MAX];

    const char *at = take_column(line, name, NAME_BYTES_MAX);
    if (!at || !name[0] || name[0] == '-' || strcmp(name, "Property") == 0)
        return;
    if (strcmp(name, wanted) == 0 && (at = take_column(at, skipped, sizeof skipped)) &&
        take_column(at, range, sizeof range) && !known->range[0])
        memcpy(known->range, range, sizeof range);
    known->n++;
}

/* @return owned, or NULL */
static struct known *read_table(const char *wanted)
{
    struct known *known = calloc(1, sizeof *known);
    char *text = NULL;
    size_t size = 0;
    FILE *file = known ? open_memstream(&text, &size) : NULL;

    if (!file) {
        free(known);
        return NULL;
    }
    rd_kafka_conf_properties_show(file);
    (void)fclose(file);
    for (char *line = text, *end; line && known->n < PROPERTIES_MAX; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end)
            *end = '\0';
        take_line(known, line, wanted);
    }
    free(text);
    return known;
}

void sg_property_reason(
    struct sg_error *err, const char *reason, const char *name, const char *value)
{
    char text[sizeof err->text];
    size_t n = 0, value_len = strlen(value);
    bool before_word = false;

    if (!err)
        return;
    /* Each quoted part that comes from the value goes, and the value wherever it stands alone. */
    for (const char *at = reason; *at && n + sizeof "(value)" < sizeof text;) {
        const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
        size_t skip = 0;
        if (end && (size_t)(end - at - 1) < sizeof text) {
            char part[sizeof text];
            (void)snprintf(part, sizeof part, "%.*s", (int)(end - at - 1), at + 1);
            if (part[0] && strcmp(part, name) != 0 && strstr(value, part))
                skip = (size_t)(end - at) + 1;
        }
        if (!skip && value_len && !before_word && strncmp(at, value, value_len) == 0 &&
            !isalnum((unsigned char)at[value_len]))
            skip = value_len;
        if (skip) {
            memcpy(text + n, "(value)", 7);
            n += 7;
            at += skip;
            before_word = false;
        } else {
            before_word = isalnum((unsigned char)*at) || *at == '.';
            text[n++] = *at++;
        }
    }
    while (n && text[n - 1] == '\n')
        n--;
    text[n] = '\0';
    (void)sg_error_set(err, 0, "%s", text);
}

/* ---- One ---- */

static int fail_unknown(const char *name, struct sg_error *err)
{
    struct known *known = read_table(name);
    const char *words[PROPERTIES_MAX + 1];

    for (size_t i = 0; known && i < known->n; i++)
        words[i] = known->names[i];
    words[known ? known->n : 0] = NULL;
    const char *meant = sg_meant(name, words);
    (void)sg_error_set(err, SG_PROPERTY_E_WRONG, "librdkafka %s has no property \"%.80s\"%s%s%s",
        rd_kafka_version_str(), name, meant ? "; did you mean \"" : "", meant ? meant : "",
        meant ? "\"?" : "");
    free(known);
    return SG_PROPERTY_E_WRONG;
}

static int fail_value(const char *name, const char *value, const char *reason, struct sg_error *err)
{
    struct known *known = read_table(name);

    sg_property_reason(err, reason, name, value);
    if (known && known->range[0] && err) {
        struct sg_error why = *err;
        bool is_range = strstr(known->range, " .. ");
        (void)sg_error_set(
            err, 0, "%s; it is %s%s", why.text, is_range ? "" : "one of ", known->range);
    }
    free(known);
    return sg_error_prefix(err, SG_PROPERTY_E_WRONG, "librdkafka property %s: ", name);
}

int sg_property_check(const char *name, const char *value, struct sg_error *err)
{
    char reason[512] = "";
    int r = 0;

    if (strcmp(name, "plugin.library.paths") == 0)
        return 0; /* to set it is to load it */
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (!conf)
        return -ENOMEM;
    switch (rd_kafka_conf_set(conf, name, value, reason, sizeof reason)) {
    case RD_KAFKA_CONF_OK:
        break;
    case RD_KAFKA_CONF_UNKNOWN:
        r = fail_unknown(name, err);
        break;
    default:
        r = fail_value(name, value, reason, err);
        break;
    }
    rd_kafka_conf_destroy(conf);
    return r;
}

/* ---- All together ---- */

static bool is_called(const char *property, const char *name)
{
    if (strcmp(name, "sasl.mechanism") == 0 && strcmp(property, "sasl.mechanisms") == 0)
        return true;
    return strcmp(property, name) == 0;
}

static size_t place_of(const struct sg_cluster_config *cluster, const char *name)
{
    size_t at = cluster->n_client;

    for (size_t i = 0; i < cluster->n_client; i++) {
        if (is_called(cluster->client[i].name, name))
            at = i; /* the last one counts */
    }
    return at;
}

const char *sg_property_of(const struct sg_cluster_config *cluster, const char *name)
{
    size_t at = place_of(cluster, name);
    return at < cluster->n_client ? cluster->client[at].value : NULL;
}

static int check_file(
    const struct sg_cluster_config *cluster, const char *name, size_t *ret_at, struct sg_error *err)
{
    const char *path = sg_property_of(cluster, name);

    bool is_ca = strstr(name, "ca.location"); /* may be a directory of CAs */
    if (!path || !path[0] || strcmp(path, "probe") == 0 || !sg_file_check(path, is_ca, err))
        return 0;
    *ret_at = place_of(cluster, name);
    return sg_error_prefix(
        err, SG_PROPERTY_E_WRONG, "librdkafka property %s: %.200s: ", name, path);
}

static int check_files(const struct sg_cluster_config *cluster,
    const char *const *names,
    size_t *ret_at,
    struct sg_error *err)
{
    int r = 0;

    for (; *names && !r; names++)
        r = check_file(cluster, *names, ret_at, err);
    return r;
}

static int check_sasl(const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err)
{
    static const char *const needed[] = { "sasl.username", "sasl.password", NULL };
    const char *mechanism = sg_property_of(cluster, "sasl.mechanism");

    if (!mechanism || (strcmp(mechanism, "PLAIN") != 0 && strncmp(mechanism, "SCRAM-", 6) != 0))
        return 0;
    for (const char *const *name = needed; *name; name++) {
        const char *value = sg_property_of(cluster, *name);
        if (value && value[0])
            continue;
        *ret_at = place_of(cluster, value ? *name : "sasl.mechanism");
        return sg_error_set(
            err, SG_PROPERTY_E_WRONG, "%s needs librdkafka property %s", mechanism, *name);
    }
    return 0;
}

int sg_properties_check(
    const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err)
{
    static const char *const files[] = { "ssl.ca.location", "ssl.certificate.location",
        "ssl.key.location", "ssl.keystore.location", "ssl.crl.location", NULL };
    static const char *const of_sasl[] = { "https.ca.location", NULL }; /* of a token's endpoint */
    const char *protocol = sg_property_of(cluster, "security.protocol");
    int r = 0;

    *ret_at = cluster->n_client;
    if (!protocol)
        return 0;
    if (strcasecmp(protocol, "ssl") == 0 || strcasecmp(protocol, "sasl_ssl") == 0)
        r = check_files(cluster, files, ret_at, err);
    if (!r && strncasecmp(protocol, "sasl_", 5) == 0)
        r = check_sasl(cluster, ret_at, err);
    if (!r && strncasecmp(protocol, "sasl_", 5) == 0)
        r = check_files(cluster, of_sasl, ret_at, err);
    return r;
}
