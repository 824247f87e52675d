# SPDX-License-Identifier: Apache-2.0
"""The lag of a real Spark job, which commits nothing: from its checkpoint, as docs/configuration.md says."""
import contextlib
import json
import shutil
import time

import pytest

from streamgauge import Page, fetch, wait_for

QUERY = "mytopic_counts"
TRIGGER_S = 10
# Root without the capability to read everything.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def checkpoint_of(lab):
    return lab.directory / "data/spark/checkpoint"


def config(lab, checkpoint):
    return (f"collect: {{ interval: 1s, timeout: 1s }}\nclusters:\n  - name: streaming\n"
            f"    bootstrap_servers: {lab.bootstrap}\n    topics: {{ include: '^mytopic$' }}\n"
            "    groups: { include: '^nothing$', status: { lagging: 15s, stalled: 25s } }\n"
            f"    spark:\n      - {{ name: {QUERY}, checkpoint: {checkpoint} }}\n")


def completed(checkpoint):
    """The number of the last batch that is complete, and its offsets: partition → next to read"""
    batch = max(int(path.name) for path in (checkpoint / "commits").iterdir() if path.name.isdecimal())
    source = (checkpoint / "offsets" / str(batch)).read_text().splitlines()[2]
    return batch, json.loads(source)["mytopic"]


def of_query(page, name, **labels):
    return page.values(f"kafka_{name}", consumergroup=QUERY, **labels)


def status(page):
    return [labels["status"] for labels, value in of_query(page, "consumergroup_status") if value]


def lag(page):
    found = of_query(page, "consumergroup_lag_sum", topic="mytopic")
    return found[0][1] if found else None


def age(page):
    found = of_query(page, "consumergroup_lag_seconds_max", topic="mytopic")
    return found[0][1] if found else None


@pytest.fixture(scope="module", autouse=True)
def first_batch(kraft_lab):
    """The lab waits until the job runs, not until a batch of it is complete."""
    wait_for("a complete batch",
             lambda: any(path.name.isdecimal() for path in (checkpoint_of(kraft_lab) / "commits").glob("*")), 120)


def test_labs_page_shows_the_job_under_its_name(kraft_lab):
    wait_for("the query", lambda: lag(Page(fetch(kraft_lab.metrics_url)[2].decode())) is not None, 60)
    page = Page(fetch(kraft_lab.metrics_url)[2].decode())
    partitions = {labels["partition"] for labels, _ in page.values("kafka_topic_partition_leader",
                                                                   topic="mytopic")}
    for name in ("lag", "lag_seconds", "current_offset"):
        shown = of_query(page, f"consumergroup_{name}", topic="mytopic")
        assert {labels["partition"] for labels, _ in shown} == partitions, name
        assert all(value >= 0 for _, value in shown)
    assert status(page) in (["ok"], ["lagging"])
    # Kafka does not know it.
    assert not of_query(page, "consumergroup_members") and not of_query(page, "consumergroup_state")


def test_lag_is_log_end_minus_the_offsets_of_the_last_complete_batch(kraft_lab, start):
    checkpoint = checkpoint_of(kraft_lab)
    process = start(config(kraft_lab, checkpoint), build="release")
    wait_for("the query", lambda: lag(process.page()) is not None, 20)

    def agrees():
        batch, offsets = completed(checkpoint)
        page = process.page()
        if completed(checkpoint)[0] != batch or page.value(
                "kafka_spark_checkpoint_batch", consumergroup=QUERY) != batch:
            return False
        shown = {labels["partition"]: value for labels, value in
                 of_query(page, "consumergroup_current_offset")}
        ends = {labels["partition"]: value for labels, value in
                page.values("kafka_topic_partition_current_offset", topic="mytopic")}
        lags = {labels["partition"]: value for labels, value in of_query(page, "consumergroup_lag")}
        assert shown == offsets
        assert lags == {partition: ends[partition] - offset for partition, offset in offsets.items()}
        return True

    wait_for("the same batch", agrees, 30)
    before = completed(checkpoint)[0]
    wait_for("the next batch", lambda: process.page().value(
        "kafka_spark_checkpoint_batch", consumergroup=QUERY) > before, 4 * TRIGGER_S)
    page = process.page()
    since = time.time() - page.value("kafka_spark_checkpoint_completed_timestamp_seconds",
                                     consumergroup=QUERY)
    assert -1 < since < 3 * TRIGGER_S
    assert page.targets("admin") == {"cluster": 1}


def test_job_that_is_stopped_falls_behind_and_catches_up(kraft_lab, start):
    process = start(config(kraft_lab, checkpoint_of(kraft_lab)), build="release")
    wait_for("the job keeps up", lambda: status(process.page()) == ["ok"], 60)
    kraft_lab.fault("stop-spark")
    try:
        stopped = time.monotonic()
        wait_for("lagging", lambda: status(process.page()) == ["lagging"], 40)
        first, first_at = process.page(), time.monotonic()
        wait_for("stalled", lambda: status(process.page()) == ["stalled"], 40)
        assert time.monotonic() - stopped > 15
        page, at = process.page(), time.monotonic()
        assert lag(page) > lag(first)
        # The oldest record that is not read stays the same, and gets older.
        assert abs((age(page) - age(first)) - (at - first_at)) < 2.5
        assert page.value("kafka_spark_checkpoint_batch", consumergroup=QUERY) == first.value(
            "kafka_spark_checkpoint_batch", consumergroup=QUERY)
        assert page.targets("admin") == {"cluster": 1}
    finally:
        kraft_lab.fault("start-spark")
    wait_for("the job keeps up again", lambda: status(process.page()) == ["ok"], 90)
    assert age(process.page()) < age(page)


def copy_checkpoint(kraft_lab, copy):
    """Spark removes old files meanwhile."""
    def is_whole():
        shutil.rmtree(copy, ignore_errors=True)
        with contextlib.suppress(shutil.Error):
            return shutil.copytree(checkpoint_of(kraft_lab), copy)

    wait_for("a copy", is_whole, 20)


@pytest.mark.parametrize("how", ["gone", "not readable", "no checkpoint"])
def test_directory_that_cannot_be_read_is_reported(kraft_lab, start, tmp_path, how):
    copy = tmp_path / "checkpoint"
    copy_checkpoint(kraft_lab, copy)
    away = tmp_path / "away"
    kind, words = {
        "gone": ("connect",
                 f"spark {QUERY}: {copy}: there is no checkpoint of a structured streaming query"),
        "not readable": ("connect", f"spark {QUERY}: {copy}/commits: Permission denied"),
        "no checkpoint": ("parse", f"spark {QUERY}: {copy}/"),
    }[how]
    process = start(config(kraft_lab, copy), build="release", through=WITHOUT_RIGHTS)
    wait_for("the query", lambda: lag(process.page()) is not None, 20)
    assert not process.page().errors("cluster")
    if how == "gone":
        copy.rename(away)
    elif how == "not readable":
        copy.chmod(0)
    else:
        shutil.copytree(copy, away)
        for path in (copy / "offsets").iterdir():
            path.write_text("v9\nnothing that Spark writes\n")
    wait_for("a failure", lambda: process.page().errors("cluster"), 10)
    page = process.page()
    assert page.errors("cluster").keys() == {kind}
    process.logged(words)
    for name in ("consumergroup_lag", "consumergroup_lag_seconds", "consumergroup_status",
                 "consumergroup_current_offset", "spark_checkpoint_batch"):
        assert not of_query(page, name), name
    # Everything else is shown.
    assert page.targets("admin") == {"cluster": 0}
    assert page.values("kafka_topic_partition_current_offset", topic="mytopic")
    if how == "not readable":
        copy.chmod(0o755)
    else:
        shutil.rmtree(copy, ignore_errors=True)
        away.rename(copy)
    wait_for("the query is back", lambda: lag(process.page()) is not None
             and process.page().targets("admin") == {"cluster": 1}, 10)
