# SPDX-License-Identifier: Apache-2.0
"""Agents and proxies in every state that occurs: each affects its own series only, with one clear line
and a kind. JVMs without Kafka, so that no broker is needed and there can be many."""
import base64
import json
import pathlib
import re
import subprocess
import threading
import time

import pytest

from agents import RULES, Agent, Certificates, Reply, agents
from conftest import BUILD
from servers import answering, http
from streamgauge import fetch, free_port, wait_for

FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures/jolokia"
TARGET = "service:jmx:rmi:///jndi/rmi://{}/jmxrmi"
PASSWORDS = ("hunter2", "swordfish", "opensesame")


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return path


def config(rules, jvms, interval="1s", timeout="900ms"):
    """jvms: name → the JVM's keys, as a flow mapping without its braces."""
    listed = "".join(f"      - {{ name: {name}, rules: '{rules}', {keys} }}\n"
                     for name, keys in jvms.items())
    return (f"collect: {{ interval: {interval}, timeout: {timeout} }}\n"
            f"clusters:\n  - name: layer\n    jvms:\n{listed}")


def url(port):
    return f'url: "http://127.0.0.1:{port}/jolokia/"'


def warnings(process, target):
    return [line for line in process.log().splitlines()
            if "level=warn" in line and f"target={target} " in line]


def check_failed(process, target, kinds, words):
    """The target has failed, in this way only, and one line reports it, with these words."""
    page = process.page()
    assert page.targets()[target] == 0
    assert set(page.errors(target)) and all(
        re.fullmatch(kinds, kind) for kind in page.errors(target)), (target, page.errors(target))
    assert not page.values("app_one", jvm=target)
    lines = warnings(process, target)
    assert len(lines) == 1, (target, lines)
    assert re.search(words, lines[0]), (target, words, lines[0])


def check_no_secret(process):
    status, _, body = fetch(process.url + "/")
    assert status == 200
    for password in PASSWORDS:
        assert password not in process.log()
        assert password not in body.decode()
        assert password not in process.page().text


# ---- Other JVMs ----


def test_jvms_without_kafka_are_polled_and_labelled(start, rules):
    with agents(Agent(), Agent({"app:name=b": 5})) as (one, two):
        process = start(config(rules, {
            "zookeeper-1": f'url: "{one.url[:-1]}", labels: {{ tier: metadata, rack: "2" }}',
            "connect": f'url: "{two.url}"',
        }))
        wait_for("both answer", lambda: process.page().targets() == {"zookeeper-1": 1, "connect": 1}, 10)
        page = process.page()
        assert page.values("app_one") == [(
            {"kafka_cluster": "layer", "jvm": "zookeeper-1", "tier": "metadata", "rack": "2"}, 2)]
        assert page.value("app_value", jvm="connect", app="b") == 5
        assert page.value("streamgauge_cluster_up") is None
        assert not page.targets("admin")
        assert fetch(process.url + "/-/ready")[0] == 200
        wait_for("the status page", lambda: b"only JVMs" in fetch(process.url + "/")[2], 10)
        code, _ = process.stop()
        assert code == 0, process.log()


def test_agent_not_up_yet_and_mbeans_that_come_and_go(start, rules):
    port = free_port()
    process = start(config(rules, {"late": url(port)}))
    wait_for("a failure to connect", lambda: "connect" in process.page().errors("late"), 10)
    mbeans = {}  # the agent answers before the application has registered anything
    with agents(Agent(mbeans, port=port)):
        wait_for("the agent answers", lambda: process.page().targets() == {"late": 1}, 10)
        assert not process.page().values("app_value")
        mbeans["app:name=a"] = 7
        wait_for("an MBean appears", lambda: process.page().value("app_value", app="a") == 7, 5)
        mbeans["app:name=b"] = 8
        del mbeans["app:name=a"]
        wait_for("one comes, one goes",
                 lambda: [labels["app"] for labels, _ in process.page().values("app_value")] == ["b"], 5)
        assert len(warnings(process, "late")) == 1
        process.logged("works again, after ")


# ---- Invalid answers ----


def refuse(status, body=b"", content_type=None, headers=()):
    def answer(_handler, _body):
        raise Reply(status, body, content_type, headers)
    return answer


def nan_bug(_handler, body):
    """Jolokia 2.4.0 to 2.4.3: one NaN fails the read of its pattern."""
    fixture = json.loads((FIXTURES / "nan-2.4.3.json").read_text())
    return [fixture if request["mbean"].endswith("*") else {"status": 200, "value": {"Value": 3}}
            for request in body]


def denied(_handler, body):
    """Policy: denied for every request of the bulk."""
    error = {"status": 403, "error_type": "java.lang.Exception",
             "error": "java.lang.Exception : Reading is forbidden"}
    return [error for _ in body]


BAD_ANSWERS = {
    "s400": (refuse(400, b"400 (Bad Request)\n\nInvalid object name: no colon", "text/plain"),
             "http", "status 400: .*Invalid object name: no colon"),
    "s401": (refuse(401, headers=[("WWW-Authenticate", 'Basic realm="jolokia"')]),
             "auth", "status 401, wrong or missing credentials"),
    "s403": (refuse(403, b"no"), "denied", "status 403"),
    "s404": (refuse(404, b"<h1>404</h1>", "text/html"), "http", "agentContext"),
    "s500": (refuse(500, b"oops", "text/plain"), "http", "status 500: oops"),
    "html": (refuse(200, b"<html>login</html>", "text/html"), "http", "a web page"),
    "truncated": (refuse(200, b'[{"status":200,"value":{"a":'), "parse", "not JSON: line 1"),
    "types": (lambda _, body: [{"status": 200, "value": [1]} for _ in body],
              "protocol", "2 requests failed, the first: .*expected an object"),
    "short": (lambda _, body: body[:1], "protocol", "1 elements for 2 requests"),
    "object": (lambda *_: {"status": 403, "error_type": "x", "error": "host not allowed"},
               "denied", "refuses the request: status 403, x: host not allowed"),
    "policy": (denied, "denied", "2 requests failed, .*jolokia-access.xml"),
    "nested": (refuse(200, b"[" * 4_000_000), "parse", "not JSON: line 1, column 4000001: it is truncated"),
    "nested64": (refuse(200, b"[" * (64 << 20)), "limit", "the answer is larger than"),
    "large": (refuse(200, b" " * (65 << 20)), "limit", "larger than .* raise limits.jvm_series"),
}


def test_bad_answers_are_one_failure_each_and_others_are_on_time(start, rules):
    several = {name: Agent(answer=answer) for name, (answer, _, _) in BAD_ANSWERS.items()}
    good = Agent()
    with agents(good, *several.values()), \
            answering(None) as silent, \
            answering(http("[]" * 100), drip_s=1) as slow, \
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                      b"10000\r\n" + b" " * 0x10000 + b"\r\n") as cut, \
            answering(b"220 mail ESMTP\r\n") as smtp:
        jvms = {name: f'url: "{agent.url}"' for name, agent in several.items()}
        jvms |= {"silent": url(silent), "slow": url(slow), "cut": url(cut), "smtp": url(smtp),
                 "gone": url(free_port()), "good": f'url: "{good.url}"'}
        # The release build: what is counted here is time and memory.
        process = start(config(rules, jvms, "4s", "3s"), build="release")
        wait_for("all have been asked", lambda: len(process.page().targets()) == len(jvms), 20)

        for name, (_, kinds, words) in BAD_ANSWERS.items():
            check_failed(process, name, kinds, words)
        check_failed(process, "silent", "timeout", "no complete answer within")
        check_failed(process, "slow", "timeout", "no complete answer within")
        check_failed(process, "cut", "connect", "transfer closed")
        check_failed(process, "smtp", "http", "HTTP")
        check_failed(process, "gone", "connect", "is the process up")
        page = process.page()
        assert page.value("app_one", jvm="good") == 2
        # The machine is busy with 200 MB of garbage; the good agent is not delayed.
        assert page.value("streamgauge_collector_duration_seconds", target="good") < 1
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(
            f"/proc/{process.process.pid}/status").read_text())[1])
        print(f"peak {peak / 1024:.0f} MB")
        assert peak < 400 * 1024
        assert fetch(process.url + "/-/ready")[0] == 200


def test_nan_bug_costs_only_the_mbeans_of_its_request(start, rules):
    with agents(Agent(answer=nan_bug)) as (agent,):
        process = start(config(rules, {"a": f'url: "{agent.url}"'}))
        wait_for("three polls", lambda: len(agent.polls()) > 3, 10)
        page = process.page()
        assert page.value("app_one") == 3
        assert not page.values("app_value")
        assert list(page.errors("a")) == ["protocol"]
        lines = warnings(process, "a")
        assert len(lines) == 1 and "cannot send NaN" in lines[0], lines


# ---- TLS and passwords ----


def test_tls_and_certificates(start, rules, tmp_path):
    made = Certificates(tmp_path / "tls")
    client, client_key = made.sign("client", password=PASSWORDS[2])
    named, named_key = made.sign("named", "DNS:agent.test")
    plain = made.server(*made.sign("plain"))
    other = Certificates(tmp_path / "other")
    servers = {
        "plain": Agent(tls=plain),
        "named": Agent(tls=made.server(named, named_key)),
        "expired": Agent(tls=made.server(*made.sign("expired", days=-1))),
        "selfsigned": Agent(tls=made.server(*made.self_signed("selfsigned"))),
        "client": Agent(tls=made.server(*made.sign("clientserver"), client_required=True)),
        "http": Agent(),
    }
    urls = {name: f'url: "{agent.url}"' for name, agent in servers.items()}
    ca = f"ca_file: {made.ca}"
    jvms = {
        "ca": f'{urls["plain"]}, tls: {{ {ca} }}',
        "server-name": f'{urls["named"]}, tls: {{ {ca}, server_name: agent.test }}',
        "host-name": f'url: "https://localhost:{servers["named"].port}/jolokia", '
                     f'tls: {{ {ca}, server_name: agent.test }}',
        "skip-verify": f'{urls["selfsigned"]}, tls: {{ insecure_skip_verify: true }}',
        "own-ca": f'{urls["selfsigned"]}, tls: {{ ca_file: {made.path("selfsigned.pem")} }}',
        "client": f'{urls["client"]}, tls: {{ {ca}, cert_file: {client}, key_file: {client_key} }}',
        "client-locked": f'{urls["client"]}, tls: {{ {ca}, cert_file: {client}, '
                         f'key_file: {made.path("client.locked.key")}, key_password: {PASSWORDS[2]} }}',
    }
    bad = {
        "no-ca": (urls["plain"], "tls", "certificate.*ca_file"),
        "other-ca": (f'{urls["plain"]}, tls: {{ ca_file: {other.ca} }}', "tls", "certificate"),
        "wrong-name": (f'{urls["named"]}, tls: {{ {ca} }}', "tls", "server_name"),
        "wrong-name-2": (f'{urls["plain"]}, tls: {{ {ca}, server_name: agent.test }}', "tls",
                         "agent.test.*server_name"),
        "expired": (f'{urls["expired"]}, tls: {{ {ca} }}', "tls", "expired.*needs a new certificate"),
        "self-signed": (urls["selfsigned"], "tls", "self.signed.*ca_file"),
        # The alert, or, when the agent closes the connection before it arrives, only the closing.
        "no-client": (f'{urls["client"]}, tls: {{ {ca} }}', "tls|connect", "client certificate.*cert_file"),
        "wrong-client-key": (f'{urls["client"]}, tls: {{ {ca}, cert_file: {client}, '
                             f'key_file: {made.path("ca.key")} }}', "tls", "key"),
        "https-to-http": (f'{urls["http"].replace("http:", "https:")}, tls: {{ {ca} }}', "tls|timeout", ""),
        "http-to-https": (urls["plain"].replace("https:", "http:"), "connect", "https"),
    }
    jvms |= {name: keys for name, (keys, _, _) in bad.items()}
    with agents(*servers.values()):
        process = start(config(rules, jvms, "10s", "8s"))
        wait_for("all have been asked", lambda: len(process.page().targets()) == len(jvms), 20)
        page = process.page()
        good = [name for name in jvms if name not in bad]
        assert {name: page.targets()[name] for name in good} == dict.fromkeys(good, 1), process.log()
        for name, (_, kinds, words) in bad.items():
            check_failed(process, name, kinds, words)
        check_no_secret(process)
        ends = "streamgauge_jolokia_certificate_not_after_timestamp_seconds"
        assert page.value(ends, target="ca") == made.end_of("plain")
        assert page.value(ends, target="http-to-https") is None
        # The name in the certificate is not the name of the host.
        assert page.value("app_one", jvm="host-name") == 2


def test_end_of_a_certificate_is_known_while_its_connection_is_kept(start, rules, tmp_path):
    made = Certificates(tmp_path / "tls")
    secured = Agent(tls=made.server(*made.sign("secured")))
    with agents(secured):
        process = start(config(rules, {"a": f'url: "{secured.url}", tls: {{ ca_file: {made.ca} }}'}))
        wait_for("three collections", lambda: (process.page().value(
            "streamgauge_collector_collections_total", target="a") or 0) >= 3, 20)
        assert process.page().value(
            "streamgauge_jolokia_certificate_not_after_timestamp_seconds", target="a") == made.end_of("secured")


def test_basic_auth_right_and_wrong(start, rules, tmp_path):
    right = "Basic " + base64.b64encode(f"monitor:{PASSWORDS[0]}".encode()).decode()

    def answer(handler, body):
        if handler.headers["Authorization"] != right:
            raise Reply(401, content_type=None,
                        headers=[("WWW-Authenticate", 'Basic realm="jolokia", charset="UTF-8"')])
        return agent.answer_request(handler, body)

    secret = tmp_path / "password"
    secret.write_text(PASSWORDS[0] + "\n")
    with agents(Agent(answer=answer)) as (agent,):
        at = f'url: "{agent.url}"'
        process = start(config(rules, {
            "right": f"{at}, username: monitor, password_file: {secret}",
            "wrong": f"{at}, username: monitor, password: {PASSWORDS[1]}",
            "none": at,
        }))
        wait_for("all have been asked", lambda: len(process.page().targets()) == 3, 10)
        assert process.page().targets() == {"right": 1, "wrong": 0, "none": 0}
        check_failed(process, "wrong", "auth", "password_file")
        check_failed(process, "none", "auth", "password_file")
        check_no_secret(process)


# ---- Proxies ----


class Proxy(Agent):
    """A JSR-160 proxy in front of targets: URL → "up", "down", "login" or "hang"."""

    def __init__(self, targets, version=None):
        super().__init__()
        self.targets = targets
        self.version = version
        self.released = threading.Event()
        self.answer = self.forward
        self.by_target = {}

    def forward(self, handler, body):
        if isinstance(body, dict):
            return {"status": 200, "value": self.version} if self.version else \
                self.answer_request(handler, body)
        urls = {request["target"]["url"] for request in body}
        assert len(urls) == 1  # one target per POST: one that hangs delays no other
        target = urls.pop()
        self.by_target[target] = self.by_target.get(target, 0) + 1
        state = self.targets.get(target, "down")
        if state == "hang":
            self.released.wait(30)
        if state == "login" and body[0]["target"].get("password") != PASSWORDS[1]:
            return [{"status": 500, "error_type": "java.lang.SecurityException",
                     "error": "java.lang.SecurityException : Authentication failed! Invalid username "
                              "or password"} for _ in body]
        if state == "down":
            dead = json.loads((FIXTURES / "proxy-dead-target-2.2.9.json").read_text())[0]
            return [dead for _ in body]
        return [self.answer_one(request) for request in body]

    def close(self):
        self.released.set()
        super().close()


def through(proxy, target, more=""):
    return f'proxy: {{ url: "{proxy.url}", target: "{TARGET.format(target)}"{more} }}'


def test_proxy_reads_each_target_and_a_dead_one_fails_alone(start, rules):
    with agents(Proxy({TARGET.format("a:1"): "up", TARGET.format("l:1"): "login"})) as (proxy,):
        login = f", username: u, password: {PASSWORDS[1]}"
        process = start(config(rules, {
            "up": through(proxy, "a:1"),
            "down": through(proxy, "b:1"),
            "login": through(proxy, "l:1", login),
            "no-login": through(proxy, "l:1"),
        }))
        wait_for("all have been asked", lambda: len(process.page().targets()) == 4, 10)
        page = process.page()
        assert page.targets() == {"up": 1, "down": 0, "login": 1, "no-login": 0}, process.log()
        assert page.value("app_one", jvm="up") == 2
        n_polls = proxy.by_target[TARGET.format("b:1")]
        check_failed(process, "down", "connect",
                     r"rmi://b:1/jmxrmi through http://127.*Connection refused.*JMX_PORT")
        # One failure a poll, not one for each of its requests.
        assert page.errors("down")["connect"] <= n_polls
        check_failed(process, "no-login", "auth", "password_file")
        check_no_secret(process)


def old_agent(_handler, body):
    """1.7.2 as recorded: no handlers in its version, and targets are ignored."""
    if isinstance(body, dict):
        return json.loads((FIXTURES / "version-1.7.2.json").read_text())
    recorded = json.loads((FIXTURES / "proxy-not-supported-1.7.2.json").read_text())
    return [dict(recorded[0], value={"Value": 666}) for _ in body]


def test_proxy_that_ignores_targets_is_refused(start, rules):
    switched_off = Proxy({}, version={"agent": "2.6.0", "info": {"jmx": {}}})
    switched_off.targets = {TARGET.format("127.0.0.1:1"): "up"}  # answers for a target that cannot be reached
    switched_off.mbeans["java.lang:type=Memory"] = False
    old_but_able = Proxy({TARGET.format("a:1"): "up"}, version={"agent": "1.7.1", "info": {}})
    with agents(Agent(answer=old_agent), switched_off, old_but_able, Agent(answer=denied)) \
            as (old, off, able, policy):
        process = start(config(rules, {
            "old": through(old, "a:1"), "off": through(off, "a:1"), "able": through(able, "a:1"),
            "policy": through(policy, "a:1"),
        }))
        wait_for("all have been asked", lambda: len(process.page().targets()) == 4, 10)
        assert process.page().targets() == {"old": 0, "off": 0, "able": 1, "policy": 0}, process.log()
        for name in ("old", "off"):
            check_failed(process, name, "protocol", "cannot be a proxy: it ignores the target")
        check_failed(process, "policy", "protocol", "nothing shows that this Jolokia can be a proxy")
        assert "666" not in process.page().text
        # They were not asked for a target's numbers.
        assert TARGET.format("a:1") not in off.by_target


def test_proxy_replaced_by_an_agent_that_cannot_is_noticed(start, rules):
    proxy = Proxy({TARGET.format("a:1"): "up"})
    process = start(config(rules, {"a": through(proxy, "a:1")}))
    wait_for("the target answers", lambda: process.page().targets() == {"a": 1}, 10)
    port = proxy.port
    proxy.close()
    wait_for("the proxy is gone", lambda: process.page().errors("a"), 10)
    with agents(Agent(answer=old_agent, port=port)):
        wait_for("the other agent is refused", lambda: "protocol" in process.page().errors("a"), 10)
        assert "666" not in process.page().text
    with agents(Agent(port=port)) as (able,):
        able.answer = Proxy.forward.__get__(able)
        able.version, able.by_target = None, {}
        able.targets = {TARGET.format("a:1"): "up"}
        wait_for("a proxy again", lambda: process.page().targets() == {"a": 1}, 10)


def test_hanging_target_delays_no_other_and_is_polled_less_often(start, rules):
    with agents(Proxy({TARGET.format("a:1"): "up", TARGET.format("h:1"): "hang"})) as (proxy,):
        process = start(config(rules, {"up": through(proxy, "a:1"), "hung": through(proxy, "h:1")}))
        wait_for("twelve polls of the one that is up",
                 lambda: proxy.by_target.get(TARGET.format("a:1"), 0) >= 12, 20)
        page = process.page()
        assert page.targets() == {"up": 1, "hung": 0}
        assert page.value("streamgauge_collector_duration_seconds", target="up") < 0.5
        check_failed(process, "hung", "timeout", "no complete answer within")
        # Asked in intervals 0, 2, 6, (14): each hangs one thread of the proxy.
        assert 2 <= proxy.by_target[TARGET.format("h:1")] <= 4
        proxy.targets[TARGET.format("h:1")] = "up"
        wait_for("it is asked again", lambda: process.page().targets()["hung"] == 1, 12)


# ---- Slow requests ----


def test_slow_requests_have_a_pace_and_a_slot_of_their_own(start, tmp_path):
    rules = tmp_path / "slow.yml"
    rules.write_text(RULES.replace('name=*", attributes: [Value]', 'name=*", attributes: [Value], slow: true'))
    state = {"slow_s": 0.3}

    def answer(handler, body):
        if body[0]["mbean"] == "app:name=*":
            time.sleep(state["slow_s"])
        return agent.answer_request(handler, body)

    with agents(Agent(answer=answer)) as (agent,):
        process = start(config(rules, {"a": f'url: "{agent.url}", slow_interval: 4s'}))
        wait_for("nine polls", lambda: len(agent.polls()) >= 9, 20)
        names = [[request["mbean"] for request in poll] for poll in agent.polls()[:9]]
        assert set(map(tuple, names)) == {("app:type=One",), ("app:name=*",)}
        slow = [i for i, name in enumerate(names) if name == ["app:name=*"]]
        assert slow[0] == 1 and 4 <= slow[1] <= 6, names  # right after a fast one, every fourth poll
        assert agent.n_most == 1  # an agent has one thread: never both at once
        page = process.page()
        assert page.targets() == {"a": 1}
        assert page.targets("jolokia_slow") == {"a": 1}
        assert page.value("app_value", app="a", jvm="a") == 1
        assert page.value("app_one", jvm="a") == 2
        fast_s, slow_s = (page.value("streamgauge_collector_duration_seconds", collector=collector)
                          for collector in ("jolokia", "jolokia_slow"))
        assert fast_s < 0.3 <= slow_s  # the fast numbers have not waited

        # A slow read that does not fit fails alone, and is tried less often.
        state["slow_s"] = 1.2
        wait_for("the slow read fails", lambda: process.page().targets("jolokia_slow") == {"a": 0}, 8)
        n = len(agent.polls())
        wait_for("five more polls", lambda: len(agent.polls()) >= n + 5, 10)
        assert all(poll[0]["mbean"] == "app:type=One" for poll in agent.polls()[n:])
        page = process.page()
        assert page.targets() == {"a": 1}
        assert page.value("app_value", app="a", jvm="a") == 1  # not stale yet: 2 × 4 s and 2 s


# ---- A rule file that does not define what to request ----


def test_agent_is_asked_for_what_became_series(start, tmp_path):
    rules = tmp_path / "open.yml"
    rules.write_text("excludeJvmMetrics: true\nrules:\n"
                     '  - { pattern: "app<name=(.+)><>Value", name: app_value, labels: { app: "$1" } }\n')
    mbeans = {f"other:type=T{i}": i for i in range(200)} | {"app:name=a": 1, "app:name=b": 2}
    with agents(Agent(mbeans)) as (agent,):
        process = start(config(rules, {"a": f'url: "{agent.url}", slow_interval: 4s'}))

        def names_of(poll):
            return [request["mbean"] for request in poll]

        def shown():
            return {labels["app"]: value for labels, value in process.page().values("app_value")}

        wait_for("two polls", lambda: len(agent.polls()) >= 2, 10)
        everything, learned = agent.polls()[:2]
        assert names_of(everything) == ["*:*"]
        assert all(name.startswith("app:") for name in names_of(learned)), learned
        wait_for("the series", lambda: shown() == {"a": 1, "b": 2}, 5)
        assert process.page().targets() == {"a": 1}

        # What a learned pattern matches appears at the next poll, other MBeans when all are read again.
        mbeans["app:name=c"] = 3
        wait_for("a new MBean", lambda: shown() == {"a": 1, "b": 2, "c": 3}, 6)
        n = len(agent.polls())
        wait_for("everything is read again", lambda: ["*:*"] in map(names_of, agent.polls()[n:]), 6)

        # A restart with other MBeans is noticed at once, not at the next reading of everything.
        wait_for("that is over", lambda: names_of(agent.polls()[-1]) != ["*:*"], 4)
        for name in list(mbeans):
            del mbeans[name]
        mbeans["app:name=z"] = 9
        wait_for("the new MBeans", lambda: shown() == {"z": 9}, 3)


# ---- The configuration, as the program reports it ----


def test_config_check_reports_rules_that_do_not_exist(tmp_path, rules):
    cases = {
        "nope": r"f.yml:3:56: rules: \"nope\" is neither a file nor a built-in catalogue: there are .*kafka",
        "/no/x.yml": r"f.yml:3:56: rules: \"/no/x.yml\": No such file",
        f"[{rules}, /no/x.yml]": r"there can be one rule file, with catalogues beside it",
        f"[kafka, {rules}]": "valid",
        "kafka": "valid",
    }
    for value, words in cases.items():
        path = tmp_path / "f.yml"
        path.write_text("clusters:\n  - name: a\n    jvms: [{ name: j, url: 'http://127.0.0.1/', "
                        f"rules: {value} }}]\n")
        done = subprocess.run([BUILD / "gcc-asan/streamgauge", f"--config.file={path}", "--config.check"],
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == (0 if words == "valid" else 1)
        assert re.search(words, done.stdout + done.stderr), done.stderr
