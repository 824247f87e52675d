# SPDX-License-Identifier: Apache-2.0
"""The process as a service: notifications to systemd, how the unit is hardened, what logs do not contain."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess

import pytest

from agents import RULES, Agent, agents
from conftest import BUILD, REPO
from servers import answering
from streamgauge import fetch, free_port, wait_for

UNIT = REPO / "deploy/systemd/streamgauge.service"
EXPOSURE_MAX = 1.5  # docs/configuration.md says 1.3


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """A socket instead of systemd's; returns what was sent."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        server.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        said = []

        def listen():
            try:
                while True:
                    said.append(server.recv(4096).decode())
            except BlockingIOError:
                return said

        yield listen


def test_systemd_is_notified_of_start_reload_stop_and_watchdog(systemd, start, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    agent = Agent()
    with agents(agent):
        process = start("clusters:\n  - name: c\n    jvms:\n"
                        f"      - {{ name: one, url: '{agent.url}', rules: {rules} }}\n")
        wait_for("ready", lambda: "READY=1" in systemd(), 5)
        wait_for("the watchdog is fed", lambda: systemd().count("WATCHDOG=1") >= 4, 5)
        os.kill(process.process.pid, signal.SIGSTOP)
        systemd()
        n = systemd().count("WATCHDOG=1")
        with contextlib.suppress(AssertionError):
            wait_for("time", lambda: False, 1.5)
        assert systemd().count("WATCHDOG=1") <= n
        os.kill(process.process.pid, signal.SIGCONT)
        os.kill(process.process.pid, signal.SIGHUP)
        wait_for("reloaded", lambda: systemd().count("READY=1") == 2, 5)
        assert any(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", one) for one in systemd())
        assert process.stop()[0] == 0
        assert systemd()[-1] == "STOPPING=1"


def test_unit_is_hardened():
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", UNIT],
                            capture_output=True, text=True, timeout=30)
    exposure = re.search(r"exposure level for .*: ([0-9.]+)", result.stdout)
    assert exposure, result.stdout + result.stderr
    assert float(exposure[1]) <= EXPOSURE_MAX
    assert exposure[1] in (REPO / "docs/configuration.md").read_text()


def test_process_metrics_are_those_of_the_client_libraries(start):
    process = start(f"clusters: [ {{ name: c, bootstrap_servers: '127.0.0.1:{free_port()}' }} ]\n")
    page = process.page()
    for name in ("cpu_seconds_total", "open_fds", "max_fds", "resident_memory_bytes",
                 "virtual_memory_bytes", "virtual_memory_max_bytes", "start_time_seconds"):
        assert page.value("streamgauge_process_" + name) is not None, name
        assert page.value("process_" + name) is None, name  # these are the brokers' and JVMs'
    stat = os.stat(f"/proc/{process.process.pid}")
    assert abs(page.value("streamgauge_process_start_time_seconds") - stat.st_ctime) < 3


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_no_password_of_any_place_is_ever_shown(start, tmp_path, monkeypatch, log_format):
    def failing(_handler, _body):
        from agents import Reply
        raise Reply(401, b"no")

    monkeypatch.setenv("SECRET_FROM_ENVIRONMENT", "hunter2-environment")
    (tmp_path / "secret").write_text("hunter2-file\n")
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    agent = Agent(answer=failing)
    with agents(agent), answering(None) as silent:
        text = f"""\
collect: {{ interval: 2s, timeout: 1s }}
clusters:
  - name: c
    bootstrap_servers: 127.0.0.1:{silent}
    client: {{ security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: u,
              sasl.password: "${{SECRET_FROM_ENVIRONMENT}}" }}
    jvms:
      - {{ name: one, url: "{agent.url}", rules: {rules}, username: u, password: hunter2-plain }}
      - {{ name: two, url: "{agent.url}", rules: {rules}, username: u, password_file: {tmp_path / "secret"} }}
      - name: three
        rules: {rules}
        proxy: {{ url: "{agent.url}", target: "service:jmx:rmi:///jndi/rmi://h:1/jmxrmi", username: u,
                 password: hunter2-proxy }}
"""
        process = start(text, flags=["--log.level=debug", f"--log.format={log_format}"])
        wait_for("failures", lambda: sum(process.page().targets().values()) == 0
                 and len(process.page().targets()) == 3, 20)
        shown = process.log() + process.page().text + fetch(process.url + "/")[2].decode()
        shown += fetch(process.url + "/-/reload", method="POST")[2].decode()
        path = tmp_path / "c.yaml"
        for wrong in (text, text + "nonsense: 1\n"):
            path.write_text(wrong)
            for flags in (["--config.check"], ["--doctor"], ["--doctor", "--log.format=json"]):
                result = subprocess.run([BUILD / "gcc-asan/streamgauge", f"--config.file={path}", *flags],
                                        capture_output=True, text=True, timeout=60)
                shown += result.stdout + result.stderr
    assert "hunter2" not in shown
    assert len(shown) > 5000
    if log_format == "json":
        for line in process.log().splitlines():
            json.loads(line)
