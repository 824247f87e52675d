# SPDX-License-Identifier: Apache-2.0
"""Parts of the page: collect[], exclude[], a page for each broker, and http_sd for those."""
import json
import re
import shutil
import subprocess
import urllib.parse

import pytest

from conftest import REPO
from streamgauge import Page, fetch, free_port, wait_for


@pytest.fixture(scope="module")
def url(lab):
    return lab.metrics_url.removesuffix("/metrics")


def part(url, path):
    status, _, body = fetch(url + path)
    assert status == 200, body
    return Page(body.decode())


def names(page):
    return {family.name for family in page.families}


def test_collect_and_exclude_choose_collectors(url):
    admin = part(url, "/metrics?collect[]=admin")
    assert "kafka_consumergroup_lag" in names(admin)
    # The collector's own; the series about collectors and brokers come from "self".
    assert {name for name in names(admin) if name.startswith("streamgauge_")} <= {"streamgauge_admin_left_out"}
    assert not any(name.startswith(("jvm_", "kafka_server_")) for name in names(admin))
    without = part(url, "/metrics?exclude[]=admin")
    assert "kafka_consumergroup_lag" not in names(without)
    assert {"jvm_threads_current", "streamgauge_broker_up"} <= names(without)
    both = part(url, "/metrics?collect[]=admin&collect[]=self")
    assert {"kafka_consumergroup_lag", "streamgauge_broker_up"} <= names(both)
    assert part(url, "/metrics?exclude[]=admin&exclude[]=jolokia&exclude[]=jolokia_slow"
                "&exclude[]=jolokia_sizes&exclude[]=self"
                ).text == ""


@pytest.mark.parametrize("path, status, line", [
    ("/metrics?collect[]=admin&exclude[]=self", 400, "collect[] and exclude[] cannot be used together"),
    ("/metrics?collect[]=nope", 400,
     'collect[]: no collector "nope"; there are admin, jolokia, jolokia_slow, jolokia_sizes and self'),
    ("/metrics?name[]=x", 400, 'unknown parameter "name[]"; only collect[] and exclude[] are known'),
    ("/metrics?" + "&".join(["collect[]=admin"] * 33), 400, "more than 32 parameters"),
    ("/probe", 400, "cluster is missing: ?cluster=NAME&broker=ID"),
    ("/probe?cluster=streaming", 400, "broker is missing: ?cluster=NAME&broker=ID"),
    ("/probe?cluster=streaming&broker=1&broker=2", 400, "broker: given twice"),
    ("/probe?cluster=streaming&broker=1&target=http://127.0.0.1/", 400,
     'unknown parameter "target"; only cluster, broker, collect[] and exclude[] are known'),
    ("/probe?cluster=nope&broker=1", 404, "no such cluster in the configuration"),
    ("/probe?cluster=streaming&broker=127.0.0.1:9092", 404, "no such broker is known in the cluster"),
    ("/probe?cluster=streaming&broker=01", 404, "no such broker is known in the cluster"),
    ("/sd?x=1", 400, 'unknown parameter "x"; this path has none'),
])
def test_bad_parameters_are_reported_in_one_line(url, path, status, line):
    answer = fetch(url + path.replace("[]", "%5B%5D"))
    assert (answer[0], answer[2].decode()) == (status, line + "\n")


def test_probe_is_the_page_of_one_broker(url):
    page = part(url, "/probe?cluster=streaming&broker=2")
    assert page.brokers_up() == {"2": 1}
    assert page.value("kafka_broker_info", id="2") == 1
    assert page.targets() == {"2": 1}
    assert {sample.labels.get("broker", sample.labels.get("id", sample.labels.get("target")))
            for sample in page.samples} == {"2"}
    whole = Page(fetch(url + "/metrics")[2].decode())
    jmx = {(sample.name, tuple(sorted(sample.labels.items()))) for sample in whole.samples
           if sample.labels.get("broker") == "2"}
    shown = {(sample.name, tuple(sorted(sample.labels.items()))) for sample in page.samples}
    assert len(jmx & shown) > 0.95 * len(jmx)  # a collection may end in between


def test_probe_of_jmx_alone_shares_no_series_with_the_rest(url):
    """As two jobs of Prometheus that would otherwise both have kafka_broker_info and streamgauge_broker_up."""
    rest = part(url, "/metrics?exclude[]=brokers")
    jmx = part(url, "/probe?cluster=streaming&broker=2&exclude[]=admin&exclude[]=self")
    assert rest.value("kafka_broker_info", id="2") == 1 and rest.brokers_up()["2"] == 1
    assert "jvm_threads_current" in names(jmx)
    assert {sample.labels["broker"] for sample in jmx.samples} == {"2"}
    assert {sample.labels.get("broker") for sample in rest.samples if sample.name == "jvm_threads_current"} == {None}
    shared = {(sample.name, tuple(sorted(sample.labels.items()))) for sample in rest.samples}
    assert not shared & {(sample.name, tuple(sorted(sample.labels.items()))) for sample in jmx.samples}
    whole = part(url, "/probe?cluster=streaming&broker=2")
    assert {"kafka_broker_info", "streamgauge_broker_up", "jvm_threads_current"} <= names(whole)


def test_sd_names_the_address_that_the_client_used(url):
    status, headers, body = fetch(url + "/sd", {"Host": "gauge.example:9308"})
    assert (status, headers["Content-Type"]) == (200, "application/json")
    targets = json.loads(body)
    assert {target["labels"]["broker"] for target in targets} == {"1", "2", "3"}
    for target in targets:
        assert target["targets"] == ["gauge.example:9308"]
        assert target["labels"]["__metrics_path__"] == "/probe"
        assert target["labels"]["__scheme__"] == "http"
        assert target["labels"]["__param_cluster"] == "streaming"
    assert fetch(url + "/sd", {"Host": "a b"})[0] == 400


class Prometheus:
    """A real one, with these scrape configurations."""

    def __init__(self, folder, jobs):
        self.port = free_port()
        (folder / "prometheus.yml").write_text(f"global: {{ scrape_interval: 1s }}\nscrape_configs:\n{jobs}")
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml",
                 f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"],
                stdout=log, stderr=log)

    def query(self, expression):
        """A list of the labels and the value of each result; empty while it does not answer."""
        try:
            data = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/query?"
                                    + urllib.parse.urlencode({"query": expression}))[2])
        except (OSError, ValueError):
            return []
        return [(one["metric"], float(one["value"][1])) for one in data["data"]["result"]]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def prometheus(tmp_path):
    if not shutil.which("prometheus"):
        pytest.skip("tests/run installs Prometheus")
    running = []

    def start(jobs):
        running.append(Prometheus(tmp_path, jobs))
        return running[-1]

    yield start
    for process in running:
        process.stop()


def test_prometheus_finds_each_broker_with_its_own_instance_and_up(lab, url, prometheus):
    server = prometheus("  - job_name: brokers\n    honor_labels: true\n"
                        f"    http_sd_configs: [{{ url: {url}/sd, refresh_interval: 1s }}]\n")
    wait_for("three brokers are up", lambda: len(server.query("up == 1")) == 3, 30)
    expected = {f"127.0.0.1:{9091 + i + lab.offset}" for i in (1, 2, 3)}
    assert {labels["instance"] for labels, _ in server.query("up")} == expected
    wait_for("their series", lambda: len(server.query("streamgauge_broker_up")) == 3, 10)
    shown = [labels for labels, _ in server.query("streamgauge_broker_up")]
    assert {labels["instance"] for labels in shown} == expected
    assert {labels["broker"] for labels in shown} == {"1", "2", "3"}
    assert all("exported_broker" not in labels for labels in shown)


def test_prometheus_with_a_job_for_the_brokers_has_no_series_twice(lab, url, prometheus):
    """The configuration that docs/migrating.md begins with."""
    text = (REPO / "docs/migrating.md").read_text()
    jobs = re.search(r"```yaml\nscrape_configs:\n(.*?)```", text, re.S)[1]
    assert jobs.count("streamgauge:9308") == 2
    server = prometheus(jobs.replace("streamgauge:9308", url.removeprefix("http://")))
    wait_for("the brokers and the rest are up", lambda: len(server.query("up == 1")) == 4, 30)
    wait_for("series of each broker", lambda: len(server.query("jvm_threads_current{broker=~'[123]'}")) == 3, 15)
    for name in ("kafka_broker_info", "streamgauge_broker_up"):
        assert len(server.query(name)) == 3
    named = "label_replace({__name__!~'up|scrape_.*', job=~'streamgauge.*'}, 'name', '$1', '__name__', '(.+)')"
    assert len(server.query(named)) > 1000
    assert server.query(f"count without (instance, job, pod, cluster) ({named}) > 1") == []
    expected = {f"127.0.0.1:{9091 + i + lab.offset}" for i in (1, 2, 3)}
    by_instance = server.query("sum by (instance) (kafka_server_replicamanager_leadercount)")
    assert {labels["instance"] for labels, _ in by_instance} == expected
    by_pod = server.query("sum by (pod) (kafka_server_replicamanager_leadercount)")
    assert {labels["pod"] for labels, _ in by_pod} == {f"streaming-{i}" for i in (1, 2, 3)}
