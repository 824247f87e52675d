/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/all_groups.h"

#include "admin/ask/thread.h"
#include "admin/ask/wait.h"
#include "base/auto.h"
#include "base/sync.h"

#include <errno.h>
#include <stdlib.h>

/* Shared by the collector and the thread that asks; the last one frees it. */
struct question {
    struct sg_client *client;
    const struct sg_clock *clock;
    int64_t deadline_ms;
    struct sg_refs refs;
    struct sg_wait wait; /* its lock guards what is below */
    bool is_done;
    bool is_complete;
    const struct rd_kafka_group_list *list; /* NULL: none */
};

bool sg_all_groups_is_due(
    const struct sg_all_groups_turn *turn, bool has_types, size_t n, int64_t now_ms)
{
    return has_types && n <= SG_ALL_GROUPS_MAX &&
           (!turn->asked || now_ms - turn->asked_ms >= SG_ALL_GROUPS_PAUSE_MS);
}

static void unref(struct question *question)
{
    if (!sg_refs_drop(&question->refs))
        return;
    if (question->list)
        rd_kafka_group_list_destroy(question->list);
    sg_wait_done(&question->wait);
    (void)sg_client_unref(question->client);
    free(question);
}

static void *ask(void *context)
{
    struct question *question = context;
    const struct rd_kafka_group_list *list = NULL;
    int left_ms = sg_clock_left_ms(question->clock, question->deadline_ms);

    rd_kafka_resp_err_t code =
        rd_kafka_list_groups(sg_client_get(question->client), NULL, &list, left_ms);
    sg_wait_lock(&question->wait);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__PARTIAL)
        question->list = list;
    question->is_complete = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    question->is_done = true;
    sg_wait_signal(&question->wait);
    sg_wait_unlock(&question->wait);
    unref(question);
    return NULL;
}

/* @return 0 or a negative errno */
static int start(struct sg_client *client,
    const struct sg_clock *clock,
    int64_t deadline_ms,
    struct question **ret_question)
{
    struct question *question = calloc(1, sizeof *question);

    if (!question)
        return -ENOMEM;
    question->client = sg_client_ref(client);
    question->clock = clock;
    question->deadline_ms = deadline_ms;
    sg_refs_init(&question->refs);
    sg_wait_init(&question->wait);
    sg_refs_add(&question->refs); /* the thread's */
    int r = sg_thread_start_detached(ask, question);
    if (r) {
        unref(question);
        unref(question);
        return r;
    }
    *ret_question = question;
    return 0;
}

int sg_all_groups_read(struct sg_client *client,
    const struct sg_clock *clock,
    const atomic_bool *stopping,
    int64_t deadline_ms,
    const struct rd_kafka_group_list **ret_list,
    bool *ret_complete)
{
    struct question *question;

    int r = start(client, clock, deadline_ms, &question);
    if (r)
        return r;
    sg_wait_lock(&question->wait);
    while (!question->is_done && !atomic_load(stopping) && sg_clock_left_ms(clock, deadline_ms) > 0)
        sg_wait_for(&question->wait, sg_clock_left_ms(clock, deadline_ms));
    r = question->list ? 0 : SG_ALL_GROUPS_E_NONE;
    if (!r) {
        *ret_list = question->list;
        *ret_complete = question->is_complete;
        question->list = NULL;
    }
    sg_wait_unlock(&question->wait);
    unref(question);
    return r;
}
