# SPDX-License-Identifier: Apache-2.0
"""Topics at a glance, see docs/topics.md: settings, who reads them, when records came last, replicas in one rack."""
import subprocess
import time

import pytest
from confluent_kafka.admin import ConfigResource, NewTopic, ResourceType

from broker import CLUSTER_ID, broker
from kafka import DAY_S, Kafka, Member
from streamgauge import free_port, wait_for

BUILDS = ("gcc-asan", "release")
INTERVAL_S = 2
OWN = {"cleanup.policy": "compact", "retention.ms": str(DAY_S * 1000), "compression.type": "producer"}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("topics"), settings="broker.rack=a\n") as node:
        yield node


def create(node, topic, config=None):
    (done,) = node.admin.create_topics([NewTopic(topic, 1, 1, config=config or {})]).values()
    done.result(20)


def config(node, topics):
    return (f"collect: {{ interval: {INTERVAL_S}s }}\nclusters:\n  - name: z\n"
            f"    bootstrap_servers: {node.bootstrap}\n    topics: {{ {topics} }}\n")


def by_topic(page, name):
    return {labels["topic"]: value for labels, value in page.values(name)}


@pytest.mark.parametrize("build", BUILDS)
def test_settings_and_those_that_differ_from_the_cluster(node, start, build):
    if "settings-own" not in node.admin.list_topics(timeout=10).topics:
        create(node, "settings-own", OWN)
        create(node, "settings-plain")
    process = start(config(node, "include: ^settings-, overrides: 10"), build=build)
    wait_for("settings", lambda: len(process.page().values("kafka_topic_config_info")) == 2, 20)
    page = process.page()
    resources = [ConfigResource(ResourceType.TOPIC, f"settings-{name}") for name in ("own", "plain")]
    for resource, done in node.admin.describe_configs(resources).items():
        told = done.result(20)
        ((labels, value),) = page.values("kafka_topic_config_info", topic=resource.name)
        assert value == 1
        for label in ("cleanup_policy", "min_insync_replicas", "retention_ms", "retention_bytes",
                      "message_timestamp_type", "compression_type", "max_message_bytes"):
            assert labels[label] == told[label.replace("_", ".")].value, label
    # compression.type is set, to what the cluster has
    assert by_topic(page, "kafka_topic_config_overrides") == {"settings-own": 2, "settings-plain": 0}
    overrides = {("settings-own", "cleanup.policy", "compact", "delete"),
                 ("settings-own", "retention.ms", "86400000", "604800000")}  # from settings-plain
    wait_for("the cluster's values", lambda: {
        (labels["topic"], labels["config"], labels["value"], labels.get("default_value"))
        for labels, _ in process.page().values("kafka_topic_config_override_info")} == overrides, 20)
    assert page.value("streamgauge_admin_left_out", what="overrides") == 0


def test_topics_that_nobody_reads_and_groups_without_members(node, start):
    for topic in ("use-read", "use-unread"):
        create(node, topic)
    kafka = Kafka(node.bootstrap)
    kafka.produce("use-read", [time.time()])
    kafka.commit("use-left", "use-read", {0: 0})
    member = Member(kafka, "use-here", "use-read")
    try:
        begun = time.time()
        process = start(config(node, "include: ^use-") + "    groups: { include: ^use- }\n")
        wait_for("groups", lambda: process.page().value("kafka_topic_groups", topic="use-read"), 20)
        page = process.page()
        assert by_topic(page, "kafka_topic_groups") == {"use-read": 1, "use-unread": 0}
        ((labels, since),) = page.values("kafka_consumergroup_empty_since_timestamp_seconds")
        assert labels["consumergroup"] == "use-left"
        assert begun - 1 <= since <= time.time()
    finally:
        member.stop()
    wait_for("the member has left", lambda: (process.page().value(
        "kafka_consumergroup_empty_since_timestamp_seconds", consumergroup="use-here") or 0) > since, 30)
    assert process.page().value(
        "kafka_consumergroup_empty_since_timestamp_seconds", consumergroup="use-left") == since


def test_last_produced_also_of_a_topic_that_is_idle(node, start):
    for topic in ("last-idle", "last-busy", "last-empty"):
        create(node, topic)
    kafka = Kafka(node.bootstrap)
    idle = time.time() - 3 * DAY_S
    kafka.produce("last-idle", [idle - 100, idle, idle - 50])  # out of order
    kafka.produce("last-busy", [idle])
    name = "kafka_topic_last_produced_timestamp_seconds"
    processes = [start(config(node, "include: ^last-, last_produced: true"), build=build) for build in BUILDS]
    for process in processes:
        wait_for("times", lambda one=process: len(one.page().values(name)) == 2, 20)
        found = by_topic(process.page(), name)
        assert abs(found["last-idle"] - idle) < 1.5 and abs(found["last-busy"] - idle) < 1.5
    kafka.produce("last-busy", [idle])  # its timestamp does not matter
    now = time.time()
    for process in processes:
        wait_for("it has moved", lambda one=process: by_topic(one.page(), name)["last-busy"] > now - 5, 20)
        found = by_topic(process.page(), name)
        assert now - 1 <= found["last-busy"] <= now + 2 * INTERVAL_S + 1
        assert abs(found["last-idle"] - idle) < 1.5
        assert "last-empty" not in found


class Second:
    """Broker 2 of the node's cluster, in a rack."""

    def __init__(self, node, folder, rack):
        listener = f"PLAINTEXT://127.0.0.1:{free_port()}"
        lines = [line for line in node.properties.read_text().splitlines() if not line.startswith(
            ("process.roles", "node.id", "listeners=", "log.dirs", "broker.rack", "advertised"))]
        self.properties = folder / "second.properties"
        self.properties.write_text("\n".join(
            [*lines, "process.roles=broker", "node.id=2", f"listeners={listener}",
             f"log.dirs={folder}/second", f"broker.rack={rack}"]) + "\n")
        node.java("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config", self.properties)
        with open(folder / "second.out", "ab") as out:
            self.process = subprocess.Popen(node.command(384, "kafka.Kafka", self.properties),
                                            stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        wait_for("the second broker", lambda: len(node.admin.list_topics(timeout=5).brokers) == 2, 90)

    def stop(self):
        self.process.kill()
        self.process.wait()


def test_partitions_in_one_rack(node, tmp_path, start):
    name = "kafka_topic_partitions_in_one_rack"
    second = Second(node, tmp_path, "a")
    try:
        kafka = Kafka(node.bootstrap)
        kafka.create("rack-one", replicas=[[1, 2], [2, 1]])
        kafka.create("rack-alone", replicas=[[2]])
        new = start(config(node, "include: ^rack-, racks: true"), build="release")
        old = start(config(node, "include: ^rack-, racks: true"), build="gcc-asan")
        wait_for("racks", lambda: by_topic(new.page(), name) == {"rack-one": 2, "rack-alone": 0}, 20)
        wait_for("partitions", lambda: old.page().values("kafka_topic_partitions"), 20)
        assert not old.page().values(name)  # librdkafka 2.0.2
    finally:
        second.stop()
    wait_for("one broker", lambda: new.page().value("kafka_brokers") == 1, 60)
    assert by_topic(new.page(), name) == {"rack-one": 2, "rack-alone": 0}  # its rack is remembered
