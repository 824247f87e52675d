#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab's load: producers with acks=all and five consumer groups, in one small process.

Traffic is irregular, like real traffic, and low: some forty records a second. A group whose name
is a file in the control folder has no members until the file is gone (`fault stop-consumers`).
Failures of brokers are logged and do not stop it; only SIGTERM or SIGINT ends the process.
"""

import argparse
import contextlib
import functools
import json
import logging
import logging.handlers
import math
import pathlib
import random
import signal
import threading
import time
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from layer import GROUPS, TOPICS, Group

log = logging.getLogger("load")

ANALYTICS_SHARE = 0.7  # of what arrives; the rest is the growth of its lag
ANALYTICS_LAG_MAX = 10_000  # then it catches up, so that the lag stays bounded
SPARK_LAG_MIN = 400
SPARK_LAG_MAX = 100_000  # some 14 hours; then it reads once more and stops again


class Load:
    """The state that all threads share."""

    def __init__(self, bootstrap: str, control: pathlib.Path):
        self.bootstrap = bootstrap
        self.control = control
        self.ending = threading.Event()

    def may_run(self, group: str) -> bool:
        """False while the group's consumers are stopped by a fault."""
        return not self.ending.is_set() and not (self.control / group).exists()

    def is_ordered(self, group: str, fault: str) -> bool:
        """Whether the group's consumers have this fault: a file in the control folder."""
        return (self.control / f"{group}.{fault}").exists()

    def client_config(self, client_id: str) -> dict:
        return {
            "bootstrap.servers": self.bootstrap,
            "client.id": client_id,
            "logger": log,
            "log.connection.close": False,
            # A frozen broker accepts connections and does not answer: give up soon.
            "socket.timeout.ms": 15_000,
            "reconnect.backoff.max.ms": 5_000,
        }

    def consumer(self, name: str, member: int, **more) -> Consumer:
        return Consumer(
            self.client_config(f"{name}-{member}")
            | {
                "group.id": name,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": 10_000,
                # One fetch per second and broker is enough here, and cheap for the broker.
                "fetch.wait.max.ms": 1_000,
                "fetch.min.bytes": 100_000,
            }
            | more
        )


# ---- producers


def record(topic: str) -> tuple[str, bytes]:
    """A key and a value that resemble those of such topics."""
    device = f"device-{min(int(random.expovariate(0.02)), 499):03d}"
    value = {"ts": time.time(), "source": device, "topic": topic}
    match topic:
        case "telemetry":
            value |= {"cpu": round(random.random(), 4), "temperature": round(random.gauss(41, 6), 2)}
        case "logs":
            value |= {
                "level": random.choices(("INFO", "WARN", "ERROR"), (90, 8, 2))[0],
                "message": "request served " + "x" * int(random.expovariate(1 / 120)),
            }
        case "audit":
            action = random.choice(("login", "read", "write"))
            value |= {"actor": f"user-{random.randrange(40)}", "action": action}
        case _:
            value |= {"value": random.randrange(1_000_000)}
    return device, json.dumps(value).encode()


def current_rate(average: float, phase: float) -> float:
    """Slow waves, and an occasional burst."""
    wave = 1 + 0.4 * math.sin(time.time() / 97 + phase) + 0.2 * math.sin(time.time() / 13 + 2 * phase)
    burst = 4 if random.random() < 0.01 else 1
    return average * wave * burst


def produce(load: Load, name: str) -> None:
    """Sends to every topic of one producer until the load ends."""
    producer = Producer(
        load.client_config(name)
        | {
            "acks": "all",
            "linger.ms": 100,
            "compression.type": "lz4",
            "message.timeout.ms": 120_000,
            "queue.buffering.max.messages": 20_000,
        }
    )
    topics = {topic: spec.rate for topic, spec in TOPICS.items() if spec.producer == name}
    if "audit" in topics:
        seed(load, producer)
    tick = 1.0  # seconds; shorter ones cost the brokers more
    owed = dict.fromkeys(topics, 0.0)
    while not load.ending.wait(tick * random.uniform(0.6, 1.4)):
        for phase, (topic, rate) in enumerate(topics.items()):
            owed[topic] += current_rate(rate, phase) * tick
            while owed[topic] >= 1:
                owed[topic] -= 1
                key, value = record(topic)
                # When the brokers are down and the queue is full: lost, as agents lose records.
                with contextlib.suppress(BufferError):
                    producer.produce(topic, value, key)
        producer.poll(0)
    producer.flush(3)


def seed(load: Load, producer: Producer) -> None:
    """The stopped group needs something to leave unread, from the first minute on."""
    consumer = load.consumer("lab-seed", 1)
    try:
        for number in range(TOPICS["audit"].partitions):
            _, high = consumer.get_watermark_offsets(TopicPartition("audit", number), timeout=10)
            if high > 0:
                return
    finally:
        consumer.close()
    for _ in range(3 * SPARK_LAG_MIN):
        key, value = record("audit")
        producer.produce("audit", value, key)


# ---- consumers


def read(consumer: Consumer, count: int, timeout: float) -> int:
    """Takes up to count messages; returns how many were records and not errors."""
    records = 0
    for message in consumer.consume(count, timeout):
        if message.error():
            log.warning("consumer: %s", message.error())
        else:
            records += 1
    return records


def lag(consumer: Consumer) -> int:
    """The records of the assigned partitions after this member's position, as far as known."""
    total = 0
    for at in consumer.position(consumer.assignment()):
        _, high = consumer.get_watermark_offsets(at, cached=True)
        if at.offset >= 0 and high > at.offset:
            total += high - at.offset
    return total


def steady(load: Load, name: str, group: Group, member: int) -> None:
    """Keeps up, but for the faults that are ordered."""
    consumer = load.consumer(name, member)
    try:
        consumer.subscribe(list(group.topics))
        while load.may_run(name):
            stand_at_partition(consumer, group.topics[0], load.is_ordered(name, "poison"))
            if load.is_ordered(name, "slow"):
                read(consumer, 1, 1.0)
                load.ending.wait(1)
            else:
                read(consumer, 500, 1.0)
    finally:
        consumer.close()


def stand_at_partition(consumer: Consumer, topic: str, stand: bool) -> None:
    """As a consumer that fails at one record does: partition 0 stays where it is, the others go on."""
    at = [one for one in consumer.assignment() if one.topic == topic and one.partition == 0]
    if at and stand:
        consumer.pause(at)
    elif at:
        consumer.resume(at)


def batches(load: Load, name: str, group: Group, member: int) -> None:
    """Reads everything there is, commits, and waits: a query every 20 seconds."""
    consumer = load.consumer(name, member, **{"enable.auto.commit": False})
    try:
        consumer.subscribe(list(group.topics))
        while load.may_run(name):
            until = time.monotonic() + 20
            records = read(consumer, 2000, 2.0)
            if not records:
                continue  # still joining, or the brokers are down
            while load.may_run(name) and records >= 200:
                records = read(consumer, 2000, 2.0)
            consumer.commit(asynchronous=False)
            while load.may_run(name) and time.monotonic() < until:
                load.ending.wait(0.5)
    finally:
        consumer.close()


def slow(load: Load, name: str, group: Group, member: int) -> None:
    """Handles a fraction of what arrives until its lag is too large, then catches up at once."""
    consumer = load.consumer(name, member)
    rate = ANALYTICS_SHARE * sum(TOPICS[topic].rate for topic in group.topics)
    catching_up = False
    try:
        consumer.subscribe(list(group.topics))
        while load.may_run(name):
            begin = time.monotonic()
            records = read(consumer, 2000 if catching_up else int(rate), 1.0)
            behind = lag(consumer)
            if catching_up:
                catching_up = behind > 200
            else:
                catching_up = behind > ANALYTICS_LAG_MAX
                load.ending.wait(max(0.0, begin + records / rate - time.monotonic()))
    finally:
        consumer.close()


def stopped(load: Load, name: str, group: Group, member: int) -> None:
    """Reads a part, commits, and leaves: the group has lag and no members from then on.

    Checks every two minutes whether the lag has exceeded its limit or the topic's retention has deleted
    unread records; then it reads again.
    """
    (topic,) = group.topics
    while load.may_run(name):
        consumer = load.consumer(name, member, **{"enable.auto.commit": False})
        try:
            targets = stop_targets(consumer, topic)
            if targets:
                consumer.subscribe([topic])
                if read_up_to(load, name, consumer, targets):
                    consumer.commit(offsets=targets, asynchronous=False)
                    log.info("%s: stopped at %s", name, [(at.partition, at.offset) for at in targets])
        finally:
            consumer.close()
        load.ending.wait(120 if targets is None else 1)


def stop_targets(consumer: Consumer, topic: str) -> list[TopicPartition] | None:
    """The offsets at which the stopped group is to stop now; None when it need not read."""
    partitions = [TopicPartition(topic, number) for number in range(TOPICS[topic].partitions)]
    leave = SPARK_LAG_MIN // len(partitions) + 1
    lost = False
    behind = 0
    targets = []
    for at in consumer.committed(partitions, 10):
        low, high = consumer.get_watermark_offsets(at, timeout=10)
        lost = lost or at.offset < low  # also when nothing was ever committed, offset -1001
        behind += high - max(at.offset, low)
        if high - leave > max(at.offset, low):
            targets.append(TopicPartition(topic, at.partition, high - leave))
    return targets if lost or behind > SPARK_LAG_MAX else None


def read_up_to(load: Load, name: str, consumer: Consumer, targets: list[TopicPartition]) -> bool:
    """Reads until every target is reached; False when that takes over a minute."""
    missing = {at.partition: at.offset for at in targets}
    give_up = time.monotonic() + 60
    while missing and load.may_run(name) and time.monotonic() < give_up:
        for message in consumer.consume(200, 1.0):
            if message.error():
                log.warning("%s: %s", name, message.error())
            elif message.offset() + 1 >= missing.get(message.partition(), math.inf):
                del missing[message.partition()]
    return not missing


PACES: dict[str, Callable[[Load, str, Group, int], None]] = {
    "steady": steady,
    "batches": batches,
    "slow": slow,
    "stopped": stopped,
}


def keep_running(load: Load, name: str, work: Callable[[], None]) -> None:
    """Repeats the work until the load ends: no error of the brokers or of a client stops a thread."""
    while not load.ending.is_set():
        try:
            work()
        except KafkaException as error:
            log.warning("%s: %s", name, error)
        except Exception:  # pylint: disable=broad-except
            log.exception("%s", name)
        load.ending.wait(1)


def consume(load: Load, name: str, member: int) -> None:
    """Runs one member until the load ends or the group is stopped by a fault."""
    if load.may_run(name):
        PACES[GROUPS[name].pace](load, name, GROUPS[name], member)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT,…")
    parser.add_argument("--control", required=True, type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--log", required=True, metavar="FILE")
    arguments = parser.parse_args()

    handler = logging.handlers.RotatingFileHandler(arguments.log, maxBytes=4_000_000, backupCount=1)
    logging.basicConfig(
        handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    load = Load(arguments.bootstrap, arguments.control)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: load.ending.set())

    work = {
        name: functools.partial(produce, load, name)
        for name in sorted({topic.producer for topic in TOPICS.values()})
    } | {
        f"{name}-{member}": functools.partial(consume, load, name, member)
        for name, group in GROUPS.items()
        for member in range(1, group.members + 1)
    }
    threads = [
        threading.Thread(target=keep_running, args=(load, name, function), name=name)
        for name, function in work.items()
    ]
    for thread in threads:
        thread.start()
    log.info("started: %d producers and consumers", len(threads))
    for thread in threads:
        thread.join()
    log.info("ended")


if __name__ == "__main__":
    main()
