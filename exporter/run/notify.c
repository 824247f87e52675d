/* SPDX-License-Identifier: Apache-2.0 */
#include "run/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int sg_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = path ? strlen(path) : 0;

    if (len == 0)
        return 0;
    if ((path[0] != '/' && path[0] != '@') || len >= sizeof address.sun_path)
        return -EINVAL;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@') /* an abstract socket name */
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    size_t n = strlen(state);
    ssize_t sent = sendto(fd, state, n, MSG_NOSIGNAL, (const struct sockaddr *)&address,
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    int r = sent == (ssize_t)n ? 0 : -errno;
    (void)close(fd);
    return r;
}

int sg_notify_reloading(void)
{
    char state[80];
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
        (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    return sg_notify(state);
}

static long long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;

    errno = 0;
    long long number = text ? strtoll(text, &end, 10) : 0;
    return text && end != text && *end == '\0' && !errno && number > 0 ? number : 0;
}

int64_t sg_notify_watchdog_ms(void)
{
    long long microseconds = number_of("WATCHDOG_USEC");

    if (getenv("WATCHDOG_PID") && number_of("WATCHDOG_PID") != getpid())
        return 0;
    return microseconds / 2000;
}
