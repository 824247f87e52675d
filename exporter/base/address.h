/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Addresses as people write them: HOST:PORT, [IPv6]:PORT. Nothing is resolved. Pure functions; any
   thread. */

#include "base/error.h"

#include <stddef.h>

enum {
    SG_ADDRESS_E_WRONG = 1 /* err says what is wrong, and quotes the address */
};

enum {
    SG_ADDRESS_HOST_BYTES_MAX = 256,
    SG_ADDRESS_PORT_MAX = 65535,
};

struct sg_address {
    char host[SG_ADDRESS_HOST_BYTES_MAX]; /* without brackets; empty: none was given */
    int port;                             /* -1: none was given */
};

/** @param text  [HOST][:PORT] @return 0 or SG_ADDRESS_E_WRONG */
int sg_address_parse(const char *text, struct sg_address *ret_address, struct sg_error *err);

/**
 * Is it a list of Kafka servers as librdkafka takes it: HOST[:PORT],…, each perhaps with a protocol
 * before it, SSL://HOST:PORT?
 * @return 0 or SG_ADDRESS_E_WRONG
 */
int sg_address_check_servers(const char *text, struct sg_error *err);
