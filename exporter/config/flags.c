/* SPDX-License-Identifier: Apache-2.0 */
#include "config/flags.h"

#include "base/meant.h"
#include "base/yaml.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_ADDRESS ":9308"
#define DEFAULT_PATH    "/metrics"

const char sg_flags_help[] =
    "Usage: streamgauge [flags]\n"
    "\n"
    "Polls Kafka brokers' JMX through Jolokia and the cluster's admin API, and serves what they "
    "say\n"
    "as Prometheus metrics.\n"
    "\n"
    "What to watch\n"
    "  --config.file=FILE            YAML configuration; without it, one cluster from the flags "
    "below\n"
    "  --kafka.server=HOST:PORT      bootstrap server, may be repeated (default localhost:9092)\n"
    "  --jolokia.url=TEMPLATE        Jolokia of each broker, e.g. http://{host}:8778/jolokia/, "
    "where\n"
    "                                {host} and {id} are the broker's; without it, no JMX metrics\n"
    "  --topic.filter=REGEX          topics to export (default: all)\n"
    "  --topic.exclude=REGEX         topics not to export\n"
    "  --group.filter=REGEX          consumer groups to export (default: all)\n"
    "  --group.exclude=REGEX         consumer groups not to export\n"
    "  --collect.interval=DURATION   time between collections (default 15s)\n"
    "  --sasl.*, --tls.*, --offset.show-all\n"
    "                                as kafka_exporter has them; docs/migrating.md\n"
    "\n"
    "How to serve it\n"
    "  --web.listen-address=[HOST]:PORT  may be repeated (default " DEFAULT_ADDRESS ")\n"
    "  --web.telemetry-path=PATH     (default " DEFAULT_PATH ")\n"
    "  --web.external-url=URL        the URL under which others see it, e.g. behind a proxy\n"
    "  --web.route-prefix=PATH       in front of all paths (default: the external URL's path)\n"
    "  --web.systemd-socket          serve on the sockets of a systemd .socket unit\n"
    "  --web.config.file=FILE        TLS, passwords, headers and rate limit, as other exporters "
    "have "
    "them\n"
    "  --log.level=LEVEL             debug, info, warn or error (default info)\n"
    "  --log.format=FORMAT           logfmt or json (default logfmt)\n"
    "\n"
    "Instead of serving\n"
    "  --once                        collect once, print the metrics; exit code 1 if a target "
    "failed\n"
    "  --doctor                      connect to everything, tell what works, what does not, and "
    "the\n"
    "                                likely fix; exit code 1 if something fails; with\n"
    "                                --log.format=json one JSON object a check\n"
    "  --config.check                read the configuration, say what is wrong with it, connect "
    "to\n"
    "                                nothing; exit code 1 if something is\n"
    "  --rules.check=FILE            say what is wrong with a jmx_exporter rule file; exit code 1 "
    "if it\n"
    "                                cannot be used\n"
    "  --against=DUMP|URL            with --rules.check: what each rule makes of the MBeans of a "
    "dump\n"
    "                                (an agent's answer, as JSON) or of a Jolokia agent\n"
    "  --config.keys                 print every key of the configuration file, as Markdown\n"
    "  --metrics.list                print every metric that can be exported, as Markdown\n"
    "  -h, --help, --version\n";

enum option_id {
    CONFIG_FILE = 1,
    KAFKA_SERVER,
    JOLOKIA_URL,
    TOPIC_FILTER,
    TOPIC_EXCLUDE,
    GROUP_FILTER,
    GROUP_EXCLUDE,
    COLLECT_INTERVAL,
    LISTEN_ADDRESS,
    TELEMETRY_PATH,
    WEB_CONFIG_FILE,
    WEB_SYSTEMD_SOCKET,
    WEB_EXTERNAL_URL,
    WEB_ROUTE_PREFIX,
    LOG_LEVEL,
    LOG_FORMAT,
    ONCE,
    DOCTOR,
    CONFIG_CHECK,
    CONFIG_KEYS,
    METRICS_LIST,
    RULES_CHECK,
    AGAINST,
    HELP,
    VERSION,
};

static const struct option options[] = {
    { "config.file", required_argument, NULL, CONFIG_FILE },
    { "kafka.server", required_argument, NULL, KAFKA_SERVER },
    { "jolokia.url", required_argument, NULL, JOLOKIA_URL },
    { "topic.filter", required_argument, NULL, TOPIC_FILTER },
    { "topic.exclude", required_argument, NULL, TOPIC_EXCLUDE },
    { "group.filter", required_argument, NULL, GROUP_FILTER },
    { "group.exclude", required_argument, NULL, GROUP_EXCLUDE },
    { "collect.interval", required_argument, NULL, COLLECT_INTERVAL },
    { "web.listen-address", required_argument, NULL, LISTEN_ADDRESS },
    { "web.telemetry-path", required_argument, NULL, TELEMETRY_PATH },
    { "web.config.file", required_argument, NULL, WEB_CONFIG_FILE },
    { "web.external-url", required_argument, NULL, WEB_EXTERNAL_URL },
    { "web.route-prefix", required_argument, NULL, WEB_ROUTE_PREFIX },
    { "web.systemd-socket", no_argument, NULL, WEB_SYSTEMD_SOCKET },
    { "log.level", required_argument, NULL, LOG_LEVEL },
    { "log.format", required_argument, NULL, LOG_FORMAT },
    { "once", no_argument, NULL, ONCE },
    { "doctor", no_argument, NULL, DOCTOR },
    { "config.check", no_argument, NULL, CONFIG_CHECK },
    { "config.keys", no_argument, NULL, CONFIG_KEYS },
    { "metrics.list", no_argument, NULL, METRICS_LIST },
    { "rules.check", required_argument, NULL, RULES_CHECK },
    { "against", required_argument, NULL, AGAINST },
    { "help", no_argument, NULL, HELP },
    { "version", no_argument, NULL, VERSION },
    { NULL, 0, NULL, 0 },
};

/* @return the word's place in the list, or -1 */
static int place_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    return -1;
}

static int add_repeated(
    const char *flag, const char *value, const char **list, size_t *n, struct sg_error *err)
{
    if (*n == SG_FLAG_REPEATS_MAX)
        return sg_error_set(
            err, SG_FLAGS_E_USAGE, "%s: given more than %d times", flag, SG_FLAG_REPEATS_MAX);
    list[(*n)++] = value;
    return 0;
}

static int take_option(
    struct sg_flags *flags, enum option_id id, const char *value, struct sg_error *err)
{
    static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
    static const char *const formats[] = { "logfmt", "json", NULL };
    int place;

    switch (id) {
    case CONFIG_FILE:
        flags->config.file = value;
        break;
    case KAFKA_SERVER:
        return add_repeated(
            "--kafka.server", value, flags->servers, &flags->config.n_kafka_servers, err);
    case JOLOKIA_URL:
        flags->config.jolokia_url = value;
        break;
    case TOPIC_FILTER:
        flags->config.topic_filter = value;
        break;
    case TOPIC_EXCLUDE:
        flags->config.topic_exclude = value;
        break;
    case GROUP_FILTER:
        flags->config.group_filter = value;
        break;
    case GROUP_EXCLUDE:
        flags->config.group_exclude = value;
        break;
    case COLLECT_INTERVAL:
        if (!sg_duration_parse_ms(sg_str_of(value), &flags->config.interval_ms) ||
            flags->config.interval_ms == 0)
            return sg_error_set(err, SG_FLAGS_E_USAGE,
                "--collect.interval: \"%.80s\" is not a duration such as 15s or 1m", value);
        break;
    case LISTEN_ADDRESS:
        return add_repeated(
            "--web.listen-address", value, flags->addresses, &flags->n_addresses, err);
    case TELEMETRY_PATH:
        if (value[0] != '/' || !value[1])
            return sg_error_set(err, SG_FLAGS_E_USAGE,
                "--web.telemetry-path: \"%.80s\" must start with / and name a path", value);
        if (!sg_web_path_is_plain(value))
            return sg_error_set(err, SG_FLAGS_E_USAGE,
                "--web.telemetry-path: \"%.80s\" is not a path such as /metrics", value);
        flags->telemetry_path = value;
        break;
    case WEB_SYSTEMD_SOCKET:
        flags->systemd_socket = true;
        break;
    case WEB_EXTERNAL_URL: /* empty is none, as with Prometheus */
        flags->external_url = value[0] ? value : NULL;
        break;
    case WEB_ROUTE_PREFIX:
        flags->route_prefix = value[0] ? value : NULL;
        break;
    case WEB_CONFIG_FILE: /* empty is none, as with other exporters */
        flags->web_config_file = value[0] ? value : NULL;
        break;
    case LOG_LEVEL:
        place = place_of(value, levels);
        if (place < 0)
            return sg_error_set(err, SG_FLAGS_E_USAGE,
                "--log.level: \"%.80s\" is not debug, info, warn or error", value);
        flags->log_level = (enum sg_log_level)place;
        break;
    case LOG_FORMAT:
        place = place_of(value, formats);
        if (place < 0)
            return sg_error_set(
                err, SG_FLAGS_E_USAGE, "--log.format: \"%.80s\" is not logfmt or json", value);
        flags->log_format = (enum sg_log_format)place;
        break;
    case ONCE:
        flags->mode = SG_MODE_ONCE;
        break;
    case DOCTOR:
        flags->mode = SG_MODE_DOCTOR;
        break;
    case CONFIG_CHECK:
        flags->mode = SG_MODE_CHECK_CONFIG;
        flags->config.check_only = true;
        break;
    case CONFIG_KEYS:
        flags->mode = SG_MODE_LIST_KEYS;
        break;
    case METRICS_LIST:
        flags->mode = SG_MODE_LIST_METRICS;
        break;
    case RULES_CHECK:
        flags->mode = SG_MODE_CHECK_RULES;
        flags->rule_file = value;
        break;
    case AGAINST:
        flags->against = value;
        break;
    case HELP:
        flags->mode = SG_MODE_HELP;
        break;
    case VERSION:
        flags->mode = SG_MODE_VERSION;
        break;
    }
    return 0;
}

/* "unknown flag --x", without its value, which may be a secret; and which one was meant. */
static int refuse_unknown(const char *argument, struct sg_error *err)
{
    const char *names[sizeof options / sizeof options[0] + SG_KAFKA_EXPORTER_FLAGS_MAX];
    char name[64];
    size_t n = 0;

    for (size_t i = 0; options[i].name; i++)
        names[n++] = options[i].name;
    for (size_t i = 0; sg_kafka_exporter_name(i); i++)
        names[n++] = sg_kafka_exporter_name(i);
    names[n] = NULL;
    int len = (int)strcspn(argument, "=");
    (void)snprintf(name, sizeof name, "%.*s", len > 2 ? len - 2 : 0, argument + (len > 2 ? 2 : 0));
    const char *meant = sg_meant(name, names);
    return sg_error_set(err, SG_FLAGS_E_USAGE, "unknown flag %.*s; %s%s%s", len < 200 ? len : 200,
        argument, meant ? "did you mean --" : "see --help", meant ? meant : "", meant ? "?" : "");
}

/* A flag that is not ours may be kafka_exporter's. */
static int take_foreign(struct sg_flags *flags, char **argv, int at, struct sg_error *err)
{
    bool used_next = false;

    int r = sg_kafka_exporter_take(&flags->kafka_exporter, argv[at], argv[at + 1], &used_next, err);
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
    ret_flags->config.kafka_servers = ret_flags->servers;

    opterr = 0; /* the messages are ours */
    optind = 0; /* glibc: start afresh */
    for (;;) {
        int at = optind ? optind : 1;
        int id = getopt_long(argc, argv, "+:h", options, NULL);
        if (id == -1)
            break;
        if (id == 'h')
            id = HELP;
        if (id == ':')
            return sg_error_set(
                err, SG_FLAGS_E_USAGE, "%.200s needs a value, as in %.200s=…", argv[at], argv[at]);
        int r = id == '?' ? take_foreign(ret_flags, argv, at, err)
                          : take_option(ret_flags, (enum option_id)id, optarg, err);
        if (r)
            return r;
    }
    if (optind < argc)
        return sg_error_set(
            err, SG_FLAGS_E_USAGE, "\"%.200s\" is not a flag; see --help", argv[optind]);
    if (ret_flags->against && ret_flags->mode != SG_MODE_CHECK_RULES)
        return sg_error_set(err, SG_FLAGS_E_USAGE, "--against goes with --rules.check=FILE");
    if (ret_flags->systemd_socket && ret_flags->n_addresses)
        return sg_error_set(err, SG_FLAGS_E_USAGE,
            "--web.systemd-socket and --web.listen-address exclude each other");
    if (ret_flags->n_addresses == 0 && !ret_flags->systemd_socket)
        ret_flags->addresses[ret_flags->n_addresses++] = DEFAULT_ADDRESS;
    if (sg_web_urls_read(ret_flags->external_url, ret_flags->route_prefix, &ret_flags->urls, err))
        return SG_FLAGS_E_USAGE;
    return finish_foreign(ret_flags, err);
}
