/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/requests.h"

#include "admin/ask/ask.h"
#include "admin/ask/describe.h"
#include "admin/ask/turns.h"
#include "admin/ask/wait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * ListConsumerGroups is sent to each broker by itself (AdminOptions_set_broker) instead of letting
 * librdkafka send it to all: that would be answered only when the slowest broker has answered or
 * timed out, would wait for brokers that left the cluster long ago, and would not tell which broker
 * an error is from. So the groups of the working brokers are queried at once.
 *
 * A group's two requests are sent together. Each carries the number of what it is about as its
 * opaque; what is still on its way at the deadline is dropped with the queue.
 *
 * librdkafka remembers the coordinators of a dozen groups, so with more of them each request is
 * two: FindCoordinator goes before it. Two things follow. A group that is listed as Empty has no
 * members, so it is not asked to describe itself. And thousands of groups may take longer than
 * there is time: then no more are asked for when an answer would come too late, so that no request
 * is left behind in librdkafka. The order is decided in turns.h.
 */

enum {
    LIST_AGAIN_MS = 200,
    ASKS_FOR_ALL = 0x02030000, /* the first librdkafka that can, of every broker */
};

/* The first librdkafka with types of groups; a macro, for the preprocessor. */
#define HAS_LISTED_TYPES 0x020600ff

/* Which groups are queried. */
enum pass {
    PASS_ALL,
    PASS_MOVED,
    PASS_BY_NAME,
    PASS_OTHERS,
};

struct requests {
    const struct sg_requests_env *env;
    enum pass pass;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options[3];  /* by enum api */
    size_t n_lists;                       /* on their way, or to be sent again */
    bool *list_again;                     /* per place in topology->brokers */
    int64_t list_again_ms;                /* when; monotonic, 0: not now */
    struct sg_turns turns;                /* of groups */
    rd_kafka_topic_partition_list_t *all; /* partitions by name; made when it is needed */
};

enum api {
    API_LIST,
    API_DESCRIBE,
    API_OFFSETS
};

static struct sg_str printable(struct sg_str name)
{
    /* A long name must leave room for the reason in the text. */
    return (struct sg_str){ name.ptr, name.len < 100 ? name.len : 100 };
}

/* ---- Sending ---- */

static int open_requests(struct requests *q)
{
    static const rd_kafka_admin_op_t ops[3] = {
        [API_LIST] = RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
        [API_DESCRIBE] = RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
        [API_OFFSETS] = RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
    };

    q->queue = rd_kafka_queue_new(q->rk);
    if (!q->queue)
        return -ENOMEM;
    for (size_t i = 0; i < 3; i++) {
        q->options[i] = rd_kafka_AdminOptions_new(q->rk, ops[i]);
        if (!q->options[i])
            return -ENOMEM;
    }
    return 0;
}

static void close_requests(struct requests *q)
{
    for (size_t i = 0; i < 3; i++) {
        if (q->options[i])
            rd_kafka_AdminOptions_destroy(q->options[i]);
    }
    if (q->queue)
        rd_kafka_queue_destroy(q->queue);
    if (q->all)
        rd_kafka_topic_partition_list_destroy(q->all);
    sg_turns_done(&q->turns);
    free(q->list_again);
}

/*
 * The options for one request; librdkafka copies them.
 *
 * Requests to a coordinator get SG_ASK_COORDINATOR_MS, which never passes: the wait is bounded by
 * sg_turns_give_up().
 */
static const rd_kafka_AdminOptions_t *options_for(
    struct requests *q, enum api api, uint32_t number, int64_t ms)
{
    char text[128];

    if (ms < 1)
        ms = 1; /* 0 would be the default, socket.timeout.ms */
    (void)rd_kafka_AdminOptions_set_request_timeout(q->options[api], (int)ms, text, sizeof text);
    rd_kafka_AdminOptions_set_opaque(q->options[api], (void *)(uintptr_t)number);
    return q->options[api];
}

static void list_groups_of(struct requests *q, size_t place)
{
    int ms = sg_clock_left_ms(q->env->clock, q->env->list_deadline_ms);
    char text[128];

    (void)rd_kafka_AdminOptions_set_broker(
        q->options[API_LIST], q->env->topology->brokers[place].id, text, sizeof text);
    rd_kafka_ListConsumerGroups(q->rk, options_for(q, API_LIST, (uint32_t)place, ms), q->queue);
}

static int list_groups(struct requests *q)
{
    size_t n_brokers = q->env->topology->n_brokers;

    q->list_again = calloc(n_brokers + 1, sizeof *q->list_again);
    if (!q->list_again)
        return -ENOMEM;
    for (size_t i = 0; i < n_brokers; i++)
        list_groups_of(q, i);
    q->n_lists = n_brokers;
    return 0;
}

/* A broker that has just started or taken over lists no groups until it has read their offsets. */
static bool can_list_again(const struct requests *q, rd_kafka_resp_err_t code)
{
    return (code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
               code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE) &&
           sg_clock_left_ms(q->env->clock, q->env->list_deadline_ms) > 2 * LIST_AGAIN_MS;
}

static void list_again(struct requests *q)
{
    if (!q->list_again_ms || sg_clock_left_ms(q->env->clock, q->list_again_ms) > 0)
        return;
    q->list_again_ms = 0;
    for (size_t i = 0; i < q->env->topology->n_brokers; i++) {
        if (q->list_again[i])
            list_groups_of(q, i);
        q->list_again[i] = false;
    }
}

/* @return every partition that is wanted, borrowed; NULL: memory is short */
static const rd_kafka_topic_partition_list_t *all_by_name(struct requests *q)
{
    const struct sg_topology *t = q->env->topology;

    if (q->all)
        return q->all;
    q->all = rd_kafka_topic_partition_list_new((int)t->n_partitions);
    for (size_t i = 0; q->all && i < t->n_partitions; i++) {
        const struct sg_partition *partition = &t->partitions[i];
        (void)rd_kafka_topic_partition_list_add(
            q->all, t->topics[partition->topic].name.ptr, partition->id);
    }
    return q->all;
}

static int ask_for_group(struct requests *q, uint32_t number)
{
    struct sg_group *group = &q->env->groups->groups[number];
    const char *name = group->name.ptr;
    bool by_name = group->by_name && q->env->topology->n_partitions;
    const rd_kafka_topic_partition_list_t *partitions = by_name ? all_by_name(q) : NULL;
    bool is_empty = group->listed == SG_GROUP_EMPTY;
    bool describe = !is_empty && !group->is_other && q->pass != PASS_BY_NAME;

    if (by_name && !partitions)
        return -ENOMEM;
    rd_kafka_ListConsumerGroupOffsets_t *offsets = rd_kafka_ListConsumerGroupOffsets_new(
        name, partitions); /* NULL: all that it has committed */
    if (!offsets)
        return -ENOMEM;
    if (is_empty)
        sg_group_describe(group, RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY, 0);
    if (describe)
        rd_kafka_DescribeConsumerGroups(
            q->rk, &name, 1, options_for(q, API_DESCRIBE, number, SG_ASK_COORDINATOR_MS), q->queue);
    rd_kafka_ListConsumerGroupOffsets(
        q->rk, &offsets, 1, options_for(q, API_OFFSETS, number, SG_ASK_COORDINATOR_MS), q->queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(offsets);
    sg_turns_sent(&q->turns, number, describe ? 2 : 1);
    return 0;
}

static bool has_moved(const struct sg_group *group)
{
    return group->moved;
}

static bool is_unasked(const struct sg_group *group)
{
    return group->unasked;
}

static bool is_other(const struct sg_group *group)
{
    return group->is_other;
}

/* By enum pass; NULL: all groups. */
static bool (*const wanted_in[])(const struct sg_group *group) = {
    [PASS_ALL] = NULL,
    [PASS_MOVED] = has_moved,
    [PASS_BY_NAME] = is_unasked,
    [PASS_OTHERS] = is_other,
};

static int ask_for_groups(struct requests *q)
{
    uint32_t number;
    int r = sg_turns_add_listed(&q->turns, wanted_in[q->pass]);

    /* With the maximum in flight, an answer is expected to take as long as the one before, plus a
     * quarter.
     */
    if (sg_clock_left_ms(q->env->clock, q->env->groups_deadline_ms) <
        q->turns.answer_ms + q->turns.answer_ms / 4)
        return r;
    while (!r && q->turns.n_in_flight < (size_t)2 * SG_REQUESTS_IN_FLIGHT &&
           sg_turns_next(&q->turns, &number))
        r = ask_for_group(q, number);
    return r;
}

/* ---- Answers ---- */

static void fail_broker(
    struct requests *q, size_t place, rd_kafka_resp_err_t code, const char *text)
{
    const struct sg_topology_broker *broker = &q->env->topology->brokers[place];
    struct sg_client_reason reason = { .kind = sg_failure_kind_of(code), .text = "" };
    int found = code < 0 ? sg_client_find_reason(q->env->client, broker->id, &reason) : 0;

    sg_failures_add(q->env->failures, reason.kind, SG_REQUEST_LIST_GROUPS, code,
        "broker %" PRId32 " (%s:%" PRId32 ") %s ListGroups: %s%s%s%s", broker->id, broker->host,
        broker->port, code < 0 ? "did not answer" : "refused", text, found ? "; " : "", reason.text,
        sg_failure_advice(code));
}

static void fail_group(struct requests *q,
    enum sg_request request,
    uint32_t number,
    rd_kafka_resp_err_t code,
    const char *text)
{
    struct sg_str name = printable(q->env->groups->groups[number].name);

    if (code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR && q->pass == PASS_ALL) {
        q->env->groups->groups[number].moved = true;
        return;
    }
    sg_failures_add(q->env->failures, sg_failure_kind_of(code), request, code,
        "group " SG_STR_FMT ": %s failed: %s%s", SG_STR_ARG(name),
        request == SG_REQUEST_OFFSET_FETCH ? "OffsetFetch" : "DescribeGroups", text,
        sg_failure_advice(code));
}

/* Codes below 0 are librdkafka's own: the broker has not answered. */
static bool is_answer(rd_kafka_resp_err_t code)
{
    return code >= 0 || code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE;
}

/* An unknown state, from an old broker, does not exclude a group. */
static bool wants_state(const struct requests *q, rd_kafka_consumer_group_state_t state)
{
    enum sg_group_state known = sg_group_state_of(state);

    return !q->env->group_states || known == SG_GROUP_STATE_UNKNOWN ||
           (q->env->group_states & (1U << known));
}

/* @return 0 or a negative errno */
static int add_listed(
    struct requests *q, size_t place, const rd_kafka_ConsumerGroupListing_t *listing)
{
    struct sg_str name = sg_str_of(rd_kafka_ConsumerGroupListing_group_id(listing));
    rd_kafka_consumer_group_state_t state = rd_kafka_ConsumerGroupListing_state(listing);
    uint32_t number;
    bool is_new;

    (*q->env->n_listed)++;
    if (!sg_filter_wants(q->env->group_filter, name))
        return 0;
    if (!wants_state(q, state))
        return sg_groups_exclude(q->env->groups, name);
    int r = sg_groups_add(q->env->groups, name, state, &number, &is_new);
    if (r)
        return r < 0 ? r : 0;
    struct sg_group *group = &q->env->groups->groups[number];
    group->coordinator = q->env->topology->brokers[place].id;
    group->is_simple = rd_kafka_ConsumerGroupListing_is_simple_consumer_group(listing);
#if RD_KAFKA_VERSION >= HAS_LISTED_TYPES
    group->type = sg_group_type_of(rd_kafka_ConsumerGroupListing_type(listing));
#endif
    return 0;
}

static int on_list(struct requests *q, size_t place, rd_kafka_event_t *event)
{
    const rd_kafka_ListConsumerGroups_result_t *result =
        rd_kafka_event_ListConsumerGroups_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    size_t n = 0;

    if (code || !result) {
        q->n_lists--;
        q->env->answered[place] = is_answer(code);
        fail_broker(q, place, code, rd_kafka_event_error_string(event));
        return 0;
    }
    /* A time-out is one of the result's errors. */
    const rd_kafka_error_t **errors = rd_kafka_ListConsumerGroups_result_errors(result, &n);
    bool answered = true;
    for (size_t i = 0; i < n; i++) {
        code = rd_kafka_error_code(errors[i]);
        answered = answered && is_answer(code);
        if (can_list_again(q, code)) {
            q->list_again[place] = true;
            if (!q->list_again_ms)
                q->list_again_ms = sg_clock_monotonic_ms(q->env->clock) + LIST_AGAIN_MS;
            return 0;
        }
        fail_broker(q, place, code, rd_kafka_error_string(errors[i]));
    }
    q->n_lists--;
    q->env->answered[place] = answered;
    if (answered)
        sg_client_forget(q->env->client, q->env->topology->brokers[place].id);

    const rd_kafka_ConsumerGroupListing_t **listings =
        rd_kafka_ListConsumerGroups_result_valid(result, &n);
    /* Those that are left out are counted there. */
    for (size_t i = 0; i < n; i++) {
        int r = add_listed(q, place, listings[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int on_describe(struct requests *q, uint32_t number, rd_kafka_event_t *event)
{
    const rd_kafka_DescribeConsumerGroups_result_t *result =
        rd_kafka_event_DescribeConsumerGroups_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);
    const rd_kafka_ConsumerGroupDescription_t *description = NULL;
    size_t n = 0;

    if (!code && result) {
        const rd_kafka_ConsumerGroupDescription_t **all =
            rd_kafka_DescribeConsumerGroups_result_groups(result, &n);
        const rd_kafka_error_t *error = n ? rd_kafka_ConsumerGroupDescription_error(all[0]) : NULL;
        description = n ? all[0] : NULL;
        code = error ? rd_kafka_error_code(error) : code;
        text = error ? rd_kafka_error_string(error) : text;
    }
    struct sg_group *group = &q->env->groups->groups[number];
    if (code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
        sg_group_describe(group, RD_KAFKA_CONSUMER_GROUP_STATE_DEAD, 0);
        return 0;
    }
    if (code || !description) {
        fail_group(q, SG_REQUEST_DESCRIBE_GROUPS, number, code, text);
        return 0;
    }
    return sg_describe_group(
        q->env->groups, number, q->env->topology, description, q->env->with_owners);
}

/*
 * An answer without any partition: may the group have commits all the same? A group
 * whose state was listed is at a coordinator of Kafka 2.6 or later, or at one that claims to be.
 */
static bool is_doubtful(const struct requests *q, const struct sg_group *group)
{
    if (rd_kafka_version() >= ASKS_FOR_ALL || group->by_name || group->is_other)
        return false;
    return !*q->env->knows_all || group->listed == SG_GROUP_STATE_UNKNOWN;
}

static int on_offsets(struct requests *q, uint32_t number, rd_kafka_event_t *event)
{
    struct sg_group *group = &q->env->groups->groups[number];
    const rd_kafka_ListConsumerGroupOffsets_result_t *result =
        rd_kafka_event_ListConsumerGroupOffsets_result(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);
    const rd_kafka_topic_partition_list_t *partitions = NULL;
    size_t n = 0;

    if (!code && result) {
        const rd_kafka_group_result_t **all =
            rd_kafka_ListConsumerGroupOffsets_result_groups(result, &n);
        const rd_kafka_error_t *error = n ? rd_kafka_group_result_error(all[0]) : NULL;
        partitions = n ? rd_kafka_group_result_partitions(all[0]) : NULL;
        code = error ? rd_kafka_error_code(error) : code;
        text = error ? rd_kafka_error_string(error) : text;
    }
    group->has_answered = code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND;
    if (group->has_answered)
        return 0; /* deleted since it was listed */
    if (code || !partitions) {
        fail_group(q, SG_REQUEST_OFFSET_FETCH, number, code, text);
        return 0;
    }
    for (int i = 0; i < partitions->cnt; i++) {
        rd_kafka_resp_err_t bad = partitions->elems[i].err;
        if (bad)
            fail_group(q, SG_REQUEST_OFFSET_FETCH, number, bad, rd_kafka_err2str(bad));
    }
    group->has_committed = partitions->cnt > 0;
    if (!partitions->cnt)
        group->unasked = is_doubtful(q, group);
    else if (!group->by_name)
        *q->env->knows_all = true;
    group->has_answered = !group->unasked || partitions->cnt > 0;
    int r = sg_group_commit(group, q->env->topology, partitions);
    if (q->pass == PASS_BY_NAME && !r)
        group->by_name = group->n_committed > 0; /* otherwise there was nothing to tell */
    return r;
}

static int on_event(struct requests *q, rd_kafka_event_t *event)
{
    uint32_t number = (uint32_t)(uintptr_t)rd_kafka_event_opaque(event);

    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT:
        return on_list(q, number, event);
    case RD_KAFKA_EVENT_DESCRIBECONSUMERGROUPS_RESULT:
        sg_turns_answered(&q->turns, number);
        return on_describe(q, number, event);
    case RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT:
        sg_turns_answered(&q->turns, number);
        return on_offsets(q, number, event);
    default:
        return 0;
    }
}

/* ---- The loop ---- */

static void report_missing(struct requests *q, const struct sg_turns_rest *rest)
{
    const struct sg_groups *groups = q->env->groups;

    if (rest->n_silent)
        sg_failures_add(q->env->failures, SG_FAILURE_TIMEOUT, SG_REQUEST_OFFSET_FETCH,
            RD_KAFKA_RESP_ERR__TIMED_OUT,
            "%zu of %zu groups, for example %.100s: no answer to DescribeGroups or OffsetFetch "
            "before the deadline",
            rest->n_silent, groups->n, groups->groups[rest->silent].name.ptr);
    if (rest->n_left)
        sg_failures_add(q->env->failures, SG_FAILURE_TIMEOUT, SG_REQUEST_OFFSET_FETCH, 0,
            "%zu of %zu groups, for example %.100s, were not queried: no time was left; the next "
            "collection starts with them. Raise collect.timeout, or exclude groups",
            rest->n_left, groups->n, groups->groups[rest->left].name.ptr);
    for (size_t i = 0; q->n_lists && i < q->env->topology->n_brokers; i++) {
        if (!q->env->answered[i])
            fail_broker(q, i, RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer before the deadline");
    }
}

static int run(const struct sg_requests_env *env, enum pass pass)
{
    struct requests q = {
        .env = env,
        .pass = pass,
        .rk = sg_client_get(env->client),
        .turns = { .clock = env->clock, .groups = env->groups },
    };
    int r = open_requests(&q);

    if (!r && pass == PASS_ALL)
        r = list_groups(&q);
    while (!r && !atomic_load(env->stopping)) {
        list_again(&q);
        sg_turns_give_up(&q.turns, env->group_ms);
        r = ask_for_groups(&q);
        int left_ms = sg_clock_left_ms(env->clock, env->groups_deadline_ms);
        if (r || left_ms == 0 || (q.n_lists == 0 && q.turns.n_in_flight == 0))
            break;
        sg_client_poll(env->client);
        rd_kafka_event_t *event =
            rd_kafka_queue_poll(q.queue, left_ms < SG_WAIT_SLICE_MS ? left_ms : SG_WAIT_SLICE_MS);
        if (event) {
            r = on_event(&q, event);
            rd_kafka_event_destroy(event);
        }
    }
    struct sg_turns_rest rest = sg_turns_end(&q.turns);
    if (!r && !atomic_load(env->stopping))
        report_missing(&q, &rest);
    *env->abandoned = *env->abandoned || rest.n_silent > 0;
    close_requests(&q);
    return r;
}

int sg_requests_run(const struct sg_requests_env *env)
{
    return run(env, PASS_ALL);
}

int sg_requests_run_moved(const struct sg_requests_env *env)
{
    return run(env, PASS_MOVED);
}

int sg_requests_run_others(const struct sg_requests_env *env)
{
    for (size_t i = 0; i < env->groups->n; i++) {
        if (env->groups->groups[i].is_other)
            return run(env, PASS_OTHERS);
    }
    return 0;
}

int sg_requests_run_by_name(const struct sg_requests_env *env)
{
    bool any = false;

    for (size_t i = 0; i < env->groups->n; i++) {
        struct sg_group *group = &env->groups->groups[i];
        bool was_unasked = group->unasked;
        group->unasked =
            was_unasked && (!*env->knows_all || group->listed == SG_GROUP_STATE_UNKNOWN);
        group->has_answered = group->has_answered || (was_unasked && !group->unasked);
        group->by_name = group->by_name || group->unasked;
        any = any || group->unasked;
    }
    return any && env->topology->n_partitions ? run(env, PASS_BY_NAME) : 0;
}
