#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What deploy/lab/fault does as a client: topics of its own, deleted records, load, wrong passwords."""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from cluster import connect

TIMEOUT_S = 15
RECORD_BYTES = 256 * 1024


def delete_records(arguments: argparse.Namespace) -> None:
    """Deletes all records of a topic up to now, as its retention would."""
    admin = connect(arguments.bootstrap)
    consumer = Consumer({"bootstrap.servers": arguments.bootstrap, "group.id": "lab-trouble", "log_level": 0})
    partitions = admin.list_topics(arguments.topic, TIMEOUT_S).topics[arguments.topic].partitions
    ends = []
    for number in partitions:
        _, end = consumer.get_watermark_offsets(TopicPartition(arguments.topic, number), timeout=TIMEOUT_S)
        ends.append(TopicPartition(arguments.topic, number, end))
    consumer.close()
    for future in admin.delete_records(ends, request_timeout=TIMEOUT_S).values():
        future.result()


def make_topic(arguments: argparse.Namespace) -> None:
    """Makes a topic with one partition on the brokers that are named, the first of them as leader."""
    replicas = [int(broker) for broker in arguments.brokers.split(",")]
    config = dict(entry.split("=", 1) for entry in arguments.config)
    topic = NewTopic(arguments.topic, 1, replica_assignment=[replicas], config=config)
    admin = connect(arguments.bootstrap)  # must outlive the answer
    try:
        admin.create_topics([topic])[arguments.topic].result(TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def delete_topic(arguments: argparse.Namespace) -> None:
    """Deletes a topic; one that is not there is fine."""
    admin = connect(arguments.bootstrap)
    try:
        admin.delete_topics([arguments.topic])[arguments.topic].result(TIMEOUT_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise


def send(arguments: argparse.Namespace) -> None:
    """Sends records with acks=1; some may fail."""
    producer = Producer(
        {"bootstrap.servers": arguments.bootstrap, "acks": 1, "message.timeout.ms": 8000, "log_level": 0}
    )
    for number in range(arguments.records):
        producer.produce(arguments.topic, b"x" * 1024, str(number))
        producer.poll(0)
    producer.flush(10)


def io_threads(arguments: argparse.Namespace) -> None:
    """Sets num.io.threads of a broker; Kafka lets it only be halved or doubled at a time."""
    admin = connect(arguments.bootstrap)
    for number in arguments.threads.split(","):
        entry = ConfigEntry("num.io.threads", number, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.BROKER, str(arguments.broker), incremental_configs=[entry])
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(TIMEOUT_S)
        time.sleep(1)


def until_stopped(work) -> None:
    """Repeats the work until SIGTERM."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    while not ending.is_set():
        work(ending)


def burn(arguments: argparse.Namespace) -> None:
    """Sends to a topic that the broker has to compress, as fast as it takes, until it is stopped."""
    producer = Producer(
        {
            "bootstrap.servers": arguments.bootstrap,
            "acks": 1,
            "linger.ms": 5,
            "batch.size": 900_000,
            "queue.buffering.max.kbytes": 65_536,
            "message.timeout.ms": 30_000,
            "log_level": 0,
        }
    )
    noise = os.urandom(RECORD_BYTES // 2).hex().encode()

    def work(_ending) -> None:
        with contextlib.suppress(BufferError):
            for _ in range(20):
                producer.produce(arguments.topic, noise)
        producer.poll(0.05)

    until_stopped(work)


def wrong_password(arguments: argparse.Namespace) -> None:
    """Tries to authenticate with a wrong password, some times a second, until it is stopped."""
    config = {
        "bootstrap.servers": arguments.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "lab",
        "sasl.password": "not the password",
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 100,
        "log_level": 0,
        "error_cb": lambda error: None,
    }
    clients = [Producer(config) for _ in range(3)]

    def work(ending) -> None:
        for client in clients:
            client.poll(0)
        ending.wait(0.2)

    until_stopped(work)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT,…")
    commands = parser.add_subparsers(required=True)

    def command(function, *names: str) -> argparse.ArgumentParser:
        made = commands.add_parser(function.__name__.replace("_", "-"), help=function.__doc__)
        made.set_defaults(function=function)
        for name in names:
            made.add_argument(name, type=int if name in ("records", "broker") else str)
        return made

    command(delete_records, "topic")
    command(make_topic, "topic", "brokers").add_argument("config", nargs="*")
    command(delete_topic, "topic")
    command(send, "topic", "records")
    command(io_threads, "broker", "threads")
    command(burn, "topic")
    command(wrong_password)
    arguments = parser.parse_args()
    try:
        arguments.function(arguments)
    except KafkaException as error:
        print(f"{arguments.bootstrap}: {error.args[0].str()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
