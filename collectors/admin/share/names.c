/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/names.h"

#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct id {
    unsigned char bytes[SG_SHARE_TOPIC_ID_BYTES];
};

struct entry {
    struct id id;
    uint32_t seen;
    char *name;
};

static void drop_entry(void *thing)
{
    struct entry *entry = thing;
    free(entry->name);
}

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, id),
    .key_bytes = sizeof(struct id),
    .seen_at = offsetof(struct entry, seen),
    .drop = drop_entry,
};

struct sg_share_names {
    struct sg_keyed ids; /* of struct entry; a generation is a turn */
    bool has_begun;
    bool in_turn;
    bool failed;      /* some of the latest turn */
    size_t next;      /* topic of the topology; of the turn */
    int64_t begun_ms; /* the latest turn; monotonic … */
    uint64_t n_ids;   /* … and the number of ids then */
};

int sg_share_names_new(struct sg_share_names **ret_names)
{
    struct sg_share_names *names = calloc(1, sizeof *names);

    if (!names)
        return -ENOMEM;
    sg_keyed_init(&names->ids, &entry_kind);
    *ret_names = names;
    return 0;
}

struct sg_share_names *sg_share_names_free(struct sg_share_names *names)
{
    if (names)
        sg_keyed_done(&names->ids);
    free(names);
    return NULL;
}

const char *sg_share_names_find(
    const struct sg_share_names *names, const unsigned char id[SG_SHARE_TOPIC_ID_BYTES])
{
    struct id key;

    memcpy(key.bytes, id, sizeof key.bytes);
    uint32_t number = sg_keyed_find(&names->ids, SG_KEYED_BYTES(key));
    return number == SG_INDEX_NONE ? NULL
                                   : ((const struct entry *)sg_keyed_at(&names->ids, number))->name;
}

int sg_share_names_set(
    struct sg_share_names *names, const unsigned char id[SG_SHARE_TOPIC_ID_BYTES], const char *name)
{
    struct id key;
    uint32_t number;

    memcpy(key.bytes, id, sizeof key.bytes);
    char *copy = strdup(name);
    int r = copy ? sg_keyed_add(&names->ids, SG_KEYED_BYTES(key), &number, NULL) : -ENOMEM;
    if (r) {
        free(copy);
        return r;
    }
    struct entry *entry = sg_keyed_at(&names->ids, number);
    free(entry->name);
    entry->name = copy;
    entry->seen = names->ids.generation;
    return 0;
}

static bool is_due(const struct sg_share_names *names, uint64_t n_ids, int64_t now_ms)
{
    int64_t ms = now_ms - names->begun_ms;

    return !names->has_begun || ms >= SG_SHARE_NAMES_RETRY_MS ||
           (ms >= SG_SHARE_NAMES_PAUSE_MS && n_ids != names->n_ids) ||
           (ms >= SG_SHARE_NAMES_AGAIN_MS && names->failed);
}

static void begin_turn(struct sg_share_names *names, uint64_t n_ids, int64_t now_ms)
{
    /* What two turns have not named is gone. */
    static const struct sg_keyed_rule rule = { .after = 2, .at_least = 64, .one_in = 4 };

    names->ids.generation++;
    (void)sg_keyed_forget_by(&names->ids, &rule);
    names->has_begun = true;
    names->failed = false;
    names->next = 0;
    names->begun_ms = now_ms;
    names->n_ids = n_ids;
}

size_t sg_share_names_next(struct sg_share_names *names,
    const struct sg_topology *topology,
    uint64_t n_ids,
    int64_t now_ms,
    const char *ret_topics[SG_SHARE_NAMES_AT_ONCE])
{
    size_t n = 0;

    if (!names->in_turn && !is_due(names, n_ids, now_ms))
        return 0;
    if (!names->in_turn)
        begin_turn(names, n_ids, now_ms);
    for (; names->next < topology->n_topics && n < SG_SHARE_NAMES_AT_ONCE; names->next++)
        ret_topics[n++] = topology->topics[names->next].name.ptr;
    names->in_turn = names->next < topology->n_topics;
    return n;
}

void sg_share_names_fail(struct sg_share_names *names)
{
    names->failed = true;
}
