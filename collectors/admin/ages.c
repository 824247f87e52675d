/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ages.h"

#include "admin/lag.h"
#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/grow.h"
#include "base/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS_MAX = 80,      /* of one search; 1970 is some 50 away */
    CHECK_EVERY = 20,     /* collections, after which remembered answers are asked for anew */
    FORGET_AFTER = 100,   /* collections without commits */
    KEY_BYTES_MAX = 4096, /* a topic's name has 249 at most */
    ENDS_AT_FIRST = 2,    /* that there is room for, and facts */
    FIRST_STEP_MS = 1000,
    STEP_FACTOR = 4,
};

/* Timestamps before 2000 are mistakes of producers. */
static const int64_t OLDEST_TIME_MS = INT64_C(946684800000);
static const int64_t NEVER = INT64_MAX;
static const int64_t ALWAYS = -1;

/* An answer. For `nothing`: no record was that young when the log ended at `offset`. */
struct fact {
    int64_t time_ms;
    int64_t offset;
    bool nothing;
};

/* The log's end at a collection. */
struct end_seen {
    int64_t time_ms;
    int64_t offset;
};

/* What is remembered of a partition. Two facts and two ends are usual, so there is room for no
 * more. */
struct history {
    const char *key; /* topic NUL id, in the arena */
    uint32_t key_len;
    uint32_t hash;
    uint32_t used; /* collection that needed it last */
    uint8_t n_facts, facts_allocated;
    uint8_t n_ends, ends_allocated;
    int64_t start;
    int64_t end;
    int64_t end_ms; /* when the end was seen */
    struct fact *facts;
    struct end_seen *ends; /* by time; none while everything is read: the latest end will do */
};

/* The search for the timestamp of the record at one offset of one partition. */
struct search {
    uint32_t partition;
    uint32_t history;
    int64_t committed; /* what the groups committed, or the log's start if that is later */
    int64_t offset;    /* whose timestamp is looked for: later than committed where those before the
                          log's first answer have none */
    struct fact low;   /* answers at or before the offset; time_ms ALWAYS: none yet */
    struct fact high;  /* answers past it; time_ms NEVER: none yet */
    int64_t seen_before_ms; /* hints: the end was at or before the offset then, … */
    int64_t seen_after_ms;  /* … and past it then; ALWAYS and NEVER: not known */
    int64_t step_ms;
    int64_t asked_ms; /* or SG_AGES_NOT_ASKED */
    int64_t width_ms; /* between low and high before the latest answer */
    unsigned n_rounds;
    bool check_low; /* from memory, to be asked for anew */
    bool check_high;
    bool unusable; /* its timestamp is later than now, or it has none */
    bool done;
    bool failed;
};

struct sg_ages {
    struct sg_arena *arena;
    struct sg_index index;
    size_t n_histories, histories_allocated;
    struct history *histories;
    uint32_t collection;
    struct sg_buf key;
    /* Of one collection: */
    const struct sg_topology *topology;
    const int64_t *start;
    const int64_t *end;
    int64_t now_ms;
    size_t n, allocated;
    struct search *searches; /* by partition and offset */
};

SG_AUTO_DEFINE(struct sg_ages *, sg_ages_free);

int sg_ages_new(struct sg_ages **ret_ages)
{
    sg_auto(sg_ages_free) struct sg_ages *ages = calloc(1, sizeof *ages);

    if (!ages)
        return -ENOMEM;
    sg_buf_init(&ages->key, KEY_BYTES_MAX);
    ages->arena = sg_arena_new();
    if (!ages->arena)
        return -ENOMEM;
    *ret_ages = sg_take(&ages);
    return 0;
}

static void drop_history(struct history *history)
{
    free(history->facts);
    free(history->ends);
}

struct sg_ages *sg_ages_free(struct sg_ages *ages)
{
    if (!ages)
        return NULL;
    free(ages->searches);
    for (size_t i = 0; i < ages->n_histories; i++)
        drop_history(&ages->histories[i]);
    free(ages->histories);
    sg_index_done(&ages->index);
    sg_buf_done(&ages->key);
    (void)sg_arena_unref(ages->arena);
    free(ages);
    return NULL;
}

/* ---- Histories ---- */

static bool history_equal(const void *owner, uint32_t id, const void *key)
{
    const struct history *history = &((const struct sg_ages *)owner)->histories[id];
    return sg_str_equal(
        (struct sg_str){ history->key, history->key_len }, *(const struct sg_str *)key);
}

/* @param ret_id  valid until histories are forgotten @return 0 or -ENOMEM */
static int find_history(struct sg_ages *ages, uint32_t partition, uint32_t *ret_id)
{
    const struct sg_partition *p = &ages->topology->partitions[partition];

    sg_buf_clear(&ages->key);
    int r = sg_buf_add_str(&ages->key, ages->topology->topics[p->topic].name);
    if (!r)
        r = sg_buf_add_char(&ages->key, '\0');
    if (!r)
        r = sg_buf_add(&ages->key, &p->id, sizeof p->id);
    if (r)
        return -ENOMEM; /* no topic has such a name */
    struct sg_str key = sg_buf_get(&ages->key);
    uint32_t hash = sg_hash(key);
    uint32_t id = sg_index_find(&ages->index, hash, history_equal, ages, &key);
    if (id == SG_INDEX_NONE) {
        r = sg_grow(&ages->histories, ages->n_histories, &ages->histories_allocated,
            sizeof *ages->histories);
        char *copy = r ? NULL : sg_arena_bytes(ages->arena, key.len);
        id = (uint32_t)ages->n_histories;
        if (!copy || sg_index_add(&ages->index, hash, id))
            return -ENOMEM;
        memcpy(copy, key.ptr, key.len);
        ages->histories[ages->n_histories++] = (struct history){
            .key = copy,
            .key_len = (uint32_t)key.len,
            .hash = hash,
            .start = SG_OFFSET_UNKNOWN,
            .end = SG_OFFSET_UNKNOWN,
        };
    }
    *ret_id = id;
    return 0;
}

/* Drop what no collection has needed for long. When memory is short, everything is dropped. */
static void forget_unused(struct sg_ages *ages)
{
    size_t n_unused = 0;

    for (size_t i = 0; i < ages->n_histories; i++)
        n_unused += ages->collection - ages->histories[i].used > FORGET_AFTER;
    if (n_unused * 4 <= ages->n_histories)
        return;
    struct sg_arena *arena = sg_arena_new();
    size_t n = 0;
    sg_index_clear(&ages->index);
    for (size_t i = 0; i < ages->n_histories; i++) {
        struct history *history = &ages->histories[i];
        bool used = arena && ages->collection - history->used <= FORGET_AFTER;
        char *copy = used ? sg_arena_bytes(arena, history->key_len) : NULL;
        if (!copy || sg_index_add(&ages->index, history->hash, (uint32_t)n)) {
            drop_history(history);
            continue;
        }
        memcpy(copy, history->key, history->key_len);
        history->key = copy;
        ages->histories[n++] = *history;
    }
    ages->n_histories = n;
    if (!arena)
        return;
    (void)sg_arena_unref(ages->arena);
    ages->arena = arena;
}

/*
 * Room for one more: two, four, … @return is there? What there is no memory for is not remembered.
 */
static bool has_room(void *array, uint8_t n, uint8_t *allocated, uint8_t max, size_t size)
{
    uint8_t more = *allocated ? (uint8_t)(*allocated * 2) : ENDS_AT_FIRST;

    if (n < *allocated || n >= max)
        return n < max;
    if (more > max)
        more = max;
    void *grown = realloc(*(void **)array, more * size);
    if (!grown)
        return false;
    *(void **)array = grown;
    *allocated = more;
    return true;
}

/* Every second end of the older ones goes when there is no more room. */
static void add_end(struct history *history, int64_t time_ms, int64_t offset)
{
    uint8_t n = history->n_ends;

    if (n > 1 && history->ends[n - 1].offset == offset && history->ends[n - 2].offset == offset) {
        history->ends[n - 1].time_ms = time_ms; /* an idle topic */
        return;
    }
    if (n == SG_AGES_ENDS_MAX) {
        uint8_t kept = 0;
        for (uint8_t i = 0; i < n; i++) {
            if (i % 2 == 0 || i >= n / 2)
                history->ends[kept++] = history->ends[i];
        }
        n = kept;
    }
    history->n_ends = n;
    if (has_room(
            &history->ends, n, &history->ends_allocated, SG_AGES_ENDS_MAX, sizeof *history->ends))
        history->ends[history->n_ends++] = (struct end_seen){ time_ms, offset };
}

/* A partition that groups have committed to: take in where its log starts and ends now. */
static void update_history(
    struct sg_ages *ages, struct history *history, uint32_t partition, bool has_lag)
{
    int64_t start = ages->start[partition];
    int64_t end = ages->end[partition];

    if (history->used == ages->collection)
        return;
    history->used = ages->collection;
    bool gone_back = end < history->end || (start >= 0 && start < history->start);
    if (gone_back)
        history->n_facts = history->n_ends = 0;
    if (has_lag && history->n_ends == 0 && history->end >= 0 && !gone_back)
        add_end(history, history->end_ms, history->end); /* up to there everything was read */
    if (start >= 0 || gone_back)
        history->start = start;
    history->end = end;
    history->end_ms = ages->now_ms;
    if (has_lag) {
        add_end(history, ages->now_ms, end);
        return;
    }
    history->n_ends = 0;
    if (history->ends_allocated > ENDS_AT_FIRST) {
        free(history->ends);
        history->ends = NULL;
        history->ends_allocated = 0;
    }
}

/* ---- What a search knows ---- */

static void take_fact(struct search *search, const struct fact *fact)
{
    bool past = fact->offset > search->offset;

    if (past && fact->time_ms < search->high.time_ms)
        search->high = *fact;
    else if (!past && !fact->nothing && fact->time_ms > search->low.time_ms)
        search->low = *fact;
}

static void take_history(struct search *search, const struct history *history)
{
    for (size_t i = 0; i < history->n_facts; i++)
        take_fact(search, &history->facts[i]);
    for (size_t i = 0; i < history->n_ends; i++) {
        const struct end_seen *end = &history->ends[i];
        if (end->offset <= search->offset)
            search->seen_before_ms = end->time_ms;
        else if (search->seen_after_ms == NEVER)
            search->seen_after_ms = end->time_ms;
    }
    if (search->low.time_ms >= search->high.time_ms) { /* timestamps out of order, asked at odds */
        search->low.time_ms = ALWAYS;
        search->high.time_ms = NEVER;
    }
}

static void begin_search(const struct sg_ages *ages, struct search *search, int64_t offset)
{
    const struct history *history = &ages->histories[search->history];

    search->offset = offset;
    search->low = (struct fact){ .time_ms = ALWAYS };
    search->high = (struct fact){ .time_ms = NEVER };
    search->seen_before_ms = ALWAYS;
    search->seen_after_ms = NEVER;
    search->step_ms = FIRST_STEP_MS;
    search->asked_ms = SG_AGES_NOT_ASKED;
    search->width_ms = NEVER;
    take_history(search, history);
    bool check = (search->history + ages->collection) % CHECK_EVERY == 0;
    search->check_low = check && search->low.time_ms != ALWAYS;
    search->check_high = check && search->high.time_ms != NEVER;
}

/* There is nothing to read at the offset; the age is that of the next record. */
static void move_to_next(const struct sg_ages *ages, struct search *search)
{
    struct fact next = search->high;

    begin_search(ages, search, next.offset);
    take_fact(search, &next);
}

static int by_offset(const void *a, const void *b)
{
    const struct search *const x = a;
    const struct search *const y = b;

    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    return (x->committed > y->committed) - (x->committed < y->committed);
}

/* The oldest offset that the group has to read; the log may have begun later than its commit. */
static int64_t oldest_unread(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t start = ages->start[partition];
    int64_t end = ages->end[partition];
    int64_t from = start > committed ? start : committed;
    return from < end ? from : end;
}

/* @return is something unread, or (*ret_all_read) everything read? Neither: it is not known. */
static bool is_behind(
    const struct sg_ages *ages, const struct sg_committed *committed, bool *ret_all_read)
{
    uint32_t p = committed->partition;
    int64_t offset = sg_committed_read_to(committed);
    int64_t lag = 0;
    bool is_known =
        offset >= 0 && sg_lag_of(offset, ages->start[p], ages->end[p], &lag) == SG_LAG_KNOWN;

    *ret_all_read = is_known && lag == 0;
    return is_known && lag > 0;
}

static int add_search(struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int r = sg_grow(&ages->searches, ages->n, &ages->allocated, sizeof *ages->searches);
    if (r)
        return r;
    ages->searches[ages->n++] = (struct search){
        .partition = partition,
        .committed = oldest_unread(ages, partition, committed),
    };
    return 0;
}

static int add_searches(struct sg_ages *ages, const struct sg_group *group, bool *all_read)
{
    for (size_t i = 0; i < group->n_committed; i++) {
        const struct sg_committed *committed = &group->committed[i];
        bool is_read;
        if (is_behind(ages, committed, &is_read)) {
            int r = add_search(ages, committed->partition, sg_committed_read_to(committed));
            if (r)
                return r;
        } else if (is_read) {
            all_read[committed->partition] = true;
        }
    }
    return 0;
}

/* How far a log was when everything was read tells when the next record came. */
static int note_ends(struct sg_ages *ages, const bool *all_read)
{
    for (size_t i = 0; i < ages->topology->n_partitions; i++) {
        uint32_t history;
        if (!all_read[i])
            continue;
        int r = find_history(ages, (uint32_t)i, &history);
        if (r)
            return r;
        update_history(ages, &ages->histories[history], (uint32_t)i, false);
    }
    return 0;
}

int sg_ages_begin(struct sg_ages *ages,
    const struct sg_topology *topology,
    const struct sg_groups *groups,
    const int64_t *start,
    const int64_t *end,
    int64_t now_unix_ms)
{
    ages->topology = topology;
    ages->start = start;
    ages->end = end;
    ages->now_ms = now_unix_ms;
    ages->collection++;
    ages->n = 0;
    sg_auto_free bool *all_read = calloc(topology->n_partitions + 1, sizeof *all_read);
    if (!all_read)
        return -ENOMEM;
    for (size_t i = 0; i < groups->n; i++) {
        int r = add_searches(ages, &groups->groups[i], all_read);
        if (r)
            return r;
    }
    if (ages->n)
        qsort(ages->searches, ages->n, sizeof *ages->searches, by_offset);
    size_t n = 0;
    for (size_t i = 0; i < ages->n; i++) {
        struct search *search = &ages->searches[i];
        if (n && by_offset(&ages->searches[n - 1], search) == 0)
            continue; /* another group at the same offset */
        int r = find_history(ages, search->partition, &search->history);
        if (r)
            return r;
        update_history(ages, &ages->histories[search->history], search->partition, true);
        begin_search(ages, search, search->committed);
        ages->searches[n++] = *search;
    }
    ages->n = n;
    return note_ends(ages, all_read);
}

/* ---- Where to look next ---- */

static int64_t middle(int64_t low, int64_t high)
{
    return low + (high - low) / 2;
}

/* Between two answers: as if records came evenly, or halfway if that did not help. */
static int64_t between(const struct search *search)
{
    const struct fact *low = &search->low;
    const struct fact *high = &search->high;
    int64_t width = high->time_ms - low->time_ms;
    int64_t offsets = high->offset - low->offset;

    if (width > search->width_ms / 2 || offsets <= 0 || high->nothing)
        return middle(low->time_ms, high->time_ms);
    double share = (double)(search->offset - low->offset + 1) / (double)offsets;
    int64_t time = low->time_ms + (int64_t)(share * (double)width);
    int64_t margin = width / 16 + 1;
    if (time < low->time_ms + margin)
        time = low->time_ms + margin;
    return time < high->time_ms - margin ? time : high->time_ms - margin;
}

/*
 * No answer at or before the offset yet: go back, faster and faster, or halfway to a hint. Right
 * behind the log's end, where healthy groups are, the first short step will do.
 */
static int64_t backwards(struct search *search, int64_t from, int64_t now_ms)
{
    int64_t hint = search->seen_before_ms;
    bool at_end = from == now_ms && search->step_ms == FIRST_STEP_MS;

    if (hint != ALWAYS && hint < from && !at_end) {
        if (from - hint <= 2 * SG_AGES_PRECISION)
            return hint;
        return middle(hint, from);
    }
    if (search->step_ms < now_ms - from) /* an earlier collection has come so far */
        search->step_ms = now_ms - from;
    int64_t time = from - search->step_ms;
    search->step_ms *= STEP_FACTOR;
    return time > 0 ? time : 0;
}

/* The same forward: to the time at which the log was seen past the offset, or to now. */
static int64_t forwards(const struct search *search, int64_t now_ms)
{
    int64_t low = search->low.time_ms;
    int64_t hint = search->seen_after_ms;

    if (hint == NEVER || hint <= low)
        hint = now_ms + 1;
    if (hint <= low)
        return low + 1; /* later than now already */
    if (hint == now_ms && hint - low > 2 * SG_AGES_PRECISION)
        return now_ms - SG_AGES_PRECISION;
    return hint - low <= 2 * SG_AGES_PRECISION ? hint : middle(low, hint);
}

static int64_t where_to_look(struct search *search, int64_t now_ms)
{
    if (search->check_low)
        return search->low.time_ms;
    if (search->check_high)
        return search->high.time_ms;
    if (search->low.time_ms == ALWAYS) {
        int64_t from = search->high.time_ms == NEVER ? search->seen_after_ms : search->high.time_ms;
        return backwards(search, from == NEVER || from > now_ms ? now_ms : from, now_ms);
    }
    return search->high.time_ms == NEVER ? forwards(search, now_ms) : between(search);
}

/* ---- When to stop ---- */

/*
 * When no answer was the offset itself, either its timestamp is not later than that of a record
 * before it, as in a burst within one millisecond, or there is no record at it (compaction). The
 * first is taken for granted: then the answer is right, and otherwise it errs towards the older.
 */
static void finish(const struct sg_ages *ages, struct search *search)
{
    if (search->low.time_ms > ages->now_ms) {
        search->unusable = true;
        search->done = true;
        return;
    }
    if (search->high.time_ms == NEVER) {
        /* Younger than the precision, and not there at the collection before. */
        search->done = ages->now_ms - search->low.time_ms <= SG_AGES_PRECISION &&
                       search->seen_before_ms != ALWAYS;
        return;
    }
    if (search->low.time_ms == ALWAYS)
        return;
    int64_t width = search->high.time_ms - search->low.time_ms;
    search->done = width <= SG_AGES_PRECISION;
}

/* The search goes on until it is done, fails, or has nothing more to ask. */
static void settle(const struct sg_ages *ages, struct search *search)
{
    if (!search->done && !search->check_low && !search->check_high)
        finish(ages, search);
    /* Even the beginning of time answers with a later record: the ones before have no timestamp. */
    if (!search->done && search->high.time_ms == 0 && search->low.time_ms == ALWAYS) {
        if (search->high.nothing)
            search->done = search->unusable = true;
        else
            move_to_next(ages, search);
    }
    if (!search->done && search->n_rounds > ROUNDS_MAX)
        search->done = search->failed = true;
}

size_t sg_ages_ask(struct sg_ages *ages, int64_t *times)
{
    size_t n = 0;

    for (size_t i = 0; i < ages->topology->n_partitions; i++)
        times[i] = SG_AGES_NOT_ASKED;
    for (size_t i = 0; i < ages->n; i++) {
        struct search *search = &ages->searches[i];
        search->asked_ms = SG_AGES_NOT_ASKED;
        if (search->done)
            continue;
        settle(ages, search);
        if (search->done || times[search->partition] != SG_AGES_NOT_ASKED)
            continue; /* a partition can be asked for one time in a round */
        search->n_rounds++;
        search->asked_ms = where_to_look(search, ages->now_ms);
        times[search->partition] = search->asked_ms;
        n++;
    }
    return n;
}

/* ---- Answers ---- */

/* An answer that was remembered still holds, or nothing that is remembered does. */
static void check(const struct sg_ages *ages, struct search *search, const struct fact *fact)
{
    bool past = fact->offset > search->offset;
    bool holds = search->check_low ? !past && !fact->nothing : past;

    if (!holds) {
        begin_search(ages, search, search->committed);
        search->low.time_ms = ALWAYS;
        search->high.time_ms = NEVER;
        search->check_low = search->check_high = false;
    } else if (search->check_low) {
        search->check_low = false;
    } else {
        search->check_high = false;
    }
}

static void take_answer(
    const struct sg_ages *ages, struct search *search, const struct fact *fact, bool own)
{
    const struct fact *low = &search->low;
    const struct fact *high = &search->high;

    if (own && (search->check_low || search->check_high))
        check(ages, search, fact);
    if (own && low->time_ms != ALWAYS && high->time_ms != NEVER)
        search->width_ms = high->time_ms - low->time_ms;
    take_fact(search, fact);
}

void sg_ages_answer(struct sg_ages *ages, const int64_t *answers)
{
    for (size_t i = 0, n; i < ages->n; i += n) {
        struct search *searches = &ages->searches[i];
        uint32_t partition = searches->partition;
        const struct search *asked = NULL;
        for (n = 0; i + n < ages->n && searches[n].partition == partition; n++) {
            if (searches[n].asked_ms != SG_AGES_NOT_ASKED)
                asked = &searches[n];
        }
        if (!asked)
            continue;
        int64_t answer = answers[partition];
        const struct fact fact = {
            .time_ms = asked->asked_ms,
            .offset = answer == SG_OFFSET_NOTHING ? ages->end[partition] : answer,
            .nothing = answer == SG_OFFSET_NOTHING,
        };
        for (size_t j = 0; j < n; j++) {
            if (answer == SG_OFFSET_UNKNOWN) /* its leader does not answer; the next one knows */
                searches[j].done = searches[j].failed = true;
            else if (!searches[j].done)
                take_answer(ages, &searches[j], &fact, &searches[j] == asked);
        }
    }
}

/* ---- Ages ---- */

/* Of a search that is done. */
static int64_t time_found(const struct sg_ages *ages, const struct search *search)
{
    int64_t low = search->low.time_ms;
    int64_t high = search->high.time_ms < ages->now_ms ? search->high.time_ms : ages->now_ms;

    return middle(low, high > low ? high : low);
}

static bool is_usable(const struct sg_ages *ages, const struct search *search)
{
    return !search->unusable && time_found(ages, search) >= OLDEST_TIME_MS;
}

static int64_t age_of(const struct sg_ages *ages, const struct search *search)
{
    if (!search->done || search->failed)
        return SG_AGE_UNKNOWN;
    int64_t time = time_found(ages, search);
    if (!is_usable(ages, search)) {
        if (search->seen_after_ms == NEVER || search->seen_before_ms == ALWAYS)
            return SG_AGE_UNKNOWN; /* it was there before anybody looked */
        time = search->seen_after_ms;
    }
    return time < ages->now_ms ? ages->now_ms - time : 0;
}

static const struct search *find_search(
    const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    const struct search key = {
        .partition = partition,
        .committed = oldest_unread(ages, partition, committed),
    };

    return ages->n ? bsearch(&key, ages->searches, ages->n, sizeof key, by_offset) : NULL;
}

int64_t sg_ages_get(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t lag;

    if (sg_lag_of(committed, ages->start[partition], ages->end[partition], &lag) != SG_LAG_KNOWN)
        return SG_AGE_UNKNOWN;
    if (lag == 0)
        return 0;
    const struct search *search = find_search(ages, partition, committed);
    return search ? age_of(ages, search) : SG_AGE_UNKNOWN;
}

bool sg_ages_has_unusable_time(const struct sg_ages *ages, uint32_t partition, int64_t committed)
{
    int64_t lag;

    if (sg_lag_of(committed, ages->start[partition], ages->end[partition], &lag) != SG_LAG_KNOWN ||
        lag == 0)
        return false;
    const struct search *search = find_search(ages, partition, committed);
    return search && search->done && !search->failed && !is_usable(ages, search);
}

/* ---- Keeping ---- */

static void keep_fact(struct history *history, const struct fact *fact)
{
    if (fact->time_ms == ALWAYS || fact->time_ms == NEVER)
        return;
    for (size_t i = 0; i < history->n_facts; i++) {
        if (history->facts[i].time_ms == fact->time_ms)
            return;
    }
    if (has_room(&history->facts, history->n_facts, &history->facts_allocated, SG_AGES_FACTS_MAX,
            sizeof *history->facts))
        history->facts[history->n_facts++] = *fact;
}

void sg_ages_end(struct sg_ages *ages)
{
    for (size_t i = 0; i < ages->n; i++) {
        struct history *history = &ages->histories[ages->searches[i].history];
        if (i == 0 || ages->searches[i].history != ages->searches[i - 1].history)
            history->n_facts = 0;
        keep_fact(history, &ages->searches[i].low);
        keep_fact(history, &ages->searches[i].high);
    }
    free(ages->searches);
    ages->searches = NULL;
    ages->n = ages->allocated = 0;
    ages->topology = NULL;
    ages->start = ages->end = NULL;
    forget_unused(ages);
}
