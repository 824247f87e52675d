/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/name_pairs.h"

#include <errno.h>

enum {
    PAIR_BYTES_MAX = 128 * 1024,
};

void sg_name_pairs_init(struct sg_name_pairs *pairs)
{
    sg_keyed_init(&pairs->texts, &sg_keyed_texts);
    sg_buf_init(&pairs->scratch, PAIR_BYTES_MAX);
    pairs->latest = 0;
}

void sg_name_pairs_done(struct sg_name_pairs *pairs)
{
    sg_keyed_done(&pairs->texts);
    sg_buf_done(&pairs->scratch);
}

void sg_name_pairs_clear(struct sg_name_pairs *pairs)
{
    sg_keyed_clear(&pairs->texts);
}

bool sg_name_pairs_is(
    const struct sg_name_pairs *pairs, uint32_t number, struct sg_str group, struct sg_str topic)
{
    struct sg_str text = sg_keyed_key(&pairs->texts, number);

    return text.len == group.len + 1 + topic.len && text.ptr[group.len] == '\0' &&
           sg_str_equal((struct sg_str){ text.ptr, group.len }, group) &&
           sg_str_equal((struct sg_str){ text.ptr + group.len + 1, topic.len }, topic);
}

int sg_name_pairs_add(
    struct sg_name_pairs *pairs, struct sg_str group, struct sg_str topic, uint32_t *ret_number)
{
    struct sg_buf *text = &pairs->scratch;

    if (pairs->latest >= pairs->texts.n || !sg_name_pairs_is(pairs, pairs->latest, group, topic)) {
        sg_buf_clear(text);
        sg_buf_add_str(text, group);
        sg_buf_add_char(text, '\0');
        sg_buf_add_str(text, topic);
        if (sg_buf_error(text)) /* no name is that long */
            return -ENOMEM;
        int r = sg_keyed_add(&pairs->texts, sg_buf_get(text), &pairs->latest, NULL);
        if (r)
            return r;
    }
    *ret_number = pairs->latest;
    return 0;
}

void sg_name_pairs_begin(struct sg_name_pairs *pairs)
{
    pairs->texts.generation++;
}

void sg_name_pairs_see(struct sg_name_pairs *pairs, uint32_t number)
{
    *sg_keyed_seen(&pairs->texts, number) = pairs->texts.generation;
}

int sg_name_pairs_forget(struct sg_name_pairs *pairs, uint32_t **ret_numbers)
{
    return sg_keyed_forget(&pairs->texts, 0, ret_numbers);
}
