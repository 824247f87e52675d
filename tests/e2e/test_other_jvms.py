# SPDX-License-Identifier: Apache-2.0
"""The JVMs other than brokers: ZooKeeper, a Kafka Connect worker, a Spark job."""
import pytest

from streamgauge import Page, fetch, wait_for

# In which lab each of them runs, what its label `tier` is in the lab's configuration, and what the
# names of its own series begin with.
JVMS = {
    "zookeeper": ("lab", "metadata", "zookeeper_"),
    "connect": ("lab", "integration", "kafka_connect_"),
    "spark": ("kraft_lab", "processing", "spark_"),
}


def page_of(lab):
    return Page(fetch(lab.metrics_url)[2].decode())


def series(page, jvm):
    return [sample for sample in page.samples
            if sample.labels.get("jvm") == jvm and not sample.name.startswith("streamgauge_")]


@pytest.fixture(params=JVMS)
def jvm(request):
    lab, tier, prefix = JVMS[request.param]
    return request.getfixturevalue(lab), request.param, tier, prefix


def test_page_shows_the_jvm_with_its_labels(jvm):
    lab, name, tier, prefix = jvm
    shown = series(page_of(lab), name)
    assert len({sample.name for sample in shown if sample.name.startswith(prefix)}) >= 5
    assert "jvm_threads_current" in {sample.name for sample in shown}
    for sample in shown:
        assert sample.labels["tier"] == tier, sample
        assert sample.labels["kafka_cluster"] == "streaming", sample
        assert "broker" not in sample.labels, sample


def test_page_keeps_jvms_and_brokers_apart(lab):
    """The JVMs' names are not those of brokers, and each JVM has its own process metrics."""
    # Another test may have killed one a moment ago.
    wait_for("all brokers", lambda: page_of(lab).brokers_up() == {"1": 1, "2": 1, "3": 1}, 60)
    page = page_of(lab)
    whose = [(labels.get("broker"), labels.get("jvm"))
             for labels, _ in page.values("process_start_time_seconds") if "kafka_cluster" in labels]
    assert sorted(whose, key=str) == sorted(
        [("1", None), ("2", None), ("3", None), (None, "connect"), (None, "zookeeper")], key=str)


def config_of(lab, *names):
    rules = {"zookeeper": "zookeeper", "connect": "kafka-connect", "spark": "spark"}
    jvms = "".join(f'      - {{ name: {name}, url: "{lab.jolokia(name)}", rules: {rules[name]} }}\n'
                   for name in names)
    return lab.config("2s", "1500ms") + "    jvms:\n" + jvms


def test_frozen_worker_costs_its_own_series_only(lab, start):
    process = start(config_of(lab, "zookeeper", "connect"))
    wait_for("Connect's series", lambda: series(process.page(), "connect"), 30)
    lab.fault("freeze-connect")
    try:
        wait_for("Connect's series are gone", lambda: not series(process.page(), "connect"), 15)
        page = process.page()
        assert series(page, "zookeeper")
        assert page.brokers_up() == {"1": 1, "2": 1, "3": 1}
    finally:
        lab.fault("thaw-connect")
    wait_for("Connect's series are back", lambda: series(process.page(), "connect"), 30)
    code, _ = process.stop()
    assert code == 0, process.log()


def failed_tasks(page):
    return sum(sample.value for sample in series(page, "connect")
               if sample.name == "kafka_connect_worker_connector_failed_task_count"
               and sample.labels["connector"] == "archive")


def test_failed_task_shows(lab, start):
    process = start(config_of(lab, "connect"))
    wait_for("Connect's series", lambda: series(process.page(), "connect"), 30)
    assert failed_tasks(process.page()) == 0
    lab.fault("fail-connect-task")
    try:
        wait_for("the task shows as failed", lambda: failed_tasks(process.page()) == 1, 15)
    finally:
        lab.fault("fix-connect-task")
    wait_for("the task works again", lambda: failed_tasks(process.page()) == 0, 30)
