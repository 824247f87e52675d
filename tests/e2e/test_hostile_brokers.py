# SPDX-License-Identifier: Apache-2.0
"""Brokers whose answers cannot be trusted affect their own cluster's series, not the program: with the
librdkafka of deploy/librdkafka. The system's does not survive this, see deploy/librdkafka/README.md."""
import os
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from broker import broker
from damage import Damage, Impostor
from streamgauge import wait_for

# Longer by hand: STREAMGAUGE_DAMAGE_SECONDS=3600.
SECONDS = int(os.environ.get("STREAMGAUGE_DAMAGE_SECONDS", "12"))
TOPICS = [f"t{i}" for i in range(12)]
CLUSTERS = [f"damaged-{i}" for i in range(4)]


@pytest.fixture(scope="module")
def damage():
    damage = Damage(seed=1)
    yield damage
    damage.stop()


@pytest.fixture(scope="module")
def node(damage, tmp_path_factory):
    """Its clients on PLAINTEXT are sent through the damage; those on CLEAN are not."""
    with broker(tmp_path_factory.mktemp("hostile"), {"CLEAN": "PLAINTEXT"}, advertised_port=damage.port) as node:
        damage.broker_port = node.ports["PLAINTEXT"]
        clean = {"bootstrap.servers": node.address("CLEAN")}
        for future in node.admin.create_topics([NewTopic(name, 4, 1) for name in TOPICS]).values():
            future.result(20)
        producer = Producer(clean)
        for name in TOPICS:
            for i in range(40):
                producer.produce(name, b"x", partition=i % 4)
        producer.flush(20)
        for group in range(8):
            consumer = Consumer(clean | {"group.id": f"g{group}", "enable.auto.commit": False})
            consumer.commit(offsets=[TopicPartition(name, i, 3) for name in TOPICS for i in range(4)],
                            asynchronous=False)
            consumer.close()
        yield node


def config(clean, others):
    clusters = {"clean": clean} | others
    return "collect: { interval: 2s, timeout: 2s }\nclusters:\n" + "".join(
        f'  - {{ name: {name}, bootstrap_servers: "{servers}" }}\n' for name, servers in clusters.items())


def success(process):
    return {labels["kafka_cluster"]: value for labels, value in process.page().values(
        "streamgauge_collector_success", collector="admin")}


def lag_of_clean(process):
    return process.page().value("kafka_consumergroup_lag_sum", kafka_cluster="clean", consumergroup="g0",
                                topic="t0")


def works(process, cluster):
    """Its latest collection was complete."""
    return success(process).get(cluster) == 1


def watch(process, seconds):
    """The program runs and answers, and shows the cluster that is not affected."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.process.poll() is None, process.log()[-4000:]
        success(process)
        time.sleep(0.5)
    wait_for("the clean cluster", lambda: works(process, "clean") and lag_of_clean(process) == 28, 20)


def test_damaged_answers_cost_only_their_own_cluster(start, damage, node):
    process = start(config(node.address("CLEAN"), dict.fromkeys(CLUSTERS, damage.bootstrap)), build="release")
    wait_for("every cluster", lambda: set(success(process).values()) == {1.0}, 30)
    damage.rate = 0.25
    watch(process, SECONDS)
    assert damage.n > 2 * SECONDS
    damage.rate = 0
    wait_for("every cluster again", lambda: set(success(process).values()) == {1.0}, 90 if SECONDS <= 60 else 300)


def test_what_is_no_broker_costs_only_its_own_cluster(start, node):
    impostors = {f"impostor-{first}": Impostor(first) for first in range(0, 13, 2)}
    others = {name: impostor.bootstrap for name, impostor in impostors.items()}
    process = start(config(node.address("CLEAN"), others), build="release")
    wait_for("the clean cluster", lambda: lag_of_clean(process) == 28, 30)
    watch(process, SECONDS)
    for first, impostor in enumerate(impostors.values()):
        assert impostor.n > 2 * first, "it received no request"
        impostor.stop()
    assert {value for cluster, value in success(process).items() if cluster != "clean"} == {0.0}
