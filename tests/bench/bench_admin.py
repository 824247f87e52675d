#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an admin cycle costs on one Kafka 4.1.0 node with 10,060 partitions and 204 groups, against a
bare loop of the same requests with the same librdkafka (bench_admin_bare), in turns; and four sizes
of simulated clusters (simulated/, built with Go) up to 200,000 partitions and 5,000 groups.

Run by `tests/bench/run --admin`. No test depends on it.
"""
import argparse
import contextlib
import gzip
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import bench_broker

REPO = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("STREAMGAUGE_BENCH_DIR", "/var/tmp/streamgauge-bench"))

TOPICS = 1006
GROUPS = 204
COMMITS_OF_GROUP = 49
RECORDS = 5  # of each partition, a day apart
DAY_MS = 86400 * 1000
INTERVAL_S = 2


# ---- In the lab's Python, which has the client ----

def fill(bootstrap):
    """The same few records in every partition, with timestamps of the last days."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 100,
                         "topic.metadata.propagation.max.ms": 300000,
                         "queue.buffering.max.messages": 1000000})
    now_ms = int(time.time() * 1000)
    for topic in range(TOPICS):
        for partition in range(bench_broker.PARTITIONS_OF_TOPIC):
            for record in range(RECORDS):
                producer.produce(f"bench-{topic:05d}", b"x", partition=partition,
                                 timestamp=now_ms - (RECORDS - record) * DAY_MS - 1000 * topic)
    if producer.flush(300):
        raise SystemExit("the records do not reach the broker")


def commit(bootstrap, offset):
    """Each group commits to different partitions, as many as there are."""
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    number = 0
    waiting = []
    for group in range(GROUPS):
        places = []
        for _ in range(COMMITS_OF_GROUP):
            topic, partition = divmod(number, bench_broker.PARTITIONS_OF_TOPIC)
            places.append(TopicPartition(f"bench-{topic:05d}", partition, offset))
            number += 1
        waiting += admin.alter_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(f"group-{group:05d}", places)], request_timeout=60).values()
    for one in waiting:
        one.result()


# ---- Measuring ----

def rss(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def highest_rss(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


class Scrapes(threading.Thread):
    """Scrapes one after the other; when each began and how long it took."""

    def __init__(self, url):
        super().__init__()
        self.request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
        self.stopped = threading.Event()
        self.times = []

    def run(self):
        while not self.stopped.wait(0.01):
            wall, begun = time.time(), time.monotonic()
            with urllib.request.urlopen(self.request, timeout=60) as answer:
                answer.read()
            self.times.append((wall, time.monotonic() - begun))

    def stop(self):
        self.stopped.set()
        self.join()


class Program:
    """Streamgauge on a cluster, and what its cycles were like."""

    def __init__(self, binary, bootstrap, interval_s=INTERVAL_S, cluster=""):
        self.folder = tempfile.TemporaryDirectory()
        (port,) = bench_broker.free_ports(1)
        path = pathlib.Path(self.folder.name) / "c.yaml"
        path.write_text(f"collect: {{ interval: {interval_s}s, timeout: {interval_s}s }}\nclusters:\n"
                        f"  - name: bench\n    bootstrap_servers: {bootstrap}\n{cluster}")
        self.interval_s = interval_s
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([binary, f"--config.file={path}",
                                         f"--web.listen-address=127.0.0.1:{port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

    def page(self):
        """With gzip, as Prometheus does: a request without it would make the page's text be kept."""
        request = urllib.request.Request(self.url + "/metrics", headers={"Accept-Encoding": "gzip"})
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=60) as answer:
            return gzip.decompress(answer.read()).decode()
        return ""

    def state(self):
        """The end and the length of the latest cycle."""
        page = self.page()
        end = re.search(r'^streamgauge_collector_last_success_timestamp_seconds\{.*"admin".*\} (\S+)$',
                        page, re.M)
        length = re.search(r'^streamgauge_collector_duration_seconds\{.*"admin".*\} (\S+)$', page, re.M)
        return (float(end.group(1)), float(length.group(1))) if end and length else (0, 0)

    def wait_for_cycle(self, seconds):
        """Waits until the first complete cycle has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.state()[0]:
                return self.state()[1]
            time.sleep(0.5)
        raise SystemExit(f"no complete cycle within {seconds} s")

    def lengths(self, count):
        """Of consecutive cycles, from the status page: with scrapes of /metrics, cycles would be in step."""
        found = []
        for _ in range(count):
            time.sleep(self.interval_s)
            with urllib.request.urlopen(self.url + "/collectors", timeout=60) as answer:
                text = answer.read().decode()
            row = re.search(r'>admin</th>.*?</svg>(\w+)<.*?data-l="Took">([\d.]+) (m?s)<', text)
            if not row or row.group(1) != "ok":
                raise SystemExit(f"a cycle was not complete: {row.group(1) if row else 'no such row'}")
            found.append(float(row.group(2)) / (1000 if row.group(3) == "ms" else 1))
        return found

    def ends(self, count):
        """(end, length) of consecutive cycles, from the page."""
        seen = []
        while len(seen) < count:
            state = self.state()
            if state[0] and (not seen or seen[-1][0] != state[0]):
                seen.append(state)
            time.sleep(0.2)
        return seen

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def list_offsets(agent_url):
    """ListOffsets requests that the broker has answered, of any version; 0 when there was none."""
    url = f"{agent_url}read/kafka.network:type=RequestMetrics,name=RequestsPerSec,request=ListOffsets,*/Count"
    with urllib.request.urlopen(url, timeout=60) as answer:
        beans = json.load(answer).get("value", {})
    return sum(bean["Count"] for bean in beans.values())


def bare_cycles(program, bootstrap, count):
    out = subprocess.run([program, bootstrap, str(count + 1)], capture_output=True, text=True,
                         check=True).stdout.split()
    return [float(one) for one in out[1:]]  # the first one connects


def measure(binary, bare, broker, turns, cycles):
    """Streamgauge and the bare loop in turns, so that both run under the same load."""
    bootstrap, broker_pid = broker.bootstrap, broker.pid
    found = {"ours": [], "bare": [], "own_cpu": [], "broker_ours": [], "broker_bare": [], "ratio": []}
    requests = list_offsets(broker.agent_url)
    program = Program(binary, bootstrap)
    try:
        found["first"] = program.wait_for_cycle(60)
        found["first_requests"] = list_offsets(broker.agent_url) - requests
        program.lengths(3)
        requests = list_offsets(broker.agent_url)
        program.lengths(5)
        found["requests"] = (list_offsets(broker.agent_url) - requests) / 5
        for _ in range(turns):
            served, own, wall = (bench_broker.cpu_s(broker_pid), bench_broker.cpu_s(program.pid),
                                 time.monotonic())
            ours = program.lengths(cycles)
            n = (time.monotonic() - wall) / INTERVAL_S
            found["own_cpu"].append((bench_broker.cpu_s(program.pid) - own) / n)
            ours_cpu = (bench_broker.cpu_s(broker_pid) - served) / n
            os.kill(program.pid, signal.SIGSTOP)  # the bare loop runs alone
            served = bench_broker.cpu_s(broker_pid)
            time.sleep(INTERVAL_S)
            found["broker_ours"].append(ours_cpu - (bench_broker.cpu_s(broker_pid) - served))
            served = bench_broker.cpu_s(broker_pid)
            theirs = bare_cycles(bare, bootstrap, cycles)
            found["broker_bare"].append((bench_broker.cpu_s(broker_pid) - served) / (cycles + 1))
            os.kill(program.pid, signal.SIGCONT)
            program.lengths(2)
            found["ours"] += ours
            found["bare"] += theirs
            found["ratio"].append(statistics.median(ours) / statistics.median(theirs))
        page = program.page()
        found["series"] = sum(not line.startswith("#") for line in page.splitlines())
        found["rss"] = rss(program.pid)
        found["highest"] = highest_rss(program.pid)
        found |= scrapes(program)
    finally:
        program.stop()
    return found


def scrapes(program):
    """How long a scrape takes while a cycle runs, and between cycles."""
    clients = Scrapes(program.url + "/metrics")
    clients.start()
    cycles = program.ends(8)
    clients.stop()
    during, between = [], []
    for wall, took in clients.times:
        if not cycles[0][0] < wall < cycles[-1][0] - cycles[-1][1]:
            continue
        running = any(end - length <= wall + took and wall <= end for end, length in cycles)
        (during if running else between).append(took)
    return {"during": during, "between": between}


def ms(values):
    return f"{statistics.median(values) * 1e3:.1f} ms"


def report(title, found):
    print(f"\n| {title} | figure |\n|---|---|")
    print(f"| series | {found['series']} |")
    print(f"| cycle | {ms(found['ours'])} |")
    print(f"| the same requests in a bare loop | {ms(found['bare'])} |")
    print(f"| cycle ÷ bare loop, median of the turns | {statistics.median(found['ratio']):.2f} |")
    print(f"| first cycle after the start | {found['first'] * 1e3:.0f} ms |")
    print(f"| own CPU of a cycle and a page | {ms(found['own_cpu'])} |")
    print(f"| broker's CPU of a cycle, without its idle CPU | {ms(found['broker_ours'])} |")
    print(f"| broker's CPU of a bare loop | {ms(found['broker_bare'])} |")
    print(f"| scrape (gzip) during a cycle | {ms(found['during'])} ({len(found['during'])}) |")
    print(f"| scrape (gzip) between cycles | {ms(found['between'])} ({len(found['between'])}) |")
    print(f"| ListOffsets requests of the first cycle | {found['first_requests']:.0f} |")
    print(f"| ListOffsets requests of a cycle | {found['requests']:.1f} |")
    print(f"| resident memory | {found['rss'] / 1e6:.1f} MB |")
    print(f"| highest | {found['highest'] / 1e6:.1f} MB |", flush=True)


# Everything about groups and topics that is off by default and needs no JMX.
EVERYTHING = """    groups: { owners: 5000, partition_status: true, share_lag: state_topic }
    topics: { last_produced: true, last_stable_offset: true, overrides: 5000, racks: true }
    log_dirs: true
"""


def compare_options(binary, broker, turns, cycles):
    """The defaults and everything that can be switched on, in turns; one stands still while the other runs."""
    programs = {"defaults": Program(binary, broker.bootstrap),
                "everything": Program(binary, broker.bootstrap, cluster=EVERYTHING)}
    found = {name: {"cycle": [], "own": [], "broker": []} for name in programs}
    try:
        for program in programs.values():
            program.wait_for_cycle(60)
        time.sleep(15)  # what is searched once is found
        for program in programs.values():
            os.kill(program.pid, signal.SIGSTOP)
        for _ in range(turns):
            for name, program in programs.items():
                os.kill(program.pid, signal.SIGCONT)
                time.sleep(3 * INTERVAL_S)  # the cycle that stood still is over
                own, served, wall = (bench_broker.cpu_s(program.pid), bench_broker.cpu_s(broker.pid),
                                     time.monotonic())
                found[name]["cycle"] += program.lengths(cycles)
                n = (time.monotonic() - wall) / INTERVAL_S
                found[name]["own"].append((bench_broker.cpu_s(program.pid) - own) / n)
                found[name]["broker"].append((bench_broker.cpu_s(broker.pid) - served) / n)
                os.kill(program.pid, signal.SIGSTOP)
        for name, program in programs.items():
            os.kill(program.pid, signal.SIGCONT)
            time.sleep(3 * INTERVAL_S)  # after a stop the page has nothing until a cycle has ended
            page = program.page()
            found[name]["series"] = sum(not line.startswith("#") for line in page.splitlines())
            found[name]["rss"] = rss(program.pid)
    finally:
        for program in programs.values():
            os.kill(program.pid, signal.SIGCONT)
            program.stop()
    return found


def report_options(found):
    print("\n| | defaults | everything | ratio |\n|---|---|---|---|")
    names = (("cycle", "cycle"), ("own", "own CPU of a cycle and a page"), ("broker", "broker's CPU of a cycle"))
    for key, what in names:
        one, all_ = (statistics.median(found[name][key]) for name in ("defaults", "everything"))
        print(f"| {what} | {one * 1e3:.1f} ms | {all_ * 1e3:.1f} ms | {all_ / one:.2f} |")
    one, all_ = found["defaults"], found["everything"]
    print(f"| series | {one['series']} | {all_['series']} | {all_['series'] / one['series']:.2f} |")
    print(f"| resident memory | {one['rss'] / 1e6:.1f} MB | {all_['rss'] / 1e6:.1f} MB "
          f"| {all_['rss'] / one['rss']:.2f} |", flush=True)


def helper(broker, what, *arguments):
    subprocess.run([broker.python, __file__, what, broker.bootstrap, *map(str, arguments)], check=True)


def run(binary, bare, turns=3, cycles=8, stay=False):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    broker = bench_broker.Broker(FOLDER)
    try:
        subprocess.run([broker.python, bench_broker.__file__, "--make-topics", broker.bootstrap,
                        "--topics", str(TOPICS)], check=True)
        helper(broker, "--fill")
        if stay:
            helper(broker, "--commit", RECORDS)
            print(broker.bootstrap, broker.pid, broker.python, flush=True)
            broker.process.wait()
        for offset, title in ((RECORDS, "no group lags"), (2, "every group lags everywhere")):
            helper(broker, "--commit", offset)
            bare_cycles(bare, broker.bootstrap, 20)  # the JVM compiles frequently used code
            report(f"10,060 partitions, 204 groups, 9,996 commits; {title}",
                   measure(binary, bare, broker, turns, cycles))
            report_options(compare_options(binary, broker, turns, cycles))
    finally:
        broker.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)


# ---- Simulated clusters ----

SIZES = (25000, 50000, 100000, 200000)


@contextlib.contextmanager
def simulated(program, partitions, groups):
    """A cluster of this size. Yields its bootstrap servers and its pid."""
    process = subprocess.Popen([program, "-topics", str(partitions // 50), "-groups", str(groups)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.stdin.close()
        process.wait()


def build_simulated(folder):
    """The program, or None: this project does not install Go."""
    go = shutil.which("go")
    version = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True,
                             check=True).stdout if go else ""
    found = re.match(r"go1\.(\d+)", version)
    if not found or int(found.group(1)) < 21:
        print("\nNo simulated clusters: they need Go 1.21 or later.")
        return None
    program = pathlib.Path(folder) / "simulated"
    subprocess.run([go, "build", "-o", program, "."], cwd=REPO / "tests/bench/simulated", check=True)
    return program


def run_simulated(binary, bare):
    with tempfile.TemporaryDirectory() as folder:
        program = build_simulated(folder)
        if not program:
            return
        print("\n| simulated partitions | groups | commits | first cycle | cycle | bare loop | own CPU |"
              " series | resident | highest |\n|---|---|---|---|---|---|---|---|---|---|")
        for partitions in SIZES:
            groups = partitions // 40
            with simulated(program, partitions, groups) as (bootstrap, _):
                streamgauge = Program(binary, bootstrap, 30)
                try:
                    first = streamgauge.wait_for_cycle(120)
                    own = bench_broker.cpu_s(streamgauge.pid)
                    cycles = streamgauge.lengths(2)
                    own = (bench_broker.cpu_s(streamgauge.pid) - own) / 2
                    resident, highest = rss(streamgauge.pid), highest_rss(streamgauge.pid)
                    page = streamgauge.page()
                finally:
                    streamgauge.stop()
                theirs = statistics.median(bare_cycles(bare, bootstrap, 3))
                series = sum(not line.startswith("#") for line in page.splitlines())
                print(f"| {partitions} | {groups} | {partitions} | {first:.2f} s |"
                      f" {statistics.median(cycles):.2f} s | {theirs:.2f} s | {own:.2f} s | {series} |"
                      f" {resident / 1e6:.0f} MB | {highest / 1e6:.0f} MB |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fill", metavar="HOST:PORT", help=argparse.SUPPRESS)
    parser.add_argument("--commit", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--stay", action="store_true", help="only start the broker and fill it")
    parser.add_argument("--simulated", action="store_true", help="only the simulated clusters")
    parser.add_argument("--binary", default=REPO / "build/bench/streamgauge")
    parser.add_argument("--bare", default=REPO / "build/bench/tests/bench/bench_admin_bare")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--cycles", type=int, default=8)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill)
    elif arguments.commit:
        commit(arguments.commit[0], int(arguments.commit[1]))
    elif arguments.simulated:
        run_simulated(arguments.binary, arguments.bare)
    else:
        sys.stdout.reconfigure(line_buffering=True)
        run(arguments.binary, arguments.bare, arguments.turns, arguments.cycles, arguments.stay)
