# SPDX-License-Identifier: Apache-2.0
"""Every status of docs/lag.md, shown by a real group."""
import time

import pytest

from kafka import Kafka, Member
from streamgauge import wait_for

TOPIC = "status-e2e"


@pytest.fixture(scope="module")
def kafka(lab):
    kafka = Kafka(lab.bootstrap)
    kafka.create(TOPIC)
    now = time.time()
    kafka.produce(TOPIC, [now - 500 + i for i in range(20)])
    return kafka


@pytest.fixture
def process(lab, start):
    return start(
        f"collect: {{ interval: 1s, timeout: 1s }}\nclusters:\n  - name: streaming\n"
        f"    bootstrap_servers: {lab.bootstrap}\n    topics: {{ include: '^{TOPIC}' }}\n"
        "    groups: { include: '^status-', status: { stalled: 6s, rewound: 4s, lagging: 60s } }\n",
        build="release")


def status(process, group):
    found = [labels["status"] for labels, value in
             process.page().values("kafka_consumergroup_status", consumergroup=group) if value]
    return found[0] if len(found) == 1 else found or None


def wait_for_status(process, group, wanted, seconds=15):
    wait_for(f"{group} is {wanted}", lambda: status(process, group) == wanted, seconds)


def test_stopped_ok_and_rewound(kafka, process):
    kafka.commit("status-alone", TOPIC, {0: 10})
    wait_for_status(process, "status-alone", "stopped")  # after some time without a commit
    kafka.commit("status-alone", TOPIC, {0: 20})
    wait_for_status(process, "status-alone", "ok")
    kafka.commit("status-alone", TOPIC, {0: 3})
    wait_for_status(process, "status-alone", "rewound")
    wait_for_status(process, "status-alone", "stopped")  # the window is over; no member reads


def test_lagging_then_stalled(kafka, process):
    member = Member(kafka, "status-member", TOPIC)
    try:
        member.consumer.commit(offsets=[place_of(2)], asynchronous=False)
        wait_for_status(process, "status-member", "lagging")
        wait_for_status(process, "status-member", "stalled")
        member.consumer.commit(offsets=[place_of(20)], asynchronous=False)
        wait_for_status(process, "status-member", "ok")
        assert process.page().value("kafka_consumergroup_members", consumergroup="status-member") == 1
    finally:
        member.stop()


def test_group_that_commits_without_members_is_not_stopped(kafka, process):
    """As Flink and other programs do that assign partitions to themselves."""
    seen = set()
    for offset in range(1, 15):
        kafka.commit("status-flink", TOPIC, {0: offset})
        time.sleep(1)
        seen.add(str(status(process, "status-flink")))
    assert process.page().value("kafka_consumergroup_members", consumergroup="status-flink") == 0
    assert seen - {"None"} <= {"ok", "lagging"}, seen


def place_of(offset):
    from confluent_kafka import TopicPartition

    return TopicPartition(TOPIC, 0, offset)


def test_losing_data_and_what_was_lost(kafka, process):
    topic = TOPIC + "-lost"
    kafka.create(topic)
    kafka.produce(topic, [time.time()] * 10)
    kafka.commit("status-lost", topic, {0: 4})
    wait_for_status(process, "status-lost", "stopped")
    page = process.page()
    assert page.value("kafka_consumergroup_unread_lost_total", consumergroup="status-lost") == 0
    assert page.value("kafka_consumergroup_retention_margin_ratio", consumergroup="status-lost") == 0.4
    kafka.delete_records(topic, 7)
    wait_for_status(process, "status-lost", "losing_data")
    page = process.page()
    assert page.value("kafka_consumergroup_unread_lost_total", consumergroup="status-lost") == 3
    assert page.value("kafka_consumergroup_retention_margin_ratio", consumergroup="status-lost") == 0
