# SPDX-License-Identifier: Apache-2.0
"""Offsets that hold nothing to read: markers of transactions, aborted records, what compaction removed. A group
whose commits end before them has read everything."""
import time

import pytest
from confluent_kafka import IsolationLevel, Producer, TopicPartition
from confluent_kafka.admin import NewTopic, OffsetSpec

from broker import broker
from kafka import Kafka, Member
from streamgauge import wait_for
from test_security import DESCRIBE, allow

BUILDS = ("gcc-asan", "release")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("nothing-to-read")) as node:
        yield node


DENIED = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="hunter2";
"""


def transaction(node, topic, n, commit=True):
    producer = Producer({"bootstrap.servers": node.bootstrap, "transactional.id": f"{topic}-writer"})
    producer.init_transactions(20)
    producer.begin_transaction()
    for _ in range(n):
        producer.produce(topic, b"x")
    producer.flush(20)
    if commit:
        producer.commit_transaction(20)
    else:
        producer.abort_transaction(20)


def create(node, topic):
    (done,) = node.admin.create_topics([NewTopic(topic, 1, 1)]).values()
    done.result(20)


class Processes:
    """One of each build on the same topic, which read and change nothing."""

    def __init__(self, node, start, topic, topics=""):
        self.processes = [start(
            "collect: { interval: 1s }\nclusters:\n  - name: z\n"
            f"    bootstrap_servers: {node.bootstrap}\n    topics: {{ include: '^{topic}$'{topics} }}\n"
            "    groups: { status: { lagging: 3s, stalled: 8s, rewound: 5s } }\n", build=build)
            for build in BUILDS]

    def pages(self):
        return [process.page() for process in self.processes]

    def wait_for(self, what, check, seconds):
        """check: of a page"""
        for process in self.processes:
            wait_for(f"{what}: {process.process.args[0]}", lambda one=process: check(one.page()), seconds)


def status(page, group):
    return [labels["status"] for labels, value in
            page.values("kafka_consumergroup_status", consumergroup=group) if value]


def age(page, group):
    return page.value("kafka_consumergroup_lag_seconds_max", consumergroup=group)


def test_group_before_a_marker_is_ok_and_loses_nothing(node, start):
    topic = "marker"
    create(node, topic)
    transaction(node, topic, 3)  # 0 1 2, and the marker 3
    kafka = Kafka(node.bootstrap)
    member = Member(kafka, topic, topic)
    processes = Processes(node, start, topic)
    try:
        member.consumer.commit(offsets=[TopicPartition(topic, 0, 3)], asynchronous=False)
        processes.wait_for("it is known that there is nothing to read", lambda page: age(page, topic) == 0, 60)
        time.sleep(12)
        for page in processes.pages():
            assert page.value("kafka_consumergroup_lag", consumergroup=topic) == 1  # as for Kafka's own tools
            assert page.value("kafka_consumergroup_lag_seconds", consumergroup=topic) == 0
            assert page.value("kafka_consumergroup_retention_margin_ratio", consumergroup=topic) == 1
            assert status(page, topic) == ["ok"]
        kafka.delete_records(topic, 4)
        processes.wait_for("the segment is gone", lambda page: page.value(
            "kafka_topic_partition_oldest_offset", topic=topic) == 4, 20)
        time.sleep(2)
        for page in processes.pages():
            assert page.value("kafka_consumergroup_unread_lost_total", consumergroup=topic) == 0
            assert status(page, topic) == ["ok"]
    finally:
        member.stop()
    groups = {group.group_id for group in node.admin.list_consumer_groups().result(20).valid}
    assert "streamgauge" not in groups  # it has checked without joining and committing


def test_aborted_tail_is_nothing_to_read_and_a_record_is(node, start):
    topic = "aborted"
    create(node, topic)
    transaction(node, topic, 2)  # 0 1, marker 2
    transaction(node, topic, 40, commit=False)  # 3 to 42, marker 43
    kafka = Kafka(node.bootstrap)
    kafka.commit("aborted-all", topic, {0: 2})
    kafka.commit("aborted-one-left", topic, {0: 1})
    processes = Processes(node, start, topic)
    processes.wait_for("it is known that there is nothing to read",
                       lambda page: age(page, "aborted-all") == 0, 60)
    processes.wait_for("the other has a record to read",
                       lambda page: status(page, "aborted-one-left") == ["stopped"], 30)
    for page in processes.pages():
        assert age(page, "aborted-one-left") > 5
        assert status(page, "aborted-all") == ["ok"]
    transaction(node, topic, 1)
    processes.wait_for("there is a record now", lambda page: (age(page, "aborted-all") or 0) > 0, 20)


def open_transaction(node, topic, n, age_s):
    """Leave a transaction open, with records that are that old."""
    producer = Producer({"bootstrap.servers": node.bootstrap, "transactional.id": f"{topic}-open"})
    producer.init_transactions(20)
    producer.begin_transaction()
    for _ in range(n):
        producer.produce(topic, b"x", timestamp=int((time.time() - age_s) * 1000))
    producer.flush(20)
    return producer


def stable_offset(node, topic):
    """As Kafka has it."""
    place = TopicPartition(topic, 0)
    done = node.admin.list_offsets({place: OffsetSpec.latest()}, isolation_level=IsolationLevel.READ_COMMITTED)
    return done[place].result(20).offset


def test_open_transaction_holds_read_committed_groups_back(node, start):
    topic = "held"
    create(node, topic)
    kafka = Kafka(node.bootstrap)
    kafka.produce(topic, [time.time() - 700] * 2)  # 0 1
    producer = open_transaction(node, topic, 3, age_s=600)  # 2 3 4
    kafka.produce(topic, [time.time()])  # 5
    kafka.commit("held-committed", topic, {0: 1})
    kafka.commit("held-uncommitted", topic, {0: 5})
    assert stable_offset(node, topic) == 2
    processes = Processes(node, start, topic, ", last_stable_offset: true")
    age_name = "kafka_topic_partition_open_transaction_seconds"
    processes.wait_for("the transaction", lambda page: page.value(age_name, topic=topic), 30)
    for page in processes.pages():
        assert page.value("kafka_topic_partition_last_stable_offset", topic=topic) == 2
        assert page.value("kafka_topic_partition_current_offset", topic=topic) == 6
        assert 599 < page.value(age_name, topic=topic) < 640  # its first record's, not when it was seen
        for group, lag, committed_lag in (("held-committed", 5, 1), ("held-uncommitted", 1, 0)):
            assert page.value("kafka_consumergroup_lag", consumergroup=group) == lag
            for name in ("lag", "lag_sum"):
                assert page.value(f"kafka_consumergroup_read_committed_{name}",
                                  consumergroup=group) == committed_lag, (group, name)
    producer.commit_transaction(20)  # its marker is 6
    wait_for("the marker", lambda: stable_offset(node, topic) == 7, 20)
    processes.wait_for("it has ended", lambda page: page.value(age_name, topic=topic) is None, 20)
    for page in processes.pages():
        assert page.value("kafka_topic_partition_last_stable_offset", topic=topic) == 7
        assert page.value("kafka_consumergroup_read_committed_lag", consumergroup="held-committed") == 6
    default = start("collect: { interval: 2s }\nclusters:\n  - name: z\n"
                    f"    bootstrap_servers: {node.bootstrap}\n")
    wait_for("a page", lambda: default.page().values("kafka_consumergroup_lag"), 20)
    assert "read_committed" not in default.page().text


def test_who_may_not_read_gives_a_single_offset_the_benefit_of_the_doubt(tmp_path_factory, start):
    """And logs once that it may not."""
    with broker(tmp_path_factory.mktemp("denied"), {"SASL": "SASL_PLAINTEXT"}, DENIED) as node:
        allow(node, "plain", DESCRIBE)
        create(node, "denied")
        transaction(node, "denied", 3)
        kafka = Kafka(node.bootstrap)
        kafka.commit("marker", "denied", {0: 3})
        kafka.commit("record", "denied", {0: 2})
        process = start(
            "collect: { interval: 1s }\nclusters:\n  - name: z\n"
            f"    bootstrap_servers: {node.address('SASL')}\n    client: {{ security.protocol: "
            "SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: plain, sasl.password: hunter2 }\n"
            "    groups: { include: '^(marker|record)$', status: { lagging: 60s, stalled: 8s, rewound: 5s } }\n")
        wait_for("the note", lambda: "READ on the topic" in process.log(), 40)
        wait_for("a record is a record", lambda: status(process.page(), "record") == ["stopped"], 40)
        page = process.page()
        assert status(page, "marker") == ["ok"]
        assert page.value("kafka_consumergroup_lag_seconds", consumergroup="marker") > 5
        assert page.value("streamgauge_collector_success", collector="admin") == 1
        assert page.errors("cluster")["denied"] == 1


def test_open_transaction_is_something_to_read(node, start):
    topic = "open"
    create(node, topic)
    transaction(node, topic, 2)  # 0 1, marker 2
    transaction(node, topic, 2, commit=False)  # 3 4, marker 5
    time.sleep(8)
    producer = Producer({"bootstrap.servers": node.bootstrap, "transactional.id": "open-writer-2"})
    producer.init_transactions(20)
    producer.begin_transaction()
    at = time.time()
    producer.produce(topic, b"x")  # 6
    producer.flush(20)
    Kafka(node.bootstrap).commit(topic, topic, {0: 2})
    processes = Processes(node, start, topic)
    processes.wait_for("an age", lambda page: age(page, topic), 20)
    processes.wait_for("it is that of the open transaction",
                       lambda page: (age(page, topic) or 0) <= time.time() - at + 1, 30)
    processes.wait_for("it is waited for", lambda page: status(page, topic) == ["stopped"], 40)
    producer.abort_transaction(20)
    processes.wait_for("nothing is left", lambda page: age(page, topic) == 0, 60)
