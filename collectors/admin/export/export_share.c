/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_share.h"

#include "admin/export/collected.h"
#include "admin/model/lag.h"
#include "admin/share/record.h"
#include "metric/label_names.h"

#include <stdbool.h>

/* Places of the series of a group in a partition. */
enum {
    AT_LAG,
    AT_START_OFFSET,
    AT_COMPLETE,
    PARTITION_PLACES,
};
_Static_assert((int)PARTITION_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* Nothing of an empty log is left. A group has no start offset before its first record. */
static enum sg_lag_outcome lag_without_start(
    const struct sg_export *from, const struct sg_share_progress *one, int64_t *ret_lag)
{
    int64_t most = -1;

    (void)sg_lag_of(0, from->start[one->partition], from->end[one->partition], &most);
    if (most != 0)
        return SG_LAG_NO_END;
    *ret_lag = 0;
    return SG_LAG_KNOWN;
}

/*
 * A group past the log's end has no lag, as for other groups. Where the log's start is past the
 * share-partition's, some of the records that the group is done with are deleted, and it is not
 * known how many: the lag is at most what the log still holds.
 */
static enum sg_lag_outcome lag_of(
    const struct sg_export *from, const struct sg_share_progress *one, int64_t *ret_lag)
{
    int64_t all = 0, left = 0;
    int64_t end = from->end[one->partition];

    if (one->start == SG_SHARE_UNKNOWN)
        return lag_without_start(from, one, ret_lag);
    if (one->complete == SG_SHARE_UNKNOWN)
        return SG_LAG_NO_END;
    enum sg_lag_outcome outcome = sg_lag_of(one->start, SG_OFFSET_UNKNOWN, end, &all);
    if (outcome != SG_LAG_KNOWN)
        return outcome;
    if (one->complete > all)
        return SG_LAG_PAST_END;
    (void)sg_lag_of(one->start, from->start[one->partition], end, &left);
    *ret_lag = all - one->complete < left ? all - one->complete : left;
    return SG_LAG_KNOWN;
}

static void put_partition(struct sg_put *put, const struct sg_share_progress *one, int64_t lag)
{
    const struct sg_topology *t = put->from->topology;
    const struct sg_partition *p = &t->partitions[one->partition];
    struct sg_str topic = t->topics[p->topic].name;
    struct sg_put_number id;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), one->group },
        { SG_OWN_LABEL(topic), topic },
        { SG_OWN_LABEL(partition), sg_put_number(&id, p->id) },
    };

    sg_put_thing(put, SG_PUT_SHARE, one->group, topic, p->id, PARTITION_PLACES);
    if (lag >= 0)
        sg_put_int(put, AT_LAG, SG_ADMIN_SHARE_LAG, labels, 3, lag);
    sg_put_int(put, AT_START_OFFSET, SG_ADMIN_SHARE_START_OFFSET, labels, 3, one->start);
    if (one->complete != SG_SHARE_UNKNOWN)
        sg_put_int(put, AT_COMPLETE, SG_ADMIN_SHARE_COMPLETE, labels, 3, one->complete);
}

/* @param topic  "": of all topics */
static void put_sum(
    struct sg_put *put, struct sg_str group, struct sg_str topic, const struct sg_lag_sum *sum)
{
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group },
        { SG_OWN_LABEL(topic), topic }, /* an empty label is none */
    };

    if (put->from->share_partial || !sg_lag_sum_known(sum))
        return;
    sg_put_thing(put, SG_PUT_SHARE_SUMMARY, group, topic, 0, 1);
    sg_put_int(put, 0, SG_ADMIN_SHARE_LAG_SUM, labels, 2, sum->lag);
}

/* Is this the last one of a sum? */
static bool ends_sum(const struct sg_export *from, size_t i)
{
    const struct sg_share_progress *one = &from->share[i];
    const struct sg_partition *partitions = from->topology->partitions;

    if (i + 1 == from->n_share || !sg_str_equal(one[0].group, one[1].group))
        return true;
    return from->granularity != SG_GRANULARITY_GROUP &&
           partitions[one[0].partition].topic != partitions[one[1].partition].topic;
}

void sg_export_share(struct sg_put *put)
{
    const struct sg_export *from = put->from;
    struct sg_lag_sum sum = { .lag = 0 };

    for (size_t i = 0; i < from->n_share; i++) {
        const struct sg_share_progress *one = &from->share[i];
        struct sg_str topic =
            from->topology->topics[from->topology->partitions[one->partition].topic].name;
        int64_t lag = -1;
        enum sg_lag_outcome outcome = lag_of(from, one, &lag);
        sg_lag_sum_add(&sum, outcome, lag);
        if (from->granularity == SG_GRANULARITY_PARTITION && one->start != SG_SHARE_UNKNOWN)
            put_partition(put, one, lag);
        if (!ends_sum(from, i))
            continue;
        put_sum(
            put, one->group, from->granularity == SG_GRANULARITY_GROUP ? SG_STR("") : topic, &sum);
        sum = (struct sg_lag_sum){ .lag = 0 };
    }
}
