# SPDX-License-Identifier: Apache-2.0
"""The rule engine against the real jmx_exporter: the same rule file, the same JVM, the same series.

Both agents are in one JVM. jmx_exporter reloads its rule file when that has changed, so one JVM
serves all files. A sample whose value moved between two scrapes is compared without its value.
"""
import contextlib
import importlib
import math
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import pytest

from broker import CACHE
from exposition import Page, show
from streamgauge import free_port

REPO = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("STREAMGAUGE_BUILD", REPO / "build/tests"))
DRIVER = BUILD / "gcc-asan/tests/parity/parity"
RULES = REPO / "tests/fixtures/jolokia/parity"
JMX_EXPORTER = CACHE / "jmx-exporter-1.0.1/jmx_prometheus_javaagent-1.0.1.jar"
JOLOKIA = {
    "1.7.2": CACHE / "jolokia-1.7.2/jolokia-jvm-1.7.2.jar",
    "2.2.9": CACHE / "jolokia-2.2.9/jolokia-agent-jvm-2.2.9-javaagent.jar",
    "2.6.0": CACHE / "jolokia-2.6.0/jolokia-agent-jvm-2.6.0-javaagent.jar",
}
# What an agent does not carry over, see docs/rules.md: parts of lines of differences().
LOST = {
    "1.7.2": ("kinds_Others_Date{}", 'which="Date"', "kinds_Numbers_BigDecimal{}", "decimal{"),
    "2.2.9": ("kinds_Others_Date{}", 'which="Date"'),
    "2.6.0": ("double_Minus0{",),
}
# A metric of jmx_exporter itself that comes with the first garbage collection.
LATE = {"jvm_memory_pool_allocated_bytes_total"}
BEANS_RULES = sorted(path.stem for path in RULES.glob("*.yml") if not path.stem.startswith("broker"))
BROKER_RULES = ["broker_default", "broker_values", "jvm", "kafka"]


def get(url, body=None):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
        return answer.read()


class Jvm:
    """A JVM with both agents. rules is jmx_exporter's file, which is rewritten for each test."""

    def __init__(self, folder, jolokia_url, exporter_url):
        self.folder, self.jolokia_url, self.exporter_url = folder, jolokia_url, exporter_url
        self.rules = folder / "rules.yml"
        self.own = None
        self.mtime = time.time()

    def use(self, text):
        """Give jmx_exporter a rule file; it checks the time of the change, in seconds."""
        self.rules.write_text(text)
        self.mtime += 10
        os.utime(self.rules, (self.mtime, self.mtime))
        if self.own is None:
            self.own = set(self.scrape_all().types) | LATE

    def scrape_all(self):
        return Page(get(self.exporter_url + "/metrics").decode())

    def scrape(self):
        return self.scrape_all().without(self.own)

    def poll(self, driver_folder, rules, polls=2):
        """Streamgauge's series of the same MBeans, at the last of several polls, and its log."""
        request = subprocess.run([DRIVER, rules], check=True, capture_output=True).stdout
        answers = []
        for i in range(polls):
            answers.append(driver_folder / f"answer-{i}.json")
            answers[-1].write_bytes(get(self.jolokia_url, request))
        result = subprocess.run([DRIVER, rules, *answers], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return Page(result.stdout), result.stderr


def differences(before, ours, after):
    """Lines about what is not the same. NaN and infinities are not transferred by Jolokia."""
    lines = []
    for key, value in sorted(before.samples.items()):
        if key not in after.samples:
            continue
        if key not in ours.samples:
            if math.isfinite(value):
                lines.append(f"missing: {show(key)} {value!r}")
        elif value == after.samples[key] and ours.samples[key] != value:
            lines.append(f"value of {show(key)}: {ours.samples[key]!r} instead of {value!r}")
    for key in sorted(ours.samples):
        if key not in before.samples and key not in after.samples:
            lines.append(f"too much: {show(key)} {ours.samples[key]!r}")
    for family, kind in sorted(ours.types.items()):
        if before.types.get(family, after.types.get(family, kind)) != kind:
            lines.append(f"type of {family}: {kind} instead of {before.types.get(family)}")
    return lines


def compare(jvm, folder, rules, expected=()):
    """A file gives the same samples with both. @return how many

    Only differences that appear at every attempt count: MBeans of a running JVM come and go.
    """
    jvm.use(rules.read_text())
    found = None
    for _ in range(3):
        before = jvm.scrape()
        ours, said = jvm.poll(folder, rules)
        after = jvm.scrape()
        lines = [line for line in differences(before, ours, after) if not any(part in line for part in expected)]
        found = lines if found is None else [line for line in found if line in lines]
        if not found:
            return len(before.samples)
    pytest.fail(f"{len(found)} differences:\n" + "\n".join(found[:60]) + "\n" + said)


def attach(pid, jar, options):
    """Start an agent in a JVM that runs with -XX:+StartAttachListener."""
    sys.path.insert(0, str(REPO / "deploy/lab"))
    jmx_port = importlib.import_module("jmx_port")
    answer = jmx_port.attach_command(pid, "load", "instrument", "false", f"{jar}={options}")
    assert answer.strip() in ("", "return code: 0"), answer


def java_classes(folder):
    classes = folder / "classes"
    sources = sorted((REPO / "tests/e2e/java").glob("*.java"))
    subprocess.run(["javac", "-Xlint:all", "-d", classes, *sources], check=True)
    return classes


@contextlib.contextmanager
def jvm_with_beans(folder, jolokia):
    """A JVM with ParityBeans in it."""
    jolokia_port, exporter_port = free_port(), free_port()
    classes = java_classes(folder)
    jvm = Jvm(folder, f"http://127.0.0.1:{jolokia_port}/jolokia/", f"http://127.0.0.1:{exporter_port}")
    jvm.rules.write_text("rules: []\n")
    process = subprocess.Popen(
        ["java", "-Xmx128m", "-Duser.timezone=UTC",
         f"-javaagent:{jolokia}=port={jolokia_port},host=127.0.0.1,discoveryEnabled=false",
         f"-javaagent:{JMX_EXPORTER}=127.0.0.1:{exporter_port}:{jvm.rules}",
         "-cp", classes, "ParityBeans"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.strip() == "ready":
                break
        else:
            pytest.fail(f"the JVM did not start:\n{process.stderr.read()}")
        jvm.use("rules: []\n")
        yield jvm
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module", params=sorted(JOLOKIA))
def beans(request, tmp_path_factory):
    with jvm_with_beans(tmp_path_factory.mktemp("beans"), JOLOKIA[request.param]) as jvm:
        jvm.lost = LOST[request.param]
        yield jvm


@pytest.mark.parametrize("rules", BEANS_RULES)
def test_every_kind_of_attribute_becomes_the_same_series(beans, tmp_path, rules):
    n = compare(beans, tmp_path, RULES / f"{rules}.yml", beans.lost)
    assert (n == 0) == (rules == "nothing")


@pytest.fixture(scope="module")
def broker(lab, tmp_path_factory):
    """Broker 1 of the lab, with jmx_exporter started in it."""
    port = free_port()
    jvm = Jvm(tmp_path_factory.mktemp("broker"), lab.jolokia(1), f"http://127.0.0.1:{port}")
    jvm.rules.write_text("rules: []\n")
    pid = int((lab.directory / "run/broker-1.pid").read_text().split()[0])
    attach(pid, JMX_EXPORTER, f"127.0.0.1:{port}:{jvm.rules}")
    jvm.use("rules: []\n")
    return jvm


@pytest.mark.parametrize("rules", BROKER_RULES)
def test_a_broker_has_the_same_series(broker, tmp_path, rules):
    assert compare(broker, tmp_path, RULES / f"{rules}.yml") > 100


def test_patterns_match_as_the_table_says_that_java_does(tmp_path):
    """test_regex.c checks the same table against Streamgauge's patterns."""
    lines = (RULES / "patterns.tsv").read_text().splitlines()
    java = subprocess.run(
        ["java", "-cp", java_classes(tmp_path), "ParityPatterns"], input="\n".join(lines) + "\n",
        capture_output=True, text=True, check=True).stdout.splitlines()
    wrong = [f"{line!r}: Java says {answer}" for line, answer in zip(lines, java, strict=True)
             if not line.startswith("#") and line.split("\t")[2] != answer]
    assert len(lines) > 100 and not wrong, "\n".join(wrong)
