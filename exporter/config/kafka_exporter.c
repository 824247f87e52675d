/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kafka_exporter.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum flag_id {
    SASL_ENABLED,
    SASL_HANDSHAKE,
    SASL_USERNAME,
    SASL_PASSWORD,
    SASL_MECHANISM,
    SASL_SERVICE_NAME,
    SASL_REALM,
    SASL_AUTH_TYPE,
    SASL_KEYTAB,
    SASL_TOKEN_URL,
    SASL_SCOPES,
    TLS_ENABLED,
    TLS_CA,
    TLS_CERT,
    TLS_KEY,
    TLS_INSECURE,
    SHOW_ALL,
    LABELS,
    SERVER_TLS,
    ZOOKEEPER,
    N_MAPPED,
};

/* When kafka_exporter uses a flag; otherwise it ignores it. */
enum only_with {
    ALWAYS,
    WITH_TLS,
    WITH_SERVER_TLS,
    WITH_ZOOKEEPER,
    WITH_GSSAPI,
    WITH_OAUTHBEARER,
    WITH_AWSIAM,
};

/* One flag. A flag without an id has only a text: why it does nothing, or what to do instead. */
struct flag {
    const char *name;
    bool is_switch;
    const char *does_nothing;
    const char *instead;
    enum only_with only_with;
};

static const struct flag table[] = {
    [SASL_ENABLED] = { "sasl.enabled", true, NULL, NULL, ALWAYS },
    [SASL_HANDSHAKE] = { "sasl.handshake", true, NULL, NULL, ALWAYS },
    [SASL_USERNAME] = { "sasl.username", false, NULL, NULL, ALWAYS },
    [SASL_PASSWORD] = { "sasl.password", false, NULL, NULL, ALWAYS },
    [SASL_MECHANISM] = { "sasl.mechanism", false, NULL, NULL, ALWAYS },
    [SASL_SERVICE_NAME] = { "sasl.service-name", false, NULL, NULL, ALWAYS },
    [SASL_REALM] = { "sasl.realm", false, NULL, NULL, ALWAYS },
    [SASL_AUTH_TYPE] = { "sasl.kerberos-auth-type", false, NULL, NULL, ALWAYS },
    [SASL_KEYTAB] = { "sasl.keytab-path", false, NULL, NULL, ALWAYS },
    [SASL_TOKEN_URL] = { "sasl.oauthbearer-token-url", false, NULL, NULL, ALWAYS },
    [SASL_SCOPES] = { "sasl.oauthbearer-scopes", false, NULL, NULL, ALWAYS },
    [TLS_ENABLED] = { "tls.enabled", true, NULL, NULL, ALWAYS },
    [TLS_CA] = { "tls.ca-file", false, NULL, NULL, ALWAYS },
    [TLS_CERT] = { "tls.cert-file", false, NULL, NULL, ALWAYS },
    [TLS_KEY] = { "tls.key-file", false, NULL, NULL, ALWAYS },
    [TLS_INSECURE] = { "tls.insecure-skip-tls-verify", true, NULL, NULL, ALWAYS },
    [SHOW_ALL] = { "offset.show-all", true, NULL, NULL, ALWAYS },
    [LABELS] = { "kafka.labels", false, NULL, NULL, ALWAYS },
    [SERVER_TLS] = { "server.tls.enabled", true, NULL, "use --web.config.file", ALWAYS },
    [ZOOKEEPER] = { "use.consumelag.zookeeper", true, NULL,
        "offsets in ZooKeeper are not read; Kafka's consumers stopped keeping them there in 0.9",
        ALWAYS },

    { "concurrent.enable", true, "a scrape sends no requests to Kafka", NULL, ALWAYS },
    { "kafka.allow-auto-topic-creation", true, "no topic is ever created", NULL, ALWAYS },
    { "kafka.version", false, "versions are negotiated with each broker", NULL, ALWAYS },
    { "log.enable-sarama", true, "librdkafka is the Kafka client; see --log.level", NULL, ALWAYS },
    { "refresh.metadata", false, "metadata is read at each collection; see --collect.interval",
        NULL, ALWAYS },
    { "topic.workers", false, "requests are pipelined", NULL, ALWAYS },
    { "verbosity", false, "see --log.level", NULL, ALWAYS },
    { "sasl.disable-PA-FX-FAST", true, "libkrb5 decides, in krb5.conf", NULL, ALWAYS },

    { "sasl.aws-region", false, NULL,
        "MSK's IAM is not supported; use SCRAM or a client certificate", WITH_AWSIAM },
    { "sasl.kerberos-config-path", false, NULL, "set the environment variable KRB5_CONFIG",
        WITH_GSSAPI },
    { "sasl.oauthbearer-token-file", false, NULL,
        "librdkafka gets tokens from an endpoint; use --sasl.oauthbearer-token-url",
        WITH_OAUTHBEARER },
    { "tls.server-name", false, NULL,
        "librdkafka verifies the broker's own name; put it into the certificate, or see "
        "ssl.endpoint.identification.algorithm under \"client\" in --config.file",
        WITH_TLS },
    { "server.tls.mutual-auth-enabled", true, NULL, "use --web.config.file", WITH_SERVER_TLS },
    { "server.tls.ca-file", false, NULL, "use --web.config.file", WITH_SERVER_TLS },
    { "server.tls.cert-file", false, NULL, "use --web.config.file", WITH_SERVER_TLS },
    { "server.tls.key-file", false, NULL, "use --web.config.file", WITH_SERVER_TLS },
    { "zookeeper.server", false, NULL,
        "offsets in ZooKeeper are not read; Kafka's consumers stopped keeping them there in 0.9",
        WITH_ZOOKEEPER },
};

enum {
    N_FLAGS = sizeof table / sizeof table[0]
};
_Static_assert((int)N_FLAGS <= (int)SG_KAFKA_EXPORTER_FLAGS_MAX, "too many flags for the table");

/* ---- One flag ---- */

static const struct flag *find(struct sg_str name)
{
    for (size_t i = 0; i < N_FLAGS; i++) {
        if (sg_str_equal(name, sg_str_of(table[i].name)))
            return &table[i];
    }
    return NULL;
}

/* --NAME or --no-NAME. @return NULL when there is none */
static const struct flag *find_argument(struct sg_str name, bool *ret_negated)
{
    const struct flag *flag = find(name);

    *ret_negated = !flag && sg_str_starts_with(name, SG_STR("no-"));
    if (!*ret_negated)
        return flag;
    flag = find((struct sg_str){ name.ptr + 3, name.len - 3 });
    return flag && flag->is_switch ? flag : NULL;
}

static int read_switch(const struct flag *flag,
    const char *value,
    bool negated,
    const char **ret_value,
    struct sg_error *err)
{
    *ret_value = negated ? "false" : "true";
    if (!value)
        return 0;
    if (negated || (strcmp(value, "true") != 0 && strcmp(value, "false") != 0))
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE, "--%s: \"%.80s\" is not true or false",
            flag->name, value);
    *ret_value = value;
    return 0;
}

int sg_kafka_exporter_read_flag(struct sg_kafka_exporter_flags *flags,
    const char *argument,
    const char *next,
    bool *ret_used_next,
    struct sg_error *err)
{
    const char *equals = strchr(argument, '=');
    const char *value = equals ? equals + 1 : NULL;
    bool negated;

    *ret_used_next = false;
    if (strncmp(argument, "--", 2) != 0)
        return SG_KAFKA_EXPORTER_E_UNKNOWN;
    argument += 2;
    struct sg_str name = { argument, equals ? (size_t)(equals - argument) : strlen(argument) };
    const struct flag *flag = find_argument(name, &negated);
    if (!flag)
        return SG_KAFKA_EXPORTER_E_UNKNOWN;
    if (flag->is_switch) {
        int r = read_switch(flag, value, negated, &value, err);
        if (r)
            return r;
    } else if (!value) {
        if (!next)
            return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE, "--%s needs a value, as in --%s=…",
                flag->name, flag->name);
        value = next;
        *ret_used_next = true;
    }
    flags->values[flag - table] = value;
    flags->any = true;
    return 0;
}

const char *sg_kafka_exporter_name(size_t i)
{
    return i < N_FLAGS ? table[i].name : NULL;
}

/* ---- All of them ---- */

static void warn(struct sg_kafka_exporter_flags *flags, enum flag_id id, const char *why)
{
    (void)snprintf(flags->warnings[flags->n_warnings++], sizeof flags->warnings[0],
        "--%s does nothing: %s", table[id].name, why);
}

static bool is_on(const struct sg_kafka_exporter_flags *flags, enum flag_id id, bool by_default)
{
    return flags->values[id] ? strcmp(flags->values[id], "true") == 0 : by_default;
}

/* The value, or NULL when it was not given or is empty. */
static const char *text_of(const struct sg_kafka_exporter_flags *flags, enum flag_id id)
{
    const char *value = flags->values[id];
    return value && value[0] ? value : NULL;
}

/* @param value  NULL: the property is not set @param id  the flag that it comes from */
static void set(
    struct sg_kafka_exporter_flags *flags, const char *property, const char *value, enum flag_id id)
{
    if (value)
        flags->properties[flags->n_properties++] =
            (struct sg_flag_property){ property, value, table[id].name };
}

/* The value of the flag. */
static void set_text(struct sg_kafka_exporter_flags *flags, const char *property, enum flag_id id)
{
    set(flags, property, text_of(flags, id), id);
}

static const char *password_of(const struct sg_kafka_exporter_flags *flags)
{
    const char *password = text_of(flags, SASL_PASSWORD);
    return password ? password : getenv("SASL_USER_PASSWORD");
}

static int map_kerberos(struct sg_kafka_exporter_flags *flags, struct sg_error *err)
{
    const char *type = text_of(flags, SASL_AUTH_TYPE);
    const char *realm = text_of(flags, SASL_REALM);
    const char *user = text_of(flags, SASL_USERNAME);

    if (type && strcmp(type, "keytabAuth") != 0)
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
            "--sasl.kerberos-auth-type: \"%.80s\" is not supported; use keytabAuth with "
            "--sasl.keytab-path",
            type);
    set_text(flags, "sasl.kerberos.service.name", SASL_SERVICE_NAME);
    set_text(flags, "sasl.kerberos.keytab", SASL_KEYTAB);
    if (user) {
        int n = snprintf(flags->principal, sizeof flags->principal, "%s%s%s", user,
            realm ? "@" : "", realm ? realm : "");
        if (n < 0 || (size_t)n >= sizeof flags->principal)
            return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
                "--sasl.username and --sasl.realm are longer than %zu bytes",
                sizeof flags->principal - 2);
        set(flags, "sasl.kerberos.principal", flags->principal, SASL_USERNAME);
    }
    return 0;
}

/* Client credentials (OIDC): the user's name and password are the client's id and secret. */
static int map_oauthbearer(struct sg_kafka_exporter_flags *flags, struct sg_error *err)
{
    const char *url = text_of(flags, SASL_TOKEN_URL);
    const char *scopes = text_of(flags, SASL_SCOPES);

    if (!url)
        url = getenv("SASL_OAUTHBEARER_TOKEN_URL");
    if (!url || !url[0])
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
            "--sasl.mechanism=oauthbearer needs --sasl.oauthbearer-token-url");
    set(flags, "sasl.oauthbearer.method", "oidc", SASL_MECHANISM);
    set(flags, "sasl.oauthbearer.token.endpoint.url", url, SASL_TOKEN_URL);
    set_text(flags, "sasl.oauthbearer.client.id", SASL_USERNAME);
    set(flags, "sasl.oauthbearer.client.secret", password_of(flags), SASL_PASSWORD);
    if (!scopes)
        return 0;
    if (strlen(scopes) >= sizeof flags->scopes)
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
            "--sasl.oauthbearer-scopes is longer than %zu bytes", sizeof flags->scopes - 1);
    for (size_t i = 0; scopes[i]; i++) /* kafka_exporter uses commas, OAuth spaces */
        flags->scopes[i] = scopes[i] == ',' ? ' ' : scopes[i];
    set(flags, "sasl.oauthbearer.scope", flags->scopes, SASL_SCOPES);
    return 0;
}

static int map_sasl(struct sg_kafka_exporter_flags *flags, struct sg_error *err)
{
    static const struct {
        const char *theirs;
        const char *ours;
    } mechanisms[] = {
        { "plain", "PLAIN" },
        { "scram-sha256", "SCRAM-SHA-256" },
        { "scram-sha512", "SCRAM-SHA-512" },
        { "gssapi", "GSSAPI" },
        { "oauthbearer", "OAUTHBEARER" },
    };
    const char *wanted = text_of(flags, SASL_MECHANISM);
    const char *mechanism = NULL;

    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0] && !mechanism; i++) {
        if (strcasecmp(wanted ? wanted : "plain", mechanisms[i].theirs) == 0)
            mechanism = mechanisms[i].ours;
    }
    if (!mechanism)
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
            "--sasl.mechanism: \"%.80s\" is not plain, scram-sha256, scram-sha512, gssapi or "
            "oauthbearer",
            wanted);
    set(flags, "sasl.mechanisms", mechanism, SASL_MECHANISM);
    if (strcmp(mechanism, "GSSAPI") == 0)
        return map_kerberos(flags, err);
    if (strcmp(mechanism, "OAUTHBEARER") == 0)
        return map_oauthbearer(flags, err);
    if (!text_of(flags, SASL_USERNAME))
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE, "--sasl.enabled needs --sasl.username");
    const char *password = password_of(flags);
    if (!password || !password[0])
        return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE,
            "--sasl.enabled needs --sasl.password or the environment variable SASL_USER_PASSWORD");
    set_text(flags, "sasl.username", SASL_USERNAME);
    set(flags, "sasl.password", password, SASL_PASSWORD);
    return 0;
}

/* Flags that have no effect while a switch is off. */
static void warn_unused(
    struct sg_kafka_exporter_flags *flags, enum flag_id first, enum flag_id last, const char *why)
{
    for (enum flag_id id = first; id <= last; id++) {
        if (text_of(flags, id) && !table[id].is_switch)
            warn(flags, id, why);
    }
}

static bool has_mechanism(const struct sg_kafka_exporter_flags *flags, const char *wanted)
{
    const char *mechanism = text_of(flags, SASL_MECHANISM);
    return is_on(flags, SASL_ENABLED, false) && mechanism && strcasecmp(mechanism, wanted) == 0;
}

/* @return why kafka_exporter ignores the flag, or NULL: it uses it */
static const char *why_ignored(const struct sg_kafka_exporter_flags *flags, enum only_with with)
{
    switch (with) {
    case ALWAYS:
        return NULL;
    case WITH_TLS:
        return is_on(flags, TLS_ENABLED, false) ? NULL : "--tls.enabled is not given";
    case WITH_SERVER_TLS:
        return is_on(flags, SERVER_TLS, false) ? NULL : "--server.tls.enabled is not given";
    case WITH_ZOOKEEPER:
        return is_on(flags, ZOOKEEPER, false) ? NULL : "--use.consumelag.zookeeper is not given";
    case WITH_GSSAPI:
        return has_mechanism(flags, "gssapi") ? NULL : "--sasl.mechanism is not gssapi";
    case WITH_OAUTHBEARER:
        return has_mechanism(flags, "oauthbearer") ? NULL : "--sasl.mechanism is not oauthbearer";
    case WITH_AWSIAM:
        return has_mechanism(flags, "awsiam") ? NULL : "--sasl.mechanism is not awsiam";
    }
    return NULL;
}

/* Unsupported flags. Where kafka_exporter ignores them, they are ignored here too. */
static int refuse(struct sg_kafka_exporter_flags *flags, struct sg_error *err)
{
    for (size_t i = 0; i < N_FLAGS; i++) {
        const char *value = flags->values[i];
        /* Switched off, or empty as templates may leave it, counts as not given. */
        if (!table[i].instead || !value || !value[0] || strcmp(value, "false") == 0)
            continue;
        const char *ignored = why_ignored(flags, table[i].only_with);
        if (!ignored)
            return sg_error_set(err, SG_KAFKA_EXPORTER_E_USAGE, "--%s is not supported: %s",
                table[i].name, table[i].instead);
        warn(flags, (enum flag_id)i, ignored);
    }
    return 0;
}

int sg_kafka_exporter_finish(struct sg_kafka_exporter_flags *flags, struct sg_error *err)
{
    bool sasl = is_on(flags, SASL_ENABLED, false);
    bool tls = is_on(flags, TLS_ENABLED, false);

    if (!flags->any)
        return 0;
    int r = refuse(flags, err);
    if (r)
        return r;
    flags->labels = text_of(flags, LABELS);
    if (!is_on(flags, SASL_HANDSHAKE, true))
        warn(flags, SASL_HANDSHAKE,
            sasl ? "Kafka has required the handshake since 0.10" : "--sasl.enabled is not given");
    if (sasl || tls)
        set(flags, "security.protocol",
            sasl && tls ? "SASL_SSL"
            : sasl      ? "SASL_PLAINTEXT"
                        : "SSL",
            sasl ? SASL_ENABLED : TLS_ENABLED);
    if (sasl) {
        r = map_sasl(flags, err);
        if (r)
            return r;
    } else {
        warn_unused(flags, SASL_USERNAME, SASL_SCOPES, "--sasl.enabled is not given");
    }
    if (tls) {
        set_text(flags, "ssl.ca.location", TLS_CA);
        set_text(flags, "ssl.certificate.location", TLS_CERT);
        set_text(flags, "ssl.key.location", TLS_KEY);
        if (is_on(flags, TLS_INSECURE, false))
            set(flags, "enable.ssl.certificate.verification", "false", TLS_INSECURE);
    } else {
        warn_unused(flags, TLS_CA, TLS_KEY, "--tls.enabled is not given");
        if (is_on(flags, TLS_INSECURE, false))
            warn(flags, TLS_INSECURE, "--tls.enabled is not given");
    }
    flags->only_connected_groups = !is_on(flags, SHOW_ALL, true);
    for (size_t i = N_MAPPED; i < N_FLAGS; i++) {
        if (flags->values[i] && table[i].does_nothing)
            warn(flags, (enum flag_id)i, table[i].does_nothing);
    }
    return 0;
}
