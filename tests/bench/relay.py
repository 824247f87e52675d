# SPDX-License-Identifier: Apache-2.0
"""A relay in front of a Jolokia agent, which records the requests, and their times."""
import contextlib
import http.client
import http.server
import threading
import time
import typing
import urllib.parse

GAP_S = 0.3  # between two polls of one target
HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class Agent:
    """A kept connection to an agent, as an exporter has one."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.path = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)

    def post(self, body):
        try:
            self.connection.request("POST", self.path, body, HEADERS)
        except (http.client.HTTPException, OSError):
            self.connection.close()  # it had been idle for too long
            self.connection.request("POST", self.path, body, HEADERS)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise ConnectionError(f"the agent answers {answer.status}: {text[:200]}")
        return text

    def close(self):
        self.connection.close()


class Asked(typing.NamedTuple):
    begin: float
    end: float
    body: bytes
    answer_bytes: int


class Relay:
    """Listens on a free port of 127.0.0.1, with the given names for one agent.

    `asked` holds the requests of each name; `given_up` counts those whose answer the client did not wait for.
    """

    def __init__(self, agent_url, names):
        self.asked = {str(name): [] for name in names}
        self.given_up = 0
        self.open = 0
        self.lock = threading.Lock()
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                self.agent = Agent(agent_url)

            def do_POST(self):
                begin = time.monotonic()
                with relay.lock:
                    relay.open += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                name = self.path.split("/")[1]
                answer = b""
                try:
                    answer = self.agent.post(body)
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json; charset=utf-8")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    relay.given_up += 1
                    self.close_connection = True
                with relay.lock:
                    relay.open -= 1
                    relay.asked[name].append(Asked(begin, time.monotonic(), body, len(answer)))

            def finish(self):
                self.agent.close()
                with contextlib.suppress(OSError):
                    super().finish()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.urls = {name: f"http://127.0.0.1:{self.server.server_port}/{name}/jolokia/"
                     for name in self.asked}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def polls(self):
        """The polls so far: of each name, the requests that follow each other immediately."""
        polls = []
        with self.lock:
            for requests in self.asked.values():
                for n, request in enumerate(requests):
                    if n == 0 or request.begin - requests[n - 1].end > GAP_S:
                        polls.append([])
                    polls[-1].append(request)
        return sorted(polls, key=lambda poll: poll[0].begin)

    def wait_for_polls(self, count, timeout_s):
        """The polls, once there are that many and none is in progress."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            polls = self.polls()
            if (len(polls) >= count and not self.open
                    and time.monotonic() - max(poll[-1].end for poll in polls) > GAP_S):
                return polls
            time.sleep(0.05)
        raise SystemExit(f"{len(self.polls())} of {count} polls within {timeout_s} s")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
