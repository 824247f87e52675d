/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The exporter's own metrics: clusters and brokers up, the state of each collector, its process.
 *
 * It is sampled just before a page is made, from the store's bookkeeping, so that these series are
 * never stale: they report it when everything else is gone.
 */

#include "collector.h"

#include "base/auto.h"
#include "base/build.h"
#include "base/log.h"
#include "metric/label_names.h"
#include "self/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum family {
    CLUSTER_UP,
    BROKER_UP,
    COLLECTOR_SUCCESS,
    COLLECTOR_DURATION,
    COLLECTOR_COLLECTIONS,
    COLLECTOR_LAST_SUCCESS,
    COLLECTOR_SERIES,
    COLLECTOR_ERRORS,
    DROPPED_SAMPLES,
    HTTP_REQUESTS,
    HTTP_REFUSED,
    WEB_CERTIFICATE,
    JOLOKIA_CERTIFICATE,
    LOG_DROPPED,
    COLLECT_INTERVAL,
    SCRAPE_PERIOD,
    RELOAD_SUCCESSFUL,
    RELOAD_TIMESTAMP,
    BUILD_INFO,
    PROCESS_CPU,
    PROCESS_OPEN_FDS,
    PROCESS_MAX_FDS,
    PROCESS_RESIDENT,
    PROCESS_VIRTUAL,
    PROCESS_VIRTUAL_MAX,
    PROCESS_THREADS,
    PROCESS_START,
    FAMILIES,
};

static const struct sg_family families[FAMILIES + 1] = {
    [CLUSTER_UP] = { "streamgauge_cluster_up", SG_METRIC_GAUGE,
        "1 if the latest Metadata request to the cluster was answered, otherwise 0." },
    [BROKER_UP] = { "streamgauge_broker_up", SG_METRIC_GAUGE,
        "1 if the broker is in the cluster's latest Metadata answer and answered a request of its "
        "own, otherwise 0. A broker once known stays." },
    [COLLECTOR_SUCCESS] = { "streamgauge_collector_success", SG_METRIC_GAUGE,
        "1 if the collector's latest collection from the target was complete, otherwise 0." },
    [COLLECTOR_DURATION] = { "streamgauge_collector_duration_seconds", SG_METRIC_GAUGE,
        "How long the collector's latest collection from the target took." },
    [COLLECTOR_COLLECTIONS] = { "streamgauge_collector_collections_total", SG_METRIC_COUNTER,
        "Collections from the target that have finished, complete or not. In step with one scraper "
        "it rises by 1 from scrape to scrape." },
    [COLLECTOR_LAST_SUCCESS] = { "streamgauge_collector_last_success_timestamp_seconds",
        SG_METRIC_GAUGE, "When the collector's latest complete collection finished, Unix time." },
    [COLLECTOR_SERIES] = { "streamgauge_collector_series", SG_METRIC_GAUGE,
        "Series from the target that are on this page." },
    [COLLECTOR_ERRORS] = { "streamgauge_collector_errors_total", SG_METRIC_COUNTER,
        "Failures of collections from the target, by kind." },
    [DROPPED_SAMPLES] = { "streamgauge_dropped_samples_total", SG_METRIC_COUNTER,
        "Samples that were collected but not exported, by reason." },
    [HTTP_REQUESTS] = { "streamgauge_http_requests_total", SG_METRIC_COUNTER,
        "Requests that were answered, by status code." },
    [HTTP_REFUSED] = { "streamgauge_http_refused_total", SG_METRIC_COUNTER,
        "Connections and requests that were refused or cut off, by reason." },
    [WEB_CERTIFICATE] = { "streamgauge_web_certificate_not_after_timestamp_seconds",
        SG_METRIC_GAUGE,
        "When the first certificate of the chain ends that clients of this page get, Unix time; "
        "absent without TLS." },
    [JOLOKIA_CERTIFICATE] = { "streamgauge_jolokia_certificate_not_after_timestamp_seconds",
        SG_METRIC_GAUGE,
        "When the first certificate of the chain ends that the target's agent sent, Unix time; "
        "absent without TLS." },
    [LOG_DROPPED] = { "streamgauge_log_lines_dropped_total", SG_METRIC_COUNTER,
        "Lines of the log that were not written, because stderr was full or had no reader." },
    [COLLECT_INTERVAL] = { "streamgauge_collect_interval_seconds", SG_METRIC_GAUGE,
        "From the start of a collection to the start of the next: the configured interval, or what "
        "the scraper's period makes of it." },
    [SCRAPE_PERIOD] = { "streamgauge_scrape_period_seconds", SG_METRIC_GAUGE,
        "Period of the scraper that collections are in step with; absent when none is steady." },
    [RELOAD_SUCCESSFUL] = { "streamgauge_config_last_reload_successful", SG_METRIC_GAUGE,
        "1 if the configuration was valid when it was last loaded, otherwise 0; the previous one "
        "stays in use." },
    [RELOAD_TIMESTAMP] = { "streamgauge_config_last_reload_success_timestamp_seconds",
        SG_METRIC_GAUGE, "When the configuration that is in use was loaded, Unix time." },
    [BUILD_INFO] = { "streamgauge_build_info", SG_METRIC_INFO,
        "1; the labels say which build this is, and the versions of the libraries that it uses." },
    /* Not process_*: on this page those are of brokers and JVMs, under jmx_exporter's names. */
    [PROCESS_CPU] = { "streamgauge_process_cpu_seconds_total", SG_METRIC_COUNTER,
        "User and system CPU time of Streamgauge." },
    [PROCESS_OPEN_FDS] = { "streamgauge_process_open_fds", SG_METRIC_GAUGE,
        "Open file descriptors of Streamgauge." },
    [PROCESS_MAX_FDS] = { "streamgauge_process_max_fds", SG_METRIC_GAUGE,
        "Limit of Streamgauge's open file descriptors." },
    [PROCESS_RESIDENT] = { "streamgauge_process_resident_memory_bytes", SG_METRIC_GAUGE,
        "Resident memory of Streamgauge." },
    [PROCESS_VIRTUAL] = { "streamgauge_process_virtual_memory_bytes", SG_METRIC_GAUGE,
        "Virtual memory of Streamgauge." },
    [PROCESS_VIRTUAL_MAX] = { "streamgauge_process_virtual_memory_max_bytes", SG_METRIC_GAUGE,
        "Limit of Streamgauge's virtual memory; 2^64 - 1 is none." },
    [PROCESS_THREADS] = { "streamgauge_process_threads", SG_METRIC_GAUGE,
        "Threads of Streamgauge." },
    [PROCESS_START] = { "streamgauge_process_start_time_seconds", SG_METRIC_GAUGE,
        "When Streamgauge started, Unix time." },
};

struct self {
    struct sg_program_env env;
    double start_unix_s; /* read once, because alerts on restarts compare it */
    struct sg_series_table *table;
    uint32_t families[FAMILIES];
};

/* A name that cannot be a label value, such as a too long one, loses only its own series. */
static void put_int(struct self *self,
    enum family family,
    const struct sg_label *labels,
    size_t n_labels,
    int64_t value)
{
    (void)sg_series_table_put_int(self->table, self->families[family], labels, n_labels, value);
}

static void put_double(struct self *self,
    enum family family,
    const struct sg_label *labels,
    size_t n_labels,
    double value)
{
    (void)sg_series_table_put_double(self->table, self->families[family], labels, n_labels, value);
}

static int put_clusters(struct self *self, const struct sg_clusters *clusters)
{
    for (size_t i = 0; i < clusters->n; i++) {
        const struct sg_cluster *cluster = clusters->clusters[i];
        struct sg_label labels[2] = { { sg_str_of(clusters->label),
            sg_str_of(sg_cluster_name(cluster)) } };
        enum sg_cluster_state state = sg_cluster_get_state(cluster);
        sg_auto_free struct sg_broker *brokers = NULL;
        size_t n_brokers;

        if (state == SG_CLUSTER_UNKNOWN || state == SG_CLUSTER_NO_KAFKA)
            continue; /* not requested yet, or never: absent, not 0 */
        put_int(self, CLUSTER_UP, labels, 1, state == SG_CLUSTER_UP);
        int r = sg_cluster_copy_brokers(cluster, &brokers, &n_brokers);
        if (r)
            return r;
        for (size_t j = 0; j < n_brokers; j++) {
            char id[16];
            (void)snprintf(id, sizeof id, "%d", brokers[j].id);
            labels[1] = (struct sg_label){ SG_OWN_LABEL(broker), sg_str_of(id) };
            put_int(self, BROKER_UP, labels, 2, brokers[j].up);
        }
    }
    return 0;
}

static void put_certificate(
    struct self *self, const struct sg_slot_status *status, const struct sg_label labels[3])
{
    const struct sg_label of_target[] = { labels[0], labels[2] };

    if (status->certificate_end_unix_s)
        put_int(self, JOLOKIA_CERTIFICATE, of_target, 2, status->certificate_end_unix_s);
}

static void put_slots(struct self *self, const char *cluster_label)
{
    size_t n = sg_store_n_slots(self->env.store);

    for (size_t i = 0; i < n; i++) {
        struct sg_slot_status status;
        if (!sg_store_slot_status(self->env.store, i, &status) || !status.has_run)
            continue;
        struct sg_label labels[4] = {
            { sg_str_of(cluster_label), sg_str_of(status.cluster) },
            { SG_OWN_LABEL(collector), sg_str_of(status.collector) },
            { SG_OWN_LABEL(target), sg_str_of(status.target) },
        };
        put_int(self, COLLECTOR_SUCCESS, labels, 3, status.success);
        put_double(self, COLLECTOR_DURATION, labels, 3, (double)status.duration_ms / 1000);
        put_int(self, COLLECTOR_COLLECTIONS, labels, 3, (int64_t)status.n_collections);
        if (status.last_success_unix_ms)
            put_double(self, COLLECTOR_LAST_SUCCESS, labels, 3,
                (double)status.last_success_unix_ms / 1000);
        put_int(self, COLLECTOR_SERIES, labels, 3, (int64_t)status.n_series);
        put_certificate(self, &status, labels);
        for (int kind = 0; kind < SG_FAILURE_KINDS; kind++) {
            labels[3] = (struct sg_label){ SG_OWN_LABEL(kind),
                sg_str_of(sg_failure_kind_text((enum sg_failure_kind)kind)) };
            put_int(self, COLLECTOR_ERRORS, labels, 4, (int64_t)status.n_failures[kind]);
        }
    }
    for (int reason = 0; reason < SG_DROP_REASONS; reason++) {
        struct sg_label label = { SG_OWN_LABEL(reason),
            sg_str_of(sg_drop_reason_text((enum sg_drop_reason)reason)) };
        put_int(self, DROPPED_SAMPLES, &label, 1,
            (int64_t)sg_store_n_dropped(self->env.store, (enum sg_drop_reason)reason));
    }
}

static void put_http(struct self *self)
{
    long long end_unix_s = atomic_load(&self->env.http->certificate_end_unix_s);
    static const char *const reasons[SG_HTTP_REFUSALS] = {
        [SG_HTTP_REFUSED_MALFORMED] = "malformed",
        [SG_HTTP_REFUSED_TIMEOUT] = "request_timeout",
        [SG_HTTP_REFUSED_IDLE] = "idle",
        [SG_HTTP_REFUSED_SLOW] = "slow_reader",
        [SG_HTTP_REFUSED_CROWD] = "too_many_connections",
        [SG_HTTP_REFUSED_BODY] = "body",
    };

    for (int status = 100; status <= SG_HTTP_STATUS_MAX; status++) {
        unsigned long long n = atomic_load(&self->env.http->by_status[status]);
        char code[16];
        (void)snprintf(code, sizeof code, "%d", status);
        struct sg_label label = { SG_OWN_LABEL(code), sg_str_of(code) };
        if (n || status == 200)
            put_int(self, HTTP_REQUESTS, &label, 1, (int64_t)n);
    }
    if (end_unix_s)
        put_int(self, WEB_CERTIFICATE, NULL, 0, end_unix_s);
    for (int why = 0; why < SG_HTTP_REFUSALS; why++) {
        struct sg_label label = { SG_OWN_LABEL(reason), sg_str_of(reasons[why]) };
        put_int(self, HTTP_REFUSED, &label, 1, (int64_t)atomic_load(&self->env.http->refused[why]));
    }
}

static void put_process(struct self *self)
{
    const struct sg_build build = sg_build_get();
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(version), sg_str_of(build.version) },
        { SG_OWN_LABEL(revision), sg_str_of(build.revision) },
        { SG_OWN_LABEL(compiler), sg_str_of(build.compiler) },
        { SG_OWN_LABEL(librdkafka), sg_str_of(build.librdkafka) },
        { SG_OWN_LABEL(libcurl), sg_str_of(build.libcurl) },
        { SG_OWN_LABEL(libmicrohttpd), sg_str_of(build.libmicrohttpd) },
    };
    struct sg_process process;

    put_int(self, BUILD_INFO, labels, sizeof labels / sizeof labels[0], 1);
    if (sg_process_read(&process))
        return;
    put_double(self, PROCESS_CPU, NULL, 0, process.cpu_s);
    put_int(self, PROCESS_OPEN_FDS, NULL, 0, process.open_fds);
    put_int(self, PROCESS_MAX_FDS, NULL, 0, process.max_fds);
    put_int(self, PROCESS_RESIDENT, NULL, 0, process.resident_bytes);
    put_int(self, PROCESS_VIRTUAL, NULL, 0, process.virtual_bytes);
    put_double(self, PROCESS_VIRTUAL_MAX, NULL, 0, process.virtual_max_bytes);
    put_int(self, PROCESS_THREADS, NULL, 0, process.threads);
    if (self->start_unix_s == 0)
        self->start_unix_s = process.start_unix_s;
    put_double(self, PROCESS_START, NULL, 0, self->start_unix_s);
}

static void put_notes(struct self *self)
{
    const struct sg_program_state *notes = self->env.notes;
    long long period_ms = atomic_load(&notes->scrape_period_ms);

    put_int(self, LOG_DROPPED, NULL, 0, (int64_t)sg_log_n_dropped());
    put_double(self, COLLECT_INTERVAL, NULL, 0, (double)atomic_load(&notes->pause_ms) / 1000);
    if (period_ms)
        put_double(self, SCRAPE_PERIOD, NULL, 0, (double)period_ms / 1000);
    put_int(self, RELOAD_SUCCESSFUL, NULL, 0, !atomic_load(&notes->reload_failed));
    put_double(self, RELOAD_TIMESTAMP, NULL, 0, (double)atomic_load(&notes->loaded_unix_ms) / 1000);
}

static int sample(void *self_pointer, struct sg_sample_set **ret_set)
{
    struct self *self = self_pointer;
    const struct sg_clusters *clusters = sg_roster_take(self->env.roster);

    sg_series_table_begin(self->table);
    int r = put_clusters(self, clusters);
    if (!r)
        put_slots(self, clusters->label);
    (void)sg_clusters_unref(clusters);
    if (r)
        return r;
    put_http(self);
    put_notes(self);
    put_process(self);
    return sg_series_table_snapshot(self->table, ret_set);
}

static void destroy(void *self_pointer)
{
    struct self *self = self_pointer;

    if (self)
        (void)sg_series_table_free(self->table);
    free(self);
}

static int create(const struct sg_program_env *env, void **ret_self)
{
    struct self *self = calloc(1, sizeof *self);

    if (!self)
        return -ENOMEM;
    self->env = *env;
    int r = sg_series_table_new(NULL, 0, 0, &self->table);
    for (int i = 0; i < FAMILIES && !r; i++)
        r = sg_series_table_add_family(self->table, &families[i], &self->families[i]);
    if (r) {
        destroy(self);
        return r;
    }
    *ret_self = self;
    return 0;
}

const struct sg_collector sg_collector_self = {
    .name = "self",
    .slots = { "self" },
    .scope = SG_SCOPE_PROGRAM,
    .broker_line = "streamgauge_collector_",
    .broker_label = "target",
    .title = "The exporter itself",
    .intro = "`kafka_cluster`, and `broker` for a broker; `collector` and `target` say which "
             "collection it is about. `process_*` are not Streamgauge's: on its page those are the "
             "brokers' and JVMs', under the names that jmx_exporter gives them.",
    .families = families,
    .create_for_program = create,
    .sample = sample,
    .destroy = destroy,
};
