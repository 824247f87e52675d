/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/look.h"

#include "admin/ask/reader.h"
#include "base/grow.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * The reader is created when there is something to look at, and freed when there has been nothing
 * for a while. It fetches between collections, and the outcome is collected at a later one:
 * librdkafka may pause for a second between two fetches, which can be longer than a collection.
 * A question is dropped as soon as its answer is not needed any more.
 */

enum {
    QUESTIONS_MAX = 200,    /* at a time; other partitions wait for their turn */
    QUESTION_MS = 10000,    /* without an outcome after that, it is undecided */
    UNUSED_MAX = 20,        /* collections, after which the connections are closed */
    DENIED_MS = 10 * 60000, /* pause after READ was denied */
    NAP_MS = 20,
};

/* A question about one partition. It outlives the collection that began it. */
struct question {
    rd_kafka_topic_t *topic; /* NULL: it is over */
    char *name;
    int32_t id;
    int64_t from;
    int64_t begun_ms;
    size_t first, n; /* the doubts that it is about, of this collection */
};

struct sg_look {
    const struct sg_cluster_config *config;
    int64_t timeout_ms;
    struct sg_reader *reader; /* or NULL; then there are no questions */
    size_t n;
    struct question questions[QUESTIONS_MAX];
    unsigned n_unused;
    int64_t denied_until_ms; /* monotonic */
};

/* A commit whose unread offsets may be no records, at this collection. */
struct doubt {
    uint32_t partition;
    int64_t from;
    struct sg_committed *committed;
};

struct looking {
    struct sg_look *look;
    const struct sg_look_env *env;
    size_t n_doubts, doubts_allocated;
    struct doubt *doubts;
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

static void stop_asking(struct sg_look *look, struct question *question)
{
    if (question->topic)
        sg_reader_stop(look->reader, question->topic, question->id);
    free(question->name);
    *question = (struct question){ .topic = NULL };
}

static void stop_all(struct sg_look *look)
{
    for (size_t i = 0; i < look->n; i++)
        stop_asking(look, &look->questions[i]);
    look->n = 0;
}

struct sg_look *sg_look_free(struct sg_look *look)
{
    if (look) {
        stop_all(look);
        (void)sg_reader_free(look->reader);
    }
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

/* The doubts of one partition are adjacent: how many there are from one of them on. */
static size_t count_same(const struct looking *l, size_t first)
{
    size_t n = 1;

    while (first + n < l->n_doubts && l->doubts[first + n].partition == l->doubts[first].partition)
        n++;
    return n;
}

/* ---- Asking ---- */

/* Which doubts of this collection a question is about. @return none: it can be dropped */
static bool match(const struct looking *l, struct question *question)
{
    const struct sg_topology *t = l->env->input->topology;
    int64_t topic = sg_topology_find_topic(t, sg_str_of(question->name));
    int64_t partition =
        topic < 0 ? -1 : sg_topology_find_partition(t, (uint32_t)topic, question->id);

    if (partition < 0)
        return false;
    struct doubt key = { .partition = (uint32_t)partition, .from = question->from };
    size_t low = 0, high = l->n_doubts;
    while (low < high) { /* the first that is not before the key */
        size_t i = low + (high - low) / 2;
        if (by_place(&l->doubts[i], &key) < 0)
            low = i + 1;
        else
            high = i;
    }
    if (low == l->n_doubts || l->doubts[low].partition != key.partition)
        return false;
    question->first = low;
    question->n = count_same(l, low);
    return true;
}

/* Remove questions that are answered or not asked any more. */
static void keep_questions(struct looking *l)
{
    struct sg_look *look = l->look;
    size_t n = 0;

    for (size_t i = 0; i < look->n; i++) {
        if (look->questions[i].topic && match(l, &look->questions[i]))
            look->questions[n++] = look->questions[i];
        else
            stop_asking(look, &look->questions[i]);
    }
    look->n = n;
}

static bool is_asked(const struct looking *l, uint32_t partition)
{
    for (size_t i = 0; i < l->look->n; i++) {
        if (l->doubts[l->look->questions[i].first].partition == partition)
            return true;
    }
    return false;
}

static int make_reader(struct sg_look *look, struct sg_failures *failures)
{
    struct sg_error err = { "" };

    if (look->reader)
        return 0;
    int r = sg_reader_new(look->config, look->timeout_ms, &look->reader, &err);
    if (r > 0)
        sg_failures_add(failures, SG_FAILURE_INTERNAL, SG_REQUEST_FETCH, r,
            "cannot create the client that reads unread records: %s", err.text);
    return r;
}

/* @return 0, also when librdkafka refuses it, or -ENOMEM */
static int ask(struct looking *l, size_t first, size_t n)
{
    const struct sg_topology *t = l->env->input->topology;
    const struct doubt *doubt = &l->doubts[first];
    const struct sg_partition *partition = &t->partitions[doubt->partition];
    struct question question = {
        .name = strdup(t->topics[partition->topic].name.ptr),
        .id = partition->id,
        .from = doubt->from,
        .begun_ms = sg_clock_monotonic_ms(l->env->clock),
        .first = first,
        .n = n,
    };

    if (!question.name)
        return -ENOMEM;
    question.topic = sg_reader_start(l->look->reader, question.name, question.id, question.from);
    l->look->questions[l->look->n++] = question; /* one that is over, if it was refused */
    return 0;
}

/* @return 0 or -ENOMEM */
static int ask_more(struct looking *l)
{
    int r = 0;

    for (size_t i = 0, n; !r && i < l->n_doubts && l->look->n < QUESTIONS_MAX; i += n) {
        n = count_same(l, i);
        if (!is_asked(l, l->doubts[i].partition))
            r = ask(l, i, n);
    }
    return r;
}

/* ---- Answers ---- */

/* There is nothing to read from the question's offset up to this one. */
static void answer(struct looking *l, const struct question *question, int64_t to, bool is_record)
{
    l->n_answered++;
    for (size_t i = 0; i < question->n; i++) {
        const struct doubt *doubt = &l->doubts[question->first + i];
        if (doubt->from <= to)
            sg_statuses_found(l->env->statuses, doubt->committed, to, is_record);
    }
}

static const char *advice_on(rd_kafka_resp_err_t code)
{
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        return ": allow this client's principal READ on the topic";
    if (code == RD_KAFKA_RESP_ERR__TIMED_OUT)
        return ": retried at growing intervals; an open transaction before them hides them";
    return "";
}

/* Each failing question is reported once, however often it fails. */
static void fail(struct looking *l, const struct question *question, rd_kafka_resp_err_t code)
{
    const struct sg_look_env *env = l->env;
    struct sg_error err;
    bool is_new = false;

    l->n_denied += code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    for (size_t i = 0; i < question->n; i++) {
        const struct doubt *doubt = &l->doubts[question->first + i];
        if (sg_statuses_not_found(env->statuses, env->input, doubt->committed))
            is_new = true;
    }
    if (!is_new)
        return;
    (void)sg_error_set(&err, 0,
        "topic %.100s: cannot tell whether the unread offsets of groups are records or transaction "
        "markers: %s%s",
        question->name, rd_kafka_err2str(code), advice_on(code));
    sg_failures_warn(env->failures, sg_failure_kind_of(code), SG_REQUEST_FETCH, code, err.text);
}

/* @return has its outcome arrived? */
static bool take(struct looking *l, struct question *question)
{
    struct sg_read read;

    do {
        if (!sg_reader_fetch(l->look->reader, question->topic, question->id, &read))
            return false;
    } while (!read.code && read.offset < question->from); /* the batch begins earlier */
    if (!read.code || read.code == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        answer(l, question, read.offset, !read.code);
    else
        fail(l, question, read.code);
    stop_asking(l->look, question);
    return true;
}

/* @return how many questions are open still */
static size_t take_all(struct looking *l)
{
    size_t n_open = 0;

    for (size_t i = 0; i < l->look->n && !atomic_load(l->env->stopping); i++) {
        struct question *question = &l->look->questions[i];
        if (question->topic && !take(l, question))
            n_open++;
    }
    return n_open;
}

static void give_up_old(struct looking *l)
{
    for (size_t i = 0; i < l->look->n && !atomic_load(l->env->stopping); i++) {
        struct question *question = &l->look->questions[i];
        int64_t ms = sg_clock_monotonic_ms(l->env->clock) - question->begun_ms;
        if (question->topic && ms < QUESTION_MS)
            continue;
        if (question->topic)
            fail(l, question, RD_KAFKA_RESP_ERR__TIMED_OUT);
        else if (question->name) /* refused */
            fail(l, question, RD_KAFKA_RESP_ERR__FAIL);
        stop_asking(l->look, question);
    }
}

static void collect_outcomes(struct looking *l)
{
    const struct sg_look_env *env = l->env;
    int64_t until_ms = sg_clock_monotonic_ms(env->clock) + env->time_ms;

    if (until_ms > env->deadline_ms)
        until_ms = env->deadline_ms;
    while (take_all(l) && !atomic_load(env->stopping)) {
        int left_ms = sg_clock_left_ms(env->clock, until_ms);
        if (left_ms == 0)
            break;
        (void)poll(NULL, 0, left_ms < NAP_MS ? left_ms : NAP_MS);
    }
    give_up_old(l);
}

/* READ is denied: the doubts stay, without one more failure for each. */
static void give_up(struct looking *l)
{
    stop_all(l->look);
    for (size_t i = 0; i < l->n_doubts; i++)
        (void)sg_statuses_not_found(l->env->statuses, l->env->input, l->doubts[i].committed);
}

/* @return 0 or -ENOMEM */
static int look_at(struct looking *l)
{
    int64_t denied_until_ms = l->look->denied_until_ms;

    l->look->n_unused = 0;
    if (sg_clock_left_ms(l->env->clock, denied_until_ms) > 0) {
        give_up(l);
        return 0;
    }
    int r = make_reader(l->look, l->env->failures);
    if (!r)
        r = ask_more(l);
    if (r)
        return r < 0 ? r : 0;
    collect_outcomes(l);
    if (l->n_denied && !l->n_answered)
        l->look->denied_until_ms = sg_clock_monotonic_ms(l->env->clock) + DENIED_MS;
    return 0;
}

int sg_look_run(struct sg_look *look, const struct sg_look_env *env)
{
    struct looking l = { .look = look, .env = env };

    int r = add_doubts(&l);
    if (!r && l.n_doubts)
        qsort(l.doubts, l.n_doubts, sizeof *l.doubts, by_place);
    if (!r)
        keep_questions(&l);
    if (!r && l.n_doubts)
        r = look_at(&l);
    else if (!r && look->reader && ++look->n_unused > UNUSED_MAX)
        look->reader = sg_reader_free(look->reader);
    free(l.doubts);
    return r;
}
