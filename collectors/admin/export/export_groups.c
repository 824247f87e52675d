/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/export/export_groups.h"

#include "admin/export/collected.h"
#include "admin/export/export_members.h"
#include "admin/model/lag.h"
#include "metric/label_names.h"

#include <stdbool.h>

/*
 * A group's commits are summed up topic by topic, or over all topics when the granularity is the
 * group; only with the granularity of partitions do single commits have series of their own.
 */

/* Places of a commit's series. */
enum {
    AT_CURRENT_OFFSET,
    AT_LAG,
    AT_LAG_SECONDS,
    AT_STABLE_LAG,
    COMMIT_PLACES,
};
_Static_assert((int)COMMIT_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

/* Of a summary's. */
enum {
    AT_LAG_SECONDS_MAX,
    AT_CURRENT_OFFSET_SUM,
    AT_LAG_SUM,
    AT_UNREAD_LOST,
    AT_RETENTION_MARGIN,
    AT_UNUSABLE_TIMESTAMPS,
    AT_RETENTION_USED,
    AT_TIME_TO_DRAIN,
    AT_STABLE_LAG_SUM,
    SUMMARY_PLACES,
};
_Static_assert((int)SUMMARY_PLACES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

_Static_assert((int)SG_GROUP_STATES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");
_Static_assert((int)SG_GROUP_STATUSES <= (int)SG_MEMO_SERIES_MAX, "the memo has room");

struct summary {
    struct sg_lag_sum lag;
    struct sg_lag_sum stable; /* the same up to the last stable offsets */
    int64_t oldest_ms;        /* or SG_AGE_UNKNOWN */
    int64_t offset;
    bool offset_unknown;
    int64_t n_unusable; /* timestamps */
    int64_t lost;
    double margin; /* the smallest; negative: not known */
    double used;   /* the largest share of a retention time; negative: not known */
};

static const struct summary nothing = { .oldest_ms = SG_AGE_UNKNOWN, .margin = -1, .used = -1 };

/* How near the group is to the start of a log: 1 at the end. Negative: not known. */
static double margin_of(const struct sg_export *from, uint32_t partition, int64_t offset)
{
    int64_t start = from->start[partition];
    int64_t end = from->end[partition];

    if (end < 0)
        return -1;
    if (start < 0 || end <= start || offset >= end)
        return 1;
    return offset <= start ? 0 : (double)(offset - start) / (double)(end - start);
}

/* Negative: not known, or there is no limit. */
static double used_of(const struct sg_export *from, uint32_t partition, int64_t age_ms)
{
    const struct sg_topology *t = from->topology;
    struct sg_str topic = t->topics[t->partitions[partition].topic].name;
    const struct sg_topic_config *config = sg_configs_get(from->configs, topic);

    if (age_ms == SG_AGE_UNKNOWN || !config->known || !config->deletes || config->retention_ms <= 0)
        return -1;
    return (double)age_ms / (double)config->retention_ms;
}

/* What is left up to the last stable offset: nothing for a group that has read past it. */
static enum sg_lag_outcome stable_lag_of(
    const struct sg_export *from, const struct sg_committed *committed, int64_t *ret_lag)
{
    uint32_t p = committed->partition;
    int64_t stable = from->stable ? from->stable[p] : SG_OFFSET_UNKNOWN;
    int64_t lag;

    if (stable == SG_OFFSET_UNKNOWN)
        return SG_LAG_NO_END;
    enum sg_lag_outcome outcome = sg_lag_of(committed->offset, from->start[p], from->end[p], &lag);
    if (outcome != SG_LAG_KNOWN)
        return outcome;
    if (sg_lag_of(committed->offset, from->start[p], stable, ret_lag) == SG_LAG_PAST_END)
        *ret_lag = 0;
    return SG_LAG_KNOWN;
}

/* The same with the member that reads the partition: begins new series with each rebalance. */
static void put_member_lag(struct sg_put *put,
    const struct sg_group *group,
    const struct sg_committed *committed,
    const struct sg_label place[3],
    int64_t lag,
    int64_t age_ms)
{
    static const struct sg_member nobody = { .id = { "", 0 } };
    const struct sg_member *owner = sg_export_find_owner(group, committed->partition);

    if (!put->from->wanted.member_lag)
        return;
    if (!owner)
        owner = &nobody; /* labels without a value are left out */
    const struct sg_label labels[] = {
        place[0],
        place[1],
        place[2],
        { SG_OWN_LABEL(client_id), owner->client_id },
        { SG_OWN_LABEL(host), owner->host },
        { SG_OWN_LABEL(member), owner->id },
    };
    size_t n = sizeof labels / sizeof labels[0];

    sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_MEMBER_CURRENT_OFFSET, labels, n, committed->offset);
    if (lag >= 0)
        sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_MEMBER_LAG, labels, n, lag);
    if (age_ms != SG_AGE_UNKNOWN)
        sg_put_ms(put, SG_PUT_ONCE, SG_ADMIN_MEMBER_LAG_SECONDS, labels, n, age_ms);
}

static void put_commit(struct sg_put *put,
    const struct sg_group *group,
    const struct sg_committed *committed,
    enum sg_lag_outcome outcome,
    int64_t lag,
    int64_t age_ms)
{
    const struct sg_topology *t = put->from->topology;
    const struct sg_partition *p = &t->partitions[committed->partition];
    struct sg_str topic = t->topics[p->topic].name;
    struct sg_put_number id;
    int64_t stable_lag;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(topic), topic },
        { SG_OWN_LABEL(partition), sg_put_number(&id, p->id) },
    };

    sg_put_thing(put, SG_PUT_COMMIT, group->name, topic, p->id, COMMIT_PLACES);
    sg_put_int(put, AT_CURRENT_OFFSET, SG_ADMIN_GROUP_CURRENT_OFFSET, labels, 3, committed->offset);
    if (outcome == SG_LAG_KNOWN)
        sg_put_int(put, AT_LAG, SG_ADMIN_GROUP_LAG, labels, 3, lag);
    if (stable_lag_of(put->from, committed, &stable_lag) == SG_LAG_KNOWN)
        sg_put_int(put, AT_STABLE_LAG, SG_ADMIN_GROUP_STABLE_LAG, labels, 3, stable_lag);
    if (age_ms != SG_AGE_UNKNOWN)
        sg_put_ms(put, AT_LAG_SECONDS, SG_ADMIN_GROUP_LAG_SECONDS, labels, 3, age_ms);
    put_member_lag(put, group, committed, labels, outcome == SG_LAG_KNOWN ? lag : -1, age_ms);
}

/* The status of one commit: `stopped` is of whole groups. */
static void put_commit_status(struct sg_put *put,
    const struct sg_group *group,
    const struct sg_committed *committed,
    enum sg_group_status status)
{
    const struct sg_topology *t = put->from->topology;
    const struct sg_partition *p = &t->partitions[committed->partition];
    struct sg_str topic = t->topics[p->topic].name;
    struct sg_put_number id;

    if (!put->from->partition_status || put->from->granularity != SG_GRANULARITY_PARTITION ||
        status == SG_STATUS_UNKNOWN)
        return;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(topic), topic },
        { SG_OWN_LABEL(partition), sg_put_number(&id, p->id) },
        { SG_OWN_LABEL(status), sg_str_of(sg_group_status_text(status)) },
    };
    sg_put_thing(put, SG_PUT_COMMIT_STATUS, group->name, topic, p->id, SG_GROUP_STATUSES);
    sg_put_int(put, (int)status, SG_ADMIN_GROUP_PARTITION_STATUS, labels, 4, 1);
}

static void sum_up(struct sg_put *put,
    const struct sg_group *group,
    const struct sg_committed *committed,
    struct summary *sum)
{
    const struct sg_export *from = put->from;
    uint32_t p = committed->partition;
    int64_t offset = committed->offset;
    int64_t lag = 0;

    if (offset < 0) {
        sum->offset_unknown = true;
        sg_lag_sum_add(&sum->lag, SG_LAG_NO_END, 0);
        sg_lag_sum_add(&sum->stable, SG_LAG_NO_END, 0);
        return;
    }
    if (__builtin_add_overflow(sum->offset, offset, &sum->offset))
        sum->offset_unknown = true;
    enum sg_lag_outcome outcome = sg_lag_of(offset, from->start[p], from->end[p], &lag);
    sg_lag_sum_add(&sum->lag, outcome, lag);
    int64_t stable = 0;
    enum sg_lag_outcome stable_outcome = stable_lag_of(from, committed, &stable);
    sg_lag_sum_add(&sum->stable, stable_outcome, stable);
    int64_t read_to = sg_committed_read_to(committed);
    int64_t age_ms = sg_ages_get(from->ages, p, read_to);
    sum->oldest_ms = age_ms > sum->oldest_ms ? age_ms : sum->oldest_ms;
    sum->n_unusable += sg_ages_has_unusable_time(from->ages, p, read_to);
    double margin = margin_of(from, p, read_to);
    if (margin >= 0 && (sum->margin < 0 || margin < sum->margin))
        sum->margin = margin;
    double used = used_of(from, p, age_ms);
    sum->used = used > sum->used ? used : sum->used;
    if (from->granularity == SG_GRANULARITY_PARTITION)
        put_commit(put, group, committed, outcome, lag, age_ms);
}

/* @param labels  of the summary */
static void put_drain(struct sg_put *put, const struct sg_label labels[2], int64_t lag)
{
    double ms = sg_drains_follow(
        put->from->drains, labels[0].value, labels[1].value, lag, put->from->now_ms);

    if (ms != SG_DRAIN_UNKNOWN)
        sg_put_double(put, AT_TIME_TO_DRAIN, SG_ADMIN_GROUP_DRAIN, labels, 2, ms / 1000);
}

/* @param topic  NULL: of all topics */
static void put_summary(struct sg_put *put,
    const struct sg_group *group,
    const struct sg_topic *topic,
    const struct summary *sum)
{
    struct sg_str name = topic ? topic->name : SG_STR("");
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(topic), name }, /* an empty label is none */
    };

    sg_put_thing(put, SG_PUT_GROUP_SUMMARY, group->name, name, 0, SUMMARY_PLACES);
    if (sum->oldest_ms != SG_AGE_UNKNOWN)
        sg_put_ms(
            put, AT_LAG_SECONDS_MAX, SG_ADMIN_GROUP_LAG_SECONDS_MAX, labels, 2, sum->oldest_ms);
    if (!sum->offset_unknown)
        sg_put_int(
            put, AT_CURRENT_OFFSET_SUM, SG_ADMIN_GROUP_CURRENT_OFFSET_SUM, labels, 2, sum->offset);
    if (sg_lag_sum_known(&sum->lag)) {
        sg_put_int(put, AT_LAG_SUM, SG_ADMIN_GROUP_LAG_SUM, labels, 2, sum->lag.lag);
        put_drain(put, labels, sum->lag.lag);
    }
    if (sg_lag_sum_known(&sum->stable))
        sg_put_int(
            put, AT_STABLE_LAG_SUM, SG_ADMIN_GROUP_STABLE_LAG_SUM, labels, 2, sum->stable.lag);
    sg_put_int(put, AT_UNREAD_LOST, SG_ADMIN_GROUP_UNREAD_LOST, labels, 2, sum->lost);
    if (sum->margin >= 0)
        sg_put_double(
            put, AT_RETENTION_MARGIN, SG_ADMIN_GROUP_RETENTION_MARGIN, labels, 2, sum->margin);
    if (sum->used >= 0)
        sg_put_double(put, AT_RETENTION_USED, SG_ADMIN_GROUP_RETENTION_USED, labels, 2, sum->used);
    if (sum->n_unusable)
        sg_put_int(put, AT_UNUSABLE_TIMESTAMPS, SG_ADMIN_GROUP_UNUSABLE_TIMESTAMPS, labels, 2,
            sum->n_unusable);
}

/* @return the group's status */
static enum sg_group_status put_commits(struct sg_put *put, const struct sg_group *group)
{
    const struct sg_export *from = put->from;
    const struct sg_topology *t = from->topology;
    const struct sg_status_input input = {
        .now_ms = from->now_ms,
        .topology = t,
        .start = from->start,
        .end = from->end,
        .ages = from->ages,
    };
    struct sg_judgement judgement = { .moves = false };
    struct summary sum = nothing;

    for (size_t i = 0; i < group->n_committed; i++) {
        const struct sg_committed *committed = &group->committed[i];
        uint32_t topic = t->partitions[committed->partition].topic;
        bool is_last = i + 1 == group->n_committed;
        struct sg_judgement one = { .moves = false };
        int64_t lost;

        sg_statuses_judge(from->statuses, &input, committed, &one, &lost);
        sg_judgement_add(&judgement, &one);
        put_commit_status(put, group, committed, one.worst);
        sum.lost += lost;
        sum_up(put, group, committed, &sum);
        if (from->granularity == SG_GRANULARITY_GROUP) {
            if (is_last)
                put_summary(put, group, NULL, &sum);
        } else if (is_last || t->partitions[committed[1].partition].topic != topic) {
            put_summary(put, group, &t->topics[topic], &sum);
            sum = nothing;
        }
    }
    return sg_judgement_status(&judgement, group);
}

static void put_status(
    struct sg_put *put, const struct sg_group *group, enum sg_group_status status)
{
    struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(status), SG_STR("") },
    };

    if (status == SG_STATUS_UNKNOWN)
        return;
    sg_put_thing(put, SG_PUT_GROUP_STATUS, group->name, SG_STR(""), 0, SG_GROUP_STATUSES);
    for (int i = SG_STATUS_OK; i < SG_GROUP_STATUSES; i++) {
        labels[1].value = sg_str_of(sg_group_status_text((enum sg_group_status)i));
        sg_put_int(put, i, SG_ADMIN_GROUP_STATUS, labels, 2, status == (enum sg_group_status)i);
    }
}

/* Of the protocol's groups, as ListGroups has it. */
static struct sg_str protocol_type_of(const struct sg_group *group)
{
    if (group->is_other)
        return sg_str_of(sg_group_type_text(group->type));
    return group->is_simple ? SG_STR("") : SG_STR("consumer");
}

/*
 * Labels that are not known are left out. The last two are for KMinion's info: it has the state,
 * which would end a series of ours with each rebalance.
 */
static void put_info(struct sg_put *put, const struct sg_group *group)
{
    struct sg_put_number coordinator;
    const struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(type), sg_str_of(sg_group_type_text(group->type)) },
        { SG_OWN_LABEL(protocol), group->protocol },
        { SG_OWN_LABEL(coordinator),
            group->coordinator < 0 ? SG_STR("") : sg_put_number(&coordinator, group->coordinator) },
        { SG_OWN_LABEL(protocol_type), protocol_type_of(group) },
        { SG_OWN_LABEL(state), group->state == SG_GROUP_STATE_UNKNOWN
                                   ? SG_STR("")
                                   : sg_str_of(sg_group_state_text(group->state)) },
    };
    size_t n = sizeof labels / sizeof labels[0] - (put->from->wanted.full_groups ? 0 : 2);

    if (group->type != SG_GROUP_TYPE_UNKNOWN || group->coordinator >= 0)
        sg_put_int(put, SG_PUT_ONCE, SG_ADMIN_GROUP_INFO, labels, n, 1);
}

static void put_group(struct sg_put *put, const struct sg_group *group)
{
    struct sg_label labels[] = {
        { SG_OWN_LABEL(consumergroup), group->name },
        { SG_OWN_LABEL(state), SG_STR("") },
    };

    put_info(put, group);
    sg_put_thing(put, SG_PUT_GROUP, group->name, SG_STR(""), 0, SG_GROUP_STATES);
    for (int i = 0; group->state != SG_GROUP_STATE_UNKNOWN && i < SG_GROUP_STATES; i++) {
        labels[1].value = sg_str_of(sg_group_state_text((enum sg_group_state)i));
        sg_put_int(put, i, SG_ADMIN_GROUP_STATE, labels, 2, group->state == (enum sg_group_state)i);
    }
    sg_export_members(put, group);
    put_status(put, group, put_commits(put, group));
}

void sg_export_groups(struct sg_put *put)
{
    for (size_t i = 0; i < put->from->groups->n; i++)
        put_group(put, &put->from->groups->groups[i]);
}
