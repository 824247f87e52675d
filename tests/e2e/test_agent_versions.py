# SPDX-License-Identifier: Apache-2.0
"""Three brokers, three versions of the Jolokia agent, one and the same page."""
import json
import re
import subprocess
import urllib.request

import pytest

from conftest import AGENTS, BUILD, REPO
from streamgauge import Page, fetch, wait_for

# Jolokia 1.7.2 was released with 1.7.1 as the version that it reports.
REPORTED = {"1.7.2": "1.7.1"}


@pytest.fixture(params=["lab", "kraft_lab"])
def some_lab(request):
    return request.getfixturevalue(request.param)


def test_agent_of_each_broker_has_its_version(some_lab):
    for broker, version in enumerate(AGENTS, 1):
        request = urllib.request.Request(
            some_lab.jolokia(broker), b'{"type": "version"}',
            {"Content-Type": "application/json; charset=utf-8"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            reported = json.load(answer)["value"]["agent"]
        assert reported == REPORTED.get(version, version), f"broker {broker}"


def families(page, broker):
    """The families that this broker's JMX gave: their names, with their HELP."""
    return {
        family.name: family.documentation for family in page.families
        if not family.name.startswith("streamgauge_")
        for sample in family.samples if sample.labels.get("broker") == broker
    }


def read(lab, broker, mbean):
    """The MBeans that this one broker has, asked for by themselves."""
    body = json.dumps({"type": "read", "mbean": mbean, "config": {"ignoreErrors": "true"}}).encode()
    with urllib.request.urlopen(urllib.request.Request(lab.jolokia(broker), body), timeout=10) as answer:
        found = json.load(answer)
    if found["status"] == 404:
        return []
    return list(found["value"].values()) if "*" in mbean else [found["value"]]


def has_a_value(lab, broker, documentation):
    """The MBean and the attribute that HELP ends with. Several attributes count as any of the MBean."""
    mbean, attributes = re.search(r"\(([\w.]+:[^()]+): ([^()]+)\)$", documentation).groups()
    return any(
        value not in (None, -1, "NaN")
        for found in read(lab, broker, mbean) for name, value in found.items()
        if "," in attributes or name == attributes)


def test_families_do_not_depend_on_the_agent(some_lab):
    """What one broker's page lacks, that broker lacks: it does not control the cluster, or nothing has
    happened there lately."""
    def lost():
        page = Page(fetch(some_lab.metrics_url)[2].decode())
        shown = {broker: families(page, broker) for broker in ("1", "2", "3")}
        everywhere = {name: text for names in shown.values() for name, text in names.items()}
        assert len(set.intersection(*map(set, shown.values()))) > 80
        return [(broker, name) for broker, names in shown.items() for name, text in everywhere.items()
                if name not in names and has_a_value(some_lab, int(broker), text)]

    wait_for(lambda: f"pages without what is left out: {lost()}", lambda: not lost(), 20)


def test_agent_may_not_change_anything(some_lab):
    for broker in (1, 2, 3):
        body = b'{"type": "exec", "mbean": "java.lang:type=Memory", "operation": "gc"}'
        request = urllib.request.Request(some_lab.jolokia(broker), body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["status"] == 403


def names_and_labels(page, broker):
    return {(sample.name, tuple(sorted(sample.labels.items()))) for sample in page.samples
            if sample.labels.get("broker") == broker and not sample.name.startswith("streamgauge_")}


def test_learned_requests_lose_no_series(some_lab, start, tmp_path):
    """A rule file without requests: the polls after the first ask for what became series only."""
    rules = REPO / "tests/fixtures/jolokia/parity/kafka.yml"
    config = some_lab.config("5s", "4900ms").replace(
        "    jolokia:\n", f"    jolokia:\n      rules: {rules}\n      slow_interval: 10m\n")
    path = tmp_path / "everything.yaml"
    path.write_text(config)
    process = start(config, build="release")

    def polls():
        return process.page().value("streamgauge_collector_last_success_timestamp_seconds",
                                    collector="jolokia", target="1")

    wait_for("a first poll", polls, 30)
    first = polls()
    wait_for("two more", lambda: polls() and polls() >= first + 9, 40)
    learned = {broker: names_and_labels(process.page(), broker) for broker in ("1", "2", "3")}
    once = Page(subprocess.run(  # one poll: everything is read
        [BUILD / "release/streamgauge", f"--config.file={path}", "--once"], check=True,
        capture_output=True, text=True, timeout=60).stdout)
    for broker, shown in learned.items():
        everything = names_and_labels(once, broker)
        assert len(everything) > 500
        wait_for(f"broker {broker} has lost nothing", lambda: not (
            everything - names_and_labels(process.page(), broker) - comes_and_goes(everything)), 20)
        assert len(shown) > 0.95 * len(everything)


def comes_and_goes(samples):
    """What is NaN, and so absent, when there was no traffic for a while."""
    return {(name, labels) for name, labels in samples if name.endswith(("_avg", "_max", "_rate"))}
