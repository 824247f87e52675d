/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/test_server.h"

#include "jmx/rmi/test_vectors.h"
#include "jmx/rmi/wire.h"
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_17 "jmx/vectors-17.json"

enum {
    CALL_BYTES = 1 + 4 + 2 + SG_RMI_CALL_BYTES,
    HASH_AT = CALL_BYTES - 8,
};

struct connection {
    struct server *server;
    int fd;
    uint8_t in[1 << 18];
    size_t n;
    size_t sent;
    bool has_greeted;
    bool is_open;
    int n_calls;
};

/* ---- Requests, as the client writes them ---- */

static size_t text_length(const uint8_t *at)
{
    return 3 + (size_t)(at[1] << 8 | at[2]);
}

/* A class without fields: name, number, flags, annotation, no superclass. */
static size_t class_length(const uint8_t *at)
{
    return text_length(at) + 8 + 1 + 2 + 3;
}

static size_t content_length(const uint8_t *at)
{
    size_t len = 1;

    switch (at[0]) {
    case SG_RMI_TC_STRING:
        return text_length(at);
    case SG_RMI_TC_OBJECT: /* an ObjectName */
        len += class_length(at + len);
        return len + text_length(at + len) + 1;
    case SG_RMI_TC_ARRAY:
        len += class_length(at + len);
        size_t n = (size_t)(at[len + 2] << 8 | at[len + 3]);
        len += 4;
        while (n--)
            len += text_length(at + len);
        return len;
    default:
        return 1;
    }
}

static uint64_t hash_at(const uint8_t *call)
{
    uint64_t hash = 0;

    for (int i = 0; i < 8; i++)
        hash = hash << 8 | call[HASH_AT + i];
    return hash;
}

static int n_arguments(uint64_t hash)
{
    switch (hash) {
    case SG_RMI_CLOSE:
    case SG_RMI_GET_VERSION:
        return 0;
    case SG_RMI_QUERY_NAMES:
    case SG_RMI_GET_ATTRIBUTE:
    case SG_RMI_GET_ATTRIBUTES:
        return 3;
    case SG_RMI_IS_REGISTERED:
    case SG_RMI_GET_MBEAN_INFO:
        return 2;
    default:
        return 1;
    }
}

/* The client sends whole calls at once, so that what has begun is complete or follows at once;
 * zeros after the end are a content of one byte. @return 0: more is needed */
static size_t call_length(const struct connection *c, size_t at)
{
    size_t len = CALL_BYTES;

    if (c->n - at > 0 && c->in[at] == SG_RMI_DGC_ACK)
        return c->n - at >= 1 + SG_RMI_UID_BYTES ? 1 + SG_RMI_UID_BYTES : 0;
    if (c->n - at < len)
        return 0;
    for (int i = n_arguments(hash_at(c->in + at)); i > 0 && at + len < c->n; i--)
        len += content_length(c->in + at + len);
    return at + len <= c->n ? len : 0;
}

/* ---- Replies ---- */

static void send_bytes(struct connection *c, struct bytes bytes)
{
    const struct server *server = c->server;
    size_t n = bytes.len;

    if (server->cut_at && c->sent + n >= server->cut_at) {
        n = server->cut_at - c->sent;
        c->is_open = false;
    }
    c->sent += n;
    for (size_t at = 0; at < n;) {
        if (server->drip_us)
            (void)usleep((useconds_t)server->drip_us);
        ssize_t done = send(c->fd, bytes.ptr + at, server->drip_us ? 1 : n - at, MSG_NOSIGNAL);
        if (done <= 0) {
            c->is_open = false;
            return;
        }
        at += (size_t)done;
    }
}

/* A stub leads to this server, or to where the test says. */
static void aim(const struct server *server, struct bytes reply)
{
    uint8_t *host = memmem(reply.ptr, reply.len, "127.0.0.1", 9);
    int port = server->stub_port ? server->stub_port : server->port;

    if (!host)
        return;
    if (server->stub_host)
        (void)memcpy(host, server->stub_host, 9);
    host[11] = (uint8_t)(port >> 8);
    host[12] = (uint8_t)port;
}

static void send_vector(struct connection *c, const char *name)
{
    struct bytes whole = vector(FILE_17, name, "reply");
    struct bytes reply = after_handshake(whole);

    aim(c->server, reply);
    send_bytes(c, reply);
    free(whole.ptr);
}

static bool has(const uint8_t *call, size_t len, const char *part)
{
    return memmem(call, len, part, strlen(part));
}

static void read_attributes(struct connection *c, const uint8_t *call, size_t len)
{
    atomic_fetch_add(&c->server->n_reads, 1);
    if (has(call, len, "Hang") || atomic_load(&c->server->hangs))
        return;
    if (atomic_load(&c->server->n_gone) > 0) {
        atomic_fetch_sub(&c->server->n_gone, 1);
        send_vector(c, "error: gone");
    } else if (has(call, len, "Fails")) {
        send_vector(c, "error: getter throws");
    } else if (has(call, len, "Nope")) {
        send_vector(c, "error: no MBean");
    } else if (memmem(call, len, "t\0\x08Optional", 11)) {
        send_vector(c, "aborted: Optional");
        c->is_open = false;
    } else if (memmem(call, len,
                   "t\0\x08"
                   "Duration",
                   11)) {
        send_vector(c, "aborted: Duration");
    } else {
        send_vector(c, "getAttributes Int");
    }
}

static void log_in(struct connection *c)
{
    atomic_fetch_add(&c->server->n_logins, 1);
    if (c->server->login) {
        struct bytes reply = from_hex(c->server->login);
        send_bytes(c, reply);
        free(reply.ptr);
    } else {
        send_vector(c, "newClient(null)");
    }
    struct bytes flood = from_hex(c->server->flood ? c->server->flood : "");
    while (flood.len && c->is_open)
        send_bytes(c, flood);
    free(flood.ptr);
}

static void answer(struct connection *c, const uint8_t *call, size_t len)
{
    switch (hash_at(call)) {
    case SG_RMI_REGISTRY_HASH:
        atomic_fetch_add(&c->server->n_lookups, 1);
        send_vector(c, "handshake+lookup");
        break;
    case SG_RMI_NEW_CLIENT:
        log_in(c);
        break;
    case SG_RMI_QUERY_NAMES:
        send_vector(c, "queryNames test:*");
        break;
    case SG_RMI_GET_ATTRIBUTES:
        read_attributes(c, call, len);
        break;
    case SG_RMI_GET_ATTRIBUTE:
        send_vector(c, "getAttribute Int");
        break;
    case SG_RMI_IS_REGISTERED:
        atomic_fetch_add(&c->server->n_exists, 1);
        send_vector(c, has(call, len, "Nope") ? "isRegistered false" : "isRegistered true");
        break;
    case SG_RMI_GET_MBEAN_INFO:
        atomic_fetch_add(&c->server->n_infos, 1);
        send_vector(c, "getMBeanInfo Thing");
        break;
    case SG_RMI_CLOSE:
        atomic_fetch_add(&c->server->n_closes, 1);
        break;
    default:
        fail_msg("an unexpected call");
    }
}

/* ---- Connections ---- */

static bool receive(struct connection *c)
{
    ssize_t got = recv(c->fd, c->in + c->n, sizeof c->in - c->n, 0);

    if (got <= 0)
        return false;
    c->n += (size_t)got;
    return true;
}

static void drop(struct connection *c, size_t len)
{
    (void)memmove(c->in, c->in + len, c->n - len);
    c->n -= len;
}

static bool greet(struct connection *c)
{
    size_t len = SG_RMI_HEADER_BYTES + 2 + 4; /* the client calls itself "", port 0 */

    while (c->n < len && receive(c))
        ;
    if (c->n < len || memcmp(c->in, SG_RMI_HEADER, SG_RMI_HEADER_BYTES) != 0)
        return false;
    drop(c, len);
    send_bytes(c, (struct bytes){ (uint8_t[]){ "\x4e\0\0\0\0\0\0" }, 7 });
    return c->is_open;
}

static int calls_here(const struct connection *c)
{
    int n = 0;

    for (size_t at = 0, len; (len = call_length(c, at)); at += len)
        n++;
    return n;
}

/* Reads are held back until enough of them have come. */
static void hold(struct connection *c)
{
    struct server *server = c->server;

    if (server->hold_calls == 0 || atomic_load(&server->n_ahead) ||
        hash_at(c->in) != SG_RMI_GET_ATTRIBUTES)
        return;
    while (calls_here(c) < server->hold_calls && receive(c))
        ;
    atomic_store(&server->n_ahead, calls_here(c));
}

static void serve_calls(struct connection *c)
{
    struct server *server = c->server;

    while (c->is_open) {
        size_t len = call_length(c, 0);
        if (len == 0) {
            if (!receive(c))
                return;
            continue;
        }
        if (c->in[0] == SG_RMI_CALL) {
            hold(c);
            answer(c, c->in, len);
            if (atomic_load(&server->close_after) == ++c->n_calls) {
                atomic_store(&server->close_after, 0);
                return;
            }
        }
        drop(c, len);
    }
}

static void *serve(void *context)
{
    struct server *server = context;
    int fd;

    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        assert_non_null(c);
        *c = (struct connection){ .server = server, .fd = fd, .is_open = true };
        atomic_fetch_add(&server->n_connections, 1);
        if (server->greeting) {
            (void)receive(c);
            send_bytes(c,
                (struct bytes){ (uint8_t *)(uintptr_t)server->greeting, strlen(server->greeting) });
        } else if (server->is_silent) {
            while (receive(c))
                c->n = 0;
        } else if (greet(c)) {
            serve_calls(c);
        }
        (void)shutdown(fd, SHUT_WR);
        while (receive(c)) /* what is unread would become a reset */
            c->n = 0;
        (void)close(fd);
        free(c);
    }
    return NULL;
}

void start_server(struct server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

void stop_server(struct server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
}
