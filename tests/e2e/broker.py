# SPDX-License-Identifier: Apache-2.0
"""A separate Kafka 4.4.0 node for a test, with listeners and settings that the lab does not have."""
import contextlib
import os
import pathlib
import subprocess
import time

from confluent_kafka.admin import AdminClient

from streamgauge import free_port

REPO = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(
    os.environ.get("STREAMGAUGE_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "streamgauge")
CLUSTER_ID = "c3RyZWFtZ2F1Z2UtdGVzdA"


class Broker:
    """One combined KRaft node on loopback. Its listener PLAINTEXT is for the test itself.

    listeners: name → security protocol; their ports are in `ports` afterwards.
    advertised_port: of the proxy before the listener PLAINTEXT, if there is one. jvm_options: of the broker
    alone, not of tools.
    """

    def __init__(self, folder, listeners=None, settings="", format_options=(), advertised_port=None,
                 jvm_options=()):
        self.jvm_options = jvm_options
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.jars = f"{CACHE}/kafka-4.4.0/*"
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | (listeners or {})
        self.ports = {name: free_port() for name in protocols}
        self.bootstrap = self.address("PLAINTEXT")
        voter = self.address("CONTROLLER")
        self.properties = folder / "broker.properties"
        self.properties.write_text(
            "process.roles=broker,controller\nnode.id=1\n"
            f"listeners={','.join(f'{name}://{self.address(name)}' for name in protocols)}\n"
            f"{self.advertised(advertised_port)}"
            f"listener.security.protocol.map={','.join(map(':'.join, protocols.items()))}\n"
            f"controller.listener.names=CONTROLLER\ncontroller.quorum.voters=1@{voter}\n"
            f"log.dirs={folder}/data\nlog.index.size.max.bytes=1048576\n"
            "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n"
            "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
            "transaction.state.log.num.partitions=4\n"
            "share.coordinator.state.topic.replication.factor=1\n"
            "share.coordinator.state.topic.min.isr=1\nshare.coordinator.state.topic.num.partitions=4\n"
            "auto.create.topics.enable=false\ngroup.initial.rebalance.delay.ms=0\n"
            f"num.network.threads=2\nnum.io.threads=4\n{settings}")
        self.java("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config",
                  self.properties, *format_options)
        self.process = None
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        self.start()

    def address(self, listener):
        return f"127.0.0.1:{self.ports[listener]}"

    def advertised(self, port):
        if not port:
            return ""
        others = [f"{name}://{self.address(name)}" for name in self.ports
                  if name not in ("PLAINTEXT", "CONTROLLER")]
        return f"advertised.listeners={','.join([f'PLAINTEXT://127.0.0.1:{port}', *others])}\n"

    def command(self, heap_mib, main, *arguments):
        log4j = REPO / "deploy/lab/config/log4j2.properties"
        archive = CACHE / "classes/kafka-4.4.0.jsa"  # deploy/lab/lib/classes.sh
        classes = [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
        return ["java", *classes, f"-Xmx{heap_mib}m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true", f"-Dlab.log={self.folder}/broker.log",
                f"-Dlog4j2.configurationFile=file:{log4j}", "-cp", self.jars, main,
                *map(str, arguments)]

    def java(self, main, *arguments, check=True):
        """Run a tool of Kafka's; returns its output."""
        done = subprocess.run(self.command(128, main, *arguments), capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def start(self):
        with open(self.folder / "broker.out", "ab") as out:
            java, *arguments = self.command(384, "kafka.Kafka", self.properties)
            self.process = subprocess.Popen([java, *self.jvm_options, *arguments],
                                            stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 90
        while time.monotonic() < end and self.process.poll() is None:
            # A client of its own each time: one that has read which address the broker advertises uses that,
            # and nothing may listen there yet.
            client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
            with contextlib.suppress(Exception):
                if client.list_topics(timeout=2).brokers:
                    return
        self.stop()
        raise AssertionError(f"the broker does not start: {self.folder}/broker.log")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def broker(*arguments, **named):
    node = Broker(*arguments, **named)
    try:
        yield node
    finally:
        node.stop()
