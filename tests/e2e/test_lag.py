# SPDX-License-Identifier: Apache-2.0
"""Lag in seconds, against the records themselves."""
import subprocess
import time

from confluent_kafka import Consumer, TopicPartition

from conftest import BUILD
from streamgauge import Page

LOAD = ("mytopic", "telemetry", "logs", "audit")  # the lab's topics; none of their records is deleted


def timestamps(bootstrap, offsets):
    """(topic, partition, offset) → timestamp in seconds of the record there, by reading it."""
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "nobody", "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    })
    found = {}
    for topic, partition, offset in offsets:
        consumer.assign([TopicPartition(topic, partition, offset)])
        message = consumer.poll(10)
        assert message is not None and message.error() is None, (topic, partition, offset)
        assert message.offset() == offset
        found[topic, partition, offset] = message.timestamp()[1] / 1000
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
    records = timestamps(lab.bootstrap, set(wanted.values()))
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
