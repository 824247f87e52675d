/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/doctor.h"

#include "base/auto.h"
#include "base/grow.h"
#include "base/join.h"
#include "base/utf8.h"
#include "collectors/collector.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LATE_MS = 5000, /* past the time-out, an examination is abandoned */
};

struct finding {
    enum sg_check_result result;
    char *what;
    char *target;
    char *text;
    char *fix;
    int64_t took_ms;
};

/* One collector of one cluster. Belongs to its thread until that is joined. */
struct examination {
    const struct sg_collector *collector;
    struct sg_collector_env env;
    atomic_bool stopping;
    pthread_t thread;
    bool started;
    size_t n;
    size_t allocated;
    struct finding *findings;
};

struct doctor {
    const struct sg_config *config;
    const struct sg_clock *clock;
    struct sg_store *store;
    struct sg_cluster **clusters;
    size_t n;
    struct examination *examinations;
};

/* ---- Examining ---- */

/* Without memory a finding is lost, but its result still counts. */
static void add_finding(void *context, const struct sg_check *check)
{
    struct examination *examination = context;

    if (sg_grow(&examination->findings, examination->n, &examination->allocated,
            sizeof *examination->findings))
        return;
    examination->findings[examination->n++] = (struct finding){
        .result = check->result,
        .what = strdup(check->what),
        .target = strdup(check->target),
        .text = strdup(check->text),
        .fix = strdup(check->fix),
        .took_ms = check->took_ms,
    };
}

static void examine(struct examination *examination)
{
    const struct sg_collector *collector = examination->collector;
    struct sg_error err = { "" };
    void *self = NULL;

    int r = collector->create(&examination->env, &self, &err);
    if (r) {
        add_finding(examination, &(struct sg_check){ SG_CHECK_BAD, "configuration", collector->name,
                                     r < 0 ? strerror(-r) : err.text,
                                     "correct it; --config.check reports the same", -1 });
        return;
    }
    collector->diagnose(self,
        sg_clock_monotonic_ms(examination->env.clock) + examination->env.config->timeout_ms,
        add_finding, examination);
    collector->destroy(self);
}

static void *run(void *context)
{
    examine(context);
    return NULL;
}

static int prepare(struct doctor *doctor)
{
    const struct sg_config *config = doctor->config;

    doctor->clusters = calloc(config->n_clusters + 1, sizeof *doctor->clusters);
    doctor->examinations =
        calloc(config->n_clusters * sg_n_collectors + 1, sizeof *doctor->examinations);
    if (!doctor->clusters || !doctor->examinations)
        return -ENOMEM;
    int r = sg_store_new(doctor->clock, config->stale_after_ms, &doctor->store);
    for (size_t i = 0; i < config->n_clusters && !r; i++) {
        const struct sg_cluster_config *cluster = &config->clusters[i];
        r = sg_cluster_new(cluster->name, &doctor->clusters[i]);
        for (size_t j = 0; j < sg_n_collectors && !r; j++) {
            if (!sg_collector_wanted(sg_collectors[j], cluster))
                continue;
            struct examination *examination = &doctor->examinations[doctor->n++];
            examination->collector = sg_collectors[j];
            examination->env = (struct sg_collector_env){
                .config = config,
                .cluster_config = cluster,
                .cluster = doctor->clusters[i],
                .store = doctor->store,
                .clock = doctor->clock,
                .stopping = &examination->stopping,
            };
        }
    }
    return r;
}

/*
 * JVMs of brokers are discovered through the admin API, so a collector that follows brokers runs
 * after those of its cluster that discover them.
 */
static int examine_all(struct doctor *doctor, bool follows_brokers)
{
    int r = 0;

    for (size_t i = 0; i < doctor->n && !r; i++) {
        struct examination *examination = &doctor->examinations[i];
        if (examination->collector->follows_brokers != follows_brokers)
            continue;
        r = -pthread_create(&examination->thread, NULL, run, examination);
        examination->started = r == 0;
    }
    for (size_t i = 0; i < doctor->n; i++) {
        struct examination *examination = &doctor->examinations[i];
        if (!examination->started)
            continue;
        if (!sg_join_within(examination->thread, doctor->config->timeout_ms + LATE_MS))
            return -ETIMEDOUT; /* its thread may still write: nothing of it can be read or freed */
        examination->started = false;
    }
    return r;
}

static const char *name_of(const struct doctor *doctor, const struct sg_cluster *cluster)
{
    for (size_t i = 0; i < doctor->config->n_clusters; i++) {
        if (doctor->clusters[i] == cluster)
            return doctor->config->clusters[i].name;
    }
    return "";
}

/* Two configured clusters that are the same one: everything is read and exported twice. */
static void compare_clusters(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->n; i++) {
        struct examination *one = &doctor->examinations[i];
        sg_auto_free char *id = sg_cluster_copy_id(one->env.cluster);
        if (!id || (i && doctor->examinations[i - 1].env.cluster == one->env.cluster))
            continue; /* reported once for each cluster */
        for (size_t j = 0; j < i; j++) {
            const struct sg_cluster *other = doctor->examinations[j].env.cluster;
            sg_auto_free char *other_id = sg_cluster_copy_id(other);
            char text[300];
            if (other == one->env.cluster || !other_id || strcmp(id, other_id) != 0)
                continue;
            (void)snprintf(text, sizeof text, "it has the same cluster id as \"%.100s\": %.80s",
                name_of(doctor, other), id);
            add_finding(one, &(struct sg_check){ SG_CHECK_DOUBTFUL, "cluster", "id", text,
                                 "check bootstrap_servers: everything is exported twice", -1 });
            break;
        }
    }
}

static void done(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->n; i++) {
        for (size_t j = 0; j < doctor->examinations[i].n; j++) {
            struct finding *finding = &doctor->examinations[i].findings[j];
            free(finding->what);
            free(finding->target);
            free(finding->text);
            free(finding->fix);
        }
        free(doctor->examinations[i].findings);
    }
    for (size_t i = 0; doctor->clusters && i < doctor->config->n_clusters; i++)
        (void)sg_cluster_unref(doctor->clusters[i]);
    free(doctor->clusters);
    free(doctor->examinations);
    (void)sg_store_free(doctor->store);
}

/* ---- Printing ---- */

static const struct {
    const char *word;
    const char *colour;
} results[] = {
    [SG_CHECK_GOOD] = { "ok", "\033[32m" },
    [SG_CHECK_DOUBTFUL] = { "look", "\033[33m" },
    [SG_CHECK_BAD] = { "FAIL", "\033[1;31m" },
};

/* Names from outside must not control a terminal. */
static void print_plain(FILE *out, const char *text)
{
    size_t left = text ? strlen(text) : 0;

    for (size_t n; left; text += n, left -= n) {
        n = sg_utf8_length(text, left);
        bool is_plain = n && !sg_utf8_control(text, n);
        n = n ? n : 1;
        (void)fwrite(is_plain ? text : "?", 1, is_plain ? n : 1, out);
    }
}

static void print_row(FILE *out, const char *cluster, const struct finding *finding, bool colour)
{
    (void)fprintf(out, "%s%-5s%s", colour ? results[finding->result].colour : "",
        results[finding->result].word, colour ? "\033[0m" : "");
    (void)fprintf(out, " %-12.40s %-13s %-15.60s ", cluster, finding->what, finding->target);
    if (finding->took_ms >= 0)
        (void)fprintf(out, "%6" PRId64 " ms  ", finding->took_ms);
    else
        (void)fputs("           ", out);
    print_plain(out, finding->text);
    (void)fputc('\n', out);
    if (finding->fix && finding->fix[0]) {
        (void)fputs("      -> ", out);
        print_plain(out, finding->fix);
        (void)fputc('\n', out);
    }
}

static void print_json(FILE *out, const char *cluster, const struct finding *finding)
{
    static const char *const words[] = { "ok", "look", "fail" };
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "result", words[finding->result],
        "cluster", cluster, "check", finding->what, "target", finding->target, "text",
        finding->text, "fix", finding->fix);

    if (object && finding->took_ms >= 0)
        (void)json_object_set_new(object, "seconds", json_real((double)finding->took_ms / 1000));
    char *line =
        object ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6))
               : NULL;
    (void)fprintf(out, "%s\n", line ? line : "{\"result\":\"fail\",\"text\":\"not UTF-8\"}");
    free(line);
    json_decref(object);
}

/* @return did nothing fail? */
static bool print_all(const struct doctor *doctor, enum sg_doctor_format format, FILE *out)
{
    size_t n[3] = { 0 };

    if (format != SG_DOCTOR_JSON)
        (void)fprintf(out, "%-5s %-12s %-13s %-15s %9s  %s\n", "", "CLUSTER", "CHECK", "TARGET",
            "TOOK", "WHAT WAS FOUND");
    for (size_t i = 0; i < doctor->n; i++) {
        const struct examination *examination = &doctor->examinations[i];
        const char *cluster = examination->env.cluster_config->name;
        for (size_t j = 0; j < examination->n; j++) {
            n[examination->findings[j].result]++;
            if (format == SG_DOCTOR_JSON)
                print_json(out, cluster, &examination->findings[j]);
            else
                print_row(
                    out, cluster, &examination->findings[j], format == SG_DOCTOR_TABLE_IN_COLOUR);
        }
        n[SG_CHECK_BAD] += examination->n == 0; /* no memory for any finding */
    }
    if (format != SG_DOCTOR_JSON)
        (void)fprintf(out, "%zu ok, %zu to check, %zu failed\n", n[SG_CHECK_GOOD],
            n[SG_CHECK_DOUBTFUL], n[SG_CHECK_BAD]);
    return n[SG_CHECK_BAD] == 0;
}

int sg_doctor(const struct sg_config *config,
    const struct sg_clock *clock,
    enum sg_doctor_format format,
    FILE *out,
    bool *ret_well)
{
    struct doctor doctor = { .config = config, .clock = clock };

    int r = prepare(&doctor);
    if (!r)
        r = examine_all(&doctor, false);
    if (!r)
        r = examine_all(&doctor, true);
    if (r == -ETIMEDOUT)
        return r; /* freed by the end of the process, as a thread is stuck */
    if (!r) {
        compare_clusters(&doctor);
        *ret_well = print_all(&doctor, format, out);
        r = fflush(out) ? -EIO : 0;
    }
    done(&doctor);
    return r;
}
