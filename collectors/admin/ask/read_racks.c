/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/read_racks.h"

#include "admin/ask/ask.h"

#define HAS_DESCRIBE_CLUSTER 0x020300ff

bool sg_racks_are_due(const struct sg_racks_turn *turn,
    const struct sg_racks *racks,
    const struct sg_topology *topology,
    int64_t now_ms)
{
    bool is_known = turn->answered && sg_racks_have_all(racks, topology);

    if (!turn->asked)
        return true;
    return now_ms - turn->asked_ms >= (is_known ? SG_RACKS_EVERY_MS : SG_RACKS_RETRY_MS);
}

#if RD_KAFKA_VERSION >= HAS_DESCRIBE_CLUSTER

bool sg_racks_can_be_read(void)
{
    return true;
}

static void describe(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what)
{
    (void)what;
    rd_kafka_DescribeCluster(rk, options, queue);
}

static int take_nodes(struct sg_racks *racks, rd_kafka_event_t *event)
{
    const rd_kafka_DescribeCluster_result_t *result = rd_kafka_event_DescribeCluster_result(event);
    size_t n = 0;
    int r = 0;

    const rd_kafka_Node_t **nodes = rd_kafka_DescribeCluster_result_nodes(result, &n);
    for (size_t i = 0; !r && i < n; i++)
        r = sg_racks_set(racks, rd_kafka_Node_id(nodes[i]), rd_kafka_Node_rack(nodes[i]));
    return r;
}

int sg_racks_read(struct sg_racks *racks,
    struct sg_racks_turn *turn,
    struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures)
{
    int64_t now_ms = sg_clock_monotonic_ms(clock);
    int64_t left_ms = sg_clock_left_ms(clock, deadline_ms);
    int r = 0;

    *turn = (struct sg_racks_turn){ .asked = true, .asked_ms = now_ms };
    if (left_ms == 0)
        return 0;
    rd_kafka_event_t *event = sg_ask(&(struct sg_ask){
        .client = client,
        .clock = clock,
        .op = RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER,
        .timeout_ms = left_ms,
        .deadline_ms = deadline_ms,
        .stopping = stopping,
        .send = describe,
    });
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code && !atomic_load(stopping))
        sg_failures_add(failures, sg_failure_kind_of(code), SG_REQUEST_METADATA, code,
            "the brokers' racks could not be read: %s", rd_kafka_err2str(code));
    if (!code) {
        r = take_nodes(racks, event);
        turn->answered = true;
    }
    if (event)
        rd_kafka_event_destroy(event);
    return r;
}

#else

bool sg_racks_can_be_read(void)
{
    return false;
}

int sg_racks_read(struct sg_racks *racks,
    struct sg_racks_turn *turn,
    struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    const atomic_bool *stopping,
    struct sg_failures *failures)
{
    (void)racks;
    (void)client;
    (void)clock;
    (void)deadline_ms;
    (void)stopping;
    (void)failures;
    (void)turn;
    return 0;
}

#endif
