# SPDX-License-Identifier: Apache-2.0
"""Kafka's security modes on a real broker: each works with librdkafka's properties unchanged, and
what is wrong is reported as one error, with its own kind."""
import base64
import contextlib
import http.server
import json
import pathlib
import re
import subprocess
import threading
import time
import urllib.parse

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from agents import Certificates
from broker import broker
from conftest import BUILD
from streamgauge import Page, Streamgauge, wait_for

# Debian 12's librdkafka cannot do SCRAM with Kafka 4; see test_scram_with_an_old_librdkafka_is_reported.
BINARY = "release"
SYSTEM = "gcc-asan"
PASSWORD = "hunter2"
WRONG = "swordfish"

SETTINGS = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN,OAUTHBEARER
ssl.keystore.type=PEM
ssl.keystore.location={server}
ssl.truststore.type=PEM
ssl.truststore.location={ca}
listener.name.mtls.ssl.client.auth=required
listener.name.expired.ssl.keystore.type=PEM
listener.name.expired.ssl.keystore.location={expired}
listener.name.scram.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.scram.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="{password}";
listener.name.scram.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \
unsecuredLoginStringClaim_sub="broker";
listener.name.sha256.sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.sha256.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""

DESCRIBE = (
    (ResourceType.BROKER, "kafka-cluster", AclOperation.DESCRIBE),
    (ResourceType.TOPIC, "*", AclOperation.DESCRIBE),
    (ResourceType.TOPIC, "*", AclOperation.DESCRIBE_CONFIGS),
    (ResourceType.GROUP, "*", AclOperation.DESCRIBE),
)


def allow(node, user, rules):
    """rules: resource type, name, operation; a name of "*" is any."""
    acls = [AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation,
                       AclPermissionType.ALLOW) for kind, name, operation in rules]
    for future in node.admin.create_acls(acls).values():
        future.result(20)


def add_user(node, name, mechanism=ScramMechanism.SCRAM_SHA_512):
    mechanism = ScramCredentialInfo(mechanism, 4096)
    upsertion = UserScramCredentialUpsertion(name, mechanism, PASSWORD.encode())
    for future in node.admin.alter_user_scram_credentials([upsertion]).values():
        future.result(20)


def fill(node):
    """Topics `audit`, 10 records, and `other`; the groups `reader`, 4 behind, and `one`."""
    admin = node.admin
    for future in admin.create_topics([NewTopic("audit", 1, 1), NewTopic("other", 1, 1)]).values():
        future.result(20)
    producer = Producer({"bootstrap.servers": node.bootstrap})
    for i in range(10):
        producer.produce("audit", str(i))
    producer.flush(20)
    for group, offset in (("reader", 6), ("one", 9)):
        consumer = Consumer({"bootstrap.servers": node.bootstrap, "group.id": group})
        wait_for(f"a commit of {group}", lambda: commits(consumer, offset), 60)
        consumer.close()


def commits(consumer, offset):
    """A broker that has just started is not a coordinator for a moment."""
    try:
        consumer.commit(offsets=[TopicPartition("audit", 0, offset)], asynchronous=False)
    except KafkaException as error:
        if error.args[0].code() not in (KafkaError.NOT_COORDINATOR,
                                        KafkaError.COORDINATOR_LOAD_IN_PROGRESS):
            raise
        return False
    return True


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    made = Certificates(tmp_path_factory.mktemp("kafka-tls") / "ca")
    made.other = Certificates(made.folder / "other")
    for name, days in (("server", 2), ("expired", -1), ("monitor", 2), ("lapsed", -1)):
        certificate, key = made.sign(name, days=days)
        keystore = pathlib.Path(made.path(f"{name}.keystore.pem"))
        keystore.write_bytes(pathlib.Path(key).read_bytes() + pathlib.Path(certificate).read_bytes())
    return made


@pytest.fixture(scope="module")
def secured(tmp_path_factory, certificates):
    listeners = {"SCRAM": "SASL_SSL", "SHA256": "SASL_SSL", "TLS": "SSL", "MTLS": "SSL", "EXPIRED": "SSL"}
    settings = SETTINGS.format(
        ca=certificates.ca, password=PASSWORD, server=certificates.path("server.keystore.pem"),
        expired=certificates.path("expired.keystore.pem"))
    with broker(tmp_path_factory.mktemp("secured"), listeners, settings) as node:
        fill(node)
        add_user(node, "monitor")
        add_user(node, "monitor", ScramMechanism.SCRAM_SHA_256)
        for user in ("monitor", "plain", "oauth", "CN=monitor", "ANONYMOUS"):
            allow(node, user, DESCRIBE)
        yield node


def config(node, listener, client, interval="2s"):
    properties = "".join(f"      {name}: {value}\n" for name, value in client.items())
    return (f"collect: {{ interval: {interval}, timeout: {interval} }}\n"
            f"clusters:\n  - name: secured\n    bootstrap_servers: {node.address(listener)}\n"
            f"    client:\n{properties}")


def sasl(certificates, mechanism, user="monitor", password=PASSWORD):
    return {"security.protocol": "SASL_SSL", "ssl.ca.location": certificates.ca,
            "sasl.mechanisms": mechanism, "sasl.username": user, "sasl.password": password}


def check_complete(page):
    assert page.value("streamgauge_collector_success", collector="admin") == 1
    assert page.value("kafka_topic_partition_current_offset", topic="audit", partition="0") == 10
    assert page.value("kafka_consumergroup_lag", consumergroup="reader", topic="audit") == 4
    assert page.value("kafka_consumergroup_lag", consumergroup="one", topic="audit") == 1
    assert page.value("kafka_topic_min_insync_replicas", topic="audit") == 1


def part_of_token(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


class TokenEndpoint(http.server.BaseHTTPRequestHandler):
    """Gives the client `oauth` a token for client credentials, as in OpenID Connect."""

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        client = "Basic " + base64.b64encode(f"oauth:{PASSWORD}".encode()).decode()
        now = int(time.time())
        if self.headers["Authorization"] == client and form["grant_type"] == ["client_credentials"]:
            # Unsigned: this broker's validator accepts no other.
            token = part_of_token({"alg": "none"}) + "." + part_of_token(
                {"sub": "oauth", "scope": "monitoring", "iat": now, "exp": now + 3600}) + "."
            status, answer = 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        else:
            status, answer = 401, {"error": "invalid_client", "error_description": "no such client"}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def tokens():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenEndpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()


def oidc(certificates, tokens, secret=PASSWORD):
    return {"security.protocol": "SASL_SSL", "ssl.ca.location": certificates.ca,
            "sasl.mechanisms": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.client.id": "oauth", "sasl.oauthbearer.client.secret": secret,
            "sasl.oauthbearer.token.endpoint.url": tokens, "sasl.oauthbearer.scope": "monitoring"}


def modes(certificates, tokens=""):
    tls = {"security.protocol": "SSL", "ssl.ca.location": certificates.ca}
    return {
        "SCRAM-SHA-256": ("SHA256", sasl(certificates, "SCRAM-SHA-256")),
        "SCRAM-SHA-512": ("SCRAM", sasl(certificates, "SCRAM-SHA-512")),
        "PLAIN": ("SCRAM", sasl(certificates, "PLAIN", "plain")),
        "TLS": ("TLS", tls),
        "mutual TLS": ("MTLS", tls | {
            "ssl.certificate.location": certificates.path("monitor.pem"),
            "ssl.key.location": certificates.path("monitor.key")}),
        "OAUTHBEARER": ("SCRAM", {
            "security.protocol": "SASL_SSL", "ssl.ca.location": certificates.ca,
            "sasl.mechanisms": "OAUTHBEARER", "enable.sasl.oauthbearer.unsecure.jwt": "true",
            "sasl.oauthbearer.config": '"principal=oauth scope=monitoring"'}),
        "OIDC": ("SCRAM", oidc(certificates, tokens)),
    }


# The library of Debian 12 cannot do SCRAM with this broker, nor OIDC at all; see the tests of that.
WORKING = [(mode, build) for build in (BINARY, SYSTEM)
           for mode in ("TLS", "mutual TLS", "PLAIN", "OAUTHBEARER", "OIDC", "SCRAM-SHA-256", "SCRAM-SHA-512")
           if build == BINARY or mode not in ("OIDC", "SCRAM-SHA-256", "SCRAM-SHA-512")]


@pytest.mark.parametrize("mode, build", WORKING)
def test_mode_works_with_librdkafkas_properties(secured, certificates, tokens, tmp_path, mode, build):
    path = tmp_path / "c.yaml"
    path.write_text(config(secured, *modes(certificates, tokens)[mode], interval="5s"))
    once = subprocess.run([BUILD / build / "streamgauge", f"--config.file={path}", "--once"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert once.returncode == 0, once.stderr
    check_complete(Page(once.stdout))
    assert PASSWORD not in once.stderr


# Every series of kafka_exporter but those of ZooKeeper, and the labels that its dashboards group and
# choose by (such as those that Grafana has as 7589 and 21078).
KAFKA_EXPORTER = {
    "kafka_brokers": set(),
    "kafka_broker_info": {"id", "address"},
    "kafka_topic_partitions": {"topic"},
    "kafka_topic_partition_current_offset": {"topic", "partition"},
    "kafka_topic_partition_oldest_offset": {"topic", "partition"},
    "kafka_topic_partition_leader": {"topic", "partition"},
    "kafka_topic_partition_leader_is_preferred": {"topic", "partition"},
    "kafka_topic_partition_replicas": {"topic", "partition"},
    "kafka_topic_partition_in_sync_replica": {"topic", "partition"},
    "kafka_topic_partition_under_replicated_partition": {"topic", "partition"},
    "kafka_consumergroup_members": {"consumergroup"},
    "kafka_consumergroup_current_offset": {"consumergroup", "topic", "partition"},
    "kafka_consumergroup_current_offset_sum": {"consumergroup", "topic"},
    "kafka_consumergroup_lag": {"consumergroup", "topic", "partition"},
    "kafka_consumergroup_lag_sum": {"consumergroup", "topic"},
}


def check_names_of_kafka_exporter(page):
    for name, labels in KAFKA_EXPORTER.items():
        found = page.values(name)
        assert found, name
        for shown, _ in found:
            assert set(shown) == labels | {"kafka_cluster"}, (name, shown)


def test_flags_of_kafka_exporter_work(secured, certificates):
    once = subprocess.run(
        [BUILD / BINARY / "streamgauge", "--once", f"--kafka.server={secured.address('SCRAM')}",
         "--sasl.enabled", "--sasl.mechanism", "scram-sha512", "--sasl.username=monitor",
         "--tls.enabled", f"--tls.ca-file={certificates.ca}", "--kafka.version=2.0.0"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        env={"SASL_USER_PASSWORD": PASSWORD})
    assert once.returncode == 0, once.stderr
    check_complete(Page(once.stdout))
    check_names_of_kafka_exporter(Page(once.stdout))
    assert "--kafka.version does nothing" in once.stderr
    assert PASSWORD not in once.stderr + once.stdout


def test_scram_with_an_old_librdkafka_is_reported(secured, certificates, start):
    process = start(config(secured, "SCRAM", sasl(certificates, "SCRAM-SHA-512")))
    wait_for("a failure to log in", lambda: "auth" in process.page().errors("cluster"), 20)
    process.logged("librdkafka before 2.6.1 cannot do SCRAM with Kafka 4")
    assert PASSWORD not in process.log()


def mistakes(node, certificates):
    good = sasl(certificates, "SCRAM-SHA-512")
    tls = {"security.protocol": "SSL", "ssl.ca.location": certificates.ca}
    return {
        "wrong password": ("SCRAM", good | {"sasl.password": WRONG}, "auth", "sasl.password"),
        "unknown user": ("SCRAM", good | {"sasl.username": "nobody"}, "auth", "sasl.username"),
        "mechanism not enabled": ("SCRAM", good | {"sasl.mechanisms": "SCRAM-SHA-256"}, "auth",
                                  "sasl.mechanism"),
        "expired certificate": ("EXPIRED", tls, "tls", "expired"),
        "unknown CA": ("SCRAM", good | {"ssl.ca.location": certificates.other.ca}, "tls",
                       "ssl.ca.location"),
        "no client certificate": ("MTLS", tls, "tls", "ssl.certificate.location"),
        "expired client certificate": ("MTLS", tls | {
            "ssl.certificate.location": certificates.path("lapsed.pem"),
            "ssl.key.location": certificates.path("lapsed.key")}, "tls", "ssl.certificate.location"),
        "TLS to a plain listener": ("PLAINTEXT", tls, "tls|connect|timeout", "security.protocol"),
        "plain to a TLS listener": ("SCRAM", {"security.protocol": "PLAINTEXT"},
                                    "tls|connect|timeout|parse|protocol", "security.protocol"),
    }


MISTAKES = ("wrong password", "unknown user", "mechanism not enabled", "expired certificate", "unknown CA",
            "no client certificate", "expired client certificate", "TLS to a plain listener",
            "plain to a TLS listener")


@contextlib.contextmanager
def processes(folder, configs):
    """Name → configuration; yields name → a process, all of which run at once."""
    started = {}
    try:
        for name, text in configs.items():
            started[name] = Streamgauge(BUILD / BINARY / "streamgauge", folder / str(len(started)), text, ())
        yield started
    finally:
        for process in started.values():
            process.stop()


@pytest.fixture(scope="module")
def mistaken(secured, certificates, tmp_path_factory):
    """Mistake → a process that has it."""
    made = mistakes(secured, certificates)
    assert set(made) == set(MISTAKES)
    configs = {mistake: config(secured, listener, client, "5s")
               for mistake, (listener, client, _, _) in made.items()}
    with processes(tmp_path_factory.mktemp("mistakes"), configs) as started:
        yield started


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_one_clear_error_with_a_kind(secured, certificates, mistaken, mistake):
    _, _, kinds, words = mistakes(secured, certificates)[mistake]
    process = mistaken[mistake]

    def failures():
        return sum(process.page().errors("cluster").values())

    # librdkafka 2.12.1 does not report why a connection was closed in the first exchange.
    most = 2 if mistake == "plain to a TLS listener" else 1
    wait_for("three failures, of one kind and with one line", lambda: failures() >= 3, 30)
    errors = process.page().errors("cluster")
    assert len(errors) <= most and all(re.fullmatch(kinds, kind) for kind in errors), (
        errors, process.log())
    assert process.page().value("streamgauge_cluster_up") == 0
    lines = [line for line in process.log().splitlines() if "level=warn" in line]
    assert 1 <= len(lines) <= most, lines
    assert words in lines[0], lines[0]
    assert PASSWORD not in process.log() and WRONG not in process.log()


def test_oidc_with_a_librdkafka_without_it_is_reported(secured, certificates, tokens, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(config(secured, "SCRAM", oidc(certificates, tokens)))
    once = subprocess.run([BUILD / SYSTEM / "streamgauge", f"--config.file={path}", "--once"],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert once.returncode == 1
    assert "sasl.oauthbearer.method" in once.stderr and "not supported in this build" in once.stderr
    assert PASSWORD not in once.stderr


def test_token_that_is_refused_is_an_auth_error(secured, certificates, tokens, start):
    process = start(config(secured, "SCRAM", oidc(certificates, tokens, WRONG)), build=BINARY)
    wait_for("a failure", lambda: process.page().errors("cluster"), 20)
    wait_for("two more", lambda: sum(process.page().errors("cluster").values()) >= 3, 30)
    assert list(process.page().errors("cluster")) == ["auth"], process.log()
    lines = [line for line in process.log().splitlines() if "level=warn" in line]
    assert len(lines) == 1 and "invalid_client" in lines[0], lines
    assert WRONG not in process.log()


@pytest.mark.parametrize("build", [BINARY, SYSTEM])
def test_kerberos_without_a_ticket_is_reported(secured, certificates, start, build):
    client = {"security.protocol": "SASL_SSL", "ssl.ca.location": certificates.ca,
              "sasl.mechanisms": "GSSAPI", "sasl.kerberos.service.name": "kafka",
              "sasl.kerberos.principal": "monitor@EXAMPLE.TEST",
              "sasl.kerberos.keytab": certificates.path("no.keytab")}
    process = start(config(secured, "SCRAM", client), build=build)
    wait_for("a failure", lambda: process.page().errors("cluster"), 20)
    wait_for("two more", lambda: sum(process.page().errors("cluster").values()) >= 3, 30)
    assert list(process.page().errors("cluster")) == ["auth"], process.log()
    lines = [line for line in process.log().splitlines() if "level=warn" in line]
    assert len(lines) == 1 and "GSSAPI" in lines[0], lines


TOPIC, GROUP = ResourceType.TOPIC, ResourceType.GROUP
# What is shown, and what is reported, when ACLs are missing: the rules that exist, whether topics and
# groups are seen, and the words that name what is missing.
ACLS = {
    "everything": (DESCRIBE, True, True, None),
    # ListGroups then lists the groups that may be described.
    "no cluster": (DESCRIBE[1:], True, True, None),
    "no topics": (DESCRIBE[:1] + DESCRIBE[2:], False, True, "DESCRIBE on the topic"),
    "no groups": (DESCRIBE[:3], True, False, "DESCRIBE on the group"),
    "no groups, no cluster": (DESCRIBE[1:3], True, False, "DESCRIBE on the group"),
}


@pytest.fixture(scope="module")
def limited(secured, certificates, tmp_path_factory):
    """Name in ACLS → a process with these rights; all run at once."""
    configs = {}
    for acls, (rules, _, _, _) in ACLS.items():
        user = acls.replace(" ", "-").replace(",", "")
        add_user(secured, user)
        allow(secured, user, rules)
        configs[acls] = config(secured, "SCRAM", sasl(certificates, "SCRAM-SHA-512", user), "6s")
    with processes(tmp_path_factory.mktemp("acls"), configs) as started:
        yield started


@pytest.mark.parametrize("acls", ACLS)
def test_missing_acl_is_named(limited, acls):
    _, sees_topics, sees_groups, words = ACLS[acls]
    process = limited[acls]
    wait_for("two collections", lambda: (process.page().value(
        "streamgauge_collector_collections_total", collector="admin") or 0) >= 2, 30)
    page = process.page()
    assert page.value("streamgauge_broker_up", broker="1") == 1
    lines = [line for line in process.log().splitlines() if "level=warn" in line]
    if words:
        assert list(page.errors("cluster")) == ["denied"], process.log()
        assert len(lines) == 1 and words in lines[0], lines
    else:
        assert not page.errors("cluster") and not lines, process.log()
        check_complete(page)
    topics = {labels["topic"] for labels, _ in page.values("kafka_topic_partitions")}
    assert topics >= {"audit", "other"} if sees_topics else not topics
    lags = page.values("kafka_consumergroup_lag")
    assert bool(lags) == (sees_topics and sees_groups)


def test_configurations_that_may_not_be_read_are_reported_once(secured, certificates, start):
    add_user(secured, "no-configs")
    allow(secured, "no-configs", [rule for rule in DESCRIBE if rule[2] == AclOperation.DESCRIBE])
    process = start(config(secured, "SCRAM", sasl(certificates, "SCRAM-SHA-512", "no-configs")),
                    build=BINARY)
    wait_for("a line", lambda: "DESCRIBE_CONFIGS on topics" in process.log(), 20)
    time.sleep(4.5)  # two more collections
    page = process.page()
    assert page.value("kafka_consumergroup_lag", consumergroup="reader", topic="audit") == 4
    assert not page.values("kafka_topic_min_insync_replicas")
    # Counted, for the one attempt; nothing that is permitted is missing.
    assert page.errors("cluster")["denied"] == 1
    wait_for("a complete collection", lambda: process.page().targets("admin") == {"cluster": 1}, 10)
    assert process.page().errors("cluster")["denied"] == 1
    process.logged("DESCRIBE_CONFIGS on topics")
    assert process.log().count("DESCRIBE_CONFIGS on topics") == 1


def test_log_directories_need_describe_configs_on_the_cluster(secured, certificates, start):
    rules = {"no-log-dirs": DESCRIBE, "log-dirs": [
        *DESCRIBE, (ResourceType.BROKER, "kafka-cluster", AclOperation.DESCRIBE_CONFIGS)]}
    allowed = {}
    for user, of_user in rules.items():
        add_user(secured, user)
        allow(secured, user, of_user)
        text = config(secured, "SCRAM", sasl(certificates, "SCRAM-SHA-512", user))
        allowed[user] = start(text + "    log_dirs: true\n", build=BINARY)
    denied = allowed["no-log-dirs"]
    wait_for("a line", lambda: "DESCRIBE_CONFIGS on the cluster" in denied.log(), 20)
    wait_for("directories", lambda: allowed["log-dirs"].page().values("kafka_broker_log_dir_info"), 20)
    (labels, value), = allowed["log-dirs"].page().values("kafka_broker_log_dir_info")
    assert (labels["broker"], labels["log_dir"], value) == ("1", f"{secured.folder}/data", 1)
    wait_for("a complete collection", lambda: denied.page().targets("admin") == {"cluster": 1}, 10)
    page = denied.page()
    assert not page.values("kafka_broker_log_dir_info") and page.errors("cluster") == {"denied": 1}
    assert not allowed["log-dirs"].page().errors("cluster")


def test_configurations_of_which_some_may_be_read(secured, certificates, start):
    add_user(secured, "some-configs")
    allow(secured, "some-configs", [rule for rule in DESCRIBE if rule[2] == AclOperation.DESCRIBE])
    allow(secured, "some-configs", [(TOPIC, "audit", AclOperation.DESCRIBE_CONFIGS)])
    process = start(config(secured, "SCRAM", sasl(certificates, "SCRAM-SHA-512", "some-configs")),
                    build=BINARY)
    wait_for("a configuration", lambda: process.page().value(
        "kafka_topic_min_insync_replicas", topic="audit") == 1, 20)
    page = process.page()
    assert not page.values("kafka_topic_min_insync_replicas", topic="other")
    assert page.errors("cluster")["denied"] == 1
    wait_for("a complete collection", lambda: process.page().targets("admin") == {"cluster": 1}, 10)


def doctor(folder, text):
    path = folder / "doctor.yaml"
    path.write_text(text)
    result = subprocess.run(
        [BUILD / "gcc-asan/streamgauge", f"--config.file={path}", "--doctor", "--log.format=json"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert PASSWORD not in result.stdout + result.stderr and WRONG not in result.stdout + result.stderr
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()]


def test_doctor_names_a_wrong_password(secured, certificates, tmp_path):
    good = sasl(certificates, "PLAIN", "plain")
    code, found = doctor(tmp_path, config(secured, "SCRAM", good, "8s"))
    assert code == 0, found
    code, found = doctor(tmp_path, config(secured, "SCRAM", good | {"sasl.password": WRONG}, "8s"))
    bad = [one for one in found if one["result"] == "fail"]
    assert code == 1 and bad and "sasl.password" in bad[0]["fix"], found


@pytest.mark.parametrize("acls, words", [
    ("no topics", "DESCRIBE on the topics"),
    ("no groups, no cluster", "DESCRIBE on the groups"),
])
def test_doctor_names_the_missing_acl(secured, certificates, tmp_path, acls, words):
    user = "doctor-" + acls.replace(" ", "-").replace(",", "")
    allow(secured, user, ACLS[acls][0])
    client = modes(certificates)["OAUTHBEARER"][1] | {
        "sasl.oauthbearer.config": f'"principal={user} scope=monitoring"'}
    _, found = doctor(tmp_path, config(secured, "SCRAM", client, "8s"))
    assert any(words in one["fix"] for one in found if one["result"] != "ok"), found
