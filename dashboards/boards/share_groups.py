# SPDX-License-Identifier: Apache-2.0
"""Share groups: their lag, which Streamgauge reads, and what the brokers count."""

from blocks.kit import (
    BROKER,
    CLUSTER,
    RECORDS,
    YELLOW,
    Query,
    gauge,
    lines,
    once,
    rate,
    sum_by,
    top_lines,
)

_METRICS = "kafka_server_sharegroupmetrics"
_PARTITIONS = "kafka_server_sharepartitionmetrics"
_PARTITION = ("broker", "group", "topic", "partition")
_OF_GROUP = "{{kafka_cluster}} {{consumergroup}}"  # of the admin collector
_OF_SHARE_GROUP = "{{kafka_cluster}} {{group}}"  # of the brokers


def _lag(at: str = "") -> str:
    return sum_by(once(f"kafka_sharegroup_lag_sum{{{CLUSTER}}}{at}", "consumergroup", "topic"), "consumergroup")


def _done(at: str = "") -> str:
    parts = (
        once(f"deriv(kafka_sharegroup_{what}{{{CLUSTER}}}[5m]{at})", "consumergroup", "topic", "partition")
        for what in ("start_offset", "delivery_complete")
    )
    return sum_by(" + ".join(parts), "consumergroup")


def share_groups():
    yield lines(
        "Lag",
        "Records that are not done with, those in flight included: the 15 share groups with most. Normal: steady or"
        " falling.",
        [Query(top_lines(_lag, "consumergroup"), _OF_GROUP, needs="share-lag")],
        unit="short",
    )
    yield lines(
        "Done with",
        "Records per second that were acknowledged, rejected or given up, over 5 minutes: the 15 fastest share"
        " groups. Normal: as much as is produced.",
        [Query(top_lines(_done, "consumergroup"), _OF_GROUP, needs="share-lag")],
        unit=RECORDS,
    )
    yield lines(
        "Acknowledgements",
        "Of all share groups, per second, by kind. Normal: Accept. Release and Reject growing: consumers cannot work"
        " on the records.",
        [
            Query(
                sum_by(rate(f"{_METRICS}_recordacknowledgements_total", "broker", "ackType"), "ackType"),
                "{{ackType}} {{kafka_cluster}}",
                needs="kafka-share",
            )
        ],
        unit=RECORDS,
    )
    yield lines(
        "In flight",
        "Records that are delivered and not acknowledged. Normal: steady. At"
        " group.share.partition.max.record.locks for a partition no more are delivered.",
        [
            Query(
                sum_by(gauge(f"{_PARTITIONS}_inflightmessagecount", *_PARTITION), "group"),
                _OF_SHARE_GROUP,
                needs="share-consumers",
            )
        ],
        unit="short",
    )
    yield lines(
        "Locks that timed out",
        "Records that no consumer acknowledged in time, per second. Normal: 0. More: consumers are too slow, or die.",
        [
            Query(
                sum_by(rate(f"{_PARTITIONS}_acquisitionlocktimeout_total", *_PARTITION), "group"),
                _OF_SHARE_GROUP,
                needs="share-consumers",
            )
        ],
        unit=RECORDS,
        colors=("transparent", (0.001, YELLOW)),
    )
    acquire = f"{_METRICS}_topicpartitionsacquiretimems"
    yield lines(
        "Time to acquire, 99th percentile",
        "How long fetches took to acquire records, on the broker where that is most. Normal: as on other days.",
        [
            Query(
                f'max by (kafka_cluster, group) ({acquire}{{{BROKER},quantile="0.99"}})',
                _OF_SHARE_GROUP,
                needs="share-consumers",
            )
        ],
        unit="ms",
    )
