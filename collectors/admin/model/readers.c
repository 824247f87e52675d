/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/readers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static bool are_known(const struct sg_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (!groups->groups[i].has_answered)
            return false;
    }
    return groups->n_left_out == 0;
}

/* Commits are by partition number, and so by topic. */
static void count_group(
    const struct sg_topology *topology, const struct sg_group *group, uint32_t *counts)
{
    int64_t before = SG_PARTITION_NONE;

    for (size_t i = 0; i < group->n_committed; i++) {
        uint32_t topic = topology->partitions[group->committed[i].partition].topic;
        counts[topic] += (int64_t)topic != before;
        before = topic;
    }
}

int sg_readers_count(
    const struct sg_topology *topology, const struct sg_groups *groups, uint32_t **ret_counts)
{
    uint32_t *counts = calloc(topology->n_topics + 1, sizeof *counts);

    if (!counts)
        return -ENOMEM;
    if (!are_known(groups)) {
        free(counts);
        counts = NULL;
    }
    for (size_t i = 0; counts && i < groups->n; i++)
        count_group(topology, &groups->groups[i], counts);
    *ret_counts = counts;
    return 0;
}
