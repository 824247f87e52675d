/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* This process, with the values that Prometheus client libraries export. Any thread. */

#include <stdint.h>

struct sg_process {
    double cpu_s; /* user and system */
    int64_t open_fds;
    int64_t max_fds;
    int64_t resident_bytes;
    int64_t virtual_bytes;
    double virtual_max_bytes; /* 2^64 - 1 without a limit, as in client_golang */
    int64_t threads;
    double start_unix_s;
};

/** Read /proc/self and the limits. Source: proc(5), "/proc/[pid]/stat". @return 0 or -EIO */
int sg_process_read(struct sg_process *ret_process);
