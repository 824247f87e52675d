# SPDX-License-Identifier: Apache-2.0
"""Real agents whose own options truncate what they send, and real brokers behind the wrong address."""
import contextlib
import os
import re
import subprocess

import pytest

from conftest import AGENTS, BUILD
from streamgauge import free_port, wait_for
from test_parity import JOLOKIA

SLEEP = "public class Sleep { public static void main(String[] a) throws Exception" \
        " { System.out.println(\"ready\"); System.in.read(); } }\n"
# An agent knows serializeLong from 2.0.3 on; an unknown option stops the JVM.
OPTIONS = ("maxDepth=2", "maxCollectionSize=3", "maxObjects=20")


@contextlib.contextmanager
def jvm(folder, version, options):
    port = free_port()
    source = folder / "Sleep.java"
    source.write_text(SLEEP)
    process = subprocess.Popen(
        ["java", "-Xmx64m",
         f"-javaagent:{JOLOKIA[version]}=port={port},host=127.0.0.1,discoveryEnabled=false,{options}",
         source],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout:
            if line.strip() == "ready":
                break
        else:
            pytest.fail("the JVM did not start")
        yield f"http://127.0.0.1:{port}/jolokia/"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)


def once(folder, text):
    path = folder / "streamgauge.yaml"
    path.write_text(text)
    return subprocess.run(
        [BUILD / "release/streamgauge", f"--config.file={path}", "--once"],
        capture_output=True, text=True, timeout=90, check=False, env=dict(os.environ))


@pytest.mark.parametrize("version", AGENTS)
def test_options_of_the_agent_leave_nothing_out(lab, tmp_path, version):
    assert lab  # which has fetched the agents
    shown = {}
    for options in ("debug=false", *OPTIONS):
        with jvm(tmp_path, version, options) as url:
            result = once(tmp_path, "collect: { interval: 60s, timeout: 50s }\n"
                                    "clusters: [ { name: z, jvms: [ { name: app, rules: jvm,"
                                    f" url: '{url}' }} ] }} ]\n")
        assert result.returncode == 0, result.stderr
        shown[options] = set(re.findall(r"^jvm_\S+", result.stdout, re.M))
    everything = shown.pop("debug=false")
    assert len(everything) > 40
    for options, names in shown.items():
        assert names == everything, options


def test_broker_behind_another_ones_address_has_no_series(lab, start):
    urls = {1: lab.jolokia(2), 2: lab.jolokia(2), 3: lab.jolokia(3)}
    brokers = ", ".join(f"{id}: '{url}'" for id, url in urls.items())
    process = start(f"clusters: [ {{ name: z, bootstrap_servers: '{lab.bootstrap}',"
                    f" jolokia: {{ brokers: {{ {brokers} }} }} }} ]\n")
    def only_broker_1_fails():
        page = process.page()
        shown = [page.value("streamgauge_collector_success", collector="jolokia", target=target)
                 for target in ("1", "2", "3")]
        return shown == [0, 1, 1]

    wait_for("broker 1 fails, the others do not", only_broker_1_fails, 30)
    page = process.page()
    leaders = {labels["broker"] for labels, _ in
               page.values("kafka_server_replicamanager_leadercount")}
    assert leaders == {"2", "3"}
    # Whether the cluster's id is known by then depends on which of the two is collected first.
    assert re.search(r"this JVM is broker 2 of cluster (\S+), configured as broker 1(?: of cluster \1)?;",
                     process.log())
