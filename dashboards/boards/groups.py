# SPDX-License-Identifier: Apache-2.0
"""Kafka / Consumer groups: who is late, who does not move, and how soon records are lost."""

from blocks.kit import (
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RECORDS,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    gauge,
    lines,
    number,
    once,
    rate,
    states,
    sum_by,
    table,
    top_lines,
)
from boards.share_groups import share_groups
from boards.shared import (
    BROKER_KEY,
    CLUSTER_KEY,
    GROUP,
    GROUP_KEY,
    STATE_WORDS,
    STATUS_WORDS,
    TOPIC_KEY,
    behind_column,
    group_age,
    group_deriv,
    group_lag,
    group_state,
    group_status,
    lag_columns,
    margin_column,
    of_group_and_topic,
)

UID = "kafka-groups"

_OF_GROUP = "{{kafka_cluster}} {{consumergroup}}"


def _with_status(*names: str) -> str:
    pattern = "|".join(names)
    each = gauge("kafka_consumergroup_status", "consumergroup", more=f'status=~"{pattern}"', where=GROUP)
    return sum_by(each)


def _numbers():
    for title, text, names, colors in (
        (
            "Losing data",
            "their offset is before the start of the log: records are deleted before they are read."
            " Normal: 0. Speed the group up or raise retention.ms, at once.",
            ("losing_data",),
            NONE_IS_GOOD,
        ),
        (
            "Stalled",
            "they have something to read, and have not moved for 5 minutes (groups.status.stalled). Normal: 0."
            " Look at the consumers' logs: a poison record, or a lock.",
            ("stalled",),
            NONE_IS_GOOD,
        ),
        (
            "Stopped",
            "they have something to read and no members. Normal: 0, or groups that nobody uses. Start the"
            " consumers, or delete the group.",
            ("stopped",),
            NONE_IS_NORMAL,
        ),
        (
            "Lagging",
            "their oldest unread record is older than a minute (groups.status.lagging). Normal: 0, or those"
            " that work in batches.",
            ("lagging",),
            NONE_IS_NORMAL,
        ),
        (
            "Rewound",
            "their offset went back in the last 10 minutes, by a reset or because a topic was made again."
            " Normal: 0, or 1 after a reset of yours.",
            ("rewound",),
            NONE_IS_NORMAL,
        ),
        ("OK", "none of the above.", ("ok",), (GREEN,)),
    ):
        yield number(
            title,
            f"Groups with this status: {text}",
            [Query(_with_status(*names), "{{kafka_cluster}}")],
            colors=colors,
            width=4,
        )


def _overview():
    return table(
        "Groups",
        "Behind: the age of the oldest record that the group has not read. Drained in: when it will have read"
        " everything, if its lag falls on as now. Empty for: how long Streamgauge has seen it without members."
        " Coordinator: the broker that it commits to. Normal: status ok, state Stable, or no state for consumers that"
        " assign partitions to themselves.",
        [
            behind_column(group_age(GROUP)),
            Column("Status", group_status(GROUP), mappings=STATUS_WORDS, width=100),
            Column("State", group_state(GROUP), mappings=STATE_WORDS, width=150),
            Column("Members", gauge("kafka_consumergroup_members", "consumergroup", where=GROUP)),
            Column(
                "Empty for",
                "time() - "
                + gauge("kafka_consumergroup_empty_since_timestamp_seconds", "consumergroup", where=GROUP),
                "s",
                decimals=1,
                only="a group has no members",
            ),
            Column("Lag", group_lag(GROUP), "short"),
            Column("Change", group_deriv("kafka_consumergroup_lag_sum", GROUP), RECORDS, decimals=1),
            Column("Read", group_deriv("kafka_consumergroup_current_offset_sum", GROUP), RECORDS, decimals=1),
            Column(
                "Drained in",
                gauge("kafka_consumergroup_time_to_drain_seconds", "consumergroup", where=GROUP),
                "s",
                decimals=1,
                only="the lag of a group falls",
            ),
            margin_column(
                f"min by (kafka_cluster, consumergroup) (kafka_consumergroup_retention_margin_ratio{{{GROUP}}})"
            ),
            Column(
                "Lost",
                sum_by(
                    gauge("kafka_consumergroup_unread_lost_total", "consumergroup", "topic", where=GROUP),
                    "consumergroup",
                ),
                "short",
                colors=NONE_IS_GOOD,
            ),
            Column(
                "Type",
                once(f"kafka_consumergroup_info{{{GROUP}}}", "consumergroup", "type", "coordinator"),
                hidden=True,
            ),
        ],
        keys=[
            CLUSTER_KEY,
            GROUP_KEY,
            Key("type", "Type", 84),
            Key("coordinator", "Coordinator", 110, BROKER_KEY.url),
        ],
        sort="Behind",
        width=24,
        height=9,
    )


def _topics():
    return table(
        "Groups by topic",
        "The same by topic. Margin: how far the group is from losing records to retention; 1 at the end of the log,"
        " 0 at its start. Retention used: age of its oldest unread record over retention.ms; at 100 % it may be"
        " deleted. Normal: margin near 100 %, little retention used. No topics with the granularity group.",
        [
            *lag_columns(GROUP),
            Column(
                "Drained in",
                of_group_and_topic("time_to_drain_seconds", GROUP),
                "s",
                decimals=1,
                only="the lag of a group falls",
            ),
            Column("Members", of_group_and_topic("topic_members", GROUP)),
            Column("Assigned", of_group_and_topic("topic_assigned_partitions", GROUP)),
            margin_column(of_group_and_topic("retention_margin_ratio", GROUP)),
            Column(
                "Retention used",
                of_group_and_topic("retention_used_ratio", GROUP),
                "percentunit",
                colors=(GREEN, (0.5, YELLOW), (0.8, RED)),
                decimals=0,
            ),
        ],
        keys=[CLUSTER_KEY, GROUP_KEY, TOPIC_KEY],
        sort="Behind",
        width=24,
        height=9,
    )


def _stuck():
    by = ("consumergroup", "topic", "partition")
    lag = gauge("kafka_consumergroup_lag", *by, where=GROUP)
    moved = once(f"changes(kafka_consumergroup_current_offset{{{GROUP}}}[15m])", *by)
    return table(
        "Partitions that do not move",
        "Partitions with something to read, in which a group has committed nothing new for 15 minutes, those with the"
        " largest lag. Normal: empty. One partition of a group that moves elsewhere: a poison record at its"
        " offset. Only with the granularity partition.",
        [
            Column(
                "Lag",
                f"topk(30, {lag} > 1 and on (kafka_cluster, {', '.join(by)}) {moved} == 0)",
                "short",
                only="a group is stopped",
            )
        ],
        keys=[CLUSTER_KEY, GROUP_KEY, TOPIC_KEY, Key("partition", "Partition", 90)],
        sort="Lag",
        width=12,
        height=8,
    )


def _over_time():
    yield states(
        "Status",
        "The status of each group: the worst of its partitions. Normal: ok. Groups that work in batches are lagging"
        " at times.",
        [Query(group_status(GROUP), _OF_GROUP)],
        mappings=STATUS_WORDS,
        height=8,
    )
    yield states(
        "State",
        "What the coordinator says of the group. Normal: Stable, or Empty where consumers assign partitions to"
        " themselves. PreparingRebalance for minutes: a member does not join in.",
        [Query(group_state(GROUP), _OF_GROUP)],
        mappings=STATE_WORDS,
    )

    def age(at: str = "") -> str:
        return once(f"kafka_consumergroup_lag_seconds_max{{{GROUP}}}{at}", "consumergroup")

    def lag(at: str = "") -> str:
        return sum_by(once(f"kafka_consumergroup_lag_sum{{{GROUP}}}{at}", "consumergroup", "topic"), "consumergroup")

    yield lines(
        "Behind, in time",
        "Age of the oldest record that is not read: the 15 groups that are furthest behind at the end of the time"
        " range. Normal: seconds, or what the group's work allows. A straight rise of a second per second:"
        " nothing is read.",
        [Query(top_lines(age, "consumergroup"), _OF_GROUP)],
        unit="s",
        width=12,
    )
    yield lines(
        "Lag",
        "Records that are not read: the 15 groups with most at the end of the time range. Normal: steady or falling.",
        [Query(top_lines(lag, "consumergroup"), _OF_GROUP)],
        unit="short",
        width=8,
    )

    def read(at: str = "") -> str:
        value = f"deriv(kafka_consumergroup_current_offset_sum{{{GROUP}}}[5m]{at})"
        return sum_by(once(value, "consumergroup", "topic"), "consumergroup")

    yield lines(
        "Read",
        "Records committed per second, over 5 minutes: the 15 fastest groups. Normal: as much as is produced. 0"
        " with lag: the group is stuck. Below 0: its offsets were set back.",
        [Query(top_lines(read, "consumergroup"), _OF_GROUP)],
        unit=RECORDS,
        width=8,
    )
    produced = sum_by(
        once(
            f"deriv(kafka_topic_partition_current_offset{{{CLUSTER}}}[5m])",
            "topic",
            "partition",
        ),
        "topic",
    )
    consumed = gauge("kafka_consumergroup_lag_sum", "consumergroup", "topic", where=GROUP)
    yield lines(
        "Read and produced",
        "Records per second that the chosen groups read, and that are produced in the topics that they read (once"
        " for each topic). Normal: read is produced times the groups of a topic. Choose one group to compare.",
        [
            Query(
                f"sum by (kafka_cluster) ({group_deriv('kafka_consumergroup_current_offset_sum', GROUP)})",
                "read {{kafka_cluster}}",
            ),
            Query(
                f"sum by (kafka_cluster) ({produced} and on (kafka_cluster, topic) {consumed})",
                "produced {{kafka_cluster}}",
                needs="topics-of-groups",
            ),
        ],
        unit=RECORDS,
        width=8,
    )


def _members():
    yield lines(
        "Members",
        "Members of each group. Normal: steady. A fall: consumers have died or are too slow (max.poll.interval.ms).",
        [Query(gauge("kafka_consumergroup_members", "consumergroup", where=GROUP), _OF_GROUP)],
        unit="short",
    )
    yield lines(
        "Rebalances",
        "Rebalances that were seen within 10 minutes. Normal: 0, more around a deployment. Again and again: members"
        " come and go.",
        [Query(once(f"increase(kafka_consumergroup_rebalances_total{{{GROUP}}}[10m])", "consumergroup"), _OF_GROUP)],
        unit="short",
    )
    yield lines(
        "Members that came or left",
        "Changes of members per second. Normal: 0, more around a deployment; a restart is two.",
        [Query(rate("kafka_consumergroup_member_changes_total", "consumergroup", where=GROUP), _OF_GROUP)],
        unit=EVENTS,
    )
    yield lines(
        "Members without partitions",
        "Members that are assigned nothing. Normal: 0. More: more members than partitions, or a subscription that"
        " matches no topic.",
        [Query(gauge("kafka_consumergroup_members_without_partitions", "consumergroup", where=GROUP), _OF_GROUP)],
        unit="short",
    )
    yield lines(
        "Margin to retention",
        "How far each group is from losing records: 100 % at the end of the log, 0 at its start. Normal: near 100 %."
        " Falling to 0: what is not read will be deleted; speed the group up or raise retention.ms.",
        [
            Query(
                f"min by (kafka_cluster, consumergroup) (kafka_consumergroup_retention_margin_ratio{{{GROUP}}})",
                _OF_GROUP,
            )
        ],
        unit="percentunit",
        maximum=1,
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
    )
    yield lines(
        "Timestamps that say nothing",
        "Partitions whose oldest unread record has a timestamp in the future, before 2000 or none: its age is not"
        " known. Normal: nothing. Correct the producers' clocks, or use LogAppendTime.",
        [
            Query(
                gauge("kafka_consumergroup_unusable_timestamps", "consumergroup", where=GROUP),
                _OF_GROUP,
                only="records have such timestamps",
            )
        ],
        unit="short",
    )
    yield lines(
        "Lost unread",
        "Records deleted before the group had read them, per second. Normal: 0. They are gone; tell the group's"
        " owner.",
        [
            Query(
                sum_by(
                    rate("kafka_consumergroup_unread_lost_total", "consumergroup", "topic", where=GROUP),
                    "consumergroup",
                ),
                _OF_GROUP,
            )
        ],
        unit=RECORDS,
        colors=("transparent", (0.001, RED)),
    )


_COORDINATOR = "kafka_server_group_coordinator_metrics"
_OF_BROKER = "{{kafka_cluster}} {{broker}}"


def _coordinators():
    yield lines(
        "Groups",
        "That each broker coordinates. Normal: even over brokers; they follow the leaders of __consumer_offsets.",
        [Query(gauge("kafka_coordinator_group_groupmetadatamanager_numgroups"), _OF_BROKER)],
        unit="short",
    )
    yield lines(
        "Offsets committed",
        "Per second, by coordinator. Normal: as on other days. Many: consumers that commit each record.",
        [Query(rate(f"{_COORDINATOR}_offset_commits_total"), _OF_BROKER)],
        unit=EVENTS,
    )
    yield lines(
        "Rebalances",
        "Completed rebalances per second, of classic groups and of those with the new protocol. Normal: near 0, more"
        " around a deployment. Again and again: members come and go.",
        [
            Query(rate(f"{_COORDINATOR}_group_completed_rebalances_total"), f"classic {_OF_BROKER}"),
            Query(
                rate(f"{_COORDINATOR}_consumer_group_rebalances_total"),
                f"new {_OF_BROKER}",
                only="Kafka is 4.0 or later",
            ),
        ],
        unit=EVENTS,
    )
    yield lines(
        "Longest load of a partition",
        "Of __consumer_offsets, lately: its groups have no coordinator meanwhile. Normal: some seconds. Longer:"
        " the topic is not compacted, see the log cleaner.",
        [
            Query(
                gauge(f"{_COORDINATOR}_partition_load_time_max_seconds"),
                _OF_BROKER,
                only="a partition of __consumer_offsets was loaded in the last minute",
            )
        ],
        unit="s",
    )


def _new_coordinators():
    yield lines(
        "Coordinator's threads idle",
        "Share of time that they have nothing to do. Normal: above 50 %. Near 0: commits"
        " and heartbeats wait.",
        [Query(gauge(f"{_COORDINATOR}_thread_idle_ratio"), _OF_BROKER)],
        unit="percentunit",
        maximum=1,
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
    )
    yield lines(
        "Events that wait",
        "For the coordinator. Normal: near 0. Growing: it does not keep up.",
        [Query(gauge(f"{_COORDINATOR}_event_queue_size"), _OF_BROKER)],
        unit="short",
    )


def _owners():
    by = "kafka_cluster, consumergroup, topic, partition"
    lag = gauge("kafka_consumergroup_lag", "consumergroup", "topic", "partition", where=GROUP)
    owner = once(
        f"kafka_consumergroup_partition_owner_info{{{GROUP}}}",
        *("consumergroup", "topic", "partition", "client_id", "host"),
    )
    return table(
        "Who reads the partitions",
        "The client that each partition is assigned to, where it runs, and what it has not read: the 50 with most."
        " Normal: lag even over clients. All partitions of one client far behind: look there.",
        [Column("Lag", f"topk(50, {lag} * on ({by}) group_right () {owner})", "short")],
        keys=[
            CLUSTER_KEY,
            GROUP_KEY,
            TOPIC_KEY,
            Key("partition", "Partition", 90),
            Key("client_id", "Client"),
            Key("host", "Host", 200),
        ],
        sort="Lag",
        width=24,
        height=8,
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Consumer groups",
        "Who is late, in time; who does not move; who is about to lose records.",
        by_broker=False,
        variables=[("consumergroup", "Group", f"label_values(kafka_consumergroup_info{{{CLUSTER}}}, consumergroup)")],
    )
    result.add(*_numbers(), _overview())
    result.add(_topics(), needs="topics-of-groups")
    result.add(_stuck(), *_over_time())
    result.row("Members and retention", *_members())
    result.row("Owners", _owners(), needs="owners", collapsed=True)
    result.row("Coordinators", *_coordinators(), needs="kafka-groups")
    result.row("New coordinators", *_new_coordinators(), needs="new-coordinator", collapsed=True)
    result.row("Share groups", *share_groups(), needs="share-groups", collapsed=True)
    return result
