# SPDX-License-Identifier: Apache-2.0
"""Sizes of logs and log directories, see docs/sizes.md, compared with Kafka's DescribeLogDirs."""
import shutil

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from broker import broker
from kafka import Kafka, log_dirs_raw, move_replica_raw
from streamgauge import free_port, wait_for
from test_parity import JOLOKIA

KILLED = "3"
LIMIT = 1000000
# topic → the brokers of each partition, and how many records it gets in each
TOPICS = {
    "sizes-all": ([[1, 2, 3], [2, 3, 1]], (300, 100)),
    "sizes-pair": ([[1, 2]], (50,)),
    "sizes-three": ([[3]], (20,)),
    "sizes-empty": ([[2]], (0,)),
}


def fill(bootstrap, topic, counts):
    """Records of 1000 bytes that are not compressed, each in a batch of its own."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "batch.num.messages": 1})
    for partition, n in enumerate(counts):
        for _ in range(n):
            producer.produce(topic, b"x" * 1000, partition=partition)
    assert producer.flush(30) == 0


@pytest.fixture(scope="module")
def kafka(lab):
    kafka = Kafka(lab.bootstrap)
    for topic, (replicas, counts) in TOPICS.items():
        kafka.create(topic, replicas=replicas, retention_bytes=LIMIT if topic == "sizes-all" else -1,
                     min_insync_replicas=1)
        fill(lab.bootstrap, topic, counts)
    yield kafka
    for topic in TOPICS:
        kafka.delete(topic)


def config(lab):
    return lab.config("2s", "2s").replace(
        "    jolokia:",
        "    topics: { include: '^sizes-' }\n    log_dirs: true\n    jolokia:\n      size_interval: 2s")


def described(lab):
    """broker → (topic, partition) → size; no replica is being moved"""
    found = {}
    for i, address in enumerate(lab.bootstrap.split(",")):
        host, port = address.split(":")
        directories = log_dirs_raw(host, int(port)).values()
        assert all(error == 0 for error, _ in directories)
        found[str(i + 1)] = {
            (topic, partition): size for _, replicas in directories
            for (topic, partition, is_future), size in replicas.items() if not is_future}
    return found


def shown(page, name):
    """topic → value"""
    return {labels["topic"]: value for labels, value in page.values(f"kafka_topic_{name}")}


def expected(sizes, topics):
    """Of all replicas, and the partitions of the leaders."""
    every = {topic: sum(size for of_broker in sizes.values() for (name, _), size in of_broker.items()
                        if name == topic) for topic in topics}
    leaders = {topic: [sizes[str(replicas[0])][topic, partition]
                       for partition, replicas in enumerate(TOPICS[topic][0])] for topic in topics}
    return every, leaders


def test_sums_are_those_of_describe_log_dirs_and_vanish_with_a_broker(lab, kafka, start):
    process = start(config(lab))
    wait_for("all sums", lambda: shown(process.page(), "log_size_bytes").keys() == TOPICS.keys(), 30)
    before = described(lab)
    wait_for("followers have all", lambda: shown(process.page(), "log_size_bytes")
             == expected(described(lab), TOPICS)[0], 20)
    page = process.page()
    every, leaders = expected(described(lab), TOPICS)
    assert every["sizes-all"] > 3 * 400 * 1000 and every["sizes-empty"] == 0
    assert shown(page, "log_size_leader_bytes") == {topic: sum(sizes) for topic, sizes in leaders.items()}
    assert shown(page, "log_size_skew_ratio") == pytest.approx(
        {topic: max(sizes) * len(sizes) / sum(sizes) for topic, sizes in leaders.items() if sum(sizes)})
    wait_for("retention.bytes", lambda: shown(process.page(), "retention_size_ratio"), 20)
    assert shown(process.page(), "retention_size_ratio") == pytest.approx(
        {"sizes-all": max(leaders["sizes-all"]) / LIMIT})
    # The lab's load goes on, and its oldest segments are deleted.
    after = described(lab)
    for labels, value in process.page().values("kafka_broker_log_size_bytes"):
        low, high = sorted(sum(sizes[labels["broker"]].values()) for sizes in (before, after))
        assert 0.95 * low <= value <= 1.05 * high, (labels, low, value, high)
    assert process.page().targets("jolokia_sizes") == {"1": 1, "2": 1, "3": 1}

    dirs = {labels["broker"]: labels["log_dir"]
            for labels, value in process.page().values("kafka_broker_log_dir_info") if value == 1}
    assert dirs == {str(i): str(lab.directory / f"data/broker-{i}") for i in (1, 2, 3)}
    assert dirs == {labels["broker"]: labels["logDirectory"]
                    for labels, _ in page.values("kafka_log_logmanager_logdirectoryoffline")}

    lab.fault("kill-broker", KILLED)
    try:
        wait_for("its topics have no sum", lambda: shown(process.page(), "log_size_bytes").keys()
                 == {"sizes-pair", "sizes-empty"}, 40)
        assert shown(process.page(), "log_size_bytes") == {
            "sizes-pair": every["sizes-pair"], "sizes-empty": 0}
        wait_for("leaders are known again", lambda: shown(process.page(), "log_size_leader_bytes") == {
            topic: sum(sizes) for topic, sizes in leaders.items() if topic != "sizes-three"}, 20)
        wait_for("the broker has no sum", lambda: {
            labels["broker"] for labels, _ in process.page().values("kafka_broker_log_size_bytes")}
            == {"1", "2"}, 20)
    finally:
        lab.fault("start-broker", KILLED)
    wait_for("all sums again", lambda: shown(process.page(), "log_size_bytes") == every, 60)


def test_without_the_keys_nothing_is_read(lab, kafka, start):
    process = start(lab.config("1s", "1s"))
    wait_for("topics", lambda: shown(process.page(), "partitions"), 20)
    wait_for("brokers", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 20)
    page = process.page()
    assert not shown(page, "log_size_bytes") and not page.values("kafka_broker_log_dir_info")
    assert not page.values("kafka_broker_log_size_bytes") and not page.targets("jolokia_sizes")


# ---- A broker of Kafka 4.4.0 with two log directories ----


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sizes")
    port = free_port()
    agent = f"-javaagent:{JOLOKIA['2.6.0']}=port={port},host=127.0.0.1,discoveryEnabled=false"
    with broker(folder, settings=f"log.dirs={folder}/one, {folder}/two/\n"
                                 "log.flush.offset.checkpoint.interval.ms=1000\n"
                                 "log.cleaner.enable=true\n",
                jvm_options=[agent]) as node:
        node.agent = f"http://127.0.0.1:{port}/jolokia/"
        yield node


def replicas(node):
    """directory → its replicas with their sizes, of directories that work"""
    host, port = node.bootstrap.split(":")
    return {path: sizes for path, (error, sizes) in log_dirs_raw(host, int(port)).items() if error == 0}


def place_of(node, topic):
    """The directory of its one partition; None while it is listed in both, as just after a move."""
    found = [path for path, sizes in replicas(node).items() if (topic, 0, False) in sizes]
    return found[0] if len(found) == 1 else None


def limit_moves(node, bytes_per_s):
    resource = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[ConfigEntry(
        "replica.alter.log.dirs.io.max.bytes.per.second", str(bytes_per_s),
        incremental_operation=AlterConfigOpType.SET)])
    (done,) = node.admin.incremental_alter_configs([resource]).values()
    done.result()


def create_in_both(node):
    """Two topics, one in each directory. Returns their names."""
    kafka = Kafka(node.bootstrap)
    places = {}
    for i in range(10):
        kafka.create(f"dir-{i}", replicas=[[1]])
        fill(node.bootstrap, f"dir-{i}", (100,))
        places.setdefault(place_of(node, f"dir-{i}"), f"dir-{i}")
        if len(places) == 2:
            return [places[f"{node.folder}/{name}"] for name in ("one", "two")]
    raise AssertionError("all topics are in one directory")


def test_replica_that_is_moved_counts_for_the_broker_and_a_failed_directory_hides_its_topics(node, start):
    moved, other = create_in_both(node)
    process = start("collect: { interval: 2s, timeout: 2s }\n"
                    f"clusters:\n  - name: c\n    bootstrap_servers: {node.bootstrap}\n    log_dirs: true\n"
                    f"    jolokia: {{ brokers: {{ 1: '{node.agent}' }}, size_interval: 2s }}\n")
    wait_for("sums", lambda: {moved, other} <= shown(process.page(), "log_size_bytes").keys(), 30)
    wait_for("directories", lambda: process.page().values("kafka_broker_log_dir_info"), 30)
    page = process.page()
    size = shown(page, "log_size_bytes")[moved]
    assert size == replicas(node)[f"{node.folder}/one"][moved, 0, False]
    before = page.value("kafka_broker_log_size_bytes")
    # The metadata's log is on the disk, too, and DescribeLogDirs does not have it.
    assert before > sum(sum(sizes.values()) for sizes in replicas(node).values())
    assert {labels["log_dir"] for labels, _ in page.values("kafka_broker_log_dir_info")} \
        == {labels["logDirectory"] for labels, _ in page.values("kafka_log_logmanager_logdirectoryoffline")} \
        == {f"{node.folder}/one", f"{node.folder}/two"}

    limit_moves(node, 1000)
    host, port = node.bootstrap.split(":")
    assert move_replica_raw(host, int(port), moved, 0, f"{node.folder}/two") == 0
    wait_for("it is being moved", lambda: replicas(node)[f"{node.folder}/two"].get((moved, 0, True), 0) > 1000, 20)
    wait_for("it takes space twice", lambda: process.page().value("kafka_broker_log_size_bytes") > before + 1000, 20)
    assert shown(process.page(), "log_size_bytes")[moved] == size
    limit_moves(node, 10**9)
    wait_for("it has been moved", lambda: place_of(node, moved) == f"{node.folder}/two", 30)
    wait_for("it is there once", lambda: shown(process.page(), "log_size_bytes")[moved] == size
             and process.page().value("kafka_broker_log_size_bytes") < before + size, 30)

    shutil.rmtree(f"{node.folder}/two")
    wait_for("the directory is offline", lambda: process.page().value(
        "kafka_log_logmanager_logdirectoryoffline", logDirectory=f"{node.folder}/two") == 1, 30)
    wait_for("its topics have no sum", lambda: not {moved, other}
             & shown(process.page(), "log_size_bytes").keys(), 20)
    left = {topic for topic, _, _ in replicas(node)[f"{node.folder}/one"]}
    assert {topic for topic in left if topic.startswith("dir-")} <= shown(process.page(), "log_size_bytes").keys()
