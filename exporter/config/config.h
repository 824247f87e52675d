/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configuration, from the YAML file and the flags, checked, with defaults filled in. It is
 * immutable once it is loaded (load.h).
 */

#include "base/sync.h"
#include "metric/alias.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_SLOW_INTERVAL_MS = 5 * 60 * 1000, /* the default; never under the interval */
};

enum {
    SG_CONSTANT_LABELS_MAX = 10
};

/* A librdkafka property, whose value may be a secret: never print it. Or a label. */
struct sg_setting {
    char *name;
    char *value;
};

/* TLS towards an agent or a proxy. Paths, or NULL: the system's CAs, no client certificate. */
struct sg_tls_config {
    char *ca_file;
    char *cert_file;
    char *key_file;     /* NULL: the key is in cert_file */
    char *key_password; /* never print it */
    char *server_name;  /* expected name in the certificate, instead of the URL's host */
    bool insecure_skip_verify;
    uint64_t files; /* the content of the three files */
};

/* Built-in catalogues, one or several, or one rule file. */
struct sg_rules_config {
    size_t n;
    char **names;
    char *place;    /* "FILE:LINE:COL" of the key, or NULL */
    size_t n_added; /* the last so many names are there because tables of "compat" need them */
};

struct sg_jmx_port {
    int32_t id; /* of the broker */
    int port;
};

/* A Jolokia that connects to other JVMs by JSR-160, and the JVMs. */
struct sg_jolokia_proxy {
    char *url;    /* NULL: no proxy, agents are polled directly */
    char *target; /* JMX service URL; for brokers with {host}, {id} and {jmx_port} */
    char *username;
    char *password; /* of the target's JMX; never print it */
    int jmx_port;   /* of every broker that is not in jmx_ports, or 0 */
    size_t n_jmx_ports;
    struct sg_jmx_port *jmx_ports;
};

/* JMX's own protocol, without an agent. */
struct sg_jmx_access {
    char *address; /* of one JVM, HOST:PORT; NULL: none, or of brokers */
    char *host;    /* for brokers, with {host} and {id} */
    int port;      /* of every broker that is not in ports, or 0 */
    size_t n_ports;
    struct sg_jmx_port *ports;
    bool has_tls;      /* TLS is configured, and required */
    bool registry_tls; /* the registry speaks TLS too */
    bool follow_stub;  /* connect to the host that the registry says */
};

/* How JVMs are polled: the brokers' common settings, or one JVM's own. */
struct sg_jolokia_source {
    char *url;      /* for brokers with {host} and {id}; NULL: none, or there is a proxy */
    char *username; /* of the agent, of the proxy, or of JMX; or NULL */
    char *password; /* or NULL; never print it */
    struct sg_tls_config tls;
    struct sg_jolokia_proxy proxy;
    struct sg_jmx_access jmx;
    struct sg_rules_config rules;
    int64_t slow_interval_ms; /* between reads of the MBeans that the rules mark as slow */
    int64_t size_interval_ms; /* between reads of the sizes of brokers' logs; 0: not read */
};

/* Where one broker's Jolokia agent is; with a proxy, its JMX service URL; without both, its JMX
 * port, HOST:PORT. */
struct sg_jolokia_target {
    int32_t id;
    char *url;
};

struct sg_jolokia_config {
    struct sg_jolokia_source source;
    size_t n_brokers;
    struct sg_jolokia_target *brokers;
    size_t n_controllers; /* KRaft controllers that are not brokers */
    struct sg_jolokia_target *controllers;
};

/* A JVM of the streaming layer that is not a broker. */
struct sg_jvm_config {
    char *name; /* not only digits: those are broker ids */
    struct sg_jolokia_source source;
    size_t n_labels;
    struct sg_setting *labels;
};

/* Which names are exported: include matches, exclude does not. NULL: everything, nothing. */
struct sg_filter_config {
    char *include; /* PCRE2, searched anywhere in the name */
    char *exclude;
};

/* A Spark structured streaming query, which commits no offsets to Kafka. */
struct sg_spark_config {
    char *name;       /* of the consumer group as which it is exported */
    char *checkpoint; /* its checkpointLocation, a directory */
};

/* What one series of a group covers. */
enum sg_granularity {
    SG_GRANULARITY_PARTITION,
    SG_GRANULARITY_TOPIC,
    SG_GRANULARITY_GROUP,
};

/* Where the lag of share groups comes from. */
enum sg_share_lag {
    SG_SHARE_LAG_NONE,
    SG_SHARE_LAG_STATE_TOPIC, /* __share_group_state */
};

/* In the order of enum sg_group_state; ends with NULL. */
enum {
    SG_GROUP_STATE_NAMES = 5
};
extern const char *const sg_group_state_names[SG_GROUP_STATE_NAMES + 1];

/* Thresholds for a group's status. */
struct sg_status_windows {
    int64_t lagging_ms;
    int64_t stalled_ms;
    int64_t rewound_ms;
};

/* How much of a cluster is exported at most; the rest is left out and counted. */
struct sg_limits {
    size_t groups;
    size_t partitions;
    size_t series;     /* of the admin collector */
    size_t jvm_series; /* of all JVMs together; each has an equal share */
};

enum {
    SG_LIMIT_GROUPS = 50000, /* the default */
    SG_LIMIT_PARTITIONS = 500000,
    SG_LIMIT_SERIES = 5000000,
    SG_LIMIT_JVM_SERIES = 700000, /* some 300 MB: see docs/performance.md */
    SG_LIMIT_GROUPS_MAX = 1000000,
    SG_LIMIT_PARTITIONS_MAX = 5000000,
    SG_LIMIT_SERIES_MAX = 50000000,
    SG_LIMIT_OWNERS_MAX = 1000000,
    SG_LIMIT_OVERRIDES_MAX = 1000000,
};

struct sg_cluster_config {
    char *name;
    char *bootstrap_servers; /* NULL: only JVMs, without a Kafka client */
    size_t n_client;
    struct sg_setting *client;
    char *client_place;    /* "FILE:LINE:COL", or NULL: from flags, or there are none */
    uint64_t client_files; /* the content of the files that these name */
    struct sg_filter_config topics;
    size_t overrides;        /* at most so many settings of topics are shown; 0: none */
    bool racks;              /* which partitions have all replicas in one */
    bool last_produced;      /* when records were last produced to each topic */
    bool last_stable_offset; /* of each partition, and groups' lag up to there */
    struct sg_filter_config groups;
    enum sg_granularity granularity;
    bool partition_status; /* a series for the status of each commit */
    enum sg_share_lag share_lag;
    size_t owners;         /* at most so many partitions are shown with their owners; 0: none */
    unsigned group_states; /* one bit for each, in the order of enum sg_group_state; 0: all */
    struct sg_status_windows status_windows;
    struct sg_limits limits;
    bool log_dirs; /* brokers' configurations are read for their log directories */
    bool has_jolokia;
    struct sg_jolokia_config jolokia;
    bool has_jmx; /* instead of Jolokia */
    struct sg_jolokia_config jmx;
    size_t n_jvms;
    struct sg_jvm_config *jvms;
    size_t n_spark;
    struct sg_spark_config *spark;
};

/** How its brokers' JVMs are read; NULL: they are not. */
static inline const struct sg_jolokia_config *sg_config_brokers(
    const struct sg_cluster_config *cluster)
{
    return cluster->has_jmx ? &cluster->jmx : cluster->has_jolokia ? &cluster->jolokia : NULL;
}

/* A catalogue that a table of aliases needs, or one whose names the table has itself. */
struct sg_table_catalogue {
    char *name;
    char *table;
    bool is_replaced; /* brokers cannot have both; otherwise they need it */
};

struct sg_table_catalogues {
    size_t n;
    struct sg_table_catalogue *list;
};

/* URLs that the status page links to; NULL: none. */
struct sg_links {
    char *dashboards; /* Grafana */
    char *prometheus;
    char *runbooks; /* what precedes "KafkaBrokerDown.md" */
};

struct sg_config {
    struct sg_refs refs;
    bool check_only; /* nothing is started or connected to */
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t stale_after_ms;
    char *cluster_label; /* name of the label with the cluster's name: kafka_cluster */
    size_t n_constant;   /* labels of every series of a cluster, besides its name */
    struct sg_setting *constant;
    size_t n_compat;
    char **compat;                               /* tables of aliases, by name or path */
    struct sg_aliases aliases;                   /* the loaded tables; see compat.h */
    struct sg_table_catalogues table_catalogues; /* of these tables */
    struct sg_links links;
    size_t n_clusters;
    struct sg_cluster_config *clusters;
};
