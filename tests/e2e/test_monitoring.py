# SPDX-License-Identifier: Apache-2.0
"""The whole chain: Prometheus scrapes, dashboards find their data, the right alerts fire."""
import json
import subprocess
import sys
import time
import urllib.parse

from conftest import REPO
from streamgauge import fetch, free_port, wait_for


def query(url, expression):
    _, _, body = fetch(f"{url}/api/v1/query?query={urllib.parse.quote(expression)}")
    answer = json.loads(body)
    assert answer["status"] == "success", answer
    return answer["data"]["result"]


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


def test_killed_broker_fires_exactly_its_alerts_and_they_resolve(lab, start, tmp_path):
    """The rules with shorter durations, in a separate Prometheus."""
    process = start(lab.config("5s", "4s"), build="release")
    rules = tmp_path / "rules"
    subprocess.run([sys.executable, REPO / "alerts/generate", f"--output={rules}", "--shorten=6s"], check=True)
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "global: { scrape_interval: 2s, evaluation_interval: 2s }\n"
        f"rule_files: [ {rules}/*.rules.yml ]\n"
        "scrape_configs:\n  - job_name: streamgauge\n    static_configs:\n"
        f"      - targets: ['127.0.0.1:{process.port}']\n")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with open(tmp_path / "prometheus.log", "wb") as log:
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
             f"--storage.tsdb.path={tmp_path / 'data'}"], stdout=log, stderr=log)

    def firing():
        return {r["metric"]["alertname"] for r in
                query(url, 'ALERTS{alertstate="firing",alertname!~".*(Lag|Stalled|EmptyWithLag).*"}')}

    try:
        wait_for("Prometheus", lambda: up(url), 30)
        wait_for("scrapes", lambda: query(url, "streamgauge_cluster_up == 1"), 30)
        time.sleep(15)
        assert firing() == set()
        lab.fault("kill-broker", "2")
        try:
            wait_for("KafkaBrokerDown", lambda: "KafkaBrokerDown" in firing(), 60)
            wait_for("KafkaUnderReplicatedPartitions",
                     lambda: "KafkaUnderReplicatedPartitions" in firing(), 60)
            # The names of partitions and missing brokers, and the alerts themselves.
            boards = subprocess.run(
                [REPO / "dashboards/check", f"--prometheus={url}", "--scrape-interval=2", "--during=kill-broker 2"],
                capture_output=True, text=True, timeout=120)
            assert boards.returncode == 0, boards.stdout + boards.stderr
            time.sleep(12)
            assert firing() <= {"KafkaBrokerDown", "KafkaUnderReplicatedPartitions",
                                "KafkaExporterCollectorFailing"}
        finally:
            lab.fault("start-broker", "2")
        wait_for("nothing fires", lambda: firing() == set(), 120)
    finally:
        prometheus.terminate()
        prometheus.wait()


def up(url):
    try:
        return fetch(url + "/-/ready")[0] == 200
    except OSError:
        return False
