# SPDX-License-Identifier: Apache-2.0
"""The lag of share groups (groups.share_lag): what Kafka itself says of them, or nothing."""
import re

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic

from broker import broker
from streamgauge import wait_for
from test_new_protocol import doctor_says, info, java_member
from test_nothing_to_read import DENIED
from test_security import DESCRIBE, allow

SHARE = ("--feature", "share.version=1")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    with broker(tmp_path_factory.mktemp("share"), format_options=SHARE) as node:
        for topic, partitions in (("t", 1), ("shared", 2)):
            create(node, topic, partitions)
        yield node


def create(node, topic, partitions):
    (done,) = node.admin.create_topics([NewTopic(topic, partitions, 1)]).values()
    done.result(20)


class ShareGroup:
    """What Kafka itself knows of a share group, from the member that java/kafka/ShareLag.java is."""

    def __init__(self, member):
        self.member = member

    def known(self):
        """partition → (start offset, lag)"""
        self.member.stdin.write("\n")
        self.member.stdin.flush()
        numbers = [list(map(int, one.split(":"))) for one in self.member.stdout.readline().split()]
        return {str(partition): (start, lag) for partition, start, lag in numbers}


def share_config(node, **groups):
    keys = ", ".join(f"{key}: {value}" for key, value in groups.items())
    return ("collect: { interval: 1s, timeout: 1s }\nclusters:\n  - name: c\n"
            f"    bootstrap_servers: {node.bootstrap}\n    groups: {{ {keys} }}\n")


def share_shown(page, group):
    """The same as Streamgauge shows it; None for what is absent."""
    starts = page.values("kafka_sharegroup_start_offset", consumergroup=group)
    return {labels["partition"]: (start, page.value("kafka_sharegroup_lag", consumergroup=group,
                                                    topic=labels["topic"], partition=labels["partition"]))
            for labels, start in starts}


def produce(node, topic, n):
    producer = Producer({"bootstrap.servers": node.bootstrap})
    for i in range(n):
        producer.produce(topic, str(i), partition=0)
    assert producer.flush(20) == 0


def test_share_group_has_the_lag_that_kafka_has(node, start, tmp_path):
    """A member acknowledges out of order, so that the log's end minus the start offset is not the lag."""
    produce(node, "shared", 100)  # and nothing in its other partition
    process = start(share_config(node, share_lag="state_topic", include="^sharers$"), build="release")
    with java_member(node, "ShareLag.java", node.bootstrap, "shared", "sharers", "100") as member:
        group = ShareGroup(member)
        wait_for("the lag", lambda: share_shown(process.page(), "sharers") == group.known(), 20)
        page = process.page()
        ((begin, lag),) = group.known().values()
        assert lag == 79 and begin in (0, 10)
        complete = page.value("kafka_sharegroup_delivery_complete", consumergroup="sharers", partition="0")
        assert begin + complete == 21 and complete > 0
        assert page.value("kafka_sharegroup_lag_sum", consumergroup="sharers", topic="shared") == 79
        produce(node, "shared", 50)
        wait_for("what is produced", lambda: share_shown(process.page(), "sharers").get("0", (0, 0))[1] == 129, 20)
        assert group.known()["0"][1] == 129
        assert process.page().value("streamgauge_collector_success", collector="admin") == 1
        whole = start(share_config(node, share_lag="state_topic", include="^sharers$", granularity="group"),
                      build="release")
        wait_for("a sum", lambda: whole.page().value("kafka_sharegroup_lag_sum", consumergroup="sharers") == 129, 20)
        assert not share_shown(whole.page(), "sharers")
        config = tmp_path / "doctor.yaml"
        config.write_text(share_config(node, share_lag="state_topic").replace("1s", "8s"))
        assert re.search(r"share group +\d+, for example sharers: lag in 1 partition is known",
                         doctor_says("release", f"--config.file={config}"))
    wait_for("the group is gone", lambda: not share_shown(process.page(), "sharers"), 20)


def test_share_lag_is_absent_with_an_old_library_or_where_not_wanted(node, start):
    group = "shared-old"
    with java_member(node, "ShareGroup.java", node.bootstrap, "t", group):
        old = start(share_config(node, share_lag="state_topic"))
        wait_for("what is missing", lambda: "groups.share_lag needs librdkafka 2.3" in old.log(), 20)
        unwanted = start(share_config(node), build="release")
        wait_for("the group", lambda: info(unwanted.page(), group), 70)
        for page in (old.page(), unwanted.page()):
            assert not any(sample.name.startswith("kafka_sharegroup_") for sample in page.samples)


def test_who_may_not_read_the_state_is_told_what_to_allow(tmp_path_factory, start):
    with broker(tmp_path_factory.mktemp("share-denied"), {"SASL": "SASL_PLAINTEXT"}, DENIED,
                format_options=SHARE) as node:
        allow(node, "plain", DESCRIBE)
        create(node, "shared", 1)
        produce(node, "shared", 40)
        with java_member(node, "ShareLag.java", node.bootstrap, "shared", "sharers", "40"):
            process = start(
                "collect: { interval: 1s, timeout: 1s }\nclusters:\n  - name: c\n"
                f"    bootstrap_servers: {node.address('SASL')}\n    client: {{ security.protocol: "
                "SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: plain, sasl.password: hunter2 }\n"
                "    groups: { share_lag: state_topic }\n", build="release")
            wait_for("the note", lambda: "cannot read __share_group_state" in process.log(), 40)
            wait_for("the count", lambda: process.page().errors("cluster").get("denied") == 1, 20)
            assert "READ on the topic" in process.log()
            assert not share_shown(process.page(), "sharers")
