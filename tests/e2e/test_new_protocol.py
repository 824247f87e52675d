# SPDX-License-Identifier: Apache-2.0
"""Groups of the new consumer protocol (KIP-848) on a real broker, with the librdkafka of Debian 12, which
does not support them, and with a newer one: correct, or absent, and never wrong."""
import subprocess

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from broker import broker
from conftest import BUILD, REPO
from streamgauge import Page, wait_for

# build → does its librdkafka describe groups of the new protocol?
BUILDS = {"gcc-asan": False, "release": True}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    share_groups = ("--feature", "share.version=1")
    with broker(tmp_path_factory.mktemp("new-protocol"), format_options=share_groups) as node:
        for future in node.admin.create_topics([NewTopic("t", 2, 1)]).values():
            future.result(20)
        producer = Producer({"bootstrap.servers": node.bootstrap})
        for i in range(10):
            producer.produce("t", str(i), partition=i % 2)
        producer.flush(20)
        yield node


def consumer(node, group, protocol):
    """A member with both partitions, which has committed offset 2 of each."""
    member = Consumer({"bootstrap.servers": node.bootstrap, "group.id": group, "group.protocol": protocol,
                       "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    member.subscribe(["t"])
    wait_for("an assignment", lambda: member.poll(0.2) and len(member.assignment()) == 2, 30)
    member.commit(offsets=[TopicPartition("t", i, 2) for i in (0, 1)], asynchronous=False)
    return member


def page(node, build):
    once = subprocess.run(
        [BUILD / build / "streamgauge", "--once", f"--kafka.server={node.bootstrap}"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert once.returncode == 0, once.stderr
    return Page(once.stdout)


def state(page, group):
    return [labels["state"] for labels, value in page.values(
        "kafka_consumergroup_state", consumergroup=group) if value == 1]


@pytest.mark.parametrize("build", BUILDS)
def test_group_of_the_new_protocol_is_right_or_absent(node, build):
    knows = BUILDS[build]
    group = f"new-{build}"
    member = consumer(node, group, "consumer")
    shown = page(node, build)
    for partition in ("0", "1"):
        assert shown.value("kafka_consumergroup_lag", consumergroup=group, partition=partition) == 3
    assert shown.value("kafka_consumergroup_members", consumergroup=group) == (1 if knows else None)
    assert state(shown, group) == ["Stable"]
    member.close()
    shown = page(node, build)
    assert shown.value("kafka_consumergroup_lag_sum", consumergroup=group) == 6
    assert shown.value("kafka_consumergroup_members", consumergroup=group) == 0
    assert state(shown, group) == ["Empty"]


@pytest.mark.parametrize("build", BUILDS)
def test_classic_group_beside_it_is_complete(node, build):
    group = f"classic-{build}"
    member = consumer(node, group, "classic")
    shown = page(node, build)
    assert shown.value("kafka_consumergroup_lag_sum", consumergroup=group) == 6
    assert shown.value("kafka_consumergroup_members", consumergroup=group) == 1
    assert state(shown, group) == ["Stable"]
    member.close()


def test_share_group_is_not_taken_for_a_consumer_group(node):
    """librdkafka does not know share groups (KIP-932): they have no series, and affect nothing else."""
    member = subprocess.Popen(
        ["java", "-cp", node.jars, REPO / "tests/e2e/java/kafka/ShareGroup.java", node.bootstrap, "t", "shared"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert member.stdout.readline() == "member\n"
        for build in BUILDS:
            shown = page(node, build)
            assert not [sample for sample in shown.samples if sample.labels.get("consumergroup") == "shared"]
            assert shown.value("streamgauge_collector_success", collector="admin") == 1
    finally:
        member.stdin.close()
        member.wait(timeout=30)
