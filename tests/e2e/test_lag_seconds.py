# SPDX-License-Identifier: Apache-2.0
"""Lag in seconds of producers whose history is known, right after a start and after many polls."""
import os
import subprocess
import time
import uuid

import pytest
from confluent_kafka import Producer

from conftest import BUILD
from kafka import DAY_S, Kafka
from streamgauge import Page, wait_for

POLLS = int(os.environ.get("STREAMGAUGE_TEST_POLLS", "25"))  # 60 by hand


class History:
    """A topic, and groups that have read up to an offset: group → Unix time of what is next."""

    def __init__(self, kafka, topic, **config):
        self.kafka = kafka
        self.topic = topic
        self.expected = {}
        self.later = {}  # the same, once it is known that there is nothing to read before
        kafka.create(topic, **config)

    def group(self, offset, expected):
        """expected: Unix seconds of the oldest record not read; 0: nothing to read; None: unknown"""
        group = f"{self.topic}-{offset}"
        self.kafka.commit(group, self.topic, {0: offset})
        self.expected[group] = expected


def plain(kafka, topic, times, commits, **config):
    history = History(kafka, topic, **config)
    kafka.produce(topic, times)
    for offset in commits:
        history.group(offset, times[offset] if offset < len(times) else 0)
    return history


def steady(kafka, now):
    return plain(kafka, "age-steady", [now - 300 + i for i in range(280)], (0, 100, 279, 280))


def bursts_and_silence(kafka, now):
    times = [now - 3 * DAY_S] * 20 + [now - 2 * DAY_S + i / 100 for i in range(50)] + [now - 100] * 5
    return plain(kafka, "age-bursts", times, (0, 20, 45, 70, 74))


def weeks(kafka, now):
    return plain(kafka, "age-weeks", [now - 40 * DAY_S + i * DAY_S for i in range(40)], (0, 1, 20, 39))


def out_of_order(kafka, now):
    """The age is of the youngest record up to the one that is next."""
    ages = [5000, 3000, 4000, 1000, 2000, 500]
    history = plain(kafka, "age-order", [now - age for age in ages], ())
    for offset in range(len(ages)):
        history.group(offset, now - min(ages[:offset + 1]))
    return history


def future(kafka, now):
    """The age of a record from the future is unknown right after a start."""
    history = plain(kafka, "age-future", [now - 600, now + 3000, now - 500], (0,))
    history.group(1, None)
    return history


def log_append_time(kafka, _now):
    history = History(kafka, "age-append", message_timestamp_type="LogAppendTime")
    for _ in range(3):
        kafka.produce(history.topic, [time.time() - 9 * DAY_S])
        time.sleep(1.1)
    for offset, at in kafka.timestamps(history.topic).items():
        history.group(offset, at)
    return history


def transactions(kafka, _now):
    """Committed 0 and 1, marker 2; aborted 3 and 4, marker 5; open 6 and 7. Markers have the time at which
    the transaction ended."""
    history = History(kafka, "age-transactions")
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "linger.ms": 0,
                         "transactional.id": str(uuid.uuid4()), "transaction.timeout.ms": 600000})
    producer.init_transactions(30)
    times = []
    for end in (producer.commit_transaction, producer.abort_transaction, None):
        producer.begin_transaction()
        for _ in range(2):
            times.append(time.time())
            kafka.produce(history.topic, times[-1:], producer=producer)
            time.sleep(2)
        if end:
            times.append(time.time())
            end(30)
    for offset, at in enumerate(times):
        history.group(offset, at)
    history.later = {f"{history.topic}-{offset}": times[6] for offset in range(2, 6)}
    history.producer = producer  # its transaction stays open
    return history


def compaction(kafka, now):
    """Of ten records with one key and one at the end, only the last two are left."""
    history = History(kafka, "age-compacted", cleanup_policy="compact", segment_ms=1000,
                      min_cleanable_dirty_ratio=0.001, max_compaction_lag_ms=1000)
    kafka.produce(history.topic, [now - 9000 + i * 100 for i in range(10)], key="k")
    time.sleep(1.5)
    kafka.produce(history.topic, [now - 50], key="other")  # a new segment: the previous one is cleaned

    def cleaned():
        return len(kafka.timestamps(history.topic)) == 2

    wait_for("compaction", cleaned, 90)
    history.group(2, now - 9000 + 900)
    history.group(10, now - 50)
    return history


HISTORIES = (steady, bursts_and_silence, weeks, out_of_order, future, log_append_time, transactions,
             compaction)


@pytest.fixture(scope="module")
def histories(lab):
    kafka = Kafka(lab.bootstrap)
    now = time.time()
    return [make(kafka, now) for make in HISTORIES]


def config(lab, interval):
    return (f"collect: {{ interval: {interval}, timeout: {interval} }}\nclusters:\n"
            f"  - name: streaming\n    bootstrap_servers: {lab.bootstrap}\n"
            "    topics: { include: '^age-' }\n    groups: { include: '^age-' }\n")


def is_good(age, expected, taken):
    if expected is None or age is None:
        return expected is None and age is None
    if expected == 0:
        return age == 0
    return taken - expected - 2.5 <= age <= taken - expected + 1  # the page is up to an interval old


def compare(histories, page, taken, later=False):
    """What is wrong, as lines."""
    wrong = []
    for history in histories:
        for group, expected in history.expected.items():
            age = page.value("kafka_consumergroup_lag_seconds", consumergroup=group)
            good = is_good(age, expected, taken)
            if later and not good and group in history.later:
                good = is_good(age, history.later[group], taken)
            if not good:
                truth = expected and taken - expected
                wrong.append(f"{group}: {age} and not {truth}")
    return wrong


def test_ages_right_after_a_start(lab, histories, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(config(lab, "10s"))
    once = subprocess.run([BUILD / "release/streamgauge", f"--config.file={path}", "--once"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert once.returncode == 0, once.stderr
    wrong = compare(histories, Page(once.stdout), time.time())
    assert not wrong, "\n".join(wrong)


def test_ages_stay_right_over_many_polls(lab, histories, start):
    process = start(config(lab, "1s"), build="release")
    pages = []

    def collected():
        """A page as of a whole collection, which on a busy machine is not this second's."""
        pages.append(process.page())
        return pages[-1].targets("admin") == {"cluster": 1}

    def page_and_time():
        wait_for("a whole collection", collected, 30)
        return pages[-1], pages[-1].value("streamgauge_collector_last_success_timestamp_seconds",
                                          collector="admin")

    wait_for("all ages", lambda: not compare(histories, *page_and_time(), later=True), 40)
    kafka = Kafka(lab.bootstrap)
    for poll in range(POLLS):
        time.sleep(1)
        if poll % 10 == 0:  # groups that move on, and a log that grows
            at = 101 + poll
            kafka.commit("age-steady-100", "age-steady", {0: at})
            history = histories[0]
            start_s = history.expected["age-steady-0"]
            history.expected["age-steady-100"] = start_s + at
            wait_for("the commit is seen", lambda at=at: process.page().value(
                "kafka_consumergroup_current_offset", consumergroup="age-steady-100") == at, 30)
        last = compare(histories, *page_and_time(), later=True)
        assert not last, f"poll {poll}:\n" + "\n".join(last)
