/* SPDX-License-Identifier: Apache-2.0 */
#include "self/process.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t count_open_fds(void)
{
    int64_t n = -3; /* ".", ".." and the descriptor of the listing itself */
    DIR *directory = opendir("/proc/self/fd");

    if (!directory)
        return 0;
    while (readdir(directory))
        n++;
    (void)closedir(directory);
    return n;
}

/* From the clocks, because /proc/stat is hidden where systemd's ProcSubset=pid is set. */
static double boot_unix_s(void)
{
    struct timespec now, since_boot;

    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for these clocks */
    (void)clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return (double)(now.tv_sec - since_boot.tv_sec) +
           (double)(now.tv_nsec - since_boot.tv_nsec) / 1e9;
}

int sg_process_read(struct sg_process *ret_process)
{
    char text[1024];
    uint64_t user, system, start, virtual_bytes;
    int64_t threads, resident_pages;
    struct rlimit limit, memory_limit;

    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return -EIO;
    size_t n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[n] = '\0';

    /* The second field is the program's name in parentheses and may contain anything. */
    const char *fields = strrchr(text, ')');
    /* NOLINTNEXTLINE(cert-err34-c): the kernel's numbers fit */
    if (!fields || sscanf(fields + 1,
                       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
                       " %*d %*d %*d %*d %" SCNd64 " %*d %" SCNu64 " %" SCNu64 " %" SCNd64,
                       &user, &system, &threads, &start, &virtual_bytes, &resident_pages) != 6)
        return -EIO;
    if (getrlimit(RLIMIT_NOFILE, &limit) || getrlimit(RLIMIT_AS, &memory_limit))
        return -EIO;

    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    *ret_process = (struct sg_process){
        .cpu_s = (double)(user + system) / ticks_per_s,
        .open_fds = count_open_fds(),
        .max_fds = (int64_t)limit.rlim_cur,
        .resident_bytes = resident_pages * sysconf(_SC_PAGESIZE),
        .virtual_bytes = (int64_t)virtual_bytes,
        .virtual_max_bytes = (double)memory_limit.rlim_cur,
        .threads = threads,
        .start_unix_s = boot_unix_s() + (double)start / ticks_per_s,
    };
    return 0;
}
