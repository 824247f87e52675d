/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/model/lag.h"

/*
 * A committed offset past the log's end means that the topic was deleted and recreated, or that its
 * log was truncated. Then it is unknown how many records the group has not seen: all of them, or,
 * with auto.offset.reset=latest, none. kafka_exporter exports a negative number, KMinion 0, which
 * looks like a healthy consumer. Here the lag is absent, while the group's current offset and the
 * partition's, which are both facts, show what happened.
 */

enum sg_lag_outcome sg_lag_of(int64_t committed, int64_t start, int64_t end, int64_t *ret_lag)
{
    if (end < 0)
        return SG_LAG_NO_END;
    if (committed > end)
        return SG_LAG_PAST_END;

    /* At any moment start <= end, but the two were not read at the same moment. */
    int64_t from = committed;
    if (start > from)
        from = start < end ? start : end;
    *ret_lag = end - from;
    return SG_LAG_KNOWN;
}

void sg_lag_sum_add(struct sg_lag_sum *sum, enum sg_lag_outcome outcome, int64_t lag)
{
    switch (outcome) {
    case SG_LAG_KNOWN:
        if (__builtin_add_overflow(sum->lag, lag, &sum->lag))
            sum->incomplete = true;
        sum->n_known++;
        break;
    case SG_LAG_NO_END:
        sum->incomplete = true;
        break;
    case SG_LAG_PAST_END:
        break;
    }
}

bool sg_lag_sum_known(const struct sg_lag_sum *sum)
{
    return sum->n_known > 0 && !sum->incomplete;
}
