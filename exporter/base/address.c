/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include "base/str.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* @return the port, or -1 */
static int port_of(const char *text)
{
    char *end = NULL;

    if (*text < '0' || *text > '9' || strlen(text) > 5)
        return -1;
    long port = strtol(text, &end, 10);
    return *end == '\0' && port <= SG_ADDRESS_PORT_MAX ? (int)port : -1;
}

int sg_address_parse(const char *text, struct sg_address *ret_address, struct sg_error *err)
{
    const char *close = text[0] == '[' ? strchr(text, ']') : NULL;
    const char *host = close ? text + 1 : text;
    const char *colon = close ? close + 1 : strrchr(text, ':');
    size_t len = close ? (size_t)(close - host) : colon ? (size_t)(colon - host) : strlen(host);
    struct sg_address address = { .port = -1 };

    if (!close && memchr(host, ':', len))
        return sg_error_set(err, SG_ADDRESS_E_WRONG,
            "\"%.200s\": an IPv6 address needs brackets, as in [::1]:9092", text);
    if (close && *colon != '\0' && *colon != ':')
        return sg_error_set(
            err, SG_ADDRESS_E_WRONG, "\"%.200s\": expected a port after ], as in [::1]:9092", text);
    if (len >= sizeof address.host)
        return sg_error_set(err, SG_ADDRESS_E_WRONG, "\"%.200s\": the host is too long", text);
    if (colon && *colon == ':') {
        address.port = port_of(colon + 1);
        if (address.port < 0)
            return sg_error_set(err, SG_ADDRESS_E_WRONG,
                "\"%.200s\": a port must be a number from 1 to %d", text, SG_ADDRESS_PORT_MAX);
    }
    memcpy(address.host, host, len);
    *ret_address = address;
    return 0;
}

/* Without the protocol, which only librdkafka writes before a host. @return NULL: another one */
static const char *without_protocol(const char *server)
{
    static const char *const protocols[] = { "plaintext", "sasl_plaintext", "sasl_ssl", "ssl" };
    const char *end = strstr(server, "://");

    if (!end)
        return server;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        size_t len = strlen(protocols[i]);
        if (len == (size_t)(end - server) && strncasecmp(server, protocols[i], len) == 0)
            return end + 3;
    }
    return NULL;
}

static int check_server(const char *server, struct sg_error *err)
{
    const char *address = without_protocol(server);
    struct sg_address parsed;

    if (strchr(server, ';') || strpbrk(server, " \t"))
        return sg_error_set(
            err, SG_ADDRESS_E_WRONG, "\"%.200s\": servers are separated by commas", server);
    if (!address)
        return sg_error_set(err, SG_ADDRESS_E_WRONG,
            "\"%.200s\" is not a Kafka server; expected HOST:PORT, without a path or http://",
            server);
    int r = sg_address_parse(address, &parsed, err);
    if (r)
        return r;
    if (!parsed.host[0])
        return sg_error_set(err, SG_ADDRESS_E_WRONG, "\"%.200s\" has no host", server);
    if (strchr(parsed.host, '/'))
        return sg_error_set(
            err, SG_ADDRESS_E_WRONG, "\"%.200s\": a server must not have a path", server);
    if (parsed.port == 0)
        return sg_error_set(err, SG_ADDRESS_E_WRONG,
            "\"%.200s\": a port must be a number from 1 to %d", server, SG_ADDRESS_PORT_MAX);
    return 0;
}

int sg_address_check_servers(const char *text, struct sg_error *err)
{
    char server[SG_ADDRESS_HOST_BYTES_MAX + 64];
    size_t n = 0;

    while (*text) {
        size_t len = strcspn(text, ",");
        const char *from = text;
        size_t trimmed = len;
        text += len + (text[len] == ',');
        while (trimmed && (*from == ' ' || *from == '\t')) { /* as librdkafka does */
            from++;
            trimmed--;
        }
        while (trimmed && (from[trimmed - 1] == ' ' || from[trimmed - 1] == '\t'))
            trimmed--;
        if (trimmed == 0)
            continue;
        if (trimmed >= sizeof server)
            return sg_error_set(err, SG_ADDRESS_E_WRONG, "\"%.100s…\": the host is too long", from);
        memcpy(server, from, trimmed);
        server[trimmed] = '\0';
        int r = check_server(server, err);
        if (r)
            return r;
        n++;
    }
    if (n == 0)
        return sg_error_set(
            err, SG_ADDRESS_E_WRONG, "it has no server; expected HOST:PORT,HOST:PORT");
    return 0;
}
