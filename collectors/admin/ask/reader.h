/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the logs of some partitions hold from an offset on: the first committed record, or the end.
 * The handle fetches in librdkafka's threads, so nothing here waits for a broker. A partition whose
 * first outcome has arrived is not fetched from again until sg_reader_fetch() returns that.
 *
 * It uses librdkafka's "legacy" consumer: partition by partition, without assignment, so that no
 * request goes to a group coordinator. The collector's thread.
 */

#include "admin/ask/client.h"
#include "base/error.h"
#include "config/config.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

struct sg_reader;

/** @param config, timeout_ms, err  as of sg_client_new() @return the same */
int sg_reader_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    struct sg_reader **ret_reader,
    struct sg_error *err);

/** All partitions must be stopped. @return NULL; reader may be NULL */
struct sg_reader *sg_reader_free(struct sg_reader *reader);

/** @return owned, to be passed to sg_reader_stop(); or NULL: librdkafka refused */
rd_kafka_topic_t *sg_reader_start(
    struct sg_reader *reader, const char *topic, int32_t partition, int64_t from);

void sg_reader_stop(struct sg_reader *reader, rd_kafka_topic_t *topic, int32_t partition);

/* The outcome of a partition. */
struct sg_read {
    rd_kafka_resp_err_t code; /* 0: a record, RD_KAFKA_RESP_ERR__PARTITION_EOF: the end */
    int64_t offset;           /* of the record; at the end that of the next record */
};

/** The outcome that has arrived, without waiting. @return is there one? */
bool sg_reader_fetch(
    struct sg_reader *reader, rd_kafka_topic_t *topic, int32_t partition, struct sg_read *ret_read);
