#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Queries to the lab's cluster, and the few changes that the lab makes to it."""

import argparse
import sys
import time
import warnings

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic

from layer import BROKERS, GROUPS, REPLICATION_FACTOR, TOPICS

TIMEOUT_S = 10


def connect(bootstrap: str) -> AdminClient:
    # This program's own errors report what the client would log.
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "error_cb": lambda error: None})


def wait_for(deadline_s: float, question) -> str | None:
    """Repeats the query until it returns None (no problem); returns the last complaint otherwise."""
    end = time.monotonic() + deadline_s
    while True:
        try:
            complaint = question()
        except KafkaException as error:
            complaint = str(error)
        if complaint is None or time.monotonic() > end:
            return complaint
        time.sleep(0.3)


def broker(admin: AdminClient, arguments: argparse.Namespace) -> str | None:
    """Waits until a broker is in the metadata that it answers itself."""

    def is_missing() -> str | None:
        known = admin.list_topics(timeout=arguments.wait).brokers
        return None if arguments.id in known else f"the metadata has no broker {arguments.id}"

    return wait_for(arguments.wait, is_missing)


def topics(admin: AdminClient, arguments: argparse.Namespace) -> str | None:
    """Creates the topics that are missing; waits for all brokers first and for all leaders after."""

    def brokers_missing() -> str | None:
        count = len(admin.list_topics(timeout=TIMEOUT_S).brokers)
        return None if count >= BROKERS else f"the metadata has {count} of {BROKERS} brokers"

    def leaders_missing() -> str | None:
        known = admin.list_topics(timeout=TIMEOUT_S).topics
        for name, spec in TOPICS.items():
            partitions = known[name].partitions.values() if name in known else ()
            if len(partitions) < spec.partitions or any(p.leader < 0 for p in partitions):
                return f"topic {name} has partitions without a leader"
        return None

    if complaint := wait_for(arguments.wait, brokers_missing):
        return complaint
    existing = admin.list_topics(timeout=TIMEOUT_S).topics
    missing = [
        NewTopic(name, spec.partitions, REPLICATION_FACTOR, config=spec.config)
        for name, spec in TOPICS.items()
        if name not in existing
    ]
    if missing:
        for name, done in admin.create_topics(missing, operation_timeout=TIMEOUT_S).items():
            try:
                done.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    return f"topic {name}: {error}"
    complaint = wait_for(arguments.wait, leaders_missing)
    if complaint is None:
        print(f"{len(missing)} created, {len(TOPICS)} there")
    return complaint


def committed(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    """The group's committed offsets, by topic and partition.

    Requested as a member of the group would, without joining it: the admin client's request for the
    same crashes the process with an assertion of librdkafka when there is no coordinator yet.
    """
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "log_level": 0})
    try:
        wanted = [
            TopicPartition(topic, number)
            for topic in GROUPS[group].topics
            for number in range(TOPICS[topic].partitions)
        ]
        answer = consumer.committed(wanted, TIMEOUT_S)
        return {(at.topic, at.partition): at.offset for at in answer if at.offset >= 0}
    finally:
        consumer.close()


def groups(_admin: None, arguments: argparse.Namespace) -> str | None:
    """Waits until every group has committed an offset."""

    def groups_missing() -> str | None:
        missing = [group for group in GROUPS if not committed(arguments.bootstrap, group)]
        return f"nothing committed yet: {', '.join(missing)}" if missing else None

    return wait_for(arguments.wait, groups_missing)


def group_names(_admin: None, _arguments: argparse.Namespace) -> None:
    """Prints the names of the groups on one line."""
    print(*GROUPS)


def status(admin: AdminClient, arguments: argparse.Namespace) -> str | None:
    """Prints the state of the cluster and its groups."""
    metadata = admin.list_topics(timeout=arguments.wait)
    partitions = [p for topic in metadata.topics.values() for p in topic.partitions.values()]
    print(
        f"brokers {sorted(metadata.brokers)}, controller {metadata.controller_id},"
        f" {len(metadata.topics)} topics, {len(partitions)} partitions,"
        f" {sum(len(p.isrs) < len(p.replicas) for p in partitions)} under-replicated,"
        f" {sum(p.leader < 0 for p in partitions)} without a leader"
    )
    consumer = Consumer({"bootstrap.servers": arguments.bootstrap, "group.id": "lab-status", "log_level": 0})
    warnings.simplefilter("ignore", DeprecationWarning)
    for name, group in GROUPS.items():
        try:
            # The older, deprecated request: the newer one has the fault that `committed` avoids.
            (description,) = admin.list_groups(name, timeout=arguments.wait)
            lag = 0
            for (topic, partition), offset in committed(arguments.bootstrap, name).items():
                _, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=TIMEOUT_S)
                lag += max(0, high - offset)
            words = f"{description.state.lower()}, {len(description.members)} members, lag {lag}"
        except KafkaException as error:
            words = str(error.args[0].str())
        print(f"group {name:13} {words}{f'  ({group.note})' if group.note else ''}")
    consumer.close()
    return None


def fill(_admin: None, arguments: argparse.Namespace) -> str | None:
    """Sends many records of 1 KiB to one topic."""
    producer = Producer({"bootstrap.servers": arguments.bootstrap, "acks": "all", "linger.ms": 50})
    failed = 0

    def delivered(error, _message) -> None:
        nonlocal failed
        failed += error is not None

    for number in range(arguments.records):
        while True:
            try:
                producer.produce(arguments.topic, b"x" * 1024, str(number), on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    failed += producer.flush(60)
    return f"{failed} of {arguments.records} records were not delivered" if failed else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT,…")
    commands = parser.add_subparsers(required=True)
    for name, function in {
        "broker": broker,
        "topics": topics,
        "groups": groups,
        "group-names": group_names,
        "status": status,
        "fill": fill,
    }.items():
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--wait", type=float, default=TIMEOUT_S, metavar="SECONDS")
        if name == "broker":
            command.add_argument("id", type=int)
        if name == "fill":
            command.add_argument("topic", choices=list(TOPICS))
            command.add_argument("records", type=int)
    arguments = parser.parse_args()
    try:
        admin = connect(arguments.bootstrap) if arguments.function in (broker, topics, status) else None
        complaint = arguments.function(admin, arguments)
    except KafkaException as error:
        complaint = str(error)
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
