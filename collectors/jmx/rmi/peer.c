/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/peer.h"

#include "base/auto.h"
#include "config/secret.h"
#include "jmx/poll/certificate.h"
#include "jmx/rmi/ending.h"
#include "jmx/rmi/exception.h"
#include "jmx/rmi/pipe.h"
#include "jmx/rmi/stub.h"
#include "jmx/rmi/work.h"

#include <errno.h>
#include <string.h>

enum {
    WINDOW = 32,          /* calls that are sent ahead; servers read on when they have answered */
    IDLE_MS_MAX = 110000, /* servers end clients that are idle for 120 s */
    ROUNDS_MAX = 16,      /* of receiving in one turn: others wait */
    RECONNECTS_MAX = 300, /* in one poll, after replies that could not be read */
    KEPT_NODES = 20000,   /* a reply that needed more gives its memory back */
    SHOWN_BYTES_MAX = 300,
};

enum step {
    CLOSED,
    CONNECTING,
    LOOKUP, /* sent, as the two below */
    LOGIN,
    READY,
};

struct sg_rmi_peer {
    struct sg_exchange exchange;
    struct sg_transport *transport;
    struct sg_rmi_pipe pipe;
    char *host;
    int port;
    char *username;
    char *password;
    char *server_name;
    bool must_use_tls;
    bool registry_tls;
    bool follow_stub;
    char shown[SHOWN_BYTES_MAX];
    size_t max_bytes;
    int64_t certificate_end_unix_s;
    enum step step;
    enum step next;    /* when it is connected */
    bool is_at_stub;   /* connected, or connecting, to the stub's address */
    bool is_acked;     /* the server's first bytes have been read */
    bool has_relooked; /* in this poll */
    int n_reconnects;  /* likewise */
    int64_t latest_ms; /* when a reply came */
    struct sg_rmi_stub server;
    struct sg_rmi_stub client; /* whose calls are made */
    struct sg_rmi_reply reading;
    bool is_reading; /* a part of a reply */
    struct sg_rmi_work work;
    /* of the exchange under way */
    int64_t start_ms;
    sg_reply_fn reply;
    void *context;
};

SG_AUTO_DEFINE(struct sg_rmi_peer *, sg_rmi_peer_free);

static struct sg_rmi_peer *peer_of(const struct sg_exchange *exchange)
{
    return (void *)((char *)(uintptr_t)exchange - offsetof(struct sg_rmi_peer, exchange));
}

static int64_t now_ms(const struct sg_rmi_peer *peer)
{
    return sg_clock_monotonic_ms(sg_transport_clock(peer->transport));
}

/* ---- Ending an exchange ---- */

static void disconnect(struct sg_rmi_peer *peer)
{
    sg_rmi_pipe_close(&peer->pipe);
    peer->step = CLOSED;
    peer->is_reading = false;
    sg_rmi_work_rewind(&peer->work);
}

static void report(struct sg_rmi_peer *peer, struct sg_reply *reply)
{
    sg_transport_remove(peer->transport, &peer->exchange);
    reply->certificate_end_unix_s = peer->certificate_end_unix_s;
    peer->reply(peer->context, reply);
    if (peer->reading.nodes_allocated > KEPT_NODES)
        sg_rmi_reply_done(&peer->reading);
}

static int read_reply(const struct sg_reply *reply,
    const struct sg_poll_plan *plan,
    const struct sg_answer_handler *handler)
{
    struct sg_rmi_peer *peer = (struct sg_rmi_peer *)(uintptr_t)reply->context;
    return sg_rmi_answer_read(&peer->work.answer, &peer->reading, plan, handler);
}

static void finish(struct sg_rmi_peer *peer)
{
    if (sg_rmi_pipe_arrived(&peer->pipe).len)
        disconnect(peer); /* what was not asked for would be taken for the next answer */
    report(
        peer, &(struct sg_reply){ .ok = true, .read = read_reply, .context = peer, .advice = "" });
}

/* The address that is, or would be, connected to. */
static struct sg_rmi_address address_of(const struct sg_rmi_peer *peer)
{
    const struct sg_rmi_stub *stub = peer->next == READY ? &peer->client : &peer->server;

    if (!peer->is_at_stub)
        return (
            struct sg_rmi_address){ peer->host, peer->port, peer->registry_tls, peer->server_name };
    return (struct sg_rmi_address){ peer->follow_stub ? stub->host : peer->host, stub->port,
        stub->is_tls, peer->server_name };
}

static void fail(struct sg_rmi_peer *peer, const struct sg_rmi_ending *ending)
{
    struct sg_rmi_ending end = *ending;
    struct sg_error err;
    struct sg_rmi_address address = address_of(peer);

    end.shown = peer->shown;
    end.host = address.host;
    end.port = address.port;
    end.is_tls = address.is_tls;
    end.stub_host = peer->is_at_stub ? peer->server.host : NULL;
    end.took_ms = now_ms(peer) - peer->start_ms;
    end.awaited = peer->step == READY ? sg_rmi_work_awaited(&peer->work) : SG_STR("");
    end.is_acked = peer->is_acked;
    enum sg_failure_kind kind = sg_rmi_ending_describe(&end, &err);
    disconnect(peer);
    report(peer,
        &(struct sg_reply){ .kind = kind, .err = &err, .advice = end.advice ? end.advice : "" });
}

static void fail_for_memory(struct sg_rmi_peer *peer)
{
    fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_MEMORY });
}

/* ---- Connecting ---- */

static void connect_to(struct sg_rmi_peer *peer, bool is_at_stub, enum step next)
{
    peer->is_at_stub = is_at_stub;
    peer->next = next;
    peer->is_acked = false;
    peer->is_reading = false;
    const struct sg_rmi_address address = address_of(peer);
    peer->step = CONNECTING;
    if (sg_rmi_pipe_connect(&peer->pipe, &address, peer->exchange.deadline_ms))
        fail_for_memory(peer);
}

/* From the beginning: registry, server, client. */
static void look_up(struct sg_rmi_peer *peer)
{
    disconnect(peer);
    connect_to(peer, false, LOOKUP);
}

static void send_step(struct sg_rmi_peer *peer)
{
    struct sg_buf *out = &peer->pipe.out;

    peer->step = peer->next;
    if (peer->step == LOOKUP)
        sg_rmi_write_lookup(out);
    else if (peer->step == LOGIN)
        sg_rmi_write_new_client(out, &peer->server.id, peer->username, peer->password);
}

static void ended(struct sg_exchange *exchange, CURLcode code)
{
    struct sg_rmi_peer *peer = peer_of(exchange);

    if (peer->step != CONNECTING) {
        fail(peer,
            &(struct sg_rmi_ending){
                .what = code == CURLE_OUT_OF_MEMORY ? SG_RMI_ENDED_MEMORY : SG_RMI_ENDED_TIMEOUT });
        return;
    }
    int64_t end_unix_s = sg_certificate_end(exchange->easy);
    if (end_unix_s)
        peer->certificate_end_unix_s = end_unix_s;
    if (code == CURLE_OK && sg_rmi_pipe_opened(&peer->pipe) == 0) {
        sg_rmi_write_header(&peer->pipe.out, SG_STR(""));
        send_step(peer);
        return;
    }
    fail(peer, &(struct sg_rmi_ending){
                   .what = SG_RMI_ENDED_CONNECT, .code = code, .curl_error = peer->pipe.error });
}

/* ---- Logging in ---- */

static bool is_same_place(const struct sg_rmi_address *a, const struct sg_rmi_address *b)
{
    return a->port == b->port && a->is_tls == b->is_tls && strcmp(a->host, b->host) == 0;
}

/* Go on with the connection where it leads to the same address. */
static void go_on_at_stub(struct sg_rmi_peer *peer, enum step next)
{
    const struct sg_rmi_address here = address_of(peer);

    peer->is_at_stub = true;
    peer->next = next;
    const struct sg_rmi_address there = address_of(peer);
    if (is_same_place(&here, &there))
        send_step(peer);
    else
        connect_to(peer, true, next);
}

/* A stub in a reply. @return is it one that may be called? */
static bool take_stub(struct sg_rmi_peer *peer, struct sg_rmi_stub *ret_stub)
{
    const char *why;

    if (peer->reading.is_exception) {
        struct sg_error text;
        enum sg_rmi_meaning meaning = sg_rmi_exception_read(&peer->reading, &text);
        fail(peer, &(struct sg_rmi_ending){
                       .what = SG_RMI_ENDED_REFUSED, .meaning = meaning, .text = text.text });
        return false;
    }
    if (!sg_rmi_stub_read(&peer->reading, ret_stub, &why)) {
        fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_STUB, .text = why });
        return false;
    }
    if (peer->must_use_tls && !ret_stub->is_tls) {
        fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_DOWNGRADE });
        return false;
    }
    return true;
}

static void take_client(struct sg_rmi_peer *peer)
{
    if (!take_stub(peer, &peer->client))
        return;
    sg_rmi_write_ack(&peer->pipe.out, peer->reading.uid);
    (void)sg_rmi_pipe_send(&peer->pipe);
    go_on_at_stub(peer, READY);
}

/* ---- Calls ---- */

/* The client is gone: once per poll that is the start of a new one. */
static void start_again(struct sg_rmi_peer *peer, const struct sg_rmi_ending *otherwise)
{
    if (peer->has_relooked) {
        fail(peer, otherwise);
        return;
    }
    peer->has_relooked = true;
    look_up(peer);
}

/* The awaited reply could not be read, and what comes after it neither. */
static void lose_reply(struct sg_rmi_peer *peer, const char *why)
{
    if (peer->step != READY || ++peer->n_reconnects > RECONNECTS_MAX) {
        fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_PROTOCOL, .text = why });
        return;
    }
    if (sg_rmi_work_lose(&peer->work, &peer->reading, why)) {
        fail_for_memory(peer);
        return;
    }
    disconnect(peer);
    connect_to(peer, true, READY);
}

static bool is_gone(const struct sg_rmi_reply *reply)
{
    struct sg_error err;
    return reply->is_exception && sg_rmi_exception_read(reply, &err) == SG_RMI_MEANS_GONE;
}

static void take_call(struct sg_rmi_peer *peer, struct sg_str bytes)
{
    bool is_aborted = peer->reading.is_aborted;

    if (is_gone(&peer->reading)) {
        start_again(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_GONE });
        return;
    }
    int r = sg_rmi_work_take(&peer->work, &peer->reading, bytes);
    if (r < 0) {
        fail_for_memory(peer);
    } else if (r) {
        fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_LIMIT });
    } else if (is_aborted) { /* the server closes the connection */
        disconnect(peer);
        if (++peer->n_reconnects > RECONNECTS_MAX)
            fail(peer, &(struct sg_rmi_ending){ .what = SG_RMI_ENDED_PROTOCOL,
                           .text = "too many values cannot be sent" });
        else
            connect_to(peer, true, READY);
    }
}

/* ---- Bytes ---- */

/* What the server's first bytes are when they are not the protocol's. */
static void refuse_greeting(struct sg_rmi_peer *peer, uint8_t first)
{
    bool is_tls = first == SG_RMI_TLS_ALERT || first == SG_RMI_TLS_HANDSHAKE;

    fail(peer,
        &(struct sg_rmi_ending){ .what = is_tls ? SG_RMI_ENDED_SPEAKS_TLS
                                                : (first == 'H' ? SG_RMI_ENDED_SPEAKS_HTTP
                                                                : SG_RMI_ENDED_SPEAKS_OTHER) });
}

/* 4e, and the client's address as the server sees it. @return is it complete? */
static bool read_greeting(struct sg_rmi_peer *peer)
{
    struct sg_str arrived = sg_rmi_pipe_arrived(&peer->pipe);
    const uint8_t *bytes = (const uint8_t *)arrived.ptr;

    if (arrived.len && bytes[0] != SG_RMI_ACK) {
        refuse_greeting(peer, bytes[0]);
        return false;
    }
    if (arrived.len < 3)
        return false;
    size_t len = 3 + (size_t)(bytes[1] << 8 | bytes[2]) + 4;
    if (arrived.len < len)
        return false;
    sg_rmi_pipe_skip(&peer->pipe, len);
    peer->is_acked = true;
    return true;
}

static void take_reply(struct sg_rmi_peer *peer, struct sg_str bytes)
{
    peer->latest_ms = now_ms(peer);
    if (peer->step == LOOKUP) {
        if (take_stub(peer, &peer->server))
            go_on_at_stub(peer, LOGIN);
    } else if (peer->step == LOGIN) {
        take_client(peer);
    } else {
        take_call(peer, bytes);
    }
}

/* @return was there a whole reply, and does the connection go on? */
static bool read_reply_bytes(struct sg_rmi_peer *peer)
{
    struct sg_str arrived = sg_rmi_pipe_arrived(&peer->pipe);
    enum step step = peer->step;

    if (arrived.len == 0 || (step == READY && sg_rmi_work_is_done(&peer->work)))
        return false;
    if (!peer->is_acked)
        return read_greeting(peer);
    if (!peer->is_reading)
        sg_rmi_reply_begin(&peer->reading, step == READY && sg_rmi_work_awaits_flag(&peer->work));
    peer->is_reading = true;
    int r = sg_rmi_reply_read(&peer->reading, (const uint8_t *)arrived.ptr, arrived.len);
    if (r == SG_RMI_E_MORE)
        return false;
    peer->is_reading = false;
    if (r < 0) {
        fail_for_memory(peer);
    } else if (r) {
        lose_reply(peer, peer->reading.why);
    } else {
        size_t len = peer->reading.at;
        take_reply(peer, (struct sg_str){ arrived.ptr, len });
        if (peer->pipe.is_open)
            sg_rmi_pipe_skip(&peer->pipe, len);
    }
    return peer->pipe.is_open;
}

static void fill_window(struct sg_rmi_peer *peer)
{
    while (peer->step == READY && peer->work.sent - peer->work.done < WINDOW &&
           sg_rmi_work_send(&peer->work, &peer->client.id, &peer->pipe.out))
        ;
}

/* The connection has ended. One that was kept may have ended with its JVM. */
static void lose_connection(struct sg_rmi_peer *peer, int r)
{
    const struct sg_rmi_ending ending = {
        .what = r == SG_RMI_PIPE_E_CLOSED ? SG_RMI_ENDED_CLOSED : SG_RMI_ENDED_CONNECT,
        .code = peer->pipe.code,
        .curl_error = peer->pipe.error,
    };

    if (r < 0)
        fail_for_memory(peer);
    else if (peer->step == READY && !peer->has_relooked)
        start_again(peer, &ending);
    else
        fail(peer, &ending);
}

/* @return may there be more to do at once? */
static bool do_round(struct sg_rmi_peer *peer)
{
    bool any = false;

    fill_window(peer);
    int r = sg_buf_error(&peer->pipe.out) ? -ENOMEM : sg_rmi_pipe_send(&peer->pipe);
    if (!r)
        r = sg_rmi_pipe_receive(&peer->pipe, &any);
    if (r) {
        lose_connection(peer, r);
        return false;
    }
    while (read_reply_bytes(peer))
        fill_window(peer);
    return any && peer->pipe.is_open;
}

static bool is_done(const struct sg_rmi_peer *peer)
{
    return peer->step == READY && peer->pipe.is_open && sg_rmi_work_is_done(&peer->work);
}

static void take_turn(struct sg_exchange *exchange)
{
    struct sg_rmi_peer *peer = peer_of(exchange);

    for (int i = 0; i < ROUNDS_MAX && peer->pipe.is_open && !is_done(peer); i++) {
        if (!do_round(peer))
            break;
    }
    if (is_done(peer))
        finish(peer);
    else if (peer->pipe.is_open)
        (void)sg_rmi_pipe_send(&peer->pipe);
}

static bool waits(const struct sg_exchange *exchange, struct curl_waitfd *ret_wait)
{
    const struct sg_rmi_peer *peer = peer_of(exchange);

    if (!peer->pipe.is_open)
        return false;
    sg_rmi_pipe_waits(&peer->pipe, ret_wait);
    return true;
}

static void give_up(struct sg_exchange *exchange)
{
    disconnect(peer_of(exchange));
}

static const struct sg_exchange_kind kind = {
    .ended = ended, .turn = take_turn, .waits = waits, .give_up = give_up
};

/* ---- Peers ---- */

static char *copy(const char *text, int *r)
{
    char *copied = text ? strdup(text) : NULL;

    if (text && !copied)
        *r = -ENOMEM;
    return copied;
}

int sg_rmi_peer_new(struct sg_transport *transport,
    const struct sg_rmi_peer_options *options,
    struct sg_rmi_peer **ret_peer)
{
    sg_auto(sg_rmi_peer_free) struct sg_rmi_peer *peer = calloc(1, sizeof *peer);
    int r = 0;

    if (!peer)
        return -ENOMEM;
    peer->transport = transport;
    peer->exchange.kind = &kind;
    peer->max_bytes = SG_RMI_ANSWER_BYTES_MAX;
    peer->host = copy(options->host, &r);
    peer->port = options->port;
    peer->username = copy(options->username, &r);
    peer->password = copy(options->password, &r);
    peer->server_name = copy(options->tls ? options->tls->server_name : NULL, &r);
    peer->must_use_tls = options->must_use_tls;
    peer->registry_tls = options->registry_tls;
    peer->follow_stub = options->follow_stub;
    (void)snprintf(peer->shown, sizeof peer->shown,
        strchr(options->host, ':') ? "jmx://[%.250s]:%d" : "jmx://%.250s:%d", options->host,
        options->port);
    sg_rmi_work_init(&peer->work);
    if (!r)
        r = sg_rmi_pipe_init(&peer->pipe, transport, &peer->exchange, options->tls);
    if (r)
        return r;
    *ret_peer = sg_take(&peer);
    return 0;
}

/* Its thread in the JVM ends at once, instead of after two minutes. */
static void say_goodbye(struct sg_rmi_peer *peer)
{
    if (peer->step != READY || !peer->pipe.is_open || peer->work.sent != peer->work.done)
        return;
    sg_rmi_write_plain(&peer->pipe.out, &peer->client.id, SG_RMI_CLOSE);
    (void)sg_rmi_pipe_send(&peer->pipe);
}

struct sg_rmi_peer *sg_rmi_peer_free(struct sg_rmi_peer *peer)
{
    if (!peer)
        return NULL;
    if (peer->pipe.exchange) {
        say_goodbye(peer);
        sg_rmi_pipe_done(&peer->pipe);
    }
    sg_rmi_work_done(&peer->work);
    sg_rmi_reply_done(&peer->reading);
    free(peer->host);
    free(peer->username);
    free(sg_secret_wipe(peer->password));
    free(peer->server_name);
    free(peer);
    return NULL;
}

void sg_rmi_peer_set_max_bytes(struct sg_rmi_peer *peer, size_t n)
{
    peer->max_bytes = n < SG_RMI_ANSWER_BYTES_MAX ? n : SG_RMI_ANSWER_BYTES_MAX;
}

const char *sg_rmi_peer_shown(const struct sg_rmi_peer *peer)
{
    return peer->shown;
}

int sg_rmi_peer_start(struct sg_rmi_peer *peer,
    const struct sg_poll_plan *plan,
    int64_t deadline_ms,
    sg_reply_fn reply,
    void *context)
{
    peer->exchange.deadline_ms = deadline_ms;
    peer->reply = reply;
    peer->context = context;
    peer->start_ms = now_ms(peer);
    peer->has_relooked = false;
    peer->n_reconnects = 0;
    int r = sg_rmi_work_begin(&peer->work, plan, peer->max_bytes);
    if (r)
        return r;
    sg_transport_add(peer->transport, &peer->exchange);
    bool is_kept =
        peer->pipe.is_open && peer->step == READY && peer->start_ms - peer->latest_ms < IDLE_MS_MAX;
    if (!is_kept)
        look_up(peer);
    return 0;
}
