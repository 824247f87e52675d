/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/states.h"

#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A key: topic id, partition, name of the group. */
enum {
    PARTITION_AT = SG_SHARE_TOPIC_ID_BYTES,
    GROUP_AT = PARTITION_AT + sizeof(int32_t),
    KEY_MAX = GROUP_AT + INT16_MAX,
};

/* The generations of the table: those that have ended were seen in the one before. */
enum {
    ENDED,
    LIVES,
};

struct state {
    struct sg_keyed_text key;
    int64_t start;
    int32_t complete;
    int32_t epoch;
    int32_t source;
};

static const struct sg_keyed_kind state_kind = {
    .size = sizeof(struct state),
    .key_at = offsetof(struct state, key),
    .seen_at = offsetof(struct state, key) + offsetof(struct sg_keyed_text, seen),
    .terminated = true,
};

struct sg_share_states {
    struct sg_keyed all;
    size_t n_dropped;
    uint64_t n_added;
    bool is_full;
};

int sg_share_states_new(size_t max, struct sg_share_states **ret_states)
{
    struct sg_share_states *states = calloc(1, sizeof *states);

    if (!states)
        return -ENOMEM;
    sg_keyed_init(&states->all, &state_kind);
    states->all.max = max;
    states->all.generation = LIVES;
    *ret_states = states;
    return 0;
}

struct sg_share_states *sg_share_states_free(struct sg_share_states *states)
{
    if (states)
        sg_keyed_done(&states->all);
    free(states);
    return NULL;
}

void sg_share_states_clear(struct sg_share_states *states)
{
    sg_keyed_clear(&states->all);
    states->all.generation = LIVES;
    states->is_full = false;
}

static struct sg_str key_of(const struct sg_share_key *from, char bytes[static KEY_MAX])
{
    memcpy(bytes, from->topic_id, sizeof from->topic_id);
    memcpy(bytes + PARTITION_AT, &from->partition, sizeof from->partition);
    memcpy(bytes + GROUP_AT, from->group.ptr, from->group.len);
    return (struct sg_str){ bytes, GROUP_AT + from->group.len };
}

static void end(struct sg_share_states *states, struct sg_str key)
{
    static const struct sg_keyed_rule rule = { .after = 0, .at_least = 64, .one_in = 4 };
    uint32_t number = sg_keyed_find(&states->all, key);

    if (number == SG_INDEX_NONE)
        return;
    *sg_keyed_seen(&states->all, number) = ENDED;
    (void)sg_keyed_forget_by(&states->all, &rule);
}

/* An update is about the snapshot before it, of the same epoch; what it does not have is as there.
 */
static void take_value(
    struct state *state, enum sg_share_record_type type, const struct sg_share_value *value)
{
    bool continues = type == SG_SHARE_UPDATE && value->epoch == state->epoch;

    if (!continues || value->start != SG_SHARE_UNKNOWN)
        state->start = value->start;
    state->complete = value->complete;
    state->epoch = value->epoch;
}

static void drop(struct sg_share_states *states, struct state *state)
{
    states->n_dropped++;
    state->start = SG_SHARE_UNKNOWN;
    state->complete = SG_SHARE_UNKNOWN;
}

/* @return the state, or NULL: there is no room for it, or *ret_r is -ENOMEM */
static struct state *find_or_add(struct sg_share_states *states, struct sg_str key, int *ret_r)
{
    uint32_t number;
    bool is_new;
    int r = sg_keyed_add(&states->all, key, &number, &is_new);

    *ret_r = r < 0 ? r : 0;
    states->is_full = states->is_full || r == SG_KEYED_E_FULL;
    if (r)
        return NULL;
    struct state *state = sg_keyed_at(&states->all, number);
    if (is_new || sg_keyed_is_gone(&states->all, number, 0)) {
        states->n_added++;
        state->start = SG_SHARE_UNKNOWN;
        state->complete = SG_SHARE_UNKNOWN;
        state->epoch = SG_SHARE_UNKNOWN;
    }
    *sg_keyed_seen(&states->all, number) = LIVES;
    return state;
}

int sg_share_states_take(
    struct sg_share_states *states, int32_t source, struct sg_str key, struct sg_str value)
{
    char bytes[KEY_MAX];
    struct sg_share_key parsed;
    struct sg_share_value what;
    int r;

    if (sg_share_key_parse(key, &parsed)) {
        states->n_dropped++;
        return 0;
    }
    struct sg_str own = key_of(&parsed, bytes);
    if (!value.ptr) {
        end(states, own);
        return 0;
    }
    struct state *state = find_or_add(states, own, &r);
    if (!state)
        return r;
    state->source = source;
    if (sg_share_value_parse(parsed.type, value, &what))
        drop(states, state);
    else
        take_value(state, parsed.type, &what);
    return 0;
}

size_t sg_share_states_fetch_dropped(struct sg_share_states *states)
{
    size_t n = states->n_dropped;

    states->n_dropped = 0;
    return n;
}

bool sg_share_states_is_full(const struct sg_share_states *states)
{
    return states->is_full;
}

bool sg_share_states_has_room_again(const struct sg_share_states *states)
{
    if (!states->is_full || states->all.n < states->all.max)
        return states->is_full;
    for (uint32_t i = 0; i < states->all.n; i++) {
        if (sg_keyed_is_gone(&states->all, i, 0))
            return true;
    }
    return false;
}

uint64_t sg_share_states_n_added(const struct sg_share_states *states)
{
    return states->n_added;
}

size_t sg_share_states_n(const struct sg_share_states *states)
{
    return states->all.n;
}

bool sg_share_states_get(
    const struct sg_share_states *states, size_t number, struct sg_share_state *ret_state)
{
    const struct state *state = sg_keyed_at(&states->all, (uint32_t)number);

    if (sg_keyed_is_gone(&states->all, (uint32_t)number, 0))
        return false;
    *ret_state = (struct sg_share_state){
        .group = { state->key.ptr + GROUP_AT, state->key.len - GROUP_AT },
        .topic_id = (const unsigned char *)state->key.ptr,
        .source = state->source,
        .start = state->start,
        .complete = state->complete,
    };
    memcpy(&ret_state->partition, state->key.ptr + PARTITION_AT, sizeof ret_state->partition);
    return true;
}
