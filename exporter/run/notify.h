/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Notifying systemd of the program's state: one datagram to the socket in NOTIFY_SOCKET. Without
 * that variable nothing is sent. Source: sd_notify(3), "Standalone Implementations".
 */

#include <stdint.h>

/** @param state  lines such as "READY=1" @return 0 or -errno; callers may ignore errors */
int sg_notify(const char *state);

/** "RELOADING=1" with the time that Type=notify-reload requires. */
int sg_notify_reloading(void);

/**
 * How often "WATCHDOG=1" is to be sent: half of WATCHDOG_USEC, or 0 when the watchdog is off for
 * this process. Source: sd_watchdog_enabled(3).
 */
int64_t sg_notify_watchdog_ms(void);
