/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/spark/spark.h"

#include "base/auto.h"

#include <errno.h>
#include <stdlib.h>

static int by_partition(const void *a, const void *b)
{
    uint32_t x = ((const struct sg_committed *)a)->partition;
    uint32_t y = ((const struct sg_committed *)b)->partition;
    return (x > y) - (x < y);
}

/* Topics that are gone or not wanted are left out, as for groups. */
static int take_offsets(struct sg_group *group,
    const struct sg_topology *topology,
    const struct sg_checkpoint *checkpoint)
{
    struct sg_committed *committed = calloc(checkpoint->n + 1, sizeof *committed);
    size_t n = 0;

    if (!committed)
        return -ENOMEM;
    for (size_t i = 0; i < checkpoint->n; i++) {
        const struct sg_checkpoint_offset *offset = &checkpoint->offsets[i];
        int64_t topic = sg_topology_find_topic(topology, sg_str_of(offset->topic));
        int64_t partition = topic == SG_PARTITION_NONE ? SG_PARTITION_NONE
                                                       : sg_topology_find_partition(topology,
                                                             (uint32_t)topic, offset->partition);
        if (partition != SG_PARTITION_NONE)
            committed[n++] =
                (struct sg_committed){ .partition = (uint32_t)partition, .offset = offset->offset };
    }
    qsort(committed, n, sizeof *committed, by_partition);
    sg_group_set_committed(group, committed, n);
    return 0;
}

static enum sg_failure_kind kind_of(int r)
{
    switch (r) {
    case SG_CHECKPOINT_E_FORMAT:
        return SG_FAILURE_PARSE;
    case SG_CHECKPOINT_E_LIMIT:
        return SG_FAILURE_LIMIT;
    default:
        return SG_FAILURE_CONNECT;
    }
}

static int add_query(const struct sg_spark_config *config,
    const struct sg_topology *topology,
    struct sg_groups *groups,
    const struct sg_checkpoint *checkpoint,
    struct sg_failures *failures,
    bool *ret_added)
{
    uint32_t number;

    int r = sg_groups_add(
        groups, sg_str_of(config->name), RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN, &number, ret_added);
    if (r == SG_GROUPS_E_FULL)
        *ret_added = false; /* counted there */
    if (r)
        return r < 0 ? r : 0;
    if (!*ret_added) {
        sg_failures_add(failures, SG_FAILURE_PROTOCOL, SG_REQUEST_CHECKPOINT, EEXIST,
            "spark: \"%.80s\" is also the name of a consumer group; give the query another name",
            config->name);
        return 0;
    }
    return take_offsets(&groups->groups[number], topology, checkpoint);
}

int sg_spark_read(const struct sg_cluster_config *config,
    const struct sg_topology *topology,
    struct sg_groups *groups,
    struct sg_failures *failures,
    struct sg_spark_query **ret_queries,
    size_t *ret_n)
{
    sg_auto_free struct sg_spark_query *queries = calloc(config->n_spark + 1, sizeof *queries);
    size_t n = 0;
    int r = queries ? 0 : -ENOMEM;

    for (size_t i = 0; i < config->n_spark && !r; i++) {
        struct sg_checkpoint checkpoint;
        struct sg_error err = { "" };
        bool added = false;
        r = sg_checkpoint_read(config->spark[i].checkpoint, &checkpoint, &err);
        if (r > 0) {
            sg_failures_add(failures, kind_of(r), SG_REQUEST_CHECKPOINT, r, "spark %.80s: %s",
                config->spark[i].name, err.text);
            r = 0;
        } else if (!r) {
            r = add_query(&config->spark[i], topology, groups, &checkpoint, failures, &added);
        }
        if (added)
            queries[n++] = (struct sg_spark_query){ config->spark[i].name, checkpoint.batch,
                checkpoint.completed_ms };
        sg_checkpoint_done(&checkpoint);
    }
    if (r)
        return r;
    *ret_queries = sg_take(&queries);
    *ret_n = n;
    return 0;
}
