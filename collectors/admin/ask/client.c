/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/client.h"

#include "admin/ask/thread.h"
#include "base/auto.h"
#include "base/clock.h"
#include "base/join.h"
#include "base/log.h"
#include "base/str.h"
#include "base/sync.h"
#include "config/properties.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/*
 * librdkafka reports a failing connection through the error callback, once per reason and half a
 * minute, and separately from the request that the connection was wanted for: that one just times
 * out. So the latest reason of each broker is kept until the broker answers, and is put into the
 * text of whatever timed out meanwhile.
 */

enum {
    REASONS_MAX = 32,
    DESTROY_WAIT_MS = 300,
    SCRAM_FIXED = 0x020601ff, /* it sent a nonce that Kafka 4 refuses; its issue 4895 */
    LEVEL_DEBUG = 7,          /* syslog's */
};

struct reason {
    char text[384];
    enum sg_failure_kind kind;
    int32_t broker; /* SG_CLIENT_ANY_BROKER: a bootstrap server */
    uint64_t when;  /* counts up; 0: free */
};

struct sg_client {
    struct sg_refs refs;
    rd_kafka_t *rk;
    char *cluster;
    char *servers;         /* NULL once they were added */
    bool wants_debug;      /* the user has set the property debug */
    atomic_bool has_types; /* see sg_client_has_types(); librdkafka's threads write it … */
    atomic_bool is_kraft;  /* … and this */
    uint64_t n_reasons;
    struct reason reasons[REASONS_MAX];
    pthread_mutex_t certificate_lock; /* guards the next two; librdkafka's threads write them */
    int32_t certificate_broker;
    int certificate_error; /* OpenSSL's X509_V_ERR_…; 0: none was refused */
};

/* ---- librdkafka's callbacks ---- */

/*
 * librdkafka has no function that tells which requests a broker supports, but it logs them when it
 * connects, "  ApiKey NAME (NUMBER) Versions …", with debug=feature. Were the text to change,
 * streams and share groups would not be found. DescribeQuorum is supported by brokers with KRaft
 * only.
 */
static void learn_requests(struct sg_client *client, const char *facility, const char *line)
{
    if (strcmp(facility, "APIVERSION") != 0 || !strstr(line, "ApiKey "))
        return;
    if (strstr(line, " (76) ") ||
        strstr(line, " (88) ")) /* ShareGroup- and StreamsGroupHeartbeat */
        atomic_store(&client->has_types, true);
    if (strstr(line, " (55) "))
        atomic_store(&client->is_kraft, true);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *line)
{
    struct sg_client *client = rd_kafka_opaque(rk);
    struct sg_log_about about = { client->cluster, "admin", NULL };

    learn_requests(client, facility, line);
    if (level >= LEVEL_DEBUG && !client->wants_debug)
        return; /* of our own debug=feature */
    /* The code that handles the failure decides its severity. */
    sg_log(SG_LOG_DEBUG, &about, "librdkafka %s: %s", facility, line);
}

/* The broker's id from "ssl://host:port/id: why", or SG_CLIENT_ANY_BROKER. */
static int32_t broker_of(const char *text)
{
    const char *end = strstr(text, ": ");
    const char *at = end;

    while (at && at > text && at[-1] != '/')
        at--;
    if (!at || at == text || !isdigit((unsigned char)*at))
        return SG_CLIENT_ANY_BROKER;
    return (int32_t)strtol(at, NULL, 10);
}

/* The entry of the same broker, else a free one, else the oldest. */
static struct reason *place_for(struct sg_client *client, int32_t broker)
{
    struct reason *oldest = &client->reasons[0];

    for (size_t i = 0; i < REASONS_MAX; i++) {
        struct reason *reason = &client->reasons[i];
        if (reason->when && reason->broker == broker)
            return reason;
        if (reason->when < oldest->when)
            oldest = reason;
    }
    return oldest;
}

/* Called in a thread of librdkafka for each certificate of a chain; what OpenSSL found stays. */
static int on_certificate(rd_kafka_t *rk,
    const char *name,
    int32_t id,
    int *error,
    int depth,
    const char *der,
    size_t size,
    char *text,
    size_t text_size,
    void *opaque)
{
    struct sg_client *client = opaque;

    (void)rk;
    (void)name;
    (void)depth;
    (void)der;
    (void)size;
    if (*error == 0)
        return 1;
    (void)snprintf(text, text_size, "%s", X509_verify_cert_error_string(*error));
    sg_locked(&client->certificate_lock);
    client->certificate_broker = id;
    client->certificate_error = *error;
    return 0;
}

/* What was wrong with the broker's certificate, or NULL. It is not in librdkafka's text. */
static const char *certificate_problem(struct sg_client *client, int32_t broker)
{
    (void)pthread_mutex_lock(&client->certificate_lock);
    int error = client->certificate_broker == broker ? client->certificate_error : 0;
    (void)pthread_mutex_unlock(&client->certificate_lock);
    return error ? X509_verify_cert_error_string(error) : NULL;
}

/*
 * librdkafka reports a failed connection when the broker closes it with a TLS alert, as a broker
 * that requires a client certificate does.
 */
static enum sg_failure_kind kind_of(rd_kafka_resp_err_t code, const char *text)
{
    return strstr(text, "SSL alert number") ? SG_FAILURE_TLS : sg_failure_kind_of(code);
}

void sg_client_cut_count(char *text)
{
    static const char end[] = " identical error(s) suppressed)";
    char *last = strrchr(text, ',');

    if (!last || last[1] != ' ')
        return;
    size_t digits = strspn(last + 2, "0123456789");
    if (digits > 0 && strcmp(last + 2 + digits, end) == 0)
        memcpy(last, ")", 2);
}

static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
    struct sg_client *client = opaque;

    (void)rk;
    /* "3/3 brokers are down" follows the reasons and would replace them. */
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        return;
    int32_t broker = broker_of(text);
    struct reason *reason = place_for(client, broker);
    *reason = (struct reason){
        .kind = kind_of((rd_kafka_resp_err_t)code, text),
        .broker = broker,
        .when = ++client->n_reasons,
    };
    const char *problem =
        strstr(text, "certificate verify failed") ? certificate_problem(client, broker) : NULL;
    if (problem)
        (void)snprintf(reason->text, sizeof reason->text, "%.*s: the broker's certificate: %s",
            (int)strcspn(text, " "), text, problem);
    else
        (void)snprintf(reason->text, sizeof reason->text, "%s", text);
    sg_client_cut_count(reason->text);
}

void sg_client_poll(struct sg_client *client)
{
    rd_kafka_message_t *message;

    while (rd_kafka_poll(client->rk, 0) > 0)
        ;
    /* The group is never joined, so its errors do not matter. */
    while ((message = rd_kafka_consumer_poll(client->rk, 0)))
        rd_kafka_message_destroy(message);
}

static bool is_without_sasl(const char *text)
{
    return strstr(text, "Request not valid in current SASL state");
}

/* The last is what a plain listener of Kafka 4.4.0 does when a handshake begins. */
static bool is_without_tls(const char *text)
{
    return strstr(text, "PLAINTEXT broker listener") || strstr(text, "unexpected eof") ||
           strstr(text, "wrong version number") ||
           (strstr(text, "closed by peer") && strstr(text, "in state SSL_HANDSHAKE"));
}

bool sg_client_is_reached(const char *text)
{
    static const char *const before[] = { "refused", "resolve", "unreachable", "No route",
        "in state CONNECT", "setup timed out", "in state TRY_CONNECT" };

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        if (strstr(text, before[i]))
            return false;
    }
    return true;
}

const char *sg_client_advice(enum sg_failure_kind kind, const char *text)
{
    if (strstr(text, "Failed to resolve"))
        return ": check the host's name in bootstrap_servers, or in the broker's "
               "advertised.listeners; this machine cannot resolve it";
    if (strstr(text, "SSL alert number"))
        return ": the broker requires a client certificate, or rejects this one: check "
               "ssl.certificate.location and ssl.key.location";
    if (strstr(text, "has expired"))
        return ": the broker needs a new certificate";
    if (is_without_tls(text))
        return ": the listener most likely does not speak TLS; compare security.protocol with it";
    if (is_without_sasl(text))
        return ": the listener does not speak SASL; compare security.protocol with it";
    if (strstr(text, "supported mechanisms: "))
        return ": set sasl.mechanism to one of these";
    if (kind != SG_FAILURE_TLS && strstr(text, "SCRAM") && rd_kafka_version() < SCRAM_FIXED)
        return ": check sasl.username and sasl.password; librdkafka before 2.6.1 cannot do SCRAM "
               "with Kafka 4, build with a newer one (deploy/librdkafka)";
    return "";
}

/* What librdkafka's texts mean in practice; librdkafka itself often suggests an old broker. */
static const char *advice_on(const struct reason *reason)
{
    if (strstr(reason->text, "ApiVersionRequest failed"))
        return ": it is frozen or overloaded, or expects TLS (security.protocol), or is not a "
               "Kafka broker";
    const char *advice = sg_client_advice(reason->kind, reason->text);
    if (advice[0])
        return advice;
    if (reason->kind == SG_FAILURE_TLS)
        return ": check ssl.ca.location, or, if the listener does not speak TLS, "
               "security.protocol";
    if (reason->kind == SG_FAILURE_AUTH)
        return ": check sasl.mechanism, sasl.username and sasl.password, or, if the listener does "
               "not speak SASL, security.protocol";
    return "";
}

int sg_client_find_reason(
    const struct sg_client *client, int32_t broker, struct sg_client_reason *ret_reason)
{
    const struct reason *latest = NULL;

    for (size_t i = 0; i < REASONS_MAX; i++) {
        const struct reason *reason = &client->reasons[i];
        bool wanted = broker == SG_CLIENT_ANY_BROKER || reason->broker == broker;
        if (reason->when && wanted && (!latest || reason->when > latest->when))
            latest = reason;
    }
    if (!latest)
        return 0;
    *ret_reason = (struct sg_client_reason){ latest->kind, latest->text, advice_on(latest) };
    return 1;
}

void sg_client_take_reasons(struct sg_client *client, const struct sg_client *from)
{
    client->n_reasons = from->n_reasons;
    memcpy(client->reasons, from->reasons, sizeof client->reasons);
}

uint64_t sg_client_n_reasons(const struct sg_client *client)
{
    return client->n_reasons;
}

void sg_client_forget(struct sg_client *client, int32_t broker)
{
    for (size_t i = 0; i < REASONS_MAX; i++) {
        if (client->reasons[i].broker == broker)
            client->reasons[i].when = 0;
    }
}

/* ---- Properties ---- */

static bool is_bootstrap(const char *name)
{
    return strcmp(name, "bootstrap.servers") == 0 || strcmp(name, "metadata.broker.list") == 0;
}

/* Setting this property loads and runs the plugins. */
static bool is_plugin(const char *name)
{
    return strcmp(name, "plugin.library.paths") == 0;
}

static int set_property(
    rd_kafka_conf_t *conf, const char *name, const char *value, struct sg_error *err)
{
    char reason[512] = "";

    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return 0;
    sg_property_reason(err, reason, name, value);
    return sg_error_prefix(err, SG_CLIENT_E_PROPERTY, "librdkafka property %s: ", name);
}

/* Of some versions only: librdkafka sends client metrics to brokers that request them (KIP-714). */
static void set_if_known(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char reason[128];

    (void)rd_kafka_conf_set(conf, name, value, reason, sizeof reason);
}

struct property {
    const char *name, *value;
};

static int set_all(
    rd_kafka_conf_t *conf, const struct property *properties, size_t n, struct sg_error *err)
{
    int r = 0;

    for (size_t i = 0; !r && i < n; i++)
        r = set_property(conf, properties[i].name, properties[i].value, err);
    return r;
}

static int set_ms(rd_kafka_conf_t *conf, const char *name, int64_t ms, struct sg_error *err)
{
    char value[24];

    (void)snprintf(value, sizeof value, "%" PRId64, ms);
    return set_property(conf, name, value, err);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/*
 * A frozen broker's kernel accepts connections and data for it. librdkafka notices when a request
 * is not answered within socket.timeout.ms: it drops the connection and uses other brokers. That
 * has to happen within one collection, and the retry not later than in the next one.
 */
static int set_ours(rd_kafka_conf_t *conf, int64_t timeout_ms, struct sg_error *err)
{
    static const struct property fixed[] = {
        { "client.id", "streamgauge" },
        /* The group is never joined. Without a group.id librdkafka crashes on a null pointer when a
           coordinator that has just moved answers OffsetFetch (its issue 5040). */
        { "group.id", "streamgauge" },
        { "allow.auto.create.topics", "false" },
        { "enable.auto.commit", "false" },
        { "reconnect.backoff.max.ms", "1000" },
        { "socket.keepalive.enable", "true" },
        /* Metadata is read by each collection. */
        { "topic.metadata.refresh.interval.ms", "-1" },
        /* The log's end is the high watermark, as for kafka_exporter and Kafka's own tools. The
           default, read_committed, stops at the first open transaction. */
        { "isolation.level", "read_uncommitted" },
    };

    set_if_known(conf, "enable.metrics.push", "false");
    int r = set_all(conf, fixed, sizeof fixed / sizeof fixed[0], err);
    if (!r)
        r = set_ms(conf, "socket.timeout.ms", clamp(timeout_ms / 4, 1000, 60000), err);
    if (!r)
        r = set_ms(
            conf, "socket.connection.setup.timeout.ms", clamp(timeout_ms / 5, 1000, 60000), err);
    if (!r)
        r = set_ms(conf, "api.version.request.timeout.ms", clamp(timeout_ms / 5, 500, 60000), err);
    return r;
}

/* Set after the user's properties, which must not make it read more, or commit. */
static int set_reader(rd_kafka_conf_t *conf, struct sg_error *err)
{
    static const struct property fixed[] = {
        { "isolation.level", "read_committed" },
        { "enable.partition.eof", "true" },
        { "auto.commit.enable", "false" }, /* of partitions that are read without a group */
        { "auto.offset.reset", "error" },
        { "fetch.wait.max.ms", "100" },
        { "fetch.min.bytes", "1" },
        { "fetch.message.max.bytes", "65536" },
        { "queued.min.messages", "1" },
        { "queued.max.messages.kbytes", "64" },
    };

    return set_all(conf, fixed, sizeof fixed / sizeof fixed[0], err);
}

/*
 * The same. What was deleted before it was read is skipped. What waits in the queue until it is
 * read is bounded by queued.max.messages.kbytes, for all partitions together.
 */
static int set_follower(rd_kafka_conf_t *conf, struct sg_error *err)
{
    static const struct property fixed[] = {
        { "isolation.level", "read_uncommitted" },
        { "enable.partition.eof", "true" },
        { "auto.commit.enable", "false" },
        { "auto.offset.reset", "earliest" },
        { "fetch.wait.max.ms", "500" },
        { "fetch.min.bytes", "1" },
        { "fetch.message.max.bytes", "262144" },
        { "queued.min.messages", "20000" },
        { "queued.max.messages.kbytes", "8192" },
    };

    return set_all(conf, fixed, sizeof fixed / sizeof fixed[0], err);
}

/*
 * A handle does two things when it is created: it runs kinit (GSSAPI), and asks a token
 * endpoint (OIDC).
 */
static int set_check(
    rd_kafka_conf_t *conf, const struct sg_cluster_config *config, struct sg_error *err)
{
    const char *method = sg_property_of(config, "sasl.oauthbearer.method");
    int r = set_property(conf, "sasl.kerberos.min.time.before.relogin", "0", err);

    if (r || !method || strcasecmp(method, "oidc") != 0)
        return r;
    return set_property(conf, "sasl.oauthbearer.method", "default", err);
}

SG_AUTO_DEFINE(struct sg_client *, sg_client_unref);

static rd_kafka_conf_t *conf_free(rd_kafka_conf_t *conf)
{
    if (conf)
        rd_kafka_conf_destroy(conf);
    return NULL;
}
SG_AUTO_DEFINE(rd_kafka_conf_t *, conf_free);

/* This error is not about one property, but its text may contain any of the user's values. */
static void hide_values(
    struct sg_error *err, const char *reason, const struct sg_cluster_config *config)
{
    struct sg_error hidden;

    (void)sg_error_set(&hidden, 0, "%s", reason);
    for (size_t i = 0; i < config->n_client; i++) {
        const struct sg_setting *setting = &config->client[i];
        bool secret = strstr(setting->name, "password") || strstr(setting->name, "secret") ||
                      strstr(setting->name, ".pem") || strstr(setting->name, "oauthbearer.config");
        if (secret) {
            struct sg_error from = hidden;
            sg_property_reason(&hidden, from.text, setting->name, setting->value);
        }
    }
    (void)sg_error_set(err, 0, "librdkafka refuses its properties: %s", hidden.text);
}

int sg_client_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    enum sg_client_use use,
    struct sg_client **ret_client,
    struct sg_error *err)
{
    sg_auto(conf_free) rd_kafka_conf_t *conf = rd_kafka_conf_new();
    sg_auto(sg_client_unref) struct sg_client *client = calloc(1, sizeof *client);
    const char *servers = config->bootstrap_servers;
    char reason[512] = "";

    if (!client || !conf)
        return -ENOMEM;
    sg_refs_init(&client->refs);
    (void)pthread_mutex_init(&client->certificate_lock, NULL);

    int r = set_ours(conf, timeout_ms, err);
    for (size_t i = 0; !r && i < config->n_client; i++) {
        const struct sg_setting *setting = &config->client[i];
        if (is_bootstrap(setting->name))
            servers = setting->value; /* given to sg_client_connect() */
        else if (use != SG_CLIENT_CHECK || !is_plugin(setting->name))
            r = set_property(conf, setting->name, setting->value, err);
    }
    if (!r && use == SG_CLIENT_READER)
        r = set_reader(conf, err);
    if (!r && use == SG_CLIENT_STABLE)
        r = set_property(conf, "isolation.level", "read_committed", err);
    if (!r && use == SG_CLIENT_FOLLOWER)
        r = set_follower(conf, err);
    if (!r && use == SG_CLIENT_ADMIN)
        r = set_property(conf, "debug", "feature", err); /* added to the user's; learn_requests() */
    if (!r && use == SG_CLIENT_CHECK)
        r = set_check(conf, config, err);
    if (r)
        return r;

    client->wants_debug = sg_property_of(config, "debug") != NULL;
    client->cluster = strdup(config->name);
    client->servers = strdup(servers);
    if (!client->cluster || !client->servers)
        return -ENOMEM;
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate) != RD_KAFKA_CONF_OK)
        sg_log(SG_LOG_DEBUG, NULL, "this librdkafka has no TLS");
    client->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!client->rk) {
        hide_values(err, reason, config);
        return SG_CLIENT_E_PROPERTY;
    }
    conf = NULL; /* the handle's now */
    *ret_client = sg_take(&client);
    return 0;
}

/* ---- Creating and freeing ---- */

struct sg_client *sg_client_ref(struct sg_client *client)
{
    sg_refs_add(&client->refs);
    return client;
}

static void *destroy(void *opaque)
{
    struct sg_client *client = opaque;

    if (client->rk)
        rd_kafka_destroy_flags(client->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    (void)pthread_mutex_destroy(&client->certificate_lock);
    free(client->cluster);
    free(client->servers);
    free(client);
    return NULL;
}

struct sg_client *sg_client_unref(struct sg_client *client)
{
    pthread_t thread;

    if (!client || !sg_refs_drop(&client->refs))
        return NULL;
    if (!client->rk || sg_thread_start(destroy, client, &thread) != 0) {
        (void)destroy(client);
        return NULL;
    }
    if (!sg_join_within(thread, DESTROY_WAIT_MS))
        (void)pthread_detach(thread);
    return NULL;
}

rd_kafka_t *sg_client_get(const struct sg_client *client)
{
    return client->rk;
}

bool sg_client_has_types(const struct sg_client *client)
{
    return atomic_load(&client->has_types);
}

bool sg_client_is_kraft(const struct sg_client *client)
{
    return atomic_load(&client->is_kraft);
}

void sg_client_connect(struct sg_client *client)
{
    if (!client->servers)
        return;
    (void)rd_kafka_brokers_add(client->rk, client->servers);
    free(client->servers);
    client->servers = NULL;
}
