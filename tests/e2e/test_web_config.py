# SPDX-License-Identifier: Apache-2.0
"""--web.config.file with real clients: openssl, curl, and a Prometheus over TLS with a password."""
import base64
import collections
import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
import urllib.parse
import warnings

import pytest

from conftest import BUILD
from streamgauge import Page, Streamgauge, fetch, free_port, wait_for

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import crypt

CONFIG = "collect: { interval: 1s, timeout: 900ms }\nclusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]"


def bcrypt(password, cost=8):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=2**cost))


def run(*command, check=True, **options):
    return subprocess.run(command, check=check, capture_output=True, text=True, timeout=30, **options)


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """A CA; certificates for the server (two), for a client, and one that the CA has not signed."""
    folder = tmp_path_factory.mktemp("pki")

    def make(name, sans, ca="ca", more="", key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), days=2):
        run("openssl", "req", "-newkey", *key, "-nodes",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr", "-subj", f"/CN={name}")
        (folder / f"{name}.ext").write_text(f"subjectAltName={sans}\n{more}\n[dn]\nCN=prometheus.example\n")
        run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / f"{ca}.pem",
            "-CAkey", folder / f"{ca}.key", "-CAcreateserial", "-days", str(days), "-extfile", folder / f"{name}.ext",
            "-out", folder / f"{name}.pem")

    for ca in ("ca", "other-ca"):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", folder / f"{ca}.key", "-out", folder / f"{ca}.pem", "-subj", f"/CN={ca}", "-days", "2")
    make("server", "IP:127.0.0.1,DNS:localhost")
    make("renewed", "IP:127.0.0.1,DNS:localhost", days=3)
    make("client", "DNS:prometheus.example,IP:10.1.2.3")
    make("for-clients", "DNS:prometheus.example", more="extendedKeyUsage=clientAuth")
    make("for-servers", "DNS:prometheus.example", more="extendedKeyUsage=serverAuth")
    make("other-kinds", "otherName:1.3.6.1.5.5.7.8.5;UTF8:prometheus.example,dirName:dn")
    make("mapped", "IP:::ffff:10.1.2.3,URI:spiffe://example/prometheus,email:a@b.example")
    make("encipher", "IP:127.0.0.1", more="keyUsage=critical,keyEncipherment", key=("rsa:2048",))
    make("stranger", "DNS:prometheus.example", ca="other-ca")
    return folder


class Served:
    """A Streamgauge with a web configuration, queried by curl."""

    def __init__(self, start, tmp_path, pki, text, tls=True):
        self.pki = pki
        self.web = tmp_path / "web.yml"
        for name in ("server.pem", "server.key", "ca.pem"):
            shutil.copy(pki / name, tmp_path / name)
        self.folder = tmp_path
        self.web.write_text(text)
        self.scheme = "https" if tls else "http"
        healthy, Streamgauge.serves = Streamgauge.serves, lambda process: self.listens(process)
        try:
            self.process = start(CONFIG, flags=[f"--web.config.file={self.web}"])
        finally:
            Streamgauge.serves = healthy

    def listens(self, process):
        assert process.process.poll() is None, process.log()
        return run("curl", "-sk", f"{self.scheme}://127.0.0.1:{process.port}/-/healthy", "-o", "/dev/null",
                   check=False).returncode not in (7,)

    def curl(self, *options, path="/-/healthy"):
        """Status, or curl's exit code below zero; and the body."""
        answer = run("curl", "-s", "--cacert", self.pki / "ca.pem", "-w", "\n%{http_code}", *options,
                     f"{self.scheme}://127.0.0.1:{self.process.port}{path}", check=False)
        if answer.returncode:
            return -answer.returncode, ""
        body, _, status = answer.stdout.rpartition("\n")
        return int(status), body

    def certificate_end(self):
        found = re.search(r"^streamgauge_web_certificate_not_after_timestamp_seconds (\S+)$",
                          self.curl(path="/metrics")[1], re.M)
        return found and float(found[1])

    def openssl(self, *options):
        return run("openssl", "s_client", "-connect", f"127.0.0.1:{self.process.port}", "-CAfile",
                   self.pki / "ca.pem", *options, check=False, input="")


def end_of(certificate):
    ends = run("openssl", "x509", "-noout", "-enddate", "-in", certificate).stdout
    return ssl.cert_time_to_seconds(ends.strip().removeprefix("notAfter="))


@pytest.fixture
def serve(start, tmp_path, pki):
    return lambda text, tls=True: Served(start, tmp_path, pki, text, tls)


TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"


# ---- TLS

def test_tls_versions_and_ciphers_are_as_configured(serve):
    served = serve(TLS + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n"
                         "  curve_preferences: [CurveP384]\n")
    assert served.curl() == (200, "Healthy\n")
    good = served.openssl("-tls1_2").stdout
    assert "Verify return code: 0 (ok)" in good
    assert "ECDHE-ECDSA-AES256-GCM-SHA384" in good
    assert "P-384" in good or "secp384r1" in good
    assert served.openssl("-tls1_3").returncode != 0
    assert served.openssl("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256").returncode != 0
    assert served.openssl("-tls1_2", "-groups", "P-256").returncode != 0


def test_tls_default_is_1_2_and_1_3(serve):
    served = serve(TLS)
    assert "TLSv1.3" in served.openssl("-tls1_3").stdout
    assert served.openssl("-tls1_2").returncode == 0
    assert served.openssl("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0").returncode != 0
    assert "https" in served.curl(path="/sd")[1] or served.curl(path="/sd")[1] == "[]\n"


def test_tls_certificate_is_read_again_when_it_changes(serve):
    served = serve(TLS)
    assert "CN = server" in served.openssl().stdout
    wait_for("its end", lambda: served.certificate_end() == end_of(served.pki / "server.pem"), 10)
    shutil.copy(served.pki / "renewed.pem", served.folder / "server.pem")
    shutil.copy(served.pki / "renewed.key", served.folder / "server.key")
    assert "CN = renewed" in served.openssl().stdout
    assert served.curl()[0] == 200
    wait_for("the new end", lambda: served.certificate_end() == end_of(served.pki / "renewed.pem"), 10)


def test_tls_inline_certificate(serve, pki):
    def indented(name):
        return "".join(f"    {line}\n" for line in (pki / name).read_text().splitlines())

    served = serve(f"tls_server_config:\n  cert: |\n{indented('server.pem')}  key: |\n{indented('server.key')}")
    assert served.curl()[0] == 200


@pytest.mark.parametrize("auth, none, stranger, known", [
    ("NoClientCert", 200, 200, 200),
    ("RequestClientCert", 200, 200, 200),
    ("RequireAnyClientCert", None, 200, 200),
    ("VerifyClientCertIfGiven", 200, None, 200),
    ("RequireAndVerifyClientCert", None, None, 200),
])
def test_tls_client_certificates(serve, pki, auth, none, stranger, known):
    ca = "" if auth == "NoClientCert" else "  client_ca_file: ca.pem\n"
    served = serve(f"{TLS}  client_auth_type: {auth}\n{ca}")
    for name, expected in (("", none), ("stranger", stranger), ("client", known)):
        options = ["--cert", pki / f"{name}.pem", "--key", pki / f"{name}.key"] if name else []
        status = served.curl(*options)[0]
        assert status == expected if expected else status < 0, (name, status)


@pytest.mark.parametrize("name, welcome", [("client", True), ("for-clients", True), ("for-servers", False)])
def test_tls_client_certificate_must_be_for_clients(serve, pki, name, welcome):
    served = serve(f"{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n")
    status = served.curl("--cert", pki / f"{name}.pem", "--key", pki / f"{name}.key")[0]
    assert status == 200 if welcome else status < 0


def test_tls_clients_can_be_verified_if_given_without_a_ca(serve, pki):
    """By the system's: the test's CA is not among them, and a client without a certificate is accepted."""
    served = serve(f"{TLS}  client_auth_type: VerifyClientCertIfGiven\n")
    assert served.curl()[0] == 200
    assert served.curl("--cert", pki / "client.pem", "--key", pki / "client.key")[0] < 0


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_tls_certificate_for_encipherment_alone_works_and_is_logged(serve, pki, version):
    served = serve(f"tls_server_config:\n  cert_file: {pki}/encipher.pem\n  key_file: {pki}/encipher.key\n")
    output = served.openssl(version).stdout
    assert "Verify return code: 0 (ok)" in output and "no peer certificate" not in output
    served.process.logged(f"{served.web}:2:14: {pki}/encipher.pem")
    assert served.process.log().count("KeyUsage has no digitalSignature") == 1


def test_tls_damaged_certificate_is_read_once(serve, pki):
    served = serve(TLS)
    good = (pki / "server.pem").read_text()
    (served.folder / "server.pem").write_text(good[:len(good) // 2])
    for _ in range(3):
        assert served.curl()[0] == 500
        time.sleep(1.1)
    served.process.logged(f"{served.web}:2:14: {served.folder}/server.pem: ")
    assert served.process.log().count(f"{served.web}:2:14: {served.folder}/server.pem: ") == 1
    (served.folder / "server.pem").write_text(good)
    assert served.curl()[0] == 200
    served.web.write_text(TLS.replace("server.pem", "later.pem"))  # named by a bad file only
    assert served.curl()[0] == 500
    (served.folder / "later.pem").write_text(good)
    assert served.curl()[0] == 200


@pytest.mark.parametrize("name, sans, allowed", [
    ("client", "[prometheus.example]", True), ("client", "[10.1.2.3]", True), ("client", "[other.example]", False),
    ("mapped", "[10.1.2.3]", True), ("mapped", "[spiffe://example/prometheus]", True),
    ("mapped", "[a@b.example]", True),
    ("other-kinds", "[prometheus.example, CN=prometheus.example]", False)])
def test_tls_client_san_must_be_allowed(serve, pki, name, sans, allowed):
    served = serve(f"{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
                   f"  client_allowed_sans: {sans}\n")
    status = served.curl("--cert", pki / f"{name}.pem", "--key", pki / f"{name}.key")[0]
    assert status == 200 if allowed else status < 0


# ---- Passwords

def users(cost=8, **passwords):
    return "basic_auth_users:\n" + "".join(f"  {user}: {bcrypt(word, cost)}\n" for user, word in passwords.items())


def test_passwords_open_every_path_and_nothing_else_does(serve):
    served = serve(users(alice="secret", bob="a:b"), tls=False)
    for path in ("/metrics", "/", "/-/healthy", "/-/ready", "/sd", "/probe", "/api/v1/groups", "/v3/kafka",
                 "/nothing"):
        assert served.curl(path=path)[0] == 401, path
    assert served.curl("-X", "POST", path="/metrics")[0] == 401
    for pair in ("alice:wrong", "alice:", "alice:secre", "alice:secret2", "ali:cesecret", "nobody:secret",
                 "nobody:fakepassword", ":", "alice:" + "s" * 100):
        assert served.curl("-u", pair)[0] == 401, pair
    for header in ("Basic", "Basic !", "Basic " + base64.b64encode(b"alice").decode(),
                   "Basic " + base64.b64encode(b"alice:secret\0").decode(), "Bearer x", "Basic " + "A" * 8000):
        assert served.curl("-H", f"Authorization: {header}")[0] == 401, header[:20]
    for _ in range(3):
        assert served.curl("-u", "alice:secret", path="/metrics")[0] == 200
    assert served.curl("-u", "bob:a:b")[0] == 200
    assert "secret" not in served.process.log()


def test_verdicts_are_not_remembered_across_removal_and_renaming(serve):
    """The hash goes from name to name, while each name's verdict is remembered."""
    secret = bcrypt("secret")
    text = "basic_auth_users: {{ {}: {} }}\n"
    served = serve(text.format("alice", secret), tls=False)
    assert served.curl("-u", "alice:secret")[0] == 200
    assert served.curl("-u", "bob:secret")[0] == 401
    served.web.write_text(text.format("bob", secret))  # renamed
    assert served.curl("-u", "alice:secret")[0] == 401
    assert served.curl("-u", "bob:secret")[0] == 200
    served.web.write_text(f"basic_auth_users: {{ alice: {secret}, bob: {secret} }}\n")
    assert served.curl("-u", "alice:secret")[0] == 200
    served.web.write_text(text.format("bob", secret))  # removed
    assert served.curl("-u", "alice:secret")[0] == 401
    assert served.curl("-u", "bob:secret")[0] == 200


def test_healthy_alone_can_be_open(serve):
    served = serve(users(alice="secret") + "auth_excluded_paths: [/-/healthy]\n", tls=False)
    assert served.curl()[0] == 200
    assert served.curl(path="/metrics")[0] == 401


def test_wrong_passwords_do_not_keep_the_right_one_waiting(serve):
    """A flood of wrong passwords, each of which costs a good part of a second."""
    served = serve(users(cost=12, alice="secret"), tls=False)
    url = f"http://127.0.0.1:{served.process.port}/metrics"

    def ask(password):
        pair = base64.b64encode(f"alice:{password}".encode()).decode()
        return fetch(url, {"Authorization": f"Basic {pair}"}, timeout=60)[0]

    assert ask("secret") == 200
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        wrong = [pool.submit(ask, f"wrong-{i}") for i in range(10_000)]
        slowest = 0
        while not all(one.done() for one in wrong[:9_000]):
            begun = time.monotonic()
            assert ask("secret") == 200
            slowest = max(slowest, time.monotonic() - begun)
        statuses = {one.result() for one in wrong}
    assert statuses <= {401, 503} and 401 in statuses
    assert slowest < 3


@pytest.mark.parametrize("flood_from, user", [("127.0.0.2", "alice"), ("127.0.0.1", "bob")])
def test_flood_of_wrong_passwords_lets_the_first_right_one_in(serve, flood_from, user):
    """From another address, or of another user: a correct password that is not remembered yet."""
    served = serve(users(cost=11, alice="secret", bob="secret"), tls=False)
    answers = collections.Counter()
    over = threading.Event()

    def ask(name, password, source):
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", served.process.port, timeout=60,
                                                source_address=(source, 0))
        with contextlib.closing(connection):
            connection.request("GET", "/metrics", headers={"Authorization": f"Basic {pair}"})
            return connection.getresponse().status

    def flood(number):
        i = 0
        while not over.is_set():
            answers[ask("alice", f"wrong-{number}-{i}", flood_from)] += 1
            i += 1

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        floods = [pool.submit(flood, number) for number in range(24)]
        try:
            wait_for("the queue is full", lambda: answers[503] > 50 and answers[401] > 2, 60)
            checked = answers[401]
            assert ask(user, "secret", "127.0.0.1") == 200
            # One was being checked; its turn was next. Threads of this test may count a little late.
            assert answers[401] - checked <= 8
        finally:
            over.set()
        for one in floods:
            one.result()


def test_unknown_user_costs_as_much_as_a_known_one(serve):
    served = serve(users(cost=11, alice="secret"), tls=False)

    def cpu_seconds(pair):
        """The CPU time of one answer; how long it takes depends on the rest of the machine."""
        begun = served.process.cpu_s()
        for i in range(5):
            assert served.curl("-u", f"{pair}:{i}")[0] == 401
        return served.process.cpu_s() - begun

    known = cpu_seconds("alice")
    unknown = cpu_seconds("nobody")
    assert 0.6 < unknown / known < 1.6


# ---- Headers, rate limit, changes

def test_headers_are_on_every_answer(serve):
    served = serve("http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
                   "    Strict-Transport-Security: max-age=60\n", tls=False)
    for path in ("/metrics", "/nothing"):
        headers = fetch(f"http://127.0.0.1:{served.process.port}{path}")[1]
        assert (headers["X-Frame-Options"], headers["Strict-Transport-Security"]) == ("deny", "max-age=60")


def test_rate_limit_answers_429(serve):
    served = serve("rate_limit: { interval: 1s, burst: 3 }\n", tls=False)
    time.sleep(3.5)
    statuses = [served.curl()[0] for _ in range(6)]
    assert statuses[:3] == [200] * 3 and 429 in statuses[3:]
    time.sleep(1.2)
    assert served.curl()[0] == 200


def test_file_is_read_again_and_a_bad_one_opens_nothing(serve):
    served = serve(users(alice="secret"), tls=False)
    assert served.curl("-u", "alice:secret")[0] == 200
    served.web.write_text(users(alice="changed"))
    assert served.curl("-u", "alice:secret")[0] == 401
    assert served.curl("-u", "alice:changed")[0] == 200
    for bad in ("basic_auth_user: {}\n", "{", "basic_auth_users: { alice: plain-text }\n", TLS):
        served.web.write_text(bad)
        assert served.curl("-u", "alice:changed") == (500, "Internal Server Error\n"), bad
    served.web.unlink()
    assert served.curl()[0] == 500
    served.web.write_text("")
    assert served.curl()[0] == 200
    served.process.logged(f"{served.web}:1:1: unknown key")
    assert "plain-text" not in served.process.log()


# ---- Checking

def test_reload_over_tls_with_a_password(serve):
    """Both ways, while the certificate changes as well."""
    served = serve(TLS + users(alice="secret"))
    right = ("-u", "alice:secret")
    assert served.curl("-X", "POST", path="/-/reload")[0] == 401
    assert served.curl(*right, "-X", "POST", path="/-/reload")[0] == 200
    for kind in ("pem", "key"):
        shutil.copy(served.pki / f"renewed.{kind}", served.folder / f"server.{kind}")
    assert served.curl(*right, "-X", "POST", path="/-/reload")[0] == 200
    wait_for("the new certificate", lambda: "CN = renewed" in served.openssl().stdout, 10)

    def reloaded():
        page = Page(served.curl(*right, path="/metrics")[1])
        return page.value("streamgauge_config_last_reload_success_timestamp_seconds")

    before = reloaded()
    os.kill(served.process.process.pid, signal.SIGHUP)
    wait_for("the signal's reload", lambda: reloaded() > before, 10)
    good = served.process.log_path.parent / "streamgauge.yaml"
    good.write_text("nonsense: 1\n")
    status, text = served.curl(*right, "-X", "POST", path="/-/reload")
    assert status == 500 and "streamgauge.yaml:1" in text
    assert served.curl(*right)[0] == 200


@pytest.mark.parametrize("text, problem", [
    ("tls_server_config: { cert_file: a }", ":1:20: tls_server_config: key or key_file is missing"),
    ("tls_server_config: { cert_file: none.pem, key_file: server.key }",
     ":1:33: {folder}/none.pem: the certificate cannot be read"),
    ("tls_server_config: { cert_file: a, key_file: b, cipher_suites: [TLS_NOPE] }",
     ':1:65: cipher_suites: "TLS_NOPE" is unknown'),
    ("tls_server_config: { cert_file: a, key_file: b, curve_preferences: [X] }", ':1:69: curve_preferences: "X"'),
    ("tls_server_config: { cert_file: a, key_file: b, min_version: SSL3 }", ":1:62: min_version: use TLS10"),
    ("tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }", "does nothing without client_auth_type"),
    ("http_server_config: { headers: { X-Nope: a } }", ":1:34: unknown key"),
    ("http_server_config: { headers: { X-Frame-Options: maybe } }", ":1:51: X-Frame-Options: use deny"),
    ("basic_auth_users: { a: b }", ":1:24: not a bcrypt hash"),
    ("auth_excluded_paths: [/metrics]", ":1:23: auth_excluded_paths: only /-/healthy"),
    ("rate_limit: { interval: 1s, burst: 0 }", ":1:36: burst: must be from 1"),
])
def test_config_check_reports_the_place(tmp_path, pki, text, problem):
    path = tmp_path / "web.yml"
    path.write_text(text)
    answer = run(BUILD / "gcc-asan/streamgauge", "--config.check", f"--web.config.file={path}", check=False)
    assert answer.returncode == 1
    assert problem.format(folder=tmp_path) in answer.stderr


@pytest.mark.skipif(not shutil.which("prometheus"), reason="tests/run installs Prometheus")
def test_prometheus_scrapes_over_tls_with_a_password(serve, pki, tmp_path):
    served = serve(TLS + users(prometheus="secret"))
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(
        "global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: secured\n    scheme: https\n"
        f"    tls_config: {{ ca_file: {pki}/ca.pem }}\n"
        "    basic_auth: { username: prometheus, password: secret }\n"
        f"    static_configs: [{{ targets: ['127.0.0.1:{served.process.port}'] }}]\n")
    with open(tmp_path / "log", "wb") as log:
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)

    def is_up():
        try:
            data = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/query?"
                                    + urllib.parse.urlencode({"query": "streamgauge_build_info"}))[2])
            return len(data["data"]["result"]) == 1
        except (OSError, ValueError):
            return False

    try:
        wait_for("Prometheus has scraped", is_up, 30)
    finally:
        prometheus.terminate()
        prometheus.wait(20)
