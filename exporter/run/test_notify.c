/* SPDX-License-Identifier: Apache-2.0 */

/* What systemd receives, and the watchdog's interval. */

#include "run/notify.h"
#include "temporary.h"
#include "test.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager = -1;

/* @param name  of the socket; "@…" is an abstract one */
static void listen_as(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));

    assert_true(strlen(name) < sizeof address.sun_path);
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(manager, (struct sockaddr *)&address, len), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static void receive(char text[200])
{
    ssize_t n = recv(manager, text, 199, 0);

    text[n > 0 ? n : 0] = '\0';
}

static int tear_down(void **state)
{
    (void)state;
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
    if (manager >= 0)
        (void)close(manager);
    manager = -1;
    return 0;
}

static void test_state_is_one_datagram_to_the_socket(void **state)
{
    char path[TEMPORARY_BYTES], abstract[64], text[200];
    const char *names[] = { path, abstract };
    (void)state;

    temporary_file("", path); /* only for the name */
    (void)unlink(path);
    (void)snprintf(abstract, sizeof abstract, "@streamgauge-test-%d", (int)getpid());
    for (size_t i = 0; i < 2; i++) {
        listen_as(names[i]);
        assert_int_equal(sg_notify("READY=1"), 0);
        receive(text);
        assert_string_equal(text, "READY=1");
        (void)tear_down(NULL);
    }
    (void)unlink(path);
}

static void test_reload_has_the_time_that_systemd_compares(void **state)
{
    char name[64], text[200];
    long long usec = 0;
    (void)state;

    (void)snprintf(name, sizeof name, "@streamgauge-test-%d", (int)getpid());
    listen_as(name);
    assert_int_equal(sg_notify_reloading(), 0);
    receive(text);
    assert_int_equal(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%lld", &usec), 1);
    assert_true(usec > 0);
}

static void test_socket_that_cannot_be_one_is_an_error_and_none_is_not(void **state)
{
    char too_long[200] = "/";
    (void)state;

    assert_int_equal(sg_notify("READY=1"), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", "", 1), 0);
    assert_int_equal(sg_notify("READY=1"), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
    assert_int_equal(sg_notify("READY=1"), -EINVAL);
    memset(too_long + 1, 'x', sizeof too_long - 2);
    assert_int_equal(setenv("NOTIFY_SOCKET", too_long, 1), 0);
    assert_int_equal(sg_notify("READY=1"), -EINVAL);
    assert_int_equal(setenv("NOTIFY_SOCKET", "/nowhere/notify", 1), 0);
    assert_int_equal(sg_notify("READY=1"), -ENOENT);
}

static void test_watchdog_is_fed_twice_as_often_as_required_by_this_process_only(void **state)
{
    char own[16], other[16];
    (void)state;

    (void)snprintf(own, sizeof own, "%d", (int)getpid());
    (void)snprintf(other, sizeof other, "%d", (int)getppid());
    const struct {
        const char *usec, *pid;
        int64_t ms;
    } cases[] = {
        { NULL, NULL, 0 },
        { "30000000", NULL, 15000 },
        { "30000000", own, 15000 },
        { "30000000", other, 0 },
        { "30000000", "", 0 },
        { "", own, 0 },
        { "30000000us", own, 0 },
        { "-30000000", own, 0 },
        { "99999999999999999999", own, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)tear_down(NULL);
        if (cases[i].usec)
            assert_int_equal(setenv("WATCHDOG_USEC", cases[i].usec, 1), 0);
        if (cases[i].pid)
            assert_int_equal(setenv("WATCHDOG_PID", cases[i].pid, 1), 0);
        assert_int_equal(sg_notify_watchdog_ms(), cases[i].ms);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_reload_has_the_time_that_systemd_compares, tear_down),
        cmocka_unit_test_teardown(
            test_socket_that_cannot_be_one_is_an_error_and_none_is_not, tear_down),
        cmocka_unit_test_teardown(test_state_is_one_datagram_to_the_socket, tear_down),
        cmocka_unit_test_teardown(
            test_watchdog_is_fed_twice_as_often_as_required_by_this_process_only, tear_down),
    };

    (void)unsetenv("NOTIFY_SOCKET");
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
