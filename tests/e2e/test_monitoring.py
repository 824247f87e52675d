# SPDX-License-Identifier: Apache-2.0
"""The whole chain: Prometheus scrapes, dashboards find their data. test_alerts.py has the alerts."""
import json
import subprocess

from conftest import REPO
from monitoring import query
from streamgauge import wait_for


def check_boards(a_lab, *options):
    """Every query of every board on this lab's Prometheus."""
    # Rates need two scrapes, deriv() over five minutes some more.
    wait_for("scrapes", lambda: query(
        a_lab.prometheus_url, 'count_over_time(streamgauge_cluster_up[1h]) >= 5'), 120)
    return subprocess.run([REPO / "dashboards/check", "--prometheus", a_lab.prometheus_url, *options],
                          capture_output=True, text=True, timeout=120)


def test_boards_zookeeper_every_query_returns_data(lab):
    result = check_boards(lab, "--require=jmx,zookeeper,zookeeper-mode,connect,kafka-connections,kafka-fetch,"
                               "kafka-groups,kafka-quotas,kafka-transactions,jolokia-sizes,last-produced,"
                               "last-stable-offset,overrides,owners")
    assert result.returncode == 0, result.stdout + result.stderr


def test_boards_kraft_every_query_returns_data(kraft_lab):
    result = check_boards(kraft_lab, "--require=jmx,kraft,spark,spark-checkpoint,kafka-connections")
    assert result.returncode == 0, result.stdout + result.stderr


def test_boards_unknown_series_and_missing_part_are_problems(lab, tmp_path):
    board = json.loads((REPO / "dashboards/kafka-zookeeper.json").read_text())
    target = next(panel for panel in board["panels"] if panel["type"] == "stat")["targets"][0]
    target["expr"] = target["expr"].replace("zookeeper_", "zookeeper_no_")
    path = tmp_path / "kafka-zookeeper.json"
    path.write_text(json.dumps(board))
    result = check_boards(lab, "--require=presto", path)
    assert result.returncode == 1
    assert "presto is required and not there" in result.stderr
    assert "returns nothing" in result.stderr
