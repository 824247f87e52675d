#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many brokers polled by one process on one core: CPU per poll, the time that all of them take, memory.

The brokers are one small server that sends prepared bytes on as many ports of 127.0.0.1. The
answers are from a real agent: a new request is sent to that agent a few times, and from then on these
answers are replayed in turn. It runs on another core and its CPU is measured separately.

Run by `tests/bench/run --many`, with the lab's broker 1 as the agent. No test depends on it.
"""
import argparse
import contextlib
import gc
import json
import os
import pathlib
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from relay import Agent

REPO = pathlib.Path(__file__).resolve().parents[2]
ANSWERS = 4  # different ones to the same request, so that values change from poll to poll
GAP_S = 1  # between the polls of two intervals
MEMORY_AT = (1_000, 10_000)  # polls


# ---- The server


class Replay:
    def __init__(self, count, agent_url):
        self.agent = Agent(agent_url)
        self.answers = {}
        self.turn = 0
        self.times = []  # begin and end of each answer
        self.selector = selectors.EpollSelector()
        self.ports = []
        for _ in range(count):
            listener = socket.create_server(("127.0.0.1", 0))
            listener.setblocking(False)
            self.ports.append(listener.getsockname()[1])
            self.selector.register(listener, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.command)

    def accept(self, listener):
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        received = bytearray()
        self.selector.register(connection, selectors.EVENT_READ, lambda c: self.read(c, received))

    def read(self, connection, received):
        chunk = connection.recv(1 << 20)
        if not chunk:
            self.selector.unregister(connection)
            connection.close()
            return
        received += chunk
        head = received.find(b"\r\n\r\n")
        if head < 0:
            return
        lines = bytes(received[:head]).lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        if len(received) < head + 4 + length:
            return
        body = bytes(received[head + 4:head + 4 + length])
        del received[:head + 4 + length]
        begin = time.monotonic()
        connection.sendall(self.answer(body))
        self.times.append((begin, time.monotonic()))

    def answer(self, body):
        if body not in self.answers:
            self.answers[body] = [self.ask(body) for _ in range(ANSWERS)]
        self.turn += 1
        return self.answers[body][self.turn % ANSWERS]

    def ask(self, body):
        text = self.agent.post(body)
        time.sleep(0.2)
        return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                b"Content-Length: %d\r\n\r\n" % len(text)) + text

    def command(self, _):
        if not sys.stdin.readline():
            raise SystemExit(0)
        print(json.dumps({
            "times": self.times, "cpu": time.process_time(), "requests": len(self.answers),
            "bytes": max((len(a[0]) for a in self.answers.values()), default=0)}), flush=True)

    def serve(self):
        gc.disable()
        print(json.dumps(self.ports), flush=True)
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)


class Server:
    """The replaying process, seen from outside."""

    def __init__(self, count, agent_url, core):
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), sys.executable, "-B", __file__, "--serve", "--brokers",
             str(count), "--agent", agent_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.count = count
        self.ports = json.loads(self.process.stdout.readline())

    def state(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def rounds(self):
        """Begin and end of each complete round of polls."""
        rounds = []
        for begin, end in sorted(self.state()["times"]):
            if rounds and begin - rounds[-1][1] < GAP_S:
                rounds[-1] = rounds[-1][0], max(end, rounds[-1][1])
            else:
                rounds.append((begin, end))
        if rounds and time.monotonic() - rounds[-1][1] < GAP_S:
            rounds.pop()
        return rounds

    def wait_for_rounds(self, count, timeout_s):
        """Returns just after so many rounds have ended."""
        end = time.monotonic() + timeout_s
        while len(rounds := self.rounds()) < count:
            if time.monotonic() > end:
                raise SystemExit(f"{len(rounds)} of {count} rounds within {timeout_s} s")
            time.sleep(0.5)
        return rounds

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


# ---- The measurement


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024 / 1e6


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def streamgauge(binary, ports, interval_s, core):
    port = free_port()
    brokers = "".join(f'        {i}: "http://127.0.0.1:{p}/jolokia/"\n' for i, p in enumerate(ports, 1))
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "c.yaml"
        path.write_text(
            f"collect: {{ interval: {interval_s}s }}\nclusters:\n"
            f"  - name: bench\n    bootstrap_servers: 127.0.0.1:{free_port()}\n"
            "    client: { reconnect.backoff.ms: 10000, reconnect.backoff.max.ms: 10000 }\n"
            f"    jolokia:\n      brokers:\n{brokers}")
        process = subprocess.Popen(
            ["taskset", "-c", str(core), binary, f"--config.file={path}",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield process.pid, f"http://127.0.0.1:{port}/metrics"
        finally:
            process.terminate()
            process.wait()


def page(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def jolokia(text, name):
    """The values of one of the collector's own series, for all targets."""
    return [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
            if line.startswith(name + "{") and 'collector="jolokia"' in line]


def poll_all(binary, agent_url, count, interval_s, rounds):
    server = Server(count, agent_url, 1)
    try:
        with streamgauge(binary, server.ports, interval_s, 0) as (pid, url):
            # The first round creates the series and fills the server.
            before = len(server.wait_for_rounds(2, 8 * interval_s + count))
            cpu, theirs, begin = cpu_s(pid), server.state()["cpu"], time.monotonic()
            done = server.wait_for_rounds(before + rounds, (rounds + 3) * interval_s)[before:]
            cpu, wall = cpu_s(pid) - cpu, time.monotonic() - begin
            state = server.state()
            text = page(url)
            polls = len(done) * count
            print(f"\n{count} brokers, one process on one core, every {interval_s} s;"
                  f" {len(done)} rounds; an answer has {state['bytes'] / 1e3:.0f} kB.\n")
            print("| what | figure |\n|---|---|")
            succeeded = jolokia(text, "streamgauge_collector_success")
            longest = max(jolokia(text, "streamgauge_collector_duration_seconds"))
            print(f"| brokers that answered | {sum(succeeded):.0f} |")
            print(f"| series on the page | {sum(line[0] != '#' for line in text.splitlines())} |")
            print(f"| CPU for one poll of one broker, page included | {cpu / polls * 1e3:.2f} ms |")
            print(f"| the core is busy | {cpu / wall * 100:.1f} % |")
            print(f"| from the first request of a round to its last answer |"
                  f" {max(end - begin for begin, end in done) * 1e3:.0f} ms at most |")
            print(f"| the longest collection of the latest round | {longest * 1e3:.0f} ms |")
            print(f"| resident memory | {resident_mb(pid):.1f} MB |")
            print(f"| (CPU of the server that answers, for one poll |"
                  f" {(state['cpu'] - theirs) / polls * 1e3:.2f} ms) |", flush=True)
    finally:
        server.stop()


def memory(binary, agent_url, count, interval_s):
    server = Server(count, agent_url, 1)
    try:
        with streamgauge(binary, server.ports, interval_s, 0) as (pid, url):
            print("\n| polls | resident memory |\n|---|---|")
            for polls in MEMORY_AT:
                rounds = -(-polls // count)
                while len(server.rounds()) < rounds:
                    time.sleep(interval_s)
                    page(url)  # as a Prometheus would
                print(f"| {len(server.rounds()) * count} | {resident_mb(pid):.1f} MB |", flush=True)
    finally:
        server.stop()


def run(binary, agent_url, count=200, interval_s=15, rounds=6, memory_interval_s=5):
    poll_all(binary, agent_url, count, interval_s, rounds)
    memory(binary, agent_url, count, memory_interval_s)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--agent", required=True, metavar="URL", help="a broker's Jolokia agent")
    parser.add_argument("--binary", default=REPO / "build/bench/streamgauge")
    parser.add_argument("--brokers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=6, help="of polls every 15 s (default 6)")
    arguments = parser.parse_args()
    if arguments.serve:
        Replay(arguments.brokers, arguments.agent).serve()
    else:
        run(arguments.binary, arguments.agent, arguments.brokers, rounds=arguments.rounds)
