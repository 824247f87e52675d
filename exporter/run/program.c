/* SPDX-License-Identifier: Apache-2.0 */
#include "run/program.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/words.h"
#include "collectors/collector.h"
#include "config/compat.h"
#include "config/load.h"
#include "run/crew.h"
#include "run/handover.h"
#include "run/rhythm.h"
#include "serve/reload.h"
#include "serve/serve.h"
#include "store/pager.h"
#include "store/roster.h"
#include "watch/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_MS = 1500, /* SIGTERM stops the program within two seconds; the rest is for freeing */
    TICK_MS = 1000,
    SHIFT_TICK_MS = 20, /* while a worker waits for another to stop */
    ALIVE_MS =
        10000, /* the page's thread wakes up twice a second, and a page takes less than a second */
    START_CLUSTERS_MAX = 20,
    START_BYTES_MAX = 16 * 1024,
    PROBLEMS_BYTES_MAX = 256 * 1024,
    CONFIG_TEXT_BYTES_MAX = 1024 * 1024,
};

/* The clusters of one configuration, running or not. */
struct layout {
    size_t n;
    struct sg_crew **crews; /* in the order of the configuration's clusters */
};

struct sg_program {
    const struct sg_config *config;
    const struct sg_clock *clock;
    struct sg_store *store;
    struct sg_roster *roster;
    struct sg_rhythm *rhythm;
    atomic_llong timeout_ms;
    struct sg_worker_env worker_env;
    struct sg_handover *handover;
    struct layout layout;
    struct sg_program_state notes;
    const struct sg_collector *about_program;
    void *self; /* of about_program */
    struct sg_pager *pager;
    struct sg_http_counts http;
    struct sg_watch *watch;
    struct sg_reloader *reloader;
    struct sg_server *server;
};

SG_AUTO_DEFINE(struct sg_program *, sg_program_free);
SG_AUTO_DEFINE(struct sg_config *, sg_config_unref);

/* ---- Clusters ---- */

static void free_layout(struct layout *layout)
{
    for (size_t i = 0; i < layout->n; i++)
        (void)sg_crew_free(layout->crews[i]);
    free(layout->crews);
    *layout = (struct layout){ 0 };
}

/* The index of the cluster's running crew, or n when it has none. */
static size_t find_crew(const struct sg_program *program, const char *name)
{
    size_t i = 0;

    while (i < program->layout.n &&
           strcmp(sg_cluster_name(sg_crew_cluster(program->layout.crews[i])), name) != 0)
        i++;
    return i;
}

/* Beside the running one, which is not affected. @return 0, SG_PROGRAM_E_CONFIG or -ENOMEM */
static int make_layout(struct sg_program *program,
    const struct sg_config *config,
    struct layout *ret_layout,
    struct sg_error *err)
{
    struct layout layout = { .crews = calloc(config->n_clusters, sizeof(struct sg_crew *)) };
    int r = layout.crews ? 0 : -ENOMEM;

    for (size_t i = 0; i < config->n_clusters && !r; i++) {
        const struct sg_cluster_config *cluster = &config->clusters[i];
        size_t earlier = find_crew(program, cluster->name);
        r = sg_crew_new(&program->worker_env, config, cluster,
            earlier < program->layout.n ? program->layout.crews[earlier] : NULL, &layout.crews[i],
            err);
        if (r > 0)
            r = sg_error_prefix(err, SG_PROGRAM_E_CONFIG, "cluster \"%s\": ", cluster->name);
        layout.n += r == 0;
    }
    if (r) {
        free_layout(&layout);
        return r;
    }
    *ret_layout = layout;
    return 0;
}

static int publish_roster(
    struct sg_program *program, const struct layout *layout, const struct sg_config *config)
{
    sg_auto_free struct sg_cluster **clusters = calloc(layout->n + 1, sizeof *clusters);
    struct sg_buf text;

    if (!clusters)
        return -ENOMEM;
    for (size_t i = 0; i < layout->n; i++)
        clusters[i] = sg_crew_cluster(layout->crews[i]);
    sg_buf_init(&text, CONFIG_TEXT_BYTES_MAX);
    (void)sg_config_show(config, &text); /* a text that is too long is truncated */
    const char *shown = sg_buf_get_cut(&text);
    const struct sg_roster_links links = { config->links.dashboards, config->links.prometheus,
        config->links.runbooks };
    int r = shown ? sg_roster_set(
                        program->roster, clusters, layout->n, config->cluster_label, shown, &links)
                  : -ENOMEM;
    sg_buf_done(&text);
    return r;
}

/* What all collectors share. */
static void use_config(struct sg_program *program, const struct sg_config *config)
{
    const struct sg_config *before = program->config;

    program->config = sg_config_ref(config);
    (void)sg_config_unref(before);
    atomic_store(&program->timeout_ms, config->timeout_ms);
    sg_rhythm_set_interval(program->rhythm, config->interval_ms);
    sg_store_set_stale_after(program->store, config->stale_after_ms);
    sg_roster_set_burrow(program->roster, sg_compat_is_used(config, "burrow"));
    atomic_store(&program->notes.loaded_unix_ms, sg_clock_unix_ms(program->clock));
}

static void update_rhythm_state(struct sg_program *program)
{
    int64_t now_ms = sg_clock_monotonic_ms(program->clock);
    int64_t pause_ms = sg_rhythm_pause_ms(program->rhythm, now_ms);

    atomic_store(&program->notes.pause_ms, pause_ms);
    atomic_store(&program->notes.scrape_period_ms, sg_rhythm_period_ms(program->rhythm, now_ms));
    sg_store_set_pause(program->store, pause_ms);
}

/* On an HTTP thread. */
static void on_scrape(void *context)
{
    struct sg_program *program = context;
    sg_rhythm_scraped(program->rhythm, sg_clock_monotonic_ms(program->clock));
}

/* ---- Creating and freeing ---- */

static int make_parts(struct sg_program *program, const struct sg_config *config)
{
    int r = sg_store_new(program->clock, config->stale_after_ms, &program->store);

    if (!r)
        r = sg_roster_new(&program->roster);
    if (!r)
        r = sg_rhythm_new(config->interval_ms, &program->rhythm);
    if (!r)
        r = sg_watch_new(program->store, program->roster, program->clock, &program->watch);
    if (!r)
        r = sg_handover_new(program->clock, &program->handover);
    program->worker_env = (struct sg_worker_env){
        .store = program->store,
        .clock = program->clock,
        .rhythm = program->rhythm,
        .timeout_ms = &program->timeout_ms,
    };
    return r;
}

/* The page's thread samples the collector that is about the program itself. */
static int make_pager(struct sg_program *program)
{
    const struct sg_program_env env = {
        .store = program->store,
        .roster = program->roster,
        .notes = &program->notes,
        .http = &program->http,
    };
    const struct sg_collector *const *place = sg_collectors;

    while ((*place)->scope != SG_SCOPE_PROGRAM)
        place++; /* it is in use */
    program->about_program = *place;
    int r = (*place)->create_for_program(&env, &program->self);
    if (r)
        return r;
    return sg_pager_new(program->store, program->clock, (*place)->slots[0], (*place)->sample,
        program->self, &program->pager);
}

int sg_program_new(const struct sg_config *config,
    const struct sg_clock *clock,
    struct sg_program **ret_program,
    struct sg_error *err)
{
    sg_auto(sg_program_free) struct sg_program *program = calloc(1, sizeof *program);

    if (!program)
        return -ENOMEM;
    program->clock = clock;
    int r = make_parts(program, config);
    if (!r)
        r = make_layout(program, config, &program->layout, err);
    if (!r)
        r = publish_roster(program, &program->layout, config);
    if (r)
        return r;
    use_config(program, config);
    update_rhythm_state(program);
    r = make_pager(program);
    if (r)
        return r;
    *ret_program = sg_take(&program);
    return 0;
}

struct sg_program *sg_program_free(struct sg_program *program)
{
    if (!program)
        return NULL;
    sg_reloader_close(program->reloader);
    (void)sg_server_stop(program->server);
    (void)sg_reloader_free(program->reloader);
    (void)sg_watch_free(program->watch);
    (void)sg_pager_free(program->pager);
    if (program->about_program)
        program->about_program->destroy(program->self);
    (void)sg_handover_free(program->handover);
    free_layout(&program->layout);
    (void)sg_rhythm_free(program->rhythm);
    (void)sg_roster_free(program->roster);
    (void)sg_store_free(program->store);
    (void)sg_config_unref(program->config);
    free(program);
    return NULL;
}

/* ---- Running ---- */

int sg_program_start(struct sg_program *program,
    const struct sg_flags *flags,
    void (*wake)(void *context),
    void *wake_context,
    struct sg_error *err)
{
    int r = sg_reloader_new(wake, wake_context, &program->reloader);
    if (r)
        return r;
    struct sg_serve_config serve = {
        .n_addresses = flags->n_addresses,
        .addresses = flags->addresses,
        .inherited = flags->systemd_socket,
        .telemetry_path = flags->telemetry_path,
        .urls = &flags->urls,
        .web_config_file = flags->web_config_file,
        .pager = program->pager,
        .store = program->store,
        .roster = program->roster,
        .watch = program->watch,
        .clock = program->clock,
        .counts = &program->http,
        .scraped = on_scrape,
        .scraped_context = program,
        .reloader = program->reloader,
    };

    r = sg_server_start(&serve, &program->server, err);
    if (r)
        return r < 0 ? r : SG_PROGRAM_E_CONFIG;
    r = sg_pager_start(program->pager);
    for (size_t i = 0; i < program->layout.n && !r; i++)
        r = sg_crew_start(program->layout.crews[i]);
    return r;
}

void sg_program_log_start(const struct sg_program *program, const struct sg_flags *flags)
{
    size_t n = program->config->n_clusters;
    struct sg_buf text;

    sg_buf_init(&text, START_BYTES_MAX);
    for (size_t i = 0; i < n && i < START_CLUSTERS_MAX; i++)
        (void)sg_buf_printf(&text, "%s%s", i ? ", " : "", program->config->clusters[i].name);
    if (n > START_CLUSTERS_MAX)
        (void)sg_buf_printf(&text, " and %zu more", n - START_CLUSTERS_MAX);
    for (size_t i = 0; sg_collectors[i]; i++) {
        if (sg_collectors[i]->library)
            (void)sg_buf_printf(
                &text, "; %s %s", sg_collectors[i]->library, sg_collectors[i]->library_version());
    }
    sg_log(SG_LOG_INFO, NULL, "%s from %s: " SG_STR_FMT, sg_words_count(n, "cluster").text,
        flags->config.file ? flags->config.file : "the flags", SG_STR_ARG(sg_buf_get(&text)));
    sg_buf_done(&text);
}

int sg_program_tick(struct sg_program *program)
{
    update_rhythm_state(program);
    sg_watch_tick(program->watch);
    return sg_handover_step(program->handover) ? SHIFT_TICK_MS : TICK_MS;
}

bool sg_program_is_alive(const struct sg_program *program)
{
    return sg_store_waited_ms_ago(program->store) < ALIVE_MS;
}

bool sg_program_stop(struct sg_program *program)
{
    int64_t deadline_ms = sg_clock_monotonic_ms(program->clock) + STOP_MS;
    bool all_ended = true;

    for (size_t i = 0; i < program->layout.n; i++)
        sg_crew_ask_to_stop(program->layout.crews[i]);
    sg_reloader_close(program->reloader);
    program->server = sg_server_stop(program->server);
    all_ended = sg_handover_end(program->handover, deadline_ms);
    for (size_t i = 0; i < program->layout.n; i++)
        all_ended = sg_crew_join(program->layout.crews[i], deadline_ms) && all_ended;
    return all_ended;
}

/* ---- Reloading ---- */

static void add_problem(void *context, const char *problem)
{
    struct sg_buf *problems = context;

    sg_log(SG_LOG_ERROR, NULL, "reload: %s", problem);
    (void)sg_buf_printf(problems, "%s\n", problem);
}

/* From here on nothing can fail. */
static void change_layout(struct sg_program *program, struct layout *later)
{
    struct layout earlier = program->layout;

    program->layout = (struct layout){ 0 };
    for (size_t i = 0; i < later->n; i++) {
        const char *name = sg_cluster_name(sg_crew_cluster(later->crews[i]));
        struct sg_crew *before = NULL;
        for (size_t j = 0; j < earlier.n && !before; j++) {
            if (earlier.crews[j] &&
                strcmp(sg_cluster_name(sg_crew_cluster(earlier.crews[j])), name) == 0)
                before = sg_take(&earlier.crews[j]);
        }
        sg_crew_adopt(later->crews[i], before, program->handover);
    }
    for (size_t j = 0; j < earlier.n; j++) {
        if (earlier.crews[j])
            sg_crew_retire(earlier.crews[j], program->handover);
    }
    free(earlier.crews);
    program->layout = *later;
    *later = (struct layout){ 0 };
}

/* @return 0, positive (the problems were recorded), or -ENOMEM */
static int reload(struct sg_program *program, const struct sg_flags *flags, struct sg_buf *problems)
{
    sg_auto(sg_config_unref) struct sg_config *config = NULL;
    struct layout later = { 0 };
    struct sg_error err = { "" };
    size_t n_new = 0;

    int r = sg_config_load(&flags->config, add_problem, problems, &config);
    if (r)
        return r;
    r = make_layout(program, config, &later, &err);
    if (!r)
        r = publish_roster(program, &later, config);
    if (r) {
        free_layout(&later);
        if (r > 0)
            add_problem(problems, err.text);
        return r;
    }
    for (size_t i = 0; i < later.n; i++)
        n_new += sg_crew_n_new(later.crews[i]);
    use_config(program, config);
    change_layout(program, &later);
    sg_log(SG_LOG_INFO, NULL, "configuration loaded: %s, %s new or changed",
        sg_words_count(program->layout.n, "cluster").text, sg_words_count(n_new, "collector").text);
    return 0;
}

bool sg_program_reload(struct sg_program *program, const struct sg_flags *flags)
{
    struct sg_buf problems;

    sg_buf_init(&problems, PROBLEMS_BYTES_MAX);
    sg_reloader_begin(program->reloader);
    int r = reload(program, flags, &problems);
    if (r < 0)
        add_problem(&problems, strerror(-r));
    atomic_store(&program->notes.reload_failed, r != 0);
    const char *text = sg_buf_get_cut(&problems);
    sg_journal_note_reload(sg_watch_journal(program->watch), r == 0 ? NULL
                                                             : text ? text
                                                                    : "out of memory");
    sg_reloader_finish(program->reloader, r == 0,
        r == 0 ? "configuration loaded\n"
        : text ? text
               : "out of memory\n");
    sg_buf_done(&problems);
    sg_store_touch(program->store);
    return r == 0;
}

int sg_program_once(struct sg_program *program, FILE *out, bool *ret_complete)
{
    bool complete = true;

    for (size_t i = 0; i < program->layout.n; i++)
        sg_crew_collect_once(program->layout.crews[i]);
    int r = sg_pager_make(program->pager);
    if (r)
        return r;
    const struct sg_page_wanted wanted = { .format = SG_FORMAT_TEXT, .coding = SG_CODING_IDENTITY };
    struct sg_body *body = NULL;
    r = sg_pager_ask(program->pager, &wanted, &body);
    struct sg_str text = r ? SG_STR("") : sg_body_get(body);
    if (!r && (fwrite(text.ptr, 1, text.len, out) != text.len || fflush(out) != 0))
        r = errno ? -errno : -EIO;
    (void)sg_body_unref(body);
    if (r)
        return r == SG_BUF_E_FULL ? -EMSGSIZE : r;

    for (size_t i = 0; i < sg_store_n_slots(program->store); i++) {
        struct sg_slot_status status;
        if (sg_store_slot_status(program->store, i, &status))
            complete = complete && status.success;
    }
    *ret_complete = complete;
    return 0;
}
