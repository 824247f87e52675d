# SPDX-License-Identifier: Apache-2.0
"""Real agents, started from the files and the lines of deploy/jolokia, and a real proxy for the
lab's brokers."""
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import REPO
from streamgauge import fetch, free_port, wait_for

DEPLOY = REPO / "deploy/jolokia"
CACHE = pathlib.Path(os.environ.get("STREAMGAUGE_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
                     / "streamgauge")
JAR = CACHE / "jolokia-2.2.9/jolokia-agent-jvm-2.2.9-javaagent.jar"
PASSWORD = "hunter2"


def here(line, folder, port):
    """A line of the documentation with this machine's paths and port."""
    line = line.replace("/opt/jolokia/jolokia-agent-jvm-javaagent.jar", str(JAR))
    line = line.replace("/etc/jolokia/", f"{folder}/").replace("/usr/bin/java", "java")
    return re.sub(r"(port[= ])\d+", rf"\g<1>{port}", line)


def readme_line(start):
    (line,) = [line for line in (DEPLOY / "README.md").read_text().splitlines()
               if line.startswith(start)]
    return line


@pytest.fixture
def folder(tmp_path, lab):
    """/etc/jolokia; the lab has fetched the jar."""
    folder = tmp_path / "etc"
    shutil.copytree(DEPLOY, folder)
    (folder / "agent.properties").write_text(f"user=monitor\npassword={PASSWORD}\n")
    (folder / "password").write_text(PASSWORD)
    (folder / "rules.yml").write_text(
        "requests: [{ mbean: 'java.lang:type=Threading', attributes: [ThreadCount] }]\n"
        "rules: [{ pattern: 'java.lang<type=Threading><>ThreadCount', name: threads, type: GAUGE }]\n")
    return folder


@contextlib.contextmanager
def jvm(*arguments):
    process = subprocess.Popen(["java", "-Xmx96m", *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ask(port, request, login=True):
    """Status and answer of a POST, or of a GET when the request is a path."""
    headers = {"Content-Type": "application/json"}
    if login:
        headers["Authorization"] = "Basic bW9uaXRvcjpodW50ZXIy"
    url = f"http://127.0.0.1:{port}/jolokia/"
    if isinstance(request, str):
        status, _, body = fetch(url + request, headers)
    else:
        post = urllib.request.Request(url, json.dumps(request).encode(), headers)
        try:
            with urllib.request.urlopen(post, timeout=10) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, None
    return status, json.loads(body) if body else None


def answers(port):
    try:
        return ask(port, {"type": "version"})[0] == 200
    except OSError:
        return False


def check_read_only(port):
    """The policy: reading by POST, with the password, and nothing else."""
    memory = {"mbean": "java.lang:type=Memory"}
    allowed = [dict(memory, type="read", attribute="Verbose"), {"type": "search", "mbean": "java.lang:*"},
               {"type": "version"}]
    refused = [dict(memory, type="write", attribute="Verbose", value=True),
               dict(memory, type="exec", operation="gc"), {"type": "list"}]
    assert [one["status"] for one in ask(port, allowed)[1]] == [200] * len(allowed)
    for request in refused:
        assert ask(port, request)[1]["status"] == 403, request
    assert ask(port, "read/java.lang:type=Memory/Verbose")[1]["status"] == 403
    assert ask(port, allowed, login=False)[0] == 401


def check_poll(start, folder, port):
    """Streamgauge reads the agent."""
    process = start(
        "collect: { interval: 1s }\n"
        "clusters:\n  - name: layer\n    jvms:\n"
        f"      - {{ name: a, url: 'http://127.0.0.1:{port}/jolokia/', rules: {folder}/rules.yml,\n"
        f"          username: monitor, password_file: {folder}/password }}\n")
    wait_for("the agent is read", lambda: process.page().targets() == {"a": 1}, 10)
    assert process.page().value("threads", jvm="a") > 5
    process.stop()


def test_kafka_opts_line_gives_an_agent_that_only_reads(start, folder):
    port = free_port()
    option = here(readme_line("KAFKA_OPTS="), folder, port).removeprefix("KAFKA_OPTS=")
    with jvm(option, DEPLOY / "Proxy.java"):
        wait_for("the agent answers", lambda: answers(port), 30)
        check_read_only(port)
        check_poll(start, folder, port)


def test_attach_command_gives_the_same_to_a_running_jvm(start, folder):
    port = free_port()
    with jvm(DEPLOY / "Proxy.java") as process:
        wait_for("the JVM runs its program", lambda: "Attach Listener" in subprocess.run(
            ["jcmd", str(process.pid), "Thread.print"], capture_output=True, text=True,
            timeout=30).stdout, 30)
        line = here(readme_line("java -jar "), folder, port).replace("PID", str(process.pid))
        subprocess.run(shlex.split(line), capture_output=True, timeout=60)  # may report a failure that is none
        wait_for("the status shows it", lambda: subprocess.run(
            ["java", "-jar", JAR, "status", str(process.pid)], capture_output=True,
            timeout=60).returncode == 0, 30)
        wait_for("the agent answers", lambda: answers(port), 30)
        check_read_only(port)
        check_poll(start, folder, port)


# ---- The proxy ----


def unit_command(folder, port):
    """ExecStart of the unit."""
    unit = (DEPLOY / "jolokia-proxy.service").read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    return shlex.split(here(command, folder, port))[1:]


def proxy_config(lab, port, more=""):
    ports = ", ".join(f"{i}: {lab.jmx_port(i)}" for i in (1, 2, 3))
    return (f"collect: {{ interval: 10s, timeout: 9s }}\n"
            f"clusters:\n  - name: streaming\n    bootstrap_servers: {lab.bootstrap}\n"
            f"    jolokia:\n      proxy: {{ url: 'http://127.0.0.1:{port}/jolokia/',"
            f" jmx_ports: {{ {ports} }} }}\n{more}")


def series(page, broker):
    """Names and labels of the series from the broker's MBeans."""
    return {(sample.name, tuple(sorted(sample.labels.items()))) for sample in page.samples
            if sample.labels.get("broker") == str(broker)
            and not sample.name.startswith("streamgauge_")
            # Values without requests for a while are NaN, and absent.
            and not re.search("idle|quantile", sample.name)}


def test_proxy_gives_the_same_series_and_a_frozen_broker_blocks_no_other(lab, start, folder):
    port = free_port()
    allowed = folder / "allowed-targets"
    refused = allowed.read_text()
    text = refused.replace(
        "broker-[123]:9999",
        "127.0.0.1:(" + "|".join(str(lab.jmx_port(i)) for i in (1, 2, 3)) + ")")
    assert text != refused
    allowed.write_text(text)
    with jvm(*unit_command(folder, port)):
        wait_for("the proxy answers", lambda: answers(port), 30)
        direct = start(lab.config("10s", "9s"))
        # A JVM that allowed-targets does not name, in addition to the brokers.
        process = start(proxy_config(lab, port, (
            "    jvms:\n      - { name: other, rules: kafka, proxy: { "
            f"url: 'http://127.0.0.1:{port}/jolokia', "
            "target: 'service:jmx:rmi:///jndi/rmi://127.0.0.1:1/jmxrmi' } }\n")))
        up = {"1": 1, "2": 1, "3": 1}
        wait_for("all are read directly", lambda: direct.page().targets() == up, 30)
        wait_for("all are read through the proxy",
                 lambda: process.page().targets() == up | {"other": 0}, 150)
        for broker in (1, 2, 3):
            assert len(series(direct.page(), broker)) > 100
            # They poll at different times, and a working broker gets a new series now and then.
            wait_for(f"the same series of broker {broker}",
                     lambda: series(process.page(), broker) == series(direct.page(), broker), 40)
        assert list(process.page().errors("other")) == ["denied"]
        process.logged("not allowed by configuration")
        direct.stop()

        lab.fault("freeze-broker", "1")
        try:
            wait_for("broker 1 shows as failed",
                     lambda: process.page().targets()["1"] == 0, 25)
            page = process.page()
            assert "timeout" in page.errors("1"), process.log()
            assert page.targets()["2"] == page.targets()["3"] == 1
            for broker in ("2", "3"):
                assert page.value("streamgauge_collector_duration_seconds", collector="jolokia",
                                  target=broker) < 6
                assert page.values("kafka_server_replicamanager_leadercount", broker=broker)
        finally:
            lab.fault("thaw-broker", "1")
        wait_for("broker 1 is back", lambda: process.page().targets()["1"] == 1, 60)
        code, _ = process.stop()
        assert code == 0, process.log()
