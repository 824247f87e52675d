# SPDX-License-Identifier: Apache-2.0
"""Every command of the runbooks, as it is written there, on labs whose clients must authenticate.

Words in capitals are what a person on call fills in. Kafka's commands get --command-config, as alerts/README.md
says. It takes minutes: by hand, with STREAMGAUGE_TEST_RUNBOOKS=yes.
"""
import os
import pathlib
import re
import subprocess
import sys
import zipfile

import pytest

from conftest import REPO
from kafka import Kafka
from monitoring import query

sys.path.insert(0, str(REPO / "alerts"))
from runbook_text import parse  # noqa: E402

RUNBOOKS = sorted((REPO / "alerts/runbooks").glob("*.md"))
TOPIC, GROUP, CLIENT = "runbook-topic", "runbook-group", "runbook-client"
USER = """
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
    username="lab" password="lab-password";
"""

FETCH_TOOLS = """
set -euo pipefail
lib=$1/deploy/lab/lib lab_dir=$2
for name in console settings process install; do source "$lib/$name.sh"; done
jars_install "kafka-tools-$3"
java_find
printf '%s\\n' "$java" "$cache/kafka-$3" "$cache/kafka-tools-$3"
"""
# A name of bin/ and the class that it starts; its package is that of the version.
TOOLS = {
    "kafka-acls": "AclCommand", "kafka-broker-api-versions": "BrokerApiVersionsCommand",
    "kafka-cluster": "ClusterTool", "kafka-configs": "ConfigCommand", "kafka-consumer-groups": "ConsumerGroupCommand",
    "kafka-leader-election": "LeaderElectionCommand", "kafka-log-dirs": "LogDirsCommand",
    "kafka-metadata-quorum": "MetadataQuorumCommand", "kafka-reassign-partitions": "ReassignPartitionsCommand",
    "kafka-topics": "TopicCommand", "kafka-transactions": "TransactionsCommand",
    "zookeeper-shell": "ZooKeeperMainWithTlsSupportForKafka",
}
# Those that are called otherwise: where the file of the user is named, and what Kafka's scripts do.
USER_OPTIONS = {"kafka-leader-election": "--admin.config"}
ARGUMENTS = {"kafka-cluster": '"$@" $user', "zookeeper-shell": '-server "$@"'}
# Filters, which find nothing on a cluster without faults.
MAY_BE_EMPTY = re.compile(
    r"--(?:at-min-isr|under-min-isr|unavailable|under-replicated)-partitions|find-hanging"
    r"|\bgrep (?!'id:')|tail -\d+ /|^kafka-leader-election|/restart$")
# For its syntax only: what the labs have not (an authorizer, TLS), what takes a broker out, what asks the machine.
SYNTAX_ONLY = re.compile(
    r"^(?:ssh|systemctl|journalctl|openssl|df|du|jcmd|ls|ss|nc|for|echo|kafka-acls\.sh) "
    r"|unregister|/-/forget|COORDINATOR:8080")
ONLY_ZOOKEEPER = re.compile(r"^zookeeper-shell|:8083/|connect-NAME|kafka/connect\.log|zookeeper\.log")
ONLY_KRAFT = re.compile(r"^kafka-metadata-quorum|^kafka-cluster")


def filled_in(command, lab):
    """The command for this lab."""
    log = lab.directory / "log"
    kafka, agent = 9293 + lab.offset, 8779 + lab.offset
    words = {
        r"\b(?:BROKER|OTHER|NODE):9092": f"127.0.0.1:{kafka}", r"\bBROKER:8778": f"127.0.0.1:{agent}",
        r"\b(?:HOST|127\.0\.0\.1):9308": f"127.0.0.1:{9308 + lab.offset}",
        r"\bWORKER:8083": f"127.0.0.1:{8183 + lab.offset}", r"\bZOOKEEPER:2181": f"127.0.0.1:{2181 + lab.offset}",
        r"\bconnect-NAME\b": "connect-archive", r"/NAME\b": "/archive", r"/CLASS\b": "/FileStreamSinkConnector",
        r"\bTOPIC:PARTITION\b": f"{TOPIC}:0", r"\bTOPIC\b": TOPIC, r"\bGROUP\b": GROUP, r"\bCLIENT_ID\b": CLIENT,
        r"=MS\b": "=86400000", r" ID\b": " 2", r" N\b": " 2", r"=N\b": "=4",
        r" --command-config CLIENT\.properties": "",
        r"/var/log/kafka/(?:server|controller|log-cleaner)\.log": f"{log}/broker-2.log",
        r"/var/log/(?:kafka|zookeeper)/(connect|zookeeper)\.log": rf"{log}/\1.log",
        r"/etc/streamgauge/streamgauge\.yaml": str(lab.directory / "streamgauge.yaml"),
    }
    for pattern, text in words.items():
        command = re.sub(pattern, text, command)
    return command


def classes_of(folders):
    """Simple name → full name, of the classes that are tools."""
    names = {}
    for jar in (jar for folder in folders for jar in folder.glob("*.jar")):
        for entry in zipfile.ZipFile(jar).namelist():
            if entry.endswith(".class") and (simple := entry[:-6].rpartition("/")[2]) in TOOLS.values():
                names[simple] = entry[:-6].replace("/", ".")
    return names


def make_bin(lab, version, folder):
    """Kafka's bin/, and a link to the program."""
    text = subprocess.run(["bash", "-c", FETCH_TOOLS, "bash", REPO, lab.directory, version], capture_output=True,
                          text=True, check=True).stdout
    java, *folders = text.splitlines()[-3:]
    classes = classes_of([pathlib.Path(one) for one in folders])
    (folder / "client.properties").write_text(USER)
    for name, simple in TOOLS.items():
        path, arguments = folder / f"{name}.sh", ARGUMENTS.get(name, '$user "$@"')
        path.write_text(
            f"#!/bin/sh\nuser='{USER_OPTIONS.get(name, '--command-config')} {folder}/client.properties'\n"
            f"exec {java} -Xmx128m -XX:TieredStopAtLevel=1 -cp '{folders[0]}/*:{folders[1]}/*' "
            f"{classes.get(simple, simple)} {arguments}\n")
        path.chmod(0o755)
    (folder / "streamgauge").symlink_to(os.readlink(f"/proc/{pid_of(lab)}/exe"))
    return folder


def pid_of(lab):
    return (lab.directory / "run/streamgauge.pid").read_text().split()[0]


@pytest.fixture(scope="module", params=["zookeeper", "kraft"])
def place(request, tmp_path_factory):
    """A lab, Kafka's tools of its version, a topic and a group without members for them."""
    kraft = request.param == "kraft"
    lab = request.getfixturevalue("kraft_lab" if kraft else "lab")
    folder = make_bin(lab, "4.4.0" if kraft else "3.6.0", tmp_path_factory.mktemp("bin"))
    kafka = Kafka(lab.bootstrap)
    kafka.create(TOPIC)
    yield lab, kafka, folder, kraft
    kafka.delete(TOPIC)
    change = f"kafka-configs.sh --bootstrap-server 127.0.0.1:{9293 + lab.offset} --alter --delete-config"
    for what in (f"request_percentage --entity-type clients --entity-name {CLIENT}",
                 "num.network.threads --entity-type brokers --entity-default"):
        subprocess.run(f"{folder}/{change} {what}", shell=True, check=True, capture_output=True)


@pytest.mark.parametrize("command", sorted({one for path in RUNBOOKS for one in parse(path.read_text())[1]}))
def test_command_of_a_runbook_works(place, command):
    lab, kafka, folder, kraft = place
    if (ONLY_ZOOKEEPER if kraft else ONLY_KRAFT).search(command):
        pytest.skip("not of this lab")
    text = filled_in(command, lab)
    left = set(re.findall(r"(?<![\w-])[A-Z][A-Z_]+(?!\w)", re.sub(r"'[^']*'|\"[^\"]*\"", "", text)))
    if SYNTAX_ONLY.search(command):
        assert subprocess.run(["bash", "-n", "-c", command], capture_output=True).returncode == 0
        return
    assert left <= {"PREFERRED", "GET", "POST", "PUT"}, left
    kafka.produce(TOPIC, [1e9, 1e9])
    kafka.commit(GROUP, TOPIC, {0: 1})
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=120, cwd=folder,
                          env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL)
    said = f"{text}\n{done.stdout}\n{done.stderr}"
    may_be_empty = MAY_BE_EMPTY.search(command)
    assert done.returncode == 0 or (may_be_empty and done.returncode == 1), said
    assert done.stdout.strip() or may_be_empty, said
    if not command.startswith(("grep", "tail")):  # these may show the exceptions of others
        assert not re.search(r"Exception|^Error|rror while executing", done.stdout + done.stderr, re.M), said
    assert "No such file" not in done.stderr, said


def test_query_of_a_runbook_is_answered(place):
    """Names that are filled in find nothing; but each is a query, and joins without an error."""
    lab = place[0]
    queries = {one for path in RUNBOOKS for one in parse(path.read_text())[0]}
    for one in sorted(queries):
        query(lab.prometheus_url, one)
    assert len(queries) > 70
