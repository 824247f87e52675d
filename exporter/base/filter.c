/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/filter.h"

#include "base/auto.h"

#include <errno.h>
#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    MATCH_LIMIT = 1000000 /* steps; a usual pattern needs some hundreds */
};

struct sg_filter {
    pcre2_code *include; /* NULL: everything */
    pcre2_code *exclude; /* NULL: nothing */
    pcre2_match_context *limits;
    atomic_size_t *n_gave_up; /* owned; matching does not change the filter */
};

enum verdict {
    NO,
    YES,
    UNKNOWN, /* it reached the match limit */
};

static int compile(const char *pattern, pcre2_code **ret_code, struct sg_error *err)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR why[128];

    if (!pattern)
        return 0;
    /* Names of clients and groups need not be UTF-8: with MATCH_INVALID_UTF they are not errors. */
    *ret_code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
    if (!*ret_code) {
        (void)pcre2_get_error_message(code, why, sizeof why);
        return sg_error_set(err, SG_FILTER_E_PATTERN, "pattern \"%.200s\", character %zu: %s",
            pattern, offset + 1, (const char *)why);
    }
    (void)pcre2_jit_compile(
        *ret_code, PCRE2_JIT_COMPLETE); /* without JIT matching is slower, but correct */
    return 0;
}

SG_AUTO_DEFINE(struct sg_filter *, sg_filter_free);

int sg_filter_new(
    const char *include, const char *exclude, struct sg_filter **ret_filter, struct sg_error *err)
{
    sg_auto(sg_filter_free) struct sg_filter *filter = calloc(1, sizeof *filter);

    if (!filter)
        return -ENOMEM;
    filter->limits = pcre2_match_context_create(NULL);
    filter->n_gave_up = calloc(1, sizeof *filter->n_gave_up);
    if (!filter->limits || !filter->n_gave_up)
        return -ENOMEM;
    (void)pcre2_set_match_limit(filter->limits, MATCH_LIMIT);
    int r = compile(include, &filter->include, err);
    if (!r)
        r = compile(exclude, &filter->exclude, err);
    if (r)
        return r;
    *ret_filter = sg_take(&filter);
    return 0;
}

struct sg_filter *sg_filter_free(struct sg_filter *filter)
{
    if (!filter)
        return NULL;
    pcre2_code_free(filter->include);
    pcre2_code_free(filter->exclude);
    pcre2_match_context_free(filter->limits);
    free(filter->n_gave_up);
    free(filter);
    return NULL;
}

static enum verdict matches(
    const struct sg_filter *filter, const pcre2_code *code, struct sg_str name)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    PCRE2_SPTR text = (PCRE2_SPTR)name.ptr;

    if (!data)
        return UNKNOWN;
    int r = pcre2_match(code, text, name.len, 0, 0, data, filter->limits);
    if (r == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter takes its memory from the heap */
        r = pcre2_match(code, text, name.len, 0, PCRE2_NO_JIT, data, filter->limits);
    pcre2_match_data_free(data);
    return r >= 0 ? YES : r == PCRE2_ERROR_NOMATCH ? NO : UNKNOWN;
}

bool sg_filter_wants(const struct sg_filter *filter, struct sg_str name)
{
    enum verdict include = filter->include ? matches(filter, filter->include, name) : YES;
    enum verdict exclude =
        filter->exclude && include != NO ? matches(filter, filter->exclude, name) : NO;

    if (include == UNKNOWN || exclude == UNKNOWN)
        atomic_fetch_add_explicit(filter->n_gave_up, 1, memory_order_relaxed);
    return include != NO && exclude != YES;
}

size_t sg_filter_fetch_gave_up(const struct sg_filter *filter)
{
    return atomic_exchange_explicit(filter->n_gave_up, 0, memory_order_relaxed);
}
