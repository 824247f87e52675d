/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_BYTES_MAX = 8192,
    MESSAGE_BYTES_MAX = 2048
};

static enum sg_log_level lowest_level = SG_LOG_INFO;
static enum sg_log_format line_format = SG_LOG_LOGFMT;
static pthread_mutex_t line_lock = PTHREAD_MUTEX_INITIALIZER;

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
    (void)sg_buf_add_char(line, '"');
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t n = sg_utf8_length(text.ptr + i, text.len - i);
        if (n == 0) {
            (void)sg_buf_add_str(line, SG_STR(SG_UTF8_REPLACEMENT));
            n = 1;
        } else if (c == '"' || c == '\\') {
            (void)sg_buf_printf(line, "\\%c", c);
        } else if (c == '\n') {
            (void)sg_buf_add_str(line, SG_STR("\\n"));
        } else if (c < 0x20 || c == 0x7f) {
            (void)sg_buf_printf(line, "\\u%04x", c);
        } else {
            (void)sg_buf_add(line, text.ptr + i, n);
        }
        i += n;
    }
    (void)sg_buf_add_char(line, '"');
}

static void add_field(struct sg_buf *line, const char *key, struct sg_str value)
{
    if (line_format == SG_LOG_JSON) {
        (void)sg_buf_printf(line, "%s\"%s\":", line->len > 1 ? "," : "", key);
        add_escaped(line, value);
        return;
    }
    (void)sg_buf_printf(line, "%s%s=", line->len ? " " : "", key);
    bool plain = value.len > 0;
    for (size_t i = 0; i < value.len && plain; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        plain = c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }
    if (plain)
        (void)sg_buf_add_str(line, value);
    else
        add_escaped(line, value);
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
        (void)sg_buf_add_char(&line, '{');
    add_field(&line, "ts", sg_str_of(time_text));
    add_field(&line, "level", sg_str_of(level_names[level]));
    if (about && about->cluster)
        add_field(&line, "cluster", sg_str_of(about->cluster));
    if (about && about->collector)
        add_field(&line, "collector", sg_str_of(about->collector));
    if (about && about->target)
        add_field(&line, "target", sg_str_of(about->target));
    add_field(&line, "msg", sg_str_of(message));
    (void)sg_buf_add_str(&line, line_format == SG_LOG_JSON ? SG_STR("}\n") : SG_STR("\n"));

    (void)pthread_mutex_lock(&line_lock);
    for (size_t done = 0; done < line.len;) {
        ssize_t written = write(STDERR_FILENO, line.ptr + done, line.len - done);
        if (written <= 0)
            break; /* nobody to tell */
        done += (size_t)written;
    }
    (void)pthread_mutex_unlock(&line_lock);
    sg_buf_done(&line);
}
