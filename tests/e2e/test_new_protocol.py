# SPDX-License-Identifier: Apache-2.0
"""Groups of the new types on a real broker, with the librdkafka of Debian 12 and with a newer one: correct, or
absent, and never wrong. Consumer groups of KIP-848, which the first does not support; streams groups (KIP-1071) and
share groups (KIP-932), which neither supports."""
import contextlib
import re
import subprocess
import threading

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from broker import CLUSTER_ID, broker
from conftest import BUILD, REPO
from kafka import Kafka
from streamgauge import Page, wait_for

# build → does its librdkafka describe groups of the new protocol?
BUILDS = {"gcc-asan": False, "release": True}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    types = ("--feature", "share.version=1", "--feature", "streams.version=1")
    with broker(tmp_path_factory.mktemp("new-protocol"), format_options=types,
                settings="unstable.feature.versions.enable=true\nunstable.api.versions.enable=true\n") as node:
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


@contextlib.contextmanager
def java_member(node, program, *arguments):
    """A member of a group, as the program in java/kafka makes it."""
    member = subprocess.Popen(
        ["java", "-cp", node.jars, REPO / "tests/e2e/java/kafka" / program, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert member.stdout.readline() == "member\n"
        yield member
    finally:
        member.stdin.close()
        member.wait(timeout=30)


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


class Members:
    """Members of one group, polled in turns by a thread."""

    def __init__(self, node, group, protocol):
        self.common = {"bootstrap.servers": node.bootstrap, "group.id": group, "group.protocol": protocol,
                       "enable.auto.commit": False}
        self.consumers = {}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.poll)
        self.thread.start()

    def poll(self):
        while not self.stopping.wait(0.02):
            for consumer in list(self.consumers.values()):
                consumer.poll(0.02)

    def join(self, name):
        consumer = Consumer(self.common | {"client.id": name})
        consumer.subscribe(["t"])
        self.consumers[name] = consumer

    def stop(self):
        self.stopping.set()
        self.thread.join()
        for consumer in self.consumers.values():
            consumer.close()


def info(page, group):
    """The labels of its info series, without those of the cluster and the group."""
    return [{name: value for name, value in labels.items() if name not in ("kafka_cluster", "consumergroup")}
            for labels, _ in page.values("kafka_consumergroup_info", consumergroup=group)]


def doctor_says(build, *flags):
    done = subprocess.run([BUILD / build / "streamgauge", "--doctor", *flags],
                          capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    return done.stdout


def doctor(node, build):
    return doctor_says(build, f"--kafka.server={node.bootstrap}")


@pytest.mark.parametrize("build", BUILDS)
def test_streams_group_has_offsets_and_lag(node, build):
    """No librdkafka lists it: it is found by rd_kafka_list_groups(), and known by what it has committed."""
    group = f"app-{build}"
    with java_member(node, "StreamsGroup.java", *node.bootstrap.split(":"), "t", group, "2"):
        shown = page(node, build)
        assert info(shown, group) == [{"type": "streams"}]
        for partition in ("0", "1"):
            assert shown.value("kafka_consumergroup_current_offset", consumergroup=group, partition=partition) == 2
            assert shown.value("kafka_consumergroup_lag", consumergroup=group, partition=partition) == 3
            assert shown.value("kafka_consumergroup_lag_seconds", consumergroup=group, partition=partition) > 0
        assert shown.value("kafka_consumergroup_status", consumergroup=group, status="ok") == 1
        assert shown.value("kafka_consumergroup_members", consumergroup=group) is None
        assert not state(shown, group)
        assert re.search(r"streams group +\d+, for example app-.*no librdkafka can describe", doctor(node, build))


@pytest.mark.parametrize("build", BUILDS)
def test_share_group_is_shown_by_name_and_type(node, build):
    """It has no committed offsets, and its lag cannot be told."""
    group = f"shared-{build}"
    with java_member(node, "ShareGroup.java", node.bootstrap, "t", group):
        shown = page(node, build)
        assert info(shown, group) == [{"type": "share"}]
        names = {sample.name for sample in shown.samples if sample.labels.get("consumergroup") == group}
        assert names == {"kafka_consumergroup_info"}
        assert shown.value("streamgauge_collector_success", collector="admin") == 1
        assert re.search(r"share group +\d+, for example shared-.*no lag", doctor(node, build))


@pytest.mark.parametrize("build", BUILDS)
def test_info_has_type_assignor_and_coordinator(node, build):
    new, classic = f"info-new-{build}", f"info-classic-{build}"
    members = [consumer(node, new, "consumer"), consumer(node, classic, "classic")]
    shown = page(node, build)
    assert info(shown, classic) == [{"type": "classic", "protocol": "range", "coordinator": "1"}]
    (found,) = info(shown, new)
    assert found == {"type": "consumer", "coordinator": "1"} | ({"protocol": "uniform"} if BUILDS[build] else {})
    for member in members:
        member.close()


@pytest.mark.parametrize(("build", "protocol"), [
    ("gcc-asan", "classic"), ("release", "classic"), ("release", "consumer")])
def test_members_come_and_go_and_own_partitions(node, start, build, protocol):
    group = f"members-{build}-{protocol}"
    process = start(
        f"collect: {{ interval: 1s, timeout: 1s }}\ncompat: [kminion]\nclusters:\n  - name: c\n"
        f"    bootstrap_servers: {node.bootstrap}\n    groups: {{ include: '^{group}$', owners: 10 }}\n",
        build=build)

    def owners(page):
        return {(labels["partition"], labels["client_id"])
                for labels, _ in page.values("kafka_consumergroup_partition_owner_info", consumergroup=group)}

    def value(name, **labels):
        return process.page().value(f"kafka_consumergroup_{name}", consumergroup=group, **labels)

    members = Members(node, group, protocol)
    try:
        members.join("a")
        wait_for("one owner", lambda: owners(process.page()) == {("0", "a"), ("1", "a")}, 30)
        wait_for("no change", lambda: value("members_without_partitions") == 0, 5)
        before = value("member_changes_total"), value("rebalances_total")
        members.join("b")
        members.join("c")
        wait_for("a member without partitions", lambda: value("members_without_partitions") == 1, 30)
        page = process.page()
        assert len({client for _, client in owners(page)}) == 2
        assert page.value("kafka_consumergroup_topic_members", consumergroup=group, topic="t") == 2
        assert page.value("kafka_consumergroup_topic_assigned_partitions", consumergroup=group, topic="t") == 2
        of_kminion = {"kafka_cluster": "c", "group_id": group}
        assert page.value("kminion_kafka_consumer_group_empty_members", **of_kminion) == 1
        assert page.value("kminion_kafka_consumer_group_topic_members", topic_name="t", **of_kminion) == 2
        assert page.value("kminion_kafka_consumer_group_topic_assigned_partitions", topic_name="t", **of_kminion) == 2
        protocol_name = {"classic": "range", "consumer": "uniform"}[protocol]
        assert page.values("kminion_kafka_consumer_group_info") == [(of_kminion | {
            "protocol": protocol_name, "protocol_type": "consumer", "state": "Stable", "coordinator_id": "1"}, 1)]
        (labels, _), *_ = page.values("kafka_consumergroup_partition_owner_info", consumergroup=group)
        assert labels["host"] == "/127.0.0.1" and labels["member"]
        assert value("member_changes_total") == before[0] + 2
        assert value("rebalances_total") > before[1]
    finally:
        members.stop()
    wait_for("they have left", lambda: value("members") == 0, 20)
    wait_for("they are counted", lambda: value("member_changes_total") == before[0] + 5, 5)


def test_kminions_info_of_cluster_brokers_and_topics(node, start):
    """With KRaft brokers name any of them as the controller, so that none is shown."""
    process = start("collect: { interval: 1s, timeout: 1s }\ncompat: [kminion]\nclusters:\n  - name: c\n"
                    f"    bootstrap_servers: {node.bootstrap}\n    topics: {{ include: '^t$' }}\n")
    of_kminion = {"kafka_cluster": "c"}
    wait_for("cleanup.policy", lambda: process.page().values("kminion_kafka_topic_info", cleanup_policy="delete"), 20)
    page = process.page()
    host, port = node.bootstrap.split(":")
    assert page.values("kminion_kafka_cluster_info") == [(
        of_kminion | {"broker_count": "1", "cluster_id": CLUSTER_ID}, 1)]
    assert page.values("kminion_kafka_broker_info") == [(
        of_kminion | {"broker_id": "1", "address": host, "port": port}, 1)]
    assert page.values("kminion_kafka_topic_info") == [(of_kminion | {
        "topic_name": "t", "partition_count": "2", "replication_factor": "1", "cleanup_policy": "delete"}, 1)]
    assert page.values("kminion_kafka_topic_high_water_mark_sum") == [(of_kminion | {"topic_name": "t"}, 10)]
    assert page.values("kminion_kafka_topic_low_water_mark_sum") == [(of_kminion | {"topic_name": "t"}, 0)]


def test_kafka_lag_exporters_labels_of_members(node, start):
    process = start("collect: { interval: 1s, timeout: 1s }\ncompat: [kafka-lag-exporter-members]\n"
                    f"clusters:\n  - name: c\n    bootstrap_servers: {node.bootstrap}\n"
                    "    groups: { include: '^labels$', owners: 10 }\n")
    member = consumer(node, "labels", "classic")

    def shown(name):
        return {labels["partition"]: (labels, value) for labels, value in process.page().values(name, group="labels")}

    wait_for("the member", lambda: all("consumer_id" in shown("kafka_consumergroup_group_lag").get(partition, [{}])[0]
                                       for partition in ("0", "1")), 20)
    labels, value = shown("kafka_consumergroup_group_lag")["0"]
    assert value == 3 and labels["member_host"] == "/127.0.0.1" and labels["cluster_name"] == "c"
    assert shown("kafka_consumergroup_group_offset")["0"] == (labels, 2)
    assert shown("kafka_consumergroup_group_lag_seconds")["0"][0] == labels
    member.close()
    wait_for("nobody", lambda: shown("kafka_consumergroup_group_lag")["0"] == (
        {"cluster_name": "c", "group": "labels", "topic": "t", "partition": "0"}, 3), 20)


def test_status_of_a_partition_is_burrows_number_too(node, start):
    consumer(node, "status", "classic").close()
    process = start(
        "collect: { interval: 1s, timeout: 1s }\ncompat: [burrow]\nclusters:\n  - name: c\n"
        f"    bootstrap_servers: {node.bootstrap}\n"
        "    groups: { include: '^status$', partition_status: true, status: { lagging: 1s } }\n")
    places = [{"topic": "t", "partition": partition} for partition in ("0", "1")]

    def statuses(name):
        return [(labels, value) for labels, value in process.page().values(name)]

    wait_for("lagging in both partitions", lambda: statuses("kafka_consumergroup_partition_status") == [
        ({"kafka_cluster": "c", "consumergroup": "status", "status": "lagging"} | place, 1)
        for place in places], 10)
    assert statuses("kafka_burrow_partition_status") == [
        ({"cluster": "c", "group": "status"} | place, 3) for place in places]
    kafka = Kafka(node.bootstrap)
    kafka.commit("status", "t", {0: 5, 1: 5})
    wait_for("ok in both", lambda: statuses("kafka_burrow_partition_status") == [
        ({"cluster": "c", "group": "status"} | place, 2) for place in places], 10)
    assert len(statuses("kafka_consumergroup_partition_status")) == 2
