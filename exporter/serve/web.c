/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/web.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What tells that a file has changed. Zeroed: it is not there. */
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

/* What the latest reading went by, good or bad: nothing is read again while it is the same. */
struct basis {
    char *named[NAMED]; /* owned; NULL: none, or the configuration could not be read */
    struct mark marks[FILES];
};

struct reading_block {
    struct sg_web_reading reading;
    struct sg_refs refs;
};

struct sg_web {
    const char *path;
    const struct sg_clock *clock;
    bool speaks_tls;
    pthread_mutex_t lock; /* guards what is below */
    struct basis basis;
    struct sg_web_reading *good;
    bool bad;
    double tokens; /* of the rate limit */
    int64_t filled_ms;
};

struct sg_web_reading *sg_web_reading_ref(struct sg_web_reading *reading)
{
    sg_refs_take(&((struct reading_block *)reading)->refs);
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
static int note_named(struct basis *basis, const struct sg_web_tls *tls)
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
 * Marks are taken before what they are of is read: a change in between is seen the next time.
 * @param basis  what this reading goes by, also when it is bad; empty when there was no memory, so
 *               that it is tried again
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
        r = note_named(basis, &reading->config->tls);
        if (!r)
            r = sg_tls_new(&reading->config->tls, &reading->tls, &err);
        if (r > 0) {
            problem(context, err.text);
            r = SG_CONFIG_E_INVALID;
        }
    }
    if (r < 0)
        basis_clear(basis);
    if (r)
        return r;
    *ret_reading = sg_take(&reading);
    return 0;
}

/* @return the note of its certificates, or "" */
static const char *note_of(const struct sg_web_reading *reading)
{
    return reading->tls ? sg_tls_note(reading->tls) : "";
}

int sg_web_check(const char *path, sg_config_problem_fn problem, void *context)
{
    sg_auto(sg_web_reading_unref) struct sg_web_reading *reading = NULL;
    struct basis basis = { 0 };

    int r = read_all(path, problem, context, &basis, &reading);
    basis_clear(&basis);
    if (!r && note_of(reading)[0])
        sg_log(SG_LOG_WARN, NULL, "%s", note_of(reading));
    return r;
}

static void log_problem(void *context, const char *problem)
{
    (void)context;
    sg_log(SG_LOG_ERROR, NULL, "%s", problem);
}

/* Called with the lock held. */
static void look(struct sg_web *web)
{
    struct sg_web_reading *reading = NULL;

    if (!web->path || !has_changed(web->path, &web->basis))
        return;
    int r = read_all(web->path, log_problem, NULL, &web->basis, &reading);
    if (!r && (reading->tls != NULL) != web->speaks_tls) {
        sg_log(SG_LOG_ERROR, NULL, "%s: TLS can only be switched by a restart", web->path);
        reading = sg_web_reading_unref(reading);
        r = SG_CONFIG_E_INVALID;
    }
    web->bad = r != 0;
    if (r) {
        sg_log(SG_LOG_ERROR, NULL, "%s cannot be used: every request is answered 500", web->path);
        return;
    }
    (void)sg_web_reading_unref(web->good);
    web->good = reading;
    sg_log(SG_LOG_INFO, NULL, "%s: loaded again", web->path);
    if (note_of(reading)[0])
        sg_log(SG_LOG_WARN, NULL, "%s", note_of(reading));
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
    int r = read_all(path, keep_first, &first, &web->basis, &web->good);
    if (r)
        return r;
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
    basis_clear(&web->basis);
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
    sg_locked(&web->lock);
    look(web);
    struct sg_web_reading *reading = web->bad ? NULL : sg_web_reading_ref(web->good);
    return reading;
}

struct sg_web_reading *sg_web_take_good(struct sg_web *web)
{
    sg_locked(&web->lock);
    look(web);
    struct sg_web_reading *reading = sg_web_reading_ref(web->good);
    return reading;
}

/* A bucket of tokens, one more each interval, at most a burst of them. */
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
