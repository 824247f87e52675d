# SPDX-License-Identifier: Apache-2.0
"""deploy/lab/up --no-jolokia: a cluster with nothing but JMX ports has the same page, boards and inputs of alerts.
The lab of this folder is started with agents first, then without."""
import subprocess
import sys

import pytest

from conftest import OFFSET, REPO, Lab
from streamgauge import Page, fetch, wait_for
from test_monitoring import check_boards

JMX = "?collect[]=jolokia&collect[]=jolokia_slow&collect[]=jolokia_sizes"
# Kafka registers these when it has happened: an error, a request that failed.
BY_EVENT = ("kafka_network_requestmetrics_errors", "kafka_server_brokertopicmetrics_failed")


def broker_series(started):
    """Names and names of labels: which broker is the controller, and who leads what, differs from start to start."""
    page = Page(fetch(started.metrics_url + JMX)[2].decode())
    return {(s.name, tuple(sorted(s.labels))) for s in page.samples
            if "broker" in s.labels and not s.name.startswith(("streamgauge_", *BY_EVENT))}


def unanswered_alerts(started, folder):
    """The alerts that lack a metric, with what they lack, on a page."""
    page = folder / "page.txt"
    page.write_bytes(fetch(started.metrics_url)[2])
    said = subprocess.run([sys.executable, REPO / "tests/answered.py", "--page", page,
                           *sorted((REPO / "alerts").glob("*.rules.yml"))], capture_output=True, text=True).stdout
    assert "queries have all of their metrics" in said, said
    return {line for line in said.splitlines() if line.startswith("    ") and "failed" not in line}


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    """The series of a lab with agents, and then the same lab without."""
    offset = OFFSET + 250
    with_agents = Lab("ports", offset, "--with-connect", "--no-prometheus")
    without = Lab("ports", offset, "--no-jolokia", "--with-connect")
    try:
        with_agents.up()
        wanted = broker_series(with_agents), unanswered_alerts(with_agents, tmp_path_factory.mktemp("agents"))
        refused = with_agents.run("up", "--no-jolokia", check=False)
        with_agents.run("down")
        without.up()
        yield wanted, refused, without
    finally:
        with_agents.down()


def test_running_lab_is_not_changed(labs):
    _, refused, _ = labs
    assert refused.returncode == 1 and "runs with --jolokia 1.7.2,2.2.9,2.6.0" in refused.stderr


def test_brokers_have_the_series_of_a_lab_with_agents(labs):
    (wanted, _), _, lab = labs
    assert len(wanted) > 200

    def difference():
        return wanted ^ broker_series(lab)

    wait_for(lambda: f"not the same: {sorted(difference())}", lambda: not difference(), 60)


def test_alerts_have_the_inputs_of_a_lab_with_agents(labs, tmp_path):
    (_, wanted), _, lab = labs

    def more():
        return unanswered_alerts(lab, tmp_path) - wanted

    wait_for(lambda: f"these lack something: {more()}", lambda: not more(), 60)


def test_no_agent_is_there(labs):
    lab = labs[2]
    assert "Jolokia none" in lab.run("status").stdout
    for jvm in (1, 2, 3, "zookeeper", "connect"):
        with pytest.raises(OSError):
            fetch(lab.jolokia(jvm))


def test_boards_every_query_returns_data(labs):
    result = check_boards(labs[2], "--require=jmx,zookeeper,zookeeper-mode,connect,kafka-connections,kafka-fetch,"
                                   "kafka-groups,kafka-quotas,kafka-transactions,jolokia-sizes,last-produced,"
                                   "last-stable-offset,overrides,owners")
    assert result.returncode == 0, result.stdout + result.stderr


def test_controller_is_found_and_starts_again(labs):
    lab = labs[2]
    killed = lab.fault("kill-controller").stdout.split()[0].removeprefix("broker-")
    lab.fault("start-broker", killed)

    def is_read_again():
        return Page(fetch(lab.metrics_url)[2].decode()).targets()[killed] == 1

    wait_for("the broker's JMX is read again", is_read_again, 60)
