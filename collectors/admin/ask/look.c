/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/look.h"

#include "admin/ask/wait.h"
#include "base/auto.h"
#include "base/grow.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * The handle is made when there is something to look at, and goes when there has been nothing for a
 * while. It is used as librdkafka calls "legacy": partition by partition, without assignment, so
 * that no group is asked for anything.
 */

enum {
    PARTITIONS_MAX = 200,   /* at a time; the others at the next collection */
    TIME_MS_MIN = 500,      /* with less time left, nobody is asked */
    UNUSED_MAX = 20,        /* collections, after which the connections are closed */
    DENIED_MS = 10 * 60000, /* nobody is asked again, when nothing may be read */
};

struct sg_look {
    const struct sg_cluster_config *config;
    int64_t timeout_ms;
    struct sg_client *client; /* or NULL */
    unsigned n_unused;
    int64_t denied_until_ms; /* monotonic */
};

/* A commit that is in doubt. */
struct doubt {
    uint32_t partition;
    int64_t from;
    struct sg_committed *committed;
};

/* The doubts of one partition: one question, from the first of them on. */
struct question {
    size_t first; /* of its doubts */
    size_t n;
    rd_kafka_topic_t *topic; /* NULL: not being asked */
    int32_t id;
};

struct looking {
    struct sg_look *look;
    const struct sg_look_env *env;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    size_t n_doubts, doubts_allocated;
    struct doubt *doubts;
    size_t n, n_open;
    struct question *questions;
    size_t n_answered, n_denied;
};

int sg_look_new(
    const struct sg_cluster_config *config, int64_t timeout_ms, struct sg_look **ret_look)
{
    struct sg_look *look = calloc(1, sizeof *look);

    if (!look)
        return -ENOMEM;
    look->config = config;
    look->timeout_ms = timeout_ms;
    *ret_look = look;
    return 0;
}

struct sg_look *sg_look_free(struct sg_look *look)
{
    if (look)
        (void)sg_client_unref(look->client);
    free(look);
    return NULL;
}

/* ---- What is in doubt ---- */

static int add_doubts(struct looking *l)
{
    const struct sg_look_env *env = l->env;

    for (size_t i = 0; i < env->groups->n; i++) {
        struct sg_group *group = &env->groups->groups[i];
        for (size_t j = 0; j < group->n_committed; j++) {
            struct sg_committed *committed = &group->committed[j];
            if (!sg_statuses_wants_look(env->statuses, env->input, committed))
                continue;
            int r = sg_grow(&l->doubts, l->n_doubts, &l->doubts_allocated, sizeof *l->doubts);
            if (r)
                return r;
            l->doubts[l->n_doubts++] =
                (struct doubt){ committed->partition, sg_committed_read_to(committed), committed };
        }
    }
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct doubt *x = a;
    const struct doubt *y = b;

    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static int make_questions(struct looking *l)
{
    qsort(l->doubts, l->n_doubts, sizeof *l->doubts, by_place);
    l->questions = calloc(PARTITIONS_MAX, sizeof *l->questions);
    if (!l->questions)
        return -ENOMEM;
    for (size_t i = 0; i < l->n_doubts; i++) {
        bool is_same = i && l->doubts[i - 1].partition == l->doubts[i].partition;
        if (!is_same && l->n == PARTITIONS_MAX)
            break;
        if (!is_same)
            l->questions[l->n++] = (struct question){ .first = i };
        l->questions[l->n - 1].n++;
    }
    return 0;
}

/* ---- Asking ---- */

static int make_client(struct sg_look *look, struct sg_failures *failures)
{
    struct sg_error err = { "" };

    if (look->client)
        return 0;
    int r = sg_client_new(look->config, look->timeout_ms, SG_CLIENT_READER, &look->client, &err);
    if (r > 0)
        sg_failures_add(failures, SG_FAILURE_INTERNAL, SG_REQUEST_FETCH, r,
            "cannot make a client to look at logs with: %s", err.text);
    if (r)
        return r;
    sg_client_connect(look->client);
    return 0;
}

static void ask(struct looking *l, struct question *question)
{
    const struct sg_topology *t = l->env->input->topology;
    const struct doubt *doubt = &l->doubts[question->first];
    const struct sg_partition *partition = &t->partitions[doubt->partition];

    question->id = partition->id;
    question->topic = rd_kafka_topic_new(l->rk, t->topics[partition->topic].name.ptr, NULL);
    if (!question->topic)
        return;
    if (rd_kafka_consume_start_queue(question->topic, partition->id, doubt->from, l->queue) == 0) {
        l->n_open++;
        return;
    }
    rd_kafka_topic_destroy(question->topic);
    question->topic = NULL;
}

static void stop_asking(struct looking *l, struct question *question)
{
    (void)rd_kafka_consume_stop(question->topic, question->id);
    rd_kafka_topic_destroy(question->topic);
    question->topic = NULL;
    l->n_open--;
}

/* ---- Answers ---- */

/* There is nothing to read from the first doubt's offset up to this one. */
static void answer(struct looking *l, const struct question *question, int64_t to, bool is_record)
{
    l->n_answered++;
    for (size_t i = 0; i < question->n; i++) {
        const struct doubt *doubt = &l->doubts[question->first + i];
        if (doubt->from <= to)
            sg_statuses_found(l->env->statuses, doubt->committed, to, is_record);
    }
}

static void fail(struct looking *l, const struct question *question, rd_kafka_resp_err_t code)
{
    const struct sg_topology *t = l->env->input->topology;
    const struct sg_partition *partition = &t->partitions[l->doubts[question->first].partition];
    struct sg_error err;

    l->n_denied += code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    for (size_t i = 0; i < question->n; i++)
        sg_statuses_not_found(
            l->env->statuses, l->env->input, l->doubts[question->first + i].committed);
    (void)sg_error_set(&err, 0,
        "topic %.100s: cannot see whether what groups have not read are records, or markers of "
        "transactions: %s%s",
        t->topics[partition->topic].name.ptr, rd_kafka_err2str(code),
        code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            ? ": allow this client's principal READ on the topic"
            : "");
    sg_failures_note(l->env->failures, sg_failure_kind_of(code), SG_REQUEST_FETCH, code, err.text);
}

static struct question *question_of(struct looking *l, const rd_kafka_message_t *message)
{
    for (size_t i = 0; i < l->n; i++) {
        struct question *question = &l->questions[i];
        if (question->topic && question->topic == message->rkt &&
            question->id == message->partition)
            return question;
    }
    return NULL;
}

static void take(struct looking *l, const rd_kafka_message_t *message)
{
    struct question *question = message->rkt ? question_of(l, message) : NULL;

    if (!question)
        return;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        answer(l, question, message->offset, false);
    else if (!message->err && message->offset < l->doubts[question->first].from)
        return; /* the batch begins earlier */
    else if (!message->err)
        answer(l, question, message->offset, true);
    else
        fail(l, question, message->err);
    stop_asking(l, question);
}

static void hear(struct looking *l, int64_t deadline_ms)
{
    const struct sg_look_env *env = l->env;

    while (l->n_open && !atomic_load(env->stopping)) {
        int left_ms = sg_clock_left_ms(env->clock, deadline_ms);
        if (left_ms == 0)
            break;
        sg_client_poll(l->look->client);
        rd_kafka_message_t *message = rd_kafka_consume_queue(
            l->queue, left_ms < SG_WAIT_SLICE_MS ? left_ms : SG_WAIT_SLICE_MS);
        if (!message)
            continue;
        take(l, message);
        rd_kafka_message_destroy(message);
    }
    for (size_t i = 0; i < l->n; i++) {
        if (!l->questions[i].topic)
            continue;
        if (!atomic_load(env->stopping))
            fail(l, &l->questions[i], RD_KAFKA_RESP_ERR__TIMED_OUT);
        stop_asking(l, &l->questions[i]);
    }
}

static int ask_all(struct looking *l)
{
    int64_t until_ms = sg_clock_monotonic_ms(l->env->clock) + l->env->time_ms;

    int r = make_questions(l);
    if (!r)
        r = make_client(l->look, l->env->failures);
    if (r)
        return r < 0 ? r : 0;
    l->rk = sg_client_get(l->look->client);
    l->queue = rd_kafka_queue_new(l->rk);
    if (!l->queue)
        return -ENOMEM;
    for (size_t i = 0; i < l->n; i++)
        ask(l, &l->questions[i]);
    hear(l, until_ms < l->env->deadline_ms ? until_ms : l->env->deadline_ms);
    rd_kafka_queue_destroy(l->queue);
    if (l->n_denied && !l->n_answered)
        l->look->denied_until_ms = sg_clock_monotonic_ms(l->env->clock) + DENIED_MS;
    return 0;
}

/* Nobody may read: what is in doubt stays so, without one more failure for each. */
static void give_up(struct looking *l)
{
    for (size_t i = 0; i < l->n_doubts; i++)
        sg_statuses_not_found(l->env->statuses, l->env->input, l->doubts[i].committed);
}

int sg_look_run(struct sg_look *look, const struct sg_look_env *env)
{
    struct looking l = { .look = look, .env = env };

    if (env->time_ms < TIME_MS_MIN || sg_clock_left_ms(env->clock, env->deadline_ms) < TIME_MS_MIN)
        return 0;
    int r = add_doubts(&l);
    if (!r && l.n_doubts && sg_clock_left_ms(env->clock, look->denied_until_ms) > 0) {
        give_up(&l);
    } else if (!r && l.n_doubts) {
        look->n_unused = 0;
        r = ask_all(&l);
    } else if (look->client && ++look->n_unused > UNUSED_MAX) {
        look->client = sg_client_unref(look->client);
    }
    free(l.questions);
    free(l.doubts);
    return r;
}
