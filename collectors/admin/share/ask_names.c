/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/ask_names.h"

#include "admin/ask/ask.h"

/* The first librdkafka with DescribeTopics; a macro, for the preprocessor. */
#define HAS_DESCRIBE_TOPICS 0x020300ff

bool sg_share_can_ask_names(void)
{
    return RD_KAFKA_VERSION >= HAS_DESCRIBE_TOPICS;
}

#if RD_KAFKA_VERSION >= HAS_DESCRIBE_TOPICS

/* Names of topics, borrowed. */
struct question {
    const char *topics[SG_SHARE_NAMES_AT_ONCE];
    size_t n;
};

static void put_bits(unsigned char *bytes, uint64_t bits)
{
    for (int i = 7; i >= 0; i--, bits >>= 8)
        bytes[i] = (unsigned char)bits;
}

static int take_topic(struct sg_share_names *names, const rd_kafka_TopicDescription_t *topic)
{
    const rd_kafka_Uuid_t *uuid = rd_kafka_TopicDescription_topic_id(topic);
    unsigned char id[SG_SHARE_TOPIC_ID_BYTES];

    if (!uuid || rd_kafka_error_code(rd_kafka_TopicDescription_error(topic)))
        return 0;
    put_bits(id, (uint64_t)rd_kafka_Uuid_most_significant_bits(uuid));
    put_bits(id + 8, (uint64_t)rd_kafka_Uuid_least_significant_bits(uuid));
    return sg_share_names_set(names, id, rd_kafka_TopicDescription_name(topic));
}

static int take_answer(
    struct sg_share_names *names, rd_kafka_event_t *event, struct sg_failures *failures)
{
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    size_t n = 0;
    int r = 0;

    if (code) {
        struct sg_error err;
        (void)sg_error_set(
            &err, 0, "DescribeTopics failed, for share groups: %s", rd_kafka_err2str(code));
        sg_failures_warn(failures, sg_failure_kind_of(code), SG_REQUEST_METADATA, code, err.text);
        sg_share_names_fail(names);
        return 0;
    }
    const rd_kafka_TopicDescription_t **topics =
        rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event), &n);
    for (size_t i = 0; i < n && !r; i++)
        r = take_topic(names, topics[i]);
    return r;
}

static void describe(
    rd_kafka_t *rk, const rd_kafka_AdminOptions_t *options, rd_kafka_queue_t *queue, void *what)
{
    struct question *question = what;
    rd_kafka_TopicCollection_t *topics =
        rd_kafka_TopicCollection_of_topic_names(question->topics, question->n);

    rd_kafka_DescribeTopics(rk, topics, options, queue);
    rd_kafka_TopicCollection_destroy(topics);
}

int sg_share_ask_names(struct sg_share_names *names, const struct sg_share_names_env *env)
{
    struct question question;

    if (sg_clock_left_ms(env->clock, env->deadline_ms) == 0)
        return 0;
    question.n = sg_share_names_next(
        names, env->topology, env->n_ids, sg_clock_monotonic_ms(env->clock), question.topics);
    if (question.n == 0)
        return 0;
    rd_kafka_event_t *event = sg_ask(&(struct sg_ask){
        .client = env->client,
        .clock = env->clock,
        .op = RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
        .timeout_ms = sg_clock_left_ms(env->clock, env->deadline_ms),
        .deadline_ms = env->deadline_ms,
        .stopping = env->stopping,
        .send = describe,
        .what = &question,
    });
    int r = take_answer(names, event, env->failures);
    if (event)
        rd_kafka_event_destroy(event);
    return r;
}

#else

int sg_share_ask_names(struct sg_share_names *names, const struct sg_share_names_env *env)
{
    (void)names;
    (void)env;
    return 0;
}

#endif
