# SPDX-License-Identifier: Apache-2.0
"""Lag in seconds, against the records themselves; in messages, against Kafka's own tool on random histories.

For longer: STREAMGAUGE_LAG_SEEDS=100-160 pytest tests/e2e/test_lag.py -k random
"""
import os
import random
import subprocess
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec

from broker import broker
from conftest import BUILD
from kafka import Kafka, run_tool
from streamgauge import Page, wait_for

LOAD = ("mytopic", "telemetry", "logs", "audit")  # the lab's topics
NEAR = 500  # records that may be out of order


def ages_begin(bootstrap, offsets):
    """(topic, partition, offset) → the largest timestamp, in seconds, of the record there and of those before it.

    They are not in order where a producer has sent a batch again, as during another test's fault. Another test may
    have deleted records: then the first of those that are left is meant.
    """
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "nobody", "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    })
    found = {}
    for topic, partition, offset in offsets:
        first = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)[0]
        wanted = max(first, offset)
        consumer.assign([TopicPartition(topic, partition, max(first, offset - NEAR))])
        at, largest = -1, 0
        while at < wanted:
            message = consumer.poll(10)
            assert message is not None and message.error() is None, (topic, partition, offset)
            at, largest = message.offset(), max(largest, message.timestamp()[1] / 1000)
        assert at == wanted
        found[topic, partition, offset] = largest
    consumer.close()
    return found


def test_lag_in_seconds_is_the_age_of_the_record_at_the_committed_offset(lab, tmp_path):
    config = tmp_path / "streamgauge.yaml"
    config.write_text(lab.config())
    before = time.time()
    once = subprocess.run([BUILD / "release/streamgauge", f"--config.file={config}", "--once"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    after = time.time()
    page = Page(once.stdout)

    wanted = {}
    for labels, lag in page.values("kafka_consumergroup_lag"):
        if labels["topic"] not in LOAD:
            continue  # of another test: its records may be deleted already
        if lag > 0:
            same = {k: labels[k] for k in ("consumergroup", "topic", "partition")}
            offset = int(page.value("kafka_consumergroup_current_offset", **same))
            wanted[tuple(same.values())] = (labels["topic"], int(labels["partition"]), offset)
        else:
            assert page.value("kafka_consumergroup_lag_seconds", **{
                k: labels[k] for k in ("consumergroup", "topic", "partition")}) == 0
    assert len(wanted) >= 3
    records = ages_begin(lab.bootstrap, set(wanted.values()))
    for (group, topic, partition), place in wanted.items():
        age = page.value("kafka_consumergroup_lag_seconds",
                         consumergroup=group, topic=topic, partition=partition)
        assert age is not None, (group, place)
        assert before - records[place] - 1 <= age <= after - records[place] + 1, (group, place)
    for labels, largest in page.values("kafka_consumergroup_lag_seconds_max"):
        if not labels.get("consumergroup"):
            continue
        same = {k: labels[k] for k in ("consumergroup", "topic")}
        ages = [value for _, value in page.values("kafka_consumergroup_lag_seconds", **same)]
        assert largest == max(ages)


# ---- Random histories

SEEDS = range(*map(int, os.environ.get("STREAMGAUGE_LAG_SEEDS", "0-4").split("-")))
PARTITIONS = (0, 1)
QUIET_POINTS = 2
STEPS = 12


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("histories")) as node:
        yield node


class History:
    """Steps that a seed chooses, on one topic: records, transactions, commits, resets, deleted records, members."""

    def __init__(self, node, seed):
        self.random = random.Random(seed)
        self.kafka = Kafka(node.bootstrap)
        self.topic = f"history-{seed}"
        self.groups = [f"{self.topic}-{name}" for name in "abc"]  # without members
        self.with_member = f"{self.topic}-member"
        self.open, self.member = [], None
        self.kafka.create(self.topic, replicas=[[1] for _ in PARTITIONS])

    def ends(self, spec):
        """partition → its first or its next offset"""
        asked = self.kafka.admin.list_offsets({TopicPartition(self.topic, p): spec for p in PARTITIONS})
        return {place.partition: done.result(20).offset for place, done in asked.items()}

    def step(self):
        partition = self.random.choice(PARTITIONS)
        self.random.choices([self.produce, self.transaction, self.commit, self.reset, self.delete_records,
                             self.delete_group, self.join_or_leave, self.member_commits],
                            [4, 2, 4, 2, 2, 1, 2, 3])[0](partition)

    def produce(self, partition):
        self.kafka.produce(self.topic, [time.time()] * self.random.randrange(1, 9), partition)

    def transaction(self, partition):
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap, "transaction.timeout.ms": 600000,
                             "transactional.id": f"{self.topic}-{self.random.random()}"})
        producer.init_transactions(30)
        producer.begin_transaction()
        self.kafka.produce(self.topic, [time.time()] * self.random.randrange(1, 5), partition, producer=producer)
        end = self.random.choice((producer.commit_transaction, producer.abort_transaction, None))
        if end:
            end(30)
        else:
            self.open.append(producer)

    def any_offset(self, partition):
        """Sometimes before what is left of the log, sometimes past its end."""
        return self.random.randrange(self.ends(OffsetSpec.latest())[partition] + 4)

    def commit(self, partition):
        self.kafka.commit(self.random.choice(self.groups), self.topic, {partition: self.any_offset(partition)})

    def reset(self, _partition):
        spec = self.random.choice((OffsetSpec.earliest(), OffsetSpec.latest()))
        self.kafka.commit(self.random.choice(self.groups), self.topic, self.ends(spec))

    def delete_records(self, partition):
        end = self.ends(OffsetSpec.latest())[partition]
        self.kafka.delete_records(self.topic, self.random.randrange(end + 1), partition)

    def delete_group(self, _partition):
        (done,) = self.kafka.admin.delete_consumer_groups([self.random.choice(self.groups)]).values()
        done.exception(20)  # there may be none

    def join_or_leave(self, _partition):
        if self.member:
            self.member.close()
            self.member = None
            return
        self.member = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": self.with_member,
                                "enable.auto.commit": False, "auto.offset.reset": "earliest"})
        self.member.subscribe([self.topic])
        wait_for("an assignment", lambda: self.member.poll(0.2) or self.member.assignment(), 30)

    def member_commits(self, partition):
        if self.member:
            self.member.commit(offsets=[TopicPartition(self.topic, partition, self.any_offset(partition))],
                               asynchronous=False)

    def expected(self):
        """(group, partition) → (committed offset, lag) as the tool says it, but for what docs/lag.md defines."""
        said = run_tool("kafka.admin.ConsumerGroupCommand", "--bootstrap-server", self.kafka.bootstrap,
                        "--describe", "--all-groups")
        start = self.ends(OffsetSpec.earliest())
        found = {}
        for row in map(str.split, said.splitlines()):
            if len(row) < 6 or row[1] != self.topic or row[3] == "-":
                continue
            partition, offset, end, lag = map(int, row[2:6])
            assert lag == end - offset
            if offset > end:
                lag = None
            elif offset < start[partition]:
                lag = end - start[partition]
            found[row[0], partition] = offset, lag
        return found

    def stop(self):
        if self.member:
            self.member.close()


def lag_of(node, topic):
    once = subprocess.run([BUILD / "gcc-asan/streamgauge", "--once", f"--kafka.server={node.bootstrap}"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert once.returncode == 0, once.stderr
    page = Page(once.stdout)

    def one(name, labels):
        return page.value(name, **{k: labels[k] for k in ("consumergroup", "topic", "partition")})

    return {(labels["consumergroup"], int(labels["partition"])): (offset, one("kafka_consumergroup_lag", labels))
            for labels, offset in page.values("kafka_consumergroup_current_offset", topic=topic)}


@pytest.mark.parametrize("seed", SEEDS)
def test_lag_of_a_random_history_is_that_of_kafkas_own_tool(node, seed):
    history = History(node, seed)
    try:
        for _ in range(QUIET_POINTS):
            for _ in range(STEPS):
                history.step()
            expected = history.expected()
            assert lag_of(node, history.topic) == expected
            assert len(expected) >= 2
    finally:
        history.stop()
