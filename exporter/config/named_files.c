/* SPDX-License-Identifier: Apache-2.0 */
#include "config/named_files.h"

#include "base/index.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIECE_BYTES = 4096,
    BYTES_MAX = 1024 * 1024 /* of a file; what is behind is not looked at */
};

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    uint64_t of_bytes = sg_hash((struct sg_str){ bytes, n });
    return hash * 0x9e3779b97f4a7c15u + of_bytes;
}

/* Of a folder, such as one of CAs: when it changed. @return 0 when there is nothing to read */
static uint64_t fingerprint(const char *path)
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
    } else if (!S_ISREG(status.st_mode)) {
        hash = mix(hash, &status.st_mtim, sizeof status.st_mtim);
    } else {
        while (total < BYTES_MAX && (n = read(fd, piece, sizeof piece)) > 0) {
            hash = mix(hash, piece, (size_t)n);
            total += (size_t)n;
        }
        explicit_bzero(piece, sizeof piece);
    }
    (void)close(fd);
    return hash;
}

static void note_tls(struct sg_tls_config *tls)
{
    const char *const files[] = { tls->ca_file, tls->cert_file, tls->key_file };

    tls->files = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        uint64_t one = fingerprint(files[i]);
        tls->files = mix(tls->files, &one, sizeof one);
    }
}

/* librdkafka's properties that name a file which it reads once, when the client is made. */
static bool names_file(const char *property)
{
    static const char ending[] = ".location";
    size_t len = strlen(property);

    return strcmp(property, "sasl.kerberos.keytab") == 0 ||
           (len >= sizeof ending && strcmp(property + len - (sizeof ending - 1), ending) == 0);
}

void sg_config_note_files(struct sg_config *config)
{
    for (size_t i = 0; i < config->n_clusters; i++) {
        struct sg_cluster_config *cluster = &config->clusters[i];
        cluster->client_files = 0;
        for (size_t j = 0; j < cluster->n_client; j++) {
            const struct sg_property_setting *property = &cluster->client[j];
            uint64_t one = names_file(property->name) ? fingerprint(property->value) : 0;
            cluster->client_files = mix(cluster->client_files, &one, sizeof one);
        }
        note_tls(&cluster->jolokia.source.tls);
        for (size_t j = 0; j < cluster->n_jvms; j++)
            note_tls(&cluster->jvms[j].source.tls);
    }
}
