# SPDX-License-Identifier: Apache-2.0
"""The program itself: starting without anything running, user errors, stopping."""
import contextlib
import fcntl
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from conftest import BUILD, REPO
from servers import answering
from streamgauge import Page, fetch, free_port, wait_for

BINARY = BUILD / "gcc-asan/streamgauge"


def run(*flags):
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL)


def test_version_names_what_is_on_the_page(start):
    said = run("--version").stdout.splitlines()
    assert re.fullmatch(r"streamgauge \d+\.\d+\.\d+", said[0])
    build = dict(line.split(maxsplit=1) for line in said)
    build["version"] = build.pop("streamgauge")
    assert set(build) == {"version", "revision", "compiler", "librdkafka", "libcurl", "libmicrohttpd"}
    assert build["compiler"].startswith("gcc ")
    commit = subprocess.run(["git", "-C", REPO, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert commit.stdout.startswith(build["revision"].removesuffix("-dirty"))
    page = start("clusters: [{ name: nowhere, bootstrap_servers: 127.0.0.1:1 }]").page()
    assert page.values("streamgauge_build_info") == [(build, 1)]


def forward(listen_port, to_port, stopped):
    """A port that is forwarded to another, from now on."""
    import threading

    def pipe(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    listener = socket.create_server(("127.0.0.1", listen_port))
    listener.settimeout(0.1)

    def serve():
        while not stopped.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            server = socket.create_connection(("127.0.0.1", to_port))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=pipe, args=pair, daemon=True).start()
        listener.close()

    threading.Thread(target=serve, daemon=True).start()


def test_kafka_down_serves_and_says_so_then_recovers(lab, start):
    import threading

    port = free_port()
    process = start(f"collect: {{ interval: 2s, timeout: 2s }}\nclusters:\n"
                    f"  - {{ name: late, bootstrap_servers: '127.0.0.1:{port}' }}\n")
    wait_for("cluster_up 0", lambda: process.page().value("streamgauge_cluster_up") == 0, 10)
    process.logged(f"127.0.0.1:{port}")
    assert process.page().targets("admin") == {"cluster": 0}
    stopped = threading.Event()
    forward(port, 9092 + lab.offset, stopped)
    try:
        wait_for("cluster_up 1", lambda: process.page().value("streamgauge_cluster_up") == 1, 10)
    finally:
        stopped.set()


def test_kafka_that_speaks_tls_gets_one_clear_line(start):
    # What a TLS server answers to a plain request: an alert, then it closes.
    with answering(b"\x15\x03\x03\x00\x02\x02\x46") as port:
        process = start(f"collect: {{ interval: 2s, timeout: 2s }}\nclusters:\n"
                        f"  - {{ name: tls, bootstrap_servers: '127.0.0.1:{port}' }}\n")
        wait_for("cluster_up 0", lambda: process.page().value("streamgauge_cluster_up") == 0, 10)
        wait_for("a warning", lambda: "level=warn" in process.log(), 5)
        process.logged(f"127.0.0.1:{port}")


def test_unknown_host_gets_one_clear_line(start):
    process = start("collect: { interval: 2s, timeout: 2s }\nclusters:\n"
                    "  - { name: nohost, bootstrap_servers: 'nowhere.invalid:9092' }\n")
    wait_for("cluster_up 0", lambda: process.page().value("streamgauge_cluster_up") == 0, 10)
    process.logged("nowhere.invalid")


def test_sigterm_stops_within_two_seconds_whatever_hangs(lab, start):
    with answering(None) as silent:
        config = (f"collect: {{ interval: 60s, timeout: 50s }}\nclusters:\n"
                  f"  - name: stuck\n    bootstrap_servers: 127.0.0.1:{silent}\n"
                  f"    jolokia: {{ brokers: {{ 1: 'http://127.0.0.1:{silent}/jolokia/' }} }}\n"
                  f"  - name: fine\n    bootstrap_servers: {lab.bootstrap}\n")
        process = start(config, build="release")
        wait_for("the other cluster works", lambda: process.page().value(
            "streamgauge_cluster_up", kafka_cluster="fine") == 1, 20)
        code, seconds = process.stop()
        assert code == 0, process.log()
        assert seconds < 2


def test_frozen_broker_and_sigterm_within_two_seconds(lab, start):
    process = start(lab.config("2s", "2s"), build="release")
    wait_for("broker 3", lambda: process.page().brokers_up().get("3") == 1, 20)
    lab.fault("freeze-broker", "3")
    try:
        time.sleep(2.5)
        code, seconds = process.stop()
        assert code == 0, process.log()
        assert seconds < 2
    finally:
        lab.fault("thaw-broker", "3")


FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@pytest.mark.parametrize("shift", ["-3600", "+3600"])
def test_clock_that_is_set_changes_no_rhythm(start, tmp_path, shift):
    """Only the machine's clock is set, as ntpd or a user does it; the monotonic one continues."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    process = start(
        "collect: { interval: 1s, timeout: 900ms }\nclusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]",
        build="release", through=("env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME_TIMESTAMP_FILE={clock}",
                                  "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"))

    def collections():
        return process.page().value("streamgauge_collector_collections_total", collector="admin") or 0

    wait_for("collections", lambda: collections() >= 3, 10)
    clock.write_text(shift + "\n")
    before = collections()
    names = {sample.name for sample in process.page().samples}
    wait_for("collections continue", lambda: collections() >= before + 4, 8)
    assert names <= {sample.name for sample in process.page().samples}
    code, seconds = process.stop()
    assert code == 0 and seconds < 2, process.log()


def closed(*fds):
    """As by a careless parent process: these are not open when the program starts."""
    def close():
        for fd in fds:
            os.close(fd)
    return close


@pytest.mark.parametrize("fds", [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_standard_descriptors_are_not_taken_by_sockets(fds):
    port = free_port()
    process = subprocess.Popen([BINARY, f"--web.listen-address=127.0.0.1:{port}", "--kafka.server=127.0.0.1:1"],
                               preexec_fn=closed(*fds), stderr=subprocess.DEVNULL)
    try:
        wait_for("it serves", lambda: serves(port), 20)
        for fd in fds:
            assert os.readlink(f"/proc/{process.pid}/fd/{fd}") == "/dev/null"
    finally:
        process.terminate()
        assert process.wait(20) == 0


def serves(port):
    try:
        return fetch(f"http://127.0.0.1:{port}/-/healthy")[0] == 200
    except OSError:
        return False


def test_stderr_without_a_reader_blocks_nothing():
    """A pipe that is full from the first lines on: collections, reload and SIGTERM still work."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [BINARY, f"--web.listen-address=127.0.0.1:{port}", "--kafka.server=127.0.0.1:1", "--log.level=debug",
         "--collect.interval=1s"], stderr=writer, stdout=subprocess.DEVNULL)
    try:
        wait_for("it serves", lambda: serves(port), 20)
        assert fetch(url + "/-/reload", method="POST")[0] == 200

        def collections():
            page = Page(fetch(url + "/metrics")[2].decode())
            return page.value("streamgauge_collector_collections_total", collector="admin") or 0

        wait_for("collections", lambda: collections() >= 3, 10)
        assert os.get_blocking(writer)  # it is shared with this process: nothing may have changed
        begun = time.monotonic()
        process.terminate()
        assert process.wait(20) == 0
        assert time.monotonic() - begun < 3
    finally:
        process.kill()
        os.close(reader)
        os.close(writer)


def test_hangup_during_the_start_is_a_reload_after_it(tmp_path):
    """The configuration is a pipe, so that the program is held at the start until its writer closes it."""
    pipe, later, log = (tmp_path / name for name in ("c.yaml", "later", "log"))
    text = "clusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]\n"
    os.mkfifo(pipe)
    later.write_text(text)
    port = free_port()
    with open(log, "wb") as out:
        process = subprocess.Popen([BINARY, f"--web.listen-address=127.0.0.1:{port}", f"--config.file={pipe}"],
                                   stderr=out, stdout=out)
    try:
        with open(pipe, "w", encoding="ascii") as writer:  # it reads
            process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            assert process.poll() is None
            later.rename(pipe)  # what the reload reads
            writer.write(text)
        wait_for("it serves", lambda: serves(port), 20)
        wait_for("the reload", lambda: "configuration loaded" in log.read_text(), 5)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_slow_writer_of_the_configuration_is_waited_for():
    check = subprocess.Popen([BINARY, "--config.file=/dev/stdin", "--config.check"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    time.sleep(0.5)
    output, _ = check.communicate("clusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]\n", timeout=20)
    assert (check.returncode, output) == (0, "/dev/stdin: valid\n")


def test_config_check_prints_the_catalogues_that_tables_add(tmp_path):
    path = tmp_path / "streamgauge.yml"
    path.write_text("compat: [strimzi]\nclusters:\n"
                    "  - { name: a, bootstrap_servers: 'b:1', jolokia: { url: 'http://{host}/' } }\n"
                    "  - { name: c, bootstrap_servers: 'd:1', jolokia: { url: 'http://{host}/', rules: kafka } }\n")
    assert run(f"--config.file={path}", "--config.check").stdout == (
        f"{path}: valid\n"
        'cluster "a": "compat" adds to "rules": kafka-connections\n')


def test_config_check_table_of_an_unknown_catalogue_has_the_place_of_compat(tmp_path):
    table, path = tmp_path / "table.yml", tmp_path / "streamgauge.yml"
    table.write_text("needs: [kafka-nope]\naliases: [{ from: kafka_brokers, to: x, labels: {} }]\n")
    path.write_text(f"compat: ['{table}']\nclusters:\n"
                    "  - { name: a, bootstrap_servers: 'b:1', jolokia: { url: 'http://{host}/' } }\n")
    result = run(f"--config.file={path}", "--config.check")
    assert result.returncode == 1
    assert f'{path}:1:9: rules: "kafka-nope" is neither a file nor a built-in catalogue' in result.stderr


@pytest.mark.parametrize("flags", [("--metrics.list",), ("--help",)])
def test_reader_that_closes_early_makes_it_exit_silently(flags):
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run([BINARY, *flags], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=30)
    os.close(writer)
    assert (result.returncode, result.stderr) == (-signal.SIGPIPE, "")


def test_once_and_a_reader_that_has_seen_enough():
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run([BINARY, "--kafka.server=127.0.0.1:1", "--collect.interval=1s", "--once",
                             "--log.level=error"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (result.returncode, result.stderr) == (-signal.SIGPIPE, "")


def test_h_is_help():
    assert run("-h").stdout == run("--help").stdout != ""


def test_start_logs_what_is_monitored(start):
    process = start("clusters: [{ name: east, bootstrap_servers: 127.0.0.1:1 }, "
                    "{ name: west, bootstrap_servers: 127.0.0.1:1 }]")
    process.logged("2 clusters from")
    assert re.search(r'msg="2 clusters from \S+/streamgauge.yaml: east, west; librdkafka [\d.]+"', process.log())


def test_start_to_first_complete_page_is_quick(lab, start):
    begun = time.monotonic()
    process = start(lab.config("15s", "10s"), build="release")
    wait_for("a complete page", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}
             and process.page().brokers_up() == {"1": 1, "2": 1, "3": 1}, 10)
    print(f"complete after {time.monotonic() - begun:.2f} s")
    wait_for("ready", lambda: fetch(process.url + "/-/ready")[0] == 200, 5)


def test_template_finds_brokers_by_metadata_and_ports_do_not_matter(lab, start):
    """{host} is the broker's; with one agent for all on one host, all must fail or answer alike."""
    process = start(flags=[f"--kafka.server=127.0.0.1:{9092 + lab.offset}",
                           f"--jolokia.url=http://{{host}}:{8778 + lab.offset}/jolokia/?broker={{id}}",
                           "--collect.interval=5s"])
    wait_for("three targets", lambda: set(process.page().targets()) == {"1", "2", "3"}, 20)


def test_port_in_use_is_a_start_error(lab):
    result = run(f"--web.listen-address=127.0.0.1:{9308 + lab.offset}")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "Address already in use" in result.stderr


@pytest.mark.parametrize("config, complaint", [
    ("clusters: [{ name: a, bootstrap_servers: b, client: { securty.protocol: x } }]\n",
     "securty.protocol"),
    ("clusters: [{ name: a, bootstrap_servers: b, client: { security.protocol: hunter2 } }]\n",
     "security.protocol"),
    ("clusters: [{ name: a, bootstrap_servers: b, jolokia: { url: 'http://{host}/', rules: /no/x.yml } }]\n",
     '"/no/x.yml": No such file'),
    ("clusters: [{ name: a, bootstrap_servers: b, topics: { include: '(' } }]\n", ":1:"),
    ("nonsense: 1\n", ":1:1: unknown key \"nonsense\""),
])
def test_wrong_configuration_is_reported_and_exits_with_1(tmp_path, config, complaint):
    path = tmp_path / "c.yaml"
    path.write_text(config)
    for flags in ([f"--config.file={path}", "--config.check"], [f"--config.file={path}"]):
        result = run(*flags)
        assert result.returncode == 1, result
        assert complaint in result.stderr
        assert "hunter2" not in result.stderr


def test_wrong_usage_exits_with_2():
    result = run("--no.such.flag")
    assert (result.returncode, result.stderr) == (
        2, "streamgauge: unknown flag --no.such.flag; see --help\n")


def test_wrong_address_exits_with_2():
    result = run("--web.listen-address=9308", "--config.check")
    assert result.returncode == 2
    assert result.stderr == ('streamgauge: --web.listen-address: "9308" has no port; '
                             "expected HOST:PORT, :PORT or [IPv6]:PORT\n")


def test_once_prints_a_complete_page_or_exits_with_1(lab, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(lab.config())
    result = run(f"--config.file={path}", "--once")
    assert result.returncode == 0, result.stderr
    assert 'kafka_consumergroup_lag{kafka_cluster="streaming"' in result.stdout
    assert "kafka_server_replicamanager_leadercount{" in result.stdout
    path.write_text(lab.config("1s", "1s").replace(lab.jolokia(2), f"http://127.0.0.1:{free_port()}/"))
    result = run(f"--config.file={path}", "--once")
    assert result.returncode == 1
    assert 'streamgauge_collector_success{kafka_cluster="streaming",collector="jolokia",target="2"} 0' \
        in result.stdout


def test_http_answers(lab, start):
    process = start(lab.config())
    url = process.url
    assert fetch(url + "/nothing")[0] == 404
    assert fetch(url + "/metrics", method="POST")[0] == 405
    status, headers, body = fetch(url + "/metrics", method="HEAD")
    assert (status, body) == (200, b"") and int(headers["Content-Length"]) > 0
    assert fetch(url + "/-/healthy")[2] == b"Healthy\n"
    wait_for("ready", lambda: fetch(url + "/-/ready")[0] == 200, 20)
    status, headers, body = fetch(url + "/")
    assert status == 200 and b">Streamgauge</a>" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_threads_under_thread_sanitizer(lab, start):
    process = start(lab.config("1s", "1s"), build="tsan")
    wait_for("a page", lambda: process.page().targets() == {"1": 1, "2": 1, "3": 1}, 60)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        process.page()
    code, _ = process.stop()
    assert code == 0, process.log()
    assert "ThreadSanitizer" not in process.log()
