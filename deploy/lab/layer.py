# SPDX-License-Identifier: Apache-2.0
"""The lab's streaming layer: its topics, what is sent to them, and which groups read them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    """A topic and the records that arrive in it, on average, per second."""

    partitions: int
    rate: float
    producer: str
    config: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A consumer group. `pace` names the function of load.py that its members run."""

    topics: tuple[str, ...]
    pace: str
    members: int = 1
    note: str = ""


REPLICATION_FACTOR = 3
BROKERS = 3

TOPICS = {
    "mytopic": Topic(6, 8, "ingestion"),
    "telemetry": Topic(12, 20, "device-agent"),
    "logs": Topic(6, 10, "log-agent"),
    # Kept longer than the others: the stopped group's unread records are here.
    "audit": Topic(3, 2, "log-agent", {"retention.ms": str(2 * 24 * 3600 * 1000)}),
}

GROUPS = {
    "rules-engine": Group(("telemetry", "mytopic"), "steady", members=2),
    "presto": Group(("mytopic", "logs"), "batches", note="reads every 20 s"),
    "spark": Group(("audit",), "stopped", note="stopped on purpose, lag left"),
    "alerting": Group(("logs", "audit"), "steady"),
    "analytics": Group(("telemetry",), "slow", note="slow on purpose, lag grows to 10000"),
}
