# SPDX-License-Identifier: Apache-2.0
"""Clients that misbehave: refused within limits, counted, and no scrape waits for them."""
import collections
import contextlib
import http.client
import os
import pathlib
import re
import socket
import statistics
import subprocess
import threading
import time

import pytest

from conftest import BUILD
from streamgauge import fetch, free_port, wait_for

CONFIG = "collect: { interval: 1s, timeout: 900ms }\nclusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]"


def connect(process, timeout=15):
    return socket.create_connection(("127.0.0.1", process.port), timeout)


def raw(process, request):
    """What is received until the other side closes or is silent for a moment."""
    with connect(process) as s, contextlib.suppress(OSError):
        s.sendall(request)
        s.settimeout(2)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    return answer


def refused(process, reason):
    return process.page().value("streamgauge_http_refused_total", reason=reason)


@pytest.fixture
def process(start):
    return start(CONFIG)


@pytest.mark.parametrize("request_, statuses", [
    (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    (b"GET /metrics%00 HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    (b"GET /metrics%00x HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    (b"GET /metrics?collect[]=admin%00 HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /metrics?collect[]=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", {404, 400}),
    (b"GET /met\0rics HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /\0metrics HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /a%20b HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    (b"GET /probe?cluster=a+b%20c&broker=1 HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    (b"GET http://other/-/healthy HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", {400}),
    (b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", {400}),
    (b"GET /metrics?" + b"collect[]=self&" * 300 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"GET /metrics?" + b"&" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    (b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", {405}),
    (b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", {405}),
    (b"GET /metrics HTTP/1.1\r\n\r\n", {400}),
    (b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", {400}),
    (b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", {400}),
    (b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", {413}),
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414, 431, None}),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", {413, 431, None}),
    (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", {413, 431, None}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, {400, None}),
    (b"GET\r\n\r\n", {400, None}),
])
def test_bad_requests_are_refused_and_serving_goes_on(process, request_, statuses):
    answer = raw(process, request_)
    status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None
    assert status in statuses, answer[:200]
    assert fetch(process.url + "/-/healthy")[0] == 200


@pytest.mark.parametrize("tail", [
    b"\r\n",                                                   # no Host
    b"Host: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n",
    b"Host: x\r\nContent-Length: 35\r\n\r\n",
])
def test_request_of_doubtful_length_is_the_last_of_its_connection(process, tail):
    """What follows it is not a second request, and the answer has its header once."""
    answer = raw(process, b"GET /-/healthy HTTP/1.1\r\n" + tail + b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"400"]
    assert b"Connection: close" in answer


def test_too_many_parameters_are_refused_at_once_and_counted(process):
    begun = time.monotonic()
    answer = raw(process, b"GET /metrics?" + b"collect[]=self&" * 300 + b" HTTP/1.1\r\nHost: x\r\n"
                          b"Connection: close\r\n\r\n")
    assert answer.endswith(b"more than 32 parameters\n")
    assert time.monotonic() - begun < 2
    wait_for("it is counted", lambda: process.page().value(
        "streamgauge_http_requests_total", code="400") == 1, 5)


def test_absolute_form_is_answered_as_the_path_is(process):
    host = b"127.0.0.1:%d" % process.port
    answer = raw(process, b"GET http://" + host + b"/-/healthy HTTP/1.1\r\nHost: " + host
                 + b"\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"Healthy\n")


@pytest.mark.parametrize("headers, status", [
    ({}, 200),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
])
def test_reload_for_another_site_is_refused(process, headers, status):
    assert fetch(process.url + "/-/reload", headers, "POST")[0] == status


def test_prefix_and_external_url(start):
    process = start(CONFIG, ["--web.external-url=https://sg.example/kafka"], prefix="/kafka")
    base = f"http://127.0.0.1:{process.port}"
    for path in ("/", "/kafka"):  # redirected, relative
        status, _, body = fetch(base + path)
        assert status == 200 and b'href="./metrics"' in body and b'href="./-/ready"' in body
    assert fetch(base + "/metrics")[0] == 404
    assert fetch(base + "/kafkas/metrics")[0] == 404
    assert fetch(base + "/kafka/metrics")[0] == 200
    origin = {"Origin": "https://sg.example"}
    assert fetch(base + "/kafka/-/reload", origin, "POST")[0] == 200
    assert fetch(base + "/kafka/sd")[2] == b"[]\n"


def test_wrong_method_says_which_are_right(process):
    status, headers, _ = fetch(process.url + "/metrics", method="PUT")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_pipelined_requests_are_answered_in_order(process):
    answer = raw(process, b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                          b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200"]


def test_refusals_and_answers_are_counted(process):
    raw(process, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
    raw(process, b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
    fetch(process.url + "/nothing")

    def counted():
        page = process.page()
        return (page.value("streamgauge_http_refused_total", reason="malformed") == 1
                and page.value("streamgauge_http_refused_total", reason="body") == 1
                and page.value("streamgauge_http_requests_total", code="404") == 1
                and page.value("streamgauge_http_requests_total", code="413") == 1
                and page.value("streamgauge_http_requests_total", code="431") == 1
                and page.value("streamgauge_http_requests_total", code="200") >= 1)

    wait_for("refusals are on the page", counted, 10)


@pytest.mark.parametrize("bad", [
    b"GET /-/healthy HTTP/1.1\r\n\r\n",                                         # no Host
    b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
])
def test_bad_request_behind_a_good_one_is_counted_too(process, bad):
    """What the library itself answers is counted, on a connection with valid requests before."""
    answer = raw(process, b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + bad)
    good, code = re.findall(rb"HTTP/1.1 (\d+)", answer)
    assert good == b"200" and code in (b"400", b"413", b"431")

    def counted():
        page = process.page()
        return (page.value("streamgauge_http_requests_total", code=code.decode()) == 1
                and page.value("streamgauge_http_refused_total", reason="malformed") == 1)

    wait_for("both are on the page", counted, 10)


def test_line_that_is_too_long_is_counted_as_an_answer(process):
    answer = raw(process, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    code = re.search(rb"HTTP/1.1 (\d+)", answer)[1].decode()
    wait_for("it is on the page", lambda: process.page().value(
        "streamgauge_http_requests_total", code=code) == 1, 10)


def test_slow_requests_are_cut_at_the_limit(process):
    """Neither silence nor a byte a second keeps a connection open for longer than ten seconds."""
    begun = time.monotonic()
    silent = connect(process)
    slow = connect(process)
    slow.settimeout(0.5)
    sent = b"GET /metrics HTTP/1.1\r\nX-Slow: "
    ended = None
    while ended is None and time.monotonic() - begun < 20:
        with contextlib.suppress(TimeoutError):
            try:
                slow.sendall(sent[:1] or b"a")
                sent = sent[1:]
                if slow.recv(1) == b"":
                    ended = time.monotonic() - begun
            except ConnectionError:
                ended = time.monotonic() - begun
    assert 9 < ended < 13
    silent.settimeout(3)
    with contextlib.suppress(ConnectionError):
        assert silent.recv(1) == b""
    wait_for("both are counted", lambda: refused(process, "request_timeout") == 2, 5)


def scrape_times(url, n):
    times = []
    for _ in range(n):
        begun = time.monotonic()
        assert fetch(url, {"Accept-Encoding": "gzip"})[0] == 200
        times.append(time.monotonic() - begun)
    return times


def test_crowd_that_never_asks_does_not_keep_a_scraper_out(process):
    """More connections than are allowed, from the scraper's own address."""
    with contextlib.ExitStack() as stack:
        for _ in range(600):
            with contextlib.suppress(OSError):
                stack.enter_context(connect(process, 1))
        assert max(scrape_times(process.url + "/metrics", 20)) < 2
        wait_for("they are counted", lambda: refused(process, "too_many_connections") > 50, 5)


def test_flood_after_connections_that_were_answered_blocks_no_client(process):
    """All from one address: clients that came first and were answered do not keep all places, and thousands of
    new connections do not displace a client that sends a request at once or has sent one before."""
    kept = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
    stopped = threading.Event()
    failures = 0

    def ask(connection):
        connection.request("GET", "/metrics")
        assert connection.getresponse().read()

    ask(kept)
    with contextlib.ExitStack() as stack:
        for _ in range(470):
            s = stack.enter_context(connect(process, 5))
            with contextlib.suppress(OSError):
                s.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
                s.recv(4096)

        def flood():
            opened = collections.deque()
            while not stopped.is_set():
                with contextlib.suppress(OSError):
                    opened.append(connect(process, 5))
                    opened[-1].sendall(b"GET /metrics HTTP/1.1\r\n")
                while len(opened) > 200:
                    opened.popleft().close()

        flooder = threading.Thread(target=flood)
        flooder.start()
        for _ in range(40):
            time.sleep(0.05)
            try:
                ask(http.client.HTTPConnection("127.0.0.1", process.port, timeout=5))
            except (OSError, http.client.HTTPException):
                failures += 1
        ask(kept)
        stopped.set()
        flooder.join()
    assert failures == 0
    assert refused(process, "too_many_connections") > 100


@pytest.fixture
def big_page(tmp_path):
    """A page of nine megabytes, more than a socket's buffers take."""
    port = free_port()
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen([BUILD / "gcc-asan/tests/bench/bench_serve", f"127.0.0.1:{port}", "100000"],
                                  stdin=subprocess.PIPE, stderr=log)
    url = f"http://127.0.0.1:{port}/metrics"

    def serves():
        with contextlib.suppress(OSError):
            return fetch(url)[0] == 200

    wait_for("the page is served", serves, 30)
    yield url, port, server.pid
    server.stdin.close()
    assert server.wait(20) == 0, (tmp_path / "log").read_text()


def open_sockets(pid):
    folder = pathlib.Path(f"/proc/{pid}/fd")
    return sum("socket" in os.readlink(folder / fd) for fd in os.listdir(folder))


def test_slow_readers_delay_no_scrape_and_are_disconnected(big_page):
    url, port, pid = big_page
    readers = []
    alone = statistics.median(scrape_times(url, 10))
    stopped = threading.Event()

    def read_slowly():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", port))
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not stopped.wait(1) and s.recv(1):
                pass
        s.close()

    for _ in range(32):
        readers.append(threading.Thread(target=read_slowly))
        readers[-1].start()
    time.sleep(2)
    assert open_sockets(pid) >= 32
    assert statistics.median(scrape_times(url, 10)) < 5 * alone + 0.05
    begun = time.monotonic()
    wait_for("the slow readers are cut", lambda: open_sockets(pid) < 5, 40)
    assert time.monotonic() - begun > 20
    stopped.set()
    for reader in readers:
        reader.join()


def test_64_scrapers_at_once_all_get_the_page(process):
    errors = []

    def scrape():
        try:
            scrape_times(process.url + "/metrics", 20)
        except Exception as error:  # whatever it is, the test fails with it
            errors.append(error)

    scrapers = [threading.Thread(target=scrape) for _ in range(64)]
    for scraper in scrapers:
        scraper.start()
    for scraper in scrapers:
        scraper.join()
    assert not errors


def test_many_scrapes_leave_nothing_behind(start):
    """Descriptors and memory stay as they were; tests/bench has the long run."""
    process = start(CONFIG, build="release")

    def scrape(n):
        for i in range(n):
            fetch(process.url + ("/metrics" if i % 2 else "/metrics?collect[]=self"),
                  {"Accept": "application/openmetrics-text" if i % 3 else "*/*", "Accept-Encoding": "gzip"})

    def resident():
        text = pathlib.Path(f"/proc/{process.process.pid}/statm").read_text()
        return int(text.split()[1]) * os.sysconf("SC_PAGESIZE")

    scrape(500)
    before = resident(), open_sockets(process.process.pid)
    scrape(2000)
    wait_for("connections close", lambda: open_sockets(process.process.pid) <= before[1] + 1, 5)
    assert resident() - before[0] < 2 << 20


def test_sockets_of_systemd_are_served(tmp_path):
    """Descriptors from 3 on and their environment, as sd_listen_fds(3) describes them."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    # the shell becomes the program, so that its process id is the one that LISTEN_PID names
    command = 'exec 3<&"$1" 4<&"$2"; shift 2; LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"'
    program = [BUILD / "gcc-asan/streamgauge", "--web.systemd-socket", "--kafka.server=127.0.0.1:1"]
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", command, "bash", *(str(s.fileno()) for s in sockets), *program],
            pass_fds=[s.fileno() for s in sockets], stderr=log)
    try:
        for s in sockets:
            assert fetch(f"http://127.0.0.1:{s.getsockname()[1]}/-/healthy", timeout=20)[0] == 200
    finally:
        process.terminate()
        assert process.wait(20) == 0, (tmp_path / "log").read_text()
    without = subprocess.run(program, capture_output=True, text=True, timeout=20)
    assert without.returncode == 1
    assert "--web.systemd-socket: expected 1 to 64 sockets" in without.stderr
