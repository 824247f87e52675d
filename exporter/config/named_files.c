/* SPDX-License-Identifier: Apache-2.0 */
#include "config/named_files.h"

#include "base/index.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIECE_BYTES = 4096,
    BYTES_MAX = 4 * 1024 * 1024 /* of a file; the rest is ignored */
};

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    uint64_t of_bytes = sg_hash(0, (struct sg_str){ bytes, n });
    return hash * 0x9e3779b97f4a7c15u + of_bytes;
}

/*
 * Of a folder, such as one of CAs: when it changed. A pipe is not read: that would consume its
 * content. @return 0 when there is nothing to read
 */
static uint64_t of_file(const char *path)
{
    char piece[PIECE_BYTES];
    struct stat status;
    uint64_t hash = 1;
    size_t total = 0;
    ssize_t n;

    int fd = path && path[0] ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0)
        return 0;
    if (fstat(fd, &status)) {
        hash = 0;
    } else if (S_ISDIR(status.st_mode)) {
        hash = mix(hash, &status.st_mtim, sizeof status.st_mtim);
    } else if (S_ISREG(status.st_mode)) {
        while (total < BYTES_MAX && (n = read(fd, piece, sizeof piece)) > 0) {
            hash = mix(hash, piece, (size_t)n);
            total += (size_t)n;
        }
        explicit_bzero(piece, sizeof piece);
    }
    (void)close(fd);
    return hash;
}

void sg_fingerprint_add_file(uint64_t *fingerprint, const char *path)
{
    uint64_t one = of_file(path);
    *fingerprint = mix(*fingerprint, &one, sizeof one);
}

bool sg_property_names_file(const char *property)
{
    static const char ending[] = ".location";
    size_t len = strlen(property);

    return strcmp(property, "sasl.kerberos.keytab") == 0 ||
           (len >= sizeof ending && strcmp(property + len - (sizeof ending - 1), ending) == 0);
}
