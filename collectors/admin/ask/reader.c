/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/reader.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Each partition has a queue of its own (rd_kafka_consume_start(), not …_start_queue()): librdkafka
 * stops fetching from a partition when its queue holds queued.min.messages, and the outcome of one
 * partition in a common queue would stop all the others until it is taken.
 */

struct sg_reader {
    struct sg_client *client;
};

int sg_reader_new(const struct sg_cluster_config *config,
    int64_t timeout_ms,
    struct sg_reader **ret_reader,
    struct sg_error *err)
{
    struct sg_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return -ENOMEM;
    int r = sg_client_new(config, timeout_ms, SG_CLIENT_READER, &reader->client, err);
    if (r) {
        free(reader);
        return r;
    }
    sg_client_connect(reader->client);
    *ret_reader = reader;
    return 0;
}

struct sg_reader *sg_reader_free(struct sg_reader *reader)
{
    if (reader)
        (void)sg_client_unref(reader->client);
    free(reader);
    return NULL;
}

rd_kafka_topic_t *sg_reader_start(
    struct sg_reader *reader, const char *topic, int32_t partition, int64_t from)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(sg_client_get(reader->client), topic, NULL);

    if (!handle)
        return NULL;
    if (rd_kafka_consume_start(handle, partition, from) == 0)
        return handle;
    rd_kafka_topic_destroy(handle);
    return NULL;
}

void sg_reader_stop(struct sg_reader *reader, rd_kafka_topic_t *topic, int32_t partition)
{
    (void)reader;
    (void)rd_kafka_consume_stop(topic, partition);
    rd_kafka_topic_destroy(topic);
}

bool sg_reader_fetch(
    struct sg_reader *reader, rd_kafka_topic_t *topic, int32_t partition, struct sg_read *ret_read)
{
    sg_client_poll(reader->client);
    rd_kafka_message_t *message = rd_kafka_consume(topic, partition, 0);

    if (!message)
        return false;
    *ret_read = (struct sg_read){ message->err, message->offset };
    rd_kafka_message_destroy(message);
    return true;
}
