/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which names are wanted: those that include matches and exclude does not.
 *
 * Both are PCRE2 patterns, searched anywhere in the name as kafka_exporter's filters are. A filter
 * is immutable; any thread may use it.
 */

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

enum {
    SG_FILTER_E_PATTERN = 1
}; /* not a pattern; err says at which character and why */

struct sg_filter;

/**
 * @param include  NULL: every name @param exclude  NULL: none
 * @return 0, SG_FILTER_E_PATTERN or -ENOMEM
 */
int sg_filter_new(
    const char *include, const char *exclude, struct sg_filter **ret_filter, struct sg_error *err);

/** @return NULL; filter may be NULL */
struct sg_filter *sg_filter_free(struct sg_filter *filter);

/**
 * Is the name wanted? Where a pattern reaches its match limit, the name is exported rather than
 * lost: include counts as matching, exclude does not.
 */
bool sg_filter_wants(const struct sg_filter *filter, struct sg_str name);

/** For how many names a pattern reached its match limit since the previous call. */
size_t sg_filter_fetch_gave_up(const struct sg_filter *filter);
