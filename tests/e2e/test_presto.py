# SPDX-License-Identifier: Apache-2.0
"""A real Presto whose Kafka connector reads mytopic: its series, its board, its alert.

A download of 190 MB, and minutes: by hand, with STREAMGAUGE_TEST_PRESTO=yes.
"""
import os
import re
import signal
import subprocess
import time

import pytest

from conftest import OFFSET, Lab
from monitoring import Watch
from streamgauge import Page, fetch, wait_for
from test_alerts import COLLECTOR_FAILING, measured
from test_monitoring import check_boards

FAIL = ("KafkaPrestoQueriesFail", "warning")
SHORTEN = os.environ.get("STREAMGAUGE_TEST_ALERTS", "30s")


@pytest.fixture(scope="module")
def presto_lab():
    lab = Lab("presto", OFFSET + 700, "--with-connect", "--with-presto")
    lab.up()
    yield lab
    lab.down()


def page_of(lab):
    return Page(fetch(lab.metrics_url)[2].decode())


def value(lab, name, **labels):
    (found,) = [value for _, value in page_of(lab).values(f"presto_{name}", jvm="presto", **labels)]
    return found


def pid_of(lab, piece):
    return int((lab.directory / f"run/{piece}.pid").read_text().split()[0])


def test_presto_listens_on_loopback_only(presto_lab):
    """Its ports for Thrift and for JMX ask for all addresses."""
    listed = subprocess.run(["ss", "-ltunpH"], capture_output=True, text=True, check=True).stdout
    mine = [line for line in listed.splitlines() if f"pid={pid_of(presto_lab, 'presto')}," in line]
    assert len(mine) >= 5
    assert all(re.search(r" 127\.0\.0\.1:\d+ ", line) for line in mine), mine


def test_presto_queries_of_the_topic_are_counted(presto_lab):
    completed = value(presto_lab, "completed_queries_total")
    rows = value(presto_lab, "consumed_input_rows_total")
    wait_for("queries", lambda: value(presto_lab, "completed_queries_total") >= completed + 5, 120)
    wait_for("rows", lambda: value(presto_lab, "consumed_input_rows_total") >= rows + 100, 120)
    assert value(presto_lab, "active_nodes") == 1


def test_presto_board_every_query_returns_data(presto_lab):
    result = check_boards(presto_lab, "--require=presto,connect,zookeeper")
    assert result.returncode == 0, result.stdout + result.stderr


def test_presto_restart_fires_nothing_and_failing_queries_do(presto_lab, tmp_path_factory):
    watch = Watch(presto_lab, tmp_path_factory.mktemp("alerts"), SHORTEN)
    try:
        watch.start()
        begun = time.monotonic()
        os.kill(pid_of(presto_lab, "presto"), signal.SIGTERM)
        wait_for("Presto is gone", lambda: presto_lab.run("status", check=False).returncode == 3, 30)
        presto_lab.up()
        until = time.monotonic() + 900 * watch.scale
        while time.monotonic() < until:
            watch.nothing_but(begun, {COLLECTOR_FAILING})  # a start takes as long as its `for`, shortened
            time.sleep(1)
        watch.wait_until_silent()
        begun = time.monotonic()
        try:
            presto_lab.fault("fail-presto-queries")
            fires_s = watch.expect(begun, {FAIL}, set())
        finally:
            presto_lab.fault("fix-presto-queries")
        ended = time.monotonic()
        measured(watch, begun, "fail-presto-queries", FAIL, fires_s, watch.expect_end(ended, {FAIL}))
    finally:
        watch.stop()
