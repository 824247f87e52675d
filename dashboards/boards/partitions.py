# SPDX-License-Identifier: Apache-2.0
"""Kafka / Replication & partitions: which partitions are in trouble, and whether replicas and leaders are even."""

from blocks.kit import (
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RED,
    YELLOW,
    Board,
    Column,
    Query,
    gauge,
    lines,
    number,
    of_cluster,
    rate,
    sum_by,
    table,
)
from boards.shared import (
    AT_MIN_ISR,
    CLUSTER_KEY,
    CONTROLLER,
    REPLICAS,
    TOPIC_KEY,
    TOPICS,
    UNDER_MIN_ISR,
    UNDER_REPLICATED,
    bad_partitions,
    offline_partitions,
)

UID = "kafka-partitions"

_OF_BROKER = "{{kafka_cluster}} {{broker}}"


def _count(metric: str) -> str:
    return sum_by(gauge(f"kafka_topic_partition_{metric}", "topic", "partition", where=CLUSTER))


# Of partitions, not brokers: exists without JMX.
_NOT_PREFERRED = (
    "count by (kafka_cluster) (max by (kafka_cluster, topic, partition)"
    f" (kafka_topic_partition_leader_is_preferred{{{CLUSTER}}}))"
    f" - {_count('leader_is_preferred')}"
)


def _numbers():
    for title, text, expr, colors in (
        (
            "Offline",
            "Partitions without a leader: nobody can write to or read from them. Normal: 0. Start the brokers that"
            " hold their replicas.",
            offline_partitions(),
            NONE_IS_GOOD,
        ),
        (
            "Under min ISR",
            "Partitions with fewer in-sync replicas than min.insync.replicas: producers with acks=all fail."
            " Normal: 0. Get the missing brokers back.",
            UNDER_MIN_ISR,
            NONE_IS_GOOD,
        ),
        (
            "At min ISR",
            "Partitions with just min.insync.replicas in sync: the next failure stops producers. Normal: 0, more"
            " while a broker restarts.",
            AT_MIN_ISR,
            NONE_IS_NORMAL,
        ),
        (
            "Under-replicated",
            "Partitions with fewer in-sync replicas than replicas. Normal: 0, more while a broker restarts.",
            UNDER_REPLICATED,
            NONE_IS_NORMAL,
        ),
        (
            "Not at preferred",
            "Partitions whose leader is not the first of their replicas. Normal: 0, more for some minutes after"
            " a restart. For hours: kafka-leader-election.sh --election-type preferred.",
            _NOT_PREFERRED,
            NONE_IS_NORMAL,
        ),
        (
            "Partitions",
            "Partitions of the cluster. Normal: below some 4000 for each broker (ZooKeeper: 200,000 in all).",
            f"sum by (kafka_cluster) ({gauge('kafka_topic_partitions', 'topic', where=CLUSTER)})",
            (GREEN,),
        ),
    ):
        yield number(title, text, [Query(expr, "{{kafka_cluster}}")], colors=colors, width=4)


def _over_time():
    yield lines(
        "In trouble",
        "Partitions by kind of trouble. Normal: 0, more while a broker restarts. If it lasts: the table says"
        " which, and which brokers they miss.",
        [
            Query(offline_partitions(), "offline {{kafka_cluster}}"),
            Query(UNDER_MIN_ISR, "under min ISR {{kafka_cluster}}"),
            Query(AT_MIN_ISR, "at min ISR {{kafka_cluster}}"),
            Query(UNDER_REPLICATED, "under-replicated {{kafka_cluster}}"),
        ],
        unit="short",
    )
    yield lines(
        "Reassigned",
        "Partitions to which a reassignment adds replicas. Normal: 0, except while you move partitions. It stays"
        " above 0: the reassignment does not finish, see its throttle.",
        [
            Query(f"{_count('reassigning')} > 0", "{{kafka_cluster}}", only="replicas are out of sync"),
            Query(
                sum_by(gauge(f"{REPLICAS}_reassigningpartitions", where=CLUSTER)),
                "brokers count {{kafka_cluster}}",
                needs="jmx",
            ),
        ],
        unit="short",
    )
    yield lines(
        "Leaders that are not preferred",
        "Partitions whose leader is not the first of their replicas. Normal: 0, more for some minutes after a"
        " restart. For hours: kafka-leader-election.sh, or auto.leader.rebalance.enable.",
        [Query(_NOT_PREFERRED, "{{kafka_cluster}}")],
        unit="short",
    )


def _balance():
    led = (
        'count_values by (kafka_cluster) ("broker",'
        f" max by (kafka_cluster, topic, partition) (kafka_topic_partition_leader{{{CLUSTER}}}))"
    )
    yield lines(
        "Leaders by broker",
        "Partitions that each broker leads, as the admin API reports them. Normal: even. One broker with few or none:"
        " it has restarted and leaders have not moved back.",
        [Query(led, _OF_BROKER)],
        unit="short",
    )
    yield lines(
        "Replicas by broker",
        "Partitions with a replica on each broker. Normal: even. A new broker has none until partitions are"
        " moved to it.",
        [Query(gauge(f"{REPLICAS}_partitioncount"), _OF_BROKER, needs="jmx")],
        unit="short",
    )
    yield lines(
        "Unevenness of traffic",
        "Bytes in of the busiest broker over the average; 1 is even. Normal: below 1.5. More: leaders of busy"
        " topics are on few brokers; move them.",
        [
            Query(
                f"max by (kafka_cluster) ({rate(f'{TOPICS}_alltopics_bytesin_total', where=CLUSTER)})"
                f" / (avg by (kafka_cluster) ({rate(f'{TOPICS}_alltopics_bytesin_total', where=CLUSTER)}) > 0)",
                "{{kafka_cluster}}",
                needs="jmx",
            )
        ],
        unit="none",
        colors=("transparent", (1.5, YELLOW), (2, RED)),
    )


def _flow():
    yield lines(
        "ISR changes",
        "Replicas that left an ISR (shrinks) or came back (expands), per second. Normal: 0, except around a"
        " restart. Again and again: a slow disk, network or garbage collection on the broker that leaves.",
        [
            Query(rate(f"{REPLICAS}_isrshrinks_total"), f"shrinks {_OF_BROKER}"),
            Query(rate(f"{REPLICAS}_isrexpands_total"), f"expands {_OF_BROKER}"),
            Query(rate(f"{REPLICAS}_failedisrupdates_total"), f"failed updates {_OF_BROKER}"),
        ],
        unit=EVENTS,
    )
    yield lines(
        "Behind its leaders",
        "Most records that a replica on the broker is behind. Normal: near 0, more after a restart.",
        [Query(gauge("kafka_server_replicafetchermanager_maxlag"), _OF_BROKER)],
        unit="short",
    )
    yield lines(
        "Replication and reassignment",
        "Bytes received from other brokers per second: for replication, and for partitions that are moved."
        " Normal: in step with producers; reassignment 0 except while you move partitions.",
        [
            Query(rate(f"{TOPICS}_replicationbytesin_total"), f"replication {_OF_BROKER}"),
            Query(rate(f"{TOPICS}_reassignmentbytesin_total"), f"reassignment {_OF_BROKER}"),
        ],
        unit="Bps",
    )
    yield lines(
        "Unclean elections",
        "Leaders elected from outside the ISR within 10 minutes: acknowledged records were lost. Normal: 0.",
        [
            Query(
                "round(max by (kafka_cluster) (increase("
                f"kafka_controller_controllerstats_uncleanleaderelections_total{{{CLUSTER}}}[10m])))",
                "{{kafka_cluster}}",
            )
        ],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Offline replicas",
        "Replicas on log directories that have failed. Normal: 0. Replace the disk, restart the broker.",
        [Query(gauge(f"{REPLICAS}_offlinereplicacount"), _OF_BROKER)],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Waiting to be deleted",
        "Topics and replicas that wait for their deletion. Normal: 0. For long: a broker with a replica is down.",
        [
            Query(
                of_cluster(f"{CONTROLLER}_topicstodeletecount"), "topics {{kafka_cluster}}", needs="zookeeper-mode"
            ),
            Query(
                of_cluster(f"{CONTROLLER}_replicastodeletecount"),
                "replicas {{kafka_cluster}}",
                needs="zookeeper-mode",
            ),
        ],
        unit="short",
    )


def _by_topic():
    def kind(metric):
        return sum_by(gauge(f"kafka_topic_partition_{metric}", "topic", "partition", where=CLUSTER), "topic")

    return table(
        "Topics in trouble",
        "Topics with a partition that is under-replicated, at or under min ISR or without a leader, the worst 50."
        " Normal: empty, except while a broker restarts.",
        [
            Column("Under-replicated", f"topk(50, {kind('under_replicated_partition')} > 0)", only="kill-broker 2"),
            Column(
                "Offline",
                f"{kind('leaderless')} > 0",
                colors=NONE_IS_GOOD,
                only="all replicas are on killed brokers",
            ),
            Column("Under min", f"{kind('under_min_isr')} > 0", colors=NONE_IS_GOOD, only="two brokers are killed"),
            Column("At min", f"{kind('at_min_isr')} > 0", colors=NONE_IS_NORMAL, only="kill-broker 2"),
        ],
        keys=[CLUSTER_KEY, TOPIC_KEY],
        sort="Under-replicated",
        width=11,
        height=9,
        empty="No topic is in trouble",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Replication & partitions",
        "Which partitions are in trouble and which brokers they miss; whether replicas and leaders are even.",
    )
    result.add(*_numbers(), bad_partitions(13, 9), _by_topic(), *_over_time(), *_balance())
    result.row("Replication, as the brokers count it", *_flow(), needs="jmx")
    return result
