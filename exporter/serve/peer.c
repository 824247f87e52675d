/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/peer.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

uint64_t sg_peer_of_address(const struct sockaddr *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    uint64_t peer = 0;

    if (address && address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof four);
        peer = four.sin_addr.s_addr;
    } else if (address && address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof six);
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
            memcpy(&peer, six.sin6_addr.s6_addr + 12, 4);
        else
            memcpy(&peer, six.sin6_addr.s6_addr, sizeof peer);
    }
    return peer;
}

uint64_t sg_peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return sg_peer_of_address(info ? info->client_addr : NULL);
}
