/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests: a broker that leads the only partition of a topic `t`. */

#include <librdkafka/rdkafka.h>

static struct rd_kafka_metadata_partition one_partition_partition = { .id = 0, .leader = 1 };
static struct rd_kafka_metadata_topic one_partition_topic = {
    .topic = (char[]){ "t" }, .partitions = &one_partition_partition, .partition_cnt = 1
};
static struct rd_kafka_metadata_broker one_partition_broker = { .id = 1, .host = (char[]){ "h" } };
static const struct rd_kafka_metadata one_partition = { .brokers = &one_partition_broker,
    .broker_cnt = 1,
    .topics = &one_partition_topic,
    .topic_cnt = 1 };
