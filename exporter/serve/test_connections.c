/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Deadlines of connections, which are shut down, and what is counted. The sockets are real ones on
 * loopback, the clock stands still until a test moves it.
 */

#include "base/test_clock.h"
#include "serve/connections.h"
#include "serve/room.h"
#include "serve/test_certs.h"
#include "serve/test_mhd.h"
#include "temporary.h"
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WAIT_MS = 10000 /* real time, for the thread: it looks once a second */
};

static struct sg_http_counts counts;
static struct sg_connections *connections;
static int listener = -1;

static int set_up(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    (void)state;

    atomic_store(&now_ms, 1000);
    memset(&counts, 0, sizeof counts);
    assert_int_equal(sg_connections_new(&test_clock, &counts, &connections), 0);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    connections = sg_connections_free(connections);
    (void)close(listener);
    return 0;
}

/* A connection and its client. */
struct pair {
    struct MHD_Connection connection;
    int client;
};

static void notify(struct pair *pair, enum MHD_ConnectionNotificationCode what)
{
    sg_connections_notify(connections, &pair->connection, &pair->connection.socket_context, what);
}

/* A client connects at this time. */
static void open_at(struct pair *pair, int64_t ms)
{
    struct sockaddr_in address;
    socklen_t len = sizeof address;

    atomic_store(&now_ms, ms);
    pair->connection = connection_from(1);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    pair->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(pair->client, (struct sockaddr *)&address, len), 0);
    pair->connection.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    assert_true(pair->connection.fd >= 0);
    notify(pair, MHD_CONNECTION_NOTIFY_STARTED);
    assert_non_null(pair->connection.socket_context);
}

static void close_pair(struct pair *pair)
{
    notify(pair, MHD_CONNECTION_NOTIFY_CLOSED);
    (void)close(pair->connection.fd);
    (void)close(pair->client);
}

static void ask(struct pair *pair)
{
    sg_connections_began(&pair->connection);
    sg_connections_request(&pair->connection);
}

static void answer(struct pair *pair, unsigned status)
{
    sg_connections_answered(&pair->connection, status);
    sg_connections_completed(&pair->connection);
}

/* For the lock, which the thread holds while it looks at all of them. */
static void wait_for_sweep(struct pair *pair)
{
    sg_connections_completed(&pair->connection);
}

static enum sg_room_kind kind_of(const struct pair *pair)
{
    return ((const struct sg_room_guest *)pair->connection.socket_context)->kind;
}

/* Does the client see the end of its connection within this time? */
static bool is_shut(const struct pair *pair, int wait_ms)
{
    struct pollfd end = { pair->client, POLLRDHUP, 0 };
    return poll(&end, 1, wait_ms) == 1;
}

static unsigned long long n_refused(enum sg_http_refusal why)
{
    return atomic_load(&counts.refused[why]);
}

static unsigned long long n_refused_in_all(void)
{
    unsigned long long n = 0;

    for (int why = 0; why < SG_HTTP_REFUSALS; why++)
        n += n_refused((enum sg_http_refusal)why);
    return n;
}

/* ---- Tests ---- */

/* Of each two, the second came a millisecond later. */
static void test_each_kind_has_its_deadline(void **state)
{
    enum {
        END_MS = 300000
    };
    struct pair idle[2], answered[2], fresh[2];
    (void)state;

    for (int i = 0; i < 2; i++) {
        open_at(&idle[i], END_MS - SG_NEXT_REQUEST_MS - 1 + i);
        ask(&idle[i]);
        answer(&idle[i], 200);
    }
    for (int i = 0; i < 2; i++) {
        open_at(&answered[i], END_MS - SG_ANSWER_MS - 5000);
        atomic_store(&now_ms, END_MS - SG_ANSWER_MS - 1 + i); /* from the request on */
        ask(&answered[i]);
    }
    for (int i = 0; i < 2; i++)
        open_at(&fresh[i], END_MS - SG_FIRST_REQUEST_MS - 1 + i);
    atomic_store(&now_ms, END_MS);
    assert_true(is_shut(&idle[0], WAIT_MS));
    assert_true(is_shut(&answered[0], WAIT_MS));
    assert_true(is_shut(&fresh[0], WAIT_MS));
    wait_for_sweep(&idle[0]);
    assert_false(is_shut(&idle[1], 0));
    assert_false(is_shut(&answered[1], 0));
    assert_false(is_shut(&fresh[1], 0));
    assert_int_equal(n_refused(SG_HTTP_REFUSED_IDLE), 1);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_SLOW), 1);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_TIMEOUT), 1);
    assert_int_equal(kind_of(&idle[0]), SG_ROOM_OUT); /* whatever the library does with it yet */
    for (int i = 0; i < 2; i++) {
        close_pair(&idle[i]);
        close_pair(&answered[i]);
        close_pair(&fresh[i]);
    }
    assert_int_equal(n_refused_in_all(), 3);
}

/* The library has written all of it, but the client does not read. */
static void test_answer_that_waits_in_the_kernel_has_the_answers_deadline(void **state)
{
    static const char block[65536];
    struct pair slow[2], idle;
    (void)state;

    open_at(&idle, 1000);
    ask(&idle);
    answer(&idle, 200);
    for (int i = 0; i < 2; i++) {
        open_at(&slow[i], 1000 + i);
        ask(&slow[i]);
        while (send(slow[i].connection.fd, block, sizeof block, MSG_NOSIGNAL) > 0)
            ;
        answer(&slow[i], 200);
    }
    atomic_store(&now_ms, 1000 + SG_ANSWER_MS + 1);
    for (int i = 0; i < WAIT_MS && n_refused_in_all() == 0; i++)
        (void)usleep(1000);
    wait_for_sweep(&idle);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_SLOW), 1);
    assert_int_equal(kind_of(&slow[0]), SG_ROOM_OUT);
    assert_int_equal(kind_of(&slow[1]), SG_ROOM_SERVED); /* a millisecond later */
    assert_int_equal(kind_of(&idle), SG_ROOM_SERVED);
    close_pair(&slow[0]);
    close_pair(&slow[1]);
    close_pair(&idle);
    assert_int_equal(n_refused_in_all(), 1);
}

static void test_kind_follows_the_latest_request(void **state)
{
    static const struct {
        unsigned status;
        bool proves;
        enum sg_room_kind kind;
    } cases[] = {
        { 200, false, SG_ROOM_SERVED }, { 399, false, SG_ROOM_SERVED },
        { 400, false, SG_ROOM_REFUSED }, { 401, false, SG_ROOM_REFUSED },
        { 200, true, SG_ROOM_PROVED }, { 503, true, SG_ROOM_PROVED },
        { 200, false, SG_ROOM_SERVED }, /* each request has to prove itself */
    };
    struct pair pair;
    (void)state;

    open_at(&pair, 1000);
    assert_int_equal(kind_of(&pair), SG_ROOM_NEW);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(&pair);
        assert_int_equal(kind_of(&pair), SG_ROOM_ANSWERS);
        if (cases[i].proves)
            sg_connections_proved(&pair.connection);
        answer(&pair, cases[i].status);
        assert_int_equal(kind_of(&pair), cases[i].kind);
    }
    sg_connections_refused(&pair.connection, SG_HTTP_REFUSED_BODY);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_BODY), 1);
    close_pair(&pair);
    assert_int_equal(atomic_load(&counts.by_status[200]), 3);
    assert_int_equal(atomic_load(&counts.by_status[401]), 1);
}

/* A load balancer's connection without a request is none. */
static void test_connection_that_ends_within_a_request_is_malformed(void **state)
{
    struct pair pair;
    (void)state;

    open_at(&pair, 1000);
    close_pair(&pair);
    assert_int_equal(n_refused_in_all(), 0);

    open_at(&pair, 1000);
    assert_int_equal(send(pair.client, "x", 1, MSG_NOSIGNAL), 1);
    close_pair(&pair);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_MALFORMED), 1);

    open_at(&pair, 1000);
    ask(&pair);
    close_pair(&pair);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_MALFORMED), 1);

    open_at(&pair, 1000);
    ask(&pair);
    answer(&pair, 200);
    sg_connections_began(&pair.connection);
    close_pair(&pair);
    assert_int_equal(n_refused(SG_HTTP_REFUSED_MALFORMED), 2);
    assert_int_equal(n_refused_in_all(), 2);
}

/* The one that came first would be, but has sent something that was not read yet. */
static void test_newcomer_gets_the_place_of_one_that_is_not_in_use(void **state)
{
    static struct pair busy, others[SG_ROOM_PLACES];
    (void)state;

    open_at(&busy, 1000);
    assert_int_equal(send(busy.client, "GET", 3, MSG_NOSIGNAL), 3);
    for (size_t i = 0; i < SG_ROOM_PLACES; i++) {
        others[i].connection = connection_from(1);
        assert_int_equal(n_refused_in_all(), 0);
        notify(&others[i], MHD_CONNECTION_NOTIFY_STARTED);
    }
    assert_int_equal(n_refused(SG_HTTP_REFUSED_CROWD), 1);
    assert_int_equal(kind_of(&busy), SG_ROOM_NEW);
    assert_int_equal(kind_of(&others[0]), SG_ROOM_OUT);
    assert_int_equal(kind_of(&others[1]), SG_ROOM_NEW);
    close_pair(&busy);
    for (size_t i = 0; i < SG_ROOM_PLACES; i++)
        notify(&others[i], MHD_CONNECTION_NOTIFY_CLOSED);
}

/* ---- TLS ---- */

static struct cert ca, own, scraper;

/* The web file, with the certificates in it: a PEM is a block of YAML. */
static void write_web_file(const char *path, const char *client_auth)
{
    const struct {
        const char *key, *pem;
    } pems[] = { { "cert", own.crt_pem }, { "key", own.key_pem }, { "client_ca", ca.crt_pem } };
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    (void)fprintf(file, "tls_server_config:\n  client_auth_type: %s\n", client_auth);
    for (size_t i = 0; i < 3; i++) {
        (void)fprintf(file, "  %s: |\n    ", pems[i].key);
        for (const char *c = pems[i].pem; *c; c++) {
            (void)fputc(*c, file);
            if (*c == '\n' && c[1])
                (void)fputs("    ", file);
        }
    }
    assert_int_equal(fclose(file), 0);
}

/* A connection that begins now. @return did it succeed? Its request is answered with 200 then */
static bool shake_and_ask(const struct cert *client, enum sg_room_kind *ret_kind)
{
    struct pair pair = { .connection = connection_from(1), .client = -1 };

    assert_int_equal(gnutls_init(&pair.connection.session, GNUTLS_SERVER | GNUTLS_NONBLOCK), 0);
    notify(&pair, MHD_CONNECTION_NOTIFY_STARTED);
    bool good = shake_hands(pair.connection.session, client, &ca) == 0;
    if (good) {
        ask(&pair);
        answer(&pair, 200);
        *ret_kind = kind_of(&pair);
    }
    gnutls_deinit(pair.connection.session);
    notify(&pair, MHD_CONNECTION_NOTIFY_CLOSED);
    return good;
}

static void test_connection_has_the_certificates_of_the_file_as_it_begins(void **state)
{
    char path[TEMPORARY_BYTES];
    struct sg_web *web = NULL;
    struct sg_error err = { "" };
    enum sg_room_kind kind;
    (void)state;

    make_cert(&ca, "ca", &(struct cert_options){ .issuer = NULL });
    make_cert(&own, "own", &(struct cert_options){ .issuer = &ca });
    make_cert(&scraper, "scraper", &(struct cert_options){ .issuer = &ca });
    temporary_file("", path);
    write_web_file(path, "VerifyClientCertIfGiven");
    if (sg_web_new(path, &test_clock, &web, &err))
        fail_msg("%s", err.text);
    sg_connections_use_tls(connections, web);

    assert_true(shake_and_ask(NULL, &kind));
    assert_true(shake_and_ask(&scraper, &kind));
    assert_int_equal(kind, SG_ROOM_SERVED); /* it need not have had one */
    write_web_file(path, "RequireAndVerifyClientCert");
    assert_false(shake_and_ask(NULL, &kind));
    assert_true(shake_and_ask(&scraper, &kind));
    assert_int_equal(kind, SG_ROOM_PROVED);
    put_text(path, "no: such key\n");
    assert_true(shake_and_ask(&scraper, &kind)); /* for the 500 */

    (void)sg_web_free(web);
    (void)unlink(path);
    free_cert(&scraper);
    free_cert(&own);
    free_cert(&ca);
}

/* Memory was short when it started: only the library's own time-out applies. */
static void test_connection_that_is_not_known_has_no_effect(void **state)
{
    struct pair pair = { .connection = connection_from(1) };
    (void)state;

    ask(&pair);
    sg_connections_proved(&pair.connection);
    sg_connections_refused(&pair.connection, SG_HTTP_REFUSED_BODY);
    answer(&pair, 200);
    notify(&pair, MHD_CONNECTION_NOTIFY_CLOSED);
    assert_int_equal(n_refused_in_all(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_answer_that_waits_in_the_kernel_has_the_answers_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_connection_that_ends_within_a_request_is_malformed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_connection_that_is_not_known_has_no_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_connection_has_the_certificates_of_the_file_as_it_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_kind_has_its_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kind_follows_the_latest_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_newcomer_gets_the_place_of_one_that_is_not_in_use, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("connections", tests, NULL, NULL);
}
