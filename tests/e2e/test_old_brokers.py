# SPDX-License-Identifier: Apache-2.0
"""Brokers, and other servers of Kafka's protocol, that know only old versions of requests: the lag is shown."""
import subprocess

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic

from broker import broker
from conftest import BUILD
from kafka import Kafka
from old_versions import OldVersions
from streamgauge import Page, free_port

OFFSET_FETCH, LIST_GROUPS = 9, 16
# Kafka 4.1, 2.4 and 2.3; then 2.3 as a whole: its list of groups is without their states.
VERSIONS = [{}, {OFFSET_FETCH: 6}, {OFFSET_FETCH: 5}, {OFFSET_FETCH: 5, LIST_GROUPS: 2}]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """In front of the node, which advertises it; the records and commits are there."""
    port = free_port()
    with broker(tmp_path_factory.mktemp("old"), advertised_port=port) as node:
        proxy = OldVersions(port, node.ports["PLAINTEXT"], {})
        (done,) = node.admin.create_topics([NewTopic("eh", 2, 1)]).values()
        done.result(20)
        producer = Producer({"bootstrap.servers": f"127.0.0.1:{port}"})
        for i in range(10):
            producer.produce("eh", b"x", partition=i % 2)
        producer.flush(20)
        kafka = Kafka(f"127.0.0.1:{port}")
        kafka.commit("eg", "eh", {0: 2})
        yield proxy, f"127.0.0.1:{port}"
        proxy.stop()


@pytest.mark.parametrize("build", ("gcc-asan", "release"))
@pytest.mark.parametrize("limits", VERSIONS)
def test_lag_is_there_whatever_version_the_broker_knows(proxy, build, limits):
    proxy, address = proxy
    proxy.limits = limits
    once = subprocess.run([BUILD / build / "streamgauge", "--once", f"--kafka.server={address}"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert once.returncode == 0, once.stderr
    page = Page(once.stdout)
    assert page.values("kafka_consumergroup_lag", consumergroup="eg") == [
        ({"kafka_cluster": "kafka", "consumergroup": "eg", "topic": "eh", "partition": "0"}, 3)]
    assert page.value("kafka_consumergroup_current_offset", consumergroup="eg") == 2
    assert page.targets("admin") == {"cluster": 1}
