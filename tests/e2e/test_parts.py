# SPDX-License-Identifier: Apache-2.0
"""Parts of the page: collect[], exclude[], a page for each broker, and http_sd for those."""
import json
import shutil
import subprocess
import urllib.parse

import pytest

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
    assert part(url, "/metrics?exclude[]=admin&exclude[]=jolokia&exclude[]=jolokia_slow&exclude[]=self"
                ).text == ""


@pytest.mark.parametrize("path, status, line", [
    ("/metrics?collect[]=admin&exclude[]=self", 400, "collect[] and exclude[] cannot be used together"),
    ("/metrics?collect[]=nope", 400,
     'collect[]: no collector "nope"; there are admin, jolokia, jolokia_slow and self'),
    ("/metrics?name[]=x", 400, 'unknown parameter "name[]"; only collect[] and exclude[] are known'),
    ("/metrics?" + "&".join(["collect[]=admin"] * 33), 400, "more than 32 parameters"),
    ("/probe", 400, "cluster is missing: /probe?cluster=NAME&broker=ID"),
    ("/probe?cluster=streaming", 400, "broker is missing: /probe?cluster=NAME&broker=ID"),
    ("/probe?cluster=streaming&broker=1&broker=2", 400, "broker: given twice"),
    ("/probe?cluster=streaming&broker=1&target=http://127.0.0.1/", 400,
     'unknown parameter "target"; only cluster and broker are known'),
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


@pytest.mark.skipif(not shutil.which("prometheus"), reason="tests/run installs Prometheus")
def test_prometheus_finds_each_broker_with_its_own_instance_and_up(lab, url, tmp_path):
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(
        "global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: brokers\n"
        "    honor_labels: true\n"
        f"    http_sd_configs: [{{ url: {url}/sd, refresh_interval: 1s }}]\n")
    with open(tmp_path / "log", "wb") as log:
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={tmp_path}/prometheus.yml",
             f"--storage.tsdb.path={tmp_path}/data", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log)

    def query(expression):
        data = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/query?"
                                + urllib.parse.urlencode({"query": expression}))[2])
        return {one["metric"]["instance"]: (one["metric"], float(one["value"][1]))
                for one in data["data"]["result"]}

    def all_up():
        try:
            return len(query("up == 1")) == 3
        except (OSError, ValueError):
            return False

    try:
        wait_for("three brokers are up", all_up, 30)
        expected = {f"127.0.0.1:{9091 + i + lab.offset}" for i in (1, 2, 3)}
        assert set(query("up")) == expected
        shown = query("streamgauge_broker_up")
        assert set(shown) == expected
        assert {metric["broker"] for metric, _ in shown.values()} == {"1", "2", "3"}
        assert all("exported_broker" not in metric for metric, _ in shown.values())
    finally:
        prometheus.terminate()
        prometheus.wait(20)
        log.close()
