# SPDX-License-Identifier: Apache-2.0
"""The main job: three real brokers in, one complete page out."""
import gzip
import re
import subprocess

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from conftest import REPO
from streamgauge import Page, fetch, wait_for

GROUPS = {"rules-engine", "presto", "spark", "alerting", "analytics"}
TOPICS = {"mytopic", "telemetry", "logs", "audit"}

# Series that each broker must always show through its JMX.
PER_BROKER = [
    "kafka_server_replicamanager_underreplicatedpartitions",
    "kafka_server_replicamanager_underminisrpartitioncount",
    "kafka_server_replicamanager_offlinereplicacount",
    "kafka_server_replicamanager_partitioncount",
    "kafka_server_replicamanager_leadercount",
    "kafka_server_replicamanager_isrshrinks_total",
    "kafka_controller_kafkacontroller_activecontrollercount",
    "kafka_controller_kafkacontroller_offlinepartitionscount",
    "kafka_controller_controllerstats_uncleanleaderelections_total",
    "kafka_log_logmanager_offlinelogdirectorycount",
    "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
    "kafka_network_socketserver_networkprocessoravgidle_percent",
    "kafka_network_requestchannel_requestqueuesize",
    "kafka_server_brokertopicmetrics_alltopics_bytesin_total",
    "kafka_server_kafkaserver_brokerstate",
    "jvm_threads_current",
    "process_cpu_seconds_total",
]


# What the newest Kafka has in addition.
PER_BROKER_NEWEST = [
    "kafka_log_logmanager_cordonedlogdirectorycount",
    "kafka_server_kafkarequesthandlerpool_brokerrequesthandleravgidle_percent",
    "kafka_server_metadataloader_finalizedlevel",
    "kafka_server_raftchannelmetrics_response_total",
]

# What other exporters call a series, and by what it is multiplied there.
OTHER_NAMES = {
    "avg_latency": ("zookeeper_avgrequestlatency_seconds", 1000),
    "jvm_memory_bytes_used": ("jvm_memory_used_bytes", 1),
    "kafka_burrow_topic_partition_offset": ("kafka_topic_partition_current_offset", 1),
    "kafka_cluster_partition_replicascount": ("kafka_topic_partition_replicas", 1),
    "kafka_cluster_partition_underminisr": ("kafka_topic_partition_under_min_isr", 1),
    "kafka_consumer_lag_millis": ("kafka_consumergroup_lag_seconds", 1000),
    "kafka_consumergroup_uncommitted_offsets": ("kafka_consumergroup_lag", 1),
    "kafka_exporter_build_info": ("kafka_cluster_info", 1),
    "kafka_log_log_logstartoffset": ("kafka_topic_partition_oldest_offset", 1),
    "kafka_network_acceptor_acceptorblockedpercent": ("kafka_network_acceptor_acceptorblocked_percent", 1),
    "kafka_network_requestmetrics_totaltimems_count_total": ("kafka_network_requestmetrics_totaltimems_count", 1),
    "kafka_server_fetch_byte_rate": ("kafka_server_quota_byte_rate", 1),
    "kafka_server_sessionexpirelistener_zookeeperexpirespersec": (
        "kafka_server_sessionexpirelistener_zookeeperexpires_total", 1),
    "kafka_server_socketservermetrics_connection_creation_rate": (
        "kafka_server_socket_server_metrics_connection_creation_rate", 1),
    "znode_count": ("zookeeper_inmemorydatatree_nodecount", 1),
    "zookeeper_ticktime": ("zookeeper_ticktime_seconds", 1000),
}


@pytest.fixture(scope="module")
def page(lab):
    status, headers, _ = fetch(lab.metrics_url)
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return complete_page(lab)


def complete_page(lab):
    """Where a broker has just come back, groups find their coordinators in a while."""
    pages = []

    def is_complete():
        pages[:] = [Page(fetch(lab.metrics_url)[2].decode())]
        groups = {labels.get("consumergroup") for labels, _ in pages[0].values("kafka_consumergroup_members")}
        return groups >= GROUPS and pages[0].brokers_up() == {"1": 1, "2": 1, "3": 1}

    wait_for("brokers and groups", is_complete, 60)
    return pages[0]


def check_brokers_and_jmx(page):
    assert page.brokers_up() == {"1": 1, "2": 1, "3": 1}
    assert page.targets().items() >= {"1": 1, "2": 1, "3": 1}.items()
    for name in PER_BROKER:
        assert {labels.get("broker") for labels, _ in page.values(name)} >= {"1", "2", "3"}, name
    assert all(sample.labels.get("kafka_cluster") == "streaming" for sample in page.samples
               if sample.name.startswith(("kafka_", "jvm_")))


def check_admin(page):
    assert page.value("streamgauge_cluster_up") == 1
    assert page.value("kafka_brokers") == 3
    assert {labels["id"] for labels, _ in page.values("kafka_broker_info")} == {"1", "2", "3"}
    topics = {labels["topic"] for labels, _ in page.values("kafka_topic_partitions")}
    assert topics >= TOPICS
    for labels, replicas in page.values("kafka_topic_partition_replicas", topic="mytopic"):
        assert replicas == 3
        same = {k: labels[k] for k in ("topic", "partition")}
        assert page.value("kafka_topic_partition_in_sync_replica", **same) == 3
        assert page.value("kafka_topic_partition_under_replicated_partition", **same) == 0
        oldest = page.value("kafka_topic_partition_oldest_offset", **same)
        assert 0 <= oldest <= page.value("kafka_topic_partition_current_offset", **same)
    groups = {labels.get("consumergroup", "") for labels, _ in page.values("kafka_consumergroup_members")}
    assert groups >= GROUPS
    assert page.value("kafka_consumergroup_members", consumergroup="spark") == 0
    assert page.value("kafka_consumergroup_members", consumergroup="rules-engine") == 2
    for labels, lag in page.values("kafka_consumergroup_lag"):
        assert lag >= 0, labels


def test_page_shows_brokers_through_jmx(page):
    check_brokers_and_jmx(page)


def test_page_shows_topics_groups_and_lag(page):
    check_admin(page)


def test_page_of_kraft_cluster_is_complete(kraft_lab):
    page = complete_page(kraft_lab)
    check_brokers_and_jmx(page)
    check_admin(page)
    for name in PER_BROKER_NEWEST:
        assert {labels["broker"] for labels, _ in page.values(name)} == {"1", "2", "3"}, name


def sums(page, name, factor=1, **labels):
    return len(page.values(name, **labels)), sum(value for _, value in page.values(name, **labels)) * factor


def test_page_has_the_names_of_other_exporters(lab, start):
    process = start(
        "compat: [burrow, confluent, grafana-kafka-exporter, jmx-exporter-0.x, jmx-exporter-partitions, strimzi,\n"
        "         zookeeper]\n" + lab.config()
        + f"    jvms:\n      - {{ name: zookeeper, url: \"{lab.jolokia('zookeeper')}\", rules: zookeeper }}\n")
    absent = ["kafka_server_fetch_byte_rate", "kafka_server_quota_byte_rate"]  # the lab has no quotas
    names = {name for pair in OTHER_NAMES.items() for name in (pair[0], pair[1][0])}
    names.add("kafka_log_log_size")  # of a catalogue that a table needs
    wait_for("both names", lambda: all(process.page().values(name) for name in names - set(absent)), 60)
    page = process.page()
    for name, (own, factor) in OTHER_NAMES.items():
        n, total = sums(page, name)
        assert (n, total) == (sums(page, own)[0], pytest.approx(sums(page, own, factor)[1])), name
    assert page.value("kafka_server_replicafetchermanager_maxlag", broker="1", clientid="Replica") is not None


def test_page_every_family_has_help_and_type_once(page):
    lines = page.text.splitlines()
    helps = [line.split(" ")[2] for line in lines if line.startswith("# HELP ")]
    types = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert len(helps) > 100
    assert helps == types == sorted(set(helps))
    assert "untyped" not in {line.split(" ")[3] for line in lines if line.startswith("# TYPE ")}


def test_page_no_series_is_duplicate(page):
    series = [line.rsplit(" ", 1)[0] for line in page.text.splitlines() if line[0] != "#"]
    assert len(series) == len(set(series))


def test_page_every_metric_is_documented(page):
    documented = set(re.findall(r"^\| `(\w+)`", (REPO / "docs/metrics.md").read_text(), re.M))
    shown = {line.split(" ")[2] for line in page.text.splitlines() if line.startswith("# TYPE ")}
    assert shown - documented == set()


def test_page_promtool_finds_only_what_compatibility_fixes(page):
    """promtool's lint; a name that existing dashboards depend on is on the list, with the reason."""
    allowed = {}
    for line in (REPO / "tests/e2e/promtool_allowed.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            assert reason, f"no reason for {name}"
            allowed[name] = reason
    result = subprocess.run(["promtool", "check", "metrics"], input=page.text, text=True,
                            capture_output=True, timeout=60)
    complaints = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
    assert not [line for line in complaints if line.startswith("error while linting")], complaints
    assert [line for line in complaints if line.split(" ")[0] not in allowed] == []


def test_page_gzip_is_the_same(lab):
    status, headers, body = fetch(lab.metrics_url, {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    names = {s.name for s in Page(gzip.decompress(body).decode()).samples}
    assert names == {s.name for s in Page(fetch(lab.metrics_url)[2].decode()).samples}


def test_lag_of_a_stopped_group_is_right_to_the_record(lab):
    """`spark` has no commits, so its offsets do not move; the log's end only grows."""
    admin = AdminClient({"bootstrap.servers": lab.bootstrap})
    committed = admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions("spark")])["spark"].result()
    partitions = [tp for tp in committed.topic_partitions if tp.offset >= 0]
    assert partitions

    def ends():
        answers = admin.list_offsets(
            {TopicPartition(tp.topic, tp.partition): OffsetSpec.latest() for tp in partitions})
        return {(tp.topic, str(tp.partition)): f.result().offset for tp, f in answers.items()}

    before = ends()
    old = Page(fetch(lab.metrics_url)[2].decode())
    polled = old.value("streamgauge_collector_last_success_timestamp_seconds", collector="admin")

    def polled_since():
        page = Page(fetch(lab.metrics_url)[2].decode())
        return page.value(
            "streamgauge_collector_last_success_timestamp_seconds", collector="admin") > polled

    wait_for("a new collection", polled_since, 35)
    page = Page(fetch(lab.metrics_url)[2].decode())
    after = ends()
    for tp in partitions:
        labels = {"topic": tp.topic, "partition": str(tp.partition)}
        key = (tp.topic, str(tp.partition))
        offset = page.value("kafka_consumergroup_current_offset", consumergroup="spark", **labels)
        lag = page.value("kafka_consumergroup_lag", consumergroup="spark", **labels)
        assert offset == tp.offset
        assert before[key] - tp.offset <= lag <= after[key] - tp.offset


def test_up_twice_changes_nothing(lab):
    pids = sorted(path.read_text() for path in (lab.directory / "run").glob("*.pid"))
    result = lab.up()
    assert "is up" in result.stdout
    assert sorted(path.read_text() for path in (lab.directory / "run").glob("*.pid")) == pids
