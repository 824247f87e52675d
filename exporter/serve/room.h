/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which connection has to go when there are too many.
 *
 * Connections are of a few kinds, and each kind has a share of the places. When all places are
 * taken, the kind that is furthest past its share loses one: of the peer that has most of the
 * kind, the one that is worth least. So nobody keeps newcomers out by coming first, newcomers do
 * not push out who has asked for something, and an address with many connections loses its own.
 * The owner locks. No system calls: the owner says which connections are in use at the moment.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sg_room_kind {
    SG_ROOM_REFUSED, /* idle, after an answer that was an error, such as 401 */
    SG_ROOM_NEW,     /* has not asked for anything */
    SG_ROOM_SERVED,  /* idle, after an answer */
    SG_ROOM_ANSWERS, /* has asked, and reads */
    SG_ROOM_PROVED,  /* idle, and has proved a password or a certificate */
    SG_ROOM_KINDS,
    SG_ROOM_OUT, /* holds no place any more */
};

enum {
    SG_ROOM_PLACES = 448
};

struct sg_room_peer {
    struct sg_room_peer *next;
    uint64_t address;
    size_t n_guests;
    size_t n[SG_ROOM_KINDS];
};

/* One connection; embedded in its owner. */
struct sg_room_guest {
    struct sg_room_guest *previous;
    struct sg_room_guest *next;
    struct sg_room_peer *peer;
    enum sg_room_kind kind;
    uint64_t came;    /* in which order it came */
    uint64_t changed; /* and became what it is */
};

/* Zeroed: empty. */
struct sg_room {
    struct sg_room_guest *first;
    struct sg_room_peer *peers;
    uint64_t turn;
    size_t n[SG_ROOM_KINDS];
};

/** A new guest, SG_ROOM_NEW. @return 0 or -ENOMEM */
int sg_room_enter(struct sg_room *room, struct sg_room_guest *guest, uint64_t address);

/** It is of another kind now, or of the same again. */
void sg_room_change(struct sg_room *room, struct sg_room_guest *guest, enum sg_room_kind kind);

/** It is gone. */
void sg_room_leave(struct sg_room *room, struct sg_room_guest *guest);

/** Are all places taken? */
bool sg_room_is_full(const struct sg_room *room);

/**
 * Who goes first. One that is in use, because a request waits to be read or an answer to be taken,
 * goes only when all others of the kind and peer are in use too.
 * @param in_use  asked for a few, best candidates first
 * @return borrowed; NULL when nobody is there
 */
struct sg_room_guest *sg_room_find_least(
    const struct sg_room *room, bool (*in_use)(const struct sg_room_guest *guest));
