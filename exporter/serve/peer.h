/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Identifies the peer of a connection, for shares and turns. Any thread. */

#include <microhttpd.h>
#include <stdint.h>
#include <sys/socket.h>

/**
 * An IPv4 address, or the network (/64) of an IPv6 one, in which one host can have any number of
 * addresses. @param address may be NULL @return 0 when it is neither
 */
uint64_t sg_peer_of_address(const struct sockaddr *address);

/** The same for a connection. */
uint64_t sg_peer_of(struct MHD_Connection *connection);
