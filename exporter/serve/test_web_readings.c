/* SPDX-License-Identifier: Apache-2.0 */
#include "base/auto.h"
#include "base/test_clock.h"
#include "base/test_stderr.h"
#include "serve/test_certs.h"
#include "serve/web.h"
#include "temporary.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#define GOOD "rate_limit:\n  interval: 1s\n  burst: %d\n"

struct fixture {
    char folder[TEMPORARY_BYTES], path[96], next[96];
    struct sg_web *web;
};

/* Replace the file by a rename, so that it is never incomplete. */
static void replace_file(const struct fixture *f, const char *text)
{
    put_text(f->next, text);
    assert_int_equal(rename(f->next, f->path), 0);
}

static void write_burst(const struct fixture *f, int burst)
{
    char text[100];

    (void)snprintf(text, sizeof text, GOOD, burst);
    replace_file(f, text);
}

static int set_up(void **state)
{
    static struct fixture f;
    struct sg_error err;

    temporary_folder(f.folder);
    (void)snprintf(f.path, sizeof f.path, "%s/web.yml", f.folder);
    (void)snprintf(f.next, sizeof f.next, "%s/next.yml", f.folder);
    write_burst(&f, 1);
    assert_int_equal(sg_web_new(f.path, &test_clock, &f.web, &err), 0);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    const struct fixture *f = *state;

    (void)sg_web_free(f->web);
    (void)unlink(f->path);
    (void)rmdir(f->folder);
    return 0;
}

static void assert_burst(struct sg_web_reading *reading, int burst)
{
    assert_non_null(reading);
    assert_int_equal(reading->config->rate_burst, burst);
    (void)sg_web_reading_unref(reading);
}

static void test_reading_is_the_same_until_the_file_changes(void **state)
{
    const struct fixture *f = *state;
    struct sg_web_reading *first = sg_web_take(f->web);
    atomic_fetch_add(&now_ms, 3600000);
    struct sg_web_reading *second = sg_web_take(f->web);

    assert_ptr_equal(first, second);
    write_burst(f, 2);
    assert_burst(sg_web_take(f->web), 2);
    assert_burst(sg_web_take_good(f->web), 2);
    assert_burst(first, 1); /* whoever holds one continues to use it */
    assert_burst(second, 1);
}

/* Without it the server would have no passwords. */
static void test_bad_file_at_the_start_is_refused(void **state)
{
    const struct fixture *f = *state;
    struct sg_web *web = NULL;
    struct sg_error err;

    replace_file(f, "no: such key\n");
    assert_int_not_equal(sg_web_new(f->path, &test_clock, &web, &err), 0);
    assert_null(web);
    assert_non_null(strstr(err.text, "\"no\""));
}

static void test_bad_file_has_no_reading_but_the_last_good_one_for_handshakes(void **state)
{
    const struct fixture *f = *state;

    replace_file(f, "no: such key\n");
    for (int i = 0; i < 2; i++) {
        assert_null(sg_web_take(f->web));
        assert_burst(sg_web_take_good(f->web), 1);
    }
    (void)unlink(f->path);
    assert_null(sg_web_take(f->web));
    write_burst(f, 3);
    assert_burst(sg_web_take(f->web), 3);
}

/* As a certificate that is renewed: web.yml itself stays as it is. */
static void test_files_that_are_named_are_read_again_when_one_of_them_changes(void **state)
{
    const struct fixture *f = *state;
    static struct cert cert;
    const char *const names[] = { "cert", "key", "ca" };
    char paths[3][96], text[512];
    const char *const texts[] = { cert.crt_pem, cert.key_pem, cert.crt_pem };
    struct sg_web *web = NULL;
    struct sg_error err;

    make_cert(&cert, "server", &(struct cert_options){ .issuer = NULL });
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s.pem", f->folder, names[i]);
        put_text(paths[i], texts[i]);
    }
    (void)snprintf(text, sizeof text,
        "tls_server_config:\n  cert_file: %s\n  key_file: %s\n  client_ca_file: %s\n"
        "  client_auth_type: RequireAndVerifyClientCert\n",
        paths[0], paths[1], paths[2]);
    replace_file(f, text);
    assert_int_equal(sg_web_new(f->path, &test_clock, &web, &err), 0);
    for (size_t i = 0; i < 3; i++) {
        struct sg_web_reading *before = sg_web_take(web);
        struct sg_web_reading *same = sg_web_take(web);
        assert_non_null(before);
        assert_ptr_equal(before, same);
        put_text(f->next, texts[i]);
        assert_int_equal(rename(f->next, paths[i]), 0);
        struct sg_web_reading *after = sg_web_take(web);
        assert_non_null(after);
        assert_ptr_not_equal(after, before);
        (void)sg_web_reading_unref(before);
        (void)sg_web_reading_unref(same);
        (void)sg_web_reading_unref(after);
    }
    (void)sg_web_free(web);
    for (size_t i = 0; i < 3; i++)
        (void)unlink(paths[i]);
    free_cert(&cert);
}

static void test_file_in_which_tls_comes_is_bad_until_a_restart(void **state)
{
    const struct fixture *f = *state;

    replace_file(f, "tls_server_config:\n  cert_file: none.pem\n  key_file: none.key\n");
    assert_null(sg_web_take(f->web));
    write_burst(f, 1);
    assert_burst(sg_web_take(f->web), 1);
}

/*
 * These replace those of the C library. When a file is checked or opened, they query the rate
 * limit, which needs the lock: if it were held, they would wait for ever.
 */
static struct sg_web *asked;
static int n_stat, n_fstat;
static bool is_short; /* of descriptors: no file can be read */
static struct sg_web_reading *taken_meanwhile;

static int ask(void)
{
    static const struct sg_web_config config = { .rate_interval_ms = 1000, .rate_burst = 1 };

    if (asked)
        (void)sg_web_allows(asked, &config);
    return asked != NULL;
}

/* What another request gets while a file is being read. */
static void take_meanwhile(void)
{
    if (asked && !taken_meanwhile)
        taken_meanwhile = sg_web_take(sg_take(&asked));
}

int stat(const char *path, struct stat *status)
{
    if (ask())
        n_stat++;
    return fstatat(AT_FDCWD, path, status, 0);
}

int fstat(int fd, struct stat *status)
{
    if (ask())
        n_fstat++;
    take_meanwhile();
    if (is_short) {
        errno = EMFILE;
        return -1;
    }
    return fstatat(fd, "", status, AT_EMPTY_PATH);
}

static void test_no_lock_is_held_while_files_are_looked_at_and_read(void **state)
{
    const struct fixture *f = *state;

    write_burst(f, 2);
    asked = f->web;
    n_stat = n_fstat = 0;
    struct sg_web_reading *reading = sg_web_take(f->web);
    asked = NULL;
    assert_burst(reading, 2);
    assert_true(n_stat > 0 && n_fstat > 0);
    assert_burst(sg_take(&taken_meanwhile), 1); /* it does not wait, nor read a second time */
    assert_int_equal(n_fstat, 1);
}

/* That it cannot be read is not in the file: it is tried again although the file is the same. */
static void test_file_that_could_not_be_read_is_read_again_later(void **state)
{
    const struct fixture *f = *state;

    write_burst(f, 2);
    is_short = true;
    assert_null(sg_web_take(f->web));
    is_short = false;
    assert_burst(sg_web_take_good(f->web), 1);
    atomic_fetch_add(&now_ms, 9999);
    assert_null(sg_web_take(f->web)); /* not at each request */
    atomic_fetch_add(&now_ms, 1);
    assert_burst(sg_web_take(f->web), 2);
}

static void test_bad_file_is_tried_again_and_logged_once(void **state)
{
    const struct fixture *f = *state;
    char text[4096];

    replace_file(f, "no: such key\n");
    start_listening();
    for (int i = 0; i < 3; i++) {
        asked = f->web; /* so that calls are counted */
        n_fstat = 0;
        assert_null(sg_web_take(f->web));
        assert_int_equal(n_fstat, 1);
        asked = NULL;
        (void)sg_web_reading_unref(sg_take(&taken_meanwhile));
        atomic_fetch_add(&now_ms, 10000);
    }
    stop_listening(text, sizeof text);
    assert_int_equal(count(text, "level=error"), 2);
    assert_int_equal(count(text, "unknown key"), 1);
    assert_int_equal(count(text, "every request is answered with 500"), 1);
}

static void test_retry_that_fails_for_another_reason_is_logged(void **state)
{
    const struct fixture *f = *state;
    char text[4096];

    replace_file(f, "no: such key\n");
    start_listening();
    is_short = true;
    for (int i = 0; i < 4; i++) {
        assert_null(sg_web_take(f->web));
        is_short = false;
        atomic_fetch_add(&now_ms, 10000);
    }
    stop_listening(text, sizeof text);
    assert_int_equal(count(text, "level=error"), 4);
    assert_int_equal(count(text, "Too many open files"), 1);
    assert_int_equal(count(text, "unknown key"), 1);
}

/* Threads take readings while the file changes; for TSan. */
static atomic_bool changing;

static void *hammer(void *context)
{
    struct sg_web *web = context;
    bool fine = true;

    while (atomic_load(&changing)) {
        struct sg_web_reading *reading = sg_web_take(web);
        fine = fine && (!reading || reading->config->rate_interval_ms == 1000);
        (void)sg_web_reading_unref(reading);
        reading = sg_web_take_good(web);
        fine = fine && reading->config->rate_interval_ms == 1000;
        (void)sg_web_reading_unref(reading);
    }
    return fine ? context : NULL;
}

static void test_readings_under_concurrent_changes_are_whole(void **state)
{
    const struct fixture *f = *state;
    pthread_t threads[3];
    void *fine;

    atomic_store(&changing, true);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, f->web), 0);
    for (int i = 1; i <= 100; i++) {
        if (i % 3 == 0)
            replace_file(f, "bad\n");
        else
            write_burst(f, i);
        (void)sg_web_reading_unref(sg_web_take(f->web));
    }
    atomic_store(&changing, false);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(threads[i], &fine), 0);
        assert_non_null(fine);
    }
    assert_burst(sg_web_take(f->web), 100);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_reading_is_the_same_until_the_file_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_file_at_the_start_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_bad_file_has_no_reading_but_the_last_good_one_for_handshakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_files_that_are_named_are_read_again_when_one_of_them_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_file_in_which_tls_comes_is_bad_until_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_file_that_could_not_be_read_is_read_again_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_bad_file_is_tried_again_and_logged_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_retry_that_fails_for_another_reason_is_logged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_no_lock_is_held_while_files_are_looked_at_and_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_readings_under_concurrent_changes_are_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("web_readings", tests, NULL, NULL);
}
