#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client of the lab's Presto: a query every few seconds, until SIGTERM.

While the file `presto.fail` is in the control folder, queries also fail: in the engine, by its own function
fail(), and at a Kafka that does not answer, which takes a minute each.
"""

import argparse
import itertools
import json
import pathlib
import signal
import threading
import urllib.request
from collections.abc import Callable

# The connector reads a topic from its beginning; the limit is what it costs at most.
READ = "SELECT count(*), max(length(_message)) FROM (SELECT _message FROM kafka.default.mytopic LIMIT 1000)"
NODES = "SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'"
# Each plan of a query that reads Kafka leaves a client of 0.4 MB behind, which Presto 0.287 never closes.
ROUND = (READ, NODES, NODES, NODES)
INTERNAL = "SELECT fail(65536, 'ordered by deploy/lab/fault')"  # the code of GENERIC_INTERNAL_ERROR
EXTERNAL = "SELECT count(*) FROM gone.default.mytopic"
PAUSE_S = 5


class Failed(Exception):
    """A query that Presto answered with an error."""


def request(url: str, statement: str | None = None) -> dict:
    data = statement.encode() if statement else None
    asked = urllib.request.Request(url, data, {"X-Presto-User": "lab", "X-Presto-Source": "lab"})
    with urllib.request.urlopen(asked, timeout=90) as answer:
        return json.load(answer)


def run(url: str, statement: str) -> list:
    """The rows of a query's answer."""
    answer = request(f"{url}/v1/statement", statement)
    rows = answer.get("data", [])
    while "nextUri" in answer:
        answer = request(answer["nextUri"])
        rows += answer.get("data", [])
    if "error" in answer:
        raise Failed(f"{answer['error']['errorType']}: {answer['error']['message']}")
    return rows


class Client:
    """The state that the threads share."""

    def __init__(self, url: str, control: pathlib.Path):
        self.url = url
        self.failing = control / "presto.fail"
        self.ending = threading.Event()

    def ask(self, statement: str) -> None:
        """What fails is printed to the log: Presto may be down."""
        try:
            run(self.url, statement)
        except (OSError, ValueError, Failed) as error:
            print(f"{statement}: {error}", flush=True)

    def read(self) -> None:
        for statement in itertools.cycle(ROUND):
            self.ask(statement)
            if self.ending.wait(PAUSE_S):
                return

    def fail(self, statement: str) -> None:
        while not self.ending.wait(PAUSE_S):
            if self.failing.exists():
                self.ask(statement)


def start(work: Callable, *arguments) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--control", type=pathlib.Path, default=pathlib.Path(), metavar="FOLDER")
    parser.add_argument("--once", action="store_true", help="one query that reads mytopic, and its rows")
    arguments = parser.parse_args()
    if arguments.once:
        print(run(arguments.url, READ))
        return
    client = Client(arguments.url, arguments.control)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: client.ending.set())
    start(client.read)
    start(client.fail, INTERNAL)
    start(client.fail, EXTERNAL)
    client.ending.wait()


if __name__ == "__main__":
    main()
