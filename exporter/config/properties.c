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
 * librdkafka describes its properties only in one table, made for display. It is parsed only when
 * something is wrong, to suggest a name and list the valid values:
 *
 *     security.protocol   |  *  | plaintext, ssl, … |  plaintext | high | Protocol used to …
 */

enum {
    PROPERTIES_MAX = 400,
    NAME_BYTES_MAX = 64,
    RANGE_BYTES_MAX = 240,
    PEM_BYTES_MAX = 1 << 20, /* of a file that is checked */
};

struct known {
    size_t n;
    char names[PROPERTIES_MAX][NAME_BYTES_MAX];
    char range[RANGE_BYTES_MAX]; /* of the requested property, or "" */
};

/* A column without the blanks around it. @return the end of it, or NULL: there is none */
static const char *read_column(const char *at, char *out, size_t size)
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

static void parse_line(struct known *known, const char *line, const char *wanted)
{
    char *name = known->names[known->n];
    char skipped[NAME_BYTES_MAX], range[RANGE_BYTES_MAX];

    const char *at = read_column(line, name, NAME_BYTES_MAX);
    if (!at || !name[0] || name[0] == '-' || strcmp(name, "Property") == 0)
        return;
    if (strcmp(name, wanted) == 0 && (at = read_column(at, skipped, sizeof skipped)) &&
        read_column(at, range, sizeof range) && !known->range[0])
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
        parse_line(known, line, wanted);
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
    /* Remove each quoted part that comes from the value, and the value where it is a word of its
       own. */
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

/* librdkafka's message is about the leading digits, if there are any. */
static void describe_number(const char *name, const struct known *known, struct sg_error *err)
{
    size_t len = strlen(name);
    bool is_ms = len > 3 && strcmp(name + len - 3, ".ms") == 0;

    (void)sg_error_set(
        err, 0, "it must be a whole number%s, %s", is_ms ? " of milliseconds" : "", known->range);
}

static int fail_value(const char *name, const char *value, const char *reason, struct sg_error *err)
{
    struct known *known = read_table(name);

    sg_property_reason(err, reason, name, value);
    if (known && known->range[0] && err) {
        struct sg_error why = *err;
        if (strstr(known->range, " .. "))
            describe_number(name, known, err);
        else
            (void)sg_error_set(err, 0, "%s; it must be one of %s", why.text, known->range);
    }
    free(known);
    return sg_error_prefix(err, SG_PROPERTY_E_WRONG, "librdkafka property %s: ", name);
}

/* librdkafka reads only the leading digits, and 60s as 60 ms. */
static int check_number(const char *name, const char *value, struct sg_error *err)
{
    char *end;

    (void)strtoll(value, &end, 0);
    if (end == value || !*end)
        return 0;
    struct known *known = read_table(name);
    bool is_number = known && strstr(known->range, " .. ");
    if (is_number)
        describe_number(name, known, err);
    free(known);
    return is_number ? sg_error_prefix(err, SG_PROPERTY_E_WRONG, "librdkafka property %s: ", name)
                     : 0;
}

static bool is_mechanism(const char *name)
{
    return strcmp(name, "sasl.mechanism") == 0 || strcmp(name, "sasl.mechanisms") == 0;
}

/* librdkafka accepts any word, and rejects unknown ones only when a client is created. */
static int check_mechanism(const char *name, const char *value, struct sg_error *err)
{
    static const char *const words[] = { "GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512",
        "OAUTHBEARER", NULL };
    char upper[32] = "";

    for (const char *const *word = words; *word; word++) {
        if (strcmp(value, *word) == 0)
            return 0;
    }
    for (size_t i = 0; i + 1 < sizeof upper && value[i]; i++)
        upper[i] = (char)toupper((unsigned char)value[i]);
    const char *meant = sg_meant(upper, words);
    return sg_error_set(err, SG_PROPERTY_E_WRONG,
        "librdkafka property %s: it must be one of GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, "
        "OAUTHBEARER%s%s%s",
        name, meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
}

int sg_property_check(const char *name, const char *value, struct sg_error *err)
{
    char reason[512] = "";
    int r = 0;

    if (strcmp(name, "plugin.library.paths") == 0)
        return 0; /* setting it would load it */
    if (is_mechanism(name))
        return check_mechanism(name, value, err);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (!conf)
        return -ENOMEM;
    switch (rd_kafka_conf_set(conf, name, value, reason, sizeof reason)) {
    case RD_KAFKA_CONF_OK:
        r = check_number(name, value, err);
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

/* A file that librdkafka reads, and the PEM block that it must contain. */
struct named_file {
    const char *property;
    const char *label; /* the end of a line "-----BEGIN LABEL-----", or NULL: not PEM */
    const char *what;
    bool or_folder;
};

/* @param text ends with NUL, and may contain others */
static bool has_pem(const char *text, size_t len, const char *label)
{
    const char *end = text + len;
    const char *at = text;

    while ((at = memmem(at, (size_t)(end - at), "-----BEGIN ", 11))) {
        at += 11;
        size_t n = strcspn(at, "-\r\n");
        size_t n_label = strlen(label);
        if (n >= n_label && strncmp(at + n - n_label, label, n_label) == 0 &&
            strncmp(at + n, "-----", 5) == 0)
            return true;
    }
    return false;
}

/* What cannot be checked, a directory or a large file, is left to librdkafka. */
static bool lacks_pem(const char *path, const char *label)
{
    struct sg_error err;
    struct sg_buf text;

    sg_buf_init(&text, PEM_BYTES_MAX);
    int r = sg_file_read(path, SG_FILE_NO_PIPE, &text, &err);
    bool lacks = !r && !sg_buf_add_char(&text, '\0') && !has_pem(text.ptr, text.len - 1, label);
    if (text.len)
        explicit_bzero(text.ptr, text.len); /* may be a key */
    sg_buf_done(&text);
    return lacks;
}

static int check_file(const struct sg_cluster_config *cluster,
    const struct named_file *file,
    size_t *ret_at,
    struct sg_error *err)
{
    const char *path = sg_property_of(cluster, file->property);

    if (!path || !path[0] || strcmp(path, "probe") == 0)
        return 0;
    *ret_at = place_of(cluster, file->property);
    if (sg_file_check(path, file->or_folder, err))
        return sg_error_prefix(
            err, SG_PROPERTY_E_WRONG, "librdkafka property %s: %.200s: ", file->property, path);
    if (file->label && lacks_pem(path, file->label))
        return sg_error_set(err, SG_PROPERTY_E_WRONG, "librdkafka property %s: %.200s has no %s",
            file->property, path, file->what);
    return 0;
}

static int check_files(const struct sg_cluster_config *cluster,
    const struct named_file *files,
    size_t *ret_at,
    struct sg_error *err)
{
    int r = 0;

    for (; files->property && !r; files++)
        r = check_file(cluster, files, ret_at, err);
    return r;
}

/* @return is one of the two set? The position is that of the one */
static bool has_login(const struct sg_cluster_config *cluster, size_t *ret_at)
{
    static const char *const names[] = { "sasl.username", "sasl.password" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *ret_at = place_of(cluster, names[i]);
        if (*ret_at < cluster->n_client)
            return true;
    }
    return false;
}

static int check_login(
    const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err)
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

static int check_oidc(const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err)
{
    static const char url[] = "sasl.oauthbearer.token.endpoint.url";
    const char *method = sg_property_of(cluster, "sasl.oauthbearer.method");

    if (!method || strcasecmp(method, "oidc") != 0 || sg_property_of(cluster, url))
        return 0;
    *ret_at = place_of(cluster, "sasl.oauthbearer.method");
    return sg_error_set(
        err, SG_PROPERTY_E_WRONG, "sasl.oauthbearer.method oidc needs librdkafka property %s", url);
}

int sg_properties_check(
    const struct sg_cluster_config *cluster, size_t *ret_at, struct sg_error *err)
{
    static const char certificate[] = "certificate in PEM format";
    static const struct named_file of_tls[] = {
        { "ssl.ca.location", "CERTIFICATE", certificate, true },
        { "ssl.certificate.location", "CERTIFICATE", certificate, false },
        { "ssl.key.location", "PRIVATE KEY", "private key in PEM format", false },
        { "ssl.keystore.location", NULL, NULL, false },
        { "ssl.crl.location", "CRL", "certificate revocation list in PEM format", false },
        { NULL, NULL, NULL, false },
    };
    static const struct named_file of_sasl[] = {
        { "https.ca.location", "CERTIFICATE", certificate, true }, /* of the token endpoint */
        { NULL, NULL, NULL, false },
    };
    const char *protocol = sg_property_of(cluster, "security.protocol");
    int r = check_oidc(cluster, ret_at, err);

    if (r)
        return r;
    if (!protocol && has_login(cluster, ret_at))
        return sg_error_set(err, SG_PROPERTY_E_WRONG,
            "%s is not used without librdkafka property security.protocol, sasl_ssl or "
            "sasl_plaintext",
            cluster->client[*ret_at].name);
    *ret_at = cluster->n_client;
    if (!protocol)
        return 0;
    if (strcasecmp(protocol, "ssl") == 0 || strcasecmp(protocol, "sasl_ssl") == 0)
        r = check_files(cluster, of_tls, ret_at, err);
    if (!r && strncasecmp(protocol, "sasl_", 5) == 0)
        r = check_login(cluster, ret_at, err);
    if (!r && strncasecmp(protocol, "sasl_", 5) == 0)
        r = check_files(cluster, of_sasl, ret_at, err);
    return r;
}
