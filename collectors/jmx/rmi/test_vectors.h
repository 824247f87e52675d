/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The recorded exchanges of tests/fixtures/jmx: with JVMs of Java 8, 17 and 25. */

#include "jmx/rmi/reply.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of a message; owned. */
struct bytes {
    uint8_t *ptr;
    size_t len;
};

enum {
    N_VECTOR_FILES = 3,
};
extern const char *const vector_files[N_VECTOR_FILES];

/** Bytes from hexadecimal digits, with blanks between them. */
struct bytes from_hex(const char *digits);

/** @param part  "request" or "reply" */
struct bytes vector(const char *file, const char *name, const char *part);

/** Call for every exchange of every file. */
void each_vector(void (*call)(const char *file, const char *name));

/** The answer to a handshake's first bytes, if it begins with one: what comes after it. */
struct bytes after_handshake(struct bytes message);

/** A reply that must be complete and have nothing after it. */
void read_whole(struct sg_rmi_reply *reply, struct bytes bytes);
