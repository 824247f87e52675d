/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/test_agent.h"

#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A whole request: head, and as much body as its Content-Length says. @return false at the end */
static bool read_request(struct agent *agent, int fd)
{
    size_t n = 0;

    for (;;) {
        ssize_t got = recv(fd, agent->request + n, sizeof agent->request - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        agent->request[n] = '\0';
        const char *body = strstr(agent->request, "\r\n\r\n");
        const char *length = strstr(agent->request, "Content-Length: ");
        if (body && length && strlen(body + 4) >= strtoul(length + 16, NULL, 10))
            return true;
    }
}

static void send_all(int fd, const char *text)
{
    size_t n = strlen(text);

    while (n) {
        ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        n -= (size_t)sent;
    }
}

static void send_body(int fd, const char *body)
{
    char head[80];

    (void)snprintf(
        head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(body));
    send_all(fd, head);
    send_all(fd, body);
}

static void send_for_ever(int fd)
{
    static char block[1 << 16];

    memset(block, ' ', sizeof block);
    while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
        ;
}

static void *serve(void *context)
{
    struct agent *agent = context;
    int fd;

    while ((fd = accept(agent->listener, NULL, NULL)) >= 0) {
        agent->n_connections++;
        while (read_request(agent, fd)) {
            agent->n_requests++;
            bool asks_who = agent->identity && strstr(agent->request, "type=app-info");
            if (asks_who)
                send_body(fd, agent->identity);
            else if (agent->answer)
                send_all(fd, agent->answer);
            if (agent->endless)
                send_for_ever(fd);
        }
        (void)close(fd);
    }
    return NULL;
}

void start_agent(struct agent *agent, const char *answer, bool endless)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;

    *agent = (struct agent){ .answer = answer, .endless = endless };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    agent->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(agent->listener >= 0);
    assert_int_equal(bind(agent->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(agent->listener, 8), 0);
    assert_int_equal(getsockname(agent->listener, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(
        agent->url, sizeof agent->url, "http://127.0.0.1:%d/jolokia", ntohs(address.sin_port));
    agent->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&agent->thread, NULL, serve, agent), 0);
}

void stop_agent(struct agent *agent)
{
    (void)shutdown(agent->listener, SHUT_RDWR);
    (void)pthread_join(agent->thread, NULL);
    (void)close(agent->listener);
}
