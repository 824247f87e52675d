/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/permissions.h"

#include "admin/ask/ask.h"

#include <librdkafka/rdkafka.h>

enum {
    TOPIC_MS = 1000
};

/* Names that need not exist: a principal that may describe all topics, or all groups, may describe
 * these. */
#define TOPIC "__consumer_offsets"
#define GROUP "streamgauge"

void sg_permissions_check_topics(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    struct sg_failures *failures)
{
    rd_kafka_t *rk = sg_client_get(client);
    const struct rd_kafka_metadata *metadata = NULL;
    int left_ms = sg_clock_left_ms(clock, deadline_ms);

    if (left_ms <= 0)
        return;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, TOPIC, NULL);
    if (!topic)
        return;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(rk, 0, topic, &metadata, left_ms < TOPIC_MS ? left_ms : TOPIC_MS);
    if (!code && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        sg_failures_add(failures, SG_FAILURE_DENIED, SG_REQUEST_METADATA, code,
            "no topic is shown: %s%s", rd_kafka_err2str(code), sg_failure_advice(code));
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

/* The error of the group in the answer, or of the request. */
static rd_kafka_resp_err_t code_of(rd_kafka_event_t *event)
{
    const rd_kafka_DescribeConsumerGroups_result_t *result =
        rd_kafka_event_DescribeConsumerGroups_result(event);
    size_t n = 0;

    if (rd_kafka_event_error(event) || !result)
        return rd_kafka_event_error(event);
    const rd_kafka_ConsumerGroupDescription_t **groups =
        rd_kafka_DescribeConsumerGroups_result_groups(result, &n);
    return n ? rd_kafka_error_code(rd_kafka_ConsumerGroupDescription_error(groups[0])) : 0;
}

static void describe_group(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what)
{
    const char *name = GROUP;

    (void)what;
    rd_kafka_DescribeConsumerGroups(rk, &name, 1, options, queue);
}

bool sg_permissions_check_groups(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures)
{
    rd_kafka_event_t *event = sg_ask(&(struct sg_ask){
        .client = client,
        .clock = clock,
        .op = RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
        .timeout_ms = SG_ASK_COORDINATOR_MS,
        .deadline_ms = deadline_ms,
        .stopping = stopping,
        .send = describe_group,
    });

    if (!event)
        return false;
    rd_kafka_resp_err_t code = code_of(event);
    if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        sg_failures_add(failures, SG_FAILURE_DENIED, SG_REQUEST_DESCRIBE_GROUPS, code,
            "no consumer group is shown: %s%s", rd_kafka_err2str(code), sg_failure_advice(code));
    rd_kafka_event_destroy(event);
    return true;
}
