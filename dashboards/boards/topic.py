# SPDX-License-Identifier: Apache-2.0
"""Kafka / Topic: what goes in and out of topics, how long it is kept, and who reads it."""

from blocks.kit import (
    BROKER,
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


def _size(at: str = "") -> str:
    """Bytes without replicas, from either of the two that may be there; known also while a broker is down."""
    largest = once(f"kafka_log_log_size{{{_BROKER_TOPIC}}}{at}", "topic", "partition")
    return f"({once(f'kafka_topic_log_size_leader_bytes{{{TOPIC}}}{at}', 'topic')} or {sum_by(largest, 'topic')})"


def _topics():
    return table(
        "Topics",
        "The chosen topics and their settings, the busiest 50. Offsets kept: from the start to the end of the logs,"
        " deleted and compacted records included. Normal: 3 replicas, min ISR 2, min ISR below the replicas."
        " Retention is empty where there is no limit. Groups: that have committed offsets; 0: no group reads it."
        " Size: without replicas. Idle: since records last came. Own settings: that differ from the cluster's. One"
        " rack: partitions with all replicas in the same rack.",
        [
            Column("Records in", f"topk(50, {_end_rate(window='5m')})", RECORDS, decimals=1, width=105),
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
            Column("Size", _size(), "bytes", width=92, needs="log-sizes"),
            Column(
                "Idle",
                f"time() - {gauge('kafka_topic_last_produced_timestamp_seconds', 'topic', where=TOPIC)}",
                "s",
                decimals=1,
                needs="last-produced",
            ),
            Column("Groups", gauge("kafka_topic_groups", "topic", where=TOPIC)),
            Column("Own settings", gauge("kafka_topic_config_overrides", "topic", where=TOPIC)),
            Column(
                "One rack",
                gauge("kafka_topic_partitions_in_one_rack", "topic", where=TOPIC),
                colors=NONE_IS_NORMAL,
                needs="racks",
            ),
            Column("Policy", once(f"kafka_topic_config_info{{{TOPIC}}}", "topic", "cleanup_policy"), hidden=True),
        ],
        keys=[CLUSTER_KEY, TOPIC_KEY, Key("cleanup_policy", "Cleanup", 90)],
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
        width=12,
        height=8,
    )


def _offsets():
    yield lines(
        "Records in",
        "Records that are produced, per second, by topic: the 15 busiest at the end of the time range. From the"
        " ends of the logs, so transaction markers count as well. Normal: as on other days. 0: its producers"
        " have stopped, or cannot reach Kafka.",
        [Query(top_lines(_end_rate, "topic"), _OF_TOPIC)],
        unit=RECORDS,
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
        ends = f'kafka_topic_partition_current_offset{{{TOPIC},topic!~"__.*"}}'
        part = once(f"rate({ends}[$__rate_interval]{at})", "topic", "partition")
        return f"max by (kafka_cluster, topic) ({part}) / (avg by (kafka_cluster, topic) ({part}) > 0)"

    yield lines(
        "Unevenness of partitions",
        "Records into the busiest partition over the average of the topic; 1 is even. Normal: below 2. More: few keys"
        " have most of the records. Without Kafka's own topics, which are never even.",
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
        unit=RECORDS,
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
        unit=EVENTS,
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
    def growth(at: str = "") -> str:
        whole = once(f"deriv(kafka_topic_log_size_leader_bytes{{{TOPIC}}}[1h]{at})", "topic")
        by = ("topic", "partition")
        largest = sum_by(once(f"deriv(kafka_log_log_size{{{_BROKER_TOPIC}}}[1h]{at})", *by), "topic")
        return f"({whole} or {largest}) * 86400"

    yield lines(
        "Size",
        "Bytes without replicas: the 15 largest topics. Normal: within what retention allows. Growing without end:"
        " see retention and the log cleaner.",
        [Query(top_lines(_size, "topic"), _OF_TOPIC)],
        unit="bytes",
        width=6,
    )
    yield lines(
        "Growth in a day",
        "What the size will have grown by after a day at the rate of the last hour: the 15 topics that grow most."
        " Normal: near 0 where retention is reached.",
        [Query(top_lines(growth, "topic"), _OF_TOPIC)],
        unit="bytes",
        width=6,
    )

    def of(metric: str) -> str:
        return gauge(f"kafka_topic_{metric}", "topic", where=TOPIC)

    yield table(
        "Sizes and limits",
        "Replicas: the size of all of them; known only while all brokers are up. Of limit: the largest partition over"
        " retention.bytes. Unevenness: the largest partition over the average one. Normal: of limit up to 100 % and a"
        " segment, unevenness below 2. Well above 100 %: deleting fails, see the brokers' logs.",
        [
            Column("Size", _size(), "bytes", width=92, needs="log-sizes"),
            Column("Replicas", of("log_size_bytes"), "bytes", width=100, needs="jolokia-sizes"),
            Column(
                "Of limit",
                of("retention_size_ratio"),
                "percentunit",
                colors=(GREEN, (1.5, YELLOW), (2, RED)),
                decimals=0,
                needs="jolokia-sizes",
                only="a topic has retention.bytes",
            ),
            Column(
                "Unevenness",
                of("log_size_skew_ratio"),
                colors=(GREEN, (2, YELLOW)),
                decimals=1,
                needs="jolokia-sizes",
            ),
        ],
        keys=[CLUSTER_KEY, TOPIC_KEY],
        sort="Size",
        width=12,
        height=7,
    )


def _settings():
    labels = ("topic", "config", "value", "default_value")
    return table(
        "Own settings",
        "Settings of the topics' own that differ from the cluster's, the first 100. Normal: those that you made."
        " Look for a lower min.insync.replicas, unclean elections, and throttles that somebody has forgotten.",
        [
            Column(
                "Set",
                f"topk(100, {once(f'kafka_topic_config_override_info{{{TOPIC}}}', *labels)})",
                hidden=True,
            )
        ],
        keys=[
            CLUSTER_KEY,
            TOPIC_KEY,
            Key("config", "Setting", 300),
            Key("value", "Set to", 300),
            Key("default_value", "The cluster's value", 300),
        ],
        sort="Setting",
        descending=False,
        width=24,
        height=7,
    )


def _transactions():
    by = ("topic", "partition")
    yield lines(
        "Open transactions",
        "Age of the oldest transaction that is open in each topic. Normal: nothing, or less than the producers'"
        " transaction.timeout.ms (1 minute). More: it hangs, and readers with read_committed wait for it:"
        " kafka-transactions.sh find-hanging.",
        [
            Query(
                once(f"kafka_topic_partition_open_transaction_seconds{{{TOPIC}}}", "topic"),
                _OF_TOPIC,
                only="a transaction is open",
            )
        ],
        unit="s",
        colors=("transparent", (60, YELLOW), (900, RED)),
    )

    def held(at: str = "") -> str:
        end, stable = (
            once(f"kafka_topic_partition_{which}_offset{{{TOPIC}}}{at}", *by) for which in ("current", "last_stable")
        )
        return f"clamp_min({sum_by(f'{end} - {stable}', 'topic')}, 0)"

    yield lines(
        "Held back by transactions",
        "Records behind the last stable offset, which readers with read_committed do not get yet: the 15 topics with"
        " most. Normal: few, for as long as transactions take.",
        [Query(top_lines(held, "topic"), _OF_TOPIC)],
        unit="short",
    )

    def lag(at: str = "") -> str:
        return once(f"kafka_consumergroup_read_committed_lag_sum{{{TOPIC}}}{at}", "consumergroup", "topic")

    yield lines(
        "Lag up to the last stable offset",
        "Records that groups with read_committed could read now: the 15 with most. Normal: as the lag on the board of"
        " groups. 0 here and lag there: the group waits for a transaction.",
        [Query(top_lines(lag, "consumergroup", "topic"), "{{consumergroup}} {{topic}}")],
        unit="short",
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
    result.add(bad_partitions(12, 8, TOPIC), *_offsets())
    result.row("Traffic, as the brokers count it", *_traffic(), needs="jmx")
    result.row("Sizes", *_sizes(), needs="log-sizes")
    result.row("Settings", _settings(), needs="overrides")
    result.row("Transactions", *_transactions(), needs="last-stable-offset", collapsed=True)
    result.row("Tiered storage", *_tiered(), needs="kafka-tiered", collapsed=True)
    return result
