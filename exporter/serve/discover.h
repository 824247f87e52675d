/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The list of /sd: a target for the page of each broker, in the format of Prometheus' http_sd.
 * Source: Prometheus, "Writing HTTP service discovery". Any thread.
 */

#include "base/buf.h"
#include "serve/serve_config.h"

enum {
    SG_DISCOVER_BYTES_MAX = 16 * 1024 * 1024
};

/* The exporter's address for clients. */
struct sg_discover_place {
    const char *scheme; /* "http" or "https" */
    const char *host;   /* HOST or HOST:PORT */
    const char *path;   /* of all served paths: "" or "/kafka" */
};

/** @return 0, -ENOMEM or SG_BUF_E_FULL */
int sg_discover_write(const struct sg_serve_config *config,
    const struct sg_discover_place *place,
    struct sg_buf *out);

/**
 * Forget a broker that is gone for good.
 * @param ret_text  what happened, or why not: one line
 * @return the HTTP status
 */
unsigned sg_discover_forget(const struct sg_serve_config *config,
    const char *cluster,
    const char *broker,
    const char **ret_text);

/** Is there such a cluster, and is such a broker known in it? @return yes or no */
bool sg_discover_knows_cluster(const struct sg_serve_config *config, const char *cluster);
bool sg_discover_knows_broker(
    const struct sg_serve_config *config, const char *cluster, const char *broker);
