/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/web.h"

#include "base/auto.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
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
    FILES = 4, /* the configuration, certificate, key, clients' CA */
    RETRY_MS = 1000,
};

struct reading_block {
    struct sg_web_reading reading;
    atomic_size_t n_refs;
};

struct sg_web {
    const char *path;
    const struct sg_clock *clock;
    bool speaks_tls;
    pthread_mutex_t lock; /* guards what is below */
    struct mark marks[FILES];
    struct sg_web_reading *good;
    bool bad;
    int64_t looked_ms; /* when it was read and found bad */
    double tokens;     /* of the rate limit */
    int64_t filled_ms;
};

struct sg_web_reading *sg_web_reading_ref(struct sg_web_reading *reading)
{
    atomic_fetch_add_explicit(&((struct reading_block *)reading)->n_refs, 1, memory_order_relaxed);
    return reading;
}

struct sg_web_reading *sg_web_reading_unref(struct sg_web_reading *reading)
{
    struct reading_block *block = (struct reading_block *)reading;

    if (!block || atomic_fetch_sub_explicit(&block->n_refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    (void)sg_tls_free(reading->tls);
    (void)sg_web_config_free(reading->config);
    free(block);
    return NULL;
}
SG_AUTO_DEFINE(struct sg_web_reading *, sg_web_reading_unref);

static int read_all(const char *path,
    sg_config_problem_fn problem,
    void *context,
    struct sg_web_reading **ret_reading)
{
    struct reading_block *block = calloc(1, sizeof *block);
    struct sg_error err = { "" };

    if (!block)
        return -ENOMEM;
    atomic_init(&block->n_refs, 1);
    sg_auto(sg_web_reading_unref) struct sg_web_reading *reading = &block->reading;
    if (!path) {
        reading->config = calloc(1, sizeof *reading->config);
        if (!reading->config)
            return -ENOMEM;
    } else {
        int r = sg_web_config_load(path, problem, context, &reading->config);
        if (r)
            return r;
    }
    if (reading->config->has_tls) {
        int r = sg_tls_new(&reading->config->tls, &reading->tls, &err);
        if (r < 0)
            return r;
        if (r) {
            problem(context, err.text);
            return SG_CONFIG_E_INVALID;
        }
    }
    *ret_reading = sg_take(&reading);
    return 0;
}

int sg_web_check(const char *path, sg_config_problem_fn problem, void *context)
{
    sg_auto(sg_web_reading_unref) struct sg_web_reading *reading = NULL;
    return read_all(path, problem, context, &reading);
}

/* ---- Changes ---- */

static void mark_file(const char *path, struct mark *mark)
{
    struct stat status;

    if (!path || stat(path, &status))
        return;
    mark->device = status.st_dev;
    mark->inode = status.st_ino;
    mark->size = status.st_size;
    mark->modified = status.st_mtim;
    mark->changed = status.st_ctim;
}

/* Marks are taken before the files are read: a change in between is seen the next time. */
static void mark_files(const struct sg_web *web, struct mark marks[FILES])
{
    const struct sg_web_tls *tls = web->good ? &web->good->config->tls : NULL;

    memset(marks, 0, FILES * sizeof *marks);
    mark_file(web->path, &marks[0]);
    if (!tls)
        return;
    mark_file(tls->cert.file, &marks[1]);
    mark_file(tls->key.file, &marks[2]);
    mark_file(tls->client_ca.file, &marks[3]);
}

/* @param context  is it worth a line? */
static void log_problem(void *context, const char *problem)
{
    if (*(const bool *)context)
        sg_log(SG_LOG_ERROR, NULL, "%s", problem);
}

/* Called with the lock held. */
static void look(struct sg_web *web)
{
    struct mark marks[FILES];
    struct sg_web_reading *reading = NULL;

    if (!web->path)
        return;
    mark_files(web, marks);
    int64_t now_ms = sg_clock_monotonic_ms(web->clock);
    bool differs = memcmp(marks, web->marks, sizeof marks) != 0;
    /* A bad file may name others, which are mended without touching it. */
    if (!differs && !(web->bad && now_ms - web->looked_ms >= RETRY_MS))
        return;
    web->looked_ms = now_ms;
    int r = read_all(web->path, log_problem, &differs, &reading);
    if (!r && (reading->tls != NULL) != web->speaks_tls) {
        if (differs)
            sg_log(SG_LOG_ERROR, NULL, "%s: TLS can only be switched by a restart", web->path);
        reading = sg_web_reading_unref(reading);
        r = SG_CONFIG_E_INVALID;
    }
    memcpy(web->marks, marks, sizeof marks);
    web->bad = r != 0;
    if (r) {
        if (differs)
            sg_log(
                SG_LOG_ERROR, NULL, "%s cannot be used: every request is answered 500", web->path);
        return;
    }
    (void)sg_web_reading_unref(web->good);
    web->good = reading;
    mark_files(web, web->marks); /* it may name other files than before */
    memcpy(web->marks, marks, sizeof marks[0]);
    sg_log(SG_LOG_INFO, NULL, "%s: read anew", web->path);
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
    mark_files(web, web->marks);
    int r = read_all(path, keep_first, &first, &web->good);
    if (r)
        return r;
    struct mark before = web->marks[0];
    mark_files(web, web->marks);
    web->marks[0] = before;
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
    (void)pthread_mutex_lock(&web->lock);
    look(web);
    struct sg_web_reading *reading = web->bad ? NULL : sg_web_reading_ref(web->good);
    (void)pthread_mutex_unlock(&web->lock);
    return reading;
}

struct sg_web_reading *sg_web_take_good(struct sg_web *web)
{
    (void)pthread_mutex_lock(&web->lock);
    look(web);
    struct sg_web_reading *reading = sg_web_reading_ref(web->good);
    (void)pthread_mutex_unlock(&web->lock);
    return reading;
}

/* A bucket of tokens, one more each interval, at most a burst of them. */
bool sg_web_allows(struct sg_web *web, const struct sg_web_config *config)
{
    if (config->rate_interval_ms == 0)
        return true;
    (void)pthread_mutex_lock(&web->lock);
    int64_t now_ms = sg_clock_monotonic_ms(web->clock);
    web->tokens += (double)(now_ms - web->filled_ms) / (double)config->rate_interval_ms;
    if (web->tokens > (double)config->rate_burst)
        web->tokens = (double)config->rate_burst;
    web->filled_ms = now_ms;
    bool allowed = web->tokens >= 1;
    web->tokens -= allowed ? 1 : 0;
    (void)pthread_mutex_unlock(&web->lock);
    return allowed;
}
