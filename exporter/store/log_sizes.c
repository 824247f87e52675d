/* SPDX-License-Identifier: Apache-2.0 */
#include "store/log_sizes.h"

#include "base/keyed.h"
#include "base/sync.h"

#include <errno.h>
#include <stdlib.h>

/* Which log; the bytes are its key, so there is no padding. */
struct which {
    uint32_t topic;
    int32_t partition;
};

struct entry {
    struct which which;
    int64_t bytes;
    uint32_t seen;
};

static const struct sg_keyed_kind entry_kind = {
    .size = sizeof(struct entry),
    .key_at = offsetof(struct entry, which),
    .key_bytes = sizeof(struct which),
    .seen_at = offsetof(struct entry, seen),
};

struct sg_log_sizes {
    struct sg_refs refs;
    struct sg_keyed topics; /* of struct sg_keyed_text */
    struct sg_keyed logs;   /* of struct entry */
    int64_t total;
};

int sg_log_sizes_new(size_t max, struct sg_log_sizes **ret_sizes)
{
    struct sg_log_sizes *sizes = calloc(1, sizeof *sizes);

    if (!sizes)
        return -ENOMEM;
    sg_refs_init(&sizes->refs);
    sg_keyed_init(&sizes->topics, &sg_keyed_texts);
    sg_keyed_init(&sizes->logs, &entry_kind);
    if (max < sizes->logs.max)
        sizes->logs.max = max;
    *ret_sizes = sizes;
    return 0;
}

struct sg_log_sizes *sg_log_sizes_ref(struct sg_log_sizes *sizes)
{
    sg_refs_add(&sizes->refs);
    return sizes;
}

struct sg_log_sizes *sg_log_sizes_unref(struct sg_log_sizes *sizes)
{
    if (!sizes || !sg_refs_drop(&sizes->refs))
        return NULL;
    sg_keyed_done(&sizes->topics);
    sg_keyed_done(&sizes->logs);
    free(sizes);
    return NULL;
}

/* A total that does not fit stays unknown. */
static void add_to_total(struct sg_log_sizes *sizes, int64_t bytes)
{
    if (sizes->total == SG_LOG_SIZE_UNKNOWN ||
        __builtin_add_overflow(sizes->total, bytes, &sizes->total))
        sizes->total = SG_LOG_SIZE_UNKNOWN;
}

int sg_log_sizes_add(
    struct sg_log_sizes *sizes, struct sg_str topic, int32_t partition, int64_t bytes)
{
    struct which which = { .partition = partition };
    uint32_t number;
    bool is_new;

    if (bytes < 0)
        return 0;
    int r = sg_keyed_add(&sizes->topics, topic, &which.topic, NULL);
    if (!r)
        r = sg_keyed_add(&sizes->logs, SG_KEYED_BYTES(which), &number, &is_new);
    if (r || !is_new)
        return r;
    ((struct entry *)sg_keyed_at(&sizes->logs, number))->bytes = bytes;
    add_to_total(sizes, bytes);
    return 0;
}

void sg_log_sizes_add_future(struct sg_log_sizes *sizes, int64_t bytes)
{
    if (bytes > 0)
        add_to_total(sizes, bytes);
}

int64_t sg_log_sizes_total(const struct sg_log_sizes *sizes)
{
    return sizes->total;
}

size_t sg_log_sizes_n(const struct sg_log_sizes *sizes)
{
    return sizes->logs.n;
}

uint32_t sg_log_sizes_find_topic(const struct sg_log_sizes *sizes, struct sg_str topic)
{
    return sg_keyed_find(&sizes->topics, topic);
}

int64_t sg_log_sizes_get(const struct sg_log_sizes *sizes, uint32_t topic, int32_t partition)
{
    const struct which which = { topic, partition };

    uint32_t number =
        topic == SG_INDEX_NONE ? SG_INDEX_NONE : sg_keyed_find(&sizes->logs, SG_KEYED_BYTES(which));
    if (number == SG_INDEX_NONE)
        return SG_LOG_SIZE_UNKNOWN;
    return ((const struct entry *)sg_keyed_at(&sizes->logs, number))->bytes;
}
