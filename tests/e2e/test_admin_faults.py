# SPDX-License-Identifier: Apache-2.0
"""Faults at each request of a collection: one broker is down, and nothing else is lost."""
import time

import pytest

from between import KEYS, Between, inside, start_inside
from conftest import BUILD, OFFSET
from kafka import Kafka, commit_raw
from streamgauge import Page, wait_for

INTERVAL_S = 2
SPACE = f"streamgauge-e2e-{OFFSET}"
READ_ONLY = {"ApiVersions", "DescribeConfigs", "DescribeGroups", "FindCoordinator", "ListGroups",
             "ListOffsets", "Metadata", "OffsetFetch"}


class Watched:
    """Streamgauge in a namespace where every request is seen."""

    def __init__(self, lab, folder, links=False):
        self.ports = [int(place.split(":")[1]) for place in lab.bootstrap.split(",")]
        self.between = Between(SPACE + ("-links" if links else ""), self.ports, links)
        config = folder / "c.yaml"
        config.write_text(
            f"collect: {{ interval: {INTERVAL_S}s, timeout: {INTERVAL_S}s }}\nclusters:\n"
            f"  - name: streaming\n    bootstrap_servers: {self.between.bootstrap}\n")
        self.log_path = folder / "log"
        with open(self.log_path, "wb") as log:
            self.process = start_inside(self.between.name, BUILD / "gcc-asan/streamgauge", config, log)

    def page(self):
        assert self.process.poll() is None, self.log_path.read_text()
        return Page(inside(self.between.name, "http://127.0.0.1:9308/metrics"))

    def is_whole(self):
        page = self.page()
        return (page.targets("admin") == {"cluster": 1}
                and page.brokers_up() == {"1": 1, "2": 1, "3": 1})

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.between.stop()


@pytest.fixture(scope="module")
def watched(lab, tmp_path_factory):
    watched = Watched(lab, tmp_path_factory.mktemp("watched"))
    try:
        wait_for("everything is up", watched.is_whole, 40)
        yield watched
    finally:
        code = watched.stop()
    assert code == 0, watched.log_path.read_text()


def leaders(page):
    return {(labels["topic"], labels["partition"]): int(value)
            for labels, value in page.values("kafka_topic_partition_leader")}


def ends(page):
    return {(labels["topic"], labels["partition"])
            for labels, _ in page.values("kafka_topic_partition_current_offset")}


def sum_of_ends(page, places):
    return sum(value for labels, value in page.values("kafka_topic_partition_current_offset")
               if (labels["topic"], labels["partition"]) in places)


def make_topic(kafka, how):
    """Its configuration is requested once, and again soon when there was no answer."""
    topic = f"fault-configs-{how}"
    kafka.create(topic)
    return lambda page: page.value("kafka_topic_min_insync_replicas", topic=topic)


def make_group(kafka, how):
    """Its coordinator is requested once."""
    topic, group = f"fault-coordinator-{how}", f"fault-coordinator-{how}"
    kafka.create(topic)
    kafka.commit(group, topic, {0: 0})
    return lambda page: page.value("kafka_consumergroup_lag", consumergroup=group) == 0


# Requests that are sent only for something new, which these create; they return when it exists.
ASKED_ONCE = {"DescribeConfigs": make_topic, "FindCoordinator": make_group}


def test_only_questions_are_asked_and_no_topic_is_made(watched):
    time.sleep(2 * INTERVAL_S)
    assert watched.between.keys() <= READ_ONLY
    metadata = [(version, body) for _, key, version, body in watched.between.requests
                if key == KEYS["Metadata"]]
    assert metadata
    for version, body in metadata:
        # allow_auto_topic_creation: before up to two flags, and the tagged fields since version 9
        at = {4: -1, 5: -1, 6: -1, 7: -1, 8: -3, 9: -4, 10: -4}.get(version, -3)
        assert version >= 4 and body[at] == 0, (version, body)


@pytest.mark.parametrize("how", ["freeze", "cut_off"])
@pytest.mark.parametrize("request_name", ["Metadata", "ListGroups", "FindCoordinator", "DescribeGroups",
                                          "OffsetFetch", "ListOffsets", "DescribeConfigs"])
def test_a_broker_gone_at_a_request_costs_its_own_partitions(watched, lab, request_name, how):
    wait_for("everything is up", watched.is_whole, 40)
    led_by = leaders(watched.page())
    sprung = []

    def spring(port):
        # Some requests go to any broker: then the broker that receives it is cut off, otherwise broker 2.
        gone = port if request_name in ASKED_ONCE else watched.ports[1]
        getattr(watched.between, how)(gone)
        sprung.append(watched.ports.index(gone) + 1)

    anywhere = request_name not in ("ListGroups", "ListOffsets")
    watched.between.trap = (None if anywhere else watched.ports[1], KEYS[request_name], spring)
    try:
        new = ASKED_ONCE.get(request_name, lambda *_: None)(Kafka(lab.bootstrap), how)
        wait_for(f"a {request_name}", lambda: sprung, 20)
        gone = sprung[0]
        wait_for(f"broker {gone} is down",
                 lambda: watched.page().brokers_up() == {str(i): int(i != gone) for i in (1, 2, 3)},
                 4 * INTERVAL_S + 2)
        others = {place for place, leader in led_by.items() if leader != gone}

        def others_are_there():
            return others <= ends(watched.page())

        wait_for("partitions of the others", others_are_there, 3 * INTERVAL_S)
        page = watched.page()
        assert page.value("streamgauge_cluster_up") == 1
        assert page.targets("admin") == {"cluster": 0}
        assert all(lag >= 0 for _, lag in page.values("kafka_consumergroup_lag"))
    finally:
        watched.between.fix()
    wait_for("everything is up again", watched.is_whole, 40)
    if new:
        wait_for("what the request was about", lambda: new(watched.page()), 30)


def test_a_link_that_is_down_costs_its_own_partitions(lab, tmp_path):
    """The link of broker 2 is cut without notice: packets are lost, the cluster keeps working."""
    watched = Watched(lab, tmp_path, links=True)
    try:
        wait_for("everything is up", watched.is_whole, 40)
        page = watched.page()
        assert {labels["address"] for labels, _ in page.values("kafka_broker_info")} == {
            f"10.77.{number}.1:{port}" for number, port in enumerate(watched.ports, 1)}
        others = {place for place, leader in leaders(page).items() if leader != 2}
        watched.between.pull(2)
        wait_for("broker 2 is down", lambda: watched.page().brokers_up() == {"1": 1, "2": 0, "3": 1},
                 4 * INTERVAL_S + 2)
        wait_for("partitions of the others", lambda: others <= ends(watched.page()), 3 * INTERVAL_S)
        before = watched.page()

        def goes_on():
            page = watched.page()
            return (page.value("streamgauge_cluster_up") == 1 and others <= ends(page)
                    and sum_of_ends(page, others) > sum_of_ends(before, others))

        wait_for("the others' ends move", goes_on, 4 * INTERVAL_S)
        assert watched.page().targets("admin") == {"cluster": 0}
        # For the brokers nothing has changed.
        assert all(value == 0 for _, value in
                   watched.page().values("kafka_topic_partition_under_replicated_partition"))
        watched.between.plug(2)
        wait_for("everything is up again", watched.is_whole, 40)
    finally:
        code = watched.stop()
    assert code == 0, watched.log_path.read_text()


def test_the_whole_cluster_partitioned_away_and_back(watched):
    wait_for("everything is up", watched.is_whole, 40)
    for port in watched.ports:
        watched.between.freeze(port)
    wait_for("the cluster is down", lambda: watched.page().value("streamgauge_cluster_up") == 0, 20)
    assert watched.page().brokers_up() == {"1": 0, "2": 0, "3": 0}
    watched.between.fix()
    wait_for("everything is up again", watched.is_whole, 40)


def test_topic_deleted_between_metadata_and_offsets(watched, lab):
    kafka = Kafka(lab.bootstrap)
    kafka.create("fault-deleted", partitions=3)
    kafka.produce("fault-deleted", [time.time()])
    wait_for("the topic", lambda: watched.page().value("kafka_topic_partitions", topic="fault-deleted"),
             10)
    deleted = []

    def delete(_):
        kafka.delete("fault-deleted")
        deleted.append(True)

    watched.between.trap = (None, KEYS["ListOffsets"], delete)
    wait_for("the deletion", lambda: deleted, 20)
    wait_for("whole without it", lambda: watched.is_whole() and not watched.page().values(
        "kafka_topic_partitions", topic="fault-deleted"), 10)
    assert not kafka.has("fault-deleted")
    assert watched.page().values("kafka_consumergroup_lag", consumergroup="rules-engine")


def test_group_names_that_strangers_choose(watched, lab):
    """Kafka replaces what is not UTF-8 in a name by U+FFFD; everything else is returned unchanged."""
    kafka = Kafka(lab.bootstrap)
    kafka.create("fault-names")
    kafka.produce("fault-names", [time.time()] * 3)
    names = {b"": "", b"x" * 249: "x" * 249, b"bad-\xff\xfe-end": "bad-\ufffd\ufffd-end",
             b'quote"line\nback\\slash': 'quote"line\nback\\slash'}
    for raw, name in names.items():
        # The coordinator is one of the three; the others refuse.
        wait_for(f"a commit of {name!r}", lambda: 0 in [
            commit_raw("127.0.0.1", port, raw, "fault-names", 1) for port in watched.ports], 20)

    def shown():
        return sorted(labels.get("consumergroup", "") for labels, lag in
                      watched.page().values("kafka_consumergroup_lag", topic="fault-names") if lag == 2)

    wait_for("the groups", lambda: shown() == sorted(names.values()), 20)
    assert watched.is_whole()
    page = watched.page()
    for name in filter(None, names.values()):  # an empty label is left out
        assert f'consumergroup="{escaped(name)}",topic="fault-names"' in page.text


def escaped(name):
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
