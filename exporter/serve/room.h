/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which connection is closed when there are too many.
 *
 * Connections are of a few kinds, and each kind has a share of the places. When all places are in
 * use, the kind that exceeds its share most loses one: of the peer that has most of the kind, the
 * least valuable one. So early connections do not keep new ones out, new ones do not displace those
 * with a request, and an address with many connections loses its own. The owner locks. No system
 * calls: the owner says which connections are in use.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sg_room_kind {
    SG_ROOM_REFUSED, /* idle, after an answer that was an error, such as 401 */
    SG_ROOM_NEW,     /* has not sent a request */
    SG_ROOM_SERVED,  /* idle, after an answer */
    SG_ROOM_ANSWERS, /* has sent a request, and reads the answer */
    SG_ROOM_PROVED,  /* idle, after a valid password or certificate */
    SG_ROOM_KINDS,
    SG_ROOM_OUT, /* does not have a place any more */
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
    uint64_t came;    /* order of arrival */
    uint64_t changed; /* and of getting its kind */
};

/* Zeroed: empty. */
struct sg_room {
    struct sg_room_guest *first;
    struct sg_room_peer *peers;
    uint64_t turn;
    size_t n[SG_ROOM_KINDS];
};

/** A new connection, SG_ROOM_NEW. @return 0 or -ENOMEM */
int sg_room_enter(struct sg_room *room, struct sg_room_guest *guest, uint64_t address);

/** Its kind has changed, or starts again. */
void sg_room_change(struct sg_room *room, struct sg_room_guest *guest, enum sg_room_kind kind);

/** The connection is closed. */
void sg_room_leave(struct sg_room *room, struct sg_room_guest *guest);

/** Are all places in use? */
bool sg_room_is_full(const struct sg_room *room);

/**
 * Which one is closed first. One that is in use, because a request or an answer has not been read
 * yet, is closed only when all others of the kind and peer are in use too.
 * @param in_use  called for a few, best candidates first @return borrowed; NULL when there are none
 */
struct sg_room_guest *sg_room_find_least(
    const struct sg_room *room, bool (*in_use)(const struct sg_room_guest *guest));
