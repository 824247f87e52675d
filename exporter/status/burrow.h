/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Burrow's read endpoints, version 3 of its HTTP API, for what people script against it: the paths
 * below /v3/kafka. Burrow's documentation: HTTP-Endpoint. One answer is written by one thread.
 */

#include "base/buf.h"
#include "status/params.h"

/* What a path asks for. */
enum sg_burrow_what {
    SG_BURROW_CLUSTERS,
    SG_BURROW_CLUSTER,
    SG_BURROW_TOPICS,
    SG_BURROW_TOPIC,
    SG_BURROW_TOPIC_CONSUMERS,
    SG_BURROW_CONSUMERS,
    SG_BURROW_CONSUMER,
    SG_BURROW_CONSUMER_STATUS,
    SG_BURROW_CONSUMER_LAG,
};

struct sg_burrow_path {
    enum sg_burrow_what what;
    struct sg_str cluster, name; /* borrowed from the path */
};

/**
 * @param path  decoded, without the route prefix: "/v3/kafka/streaming/consumer/g/lag". A group's
 * name may have slashes
 * @return is there such a path?
 */
bool sg_burrow_find(const char *path, struct sg_burrow_path *ret_path);

/* Where the request was sent, as the answer repeats it; borrowed. */
struct sg_burrow_request {
    const char *path; /* of the request, as it was decoded */
    const char *host; /* name of the machine */
};

/**
 * Write the answer, errors included.
 * @return 0, SG_STATUS_E_NOT_FOUND (the answer says so), -ENOMEM or SG_BUF_E_FULL
 */
int sg_burrow_write(const struct sg_status_sources *sources,
    const struct sg_burrow_path *path,
    const struct sg_burrow_request *request,
    struct sg_buf *json);
