/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/filter.h"

#include "base/auto.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>

struct sg_filter {
    pcre2_code *include; /* NULL: everything */
    pcre2_code *exclude; /* NULL: nothing */
};

static int compile(const char *pattern, pcre2_code **ret_code, struct sg_error *err)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR why[128];

    if (!pattern)
        return 0;
    /* Names from strangers need not be UTF-8: MATCH_INVALID_UTF keeps them from being errors. */
    *ret_code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
    if (!*ret_code) {
        (void)pcre2_get_error_message(code, why, sizeof why);
        return sg_error_set(err, SG_FILTER_E_PATTERN, "pattern \"%.200s\", character %zu: %s",
            pattern, offset + 1, (const char *)why);
    }
    (void)pcre2_jit_compile(*ret_code, PCRE2_JIT_COMPLETE); /* slower without, not wrong */
    return 0;
}

SG_AUTO_DEFINE(struct sg_filter *, sg_filter_free);

int sg_filter_new(
    const char *include, const char *exclude, struct sg_filter **ret_filter, struct sg_error *err)
{
    sg_auto(sg_filter_free) struct sg_filter *filter = calloc(1, sizeof *filter);

    if (!filter)
        return -ENOMEM;
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
    free(filter);
    return NULL;
}

static bool matches(const pcre2_code *code, struct sg_str name)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data)
        return false;
    int r = pcre2_match(code, (PCRE2_SPTR)name.ptr, name.len, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return r >= 0;
}

bool sg_filter_wants(const struct sg_filter *filter, struct sg_str name)
{
    return (!filter->include || matches(filter->include, name)) &&
           !(filter->exclude && matches(filter->exclude, name));
}
