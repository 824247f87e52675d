# SPDX-License-Identifier: Apache-2.0
"""Ten thousand groups appear at once, on a real broker."""
import pathlib
import re
import time

import pytest
from confluent_kafka.admin import NewTopic

from broker import broker
from conftest import BUILD
from kafka import Kafka, commit_many
from streamgauge import Streamgauge, fetch, wait_for

GROUPS = 10000
TOPIC = "many"
RESIDENT_MAX = 160 << 20


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("many-groups")) as node:
        node.admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result()
        # The first request for a coordinator creates the offsets topic; until then there is none.
        Kafka(node.bootstrap).commit("group-00000", TOPIC, {0: 0})
        wait_for("the coordinator", lambda: commit(node, 1) == [], 30)
        yield node


def commit(node, count):
    return commit_many("127.0.0.1", node.ports["PLAINTEXT"],
                       [b"group-%05d" % i for i in range(count)], TOPIC, 0)


def start(node, folder, interval_s):
    config = (f"collect: {{ interval: {interval_s}s, timeout: {interval_s}s }}\nclusters:\n"
              f"  - name: streaming\n    bootstrap_servers: {node.bootstrap}\n")
    return Streamgauge(BUILD / "release/streamgauge", folder, config, [])


def page(process):
    return fetch(process.url + "/metrics", timeout=30)[2].decode()


def groups_with_lag(text):
    return set(re.findall(r'^kafka_consumergroup_lag\{.*?consumergroup="([^"]*)".*\} 0$', text, re.M))


def test_ten_thousand_groups_at_once_are_all_shown(node, tmp_path):
    interval_s = 10
    process = start(node, tmp_path / "run", interval_s)
    try:
        wait_for("the one group", lambda: len(groups_with_lag(page(process))) == 1, 30)
        assert commit(node, GROUPS) == []
        begun = time.monotonic()
        while len(groups_with_lag(text := page(process))) < GROUPS:
            # However long the groups take, the topics are shown, and on time.
            assert "kafka_topic_partition_current_offset{" in text
            took = re.search(r'collector_duration_seconds\{.*"admin".*\} (\S+)$', text, re.M)
            assert float(took.group(1)) <= interval_s
            assert time.monotonic() - begun < 12 * interval_s
            time.sleep(1)
        status = pathlib.Path(f"/proc/{process.process.pid}/status").read_text()
        assert int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) << 10 < RESIDENT_MAX
        assert len(re.findall(r"^kafka_consumergroup_members\{.*\} 0$", text, re.M)) == GROUPS
    finally:
        process.stop()


def test_groups_for_which_there_is_no_time_take_turns(node, tmp_path):
    process = start(node, tmp_path / "run", 1)
    seen, fewest = set(), GROUPS
    try:
        assert commit(node, GROUPS) == []

        def all_seen():
            nonlocal fewest
            shown = groups_with_lag(page(process))
            seen.update(shown)
            fewest = min(fewest, len(shown) or GROUPS)
            return len(seen) == GROUPS

        wait_for("each group is shown in its turn", all_seen, 180)
        assert fewest < GROUPS  # or the time was enough, and nothing was tested here
    finally:
        process.stop()
