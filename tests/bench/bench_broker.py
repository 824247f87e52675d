#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a poll costs the broker: CPU seconds of one Kafka 4.1.0 node with many partitions, for

    a   one poll by Streamgauge with its default catalogue,
    b   the same requests without Streamgauge,
    c   one scrape of jmx_exporter 1.0.1, in the same JVM, with the rules of jmx_exporter.yml:
        of everything, and without the MBeans that exist once per partition.

Run by `tests/bench/run --broker`. Rounds of a, b, c and an idle time are interleaved; the idle time's
CPU is subtracted, and the median of the rounds is the result. No test depends on it.
"""
import argparse
import contextlib
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from relay import Agent, Relay

REPO = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("STREAMGAUGE_BENCH_DIR", "/var/tmp/streamgauge-bench"))
RULES = REPO / "tests/bench/jmx_exporter.yml"

PARTITIONS_OF_TOPIC = 10
INTERVAL_S = 5
TARGETS = 10  # one agent under ten names: ten polls per interval are measurable beside its other work
CLUSTER_ID = "c3RyZWFtZ2F1Z2UtYmVuY2"

# MBeans that exist once per partition.
PER_PARTITION = ["kafka.log:type=Log,*", "kafka.cluster:type=Partition,*"]

INSTALL = """
set -euo pipefail
lib=$1/deploy/lab/lib
for name in console settings process install; do source "$lib/$name.sh"; done
lab_dir=$2
mkdir -p -- "$cache" "$lab_dir/log"
exec {cache_lock}>"$cache/lock"
flock "$cache_lock"
java_find || die 'no Java 17: run deploy/lab/up'
command -v mvn >/dev/null || packages_install maven
jars_install kafka-4.1.0 jolokia-2.2.9 jolokia-2.6.0 jmx-exporter-1.0.1
python_set
python_is_complete || { packages_install python3-venv && python_install; }
printf '%s\\n' "$cache" "$java" "$python"
"""


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def make_topics(bootstrap, count):
    """Runs in the lab's Python, which has the client."""
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    names = [f"bench-{i:05d}" for i in range(count)]
    for begin in range(0, count, 50):
        wanted = [NewTopic(name, PARTITIONS_OF_TOPIC, 1) for name in names[begin:begin + 50]]
        for future in admin.create_topics(wanted, request_timeout=120).values():
            future.result()


class Broker:
    """One combined KRaft node with both agents. Everything listens on 127.0.0.1."""

    def __init__(self, folder, options=()):
        text = subprocess.run(["bash", "-c", INSTALL, "bash", REPO, folder], check=True,
                              capture_output=True, text=True).stdout
        cache, self.java, self.python = text.splitlines()[-3:]
        self.jars = f"{cache}/kafka-4.1.0/*"
        agent = f"{cache}/jolokia-2.6.0/jolokia-agent-jvm-2.6.0-javaagent.jar"
        exporter = f"{cache}/jmx-exporter-1.0.1/jmx_prometheus_javaagent-1.0.1.jar"
        port, controller, jolokia, scrape = free_ports(4)
        self.bootstrap = f"127.0.0.1:{port}"
        self.agent_url = f"http://127.0.0.1:{jolokia}/jolokia/"
        self.scrape_url = f"http://127.0.0.1:{scrape}/metrics"
        self.rules = folder / "jmx_exporter.yml"
        self.configure_exporter([])
        self.log4j = [f"-Dlab.log={folder}/broker.log",
                      f"-Dlog4j2.configurationFile=file:{REPO}/deploy/lab/config/log4j2.properties"]
        self.properties = folder / "broker.properties"
        self.properties.write_text(f"""process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
log.index.size.max.bytes=65536
offsets.topic.replication.factor=1
""")
        self.format()
        self.start(folder, [
            *options,
            f"-javaagent:{agent}=host=127.0.0.1,port={jolokia},discoveryEnabled=false",
            f"-javaagent:{exporter}=127.0.0.1:{scrape}:{self.rules}"])

    def format(self):
        subprocess.run([self.java, *self.log4j, "-cp", self.jars, "kafka.tools.StorageTool", "format",
                        "--cluster-id", CLUSTER_ID, "--config", self.properties], check=True,
                       stdout=subprocess.DEVNULL)

    def start(self, folder, agents):
        # Three files for each partition.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with open(folder / "broker.out", "wb") as out:
            self.process = subprocess.Popen(
                [self.java, "-Xms1536m", "-Xmx1536m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
                 "-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true", *agents, *self.log4j,
                 "-cp", self.jars, "kafka.Kafka", self.properties],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard)))
        self.pid = self.process.pid
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, SystemExit):
                agent = Agent(self.agent_url)
                state = agent.post(b'{"type":"read","attribute":"Value",'
                                   b'"mbean":"kafka.server:type=KafkaServer,name=BrokerState"}')
                agent.close()
                if b'"value":3' in state:
                    return
            time.sleep(0.3)
        raise SystemExit(f"the broker does not start: {folder}/broker.out, broker.log")

    def configure_exporter(self, excluded):
        """jmx_exporter reloads its rules when the file is newer than the loaded one, to the second."""
        lines = "".join(f'  - "{name}"\n' for name in excluded)
        text = RULES.read_text() + (f"excludeObjectNames:\n{lines}" if lines else "")
        self.rules.write_text(text)
        ahead = time.time() + 2
        os.utime(self.rules, (ahead, ahead))
        time.sleep(3)

    def scrape(self):
        with urllib.request.urlopen(self.scrape_url, timeout=300) as answer:
            return answer.read()

    def stop(self):
        self.process.kill()  # its data is discarded, so a controlled shutdown is not needed
        self.process.wait()


@contextlib.contextmanager
def streamgauge(binary, jolokia_urls):
    """The program with this one agent as broker 1 of several clusters, and no Kafka listener."""
    (unused_port,) = free_ports(1)
    (port,) = free_ports(1)
    clusters = "".join(
        f"  - name: bench-{name}\n    bootstrap_servers: 127.0.0.1:{unused_port}\n"
        "    client: { reconnect.backoff.ms: 10000, reconnect.backoff.max.ms: 10000 }\n"
        f'    jolokia: {{ brokers: {{ 1: "{url}" }} }}\n'
        for name, url in jolokia_urls.items())
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "c.yaml"
        path.write_text(
            f"collect: {{ interval: {INTERVAL_S}s, timeout: {INTERVAL_S}s }}\nclusters:\n{clusters}")
        process = subprocess.Popen([binary, f"--config.file={path}",
                                    f"--web.listen-address=127.0.0.1:{port}"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield process, f"http://127.0.0.1:{port}/metrics"
        finally:
            process.terminate()
            process.wait()


def samples(page):
    return sum(not line.startswith(b"#") for line in page.splitlines())


class TooBusy(Exception):
    """Polls timed out: the machine is too busy. The measurement is not valid."""


class Bench:
    def __init__(self, broker, binary, polls):
        self.broker = broker
        self.binary = binary
        self.polls = polls
        self.reads = []  # the requests of the latest polls by Streamgauge
        self.facts = {}

    def costs(self, work):
        """Broker's CPU seconds and wall seconds of some work."""
        cpu, wall = cpu_s(self.broker.pid), time.monotonic()
        work()
        return cpu_s(self.broker.pid) - cpu, time.monotonic() - wall

    def idle(self):
        cpu, wall = self.costs(lambda: time.sleep(self.polls * INTERVAL_S))
        return cpu / wall

    def by_streamgauge(self):
        relay = Relay(self.broker.agent_url, range(1, TARGETS + 1))
        wanted = self.polls * TARGETS
        try:
            with streamgauge(self.binary, relay.urls) as (process, metrics_url):
                before = len(relay.wait_for_polls(3 * TARGETS, 60))
                own = cpu_s(process.pid)
                polls = []
                cost = self.costs(lambda: polls.extend(
                    relay.wait_for_polls(before + wanted, 60 + 3 * self.polls * INTERVAL_S)))
                own = cpu_s(process.pid) - own
                page = urllib.request.urlopen(metrics_url, timeout=30).read()
        finally:
            relay.close()
        if relay.given_up:
            raise TooBusy
        polls = polls[before:]
        self.reads = sorted(request for poll in polls for request in poll)
        self.facts |= {
            "requests": len(self.reads) / len(polls),
            "answer": sum(read.answer_bytes for read in self.reads) / len(polls),
            "series": samples(page) // TARGETS}
        return *cost, len(polls), own / len(polls)

    def bare(self, polls):
        """The same requests, at the same times."""
        agent = Agent(self.broker.agent_url)
        first = self.reads[0].begin

        def work():
            begin = time.monotonic()
            for read in self.reads:
                time.sleep(max(0, begin + read.begin - first - time.monotonic()))
                agent.post(read.body)

        cost = self.costs(work)
        agent.close()
        return *cost, polls

    def by_exporter(self, what, excluded, scrapes):
        self.broker.configure_exporter(excluded)
        page = self.broker.scrape()  # it reads its rules now
        self.facts[what] = len(page), samples(page)

        def work():
            for _ in range(scrapes):
                self.broker.scrape()

        return *self.costs(work), scrapes

    def round(self):
        idle = self.idle()
        a_cpu, a_wall, a_n, own = self.by_streamgauge()
        b_cpu, b_wall, b_n = self.bare(a_n)
        c_cpu, c_wall, c_n = self.by_exporter("c", [], 2)
        d_cpu, d_wall, d_n = self.by_exporter("d", PER_PARTITION, 3)

        def each(cpu, wall, n):
            return (cpu - idle * wall) / n

        return {"idle": idle, "a": each(a_cpu, a_wall, a_n), "b": each(b_cpu, b_wall, b_n),
                "c": each(c_cpu, c_wall, c_n), "d": each(d_cpu, d_wall, d_n), "own": own}


def warm_up(broker, bench):
    """The JVM compiles frequently used code: measured is a broker that has been polled for long."""
    for _ in range(3):
        with contextlib.suppress(TooBusy):
            bench.by_streamgauge()
            break
    else:
        raise SystemExit("all polls timed out: the machine is too busy")
    agent = Agent(broker.agent_url)
    for read in bench.reads * 2:
        agent.post(read.body)
    agent.close()
    for _ in range(4):
        broker.scrape()


def report(partitions, rounds, facts):
    def middle(key):
        return statistics.median(one[key] for one in rounds)

    def row(name, key, series, size):
        values = sorted(one[key] for one in rounds)
        print(f"| {name} | {series} | {size / 1e6:.2f} | {middle(key):.3f} |"
              f" {values[0]:.3f} to {values[-1]:.3f} |")

    print(f"\nOne Kafka 4.1.0 node with {partitions} partitions, Jolokia 2.6.0; {len(rounds)} rounds;"
          f" idle it takes {middle('idle'):.3f} CPU s a second.\n")
    print("| | series | MB | broker's CPU s | from, to |\n|---|---|---|---|---|")
    row(f"a: poll by Streamgauge ({facts['requests']:.1f} requests)", "a", facts["series"],
        facts["answer"])
    row("b: the same requests, without Streamgauge", "b", "", facts["answer"])
    row("c: scrape of jmx_exporter, everything", "c", facts["c"][1], facts["c"][0])
    row("d: scrape of jmx_exporter, no per-partition MBeans", "d", facts["d"][1], facts["d"][0])
    print("\n| ratio | median of the rounds |\n|---|---|")
    for name, top, bottom in (("a ÷ b", "a", "b"), ("c ÷ a", "c", "a"), ("d ÷ a", "d", "a")):
        print(f"| {name} | {statistics.median(r[top] / r[bottom] for r in rounds):.2f} |")
    print(f"| Streamgauge's own CPU for one poll | {middle('own') * 1e3:.1f} ms |")


def run(binary, topics=1000, rounds=5, polls=6):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    broker = Broker(FOLDER)
    try:
        subprocess.run([broker.python, __file__, "--make-topics", broker.bootstrap,
                        "--topics", str(topics)], check=True)
        time.sleep(10)
        bench = Bench(broker, binary, polls)
        warm_up(broker, bench)
        done = []
        for number in range(2 * rounds):
            try:
                done.append(bench.round())
            except TooBusy:
                print(f"round {number + 1}: polls timed out, left out", file=sys.stderr, flush=True)
                continue
            print(f"round {number + 1}: " + ", ".join(f"{k} {v:.4f}" for k, v in done[-1].items()),
                  file=sys.stderr, flush=True)
            if len(done) == rounds:
                break
        if not done:
            raise SystemExit("all polls timed out: the machine is too busy")
        report(topics * PARTITIONS_OF_TOPIC, done, bench.facts)
    finally:
        broker.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make-topics", metavar="HOST:PORT", help=argparse.SUPPRESS)
    parser.add_argument("--binary", default=REPO / "build/bench/streamgauge")
    parser.add_argument("--topics", type=int, default=1000,
                        help=f"of {PARTITIONS_OF_TOPIC} partitions each (default 1000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--polls", type=int, default=6,
                        help=f"intervals of {INTERVAL_S} s, {TARGETS} polls in each, of a round (default 6)")
    arguments = parser.parse_args()
    if arguments.make_topics:
        make_topics(arguments.make_topics, arguments.topics)
    else:
        run(arguments.binary, arguments.topics, arguments.rounds, arguments.polls)
