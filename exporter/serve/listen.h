/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Listening sockets from addresses in exporters' usual form: [HOST]:PORT, :PORT, [IPv6]:PORT. */

#include "base/error.h"

#include <stddef.h>

enum {
    SG_LISTEN_E_ADDRESS = 1, /* not an address; err says what is expected */
    SG_LISTEN_E_BIND,        /* in use, not allowed, unknown host; err says which and why */
};

/** Is it an address? Resolves nothing. @return 0 or SG_LISTEN_E_ADDRESS */
int sg_listen_check(const char *address, struct sg_error *err);

/**
 * Open a socket that listens. An empty host means all addresses, IPv6 and IPv4.
 * @param ret_fd  owned @return 0, SG_LISTEN_E_ADDRESS or SG_LISTEN_E_BIND
 */
int sg_listen_open(const char *address, int *ret_fd, struct sg_error *err);

/**
 * Listening sockets passed by systemd, or by another service manager with its protocol. The
 * environment variables are unset. Source: sd_listen_fds(3).
 *
 * @param ret_fds  owned; room for max @param ret_n  at least 1
 * @return 0 or SG_LISTEN_E_BIND: there are none, too many, or one is not listening
 */
int sg_listen_inherited(int *ret_fds, size_t max, size_t *ret_n, struct sg_error *err);
