/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What /sd lists: a target for the page of each broker, as Prometheus' http_sd wants it.
 * Source: Prometheus, "Writing HTTP service discovery". Any thread.
 */

#include "base/buf.h"
#include "serve/serve.h"

enum {
    SG_DISCOVER_BYTES_MAX = 16 * 1024 * 1024
};

/**
 * @param host    the exporter's own address, as the client sees it
 * @param scheme  "http" or "https" @return 0, -ENOMEM or -EMSGSIZE
 */
int sg_discover_write(
    const struct sg_serve_config *config, const char *host, const char *scheme, struct sg_buf *out);

/** Is there such a cluster, and is such a broker known in it? @return as the names say */
bool sg_discover_knows_cluster(const struct sg_serve_config *config, const char *cluster);
bool sg_discover_knows_broker(
    const struct sg_serve_config *config, const char *cluster, const char *broker);
