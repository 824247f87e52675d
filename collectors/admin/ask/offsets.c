/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/offsets.h"

#include "admin/ask/thread.h"
#include "admin/ask/wait.h"
#include "admin/model/lag.h"
#include "base/auto.h"
#include "base/sync.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * rd_kafka_offsets_for_times() returns no offset at all when one partition of its list fails, and
 * waits for the slowest leader. So each call is about one leader's partitions, and a call that
 * fails for another reason than a time-out of the leader is split until the bad partitions are
 * isolated. Before that it is retried once where the reason is that a leader has just moved: with
 * fresh metadata librdkafka sends the next call to the new leader.
 *
 * The threads share the pass by reference and write answers under its lock; once the pass is closed
 * they write no more, so that a late answer of a frozen broker changes nothing that is being read.
 */

enum {
    MOVED_RETRIES = 6, /* of one leader's partitions, in one pass */
    MOVED_WAIT_MS = 300,
    MOVED_METADATA_MS = 1000,
};

struct leader {
    uint32_t first; /* of its partitions in order[] */
    uint32_t n;
    uint32_t at;       /* of these, the first that is not requested yet */
    unsigned n_asking; /* threads that do */
    size_t n_bad;      /* partitions refused one by one */
    int64_t bad;       /* the first of them */
    rd_kafka_resp_err_t bad_code;
    rd_kafka_resp_err_t code; /* why the rest was given up; 0 if it was not */
    unsigned n_moved;         /* retries that were used */
    bool skipped;
};

struct sg_offsets {
    struct sg_client *client;
    const struct sg_clock *clock;
    struct sg_topology *topology;
    enum sg_offsets_which which;
    int64_t chunk_ms;
    int64_t deadline_ms;
    size_t n_leaders; /* by place in topology->brokers */
    uint32_t *order;  /* partition numbers, leader by leader */
    int64_t *times;   /* by partition number, or NULL */

    struct sg_refs refs;
    struct sg_wait wait; /* its lock guards what is below, and leaders past first and n */
    struct leader *leaders;
    int64_t *offsets;
    unsigned n_running;
    bool closed;
};

static void unref(struct sg_offsets *pass)
{
    if (!sg_refs_drop(&pass->refs))
        return;
    sg_wait_done(&pass->wait);
    (void)sg_topology_unref(pass->topology);
    (void)sg_client_unref(pass->client);
    free(pass->order);
    free(pass->times);
    free(pass->leaders);
    free(pass->offsets);
    free(pass);
}

/* ---- Asking; on the pass's threads ---- */

/* Does the error concern the leader, not a partition? */
static bool is_silence(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
           code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE || code == RD_KAFKA_RESP_ERR__DESTROY;
}

static bool is_moving(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
           code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE;
}

/* Wait a moment. @return is the answer still needed? */
static bool wait_for_move(struct sg_offsets *pass)
{
    int64_t until_ms = sg_clock_monotonic_ms(pass->clock) + MOVED_WAIT_MS;

    sg_wait_lock(&pass->wait);
    int64_t left_ms = MOVED_WAIT_MS;
    while (!pass->closed && left_ms > 0) {
        sg_wait_for(&pass->wait, left_ms);
        left_ms = until_ms - sg_clock_monotonic_ms(pass->clock);
    }
    bool closed = pass->closed;
    sg_wait_unlock(&pass->wait);
    return !closed && sg_clock_left_ms(pass->clock, pass->deadline_ms) > 0;
}

/* Use one retry. @return is there one left? */
static bool use_retry(struct sg_offsets *pass, struct leader *leader)
{
    sg_wait_lock(&pass->wait);
    bool may = leader->n_moved < MOVED_RETRIES;
    leader->n_moved += may;
    sg_wait_unlock(&pass->wait);
    return may;
}

/* The partition number is passed through librdkafka as the element's opaque. */
static rd_kafka_topic_partition_list_t *list_of(
    const struct sg_offsets *pass, const uint32_t *numbers, uint32_t n)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);

    for (uint32_t i = 0; list && i < n; i++) {
        const struct sg_partition *partition = &pass->topology->partitions[numbers[i]];
        const char *topic = pass->topology->topics[partition->topic].name.ptr;
        rd_kafka_topic_partition_t *element =
            rd_kafka_topic_partition_list_add(list, topic, partition->id);
        element->offset = pass->times ? pass->times[numbers[i]] : (int64_t)pass->which;
        element->opaque = (void *)(uintptr_t)numbers[i];
    }
    return list;
}

/* @return how many partitions are to be requested again; their numbers are in again[] */
static uint32_t take_answers(struct sg_offsets *pass,
    struct leader *leader,
    const rd_kafka_topic_partition_list_t *list,
    uint32_t again[SG_OFFSETS_CHUNK])
{
    uint32_t n_again = 0;

    sg_wait_lock(&pass->wait);
    bool may_ask_again = leader->n_moved < MOVED_RETRIES;
    for (int i = 0; !pass->closed && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *element = &list->elems[i];
        uint32_t number = (uint32_t)(uintptr_t)element->opaque;
        if (!element->err && element->offset >= 0) {
            pass->offsets[number] = element->offset;
        } else if (!element->err && pass->times) {
            pass->offsets[number] = SG_OFFSET_NOTHING;
        } else if (may_ask_again && is_moving(element->err)) {
            again[n_again++] = number;
        } else if (element->err && !leader->n_bad++) {
            leader->bad = number;
            leader->bad_code = element->err;
        }
    }
    leader->n_moved += n_again > 0;
    sg_wait_unlock(&pass->wait);
    return n_again;
}

static void note_bad(
    struct sg_offsets *pass, struct leader *leader, uint32_t number, rd_kafka_resp_err_t code)
{
    sg_wait_lock(&pass->wait);
    if (!pass->closed && !leader->n_bad++) {
        leader->bad = number;
        leader->bad_code = code;
    }
    sg_wait_unlock(&pass->wait);
}

static rd_kafka_resp_err_t ask_chunk(
    struct sg_offsets *pass, struct leader *leader, const uint32_t *numbers, uint32_t n);

static rd_kafka_resp_err_t ask_again(
    struct sg_offsets *pass, struct leader *leader, const uint32_t *numbers, uint32_t n)
{
    const struct rd_kafka_metadata *metadata = NULL;

    if (!wait_for_move(pass))
        return RD_KAFKA_RESP_ERR__TIMED_OUT;
    /* To refresh librdkafka's cache: it does not look up all new leaders by itself. */
    int left_ms = sg_clock_left_ms(pass->clock, pass->deadline_ms);
    if (!rd_kafka_metadata(sg_client_get(pass->client), 1, NULL, &metadata,
            left_ms < MOVED_METADATA_MS ? left_ms : MOVED_METADATA_MS))
        rd_kafka_metadata_destroy(metadata);
    return ask_chunk(pass, leader, numbers, n);
}

/* @return 0, or the error after which this leader is not asked any more */
static rd_kafka_resp_err_t ask_chunk(
    struct sg_offsets *pass, struct leader *leader, const uint32_t *numbers, uint32_t n)
{
    int left_ms = sg_clock_left_ms(pass->clock, pass->deadline_ms);
    if (left_ms == 0)
        return RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (left_ms > pass->chunk_ms)
        left_ms = (int)pass->chunk_ms;

    rd_kafka_topic_partition_list_t *list = list_of(pass, numbers, n);
    if (!list)
        return RD_KAFKA_RESP_ERR__FAIL;
    uint32_t again[SG_OFFSETS_CHUNK];
    uint32_t n_again = 0;
    rd_kafka_resp_err_t code =
        rd_kafka_offsets_for_times(sg_client_get(pass->client), list, left_ms);
    if (!code)
        n_again = take_answers(pass, leader, list, again);
    rd_kafka_topic_partition_list_destroy(list);
    if (n_again)
        return ask_again(pass, leader, again, n_again);
    if (!code || is_silence(code))
        return code;
    if (is_moving(code) && use_retry(pass, leader))
        return ask_again(pass, leader, numbers, n);
    if (n == 1) {
        note_bad(pass, leader, numbers[0], code);
        return 0;
    }
    code = ask_chunk(pass, leader, numbers, n / 2);
    return code ? code : ask_chunk(pass, leader, numbers + n / 2, n - n / 2);
}

/* Of the leaders that have chunks left, the one that the fewest threads ask; or NULL. */
static struct leader *next_leader(const struct sg_offsets *pass)
{
    struct leader *next = NULL;

    for (size_t i = 0; !pass->closed && i < pass->n_leaders; i++) {
        struct leader *leader = &pass->leaders[i];
        if (leader->skipped || leader->code || leader->at == leader->n ||
            leader->n_asking == SG_OFFSETS_IN_FLIGHT)
            continue;
        if (!next || leader->n_asking < next->n_asking)
            next = leader;
    }
    return next;
}

/* Chunk after chunk of any leader. A thread that finds no work stops; the others do the rest. */
static void *ask_leaders(void *context)
{
    struct sg_offsets *pass = context;
    struct leader *leader;

    sg_wait_lock(&pass->wait);
    while ((leader = next_leader(pass))) {
        uint32_t left = leader->n - leader->at;
        uint32_t n = left < SG_OFFSETS_CHUNK ? left : SG_OFFSETS_CHUNK;
        const uint32_t *numbers = pass->order + leader->first + leader->at;
        leader->at += n;
        leader->n_asking++;
        sg_wait_unlock(&pass->wait);
        rd_kafka_resp_err_t code = ask_chunk(pass, leader, numbers, n);
        sg_wait_lock(&pass->wait);
        leader->n_asking--;
        if (!pass->closed && code)
            leader->code = code;
    }
    pass->n_running--;
    sg_wait_signal(&pass->wait);
    sg_wait_unlock(&pass->wait);
    unref(pass);
    return NULL;
}

/* ---- Starting ---- */

/*
 * The place of the leader to ask about a partition, or SG_PARTITION_NONE. Partitions without a
 * leader, or whose leader the metadata does not list, cannot be requested.
 */
static int64_t leader_of(const struct sg_offsets *pass, size_t partition)
{
    if (pass->times && pass->times[partition] < 0)
        return SG_PARTITION_NONE;
    return sg_topology_find_broker(pass->topology, pass->topology->partitions[partition].leader);
}

static void sort_by_leader(struct sg_offsets *pass)
{
    const struct sg_topology *t = pass->topology;
    uint32_t at = 0;

    for (size_t i = 0; i < t->n_partitions; i++) {
        int64_t place = leader_of(pass, i);
        if (place != SG_PARTITION_NONE)
            pass->leaders[place].n++;
    }
    for (size_t i = 0; i < pass->n_leaders; i++) {
        pass->leaders[i].first = at;
        at += pass->leaders[i].n;
        pass->leaders[i].n = 0;
    }
    for (size_t i = 0; i < t->n_partitions; i++) {
        int64_t place = leader_of(pass, i);
        if (place == SG_PARTITION_NONE)
            continue;
        struct leader *leader = &pass->leaders[place];
        pass->order[leader->first + leader->n++] = (uint32_t)i;
    }
}

static struct sg_offsets *new_pass(
    struct sg_client *client, struct sg_topology *topology, const int64_t *times, const bool *skip)
{
    struct sg_offsets *pass = calloc(1, sizeof *pass);

    if (!pass)
        return NULL;
    pass->n_leaders = topology->n_brokers;
    pass->order = calloc(topology->n_partitions + 1, sizeof *pass->order);
    pass->leaders = calloc(topology->n_brokers + 1, sizeof *pass->leaders);
    pass->offsets = malloc((topology->n_partitions + 1) * sizeof *pass->offsets);
    if (times)
        pass->times = malloc((topology->n_partitions + 1) * sizeof *pass->times);
    if (!pass->order || !pass->leaders || !pass->offsets || (times && !pass->times)) {
        free(pass->order);
        free(pass->times);
        free(pass->leaders);
        free(pass->offsets);
        free(pass);
        return NULL;
    }
    pass->client = sg_client_ref(client);
    pass->topology = sg_topology_ref(topology);
    sg_refs_init(&pass->refs);
    sg_wait_init(&pass->wait);
    for (size_t i = 0; i < topology->n_partitions; i++)
        pass->offsets[i] = SG_OFFSET_UNKNOWN;
    for (size_t i = 0; i < pass->n_leaders; i++)
        pass->leaders[i].skipped = skip[i];
    if (times)
        memcpy(pass->times, times, topology->n_partitions * sizeof *pass->times);
    sort_by_leader(pass);
    return pass;
}

int sg_offsets_start(struct sg_client *client,
    const struct sg_clock *clock,
    struct sg_topology *topology,
    enum sg_offsets_which which,
    const int64_t *times,
    const bool *skip,
    int64_t chunk_ms,
    int64_t deadline_ms,
    struct sg_offsets **ret_offsets)
{
    struct sg_offsets *pass = new_pass(client, topology, times, skip);
    size_t n_threads = 0;
    int r = 0;

    if (!pass)
        return -ENOMEM;
    pass->clock = clock;
    pass->which = which;
    pass->chunk_ms = chunk_ms;
    pass->deadline_ms = deadline_ms;
    for (size_t i = 0; i < pass->n_leaders; i++) {
        size_t n_chunks = (pass->leaders[i].n + SG_OFFSETS_CHUNK - 1) / SG_OFFSETS_CHUNK;
        if (!pass->leaders[i].skipped)
            n_threads += n_chunks < SG_OFFSETS_IN_FLIGHT ? n_chunks : SG_OFFSETS_IN_FLIGHT;
    }
    if (n_threads > SG_OFFSETS_THREADS_MAX)
        n_threads = SG_OFFSETS_THREADS_MAX;

    sg_wait_lock(&pass->wait);
    for (size_t i = 0; !r && i < n_threads; i++) {
        r = sg_thread_start_detached(ask_leaders, pass);
        if (!r) {
            sg_refs_add(&pass->refs);
            pass->n_running++;
        }
    }
    if (pass->n_running)
        r = 0; /* fewer threads do it too */
    sg_wait_unlock(&pass->wait);
    if (r) {
        unref(pass);
        return r;
    }
    *ret_offsets = pass;
    return 0;
}

/* ---- Waiting, reading ---- */

void sg_offsets_wait(struct sg_offsets *pass, const atomic_bool *stopping)
{
    sg_wait_lock(&pass->wait);
    while (pass->n_running && !atomic_load(stopping)) {
        int left_ms = sg_clock_left_ms(pass->clock, pass->deadline_ms);
        if (left_ms == 0)
            break;
        sg_wait_for(&pass->wait, left_ms);
    }
    pass->closed = true;
    for (size_t i = 0; i < pass->n_leaders; i++) {
        struct leader *leader = &pass->leaders[i];
        bool done = leader->at == leader->n && leader->n_asking == 0;
        if (!leader->skipped && !leader->code && !done)
            leader->code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    sg_wait_unlock(&pass->wait);
}

const int64_t *sg_offsets_get(const struct sg_offsets *pass)
{
    return pass->offsets;
}

void sg_offsets_mark_silent(const struct sg_offsets *pass, bool *skip)
{
    for (size_t i = 0; i < pass->n_leaders; i++) {
        if (pass->leaders[i].code)
            skip[i] = true;
    }
}

bool sg_offsets_is_contradicted(const struct sg_offsets *pass)
{
    for (size_t i = 0; i < pass->n_leaders; i++) {
        rd_kafka_resp_err_t code = pass->leaders[i].bad_code;
        if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
            code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
            return true;
    }
    return false;
}

bool sg_offsets_was_answered(const struct sg_offsets *pass)
{
    bool none_asked = true;

    for (size_t i = 0; i < pass->n_leaders; i++) {
        const struct leader *leader = &pass->leaders[i];
        if (leader->n == 0 || leader->skipped)
            continue;
        if (!leader->code)
            return true;
        none_asked = false;
    }
    return none_asked;
}

void sg_offsets_report(const struct sg_offsets *pass, struct sg_failures *failures)
{
    const struct sg_topology *t = pass->topology;
    const char *what = pass->times                     ? "by time"
                       : pass->which == SG_OFFSETS_END ? "latest"
                                                       : "earliest";

    for (size_t i = 0; i < pass->n_leaders; i++) {
        const struct leader *leader = &pass->leaders[i];
        if (leader->code) {
            struct sg_client_reason reason = { .text = "" };
            int found = sg_client_find_reason(pass->client, t->brokers[i].id, &reason);
            sg_failures_add(failures, sg_failure_kind_of(leader->code), SG_REQUEST_LIST_OFFSETS,
                leader->code,
                "broker %" PRId32 " (%s:%" PRId32
                ") did not answer ListOffsets (%s) for the %" PRIu32
                " partitions that it leads: %s%s%s",
                t->brokers[i].id, t->brokers[i].host, t->brokers[i].port, what, leader->n,
                rd_kafka_err2str(leader->code), found ? "; " : "", reason.text);
        }
        if (leader->n_bad) {
            const struct sg_partition *bad = &t->partitions[leader->bad];
            sg_failures_add(failures, sg_failure_kind_of(leader->bad_code), SG_REQUEST_LIST_OFFSETS,
                leader->bad_code,
                "broker %" PRId32 " refused ListOffsets (%s) for %zu partitions, first %s-%" PRId32
                ": %s%s",
                t->brokers[i].id, what, leader->n_bad, t->topics[bad->topic].name.ptr, bad->id,
                rd_kafka_err2str(leader->bad_code), sg_failure_advice(leader->bad_code));
        }
    }
}

struct sg_offsets *sg_offsets_free(struct sg_offsets *pass)
{
    if (!pass)
        return NULL;
    sg_wait_lock(&pass->wait);
    pass->closed = true;
    sg_wait_unlock(&pass->wait);
    unref(pass);
    return NULL;
}
