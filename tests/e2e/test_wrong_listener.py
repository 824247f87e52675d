# SPDX-License-Identifier: Apache-2.0
"""A client that uses another protocol than the listener: the message leads to security.protocol."""
import concurrent.futures
import json
import pathlib
import subprocess

import pytest

from agents import Certificates
from broker import broker
from conftest import BUILD

SETTINGS = """
sasl.enabled.mechanisms=PLAIN
ssl.keystore.type=PEM
ssl.keystore.location={server}
listener.name.sasl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="hunter2";
listener.name.both.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="hunter2";
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    made = Certificates(tmp_path_factory.mktemp("wrong-listener") / "ca")
    certificate, key = made.sign("server", days=2)
    keystore = pathlib.Path(made.path("server.keystore.pem"))
    keystore.write_bytes(pathlib.Path(key).read_bytes() + pathlib.Path(certificate).read_bytes())
    return made


@pytest.fixture(scope="module")
def node(tmp_path_factory, certificates):
    listeners = {"SASL": "SASL_PLAINTEXT", "TLS": "SSL", "BOTH": "SASL_SSL"}
    settings = SETTINGS.format(server=certificates.path("server.keystore.pem"))
    with broker(tmp_path_factory.mktemp("listeners"), listeners, settings) as node:
        yield node


def client(certificates, protocol):
    found = {"security.protocol": protocol}
    if "SASL" in protocol:
        found |= {"sasl.mechanism": "PLAIN", "sasl.username": "plain", "sasl.password": "hunter2"}
    if "SSL" in protocol:
        found["ssl.ca.location"] = certificates.ca
    return "".join(f"      {name}: {value}\n" for name, value in found.items())


PROTOCOLS = {"PLAINTEXT": "PLAINTEXT", "SASL": "SASL_PLAINTEXT", "TLS": "SSL", "BOTH": "SASL_SSL"}


COMBINATIONS = [(build, protocol, listener) for build in ("gcc-asan", "release")
                for protocol in PROTOCOLS.values() for listener in PROTOCOLS if PROTOCOLS[listener] != protocol]


def doctor(node, certificates, path, build, protocol, listener):
    """The exit code, and the lines of what failed."""
    path.write_text("collect: { interval: 5s, timeout: 5s }\nclusters:\n  - name: c\n"
                    f"    bootstrap_servers: {node.address(listener)}\n    client:\n"
                    + client(certificates, protocol))
    result = subprocess.run(
        [BUILD / build / "streamgauge", f"--config.file={path}", "--doctor", "--log.format=json"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, [line for line in lines if line["result"] == "fail"]


@pytest.fixture(scope="module")
def reports(node, certificates, tmp_path_factory):
    """Combination → a future of its report: they mostly wait, so several run at a time."""
    folder = tmp_path_factory.mktemp("wrong-listener-doctor")
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        yield {combination: pool.submit(doctor, node, certificates, folder / f"{number}.yaml", *combination)
               for number, combination in enumerate(COMBINATIONS)}


@pytest.mark.parametrize("build, protocol, listener", COMBINATIONS)
def test_another_protocol_than_the_listeners_is_reported(reports, build, protocol, listener):
    code, failed = reports[build, protocol, listener].result()
    assert code == 1
    reported = failed[0]["text"] + failed[0]["fix"]
    print(failed[0]["text"], failed[0]["fix"], sep="\n")
    assert "security.protocol" in reported
    assert "firewall" not in reported and "username" not in reported
    assert "hunter2" not in reported
