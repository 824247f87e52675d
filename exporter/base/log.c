/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LINE_BYTES_MAX = 32 * 1024, /* control characters are escaped, six bytes for each */
    MESSAGE_BYTES_MAX = 2048,
    QUEUE_LINES_MAX = 8192,
    QUEUE_BYTES_MAX = 1024 * 1024,
    POLL_MS = 1000, /* for a stderr that another process has made non-blocking */
};

static enum sg_log_level lowest_level = SG_LOG_INFO;
static enum sg_log_format line_format = SG_LOG_LOGFMT;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the queue */
static pthread_cond_t changed;                           /* a line was added, or was written */
static bool has_writer;
static struct sg_str queue[QUEUE_LINES_MAX]; /* a ring of lines, owned */
static size_t queue_first, queue_n, queue_bytes;

static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER; /* held by the thread that writes */
static bool line_is_open;                                      /* the latest line is incomplete */
static atomic_ullong n_dropped;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void sg_log_setup(enum sg_log_level level, enum sg_log_format format)
{
    lowest_level = level;
    line_format = format;
}

bool sg_log_enabled(enum sg_log_level level)
{
    return level >= lowest_level;
}

static void add_escaped(struct sg_buf *line, struct sg_str text)
{
    sg_buf_add_char(line, '"');
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t n = sg_utf8_length(text.ptr + i, text.len - i);
        uint32_t control = n ? sg_utf8_control(text.ptr + i, n) : 0;
        if (n == 0) {
            sg_buf_add_str(line, SG_STR(SG_UTF8_REPLACEMENT));
            n = 1;
        } else if (c == '"' || c == '\\') {
            sg_buf_printf(line, "\\%c", c);
        } else if (c == '\n') {
            sg_buf_add_str(line, SG_STR("\\n"));
        } else if (c == 0 || control) {
            sg_buf_printf(line, "\\u%04" PRIx32, control);
        } else {
            sg_buf_add(line, text.ptr + i, n);
        }
        i += n;
    }
    sg_buf_add_char(line, '"');
}

static void add_field(struct sg_buf *line, const char *key, struct sg_str value)
{
    if (line_format == SG_LOG_JSON) {
        sg_buf_printf(line, "%s\"%s\":", line->len > 1 ? "," : "", key);
        add_escaped(line, value);
        return;
    }
    sg_buf_printf(line, "%s%s=", line->len ? " " : "", key);
    bool plain = value.len > 0;
    for (size_t i = 0; i < value.len && plain; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        plain = c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }
    if (plain)
        sg_buf_add_str(line, value);
    else
        add_escaped(line, value);
}

/* ---- Writing ---- */

/* @return was all of it written? */
static bool write_all(const char *text, size_t len)
{
    for (size_t done = 0; done < len;) {
        struct pollfd room = { STDERR_FILENO, POLLOUT, 0 };
        ssize_t n = write(STDERR_FILENO, text + done, len - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            if (poll(&room, 1, POLL_MS) != 1 && !has_writer) {
                line_is_open = line_is_open || done > 0;
                return false;
            }
        } else if (n == 0 || errno != EINTR) {
            line_is_open = line_is_open || done > 0;
            return false;
        }
    }
    return true;
}

/* A full disk may have truncated a line; the next one must start on a line of its own. */
static void write_line(struct sg_str line)
{
    sg_locked(&write_lock);
    if (line_is_open && write_all("\n", 1))
        line_is_open = false;
    if (line_is_open || !write_all(line.ptr, line.len))
        atomic_fetch_add_explicit(&n_dropped, 1, memory_order_relaxed);
}

static void *run(void *context)
{
    (void)context;
    (void)pthread_setname_np(pthread_self(), "log");
    (void)pthread_mutex_lock(&lock);
    for (;;) {
        while (queue_n == 0)
            (void)pthread_cond_wait(&changed, &lock);
        struct sg_str line = queue[queue_first];
        (void)pthread_mutex_unlock(&lock);
        write_line(line);
        free((char *)(uintptr_t)line.ptr);
        (void)pthread_mutex_lock(&lock);
        queue_first = (queue_first + 1) % QUEUE_LINES_MAX;
        queue_n--;
        queue_bytes -= line.len;
        (void)pthread_cond_broadcast(&changed);
    }
    return NULL;
}

int sg_log_start(void)
{
    pthread_t thread;

    sg_cond_init(&changed);
    has_writer = true;
    int r = pthread_create(&thread, NULL, run, NULL);
    if (r) {
        has_writer = false;
        return -r;
    }
    (void)pthread_detach(thread); /* it may be waiting for stderr when the program exits */
    return 0;
}

void sg_log_flush(int timeout_ms)
{
    struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, timeout_ms);

    if (!has_writer)
        return;
    sg_locked(&lock);
    while (queue_n > 0 && pthread_cond_timedwait(&changed, &lock, &until) == 0)
        ;
}

uint64_t sg_log_n_dropped(void)
{
    return atomic_load_explicit(&n_dropped, memory_order_relaxed);
}

/* @param line  consumed */
static void put_line(struct sg_buf *line)
{
    struct sg_str text = { NULL, line->len };

    if (!has_writer && !sg_buf_error(line)) {
        write_line(sg_buf_get(line));
        sg_buf_done(line);
        return;
    }
    (void)pthread_mutex_lock(&lock);
    bool fits =
        has_writer && queue_n < QUEUE_LINES_MAX && queue_bytes + text.len <= QUEUE_BYTES_MAX;
    if (fits)
        text.ptr = sg_buf_take(line);
    if (text.ptr) {
        queue[(queue_first + queue_n++) % QUEUE_LINES_MAX] = text;
        queue_bytes += text.len;
        (void)pthread_cond_broadcast(&changed);
    } else {
        atomic_fetch_add_explicit(&n_dropped, 1, memory_order_relaxed);
    }
    (void)pthread_mutex_unlock(&lock);
    sg_buf_done(line);
}

void sg_log(enum sg_log_level level, const struct sg_log_about *about, const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    char time_text[40];
    struct timespec now;
    struct tm parts;
    struct sg_buf line;
    va_list args;

    if (!sg_log_enabled(level))
        return;

    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts);
    size_t n = strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(time_text + n, sizeof time_text - n, ".%03ldZ", now.tv_nsec / 1000000);

    sg_buf_init(&line, LINE_BYTES_MAX);
    if (line_format == SG_LOG_JSON)
        sg_buf_add_char(&line, '{');
    add_field(&line, "ts", sg_str_of(time_text));
    add_field(&line, "level", sg_str_of(level_names[level]));
    if (about && about->cluster)
        add_field(&line, "cluster", sg_str_of(about->cluster));
    if (about && about->collector)
        add_field(&line, "collector", sg_str_of(about->collector));
    if (about && about->target)
        add_field(&line, "target", sg_str_of(about->target));
    add_field(&line, "msg", sg_str_of(message));
    sg_buf_add_str(&line, line_format == SG_LOG_JSON ? SG_STR("}\n") : SG_STR("\n"));

    put_line(&line);
}
