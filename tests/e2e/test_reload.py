# SPDX-License-Identifier: Apache-2.0
"""Reloading: what has not changed continues, an invalid configuration changes nothing."""
import os
import pathlib
import shutil
import signal
import socket
import struct
import threading
import time

import pytest

from agents import RULES, Agent, Certificates, agents
from servers import answering
from streamgauge import Page, fetch, wait_for


def jvm(name, agent, rules, labels=""):
    return f"      - {{ name: {name}, url: '{agent.url}', rules: {rules}{labels} }}\n"


def config_of(*jvms, cluster="c", collect="collect: { interval: 1s, timeout: 900ms }\n"):
    return f"{collect}clusters:\n  - name: {cluster}\n    jvms:\n{''.join(jvms)}"


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return path


def write(process, text):
    path = process.log_path.parent / "streamgauge.yaml"
    path.write_text(text)


def reload(process):
    status, _, body = fetch(process.url + "/-/reload", method="POST", timeout=20)
    return status, body.decode()


def collections(process, target):
    return process.page().value("streamgauge_collector_collections_total", target=target)


class Watcher(threading.Thread):
    """Polls the page continuously: a series that must always exist, the longest answer."""

    def __init__(self, process, *wanted):
        super().__init__(daemon=True)
        self.process, self.wanted = process, wanted
        self.stopped = threading.Event()
        self.missing, self.longest_s, self.n = [], 0, 0

    def run(self):
        while not self.stopped.wait(0.02):
            begun = time.monotonic()
            page = Page(fetch(self.process.url + "/metrics")[2].decode())
            self.longest_s = max(self.longest_s, time.monotonic() - begun)
            self.n += 1
            self.missing += [(name, labels) for name, labels in self.wanted
                             if not page.values(name, **labels)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


def test_reload_adds_changes_and_removes_one_jvm_and_leaves_the_others(start, rules):
    one, two, three = Agent(), Agent(), Agent()
    with agents(one, two, three):
        process = start(config_of(jvm("one", one, rules), jvm("two", two, rules)))
        wait_for("both", lambda: process.page().targets() == {"one": 1, "two": 1}, 10)
        n_connections = len(one.connections)
        with Watcher(process, ("app_one", {"jvm": "one"})) as watcher:
            before = collections(process, "one")
            write(process, config_of(jvm("one", one, rules),
                                     jvm("two", two, rules, ", labels: { tier: front }"),
                                     jvm("three", three, rules)))
            assert reload(process) == (200, "configuration loaded\n")
            wait_for("the third", lambda: process.page().targets().get("three") == 1, 10)
            wait_for("the label", lambda: process.page().values("app_one", jvm="two", tier="front"), 10)
            assert not [labels for labels, _ in process.page().values("app_one", jvm="two")
                        if "tier" not in labels]
            assert process.page().values("app_one", jvm="three")
            assert collections(process, "one") >= before
            write(process, config_of(jvm("one", one, rules)))
            assert reload(process)[0] == 200
            wait_for("only one is left", lambda: process.page().targets() == {"one": 1}, 10)
            page = process.page()
            assert {labels["jvm"] for labels, _ in page.values("app_one")} == {"one"}
            assert {labels["target"] for labels, _ in
                    page.values("streamgauge_collector_errors_total")} == {"one"}
            assert collections(process, "one") >= before
        assert watcher.n > 5 and watcher.missing == []
        assert len(one.connections) == n_connections, "the connection was kept"
        # What was read once is not read again: the learned requests are kept as well.
        assert fetch(process.url + "/-/ready")[0] == 200


def test_reload_of_the_same_file_changes_nothing(lab, start):
    process = start(lab.config("2s", "1900ms"))
    wait_for("everything", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}
             and process.page().values("kafka_brokers"), 30)
    page = process.page()
    before = page.value("streamgauge_config_last_reload_success_timestamp_seconds")
    polls = page.value("streamgauge_collector_collections_total", target="cluster")
    with Watcher(process, ("kafka_brokers", {}), ("kafka_server_replicamanager_leadercount", {"broker": "2"}),
                 ("streamgauge_broker_up", {"broker": "3"})) as watcher:
        for _ in range(3):
            assert reload(process)[0] == 200
        os.kill(process.process.pid, signal.SIGHUP)
        wait_for("SIGHUP", lambda: process.log().count("0 collectors new or changed") == 4, 10)
        time.sleep(3)
    assert watcher.missing == []
    page = process.page()
    assert page.value("streamgauge_config_last_reload_success_timestamp_seconds") > before
    assert page.value("streamgauge_config_last_reload_successful") == 1
    assert polls < page.value("streamgauge_collector_collections_total", target="cluster") < polls + 6


def test_reload_of_filters_keeps_the_brokers_jmx(lab, start):
    text = lab.config("4s", "3900ms")
    process = start(text)
    wait_for("everything", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}
             and process.page().values("kafka_topic_partitions", topic="logs"), 30)
    errors = process.page().errors("cluster")
    with Watcher(process, ("kafka_server_replicamanager_leadercount", {"broker": "2"}),
                 ("streamgauge_broker_up", {"broker": "3"}), ("kafka_brokers", {})) as watcher:
        write(process, text.replace("    jolokia:\n", "    topics: { include: '^mytopic$' }\n    jolokia:\n"))
        assert reload(process)[0] == 200
        process.logged("1 collector new or changed")
        wait_for("the filter", lambda: not process.page().values("kafka_topic_partitions", topic="logs"), 15)
    assert watcher.missing == []
    assert process.page().values("kafka_topic_partitions", topic="mytopic")
    assert process.page().errors("cluster") == errors


@pytest.mark.parametrize("wrong, complaint", [
    ("clusters: [\n", ":"),
    ("nonsense: 1\n", ":1:1: unknown key \"nonsense\""),
    ("clusters:\n  - { name: c, jvms: [ { name: x, url: 'http://127.0.0.1:1/', rules: /no/x.yml } ] }\n",
     "/no/x.yml\": No such file"),
    ("clusters: [{ name: a, bootstrap_servers: b, client: { securty.protocol: x } }]\n",
     "securty.protocol"),
])
def test_reload_of_a_bad_file_keeps_the_old_configuration(start, rules, wrong, complaint):
    one = Agent()
    with agents(one):
        good = config_of(jvm("one", one, rules))
        process = start(good)
        wait_for("it", lambda: process.page().targets() == {"one": 1}, 10)
        with Watcher(process, ("app_one", {"jvm": "one"})) as watcher:
            write(process, wrong)
            status, body = reload(process)
            assert status == 500
            assert complaint in body
            process.logged(complaint)
            wait_for("the metric", lambda: process.page().value(
                "streamgauge_config_last_reload_successful") == 0, 5)
            time.sleep(1.5)
            assert process.page().targets() == {"one": 1}
            write(process, good)
            assert reload(process)[0] == 200
            wait_for("the metric", lambda: process.page().value(
                "streamgauge_config_last_reload_successful") == 1, 5)
        assert watcher.missing == []


def test_reload_sees_a_rule_file_that_has_changed(start, rules):
    one = Agent()
    with agents(one):
        process = start(config_of(jvm("one", one, rules)))
        wait_for("it", lambda: process.page().values("app_one"), 10)
        rules.write_text(RULES.replace("app_one", "app_other"))
        assert reload(process)[0] == 200
        wait_for("the new name", lambda: process.page().values("app_other"), 10)
        assert not process.page().values("app_one")
        rules.write_text("rules: [ { pattern: '(' } ]\n")
        status, body = reload(process)
        assert status == 500 and f"{rules}:1:" in body
        assert process.page().values("app_other")


def test_reload_uses_a_client_certificate_that_was_replaced_on_disk(start, rules, tmp_path):
    """Although nothing has failed, and the connection with the old one still works."""
    certificates = Certificates(tmp_path / "ca")
    server, old, new = (certificates.sign(name) for name in ("server", "old", "new"))
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"

    def put(pair):
        shutil.copy(pair[0], certificate)
        shutil.copy(pair[1], key)

    put(old)
    one, other = Agent(tls=certificates.server(*server, client_required=True)), Agent()
    with agents(one, other):
        tls = f", tls: {{ ca_file: {certificates.ca}, cert_file: {certificate}, key_file: {key} }}"
        process = start(config_of(jvm("one", one, rules, tls), jvm("other", other, rules),
                                  collect="collect: { interval: 2s, timeout: 1900ms }\n"))

        def name():
            return dict(pair[0] for pair in one.connections[-1].getpeercert()["subject"])["commonName"]

        wait_for("series", lambda: process.page().values("app_one", jvm="one"), 10)
        assert name() == "old"
        n = len(one.connections), len(other.connections)
        assert reload(process)[0] == 200
        time.sleep(2.5)
        assert (len(one.connections), len(other.connections)) == n  # nothing has changed
        put(new)
        assert reload(process)[0] == 200
        wait_for("the new certificate", lambda: name() == "new", 10)
        wait_for("success", lambda: process.page().targets()["one"] == 1, 5)
        assert len(other.connections) == n[1], process.log()


def test_reloads_under_thread_sanitizer(start, rules):
    one, two = Agent(), Agent()
    with agents(one, two):
        texts = [config_of(jvm("one", one, rules)), config_of(jvm("one", one, rules), jvm("two", two, rules)),
                 config_of(jvm("two", two, rules), cluster="d"), "nonsense: 1\n"]
        process = start(texts[0], build="tsan")
        with Watcher(process) as watcher:
            rounds, ends = 0, time.monotonic() + 60
            while rounds < 10 or watcher.n <= 5:  # reloads and scrapes must overlap, however slow these are
                assert time.monotonic() < ends, f"{watcher.n} scrapes beside {rounds} rounds of reloads"
                for text in texts:
                    write(process, text)
                    assert reload(process)[0] in (200, 500)
                    fetch(process.url + "/")
                rounds += 1
        assert process.stop()[0] == 0
        assert "ThreadSanitizer" not in process.log()


def test_reload_takes_post_only(start, rules):
    one = Agent()
    with agents(one):
        process = start(config_of(jvm("one", one, rules)))
        status, headers, _ = fetch(process.url + "/-/reload")
        assert (status, headers["Allow"]) == (405, "POST")


def test_whoever_asks_for_a_reload_may_leave_before_it_is_done(start, rules):
    """The connection is reset while its request waits for main's thread."""
    one = Agent()
    with agents(one):
        process = start(config_of(jvm("one", one, rules)))
        wait_for("it", lambda: process.page().targets().get("one") == 1, 10)
        descriptors = pathlib.Path("/proc") / str(process.process.pid) / "fd"
        before = len(list(descriptors.iterdir()))
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", process.port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert reload(process)[0] == 200
        wait_for("the connections are gone", lambda: len(list(descriptors.iterdir())) <= before + 2, 10)
        assert process.stop()[0] == 0


def test_reload_with_a_stuck_cluster_blocks_nothing_else(start, rules):
    one = Agent()
    with agents(one), answering(None) as silent:
        stuck = (f"  - name: stuck\n    bootstrap_servers: 127.0.0.1:{silent}\n"
                 f"    jolokia: {{ brokers: {{ 1: 'http://127.0.0.1:{silent}/jolokia/' }} }}\n")
        collect = "collect: { interval: 60s, timeout: 60s, stale_after: 120s }\n"
        good = config_of(jvm("one", one, rules), collect=collect)
        process = start(good + stuck)
        wait_for("it", lambda: process.page().targets().get("one") == 1, 10)
        time.sleep(1)
        with Watcher(process, ("app_one", {"jvm": "one"})) as watcher:
            for text in (good, good + stuck, good.replace("name: c\n", "name: d\n"), good):
                begun = time.monotonic()
                write(process, text)
                assert reload(process)[0] == 200
                assert time.monotonic() - begun < 2
        assert watcher.longest_s < 1
        wait_for("the cluster is gone", lambda: not process.page().values(
            "streamgauge_collector_success", kafka_cluster="stuck"), 90)
        code, seconds = process.stop()
        assert code == 0 and seconds < 2.5


def test_many_reloads_leave_no_memory_threads_or_descriptors_behind(lab, start, rules):
    one, two = Agent(), Agent()
    kafka = f"  - name: kafka\n    bootstrap_servers: {lab.bootstrap}\n"
    with agents(one, two):
        texts = [
            config_of(jvm("one", one, rules)) + kafka,
            config_of(jvm("one", one, rules), jvm("two", two, rules)) + kafka,
            config_of(jvm("one", one, rules)) + kafka + "    groups: { exclude: '^x$' }\n",
            config_of(jvm("two", two, rules)),
            "nonsense: 1\n",
        ]
        process = start(texts[0], build="release")
        proc = pathlib.Path("/proc") / str(process.process.pid)

        def usage():
            status = (proc / "status").read_text()
            def field(name):
                return int(status.split(name + ":")[1].split()[0])
            return field("VmRSS"), field("Threads"), len(list((proc / "fd").iterdir()))

        def rounds(n):
            for _ in range(n):
                for text in texts:
                    write(process, text)
                    assert reload(process)[0] in (200, 500)
                    time.sleep(0.05)
            write(process, texts[0])
            assert reload(process)[0] == 200
            wait_for("all is well again", lambda: process.page().targets() == {"one": 1}
                     and process.page().targets("admin") == {"cluster": 1}, 30)
            time.sleep(3)
            return usage()

        first = rounds(20)
        later = rounds(60)
        print(f"RSS, threads, descriptors after 100 reloads {first}, after 400 {later}")
        assert later[1] <= first[1] + 1
        assert later[2] <= first[2] + 3
        assert later[0] <= first[0] + 4096
