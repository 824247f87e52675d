/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* All attributes of a JVM's MBeans, from a file, its agent or its JMX port, kept in memory. */

#include "base/error.h"
#include "jmx/poll/attribute.h"
#include "jmx/rules/rules.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SG_DUMP_E_UNREADABLE = 1, /* no file, no answer, or not one with MBeans; err says why */
};

enum {
    SG_DUMP_BYTES_MAX = 256 * 1024 * 1024,
    SG_DUMP_ATTRIBUTES_MAX = 2000000,
};

struct sg_dump_response {
    struct sg_attribute attribute;
    struct sg_attribute_value value;
};

struct sg_dump {
    size_t n;
    size_t n_mbeans;
    struct sg_dump_response *entries; /* in the order of the answer; their texts are the dump's */
    size_t allocated;
    struct sg_arena *arena;
};

/**
 * @param from   a file, or the URL of an agent, http:// or https://, or jmx://HOST:PORT
 * @param rules  decide what is requested from a JVM; a file may hold anything
 * @return 0, SG_DUMP_E_UNREADABLE or -ENOMEM
 */
int sg_dump_read(const char *from,
    const struct sg_rules *rules,
    struct sg_dump **ret_dump,
    struct sg_error *err);

/** The same from a file's text. */
int sg_dump_parse(struct sg_str json, struct sg_dump **ret_dump, struct sg_error *err);

/** @return NULL; dump may be NULL */
struct sg_dump *sg_dump_free(struct sg_dump *dump);
