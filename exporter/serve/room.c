/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/room.h"

#include <errno.h>
#include <stdlib.h>

enum {
    LOOKED_AT_MAX = 64 /* candidates that may be in use before one is closed anyway */
};

/* Together SG_ROOM_PLACES. Shares apply only when all places are in use. */
static const size_t shares[SG_ROOM_KINDS] = {
    [SG_ROOM_REFUSED] = 0,
    [SG_ROOM_NEW] = 128,
    [SG_ROOM_SERVED] = 96,
    [SG_ROOM_ANSWERS] = 96,
    [SG_ROOM_PROVED] = 128,
};

static struct sg_room_peer *find_or_add_peer(struct sg_room *room, uint64_t address)
{
    struct sg_room_peer *peer = room->peers;

    while (peer && peer->address != address)
        peer = peer->next;
    if (peer)
        return peer;
    peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->address = address;
    peer->next = room->peers;
    room->peers = peer;
    return peer;
}

static void drop_peer(struct sg_room *room, struct sg_room_peer *peer)
{
    struct sg_room_peer **at = &room->peers;

    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    free(peer);
}

int sg_room_enter(struct sg_room *room, struct sg_room_guest *guest, uint64_t address)
{
    struct sg_room_peer *peer = find_or_add_peer(room, address);

    if (!peer)
        return -ENOMEM;
    *guest = (struct sg_room_guest){
        .next = room->first, .peer = peer, .kind = SG_ROOM_OUT, .came = ++room->turn
    };
    if (room->first)
        room->first->previous = guest;
    room->first = guest;
    peer->n_guests++;
    sg_room_change(room, guest, SG_ROOM_NEW);
    return 0;
}

void sg_room_change(struct sg_room *room, struct sg_room_guest *guest, enum sg_room_kind kind)
{
    if (guest->kind < SG_ROOM_KINDS) {
        room->n[guest->kind]--;
        guest->peer->n[guest->kind]--;
    }
    guest->kind = kind;
    guest->changed = ++room->turn;
    if (kind < SG_ROOM_KINDS) {
        room->n[kind]++;
        guest->peer->n[kind]++;
    }
}

void sg_room_leave(struct sg_room *room, struct sg_room_guest *guest)
{
    sg_room_change(room, guest, SG_ROOM_OUT);
    if (guest->previous)
        guest->previous->next = guest->next;
    else
        room->first = guest->next;
    if (guest->next)
        guest->next->previous = guest->previous;
    if (--guest->peer->n_guests == 0)
        drop_peer(room, guest->peer);
    guest->peer = NULL;
}

bool sg_room_is_full(const struct sg_room *room)
{
    size_t n = 0;

    for (int kind = 0; kind < SG_ROOM_KINDS; kind++)
        n += room->n[kind];
    return n >= SG_ROOM_PLACES;
}

/* @return SG_ROOM_OUT: there are no connections */
static enum sg_room_kind find_kind(const struct sg_room *room)
{
    enum sg_room_kind found = SG_ROOM_OUT;
    ptrdiff_t most = 0;

    for (int kind = 0; kind < SG_ROOM_KINDS; kind++) {
        ptrdiff_t past = (ptrdiff_t)room->n[kind] - (ptrdiff_t)shares[kind];
        if (room->n[kind] > 0 && (found == SG_ROOM_OUT || past > most)) {
            found = (enum sg_room_kind)kind;
            most = past;
        }
    }
    return found;
}

/*
 * Connections that have not sent a request, or are reading an answer, are worth less the longer
 * that takes. Idle ones kept for another request are worth more the older they are: a scraper's
 * connection is old, those of a flood are new.
 */
static uint64_t worth(const struct sg_room_guest *guest)
{
    bool kept = guest->kind == SG_ROOM_SERVED || guest->kind == SG_ROOM_PROVED;
    return kept ? UINT64_MAX - guest->came : guest->changed;
}

/* The least valuable one of its kind, of the peer with most, worth more than a given one. */
static struct sg_room_guest *find_next(const struct sg_room *room,
    enum sg_room_kind kind,
    size_t most,
    const struct sg_room_guest *above)
{
    struct sg_room_guest *least = NULL;

    for (struct sg_room_guest *guest = room->first; guest; guest = guest->next) {
        if (guest->kind == kind && guest->peer->n[kind] == most &&
            (!above || worth(guest) > worth(above)) && (!least || worth(guest) < worth(least)))
            least = guest;
    }
    return least;
}

struct sg_room_guest *sg_room_find_least(
    const struct sg_room *room, bool (*in_use)(const struct sg_room_guest *guest))
{
    enum sg_room_kind kind = find_kind(room);
    size_t most = 0;

    if (kind == SG_ROOM_OUT)
        return NULL;
    for (const struct sg_room_peer *peer = room->peers; peer; peer = peer->next)
        most = peer->n[kind] > most ? peer->n[kind] : most;
    struct sg_room_guest *first = find_next(room, kind, most, NULL);
    struct sg_room_guest *guest = first;
    if (kind == SG_ROOM_ANSWERS) /* all candidates are in use */
        return first;
    for (size_t i = 0; i < LOOKED_AT_MAX && guest && in_use(guest); i++)
        guest = find_next(room, kind, most, guest);
    return guest ? guest : first;
}
