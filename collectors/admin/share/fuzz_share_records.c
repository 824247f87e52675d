/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records of __share_group_state, one after another: the length of the key in two bytes, the key,
 * the length of the value plus one in two bytes (0: there is none), the value.
 */

#include "admin/share/states.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Taken from the front of what is left. */
static struct sg_str take(struct sg_str *left, size_t n)
{
    struct sg_str taken = { left->ptr, n < left->len ? n : left->len };

    left->ptr += taken.len;
    left->len -= taken.len;
    return taken;
}

static size_t take_number(struct sg_str *left)
{
    struct sg_str bytes = take(left, 2);
    size_t n = 0;

    for (size_t i = 0; i < bytes.len; i++)
        n = n << 8 | (unsigned char)bytes.ptr[i];
    return n;
}

static void check(const struct sg_share_states *states)
{
    for (size_t i = 0; i < sg_share_states_n(states); i++) {
        struct sg_share_state state;
        if (!sg_share_states_get(states, i, &state))
            continue;
        if (state.start < SG_SHARE_UNKNOWN || state.complete < SG_SHARE_UNKNOWN ||
            state.partition < 0 || state.group.len == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_str left = { (const char *)data, size };
    struct sg_share_states *states = NULL;

    if (sg_share_states_new(8, &states) != 0)
        return 0;
    while (left.len > 0) {
        struct sg_str key = take(&left, take_number(&left));
        size_t n = take_number(&left);
        struct sg_str value = n ? take(&left, n - 1) : (struct sg_str){ NULL, 0 };
        if (sg_share_states_take(states, 0, key, value) != 0)
            break;
    }
    check(states);
    (void)sg_share_states_free(states);
    return 0;
}
