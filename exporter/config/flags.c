/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"

#include "base/meant.h"
#include "base/yaml.h"
#include "config/kinds.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_ADDRESS ":9308"
#define DEFAULT_PATH    "/metrics"

const char sg_flags_help[] =
    "Usage: streamgauge [flags]\n"
    "\n"
    "Polls Kafka brokers' JMX, through Jolokia or by their JMX ports, and the cluster's admin "
    "API,\n"
    "and serves the results as Prometheus metrics.\n"
    "\n"
    "What to watch\n"
    "  --config.file=FILE            YAML configuration; without it, one cluster from the flags "
    "below\n"
    "  --kafka.server=HOST:PORT      bootstrap server, may be repeated (default localhost:9092)\n"
    "  --jolokia.url=TEMPLATE        Jolokia of each broker, e.g. http://{host}:8778/jolokia/, "
    "where\n"
    "                                {host} and {id} are the broker's; without it, no JMX metrics\n"
    "  --jmx.port=PORT               JMX port of every broker (JMX_PORT), read without an agent\n"
    "  --topic.filter=REGEX          topics to export (default: all)\n"
    "  --topic.exclude=REGEX         topics not to export\n"
    "  --group.filter=REGEX          consumer groups to export (default: all)\n"
    "  --group.exclude=REGEX         consumer groups not to export\n"
    "  --collect.interval=DURATION   time between collections (default 15s)\n"
    "  --sasl.*, --tls.*, --offset.show-all\n"
    "                                as kafka_exporter has them; docs/migrating.md\n"
    "\n"
    "How to serve it\n"
    "  --web.listen-address=[HOST]:PORT  address, may be repeated (default " DEFAULT_ADDRESS ")\n"
    "  --web.telemetry-path=PATH     path of the metrics (default " DEFAULT_PATH ")\n"
    "  --web.external-url=URL        URL of the pages for others, e.g. behind a proxy\n"
    "  --web.route-prefix=PATH       prefix of all paths (default: the external URL's path)\n"
    "  --web.systemd-socket          serve on the sockets of a systemd .socket unit\n"
    "  --web.config.file=FILE        file with TLS, passwords, headers and rate limit, as other\n"
    "                                exporters have it\n"
    "  --log.level=LEVEL             least level that is logged: debug, info, warn or error\n"
    "                                (default info)\n"
    "  --log.format=FORMAT           format of the log: logfmt or json (default logfmt)\n"
    "\n"
    "Instead of serving\n"
    "  --once                        collect once, print the metrics; exit code 1 if a target "
    "failed\n"
    "  --doctor                      connect to everything, report what works, what does not, and\n"
    "                                the likely fix; exit code 1 if something fails; with\n"
    "                                --log.format=json one JSON object per check\n"
    "  --config.check                check the configuration and report errors, without "
    "connecting\n"
    "                                to anything; exit code 1 if there are errors\n"
    "  --rules.check=FILE            report errors and warnings in a jmx_exporter rule file; exit\n"
    "                                code 1 if it cannot be used\n"
    "  --against=DUMP|URL            with --rules.check: what each rule yields for the MBeans of a "
    "dump\n"
    "                                (an agent's answer, as JSON), of a Jolokia agent, or of\n"
    "                                jmx://HOST:PORT, a JMX port\n"
    "  --config.keys                 print every key of the configuration file, as Markdown\n"
    "  --config.list                 print every flag but kafka_exporter's, and every key of the\n"
    "                                configuration, web and compat files, one per line\n"
    "  --metrics.list                print every metric that can be exported, as Markdown\n"
    "  -h, --help, --version\n";

enum option_kind {
    MODE,    /* without a value */
    SWITCH,  /* bool, likewise */
    TEXT,    /* const char * */
    URL,     /* likewise; empty means none, as with Prometheus and other exporters */
    PATH,    /* likewise, one that we serve */
    TEXTS,   /* a list of them; may be repeated */
    WORD,    /* unsigned, the index in the words */
    DURATION /* int64_t, milliseconds */
};

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t at;         /* offset of the value in struct sg_flags */
    size_t n_at;       /* offset of the number of texts */
    enum sg_mode mode; /* that it selects, or SG_MODE_SERVE: none */
    const char *const *words;
};

#define AT(member)       .at = offsetof(struct sg_flags, member)
#define LIST_AT(list, n) .at = offsetof(struct sg_flags, list), .n_at = offsetof(struct sg_flags, n)

/* In the order of their enums. */
static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const formats[] = { "logfmt", "json", NULL };

static const struct option_row table[] = {
    { "config.file", TEXT, AT(config.file) },
    { "kafka.server", TEXTS, LIST_AT(servers, config.n_kafka_servers) },
    { "jolokia.url", TEXT, AT(config.jolokia_url) },
    { "jmx.port", TEXT, AT(config.jmx_port) },
    { "topic.filter", TEXT, AT(config.topic_filter) },
    { "topic.exclude", TEXT, AT(config.topic_exclude) },
    { "group.filter", TEXT, AT(config.group_filter) },
    { "group.exclude", TEXT, AT(config.group_exclude) },
    { "collect.interval", DURATION, AT(config.interval_ms) },
    { "web.listen-address", TEXTS, LIST_AT(addresses, n_addresses) },
    { "web.telemetry-path", PATH, AT(telemetry_path) },
    { "web.config.file", URL, AT(web_config_file) },
    { "web.external-url", URL, AT(external_url) },
    { "web.route-prefix", URL, AT(route_prefix) },
    { "web.systemd-socket", SWITCH, AT(systemd_socket) },
    { "log.level", WORD, AT(log_level), .words = levels },
    { "log.format", WORD, AT(log_format), .words = formats },
    { "once", MODE, .mode = SG_MODE_ONCE },
    { "doctor", MODE, .mode = SG_MODE_DOCTOR },
    { "config.check", MODE, .mode = SG_MODE_CHECK_CONFIG },
    { "config.keys", MODE, .mode = SG_MODE_LIST_KEYS },
    { "config.list", MODE, .mode = SG_MODE_LIST_NAMES },
    { "metrics.list", MODE, .mode = SG_MODE_LIST_METRICS },
    { "rules.check", TEXT, AT(rule_file), .mode = SG_MODE_CHECK_RULES },
    { "against", TEXT, AT(against) },
    { "help", MODE, .mode = SG_MODE_HELP },
    { "version", MODE, .mode = SG_MODE_VERSION },
};

enum {
    N_OPTIONS = sizeof table / sizeof table[0],
    FIRST_ID = 256, /* of the table's first row; getopt_long() returns characters as well */
};

const char *sg_flag_name(size_t i)
{
    return i < N_OPTIONS ? table[i].name : NULL;
}

static int set_path(
    const struct option_row *row, const char *value, const char **ret_path, struct sg_error *err)
{
    if (value[0] != '/' || !value[1])
        return sg_error_set(err, SG_FLAGS_E_USAGE,
            "--%s: \"%.80s\" must start with / and name a path", row->name, value);
    if (!sg_web_path_is_plain(value))
        return sg_error_set(err, SG_FLAGS_E_USAGE, "--%s: \"%.80s\" is not a path such as /metrics",
            row->name, value);
    *ret_path = value;
    return 0;
}

static int set_word(
    const struct option_row *row, const char *value, unsigned *ret_place, struct sg_error *err)
{
    int place = sg_find_word(row->words, sg_str_of(value));
    char words[80];

    if (place >= 0) {
        *ret_place = (unsigned)place;
        return 0;
    }
    return sg_error_set(err, SG_FLAGS_E_USAGE, "--%s: \"%.80s\" is not %s", row->name, value,
        sg_words_text(row->words, words, sizeof words));
}

static int set_option(
    struct sg_flags *flags, const struct option_row *row, const char *value, struct sg_error *err)
{
    void *at = (char *)flags + row->at;
    size_t *n = (size_t *)(void *)((char *)flags + row->n_at);

    if (row->mode != SG_MODE_SERVE)
        flags->mode = row->mode;
    switch (row->kind) {
    case MODE:
        return 0;
    case SWITCH:
        *(bool *)at = true;
        return 0;
    case TEXT:
        *(const char **)at = value;
        return 0;
    case URL:
        *(const char **)at = value[0] ? value : NULL;
        return 0;
    case PATH:
        return set_path(row, value, at, err);
    case TEXTS:
        if (*n == SG_FLAG_REPEATS_MAX)
            return sg_error_set(err, SG_FLAGS_E_USAGE, "--%s: given more than %d times", row->name,
                SG_FLAG_REPEATS_MAX);
        ((const char **)at)[(*n)++] = value;
        return 0;
    case WORD:
        return set_word(row, value, at, err);
    case DURATION:
        if (sg_duration_parse_ms(sg_str_of(value), at) && *(int64_t *)at > 0)
            return 0;
        return sg_error_set(err, SG_FLAGS_E_USAGE,
            "--%s: \"%.80s\" is not a duration such as 15s or 1m", row->name, value);
    }
    return 0;
}

/* "unknown flag --x", without its value, which may be a secret, and with a suggestion. */
static int refuse_unknown(const char *argument, struct sg_error *err)
{
    const char *names[N_OPTIONS + SG_KAFKA_EXPORTER_FLAGS_MAX + 1];
    char name[64];
    size_t n = 0;

    for (size_t i = 0; i < N_OPTIONS; i++)
        names[n++] = table[i].name;
    for (size_t i = 0; sg_kafka_exporter_name(i); i++)
        names[n++] = sg_kafka_exporter_name(i);
    names[n] = NULL;
    int len = (int)strcspn(argument, "=");
    (void)snprintf(name, sizeof name, "%.*s", len > 2 ? len - 2 : 0, argument + (len > 2 ? 2 : 0));
    const char *meant = sg_meant(name, names);
    return sg_error_set(err, SG_FLAGS_E_USAGE, "unknown flag %.*s; %s%s%s", len < 200 ? len : 200,
        argument, meant ? "did you mean --" : "see --help", meant ? meant : "", meant ? "?" : "");
}

/* A flag that is not in this table may be kafka_exporter's. */
static int read_foreign(struct sg_flags *flags, char **argv, int at, struct sg_error *err)
{
    bool used_next = false;

    int r = sg_kafka_exporter_read_flag(
        &flags->kafka_exporter, argv[at], argv[at + 1], &used_next, err);
    if (r == SG_KAFKA_EXPORTER_E_UNKNOWN)
        return refuse_unknown(argv[at], err);
    optind = at + 1 + used_next;
    return r ? SG_FLAGS_E_USAGE : 0;
}

static int finish_foreign(struct sg_flags *flags, struct sg_error *err)
{
    if (sg_kafka_exporter_finish(&flags->kafka_exporter, err))
        return SG_FLAGS_E_USAGE;
    flags->config.n_client = flags->kafka_exporter.n_properties;
    flags->config.client = flags->kafka_exporter.properties;
    flags->config.labels = flags->kafka_exporter.labels;
    flags->config.only_connected_groups = flags->kafka_exporter.only_connected_groups;
    return 0;
}

int sg_flags_parse(int argc, char **argv, struct sg_flags *ret_flags, struct sg_error *err)
{
    *ret_flags = (struct sg_flags){
        .mode = SG_MODE_SERVE,
        .telemetry_path = DEFAULT_PATH,
        .log_level = SG_LOG_INFO,
        .log_format = SG_LOG_LOGFMT,
    };
    struct option options[N_OPTIONS + 1] = { { NULL, 0, NULL, 0 } };

    ret_flags->config.kafka_servers = ret_flags->servers;
    for (int i = 0; i < N_OPTIONS; i++)
        options[i] = (struct option){ table[i].name,
            table[i].kind == MODE || table[i].kind == SWITCH ? no_argument : required_argument,
            NULL, FIRST_ID + i };
    opterr = 0; /* messages are written here */
    optind = 0; /* glibc: restart the scan */
    for (;;) {
        int at = optind ? optind : 1;
        int id = getopt_long(argc, argv, "+:h", options, NULL);
        if (id == -1)
            break;
        if (id == ':')
            return sg_error_set(
                err, SG_FLAGS_E_USAGE, "%.200s needs a value, as in %.200s=…", argv[at], argv[at]);
        int r = 0;
        if (id == 'h')
            ret_flags->mode = SG_MODE_HELP;
        else if (id == '?')
            r = read_foreign(ret_flags, argv, at, err);
        else
            r = set_option(ret_flags, &table[id - FIRST_ID], optarg, err);
        if (r)
            return r;
    }
    if (optind < argc)
        return sg_error_set(
            err, SG_FLAGS_E_USAGE, "\"%.200s\" is not a flag; see --help", argv[optind]);
    if (ret_flags->against && ret_flags->mode != SG_MODE_CHECK_RULES)
        return sg_error_set(err, SG_FLAGS_E_USAGE, "--against needs --rules.check=FILE");
    if (ret_flags->systemd_socket && ret_flags->n_addresses)
        return sg_error_set(err, SG_FLAGS_E_USAGE,
            "--web.systemd-socket and --web.listen-address exclude each other");
    if (ret_flags->n_addresses == 0 && !ret_flags->systemd_socket)
        ret_flags->addresses[ret_flags->n_addresses++] = DEFAULT_ADDRESS;
    if (sg_web_urls_read(ret_flags->external_url, ret_flags->route_prefix, &ret_flags->urls, err))
        return SG_FLAGS_E_USAGE;
    ret_flags->config.check_only = ret_flags->mode == SG_MODE_CHECK_CONFIG;
    return finish_foreign(ret_flags, err);
}
