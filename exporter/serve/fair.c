/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/fair.h"

#include <string.h>

static bool same(const struct sg_fair_place *a, const struct sg_fair_place *b, bool by_name)
{
    return a->peer == b->peer && (!by_name || a->name == b->name);
}

static size_t count(const struct sg_fair *fair, const struct sg_fair_place *of, bool by_name)
{
    size_t n = 0;

    for (size_t i = 0; i < fair->n; i++)
        n += same(&fair->places[i], of, by_name);
    return n;
}

static void *remove_at(struct sg_fair *fair, size_t i)
{
    void *item = fair->places[i].item;

    fair->n--;
    memmove(&fair->places[i], &fair->places[i + 1], (fair->n - i) * sizeof fair->places[0]);
    return item;
}

/*
 * The latest place of the one with most places: among all peers, or among the newcomer's names. It
 * must have at least two more than the newcomer, or the two would evict each other for ever.
 * @return its index, or n
 */
static size_t find_victim(
    const struct sg_fair *fair, const struct sg_fair_place *newcomer, bool by_name)
{
    size_t most = count(fair, newcomer, by_name) + 1;
    size_t victim = fair->n;

    for (size_t i = 0; i < fair->n; i++) {
        const struct sg_fair_place *place = &fair->places[i];
        size_t n = by_name && place->peer != newcomer->peer ? 0 : count(fair, place, by_name);
        if (n > most || (n == most && victim < fair->n)) {
            most = n;
            victim = i;
        }
    }
    return victim;
}

bool sg_fair_put(struct sg_fair *fair, struct sg_fair_place place, void **ret_evicted)
{
    *ret_evicted = NULL;
    if (fair->n == SG_FAIR_MAX) {
        size_t victim = find_victim(fair, &place, false);
        if (victim == fair->n)
            victim = find_victim(fair, &place, true);
        if (victim == fair->n)
            return false;
        *ret_evicted = remove_at(fair, victim);
    }
    fair->places[fair->n++] = place;
    return true;
}

/* @return the number of its latest turn, from 1; 0: not in the history */
static uint64_t last_turn(const struct sg_fair *fair, const struct sg_fair_place *of, bool by_name)
{
    for (uint64_t i = 0; i < SG_FAIR_TURNS && i < fair->n_turns; i++) {
        if (same(&fair->turns[(fair->n_turns - 1 - i) % SG_FAIR_TURNS], of, by_name))
            return fair->n_turns - i;
    }
    return 0;
}

void *sg_fair_next(struct sg_fair *fair)
{
    size_t next = 0;

    if (fair->n == 0)
        return NULL;
    for (size_t i = 1; i < fair->n; i++) {
        const struct sg_fair_place *a = &fair->places[i];
        const struct sg_fair_place *b = &fair->places[next];
        uint64_t x = last_turn(fair, a, false);
        uint64_t y = last_turn(fair, b, false);
        if (x < y || (a->peer == b->peer && last_turn(fair, a, true) < last_turn(fair, b, true)))
            next = i;
    }
    fair->turns[fair->n_turns++ % SG_FAIR_TURNS] = fair->places[next];
    return remove_at(fair, next);
}
