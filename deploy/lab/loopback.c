// SPDX-License-Identifier: Apache-2.0
/*
 * Preloaded into a JVM, binds every IPv4 socket to 127.0.0.1, whatever address was asked for:
 * Presto's ports for Thrift and for JMX listen on all addresses, and no property of either says
 * otherwise.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef int bind_function(int fd, const struct sockaddr *address, socklen_t size);

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    bind_function *next = (bind_function *)dlsym(RTLD_NEXT, "bind");
    struct sockaddr_in local;

    if (address->sa_family != AF_INET || size != sizeof(local))
        return next(fd, address, size);
    local = *(const struct sockaddr_in *)address;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return next(fd, (const struct sockaddr *)&local, sizeof(local));
}
