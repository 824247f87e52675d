# SPDX-License-Identifier: Apache-2.0
"""Lag in messages: each case that docs/lag.md defines, and agreement with Kafka's own tool."""
import signal
import subprocess
import time

import pytest

from conftest import BUILD
from kafka import Kafka, run_tool
from streamgauge import Page, wait_for


@pytest.fixture(scope="module")
def kafka(lab):
    return Kafka(lab.bootstrap)


def config(lab, topics, groups="^e2e-", more=""):
    return (f"collect: {{ interval: 1s, timeout: 1s }}\nclusters:\n  - name: streaming\n"
            f"    bootstrap_servers: {lab.bootstrap}\n    topics: {{ include: '{topics}' }}\n"
            f"    groups: {{ include: '{groups}'{more} }}\n")


def once(lab, tmp_path, *arguments):
    path = tmp_path / "once.yaml"
    path.write_text(config(lab, *arguments).replace("1s", "10s"))
    done = subprocess.run([BUILD / "release/streamgauge", f"--config.file={path}", "--once"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return Page(done.stdout)


def test_lag_without_a_commit_is_absent(lab, kafka, tmp_path):
    kafka.create("e2e-some", partitions=2)
    kafka.produce("e2e-some", [time.time()] * 4, partition=0)
    kafka.produce("e2e-some", [time.time()] * 4, partition=1)
    kafka.commit("e2e-some", "e2e-some", {0: 1})
    page = once(lab, tmp_path, "^e2e-some$", "^e2e-some$")
    assert [(labels["partition"], value) for labels, value in
            page.values("kafka_consumergroup_lag")] == [("0", 3)]
    assert page.value("kafka_consumergroup_lag_sum", topic="e2e-some") == 3
    assert page.value("kafka_topic_partition_current_offset", partition="1") == 4


def test_lag_behind_deleted_records_counts_what_is_left(lab, kafka, tmp_path):
    kafka.create("e2e-cut")
    kafka.produce("e2e-cut", [time.time()] * 10)
    kafka.commit("e2e-cut", "e2e-cut", {0: 2})
    kafka.delete_records("e2e-cut", 7)
    page = once(lab, tmp_path, "^e2e-cut$", "^e2e-cut$")
    assert page.value("kafka_topic_partition_oldest_offset", topic="e2e-cut") == 7
    assert page.value("kafka_consumergroup_current_offset", topic="e2e-cut") == 2
    assert page.value("kafka_consumergroup_lag", topic="e2e-cut") == 3
    assert page.value("kafka_consumergroup_status", status="losing_data") == 1


def test_lag_past_the_end_is_absent(lab, kafka, tmp_path):
    """Where the log was truncated, or the topic recreated under an old commit."""
    kafka.create("e2e-past")
    kafka.produce("e2e-past", [time.time()] * 3)
    kafka.commit("e2e-past", "e2e-past", {0: 50})
    page = once(lab, tmp_path, "^e2e-past$", "^e2e-past$")
    assert page.value("kafka_consumergroup_current_offset", topic="e2e-past") == 50
    assert page.value("kafka_topic_partition_current_offset", topic="e2e-past") == 3
    for name in ("lag", "lag_sum", "lag_seconds", "lag_seconds_max"):
        assert page.values(f"kafka_consumergroup_{name}") == []


def test_topic_deleted_and_made_again(lab, kafka, start):
    kafka.create("e2e-again")
    kafka.produce("e2e-again", [time.time() - 5000] * 10)
    kafka.commit("e2e-again", "e2e-again", {0: 4})
    process = start(config(lab, "^e2e-again$", "^e2e-again$"), build="release")

    def lag():
        return process.page().value("kafka_consumergroup_lag", topic="e2e-again")

    wait_for("lag", lambda: lag() == 6, 20)
    kafka.delete("e2e-again")
    wait_for("no lag of a topic that is gone", lambda: lag() is None, 10)
    assert process.page().values("kafka_topic_partitions") == []
    kafka.create("e2e-again")
    now = time.time()
    kafka.produce("e2e-again", [now - 70] * 3)
    kafka.commit("e2e-again", "e2e-again", {0: 1})
    wait_for("lag of the new one", lambda: lag() == 2, 10)
    # The age is of the new records; nothing is left of the old ones.
    page = process.page()
    age = page.value("kafka_consumergroup_lag_seconds", topic="e2e-again")
    assert 68 <= age - (time.time() - now) <= 72, age
    assert page.targets("admin") == {"cluster": 1}


@pytest.mark.parametrize("records, committed", [(3, 1), (25, 20)], ids=["fewer", "more"])
def test_topic_made_again_between_two_collections(lab, kafka, start, records, committed):
    """The deletion was not observed, and with more records not even the offsets show it."""
    topic = f"e2e-unseen-{records}"
    kafka.create(topic)
    kafka.produce(topic, [time.time() - 5000] * 10)
    kafka.commit(topic, topic, {0: 4})
    process = start(config(lab, f"^{topic}$", f"^{topic}$"), build="release")

    def lag():
        return process.page().value("kafka_consumergroup_lag", topic=topic)

    wait_for("lag", lambda: lag() == 6, 20)
    process.process.send_signal(signal.SIGSTOP)
    try:
        kafka.delete(topic)
        kafka.create(topic)
        now = time.time()
        kafka.produce(topic, [now - 70] * records)
        kafka.commit(topic, topic, {0: committed})
    finally:
        process.process.send_signal(signal.SIGCONT)
    wait_for("lag of the new one", lambda: lag() == records - committed, 15)
    assert process.page().value("kafka_topic_partition_current_offset", topic=topic) == records

    def age():
        return process.page().value("kafka_consumergroup_lag_seconds", topic=topic)

    wait_for("the age", lambda: age() is not None and 68 <= age() - (time.time() - now) <= 72, 10)
    assert process.page().value("kafka_consumergroup_unread_lost_total", consumergroup=topic) == 0
    # Continuing from a smaller offset is going back, for any reason.
    page = process.page()
    assert page.value("kafka_consumergroup_status", status="rewound") == int(committed < 4)
    assert page.targets("admin") == {"cluster": 1}


def described(lab, group):
    """(topic, partition) → (committed offset, lag) as kafka-consumer-groups.sh says it"""
    out = run_tool("kafka.admin.ConsumerGroupCommand", "--bootstrap-server", lab.bootstrap,
                   "--describe", "--group", group)
    rows = [line.split() for line in out.splitlines() if line.startswith(group + " ")]
    return {(row[1], row[2]): tuple(None if n == "-" else int(n) for n in (row[3], row[5]))
            for row in rows}


def test_lag_agrees_with_kafkas_own_tool(lab, kafka, tmp_path):
    for topic, partitions in (("e2e-same-a", 3), ("e2e-same-b", 2)):
        kafka.create(topic, partitions)
        for partition in range(partitions):
            kafka.produce(topic, [time.time()] * (5 + 7 * partition), partition)
    kafka.commit("e2e-same", "e2e-same-a", {0: 5, 1: 3, 2: 0})
    kafka.commit("e2e-same", "e2e-same-b", {1: 2})
    theirs = {place: values for place, values in described(lab, "e2e-same").items()
              if values[0] is not None}
    page = once(lab, tmp_path, "^e2e-same-", "^e2e-same$")
    offsets = page.values("kafka_consumergroup_current_offset")
    ours = {
        (labels["topic"], labels["partition"]): (
            offset, page.value("kafka_consumergroup_lag", topic=labels["topic"],
                               partition=labels["partition"]))
        for labels, offset in offsets}
    assert ours == theirs
    assert len(ours) == 4
    assert page.value("kafka_consumergroup_lag_sum", topic="e2e-same-a") == 0 + 9 + 19


def test_granularity_sets_what_a_series_covers(lab, kafka, tmp_path):
    kafka.create("e2e-grain", partitions=2)
    for partition in (0, 1):
        kafka.produce("e2e-grain", [time.time()] * 4, partition)
    kafka.commit("e2e-grain", "e2e-grain", {0: 1, 1: 2})
    page = once(lab, tmp_path, "^e2e-grain$", "^e2e-grain$", ", granularity: topic")
    assert page.values("kafka_consumergroup_lag") == []
    assert page.value("kafka_consumergroup_lag_sum", topic="e2e-grain") == 5
    page = once(lab, tmp_path, "^e2e-grain$", "^e2e-grain$", ", granularity: group")
    ((labels, lag),) = page.values("kafka_consumergroup_lag_sum")
    assert lag == 5 and "topic" not in labels
    assert page.value("kafka_consumergroup_status", status="ok") == 1  # seen for the first time


def test_groups_in_another_state_are_not_asked_for(lab, kafka, tmp_path):
    kafka.create("e2e-states")
    kafka.commit("e2e-states", "e2e-states", {0: 0})
    page = once(lab, tmp_path, "^e2e-states$", ".*", ", states: [Stable]")
    groups = {labels.get("consumergroup", "") for labels, _ in page.values("kafka_consumergroup_members")}
    assert "e2e-states" not in groups and "rules-engine" in groups
    page = once(lab, tmp_path, "^e2e-states$", ".*", ", states: [Empty]")
    groups = {labels.get("consumergroup", "") for labels, _ in page.values("kafka_consumergroup_members")}
    assert "e2e-states" in groups and "rules-engine" not in groups


def test_limits_leave_out_and_count(lab, start):
    more = "    limits: { groups: 2, partitions: 10 }\n"
    process = start(config(lab, "^(audit|logs|mytopic)$", ".*") + more, build="release")
    page = wait_for_page(process, lambda page: page.value("streamgauge_admin_left_out", what="groups"))
    assert page.value("streamgauge_admin_left_out", what="partitions") == 6
    assert {labels["topic"] for labels, _ in page.values("kafka_topic_partitions")} == {"audit", "logs"}
    groups = {labels.get("consumergroup", "") for labels, _ in page.values("kafka_consumergroup_members")}
    assert len(groups) == 2
    assert page.errors("cluster").keys() == {"limit"}
    for _ in range(4):
        time.sleep(1)
        again = {labels.get("consumergroup", "") for labels, _ in
                 process.page().values("kafka_consumergroup_members")}
        assert again == groups


def wait_for_page(process, check):
    found = []

    def ask():
        found.append(process.page())
        return check(found[-1])

    wait_for("the page", ask, 20)
    return found[-1]
