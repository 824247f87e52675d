/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/web.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    RETRY_MS = 10000, /* after a failure: not all are because of the files' content */
    PROBLEMS_BYTES_MAX = 16384,
};

/* Identifies the version of a file. Zeroed: it does not exist. */
struct mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

enum {
    NAMED = 3,         /* certificate, key, clients' CA */
    FILES = NAMED + 1, /* and the configuration */
};

/* The inputs of the latest reading, valid or not. */
struct basis {
    char *named[NAMED]; /* owned; NULL: none, or the configuration could not be read */
    struct mark marks[FILES];
};

struct reading_block {
    struct sg_web_reading reading;
    struct sg_refs refs;
};

/* One reading of the files, valid or not. Immutable. */
struct attempt {
    struct sg_refs refs;
    struct basis basis;
    struct sg_web_reading *reading; /* NULL: invalid */
    struct sg_buf problems;         /* what is wrong, a line each */
    int64_t retry_ms;               /* then, when it is read again although nothing has changed */
};

struct sg_web {
    const char *path;
    const struct sg_clock *clock;
    bool speaks_tls;
    pthread_mutex_t lock; /* guards what is below; not held while a file is looked at or read */
    struct attempt *latest;
    struct sg_web_reading *good; /* the last one */
    bool is_reading;             /* by one thread; the others use the current reading */
    double tokens;               /* of the rate limit */
    int64_t filled_ms;
};

struct sg_web_reading *sg_web_reading_ref(struct sg_web_reading *reading)
{
    sg_refs_add(&((struct reading_block *)reading)->refs);
    return reading;
}

struct sg_web_reading *sg_web_reading_unref(struct sg_web_reading *reading)
{
    struct reading_block *block = (struct reading_block *)reading;

    if (!block || !sg_refs_drop(&block->refs))
        return NULL;
    (void)sg_tls_free(reading->tls);
    (void)sg_web_config_free(reading->config);
    free(block);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_web_reading *, sg_web_reading_unref);

/* ---- Changes ---- */

static void mark_file(const char *path, struct mark *mark)
{
    struct stat status;

    memset(mark, 0, sizeof *mark);
    if (!path || stat(path, &status))
        return;
    mark->device = status.st_dev;
    mark->inode = status.st_ino;
    mark->size = status.st_size;
    mark->modified = status.st_mtim;
    mark->changed = status.st_ctim;
}

static bool has_changed(const char *path, const struct basis *basis)
{
    struct mark mark;

    mark_file(path, &mark);
    bool changed = memcmp(&mark, &basis->marks[0], sizeof mark) != 0;
    for (size_t i = 0; i < NAMED && !changed; i++) {
        mark_file(basis->named[i], &mark);
        changed = memcmp(&mark, &basis->marks[1 + i], sizeof mark) != 0;
    }
    return changed;
}

static void basis_clear(struct basis *basis)
{
    for (size_t i = 0; i < NAMED; i++)
        free(basis->named[i]);
    memset(basis, 0, sizeof *basis);
}

/* @return 0 or -ENOMEM */
static int remember_named(struct basis *basis, const struct sg_web_tls *tls)
{
    const char *const files[NAMED] = { tls->cert.file, tls->key.file, tls->client_ca.file };

    for (size_t i = 0; i < NAMED; i++) {
        basis->named[i] = files[i] ? strdup(files[i]) : NULL;
        if (files[i] && !basis->named[i])
            return -ENOMEM;
        mark_file(files[i], &basis->marks[1 + i]);
    }
    return 0;
}

/*
 * Versions are read before the files: a change in between is noticed the next time.
 * @param basis  the inputs of this reading, also when it is invalid
 */
static int read_all(const char *path,
    sg_config_problem_fn problem,
    void *context,
    struct basis *basis,
    struct sg_web_reading **ret_reading)
{
    struct reading_block *block = calloc(1, sizeof *block);
    struct sg_error err = { "" };
    int r = 0;

    basis_clear(basis);
    if (!block)
        return -ENOMEM;
    sg_refs_init(&block->refs);
    sg_auto(sg_web_reading_unref) struct sg_web_reading *reading = &block->reading;
    mark_file(path, &basis->marks[0]);
    if (path)
        r = sg_web_config_load(path, problem, context, &reading->config);
    else
        reading->config = calloc(1, sizeof *reading->config);
    if (!r && !reading->config)
        r = -ENOMEM;
    if (!r && reading->config->has_tls) {
        r = remember_named(basis, &reading->config->tls);
        if (!r)
            r = sg_tls_new(&reading->config->tls, &reading->tls, &err);
        if (r > 0) {
            problem(context, err.text);
            r = SG_CONFIG_E_INVALID;
        }
    }
    if (r)
        return r;
    *ret_reading = sg_take(&reading);
    return 0;
}

/* @return the warning about its certificates, or "" */
static const char *warning_of(const struct sg_web_reading *reading)
{
    return reading->tls ? sg_tls_warning(reading->tls) : "";
}

int sg_web_check(const char *path, sg_config_problem_fn problem, void *context)
{
    sg_auto(sg_web_reading_unref) struct sg_web_reading *reading = NULL;
    struct basis basis = { 0 };

    int r = read_all(path, problem, context, &basis, &reading);
    basis_clear(&basis);
    if (!r && warning_of(reading)[0])
        sg_log(SG_LOG_WARN, NULL, "%s", warning_of(reading));
    return r;
}

/* ---- Attempts ---- */

static struct attempt *attempt_ref(struct attempt *attempt)
{
    sg_refs_add(&attempt->refs);
    return attempt;
}

static struct attempt *attempt_unref(struct attempt *attempt)
{
    if (!attempt || !sg_refs_drop(&attempt->refs))
        return NULL;
    basis_clear(&attempt->basis);
    (void)sg_web_reading_unref(attempt->reading);
    sg_buf_done(&attempt->problems);
    free(attempt);
    return NULL;
}
SG_AUTO_DEFINE(struct attempt *, attempt_unref);

static struct attempt *latest_ref(struct sg_web *web)
{
    sg_locked(&web->lock);
    return attempt_ref(web->latest);
}

/* @return must the caller read the files now? Not if another thread does, or did so meanwhile. */
static bool begin_reading(struct sg_web *web, const struct attempt *seen)
{
    sg_locked(&web->lock);
    bool mine = !web->is_reading && web->latest == seen;
    web->is_reading = web->is_reading || mine;
    return mine;
}

/* @param attempt  consumed; NULL: memory was short, and nothing changes */
static void end_reading(struct sg_web *web, struct attempt *attempt)
{
    sg_auto(attempt_unref) struct attempt *old = NULL;
    sg_auto(sg_web_reading_unref) struct sg_web_reading *old_good = NULL;

    sg_locked(&web->lock);
    web->is_reading = false;
    if (!attempt)
        return;
    old = web->latest;
    web->latest = attempt;
    if (attempt->reading) {
        old_good = web->good;
        web->good = sg_web_reading_ref(attempt->reading);
    }
}

static void log_success(const struct sg_web *web, const struct sg_web_reading *reading)
{
    sg_log(SG_LOG_INFO, NULL, "%s: reloaded", web->path);
    if (warning_of(reading)[0])
        sg_log(SG_LOG_WARN, NULL, "%s", warning_of(reading));
}

/* @param context  the attempt */
static void add_problem(void *context, const char *problem)
{
    struct attempt *attempt = context;

    sg_buf_printf(&attempt->problems, "%s\n", problem);
}

static void log_problems(const struct sg_web *web, enum sg_log_level level, struct sg_str problems)
{
    const char *line = problems.ptr;
    const char *end = line + problems.len;

    for (const char *feed; (feed = memchr(line, '\n', (size_t)(end - line))); line = feed + 1)
        sg_log(level, NULL, "%.*s", (int)(feed - line), line);
    sg_log(level, NULL, "%s cannot be used: every request is answered with 500", web->path);
}

/*
 * Read the files. What is wrong with them is an error in the log once, and not at each retry.
 * @param before  the latest attempt @return owned; NULL without memory
 */
static struct attempt *read_again(
    const struct sg_web *web, const struct attempt *before, bool is_retry)
{
    struct attempt *attempt = calloc(1, sizeof *attempt);

    if (!attempt)
        return NULL;
    sg_refs_init(&attempt->refs);
    sg_buf_init(&attempt->problems, PROBLEMS_BYTES_MAX);
    int r = read_all(web->path, add_problem, attempt, &attempt->basis, &attempt->reading);
    if (!r && (attempt->reading->tls != NULL) != web->speaks_tls) {
        sg_buf_printf(&attempt->problems, "%s: TLS can only be switched by a restart\n", web->path);
        attempt->reading = sg_web_reading_unref(attempt->reading);
    }
    attempt->retry_ms = sg_clock_monotonic_ms(web->clock) + RETRY_MS;
    if (attempt->reading) {
        log_success(web, attempt->reading);
        return attempt;
    }
    struct sg_str problems = sg_buf_get(&attempt->problems);
    bool is_known = is_retry && sg_str_equal(problems, sg_buf_get(&before->problems));
    log_problems(web, is_known ? SG_LOG_DEBUG : SG_LOG_ERROR, problems);
    return attempt;
}

static bool is_due(const struct sg_web *web, const struct attempt *attempt)
{
    return !attempt->reading && sg_clock_monotonic_ms(web->clock) >= attempt->retry_ms;
}

/* @return owned */
static struct attempt *look(struct sg_web *web)
{
    struct attempt *latest = latest_ref(web);
    bool changed = web->path && has_changed(web->path, &latest->basis);

    if (!changed && !is_due(web, latest))
        return latest;
    if (begin_reading(web, latest))
        end_reading(web, read_again(web, latest, !changed));
    (void)attempt_unref(latest);
    return latest_ref(web);
}

/* ---- The object ---- */

SG_AUTO_DEFINE(struct sg_web *, sg_web_free);

struct first_problem {
    struct sg_error *err;
    bool any;
};

static void keep_first(void *context, const char *problem)
{
    struct first_problem *first = context;

    if (!first->any)
        (void)sg_error_set(first->err, 0, "%s", problem);
    first->any = true;
}

int sg_web_new(
    const char *path, const struct sg_clock *clock, struct sg_web **ret_web, struct sg_error *err)
{
    sg_auto(sg_web_free) struct sg_web *web = calloc(1, sizeof *web);
    struct first_problem first = { err, false };

    if (!web)
        return -ENOMEM;
    (void)pthread_mutex_init(&web->lock, NULL);
    web->path = path;
    web->clock = clock;
    web->filled_ms = sg_clock_monotonic_ms(clock);
    web->latest = calloc(1, sizeof *web->latest);
    if (!web->latest)
        return -ENOMEM;
    sg_refs_init(&web->latest->refs);
    sg_buf_init(&web->latest->problems, PROBLEMS_BYTES_MAX);
    int r = read_all(path, keep_first, &first, &web->latest->basis, &web->latest->reading);
    if (r)
        return r;
    web->good = sg_web_reading_ref(web->latest->reading);
    web->speaks_tls = web->good->tls != NULL;
    web->tokens = (double)web->good->config->rate_burst;
    *ret_web = sg_take(&web);
    return 0;
}

struct sg_web *sg_web_free(struct sg_web *web)
{
    if (!web)
        return NULL;
    (void)sg_web_reading_unref(web->good);
    (void)attempt_unref(web->latest);
    (void)pthread_mutex_destroy(&web->lock);
    free(web);
    return NULL;
}

bool sg_web_speaks_tls(const struct sg_web *web)
{
    return web->speaks_tls;
}

struct sg_web_reading *sg_web_take(struct sg_web *web)
{
    sg_auto(attempt_unref) struct attempt *latest = look(web);
    return latest->reading ? sg_web_reading_ref(latest->reading) : NULL;
}

struct sg_web_reading *sg_web_take_good(struct sg_web *web)
{
    (void)attempt_unref(look(web));
    sg_locked(&web->lock);
    return sg_web_reading_ref(web->good);
}

/* A token bucket: one more token each interval, at most a burst of them. */
bool sg_web_allows(struct sg_web *web, const struct sg_web_config *config)
{
    if (config->rate_interval_ms == 0)
        return true;
    sg_locked(&web->lock);
    int64_t now_ms = sg_clock_monotonic_ms(web->clock);
    web->tokens += (double)(now_ms - web->filled_ms) / (double)config->rate_interval_ms;
    if (web->tokens > (double)config->rate_burst)
        web->tokens = (double)config->rate_burst;
    web->filled_ms = now_ms;
    bool allowed = web->tokens >= 1;
    web->tokens -= allowed ? 1 : 0;
    return allowed;
}
