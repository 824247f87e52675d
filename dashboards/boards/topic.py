# SPDX-License-Identifier: Apache-2.0
"""Kafka / Topic: what goes in and out of topics, how long it is kept, and who reads it."""

from blocks.kit import (
    BROKER,
    GREEN,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Board,
    Column,
    Query,
    gauge,
    lines,
    once,
    rate,
    sum_by,
    table,
    top_lines,
)
from boards.shared import (
    CLUSTER_KEY,
    GROUP_KEY,
    TOPIC,
    TOPIC_KEY,
    TOPICS,
    bad_partitions,
    lag_columns,
    margin_column,
    of_group_and_topic,
)

UID = "kafka-topic"

_OF_TOPIC = "{{kafka_cluster}} {{topic}}"
_BROKER_TOPIC = BROKER + ',topic=~"$topic"'


def _end_rate(at: str = "", window: str = "$__rate_interval") -> str:
    """Records per second, from the ends of the logs: known without JMX."""
    value = f"rate(kafka_topic_partition_current_offset{{{TOPIC}}}[{window}]{at})"
    return sum_by(once(value, "topic", "partition"), "topic")


def _kept(where: str = TOPIC) -> str:
    """Offsets between the starts and the ends of the logs."""
    ends, starts = (
        sum_by(gauge(f"kafka_topic_partition_{which}_offset", "topic", "partition", where=where), "topic")
        for which in ("current", "oldest")
    )
    return f"{ends} - {starts}"


def _topics():
    return table(
        "Topics",
        "The chosen topics and their settings, the busiest 50. Offsets kept: from the start to the end of the logs,"
        " deleted and compacted records included. Normal: 3 replicas, min ISR 2, min ISR below the replicas."
        " Retention is empty where there is no limit. Groups: that have committed offsets; 0: no group reads it."
        " Own settings: that differ from the cluster's.",
        [
            Column("Records in", f"topk(50, {_end_rate(window='5m')})", "cps", decimals=1, width=105),
            Column("Partitions", gauge("kafka_topic_partitions", "topic", where=TOPIC)),
            Column(
                "Replicas",
                gauge("kafka_topic_replication_factor", "topic", where=TOPIC),
                colors=(RED, (2, YELLOW), (3, GREEN)),
            ),
            Column("Min ISR", gauge("kafka_topic_min_insync_replicas", "topic", where=TOPIC)),
            Column("Retention", gauge("kafka_topic_retention_seconds", "topic", where=TOPIC), "s"),
            Column(
                "Size limit",
                gauge("kafka_topic_retention_bytes", "topic", where=TOPIC),
                "bytes",
                only="a topic has retention.bytes",
            ),
            Column("Offsets kept", _kept(), "short"),
            Column(
                "Groups",
                gauge("kafka_topic_groups", "topic", where=TOPIC),
                colors=(YELLOW, (1, GREEN)),
            ),
            Column("Own settings", gauge("kafka_topic_config_overrides", "topic", where=TOPIC)),
        ],
        keys=[CLUSTER_KEY, TOPIC_KEY],
        sort="Records in",
        width=24,
        height=8,
    )


def _groups():
    return table(
        "Who reads them",
        "Consumer groups that have committed offsets in the chosen topics. Behind: the age of the oldest record that"
        " is not read. Margin: how far the group is from losing records to retention; 1 at the end of the log,"
        " 0 at its start. Normal: seconds behind, margin near 1. Empty with the granularity group.",
        [
            *lag_columns(TOPIC),
            margin_column(of_group_and_topic("retention_margin_ratio", TOPIC)),
            Column("Lost", of_group_and_topic("unread_lost_total", TOPIC), "short", colors=NONE_IS_GOOD),
        ],
        keys=[CLUSTER_KEY, GROUP_KEY, TOPIC_KEY],
        sort="Behind",
        width=14,
        height=8,
    )


def _offsets():
    yield lines(
        "Records in",
        "Records that are produced, per second, by topic: the 15 busiest at the end of the time range. From the"
        " ends of the logs, so transaction markers count as well. Normal: as on other days. 0: its producers"
        " have stopped, or cannot reach Kafka.",
        [Query(top_lines(_end_rate, "topic"), _OF_TOPIC)],
        unit="cps",
        width=12,
    )

    def behind(at: str = "") -> str:
        return once(f"kafka_consumergroup_lag_seconds_max{{{TOPIC}}}{at}", "consumergroup", "topic")

    yield lines(
        "Readers behind, in time",
        "Age of the oldest record that a group has not read in the topic: the 15 that are furthest behind. Normal:"
        " seconds, or what the group's work allows.",
        [Query(top_lines(behind, "consumergroup", "topic"), "{{consumergroup}} {{topic}}", needs="topics-of-groups")],
        unit="s",
        width=12,
    )

    def busiest(at: str = "") -> str:
        part = once(
            f"rate(kafka_topic_partition_current_offset{{{TOPIC}}}[$__rate_interval]{at})", "topic", "partition"
        )
        return f"max by (kafka_cluster, topic) ({part}) / (avg by (kafka_cluster, topic) ({part}) > 0)"

    yield lines(
        "Unevenness of partitions",
        "Records into the busiest partition over the average of the topic; 1 is even. Normal: below 2. More: few keys"
        " have most of the records. Kafka's own topics are never even.",
        [Query(top_lines(busiest, "topic"), _OF_TOPIC)],
        unit="none",
        colors=("transparent", (2, YELLOW)),
        width=12,
    )

    def kept(at: str = "") -> str:
        ends, starts = (
            sum_by(once(f"kafka_topic_partition_{which}_offset{{{TOPIC}}}{at}", "topic", "partition"), "topic")
            for which in ("current", "oldest")
        )
        return f"({ends} - {starts})"

    yield lines(
        "Offsets kept",
        "Offsets from the start to the end of the logs. Normal: a saw-tooth, when segments are deleted. Growing"
        " without end: no retention, or a dead log cleaner.",
        [Query(top_lines(kept, "topic"), _OF_TOPIC)],
        unit="short",
        width=12,
    )


def _traffic():
    def bytes_of(direction: str):
        def value(at: str = "") -> str:
            counter = f"{TOPICS}_bytes{direction}_total"
            return sum_by(rate(counter, "broker", "topic", where=_BROKER_TOPIC, at=at), "topic")

        return top_lines(value, "topic")

    def messages(at: str = "") -> str:
        return sum_by(rate(f"{TOPICS}_messagesin_total", "broker", "topic", where=_BROKER_TOPIC, at=at), "topic")

    yield lines(
        "Messages in",
        "From producers, per second: the 15 busiest topics. Normal: as on other days. Without the markers of"
        " transactions, which the ends of the logs have in them.",
        [Query(top_lines(messages, "topic"), _OF_TOPIC)],
        unit="cps",
    )
    yield lines(
        "Bytes in",
        "From producers, per second: the 15 busiest topics. Normal: as on other days.",
        [Query(bytes_of("in"), _OF_TOPIC)],
        unit="Bps",
    )
    yield lines(
        "Bytes out",
        "To consumers, per second: the 15 busiest topics. Normal: in times the number of groups that read it.",
        [Query(bytes_of("out"), _OF_TOPIC)],
        unit="Bps",
    )

    def of(counter: str) -> str:
        return sum_by(rate(f"{TOPICS}_{counter}_total", "broker", "topic", where=_BROKER_TOPIC), "topic")

    yield lines(
        "Requests that fail",
        "Produce and fetch requests that failed, per second, by topic. Normal: nothing. Too few in-sync"
        " replicas, missing permission, records that are too large: the brokers' board has the codes.",
        [
            Query(f"{of('failedproducerequests')} > 0", f"produce {_OF_TOPIC}", only="requests fail"),
            Query(f"{of('failedfetchrequests')} > 0", f"fetch {_OF_TOPIC}", only="requests fail"),
        ],
        unit="reqps",
    )
    yield lines(
        "Requests",
        "Produce and fetch requests per second, of all chosen topics. Normal: as on other days. Many requests with"
        " few bytes: producers with linger.ms=0, consumers with small fetch.min.bytes.",
        [
            Query(sum_by(of("totalproducerequests")), "produce {{kafka_cluster}}"),
            Query(sum_by(of("totalfetchrequests")), "fetch {{kafka_cluster}}"),
        ],
        unit="reqps",
    )
    yield lines(
        "Bytes rejected",
        "Bytes of batches that were larger than max.message.bytes, per second. Normal: nothing. Find the producer:"
        " its log has the error.",
        [Query(f"{of('bytesrejected')} > 0", _OF_TOPIC, only="batches are too large")],
        unit="Bps",
    )


def _tiered():
    def of(counter: str) -> str:
        return sum_by(rate(f"{TOPICS}_{counter}_total", "broker", "topic", where=_BROKER_TOPIC), "topic")

    def held(metric: str) -> str:
        return sum_by(gauge(f"{TOPICS}_{metric}", "broker", "topic", where=_BROKER_TOPIC), "topic")

    yield lines(
        "Copied and read",
        "Bytes to and from remote storage, per second. Normal: copied as much as comes in; read only by consumers"
        " that are far behind.",
        [
            Query(of("remotecopybytes"), f"copied {_OF_TOPIC}"),
            Query(of("remotefetchbytes"), f"read {_OF_TOPIC}"),
        ],
        unit="Bps",
        width=6,
    )
    yield lines(
        "Errors",
        "Of remote storage, per second. Normal: 0. Copies that fail fill local disks; reads that fail stop"
        " consumers.",
        [
            Query(of("remotecopyerrors"), f"copy {_OF_TOPIC}"),
            Query(of("remotefetcherrors"), f"read {_OF_TOPIC}"),
            Query(of("remotedeleteerrors"), f"delete {_OF_TOPIC}"),
        ],
        unit="cps",
        colors=("transparent", (0.001, RED)),
        width=6,
    )
    yield lines(
        "Waiting to be copied",
        "Bytes that are due for remote storage. Normal: some segments. Growing: copies do not keep up.",
        [Query(held("remotecopylagbytes"), _OF_TOPIC)],
        unit="bytes",
        width=6,
    )
    yield lines(
        "Size in remote storage",
        "Normal: what retention allows.",
        [Query(held("remotelogsizebytes"), _OF_TOPIC)],
        unit="bytes",
        width=6,
    )


def _sizes():
    size = "kafka_log_log_size"
    yield lines(
        "Size on disk",
        "Bytes of all replicas. Normal: within what retention allows. Growing without end: see retention and the"
        " log cleaner.",
        [Query(sum_by(gauge(size, "broker", "topic", "partition", where=_BROKER_TOPIC), "topic"), _OF_TOPIC)],
        unit="bytes",
        width=12,
    )
    yield lines(
        "Growth in a day",
        "What the size will have grown by after a day at the present rate. Normal: near 0 where retention is"
        " reached.",
        [
            Query(
                sum_by(once(f"deriv({size}{{{_BROKER_TOPIC}}}[1h])", "broker", "topic", "partition"), "topic")
                + " * 86400",
                _OF_TOPIC,
            )
        ],
        unit="bytes",
        width=12,
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Topic",
        "What goes in and out of topics, how long it is kept, and who reads it.",
        variables=[
            (
                "topic",
                "Topic",
                'label_values(kafka_topic_partitions{job=~"$job",kafka_cluster=~"$kafka_cluster"}, topic)',
            )
        ],
    )
    result.add(_topics())
    result.add(_groups(), needs="topics-of-groups")
    result.add(bad_partitions(10, 8, TOPIC), *_offsets())
    result.row("Traffic, as the brokers count it", *_traffic(), needs="jmx")
    result.row("Sizes", *_sizes(), needs="kafka-partitions", collapsed=True)
    result.row("Tiered storage", *_tiered(), needs="kafka-tiered", collapsed=True)
    return result
