# SPDX-License-Identifier: Apache-2.0
"""Serves the page, the boards that it shall draw, and the data of a Prometheus, to this machine only."""

import http.server
import json
import pathlib
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field

_QUERIES = ("/api/v1/query", "/api/v1/query_range")


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        kind, _, number = self.path.strip("/").partition("/")
        if kind == "jobs" and number.isdigit():
            self._answer(200, json.dumps(self.server.jobs[int(number)].asked).encode())
        else:
            super().do_GET()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, _, number = self.path.strip("/").partition("/")
        if kind == "reports" and number.isdigit():
            job = self.server.jobs[int(number)]
            job.report = json.loads(body)
            self._answer(200, b"{}")
            job.done.set()
        elif self.path in _QUERIES:
            self._answer(*self._from_prometheus(body))
        else:
            self.send_error(404)

    def _from_prometheus(self, body: bytes) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.server.prometheus + self.path, body, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            return 502, json.dumps({"status": "error", "error": str(error)}).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the page reports what fails."""


@dataclass
class Job:
    """What the page is asked to draw, where it does that, and what it reports."""

    asked: dict
    url: str
    done: threading.Event = field(default_factory=threading.Event)
    report: dict = field(default_factory=lambda: {"errors": ["the page has reported nothing"], "empty": []})


class Server(http.server.ThreadingHTTPServer):
    """Use it in a `with`: it serves until the end of that."""

    daemon_threads = True

    def __init__(self, page: pathlib.Path, prometheus: str):
        super().__init__(("127.0.0.1", 0), lambda *args: _Handler(*args, directory=str(page)))
        self.prometheus = prometheus.rstrip("/")
        self.jobs: list[Job] = []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def job(self, asked: dict) -> Job:
        self.jobs.append(Job(asked, f"http://127.0.0.1:{self.server_port}/?job={len(self.jobs)}"))
        return self.jobs[-1]


def answers(prometheus: str) -> str:
    """Why this Prometheus does not answer; empty when it does."""
    try:
        with urllib.request.urlopen(f"{prometheus.rstrip('/')}/api/v1/query?query=1", timeout=10) as answer:
            return "" if json.load(answer).get("status") == "success" else "not a Prometheus"
    except (OSError, ValueError) as error:
        return str(error)
