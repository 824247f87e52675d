/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/connections.h"

#include "base/auto.h"
#include "base/sync.h"
#include "serve/peer.h"
#include "serve/room.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

enum {
    SWEEP_MS = 1000,
    ERRORS_FROM = 400 /* the lowest status of an error */
};

struct connection {
    struct sg_room_guest guest; /* must be first; SG_ROOM_OUT: shut down already */
    struct sg_connections *all;
    int fd;
    int64_t since_ms;                 /* monotonic: when it got its current kind */
    bool began;                       /* a request line was received, the rest was not */
    bool has_proved;                  /* its latest request had a valid password or certificate */
    unsigned status;                  /* status of its latest answer */
    struct sg_web_reading *handshake; /* used by its TLS session for its lifetime; or NULL */
};

struct sg_connections {
    const struct sg_clock *clock;
    struct sg_http_counts *counts;
    struct sg_web *web;   /* NULL: no TLS */
    pthread_mutex_t lock; /* guards what is below, and the connections */
    pthread_cond_t wake;
    bool stopping;
    struct sg_room room;
    pthread_t thread;
    bool started;
};

/* ---- Shutting down ---- */

/* Called with the lock held. Unread data is discarded, so that it occupies no memory. */
static void cut(struct connection *one, enum sg_http_refusal why)
{
    static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    sg_room_change(&one->all->room, &one->guest, SG_ROOM_OUT);
    (void)setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)shutdown(one->fd, SHUT_RDWR);
    sg_http_count_refused(one->all->counts, why);
}

static int queued(const struct connection *one, unsigned long request)
{
    int n = 0;
    return ioctl(one->fd, request, &n) == 0 ? n : 0;
}

/* Has it sent something that was not read yet, or not received everything that was sent? */
static bool in_use(const struct sg_room_guest *guest)
{
    const struct connection *one = (const struct connection *)guest;
    return queued(one, SIOCINQ) > 0 || queued(one, SIOCOUTQ) > 0;
}

/* For the library an answer is finished when the kernel has it, but the client may not have
 * received it yet.
 */
static enum sg_http_refusal why_late(const struct connection *one, int64_t age_ms)
{
    switch (one->guest.kind) {
    case SG_ROOM_NEW:
        return age_ms > SG_FIRST_REQUEST_MS ? SG_HTTP_REFUSED_TIMEOUT : SG_HTTP_REFUSALS;
    case SG_ROOM_ANSWERS:
        return age_ms > SG_ANSWER_MS ? SG_HTTP_REFUSED_SLOW : SG_HTTP_REFUSALS;
    case SG_ROOM_REFUSED:
    case SG_ROOM_SERVED:
    case SG_ROOM_PROVED:
        if (age_ms > SG_ANSWER_MS && queued(one, SIOCOUTQ) > 0)
            return SG_HTTP_REFUSED_SLOW;
        return age_ms > SG_NEXT_REQUEST_MS ? SG_HTTP_REFUSED_IDLE : SG_HTTP_REFUSALS;
    case SG_ROOM_KINDS:
    case SG_ROOM_OUT:
        break;
    }
    return SG_HTTP_REFUSALS;
}

static void sweep(struct sg_connections *all)
{
    int64_t now_ms = sg_clock_monotonic_ms(all->clock);

    for (struct sg_room_guest *guest = all->room.first; guest; guest = guest->next) {
        struct connection *one = (struct connection *)guest;
        enum sg_http_refusal why = why_late(one, now_ms - one->since_ms);
        if (why != SG_HTTP_REFUSALS)
            cut(one, why);
    }
}

static void make_room(struct sg_connections *all)
{
    struct sg_room_guest *least = sg_room_find_least(&all->room, in_use);

    if (least)
        cut((struct connection *)least, SG_HTTP_REFUSED_CROWD);
}

static void *run(void *context)
{
    struct sg_connections *all = context;

    (void)pthread_setname_np(pthread_self(), "connections");
    sg_locked(&all->lock);
    while (!all->stopping) {
        struct timespec until = sg_clock_timespec_in(CLOCK_MONOTONIC, SWEEP_MS);
        (void)pthread_cond_timedwait(&all->wake, &all->lock, &until);
        sweep(all);
    }
    return NULL;
}

/* ---- The list ---- */

SG_AUTO_DEFINE(struct sg_connections *, sg_connections_free);

int sg_connections_new(const struct sg_clock *clock,
    struct sg_http_counts *counts,
    struct sg_connections **ret_connections)
{
    sg_auto(sg_connections_free) struct sg_connections *all = calloc(1, sizeof *all);

    if (!all)
        return -ENOMEM;
    all->clock = clock;
    all->counts = counts;
    (void)pthread_mutex_init(&all->lock, NULL);
    sg_cond_init(&all->wake);
    int r = pthread_create(&all->thread, NULL, run, all);
    if (r)
        return -r;
    all->started = true;
    *ret_connections = sg_take(&all);
    return 0;
}

static void stop(struct sg_connections *all)
{
    sg_locked(&all->lock);
    all->stopping = true;
    (void)pthread_cond_signal(&all->wake);
}

struct sg_connections *sg_connections_free(struct sg_connections *connections)
{
    if (!connections)
        return NULL;
    if (connections->started) {
        stop(connections);
        (void)pthread_join(connections->thread, NULL);
    }
    (void)pthread_cond_destroy(&connections->wake);
    (void)pthread_mutex_destroy(&connections->lock);
    free(connections);
    return NULL;
}

static struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void set_kind(struct connection *one, enum sg_room_kind kind)
{
    if (!one)
        return;
    sg_locked(&one->all->lock);
    if (one->guest.kind != SG_ROOM_OUT) {
        sg_room_change(&one->all->room, &one->guest, kind);
        one->since_ms = sg_clock_monotonic_ms(one->all->clock);
    }
}

/* Without this the session has no certificate, and its handshake fails. */
static void arm(struct connection *one, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (!info || !info->tls_session)
        return;
    one->handshake = sg_web_take_good(one->all->web);
    (void)sg_tls_arm(one->handshake->tls, info->tls_session);
}

/* @return 0 or -ENOMEM */
static int enter(struct sg_connections *all, struct connection *one, uint64_t peer)
{
    sg_locked(&all->lock);
    if (sg_room_is_full(&all->room))
        make_room(all);
    return sg_room_enter(&all->room, &one->guest, peer);
}

static void started(
    struct sg_connections *all, struct MHD_Connection *connection, void **socket_context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *one = info ? calloc(1, sizeof *one) : NULL;

    *socket_context = NULL;
    if (!one)
        return; /* only libmicrohttpd's own time-out applies */
    one->all = all;
    one->fd = info->connect_fd;
    one->since_ms = sg_clock_monotonic_ms(all->clock);
    if (enter(all, one, sg_peer_of(connection))) {
        free(one);
        return;
    }
    *socket_context = one;
    if (all->web)
        arm(one, connection);
}

/* Did it send anything? A connection without a request, as from load balancers, is not counted as
   refused. */
static bool has_sent(const struct connection *one)
{
    struct tcp_info info = { 0 };
    socklen_t len = sizeof info;

    return getsockopt(one->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           len >=
               offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received &&
           info.tcpi_bytes_received > 0;
}

static void leave(struct sg_connections *all, struct connection *one)
{
    sg_locked(&all->lock);
    bool is_new = one->guest.kind == SG_ROOM_NEW;
    if (one->guest.kind != SG_ROOM_OUT && (one->began || (is_new && has_sent(one))))
        sg_http_count_refused(all->counts, SG_HTTP_REFUSED_MALFORMED);
    sg_room_leave(&all->room, &one->guest);
}

static void closed(struct connection *one)
{
    leave(one->all, one);
    (void)sg_web_reading_unref(one->handshake);
    free(one);
}

void sg_connections_notify(void *context,
    struct MHD_Connection *connection,
    void **socket_context,
    enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        started(context, connection, socket_context);
    else if (*socket_context)
        closed(*socket_context);
}

void sg_connections_use_tls(struct sg_connections *connections, struct sg_web *web)
{
    connections->web = web;
}

void sg_connections_began(struct MHD_Connection *connection)
{
    struct connection *one = connection_of(connection);
    if (one)
        one->began = true;
}

void sg_connections_request(struct MHD_Connection *connection)
{
    struct connection *one = connection_of(connection);

    if (one) {
        const struct sg_web_tls *tls = one->handshake ? &one->handshake->config->tls : NULL;
        one->began = false;
        one->has_proved = tls && tls->client_auth == SG_CLIENT_AUTH_REQUIRE_AND_VERIFY;
    }
    set_kind(one, SG_ROOM_ANSWERS);
}

void sg_connections_proved(struct MHD_Connection *connection)
{
    struct connection *one = connection_of(connection);
    if (one)
        one->has_proved = true;
}

void sg_connections_completed(struct MHD_Connection *connection)
{
    struct connection *one = connection_of(connection);

    set_kind(one, one && one->has_proved             ? SG_ROOM_PROVED
                  : one && one->status < ERRORS_FROM ? SG_ROOM_SERVED
                                                     : SG_ROOM_REFUSED);
}

void sg_connections_answered(struct MHD_Connection *connection, unsigned status)
{
    struct connection *one = connection_of(connection);
    if (!one)
        return;
    one->status = status;
    sg_http_count_status(one->all->counts, status);
}

void sg_connections_refused(struct MHD_Connection *connection, enum sg_http_refusal why)
{
    struct connection *one = connection_of(connection);
    if (one)
        sg_http_count_refused(one->all->counts, why);
}
