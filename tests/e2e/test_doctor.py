# SPDX-License-Identifier: Apache-2.0
"""--doctor: for each failure the cause and the likely fix, in a bounded time."""
import json
import subprocess
import time

import pytest

from agents import RULES, Agent, Reply, agents
from conftest import BUILD
from servers import answering
from streamgauge import free_port


def doctor(folder, config, *flags):
    """Exit code, and the checks as (check, target) → the check."""
    path = folder / "doctor.yaml"
    path.write_text(config)
    result = subprocess.run(
        [BUILD / "gcc-asan/streamgauge", f"--config.file={path}", "--doctor", *flags],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert result.returncode in (0, 1), result.stderr
    return result


def checks(folder, config):
    result = doctor(folder, config, "--log.format=json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.returncode == 0) == all(one["result"] != "fail" for one in found)
    return {(one["check"], one["target"]): one for one in found}


def test_doctor_on_a_healthy_lab_finds_nothing(lab, tmp_path):
    found = checks(tmp_path, lab.config())
    assert {one["result"] for one in found.values()} == {"ok"}
    assert {target for check, target in found if check == "broker"} == {"1", "2", "3"}
    assert {target for check, target in found if check == "jolokia"} == {"1", "2", "3"}
    assert {target for check, target in found if check == "request"} == {
        "Metadata", "ListGroups", "DescribeGroups", "OffsetFetch", "ListOffsets", "DescribeConfigs"}
    assert "Jolokia 2.2.9" in found["jolokia", "2"]["text"]
    assert "direct" in found["jolokia", "2"]["text"] and found["jolokia", "2"]["seconds"] > 0
    table = doctor(tmp_path, lab.config())
    assert table.returncode == 0
    assert "\033" not in table.stdout and "0 failed" in table.stdout


def test_doctor_reports_a_killed_broker(lab, tmp_path):
    lab.fault("kill-broker", "3")
    try:
        time.sleep(12)  # until the cluster has noticed
        found = checks(tmp_path, lab.config())
    finally:
        lab.fault("start-broker", "3")
    assert found["broker", "3"]["result"] == "fail"
    assert found["jolokia", "3"]["result"] == "fail" and "connect" in found["jolokia", "3"]["text"].lower()
    assert "is the process up" in found["jolokia", "3"]["fix"]
    assert found["broker", "1"]["result"] == found["jolokia", "1"]["result"] == "ok"


def test_doctor_reports_a_wrong_port_in_bounded_time(tmp_path):
    begun = time.monotonic()
    found = checks(tmp_path, "collect: { interval: 4s, timeout: 3s }\nclusters:\n"
                             f"  - {{ name: c, bootstrap_servers: '127.0.0.1:{free_port()}' }}\n")
    assert time.monotonic() - begun < 8
    bad = found["request", "Metadata"]
    assert bad["result"] == "fail" and "refused" in bad["text"].lower()
    assert "bootstrap_servers" in bad["fix"]


def test_doctor_reports_something_that_does_not_answer(tmp_path):
    with answering(None) as port:
        begun = time.monotonic()
        found = checks(tmp_path, "collect: { interval: 4s, timeout: 3s }\nclusters:\n"
                                 f"  - {{ name: c, bootstrap_servers: '127.0.0.1:{port}' }}\n")
        assert time.monotonic() - begun < 10
        assert any(one["result"] == "fail" and one["fix"] for one in found.values())


@pytest.mark.parametrize("status, body, content_type, text, fix", [
    (200, b"<html><body>Welcome</body></html>", "text/html", "", "URL of a Jolokia agent"),
    (401, b"no", "text/plain", "401", "password_file"),
    (404, b"no", "text/plain", "404", "URL of a Jolokia agent"),
])
def test_doctor_reports_what_is_not_jolokia(tmp_path, status, body, content_type, text, fix):
    def answer(_handler, _body):
        raise Reply(status, body, content_type)

    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    agent = Agent(answer=answer)
    with agents(agent):
        found = checks(tmp_path, f"clusters:\n  - name: c\n    jvms:\n      - {{ name: one, url: '{agent.url}', "
                                 f"rules: {rules}, username: u, password: hunter2 }}\n")
    assert found["jolokia", "one"]["result"] == "fail"
    assert text in found["jolokia", "one"]["text"] and fix in found["jolokia", "one"]["fix"]
    assert "hunter2" not in str(found)
    assert found["rules", str(rules)]["result"] == "ok"


def test_doctor_reports_a_bad_rule_file_and_continues(lab, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text("rules: [ { pattern: '(' } ]\n")
    found = checks(tmp_path, lab.config() + f"      rules: {rules}\n")
    assert found["configuration", "jolokia"]["result"] == "fail"
    assert f"{rules}:1:" in found["configuration", "jolokia"]["text"]
    assert found["broker", "2"]["result"] == "ok"


def test_doctor_reports_when_no_rule_matches(tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    agent = Agent({"other:name=x": 1})
    with agents(agent):
        found = checks(tmp_path, f"clusters:\n  - name: c\n    jvms:\n      - {{ name: one, url: '{agent.url}', "
                                 f"rules: {rules} }}\n")
    assert found["jolokia", "one"]["result"] in ("look", "fail")
    assert "rules" in found["jolokia", "one"]["fix"]
