/* SPDX-License-Identifier: Apache-2.0 */

/* Flags → configuration → run. Exit codes: 0 success, 1 configuration or start, 2 usage. */

#include "base/auto.h"
#include "base/build.h"
#include "base/log.h"
#include "collectors/collector.h"
#include "config/document.h"
#include "config/flags.h"
#include "config/load.h"
#include "doctor/doctor.h"
#include "platform.h"
#include "run/metrics_list.h"
#include "run/notify.h"
#include "run/program.h"
#include "self/process.h"
#include "serve/listen.h"
#include "serve/routes.h"
#include "serve/web.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Blocks of at least this size are returned to the system when they are freed. The page of a large
 * cluster is tens of megabytes, and the next one is built while the old one is still being sent: by
 * default glibc would raise the limit and keep the memory of both for ever. musl's is fixed.
 */
enum {
    OWN_MAPPING_BYTES = 1024 * 1024
};

/* Time limit for writing the log's last lines. */
enum {
    LOG_FLUSH_MS = 250
};

enum {
    EXIT_DONE,
    EXIT_WRONG,
    EXIT_USAGE
};

SG_AUTO_DEFINE(struct sg_config *, sg_config_unref);

static void return_large_blocks(void)
{
#if SG_HAS_MALLOPT
    (void)mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
#endif
}

/* ---- Signals and descriptors ---- */

/* What run_until_signal() waits for. */
static sigset_t own_signals(void)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    return signals;
}

/*
 * First of all, before any thread: a SIGHUP during the start must cause a reload, not terminate the
 * program.
 */
static void block_signals(void)
{
    sigset_t signals = own_signals();
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* In this mode nothing waits for signals: they terminate the program at once. */
static void unblock_signals(void)
{
    sigset_t signals = own_signals();
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

/* The start has failed, and stderr may be a pipe without a reader. */
static void restore_termination(void)
{
    sigset_t signals = own_signals();

    (void)sigdelset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

/* If one of these is closed, a socket or file with its number would receive its output. */
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    }
}

/* ---- What is printed ---- */

static void print_problem(void *context, const char *problem)
{
    (void)context;
    restore_termination();
    (void)fprintf(stderr, "%s\n", problem);
}

static int fail(const struct sg_error *err, int r)
{
    restore_termination();
    sg_log_flush(LOG_FLUSH_MS);
    (void)fprintf(stderr, "streamgauge: %s\n",
        r < 0 ? strerror(-r)
        : err ? err->text
              : "internal error");
    return EXIT_WRONG;
}

/* The reader, such as "| head", has closed the pipe: for a filter that is not an error. */
static void end_if_reader_is_gone(void)
{
    struct pollfd reader = { STDOUT_FILENO, 0, 0 };

    if (poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR)) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
}

/* @return the code, or EXIT_WRONG when the output could not be written */
static int finish_output(int code)
{
    int r = fflush(stdout) ? -errno : ferror(stdout) ? -EIO : 0;

    if (!r)
        return code;
    end_if_reader_is_gone();
    return fail(NULL, r);
}

/* ---- Modes ---- */

static int check_rules(const struct sg_flags *flags)
{
    const struct sg_collector *const *place = sg_collectors;
    struct sg_error err = { "" };

    while (!(*place)->check_rules)
        place++; /* it is in use */
    int r = (*place)->check_rules(flags->rule_file, flags->against, stdout, &err);
    if (r)
        (void)fprintf(stderr, "%s\n", r < 0 ? strerror(-r) : err.text);
    return finish_output(r ? EXIT_WRONG : EXIT_DONE);
}

/*
 * A thread that is left over is stuck in librdkafka. exit() would destroy OpenSSL's state while
 * that thread uses it, so the process then ends without.
 * @param n_threads  that may be left: main's, and the log's
 */
static int leave(int code, int64_t n_threads)
{
    struct sg_process self;

    if (sg_process_read(&self) == 0 && self.threads > n_threads) {
        (void)fflush(stdout);
        _exit(code);
    }
    return code;
}

static int run_doctor(const struct sg_config *config, const struct sg_flags *flags)
{
    enum sg_doctor_format format = flags->log_format == SG_LOG_JSON ? SG_DOCTOR_JSON
                                   : isatty(STDOUT_FILENO) && !getenv("NO_COLOR")
                                       ? SG_DOCTOR_TABLE_IN_COLOUR
                                       : SG_DOCTOR_TABLE;
    bool well = false;
    int r = sg_doctor(config, &sg_clock_system, format, stdout, &well);

    if (r) {
        end_if_reader_is_gone();
        (void)fail(NULL, r);
        _exit(EXIT_WRONG); /* a thread may be stuck */
    }
    return leave(finish_output(well ? EXIT_DONE : EXIT_WRONG), 1);
}

static int run_once(struct sg_program *program)
{
    bool complete = false;
    int r = sg_program_once(program, stdout, &complete);

    if (r) {
        end_if_reader_is_gone();
        return leave(fail(NULL, r), 1);
    }
    (void)sg_program_free(program);
    return leave(complete ? EXIT_DONE : EXIT_WRONG, 1);
}

/* An HTTP thread requests a reload. */
static void send_hangup(void *context)
{
    (void)context;
    (void)kill(getpid(), SIGHUP);
}

static void reload(struct sg_program *program, const struct sg_flags *flags)
{
    (void)sg_notify_reloading();
    (void)sg_program_reload(program, flags);
    (void)sg_notify("READY=1");
}

/* @return the signal that stops the program */
static int run_until_signal(
    struct sg_program *program, const struct sg_flags *flags, const sigset_t *signals)
{
    int64_t watchdog_ms = sg_notify_watchdog_ms();
    int64_t fed_ms = 0;

    for (;;) {
        int64_t pause_ms = sg_program_tick(program);
        int64_t now_ms = sg_clock_monotonic_ms(&sg_clock_system);
        /* systemd restarts a service that does not answer: main's thread is running here, the
           page's is checked. */
        if (watchdog_ms && now_ms - fed_ms >= watchdog_ms / 2 && sg_program_is_alive(program)) {
            (void)sg_notify("WATCHDOG=1");
            fed_ms = now_ms;
        }
        if (watchdog_ms && watchdog_ms / 2 < pause_ms)
            pause_ms = watchdog_ms / 2 + 1;
        const struct timespec pause = { pause_ms / 1000, pause_ms % 1000 * 1000000 };
        int number = sigtimedwait(signals, NULL, &pause);
        if (number == SIGHUP)
            reload(program, flags);
        else if (number > 0)
            return number;
    }
}

static int serve(struct sg_program *program, const struct sg_flags *flags)
{
    struct sg_error err = { "" };
    sigset_t signals = own_signals();

    int r = sg_program_start(program, flags, send_hangup, NULL, &err);
    if (r) {
        (void)fail(&err, r);
        _exit(EXIT_WRONG); /* threads may be running already, and nothing needs saving */
    }
    sg_program_log_start(program, flags);
    for (size_t i = 0; i < flags->n_addresses; i++)
        sg_log(SG_LOG_INFO, NULL, "version %s serves %s%s on %s", SG_VERSION, flags->urls.prefix,
            flags->telemetry_path, flags->addresses[i]);
    (void)sg_notify("READY=1");
    int number = run_until_signal(program, flags, &signals);
    (void)sg_notify("STOPPING=1");
    sg_log(SG_LOG_INFO, NULL, "stopping after %s", number == SIGINT ? "SIGINT" : "SIGTERM");
    if (!sg_program_stop(program)) {
        sg_log(SG_LOG_INFO, NULL, "a remote server has not answered; not waiting for it");
        sg_log_flush(LOG_FLUSH_MS);
        _exit(EXIT_DONE);
    }
    (void)sg_program_free(program);
    sg_log_flush(LOG_FLUSH_MS);
    return leave(EXIT_DONE, 2);
}

static int print_reference(int (*make)(struct sg_buf *out))
{
    struct sg_buf text;

    sg_buf_init(&text, 1 << 20);
    int r = make(&text);
    if (!r)
        (void)fwrite(text.ptr, 1, text.len, stdout);
    sg_buf_done(&text);
    return finish_output(r ? EXIT_WRONG : EXIT_DONE);
}

/* With --config.check. */
static int report_valid(const struct sg_config *config, const char *file)
{
    struct sg_buf added;

    sg_buf_init(&added, 1 << 20);
    (void)sg_config_note_added(config, &added); /* a text that is too long is truncated */
    const char *text = sg_buf_get_cut(&added);
    (void)printf("%s: valid\n%s", file ? file : "flags", text ? text : "");
    sg_buf_done(&added);
    return finish_output(EXIT_DONE);
}

static void print_version(void)
{
    const struct sg_build build = sg_build_get();

    (void)printf("streamgauge %s\n"
                 "  revision       %s\n"
                 "  compiler       %s\n"
                 "  librdkafka     %s\n"
                 "  libcurl        %s\n"
                 "  libmicrohttpd  %s\n",
        build.version, build.revision, build.compiler, build.librdkafka, build.libcurl,
        build.libmicrohttpd);
}

int main(int argc, char **argv)
{
    struct sg_flags flags;
    struct sg_error err = { "" };
    sg_auto(sg_config_unref) struct sg_config *config = NULL;
    struct sg_program *program = NULL;

    block_signals();
    fill_standard_descriptors();
    return_large_blocks();
    (void)signal(SIGPIPE, SIG_IGN);
    if (sg_flags_parse(argc, argv, &flags, &err)) {
        (void)fprintf(stderr, "streamgauge: %s\n", err.text);
        return EXIT_USAGE;
    }
    if (flags.mode != SG_MODE_SERVE)
        unblock_signals();
    if (flags.mode == SG_MODE_HELP || flags.mode == SG_MODE_VERSION) {
        if (flags.mode == SG_MODE_HELP)
            (void)fputs(sg_flags_help, stdout);
        else
            print_version();
        return finish_output(EXIT_DONE);
    }
    if (sg_routes_has(flags.telemetry_path)) {
        (void)fprintf(stderr, "streamgauge: --web.telemetry-path: %s is the path of another page\n",
            flags.telemetry_path);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < flags.n_addresses; i++) {
        if (sg_listen_check(flags.addresses[i], &err)) {
            (void)fprintf(stderr, "streamgauge: --web.listen-address: %s\n", err.text);
            return EXIT_USAGE;
        }
    }
    if (flags.mode == SG_MODE_LIST_KEYS)
        return print_reference(sg_config_document);
    if (flags.mode == SG_MODE_LIST_NAMES)
        return print_reference(sg_config_list);
    if (flags.mode == SG_MODE_LIST_METRICS)
        return finish_output(sg_metrics_list(stdout) ? EXIT_WRONG : EXIT_DONE);

    if (flags.mode == SG_MODE_CHECK_RULES)
        return check_rules(&flags);

    /* The doctor reports failures on stdout instead of the log. */
    bool is_quiet = flags.mode == SG_MODE_DOCTOR && flags.log_level != SG_LOG_DEBUG;
    sg_log_setup(is_quiet ? SG_LOG_ERROR : flags.log_level, flags.log_format);
    int r = flags.mode == SG_MODE_SERVE ? sg_log_start() : 0;
    if (r)
        return fail(NULL, r);
    for (size_t i = 0; i < flags.kafka_exporter.n_warnings; i++)
        sg_log(SG_LOG_WARN, NULL, "%s", flags.kafka_exporter.warnings[i]);
    r = sg_config_load(&flags.config, print_problem, NULL, &config);
    if (r)
        return r > 0 ? EXIT_WRONG : fail(NULL, r);
    if (flags.web_config_file &&
        sg_web_check(flags.web_config_file, print_problem, NULL)) /* serving loads it itself */
        return EXIT_WRONG;
    if (flags.mode == SG_MODE_DOCTOR)
        return run_doctor(config, &flags);
    r = sg_program_new(config, &sg_clock_system, &program, &err);
    if (r)
        return leave(fail(&err, r), flags.mode == SG_MODE_SERVE ? 2 : 1);
    if (flags.mode == SG_MODE_CHECK_CONFIG) {
        (void)sg_program_free(program);
        return leave(report_valid(config, flags.config.file), 1);
    }
    config = sg_config_unref(config);
    return flags.mode == SG_MODE_ONCE ? run_once(program) : serve(program, &flags);
}
