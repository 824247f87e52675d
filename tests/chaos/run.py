#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random faults on a lab, with concurrent scrapers, and checks of what must always be true of Streamgauge.

    deploy/lab/up --dir DIR --port-offset N
    python3 tests/chaos/run.py --dir DIR --port-offset N --seconds 900 [--seed S]

Every fault is reverted after a while; at times all are, and the page is compared with what was written and
committed. Exits with 1 and a list when something was wrong. Needs the Python of the tests
(confluent-kafka)."""
import argparse
import collections
import json
import pathlib
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

REPO = pathlib.Path(__file__).resolve().parents[2]
FORMATS = ({}, {"Accept": "application/openmetrics-text;version=1.0.0"}, {"Accept-Encoding": "gzip"},
           {"Accept-Encoding": "zstd"})
GROUPS = ("rules-engine", "presto", "alerting", "analytics")
SCRAPE_SECONDS_MAX = 2.0
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)')


class Chaos:
    def __init__(self, arguments):
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.url = f"http://127.0.0.1:{9308 + arguments.port_offset}"
        self.bootstrap = ",".join(f"127.0.0.1:{port + arguments.port_offset}" for port in (9092, 9093, 9094))
        self.pid = int((pathlib.Path(arguments.dir) / "run/streamgauge.pid").read_text().split()[0])
        self.wrong = []
        self.counts = collections.Counter()
        self.latencies = []
        self.stopped = threading.Event()
        self.undo = []

    def fail(self, text):
        self.wrong.append(f"{time.strftime('%H:%M:%S')} {text}")
        print("WRONG", self.wrong[-1], flush=True)

    # ---- Invariants ----

    def fetch(self, path="/metrics", headers=None, method="GET"):
        request = urllib.request.Request(self.url + path, headers=headers or {}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def scrape_for_ever(self, headers):
        while not self.stopped.is_set():
            begun = time.monotonic()
            try:
                body = self.fetch(headers=headers)
                took = time.monotonic() - begun
                self.latencies.append(took)
                if took > SCRAPE_SECONDS_MAX:
                    self.fail(f"a scrape took {took:.1f} s")
                if not headers:
                    self.check_page(body.decode())
            except OSError as error:
                self.fail(f"a scrape failed: {error}")
            self.stopped.wait(3)

    def check_page(self, text):
        seen = set()
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            found = SAMPLE.fullmatch(line)
            if not found:
                self.fail(f"not a sample: {line[:200]}")
                continue
            name, labels, value = found.groups()
            if (name, labels) in seen:
                self.fail(f"a duplicate: {name}{{{labels}}}")
            seen.add((name, labels))
            if name.startswith("kafka_consumergroup_lag") and float(value) < 0:
                self.fail(f"below 0: {line[:200]}")

    def values(self, name, *parts):
        return [float(line.rsplit(" ", 1)[1]) for line in self.fetch().decode().splitlines()
                if line.startswith(name + "{") and all(part in line for part in parts)]

    def check_process(self):
        try:
            status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            self.fail("the program has exited")
            return {}
        fds = len(list(pathlib.Path(f"/proc/{self.pid}/fd").iterdir()))
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        return {"rss_mib": int(fields["VmRSS"].split()[0]) // 1024, "threads": int(fields["Threads"]), "fds": fds}

    # ---- Faults: each adds to self.undo what reverts it ----

    def lab(self, *arguments):
        done = subprocess.run([REPO / "deploy/lab/fault", "--dir", self.arguments.dir, *arguments],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200)
        if done.returncode:
            print("fault", *arguments, done.stderr.strip(), flush=True)

    def kill_broker(self):
        broker = self.random.choice("123")
        self.lab("kill-broker", broker)
        self.undo.append(lambda: self.lab("start-broker", broker))

    def freeze_broker(self):
        broker = self.random.choice("123")
        self.lab("freeze-broker", broker)
        self.undo.append(lambda: self.lab("thaw-broker", broker))

    def stop_group(self):
        group = self.random.choice(GROUPS)
        self.lab("stop-consumers", group)
        self.undo.append(lambda: self.lab("start-consumers", group))

    def topics_come_and_go(self):
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        names = [f"churn-{self.counts['topics_come_and_go']}-{i}" for i in range(20)]
        for future in admin.create_topics([NewTopic(name, 3, 1) for name in names]).values():
            future.exception(20)
        time.sleep(self.random.uniform(0, 10))
        for future in admin.delete_topics(names).values():
            future.exception(20)

    def groups_come_and_go(self):
        for i in range(10):
            consumer = Consumer({"bootstrap.servers": self.bootstrap, "log_level": 0,
                                 "group.id": f"churn-{self.counts['groups_come_and_go']}-{i}"})
            consumer.subscribe(["mytopic"])
            consumer.poll(0.2)
            consumer.close()

    def reload(self):
        if self.random.random() < 0.5:
            subprocess.run(["kill", "-HUP", str(self.pid)], check=False)
        else:
            self.fetch("/-/reload", method="POST")

    def slow_readers(self):
        sockets = []
        for _ in range(60):
            connection = socket.create_connection(("127.0.0.1", 9308 + self.arguments.port_offset))
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            sockets.append(connection)
        time.sleep(5)
        for connection in sockets:
            connection.close()

    def many_connections(self):
        for _ in range(2000):
            try:
                with socket.create_connection(("127.0.0.1", 9308 + self.arguments.port_offset), timeout=2) as one:
                    one.sendall(b"GET /-/healthy HTTP/1.1\r\n")
            except OSError:
                pass

    # ---- Quiet points ----

    def quiet(self):
        while self.undo:
            self.undo.pop()()
        topic = f"quiet-{self.counts['quiet']}"
        committed, written = 7, 20
        self.wait("every broker is up", lambda: self.values("streamgauge_broker_up") == [1.0] * 3)
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        admin.create_topics([NewTopic(topic, 1, 3)])[topic].exception(30)
        producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})
        for _ in range(written):
            producer.produce(topic, b"x")
        if producer.flush(60):
            self.fail(f"{topic}: the test could not write")
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": topic, "log_level": 0})
        consumer.commit(offsets=[TopicPartition(topic, 0, committed)], asynchronous=False)
        consumer.close()
        of_group = f'consumergroup="{topic}"'
        self.wait(f"the lag of {topic}",
                  lambda: self.values("kafka_consumergroup_lag", of_group) == [written - committed])
        self.wait("collectors work",
                  lambda: set(self.values("streamgauge_collector_success")) == {1.0})
        admin.delete_topics([topic])[topic].exception(30)
        self.counts["quiet"] += 1
        print("quiet", json.dumps(self.check_process()), flush=True)

    def wait(self, what, check, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if check():
                    return
            except OSError:
                pass
            time.sleep(1)
        self.fail(f"not within {seconds} s: {what}")

    def run(self):
        for headers in FORMATS * 2:
            threading.Thread(target=self.scrape_for_ever, args=(headers,), daemon=True).start()
        faults = (self.kill_broker, self.freeze_broker, self.stop_group, self.topics_come_and_go,
                  self.groups_come_and_go, self.reload, self.slow_readers, self.many_connections)
        self.quiet()
        end = time.monotonic() + self.arguments.seconds
        next_quiet = time.monotonic() + 120
        while time.monotonic() < end and not (self.wrong and not self.check_process()):
            fault = self.random.choice(faults)
            self.counts[fault.__name__] += 1
            print(time.strftime("%H:%M:%S"), fault.__name__, flush=True)
            try:
                fault()
            except Exception as error:  # a fault that could not be caused is not a failure of Streamgauge
                print(fault.__name__, error, flush=True)
            time.sleep(self.random.uniform(1, 12))
            if (len(self.undo) > 1 or self.random.random() < 0.3) and self.undo:
                self.undo.pop(0)()
            if time.monotonic() > next_quiet:
                self.quiet()
                next_quiet = time.monotonic() + 120
        self.quiet()
        self.stopped.set()
        self.latencies.sort()
        print(json.dumps({"faults": dict(self.counts), "scrapes": len(self.latencies),
                          "median_s": round(self.latencies[len(self.latencies) // 2], 4),
                          "p99_s": round(self.latencies[int(len(self.latencies) * 0.99)], 4),
                          "slowest_s": round(self.latencies[-1], 4), "process": self.check_process()}))
        print(f"{len(self.wrong)} wrong")
        return 1 if self.wrong else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", default="/var/tmp/streamgauge-lab")
    parser.add_argument("--port-offset", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    return Chaos(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
