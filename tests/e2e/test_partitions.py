# SPDX-License-Identifier: Apache-2.0
"""Partitions without a leader or with missing replicas, see docs/partitions.md, with a broker killed."""
import json

import pytest
from confluent_kafka import Producer

from kafka import Kafka, run_tool
from streamgauge import wait_for

INTERVAL_S = 2
KILLED = "3"
# topic → the brokers of its one partition, and its configuration
TOPICS = {
    "parts-alone": ([3], {"min_insync_replicas": 1}),
    "parts-first": ([3, 1, 2], {"min_insync_replicas": 1}),
    "parts-at": ([1, 2, 3], {"min_insync_replicas": 2}),
    "parts-under": ([1, 3], {"min_insync_replicas": 2}),
    "parts-whole": ([1, 2], {"min_insync_replicas": 2}),
}


@pytest.fixture(scope="module")
def kafka(lab):
    kafka = Kafka(lab.bootstrap)
    for topic, (replicas, config) in TOPICS.items():
        kafka.create(topic, replicas=[replicas], **config)
    yield kafka
    for topic in TOPICS:
        kafka.delete(topic)


def config(lab, topics="^parts-"):
    return lab.config(f"{INTERVAL_S}s", f"{INTERVAL_S}s").replace(
        "    jolokia:", f"    topics: {{ include: '{topics}' }}\n    jolokia:")


def shown(page, name):
    """topic → value, of partition 0"""
    return {labels["topic"]: value
            for labels, value in page.values(f"kafka_topic_partition_{name}", partition="0")}


def info(page):
    """topic → leader, replicas, ISR and who is missing"""
    return {labels["topic"]: tuple(labels.get(name, "") for name in ("leader", "replicas", "isr", "missing"))
            for labels, value in page.values("kafka_topic_partition_info") if value == 1}


def every(value, **but):
    return dict.fromkeys(TOPICS, value) | {f"parts-{topic}": value for topic, value in but.items()}


def is_well(process):
    page = process.page()
    return (len(shown(page, "leader")) == len(TOPICS) and not info(page)
            and shown(page, "leader_is_preferred") == every(1)
            and len(shown(page, "under_min_isr")) == len(TOPICS)
            and page.brokers_up() == {"1": 1, "2": 1, "3": 1})


def test_killed_broker_shows_in_each_partition_that_it_held(lab, kafka, start):
    process = start(config(lab))
    wait_for("all is well", lambda: is_well(process), 60)
    page = process.page()
    assert shown(page, "leader") == {topic: replicas[0] for topic, (replicas, _) in TOPICS.items()}
    for name in ("leaderless", "under_replicated_partition", "under_min_isr", "at_min_isr"):
        assert shown(page, name) == every(0), name
    assert shown(page, "reassigning") == {}
    for topic, (replicas, settings) in TOPICS.items():
        assert page.value("kafka_topic_replication_factor", topic=topic) == len(replicas)
        assert page.value("kafka_topic_min_insync_replicas", topic=topic) == settings["min_insync_replicas"]
        assert shown(page, "replicas")[topic] == shown(page, "in_sync_replica")[topic] == len(replicas)

    lab.fault("kill-broker", KILLED)
    try:
        wait_for("who is missing", lambda: info(process.page()) == {
            # The last in-sync replica stays in the list when its broker is down: only it has all records.
            "parts-alone": ("-1", "3", "3", ""),
            "parts-first": ("1", "3,1,2", "1,2", "3"),
            "parts-at": ("1", "1,2,3", "1,2", "3"),
            "parts-under": ("1", "1,3", "1", "3"),
        }, 40)
        page = process.page()
        assert shown(page, "leaderless") == every(0, alone=1)
        assert shown(page, "leader") == {
            "parts-first": 1, "parts-at": 1, "parts-under": 1, "parts-whole": 1}
        assert shown(page, "leader_is_preferred") == every(1, alone=0, first=0)
        assert shown(page, "under_replicated_partition") == every(1, alone=0, whole=0)
        assert shown(page, "at_min_isr") == every(0, at=1)
        assert shown(page, "under_min_isr") == every(0, under=1)
        # A broker that is down is not a reassignment.
        assert shown(page, "reassigning") == {"parts-first": 0, "parts-at": 0, "parts-under": 0}
        # The log end of a partition without a leader is unknown.
        assert "parts-alone" not in shown(page, "current_offset")
        assert page.value("streamgauge_broker_up", broker=KILLED) == 0

        # One that starts now has never seen the broker: only the replica lists name it.
        other = start(config(lab).replace(f',{lab.bootstrap.split(",")[2]}', ""), build="release")
        wait_for("a first collection", lambda: info(other.page()), 20)
        page = other.page()
        assert page.value("streamgauge_broker_up", broker=KILLED) == 0
        assert page.value("kafka_brokers") == 2
        assert info(page)["parts-at"] == ("1", "1,2,3", "1,2", "3")
        # Out of sync from the start, it may be a reassignment.
        assert shown(page, "reassigning") == {}
    finally:
        lab.fault("start-broker", KILLED)
    wait_for("all is well again", lambda: not info(page := process.page())
             and shown(page, "leaderless") == every(0), 60)


def test_reassignment_is_distinguished_from_a_broker_that_is_down(lab, kafka, start, tmp_path):
    topic = "moved-slowly"
    kafka.create(topic, replicas=[[1]], min_insync_replicas=1)
    producer = Producer({"bootstrap.servers": lab.bootstrap, "linger.ms": 0, "batch.num.messages": 50})
    for _ in range(4000):
        producer.produce(topic, b"x" * 1000, partition=0)
        producer.poll(0)
    assert producer.flush(30) == 0
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": topic, "partition": 0, "replicas": [2, 3]}]}))

    def reassign(*arguments):
        run_tool("kafka.admin.ReassignPartitionsCommand", "--bootstrap-server", lab.bootstrap,
                 "--reassignment-json-file", str(plan), *arguments)

    def jmx(page):
        return sum(value for _, value in
                   page.values("kafka_server_replicamanager_reassigningpartitions"))

    process = start(config(lab, f"^{topic}$"))
    wait_for("the topic", lambda: shown(process.page(), "leader") == {topic: 1}, 30)
    wait_for("JMX", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)
    try:
        reassign("--execute", "--throttle", "50000")  # bytes a second: it takes more than a minute
        wait_for("the reassignment", lambda: shown(process.page(), "reassigning") == {topic: 1}, 15)
        page = process.page()
        assert info(page)[topic] == ("1", "2,3,1", "1", "2,3")
        assert shown(page, "replicas") == {topic: 3}
        wait_for("the same from JMX", lambda: jmx(process.page()) == 1, 15)
    finally:
        reassign("--execute", "--additional", "--throttle", "1000000000")
    wait_for("its end", lambda: not info(process.page())
             and shown(process.page(), "in_sync_replica") == {topic: 2}, 60)
    assert shown(process.page(), "reassigning") == {}
    assert shown(process.page(), "replicas") == {topic: 2}
    assert shown(process.page(), "leader")[topic] in (2, 3)
    reassign("--verify")  # removes the throttles
    kafka.delete(topic)
