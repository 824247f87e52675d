/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/listen.h"

#include "base/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG =
        4096, /* only the kernel's own limit applies: a full queue delays each client by a second */
    UNSENT_BYTES_MAX = 64 * 1024,
};

/* @param ret_port  as text, borrowed from the address */
static int split(
    const char *address, struct sg_address *ret_parsed, const char **ret_port, struct sg_error *err)
{
    struct sg_error why;

    int r = sg_address_parse(address, ret_parsed, &why);
    if (!r && ret_parsed->port < 0)
        (void)sg_error_set(&why, 0, "\"%.200s\" has no port", address);
    if (r || ret_parsed->port < 0)
        return sg_error_set(
            err, SG_LISTEN_E_ADDRESS, "%s; expected HOST:PORT, :PORT or [IPv6]:PORT", why.text);
    *ret_port = strrchr(address, ':') + 1;
    return 0;
}

int sg_listen_check(const char *address, struct sg_error *err)
{
    struct sg_address parsed;
    const char *port = NULL;
    return split(address, &parsed, &port, err);
}

/*
 * Accepted sockets inherit the options. Unsent bytes of an answer are in the page, which all
 * clients share; in the kernel each client would have megabytes of its own, for as long as a slow
 * client takes. Bytes in flight are bounded by the client's window. A limit of the whole buffer
 * (SO_SNDBUF) would limit the throughput to a distant scraper.
 */
static void bound_buffers(int fd)
{
    static const int bytes = UNSENT_BYTES_MAX;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

static int open_socket(const struct addrinfo *at, bool both_families)
{
    int on = 1;
    int off = 0;
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both_families ? &off : &on, sizeof on);
    bound_buffers(fd);
    if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
        int r = -errno;
        (void)close(fd);
        return r;
    }
    return fd;
}

int sg_listen_open(const char *address, int *ret_fd, struct sg_error *err)
{
    struct sg_address parsed;
    const char *host = parsed.host;
    const char *port = NULL;
    struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;

    int r = split(address, &parsed, &port, err);
    if (r)
        return r;
    int code = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (code)
        return sg_error_set(
            err, SG_LISTEN_E_BIND, "cannot listen on %s: %s", address, gai_strerror(code));

    /* All addresses: one IPv6 socket that accepts IPv4 too; only IPv4 where there is no IPv6. */
    int fd = -EADDRNOTAVAIL;
    for (int family = 0; family < 2 && fd < 0 && fd != -EADDRINUSE; family++) {
        for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
            if (at->ai_family == (family == 0 ? AF_INET6 : AF_INET))
                fd = open_socket(at, host[0] == '\0');
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        return sg_error_set(err, SG_LISTEN_E_BIND, "cannot listen on %s: %s%s", address,
            strerror(-fd),
            fd == -EADDRINUSE
                ? "; another program uses the port; choose another one with --web.listen-address"
                : "");
    *ret_fd = fd;
    return 0;
}

/* ---- Socket activation ---- */

enum {
    FIRST_INHERITED_FD = 3
};

/* A number from the environment. @return -1: not set, or not a number */
static long number_from(const char *name)
{
    const char *text = getenv(name);
    char *end;

    if (!text || !text[0])
        return -1;
    long number = strtol(text, &end, 10);
    return *end || number < 0 ? -1 : number;
}

static bool listens(int fd)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value;
}

int sg_listen_inherited(int *ret_fds, size_t max, size_t *ret_n, struct sg_error *err)
{
    long n = number_from("LISTEN_PID") == (long)getpid() ? number_from("LISTEN_FDS") : -1;

    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (n < 1 || (size_t)n > max)
        return sg_error_set(err, SG_LISTEN_E_BIND,
            "--web.systemd-socket: expected 1 to %zu sockets from a .socket unit, got %ld", max,
            n < 0 ? 0 : n);
    for (int i = 0; i < n; i++) {
        int fd = FIRST_INHERITED_FD + i;
        if (!listens(fd))
            return sg_error_set(err, SG_LISTEN_E_BIND,
                "--web.systemd-socket: descriptor %d is not a listening stream socket", fd);
        /* The library needs a non-blocking accept(). */
        int flags = fcntl(fd, F_GETFL);
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        bound_buffers(fd);
        ret_fds[i] = fd;
    }
    *ret_n = (size_t)n;
    return 0;
}
