# SPDX-License-Identifier: Apache-2.0
"""Topics that are created and deleted do not leak: librdkafka keeps something of each, so its handle is
replaced from time to time."""
import contextlib
import os
import pathlib

import pytest
from confluent_kafka.admin import NewTopic

from broker import broker
from streamgauge import wait_for

ROUNDS = 28
TOPICS_EACH = 100
SETTLED = 16  # rounds after which sizes are stable; the handle has been replaced twice then
MIB_MORE_MAX = 4  # 2 KiB for each topic of the rounds after that; a replaced handle alone moves it by 1.5


def resident_mib(process):
    pages = int(pathlib.Path(f"/proc/{process.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def handles(process):
    """The main threads of librdkafka's handles: another handle has another."""
    found = set()
    for task in pathlib.Path(f"/proc/{process.process.pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            if (task / "comm").read_text().strip() == "rdk:main":
                found.add(task.name)
    return found


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("topic-churn")) as node:
        yield node


def test_memory_is_flat_over_topics_that_come_and_go(node, start):
    process = start(
        f"collect: {{ interval: 1s, timeout: 1s }}\nclusters:\n  - name: streaming\n"
        f"    bootstrap_servers: {node.bootstrap}\n", build="release")
    sizes, seen = [], set()

    def shown():
        return sum(labels["topic"].startswith("churn-") for labels, _ in
                   process.page().values("kafka_topic_partitions"))

    for number in range(ROUNDS):
        names = [f"churn-{number}-{i}-{'x' * 100}" for i in range(TOPICS_EACH)]
        for done in node.admin.create_topics([NewTopic(name, 1, 1) for name in names]).values():
            done.result()
        wait_for("the topics", lambda: shown() == TOPICS_EACH, 20)
        seen |= handles(process)
        for done in node.admin.delete_topics(names).values():
            done.result()
        wait_for("they are gone", lambda: shown() == 0, 30)
        sizes.append(resident_mib(process))
    print("resident, MiB:", *(f"{size:.1f}" for size in sizes), "handles:", len(seen))
    assert len(seen) >= 4, "the handle was replaced"
    assert max(sizes[SETTLED:]) - max(sizes[:SETTLED]) < MIB_MORE_MAX, sizes
    assert process.page().targets("admin") == {"cluster": 1}
