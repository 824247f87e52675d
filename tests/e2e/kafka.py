# SPDX-License-Identifier: Apache-2.0
"""Operations of the tests on a cluster: topics, records with a known time, commits, deleting records."""
import concurrent.futures
import io
import pathlib
import socket
import struct
import subprocess
import time

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    ElectionType,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from streamgauge import wait_for

DAY_S = 86400
CONNECTIONS = 32
REPO = pathlib.Path(__file__).resolve().parents[2]

FIND_KAFKA = """
set -euo pipefail
lib=$1/deploy/lab/lib
for name in console settings process install; do source "$lib/$name.sh"; done
java_find
printf '%s\\n' "$java" "$cache/kafka-3.6.0"
"""


def run_tool(main, *arguments):
    """Run one of Kafka's own tools; returns its output."""
    text = subprocess.run(["bash", "-c", FIND_KAFKA, "bash", REPO], capture_output=True, text=True,
                          check=True).stdout
    java, jars = text.splitlines()[-2:]
    return subprocess.run(
        [java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", main, *arguments],
        capture_output=True, text=True, timeout=120, check=True, stdin=subprocess.DEVNULL).stdout


class Kafka:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})

    def lead_as_preferred(self):
        """As the runbooks say. By itself Kafka does it after 5 minutes."""
        def elected():
            try:
                return not any(self.admin.elect_leaders(ElectionType.PREFERRED, None).result(30).values())
            except KafkaException:  # the controller moves
                return False

        wait_for("preferred leaders, when all are in sync", elected, 120)

    def has(self, topic):
        return topic in self.admin.list_topics(timeout=10).topics

    def create(self, topic, partitions=1, replicas=None, **config):
        """Config with _ for the dots; records are kept for ever unless it says otherwise.

        replicas: the brokers of each partition, instead of all three as Kafka places them.
        """
        config = {name.replace("_", "."): str(value) for name, value in config.items()}
        partitions = len(replicas) if replicas else partitions
        config.setdefault("retention.ms", "-1")
        # A topic that is being deleted still exists for a moment, and the controller may have changed.
        for _ in range(50):
            new = (NewTopic(topic, partitions, replica_assignment=replicas, config=config) if replicas
                   else NewTopic(topic, partitions, 3, config=config))
            (done,) = self.admin.create_topics([new]).values()
            error = str(done.exception())
            if not any(text in error for text in ("already exists", "marked for deletion", "Not controller")):
                break
            time.sleep(0.2)
        done.result()

        def has_leaders():
            known = self.admin.list_topics(timeout=10).topics.get(topic)
            return (known and len(known.partitions) == partitions
                    and all(p.leader >= 0 for p in known.partitions.values()))

        def leaders_answer():
            """A broker learns that it leads a partition later than Metadata says so."""
            asked = self.admin.list_offsets(
                {TopicPartition(topic, partition): OffsetSpec.latest() for partition in range(partitions)})
            return not any(done.exception(20) for done in asked.values())

        wait_for(f"leaders of {topic}", has_leaders, 20)
        wait_for(f"answers of the leaders of {topic}", leaders_answer, 20)

    def delete(self, topic):
        for _ in range(50):
            (done,) = self.admin.delete_topics([topic]).values()
            if "Not controller" not in str(done.exception()):
                break
            time.sleep(0.2)
        done.result()
        wait_for(f"{topic} is gone", lambda: not self.has(topic), 20)

    def produce(self, topic, times, partition=0, key=None, producer=None):
        """A record for each time, Unix seconds, each in a separate batch."""
        own = producer or Producer({"bootstrap.servers": self.bootstrap, "acks": "all", "linger.ms": 0})
        failed = []
        for at in times:
            own.produce(topic, b"x", key, partition=partition, timestamp=int(at * 1000),
                        on_delivery=lambda error, _: error and failed.append(error))
            if producer is None:
                own.flush(20)
        assert own.flush(20) == 0 and not failed, failed

    def commit(self, group, topic, offsets):
        """offsets: partition → offset. A coordinator may learn of a new topic later than its leaders do."""
        places = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]

        def is_taken():
            (done,) = self.admin.alter_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(group, places)]).values()
            return not any(place.error for place in done.result().topic_partitions)

        wait_for(f"the commits of {group} are taken", is_taken, 20)

    def delete_records(self, topic, before, partition=0):
        (done,) = self.admin.delete_records([TopicPartition(topic, partition, before)]).values()
        done.result()

    def timestamps(self, topic, partition=0, isolation="read_uncommitted"):
        """offset → Unix seconds of every record, by reading them all"""
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": "nobody", "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "enable.partition.eof": True, "isolation.level": isolation,
        })
        consumer.assign([TopicPartition(topic, partition, 0)])
        found = {}
        while (message := consumer.poll(20)) is not None and not message.error():
            found[message.offset()] = message.timestamp()[1] / 1000
        consumer.close()
        return found


class Member:
    """A member of a group that reads something, and then neither reads nor commits."""

    def __init__(self, kafka, group, topic):
        self.consumer = Consumer({
            "bootstrap.servers": kafka.bootstrap, "group.id": group, "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        })
        self.consumer.subscribe([topic])
        wait_for("a member", lambda: self.consumer.poll(0.5) and self.consumer.assignment(), 30)

    def stop(self):
        self.consumer.close()


def text_raw(value):
    return struct.pack(">h", len(value)) + value


def ask_raw(host, port, key, version, body):
    """The body of the answer to a request of this key, with a first version of its header."""
    head = struct.pack(">hhi", key, version, 7) + text_raw(b"test")
    with socket.create_connection((host, port), 10) as broker:
        broker.sendall(struct.pack(">i", len(head + body)) + head + body)
        answer = broker.makefile("rb")
        size, _ = struct.unpack(">ii", answer.read(8))
        return answer.read(size - 4)


def coordinator_raw(host, port, group):
    """FindCoordinator, version 0: the broker's id, or None. confluent-kafka 2.16.1 aborts with an
    assertion when a coordinator moves while groups are described."""
    error, broker = struct.unpack(">hi", ask_raw(host, port, 10, 0, text_raw(group.encode()))[:6])
    return None if error else broker


class RawAnswer:
    """Reads an answer's fields one after the other."""

    def __init__(self, body):
        self.body = io.BytesIO(body)

    def take(self, form):
        values = struct.unpack(f">{form}", self.body.read(struct.calcsize(f">{form}")))
        return values if len(values) > 1 else values[0]

    def text(self):
        return self.body.read(self.take("h")).decode()

    def array(self, read):
        return [read() for _ in range(self.take("i"))]


def log_dirs_raw(host, port):
    """DescribeLogDirs, version 1, as kafka-log-dirs.sh sends it, to one broker: directory → error code,
    and (topic, partition, is future) → size of its replicas."""
    answer = RawAnswer(ask_raw(host, port, 35, 1, struct.pack(">i", -1)))

    def replica():
        partition, size, _, is_future = answer.take("iqqb")
        return partition, bool(is_future), size

    def directory():
        error, path = answer.take("h"), answer.text()
        topics = answer.array(lambda: (answer.text(), answer.array(replica)))
        return path, (error, {(topic, partition, is_future): size for topic, replicas in topics
                              for partition, is_future, size in replicas})

    answer.take("i")
    return dict(answer.array(directory))


def move_replica_raw(host, port, topic, partition, directory):
    """AlterReplicaLogDirs, version 1, to the broker that has the replica. Returns the error code."""
    body = (struct.pack(">i", 1) + text_raw(str(directory).encode()) + struct.pack(">i", 1)
            + text_raw(topic.encode()) + struct.pack(">ii", 1, partition))
    return struct.unpack(">h", ask_raw(host, port, 34, 1, body)[-2:])[0]


def _offset_commit(group, topic, offset):
    """The request OffsetCommit, version 2, without a generation, preceded by its length."""
    request = (struct.pack(">hhi", 8, 2, 7) + text_raw(b"test")
               + text_raw(group) + struct.pack(">i", -1) + text_raw(b"") + struct.pack(">q", -1)
               + struct.pack(">i", 1) + text_raw(topic.encode())
               + struct.pack(">i", 1) + struct.pack(">iq", 0, offset) + text_raw(b""))
    return struct.pack(">i", len(request)) + request


def _error_of(answer):
    """The answer for one partition ends with its error code."""
    size, _ = struct.unpack(">ii", answer.read(8))
    return struct.unpack(">h", answer.read(size - 4)[-2:])[0]


def commit_raw(host, port, group, topic, offset):
    """OffsetCommit for a group whose name no client library would accept. Returns the error code."""
    with socket.create_connection((host, port), 10) as broker:
        broker.sendall(_offset_commit(group, topic, offset))
        return _error_of(broker.makefile("rb"))


def commit_many(host, port, groups, topic, offset):
    """OffsetCommit for each group; a broker takes one request of a connection at a time, so there are
    many connections. The broker must be the coordinator of all. Returns the error codes that are not 0."""
    def commit(some):
        with socket.create_connection((host, port), 60) as broker:
            broker.sendall(b"".join(_offset_commit(group, topic, offset) for group in some))
            answers = broker.makefile("rb")
            return [code for code in (_error_of(answers) for _ in some) if code]

    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as threads:
        return sum(threads.map(commit, (groups[i::CONNECTIONS] for i in range(CONNECTIONS))), [])
