#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a poll by JMX's own protocol costs, beside a Jolokia agent and a Jolokia as proxy, in one run:

    agent   a bulk request to the agent in the broker,
    port    the JMX port, read without a JVM,
    proxy   the JMX port, read by a Jolokia in another JVM (whose CPU is shown too).

The broker is one idle Kafka 4.1.0 node that is started for it. Streamgauge reads it under several names, with its
default catalogue, in interleaved rounds; the CPU of the broker's JVM is that of /proc/PID/stat without its idle
time, and the median of the rounds is the result. Then one process on one core reads it under 200 names, each with
a connection of its own: its memory after 1,000 to 10,000 polls.

Run by `tests/bench/run --jmx`. Ratios are printed; no test depends on them.
"""
import argparse
import contextlib
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench_broker import FOLDER, REPO, Broker, cpu_s, free_ports
from bench_many import resident_mb

# Names of the broker, and how often each of them is polled: the proxy takes its time.
NAMES = {"agent": 20, "port": 20, "proxy": 1}
INTERVALS_S = {"agent": 5, "port": 5, "proxy": 15}
IDLE_S = 10
JOLOKIA = "jolokia-2.2.9/jolokia-agent-jvm-2.2.9-javaagent.jar"
MANY = 200
MEMORY_AT = (1_000, 5_000, 10_000)

sys.path.insert(0, str(REPO / "deploy/lab"))
import jmx_port  # noqa: E402


def jmx_config(how, port, agent_url, proxy_url, n):
    """As JVMs, since a broker's own id is looked at."""
    target = f"service:jmx:rmi:///jndi/rmi://127.0.0.1:{port}/jmxrmi"
    where = {"agent": f"url: '{agent_url}'", "port": f"jmx: '127.0.0.1:{port}'",
             "proxy": f"proxy: {{ url: '{proxy_url}', target: '{target}' }}"}[how]
    return "jvms: [ " + ", ".join(f"{{ name: n{i}, rules: kafka, {where} }}" for i in range(1, n + 1)) + " ]"


class Process:
    """Streamgauge with no Kafka listener, and what its page says of its polls."""

    def __init__(self, binary, folder, jmx, interval_s, through=()):
        unused, port = free_ports(2)
        path = pathlib.Path(folder) / "c.yaml"
        path.write_text(
            f"collect: {{ interval: {interval_s}s, timeout: {interval_s}s }}\nclusters:\n"
            f"  - name: bench\n    bootstrap_servers: 127.0.0.1:{unused}\n"
            "    client: { reconnect.backoff.ms: 10000, reconnect.backoff.max.ms: 10000 }\n"
            f"    {jmx}\n")
        self.url = f"http://127.0.0.1:{port}/metrics"
        self.process = subprocess.Popen([*through, binary, f"--config.file={path}",
                                         f"--web.listen-address=127.0.0.1:{port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

    def page(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url, timeout=60) as answer:
            return answer.read().decode()
        return ""

    def values(self, name):
        return [float(v) for v in re.findall(rf'^{name}\{{.*collector="jolokia".*\}} (\S+)$', self.page(), re.M)]

    def polls(self):
        return sum(self.values("streamgauge_collector_collections_total"))

    def failures(self):
        return sum(self.values("streamgauge_collector_errors_total"))

    def wait_for_polls(self, n, timeout_s):
        end = time.monotonic() + timeout_s
        while (done := self.polls()) < n:
            if self.process.poll() is not None:
                raise SystemExit(f"Streamgauge exited with {self.process.returncode}")
            if time.monotonic() > end:
                raise SystemExit(f"{done:.0f} of {n} polls within {timeout_s} s")
            time.sleep(0.1)
        return done

    def stop(self):
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def streamgauge(*arguments, **more):
    with tempfile.TemporaryDirectory() as folder:
        process = Process(arguments[0], folder, *arguments[1:], **more)
        try:
            yield process
        finally:
            process.stop()


@contextlib.contextmanager
def proxy_jvm(java, jar, folder):
    """As deploy/jolokia/jolokia-proxy.service starts it."""
    (port,) = free_ports(1)
    allowed = folder / "allowed-targets"
    allowed.write_text(".*\n")
    deploy = REPO / "deploy/jolokia"
    process = subprocess.Popen(
        [java, "-Xmx96m", f"-javaagent:{jar}=host=127.0.0.1,port={port},executor=cached,discoveryEnabled=false,"
         f"policyLocation=file://{deploy}/jolokia-access.xml,jsr160ProxyAllowedTargets={allowed}",
         deploy / "Proxy.java"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(5)
        yield process.pid, f"http://127.0.0.1:{port}/jolokia/"
    finally:
        process.kill()
        process.wait()


class Bench:
    def __init__(self, binary, broker, port, proxy, intervals):
        self.binary, self.broker, self.port, self.intervals = binary, broker, port, intervals
        self.proxy_pid, self.proxy_url = proxy

    def idle(self):
        """CPU seconds of the broker in a second."""
        cpu, begin = cpu_s(self.broker.pid), time.monotonic()
        time.sleep(IDLE_S)
        return (cpu_s(self.broker.pid) - cpu) / (time.monotonic() - begin)

    def measure(self, how):
        """CPU seconds: the broker's with its idle time, and of one poll Streamgauge's own and the proxy's."""
        n = NAMES[how]
        config = jmx_config(how, self.port, self.broker.agent_url, self.proxy_url, n)
        with streamgauge(self.binary, config, INTERVALS_S[how]) as process:
            process.wait_for_polls(2 * n, 180)
            pids = self.broker.pid, process.pid, self.proxy_pid
            before, begin, done = [cpu_s(pid) for pid in pids], time.monotonic(), process.polls()
            end = process.wait_for_polls(done + n * self.intervals, 600)
            wall = time.monotonic() - begin
            failed = process.failures()
            series = sum(process.values("streamgauge_collector_series")) / n
            broker, own, proxy = (cpu_s(pid) - cpu for pid, cpu in zip(pids, before, strict=True))
        polls = end - done
        return {"broker": broker, "wall": wall, "polls": polls, "own": own / polls, "proxy": proxy / polls,
                "failed": failed, "series": series}

    def round(self, number):
        idle = self.idle()
        result = {how: self.measure(how) for how in sorted(NAMES, reverse=bool(number % 2))}
        idle = (idle + self.idle()) / 2
        for one in result.values():
            one["poll"] = (one["broker"] - idle * one["wall"]) / one["polls"]
        return result


def report(rounds):
    def middle(how, what):
        return statistics.median(one[how][what] for one in rounds)

    print(f"\n| one poll, default catalogue; {len(rounds)} rounds | series | broker's CPU | from, to | own CPU |"
          " proxy's CPU | failed |\n|---|---|---|---|---|---|---|")
    for how in NAMES:
        values = sorted(one[how]["poll"] * 1e3 for one in rounds)
        proxy = f"{middle(how, 'proxy') * 1e3:.0f} ms" if how == "proxy" else ""
        print(f"| {how} | {middle(how, 'series'):.0f} | {middle(how, 'poll') * 1e3:.1f} ms |"
              f" {values[0]:.1f} to {values[-1]:.1f} | {middle(how, 'own') * 1e3:.1f} ms | {proxy} |"
              f" {sum(one[how]['failed'] for one in rounds):.0f} of {sum(one[how]['polls'] for one in rounds):.0f} |")
    print("\n| ratio of the broker's CPU, median of the rounds | figure | target |\n|---|---|---|")
    for text, top, bottom, target in (("port ÷ agent", "port", "agent", "at most 1.4"),
                                      ("proxy ÷ port", "proxy", "port", "at least 5")):
        ratio = statistics.median(one[top]["poll"] / one[bottom]["poll"] for one in rounds)
        print(f"| {text} | {ratio:.2f} | {target} |", flush=True)


def many(binary, broker, port, interval_s):
    """One process on one core; the broker is one JVM, at one port, under 200 names."""
    config = jmx_config("port", port, None, None, MANY)
    print(f"\n| {MANY} connections to one JVM, one process on one core, every {interval_s} s | |\n|---|---|")
    with streamgauge(binary, config, interval_s, through=("taskset", "-c", "0")) as process:
        process.wait_for_polls(2 * MANY, 300)
        cpu, theirs, begin, done = cpu_s(process.pid), cpu_s(broker.pid), time.monotonic(), process.polls()
        polls = process.wait_for_polls(done + 3 * MANY, 600) - done
        wall = time.monotonic() - begin
        succeeded = process.values("streamgauge_collector_success")
        took = sorted(process.values("streamgauge_collector_duration_seconds"))
        print(f"| JVMs that answered | {sum(succeeded):.0f} |")
        print(f"| own CPU for one poll | {(cpu_s(process.pid) - cpu) / polls * 1e3:.2f} ms |")
        print(f"| the core is busy | {(cpu_s(process.pid) - cpu) / wall * 100:.1f} % |")
        print(f"| the broker's CPU for one poll | {(cpu_s(broker.pid) - theirs) / polls * 1e3:.1f} ms |")
        print(f"| the longest collection, the median | {took[-1]:.2f} s, {statistics.median(took):.2f} s |")
        for at in MEMORY_AT:
            while process.polls() < at:
                time.sleep(interval_s / 2)
            print(f"| resident memory after {process.polls():.0f} polls | {resident_mb(process.pid):.1f} MB |",
                  flush=True)


def run(binary, rounds=5, intervals=4, many_interval_s=8):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    broker = Broker(FOLDER, ["-XX:+StartAttachListener"])
    try:
        subprocess.run([broker.python, REPO / "tests/bench/bench_broker.py", "--make-topics", broker.bootstrap,
                        "--topics", "5"], check=True)
        (port,) = free_ports(1)
        jmx_port.open_port(broker.pid, port)
        jar = pathlib.Path(broker.jars).parents[1] / JOLOKIA
        with proxy_jvm(broker.java, jar, FOLDER) as proxy:
            bench = Bench(binary, broker, port, proxy, intervals)
            for how in NAMES:  # the JVMs compile what is used often
                bench.measure(how)
            done = []
            for number in range(rounds):
                done.append(bench.round(number))
                said = ", ".join(f"{how} {one['poll'] * 1e3:.1f} ms" for how, one in done[-1].items())
                print(f"round {number + 1}: {said}", file=sys.stderr, flush=True)
        report(done)
        many(binary, broker, port, many_interval_s)
    finally:
        broker.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=REPO / "build/bench/streamgauge")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--intervals", type=int, default=4, help="of each way in a round (default 4)")
    arguments = parser.parse_args()
    run(arguments.binary, arguments.rounds, arguments.intervals)
