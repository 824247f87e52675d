# SPDX-License-Identifier: Apache-2.0
"""A Streamgauge process under test, and its page parsed by prometheus-client."""
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

PORTS = range(20000, 32000)  # below those that the kernel gives to connections
given_ports = set()


def free_port():
    """A port without a listener; a different one each time."""
    while True:
        port = random.choice(PORTS)
        if port in given_ports:
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        given_ports.add(port)
        return port


def fetch(url, headers=None, method="GET", timeout=10):
    """Status, headers and body; an HTTP error status is an answer like any other."""
    request = urllib.request.Request(url, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def wait_for(what, check, seconds):
    """Repeats the query until it is true; fails with what was waited for, which may be a function that
    says it. Returns the seconds it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if check():
            return time.monotonic() - begun
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")


class Page:
    def __init__(self, text):
        self.text = text
        self.families = list(text_string_to_metric_families(text))
        self.samples = [sample for family in self.families for sample in family.samples]

    def values(self, name, **labels):
        """Samples with this name and at least these labels: label set → value."""
        return [
            (sample.labels, sample.value)
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def value(self, name, **labels):
        found = self.values(name, **labels)
        assert len(found) <= 1, f"{name}{labels} is ambiguous: {found}"
        return found[0][1] if found else None

    def brokers_up(self):
        return {labels["broker"]: value for labels, value in self.values("streamgauge_broker_up")}

    def targets(self, collector="jolokia"):
        """target → success of its latest collection"""
        return {
            labels["target"]: value
            for labels, value in self.values("streamgauge_collector_success", collector=collector)
        }

    def errors(self, target):
        """kind → failures, of those kinds that occurred"""
        return {
            labels["kind"]: value
            for labels, value in self.values("streamgauge_collector_errors_total", target=target)
            if value > 0
        }


class Streamgauge:
    def __init__(self, binary, folder, config, flags, through=(), prefix="", port=None):
        folder.mkdir(parents=True)
        self.log_path = folder / "log"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        command = [*through, binary, f"--web.listen-address=127.0.0.1:{self.port}", *flags]
        if config is not None:
            path = folder / "streamgauge.yaml"
            path.write_text(config)
            command.append(f"--config.file={path}")
        environment = dict(os.environ)
        environment.setdefault(
            "TSAN_OPTIONS",
            f"suppressions={pathlib.Path(__file__).parents[1] / 'tsan/suppressions'}")
        environment.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=log, env=environment,
                                            stdin=subprocess.DEVNULL)
        wait_for("Streamgauge serves", self.serves, 20)

    def serves(self):
        assert self.process.poll() is None, self.log()
        try:
            return fetch(self.url + "/-/healthy")[0] == 200
        except OSError:
            return False

    def cpu_s(self):
        """CPU time that the process has taken so far."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        ticks = stat.rsplit(")", 1)[1].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def page(self):
        status, _, body = fetch(self.url + "/metrics")
        assert status == 200
        return Page(body.decode())

    def log(self):
        return self.log_path.read_text(errors="replace")

    def logged(self, text):
        """Waits until the text is in the log, which is written by a thread of its own: no answer waits for it."""
        wait_for(f"in the log: {text}", lambda: text in self.log().replace('\\"', '"'), 10)

    def stop(self):
        """SIGTERM; the exit code and the seconds that it took."""
        if self.process.poll() is not None:
            return self.process.returncode, 0
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        return code, time.monotonic() - begun
