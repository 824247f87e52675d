# SPDX-License-Identifier: Apache-2.0
"""--doctor and the log, where the configuration names other brokers than the cluster, or a cluster twice."""
import json
import subprocess

import pytest

from broker import broker
from conftest import BUILD
from streamgauge import free_port, wait_for


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("doctor")) as node:
        yield node


def config(node):
    cluster = (f"    bootstrap_servers: {node.bootstrap}\n    jolokia: {{ brokers: {{ 7: "
               f"'http://127.0.0.1:{free_port()}/jolokia/' }} }}\n")
    return (f"collect: {{ interval: 2s, timeout: 2s }}\nclusters:\n  - name: a\n{cluster}"
            f"  - name: b\n    bootstrap_servers: {node.bootstrap}\n")


def test_doctor_names_brokers_without_jmx_others_that_are_not_there_and_clusters_that_are_one(node, tmp_path):
    path = tmp_path / "doctor.yaml"
    path.write_text(config(node))
    result = subprocess.run(
        [BUILD / "gcc-asan/streamgauge", f"--config.file={path}", "--doctor", "--log.format=json"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    looks = {(one["cluster"], one["check"], one["target"]): one["text"] + one["fix"]
             for one in map(json.loads, result.stdout.splitlines()) if one["result"] == "look"}
    assert "no Jolokia URL is configured" in looks["a", "jolokia", "1"]
    assert "not in the cluster" in looks["a", "broker", "7"] and "controllers" in looks["a", "broker", "7"]
    assert 'same cluster id as "a"' in looks["b", "cluster", "id"]
    assert ("b", "jolokia", "1") not in looks


def test_broker_that_joins_without_jmx_is_a_log_line(node, start):
    process = start(config(node))
    wait_for("the log line", lambda: "no Jolokia URL is configured for this broker" in process.log(), 15)
    lines = [line for line in process.log().splitlines() if "no Jolokia URL" in line]
    assert len(lines) == 1 and "cluster=a" in lines[0] and "target=1" in lines[0]
