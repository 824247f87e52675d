# SPDX-License-Identifier: Apache-2.0
"""Streamgauge, Prometheus with shorter rules, Alertmanager with shorter waits, and a receiver of what it sends."""
import http.server
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse

import yaml

from conftest import BUILD, REPO
from streamgauge import Streamgauge, fetch, free_port, wait_for

ALERTMANAGER = REPO / "deploy/alertmanager/alertmanager.yml"
LONG_S = 300  # what alerts/generate --shorten is about
# The JVMs of a lab that are watched, and their rules.
JVMS = {"zookeeper": "zookeeper", "connect": "kafka-connect", "presto": "presto"}
# One reads in batches, one is stopped, one slow on purpose, and Connect commits every ten seconds.
GROUPS = "^(rules-engine|alerting)$"
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def is_ready(url):
    try:
        return fetch(url + "/-/ready")[0] == 200
    except OSError:
        return False


def seconds_of(text):
    number, unit = re.fullmatch(r"(\d+)(ms|[smh])", text).groups()
    return int(number) * UNITS_S[unit]


class Pager(http.server.ThreadingHTTPServer):
    """Takes Alertmanager's webhooks, and keeps what each of them says of each alert."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Webhook)
        self.lock = threading.Lock()
        self.notices = []  # time, receiver, (name, severity), firing or resolved
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, receiver, alerts):
        now = time.monotonic()
        with self.lock:
            self.notices += [
                (now, receiver, (one["labels"]["alertname"], one["labels"]["severity"]), one["status"])
                for one in alerts
            ]

    def since(self, begun, status):
        """(name, severity) → when it was first said, of what was said since then."""
        first = {}
        with self.lock:
            for at, _, alert, said in self.notices:
                if at >= begun and said == status:
                    first.setdefault(alert, at)
        return first

    def receivers_of(self, alert):
        with self.lock:
            return {receiver for _, receiver, one, _ in self.notices if one == alert}


class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.take(self.path.strip("/"), json.loads(body)["alerts"])
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Watch:
    """All of it for a lab. scale: what a second of the rules becomes."""

    def __init__(self, lab, folder, shorten):
        self.lab = lab
        self.folder = folder
        self.scale = seconds_of(shorten) / LONG_S
        self.shorten = shorten
        self.scrape_s = 15 if self.scale >= 0.5 else 1
        self.pager = Pager()
        self.jvms = [name for name in JVMS if name == "zookeeper" or f"--with-{name}" in lab.options]
        self.port = free_port()
        self.streamgauge = None
        self.running = []
        self.url, self.prometheus_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))

    # ---- pieces

    def start(self):
        folder = self.folder
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, REPO / "alerts/generate", f"--output={folder / 'rules'}", f"--shorten={self.shorten}",
             f"--threshold=lag_age={max(600 * self.scale, 20)}"],
            check=True, capture_output=True)
        self.start_streamgauge()
        (folder / "alertmanager.yml").write_text(yaml.safe_dump(self.alertmanager_config()))
        (folder / "prometheus.yml").write_text(self.prometheus_config())
        self.run(["prometheus-alertmanager", f"--config.file={folder / 'alertmanager.yml'}",
                  f"--web.listen-address={self.url.removeprefix('http://')}", "--cluster.listen-address=",
                  f"--storage.path={folder / 'alertmanager'}"], self.url)
        self.run(["prometheus", f"--config.file={folder / 'prometheus.yml'}",
                  f"--web.listen-address={self.prometheus_url.removeprefix('http://')}",
                  f"--storage.tsdb.path={folder / 'data'}"], self.prometheus_url)
        wait_for("everything is collected", self.is_complete, 90)
        self.wait_until_silent()

    def run(self, command, url):
        with open(self.folder / f"{command[0]}.log", "wb") as log:
            self.running.append(subprocess.Popen(command, stdout=log, stderr=log))
        wait_for(command[0], lambda: is_ready(url), 60)

    def stop(self):
        for one in self.running:
            one.terminate()
            one.wait()
        if self.streamgauge:
            self.streamgauge.stop()
        self.pager.shutdown()
        self.pager.server_close()

    def start_streamgauge(self):
        folder = self.folder / f"streamgauge-{time.monotonic_ns()}"
        self.streamgauge = Streamgauge(BUILD / "release/streamgauge", folder, self.config(), (), port=self.port)

    def kill_streamgauge(self):
        self.streamgauge.process.kill()
        self.streamgauge.process.wait()

    def config(self):
        stalled = max(int(LONG_S * self.scale), 10)
        return (
            self.lab.config(*self.rhythm()).replace(
                "    jolokia:\n", "    jolokia:\n      rules: [kafka, kafka-connections]\n")
            + "    jvms:\n"
            + "".join(f"      - {{ name: {name}, url: \"{self.lab.jolokia(name)}\", rules: {JVMS[name]} }}\n"
                      for name in self.jvms)
            + f"    groups: {{ include: '{GROUPS}', status: {{ stalled: {stalled}s }} }}\n"
        )

    def rhythm(self):
        return ("15s", "10s") if self.scale >= 0.5 else ("2s", "1900ms")

    def prometheus_config(self):
        interval = f"{self.scrape_s}s"
        return (
            f"global: {{ scrape_interval: {interval}, evaluation_interval: {interval} }}\n"
            f"rule_files: [ {self.folder}/rules/*.rules.yml ]\n"
            f"alerting: {{ alertmanagers: [ {{ static_configs: [ {{ targets: ['{self.url[7:]}'] }} ] }} ] }}\n"
            "scrape_configs:\n  - job_name: streamgauge\n    static_configs:\n"
            f"      - targets: ['127.0.0.1:{self.port}']\n")

    def alertmanager_config(self):
        """The example with its waits shortened as the rules are, and the pager behind every receiver."""
        config = yaml.safe_load(ALERTMANAGER.read_text())
        for route in (config["route"], *config["route"]["routes"]):
            for name in ("group_wait", "group_interval"):
                if name in route:
                    route[name] = f"{max(int(seconds_of(route[name]) * self.scale * 1000), 1)}ms"
        for receiver in config["receivers"]:
            for webhook in receiver.get("webhook_configs", []):
                webhook["url"] = f"http://127.0.0.1:{self.pager.server_port}/{receiver['name']}"
        return config

    def is_complete(self):
        page = self.streamgauge.page()
        return (list(page.targets().values()) == [1] * (3 + len(self.jvms))
                and list(page.targets("admin").values()) == [1]
                and self.prometheus("count(streamgauge_cluster_up == 1)"))

    def prometheus(self, expression):
        return query(self.prometheus_url, expression)

    # ---- what it says

    def alerts(self):
        """(name, severity) → its states in Alertmanager: active, or suppressed by another."""
        states = {}
        for one in json.loads(fetch(f"{self.url}/api/v2/alerts")[2]):
            labels = one["labels"]
            if labels["severity"] != "info":
                states.setdefault((labels["alertname"], labels["severity"]), set()).add(one["status"]["state"])
        return states

    def patience_s(self, longest_s=1500):
        """Longer than any `for` with the time that a group's status takes; twice, and what a slow machine needs."""
        return 120 + 2 * longest_s * self.scale

    def expect(self, begun, wanted, also, inhibited=frozenset(), attentive_s=180):
        """Wait until the pager has been told of all that is wanted, and the inhibited ones are known; then see
        for a while that it is told of nothing else. Returns the seconds until the last of the wanted."""
        def told():
            return self.pager.since(begun, "firing")

        wait_for(lambda: f"{wanted}, there are {set(told())}, {self.alerts()}",
                 lambda: wanted <= told().keys(), self.patience_s())
        wait_for(lambda: f"suppressed {inhibited}, there are {self.alerts()}",
                 lambda: all(self.alerts().get(one) == {"suppressed"} for one in inhibited), self.patience_s())
        until = max(told()[one] for one in wanted) + max(attentive_s * self.scale, 5)
        while time.monotonic() < until:
            self.nothing_but(begun, wanted | also)
            time.sleep(0.5)
        self.nothing_but(begun, wanted | also)
        return max(told()[one] for one in wanted) - begun

    def is_over(self, begun, alert):
        """It does not fire, and if the pager knows that it did, it knows that it ended."""
        told = self.pager.since(begun, "firing").get(alert)
        return alert not in self.alerts() and (told is None or alert in self.pager.since(told, "resolved"))

    def nothing_but(self, begun, allowed):
        told = set(self.pager.since(begun, "firing"))
        assert told <= allowed, f"also: {sorted(told - allowed)}"

    def expect_end(self, begun, wanted):
        """Wait until the pager knows that the wanted are over, and no alert is left; the seconds of the former."""
        def over():
            return self.pager.since(begun, "resolved")

        wait_for(lambda: f"{wanted} end, still there: {self.alerts()}",
                 lambda: wanted <= over().keys(), self.patience_s(3000))
        self.wait_until_silent()
        return max(over()[one] for one in wanted) - begun

    def wait_until_silent(self):
        """No alert for as long as a `for` of 5 minutes takes."""
        latest = time.monotonic()
        give_up = latest + self.patience_s(3000)
        while time.monotonic() < latest + 300 * self.scale + 3:
            if left := self.alerts():
                latest = time.monotonic()
            assert time.monotonic() < give_up, left
            time.sleep(0.5)


def query(url, expression):
    _, _, body = fetch(f"{url}/api/v1/query?query={urllib.parse.quote(expression)}")
    answer = json.loads(body)
    assert answer["status"] == "success", answer
    return answer["data"]["result"]
