# SPDX-License-Identifier: Apache-2.0
"""JVMs by their JMX ports, without an agent: the same series as through Jolokia and with jmx_exporter, and one
clear error for each fault."""
import contextlib
import importlib
import math
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

import exposition
from agents import Certificates
from servers import answering, http
from streamgauge import fetch, free_port, wait_for
from test_parity import BEANS_RULES, BUILD, JMX_EXPORTER, JOLOKIA, LOST, REPO, RULES, Jvm, compare, java_classes

EVERYTHING = "rules: [ { pattern: '.*' } ]\n"
OWN = ("kafka_cluster", "jvm")
# A JVM has a thread for each client of its JMX, and some that begin with the first one.
OBSERVED = ("hread_count{", "threads_current{", "threads_daemon{", "threads_peak{", "threads_started_total{",
            "threads_state{", "hreadCount{")
# What agent 1.7.2 has in an MBeanServer of its own, and what Java cannot send.
OF_AGENTS = ("jolokia_", "jmx4perl_", "Optional")


def open_port(pid, port, **options):
    """Opens the JMX port of a JVM that runs with -XX:+StartAttachListener."""
    sys.path.insert(0, str(REPO / "deploy/lab"))
    importlib.import_module("jmx_port").open_port(pid, port, **options)


@contextlib.contextmanager
def jvm_with_beans(folder, *java_options, **options):
    """ParityBeans, jmx_exporter and a JMX port. Yields a Jvm whose process and port are known."""
    exporter_port, port = free_port(), free_port()
    jvm = Jvm(folder, None, f"http://127.0.0.1:{exporter_port}")
    jvm.port = port
    jvm.rules.write_text("rules: []\n")
    process = subprocess.Popen(
        ["java", "-Xmx128m", "-Duser.timezone=UTC", "-XX:+StartAttachListener", "-Djava.net.preferIPv4Stack=true",
         *java_options, f"-javaagent:{JMX_EXPORTER}=127.0.0.1:{exporter_port}:{jvm.rules}",
         "-cp", java_classes(folder), "ParityBeans"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert any(line.strip() == "ready" for line in process.stdout), "the JVM did not start"
        open_port(process.pid, port, **options)
        jvm.process = process
        yield jvm
    finally:
        process.send_signal(signal.SIGCONT)
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def config_of(port, rules, more="", interval="3s", host="127.0.0.1"):
    return (f"collect: {{ interval: {interval}, timeout: {interval} }}\n"
            "clusters:\n  - name: c\n    jvms:\n"
            f"      - {{ name: j, jmx: '{host}:{port}', rules: {rules}{more} }}\n")


def without_own_labels(page):
    page.samples = {(name, tuple(pair for pair in labels if pair[0] not in OWN)): value
                    for (name, labels), value in page.samples.items()}
    return page


class JmxJvm:
    """A Jvm of test_parity whose polls are Streamgauge's own, through its JMX port."""

    def __init__(self, jvm, start):
        self.jvm, self.start = jvm, start
        self.use, self.scrape = jvm.use, jvm.scrape

    def poll(self, folder, rules):
        text = rules.read_text()
        own = folder / "own.yml"
        own.write_text(text if "excludeJvmMetrics" in text else "excludeJvmMetrics: true\n" + text)
        process = self.start(config_of(self.jvm.port, own))
        wait_for("two polls", lambda: (process.page().value(
            "streamgauge_collector_collections_total", target="j") or 0) >= 2, 20)
        page = exposition.Page(fetch(process.url + "/metrics?collect[]=jolokia")[2].decode())
        said = process.log()
        process.stop()
        own = {name for name in page.types if name.startswith("streamgauge_")}
        return without_own_labels(page.without(own)), said


@pytest.fixture(scope="module")
def beans(tmp_path_factory):
    with jvm_with_beans(tmp_path_factory.mktemp("beans")) as jvm:
        jvm.use("rules: []\n")
        yield jvm


@pytest.mark.parametrize("rules", BEANS_RULES)
def test_every_kind_of_attribute_becomes_the_same_series(beans, start, tmp_path, rules):
    n = compare(JmxJvm(beans, start), tmp_path, RULES / f"{rules}.yml", OBSERVED)
    assert (n == 0) == (rules == "nothing")


def test_rules_are_checked_against_a_port(beans):
    def check(url):
        return subprocess.run(
            [BUILD / "gcc-asan/streamgauge", f"--rules.check={RULES / 'values.yml'}", f"--against={url}"],
            capture_output=True, text=True, check=False, timeout=60)

    result = check(f"jmx://127.0.0.1:{beans.port}")
    assert re.search(r": [1-9]\d* attributes?, [1-9]\d* series", result.stdout), result.stdout + result.stderr
    result = check("jmx://127.0.0.1")
    assert "is not jmx://HOST:PORT" in result.stdout + result.stderr


# ---- Passwords, TLS, hosts ----

@contextlib.contextmanager
def one_jvm(tmp_path, *java_options, **options):
    folder = tmp_path / "jvm"
    folder.mkdir(exist_ok=True)
    with jvm_with_beans(folder, *java_options, **options) as jvm:
        yield jvm


def fails_with(process, kind, text):
    wait_for(lambda: f"kind {kind}: {process.log()}", lambda: kind in process.page().errors("j"), 20)
    process.logged(text)
    lines = [line for line in process.log().splitlines() if "level=warn" in line]
    assert len(lines) == 1, lines


def works(process):
    wait_for(process.log, lambda: process.page().targets().get("j") == 1, 40)
    assert process.page().value("uptime", jvm="j") is not None


@pytest.fixture
def uptime(tmp_path):
    path = tmp_path / "uptime.yml"
    path.write_text("requests: [ { mbean: 'java.lang:type=Runtime', attributes: [Uptime] } ]\n"
                    "rules: [ { pattern: 'java.lang<type=Runtime><>Uptime', name: uptime } ]\n")
    return path


def secret(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_password_and_the_role_readonly_are_enough(start, tmp_path, uptime):
    passwords = secret(tmp_path / "jmx.password", "monitor secret\nstranger secret\n")
    access = secret(tmp_path / "jmx.access", "monitor readonly\n")
    own = secret(tmp_path / "own", "secret\n")
    wrong = secret(tmp_path / "wrong", "hunter2\n")
    with one_jvm(tmp_path, authenticate="true", **{"password.file": passwords, "access.file": access}) as jvm:
        process = start(config_of(jvm.port, uptime, f", username: monitor, password_file: {own}"))
        works(process)
        process = start(config_of(jvm.port, uptime, f", username: monitor, password_file: {wrong}"))
        fails_with(process, "auth", "Invalid username or password")
        assert "hunter2" not in process.log()
        fails_with(start(config_of(jvm.port, uptime)), "auth", "Credentials required")
        process = start(config_of(jvm.port, uptime, f", username: stranger, password_file: {own}"))
        fails_with(process, "denied", "Access denied!")


def test_tls_of_registry_and_server(start, tmp_path, uptime):
    certificates = Certificates(tmp_path / "certificates")
    certificate, key = certificates.sign("jvm", "DNS:jvm.internal")
    store = certificates.path("jvm.p12")
    certificates.openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", store,
                         "-passout", "pass:changeit")
    java = (f"-Djavax.net.ssl.keyStore={store}", "-Djavax.net.ssl.keyStorePassword=changeit",
            "-Djavax.net.ssl.keyStoreType=PKCS12")
    tls = f", tls: {{ ca_file: '{certificates.ca}', server_name: jvm.internal }}"
    with one_jvm(tmp_path, *java, ssl="true", **{"registry.ssl": "true"}) as jvm:
        works(start(config_of(jvm.port, uptime, tls + ", registry_tls: true")))
        fails_with(start(config_of(jvm.port, uptime, ", registry_tls: true, tls: { server_name: jvm.internal }")),
                   "tls", "certificate")
        fails_with(start(config_of(jvm.port, uptime, f", registry_tls: true, tls: {{ ca_file: {certificates.ca} }}")),
                   "tls", "server_name")
        fails_with(start(config_of(jvm.port, uptime)), "tls", "it speaks TLS")
    with one_jvm(tmp_path, *java, ssl="true", **{"rmi.port": free_port()}) as jvm:
        works(start(config_of(jvm.port, uptime, tls)))
    with one_jvm(tmp_path) as jvm:
        fails_with(start(config_of(jvm.port, uptime, tls)), "tls", "is without TLS, which is configured here")


class KeytoolStores:
    """Stores as the JDK's keytool makes them: of the JVM and of clients, each with a certificate of its own."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()

    def path(self, name):
        return str(self.folder / name)

    def keytool(self, *arguments):
        subprocess.run(["keytool", *arguments, "-storetype", "PKCS12", "-storepass", "changeit"], check=True,
                       capture_output=True)

    def make(self, name, alt_name="DNS:client.internal"):
        """The store NAME.p12 and the certificate NAME.pem."""
        self.keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", f"CN={name}", "-ext",
                     f"SAN={alt_name}", "-keystore", self.path(f"{name}.p12"))
        self.keytool("-exportcert", "-rfc", "-alias", name, "-keystore", self.path(f"{name}.p12"), "-file",
                     self.path(f"{name}.pem"))
        return self.path(f"{name}.pem")

    def trust(self, store, name):
        self.keytool("-importcert", "-noprompt", "-alias", name, "-file", self.path(f"{name}.pem"), "-keystore",
                     self.path(store))

    def key(self, name, password):
        """The store's key alone, encrypted, as Streamgauge reads it."""
        key = self.path(f"{name}.key")
        subprocess.run(["openssl", "pkcs12", "-in", self.path(f"{name}.p12"), "-passin", "pass:changeit", "-nocerts",
                        "-passout", f"pass:{password}", "-out", key], check=True, capture_output=True)
        return key

    def java_options(self, store, trusted):
        return [f"-Djavax.net.ssl.{name}={value}" for name, value in {
            "keyStore": self.path(store), "keyStorePassword": "changeit", "keyStoreType": "PKCS12",
            "trustStore": self.path(trusted), "trustStorePassword": "changeit", "trustStoreType": "PKCS12"}.items()]


def test_client_certificate_is_required_of_registry_and_server(start, tmp_path, uptime):
    stores = KeytoolStores(tmp_path / "stores")
    ca = stores.make("jvm", "DNS:jvm.internal")
    own, stranger = stores.make("streamgauge"), stores.make("stranger")
    stores.trust("trusted.p12", "streamgauge")
    password = secret(tmp_path / "key.password", "of the key\n")
    keys = {one: stores.key(one, "of the key") for one in ("streamgauge", "stranger")}
    tls = f"ca_file: '{ca}', server_name: jvm.internal"

    def with_certificate(certificate, name):
        return (f", registry_tls: true, tls: {{ {tls}, cert_file: '{certificate}', key_file: '{keys[name]}',"
                f" key_password_file: '{password}' }}")

    options = {"ssl": "true", "registry.ssl": "true", "ssl.need.client.auth": "true"}
    with one_jvm(tmp_path, *stores.java_options("jvm.p12", "trusted.p12"), **options) as jvm:
        works(start(config_of(jvm.port, uptime, with_certificate(own, "streamgauge"))))
        process = start(config_of(jvm.port, uptime, f", registry_tls: true, tls: {{ {tls} }}"))
        fails_with(process, "tls", "certificate")
        fails_with(start(config_of(jvm.port, uptime, with_certificate(stranger, "stranger"))), "tls", "certificate")
    # Only the server has TLS, at a port of its own.
    with one_jvm(tmp_path, *stores.java_options("jvm.p12", "trusted.p12"), **options | {
            "registry.ssl": "false", "rmi.port": free_port()}) as jvm:
        works(start(config_of(jvm.port, uptime, with_certificate(own, "streamgauge").replace(
            "registry_tls: true", "registry_tls: false"))))
        fails_with(start(config_of(jvm.port, uptime, f", tls: {{ {tls} }}")), "tls", "certificate")


def test_hostname_that_leads_nowhere_is_not_followed(start, tmp_path, uptime):
    with one_jvm(tmp_path, "-Djava.rmi.server.hostname=broker-7.invalid") as jvm:
        works(start(config_of(jvm.port, uptime)))
        fails_with(start(config_of(jvm.port, uptime, ", follow_stub: true")), "connect", "broker-7.invalid")


def test_frozen_jvm_is_a_timeout_and_works_again(start, tmp_path, uptime):
    with one_jvm(tmp_path) as jvm:
        process = start(config_of(jvm.port, uptime))
        works(process)
        jvm.process.send_signal(signal.SIGSTOP)
        fails_with(process, "timeout", "a frozen JVM")
        jvm.process.send_signal(signal.SIGCONT)
        works(process)


# ---- Other ports ----

PORTS = {
    "HTTP": (http("oops", "400 Bad Request"), "protocol", "it speaks HTTP"),
    "TLS": (b"\x15\x03\x03\x00\x02\x02\x46", "tls", "it speaks TLS"),
    "another protocol": (b"220 mail.example ESMTP\r\n", "protocol", "does not speak JMX's protocol"),
    "closes": (b"", "connect", "closed the connection without an answer"),
    "silent": (None, "timeout", "is this the port of another protocol"),
}


@pytest.mark.parametrize("case", PORTS)
def test_port_of_something_else_is_one_failure(start, uptime, case):
    answer, kind, text = PORTS[case]
    with answering(answer) as port:
        process = start(config_of(port, uptime))
        fails_with(process, kind, text)
        assert process.stop()[0] == 0


def test_closed_port_is_one_failure(start, uptime):
    fails_with(start(config_of(free_port(), uptime)), "connect", "with its JMX port open (JMX_PORT)")


# ---- Brokers ----

def everything(tmp_path, agent_url, port, interval="8s"):
    """The same JVM twice: by its agent, and by its JMX port."""
    rules = tmp_path / "everything.yml"
    rules.write_text(EVERYTHING)
    return (f"collect: {{ interval: {interval}, timeout: {interval} }}\nclusters:\n  - name: c\n    jvms:\n"
            f"      - {{ name: agent, url: '{agent_url}', rules: {rules} }}\n"
            f"      - {{ name: port, jmx: '127.0.0.1:{port}', rules: {rules} }}\n")


def of_jvm(process, name):
    page = process.page()
    return {(s.name, tuple(sorted((k, v) for k, v in s.labels.items() if k != "jvm"))): s.value
            for s in page.samples if s.labels.get("jvm") == name and not s.name.startswith("streamgauge_")}


def compare_attributes(process, lost=()):
    """What moves is compared without its value. @return how many there are, and how many stand still"""
    wait_for(process.log, lambda: process.page().targets() == {"agent": 1, "port": 1}, 60)
    rounds = []
    for _ in range(4):
        rounds.append((of_jvm(process, "agent"), of_jvm(process, "port")))
        collections = process.page().value("streamgauge_collector_collections_total", target="port")
        wait_for("another poll", lambda: process.page().value(
            "streamgauge_collector_collections_total", target="port") > collections, 30)
    in_all_agent, in_all_port = (set.intersection(*(set(round[i]) for round in rounds)) for i in (0, 1))
    in_any_agent, in_any_port = (set.union(*(set(round[i]) for round in rounds)) for i in (0, 1))

    def unexpected(keys):
        return sorted(key for key in keys if not any(part in str(key) for part in lost))[:20]

    assert not unexpected(in_all_agent - in_any_port)
    # NaN and infinities come by the port alone.
    assert not unexpected(key for key in in_all_port - in_any_agent
                          if all(math.isfinite(port[key]) for _, port in rounds))

    def stands_still(key, i):
        return len({round[i][key] for round in rounds}) == 1

    still = [key for key in in_all_agent & in_all_port if stands_still(key, 0) and stands_still(key, 1)]
    differ = [(key, rounds[0][0][key], rounds[0][1][key]) for key in unexpected(
        key for key in still
        if rounds[0][0][key] != rounds[0][1][key] and not re.search("CurrentThread|Load$", key[0]))]
    assert not differ
    return len(in_all_agent), len(still)


def test_broker_has_the_same_attributes_by_its_port_as_by_its_agent(lab, start, tmp_path):
    """Of the agent of the newest version."""
    n, n_still = compare_attributes(start(everything(tmp_path, lab.jolokia(3), lab.jmx_port(3))))
    assert n > 3000 and n_still > 2000


def javas():
    """Every Java of the machine, and those that are named, such as of other versions than Debian has."""
    found = {path.resolve() for path in pathlib.Path("/usr/lib/jvm").glob("*/bin/java")}
    return sorted(found) + [pathlib.Path(path) for path in os.environ.get("STREAMGAUGE_TEST_JAVAS", "").split()]


@pytest.mark.parametrize("java", javas(), ids=lambda java: java.name if java.name != "java" else java.parts[-3])
def test_every_java_has_the_same_attributes_by_its_port_as_by_its_agent(start, tmp_path, java):
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    agent = "1.7.2" if '"1.8' in said else "2.2.9"
    classes = tmp_path / "classes"
    subprocess.run(["javac", "-Xlint:-options", "--release", "8", "-d", classes,
                    REPO / "tests/e2e/java/ParityBeans.java"], check=True)
    port, agent_port = free_port(), free_port()
    process = subprocess.Popen(
        [java, "-Xmx128m", "-Duser.timezone=UTC", "-XX:+StartAttachListener", "-Djava.net.preferIPv4Stack=true",
         f"-javaagent:{JOLOKIA[agent]}=port={agent_port},host=127.0.0.1,discoveryEnabled=false", "-cp", classes,
         "ParityBeans"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert any(line.strip() == "ready" for line in process.stdout), "the JVM did not start"
        open_port(process.pid, port)
        url = f"http://127.0.0.1:{agent_port}/jolokia/"
        n, n_still = compare_attributes(start(everything(tmp_path, url, port, "3s")),
                                        [part.rstrip("{}") for part in (*LOST[agent], *OF_AGENTS)])
        print(said.splitlines()[0], n, n_still)
        assert n > 300 and n_still > 200
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def test_cluster_by_its_ports_has_the_series_of_its_agents(lab, start):
    """Names and all labels, of what is there in each of some polls; NaN comes by the ports alone."""
    config = lab.config("2s", "2s")
    ports = ", ".join(f"{i}: {lab.jmx_port(i)}" for i in (1, 2, 3))
    by_ports = start(config[:config.index("    jolokia:")] + f"    jmx: {{ ports: {{ {ports} }} }}\n")
    by_agents = start(config)
    for process in (by_ports, by_agents):
        wait_for(process.log, lambda process=process: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)

    def series(process):
        page = exposition.Page(fetch(process.url + "/metrics?collect[]=jolokia")[2].decode())
        return {key for key, value in page.samples.items()
                if "broker" in dict(key[1]) and not key[0].startswith("streamgauge_") and value == value}

    rounds = []
    for _ in range(3):
        rounds.append((series(by_ports), series(by_agents)))
        polls = by_ports.page().value("streamgauge_collector_collections_total", collector="jolokia", target="1")
        wait_for("another poll", lambda polls=polls: by_ports.page().value(
            "streamgauge_collector_collections_total", collector="jolokia", target="1") > polls, 20)
    always, ever = ([set.intersection(*(one[i] for one in rounds)) for i in (0, 1)],
                    [set.union(*(one[i] for one in rounds)) for i in (0, 1)])
    assert len(always[0]) > 1000
    assert not {exposition.show(key) for key in always[0] - ever[1]}
    assert not {exposition.show(key) for key in always[1] - ever[0]}


def test_restarted_broker_is_read_again(lab, start):
    config = lab.config("2s", "2s")
    ports = ", ".join(f"{i}: {lab.jmx_port(i)}" for i in (1, 2, 3))
    process = start(config[:config.index("    jolokia:")] + f"    jmx: {{ ports: {{ {ports} }} }}\n")
    wait_for(process.log, lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 30)
    lab.fault("freeze-broker", "2")
    wait_for("frozen", lambda: "timeout" in process.page().errors("2"), 20)
    assert process.page().targets()["1"] == 1
    lab.fault("thaw-broker", "2")
    wait_for("thawed", lambda: process.page().targets()["2"] == 1, 30)
    lab.fault("kill-broker", "2")
    wait_for("killed", lambda: "connect" in process.page().errors("2"), 20)
    lab.fault("start-broker", "2")
    wait_for(process.log, lambda: process.page().targets()["2"] == 1, 90)
