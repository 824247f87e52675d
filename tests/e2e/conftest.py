# SPDX-License-Identifier: Apache-2.0
"""The lab that the end-to-end tests share, and the Streamgauge processes of each test.

The lab has its own folder and ports, so that a lab on the usual ports is not affected. Workers (pytest-xdist)
run in parallel, each with a lab of its own: a file's tests run on one of them, in order, and all that use the
KRaft lab run on the same one. Files that use a lab are first: it is stopped when the others begin, as three
idle brokers take a third of a core.
"""
import functools
import os
import pathlib
import re
import subprocess

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from streamgauge import Streamgauge

REPO = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("STREAMGAUGE_BUILD", REPO / "build/tests"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
FOLDER = pathlib.Path(os.environ.get("STREAMGAUGE_TEST_DIR", "/var/tmp/streamgauge-tests")) / WORKER
# Added to every port of the labs; another number, and another folder, for a second run at the same time.
OFFSET = int(os.environ.get("STREAMGAUGE_TEST_PORT_OFFSET", "3000")) + 1000 * int(WORKER[2:])

# The same examples in every run; other ones, and more, with --hypothesis-profile=long --hypothesis-seed=N.
_common = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
settings.register_profile("suite", derandomize=True, max_examples=200, database=None, **_common)
settings.register_profile("long", max_examples=20000, **_common)
settings.load_profile("suite")

# Broker 1, 2 and 3 have one each, so that every end-to-end test runs against all of them.
AGENTS = ("1.7.2", "2.2.9", "2.6.0")
CRASHED = re.compile(r"(Address|Leak|Thread)Sanitizer|runtime error:")
JVM_PORTS = {"zookeeper": 8781, "connect": 8782, "spark": 8783, "presto": 8784}


LABS = ("kraft_lab", "lab")  # the fixtures, in the order in which tests have done with them


@functools.cache
def first_lab(file):
    """The place in LABS of the first that a file of tests uses, by its text: some ask for a fixture as they run."""
    text = (REPO / "tests/e2e" / file).read_text()
    uses = [re.search(rf'def \w+\([^)]*\b{lab}\b|"{lab}"', text) for lab in LABS]
    return next((place for place, found in enumerate(uses) if found), len(LABS))


class ByLab(LoadScopeScheduling):
    """pytest-xdist's own groups (`--dist loadgroup`) do nothing with pytest 9.2."""

    def _split_scope(self, nodeid):
        file = pathlib.Path(nodeid.split("::")[0]).name
        return "kraft_lab" if first_lab(file) == 0 else file


# What takes minutes is run by hand, with these variables set.
_BY_HAND = {"STREAMGAUGE_TEST_RUNBOOKS": "test_runbooks.py", "STREAMGAUGE_TEST_PRESTO": "test_presto.py"}
collect_ignore = [file for variable, file in _BY_HAND.items() if not os.environ.get(variable)]


def pytest_configure(config):
    config.addinivalue_line("markers", "by_hand: runs only with STREAMGAUGE_TEST_ALERTS")


def pytest_collection_modifyitems(items):
    if not os.environ.get("STREAMGAUGE_TEST_ALERTS"):
        items[:] = [item for item in items if not item.get_closest_marker("by_hand")]
    items.sort(key=lambda item: first_lab(item.path.name))


_running = {}  # labs, by the fixture's name


def pytest_runtest_setup(item):
    for name in LABS[:first_lab(item.path.name)]:
        if name in _running:
            _running.pop(name).down()


def pytest_xdist_make_scheduler(config, log):
    return ByLab(config, log)


class Lab:
    """deploy/lab with brokers 1 to 3, their ports moved by an offset."""

    def __init__(self, name, offset, *options):
        self.directory = FOLDER / name
        self.offset = offset
        self.options = options

    def run(self, program, *arguments, check=True):
        return subprocess.run(
            [REPO / "deploy/lab" / program, "--dir", self.directory, *arguments],
            check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=900,
        )

    def up(self):
        binary = BUILD / "release/streamgauge"
        try:
            return self.run("up", "--port-offset", str(self.offset), "--streamgauge", str(binary),
                            "--jolokia", ",".join(AGENTS), *self.options)
        except subprocess.CalledProcessError as error:
            pytest.fail(f"deploy/lab/up failed:\n{error.stdout}\n{error.stderr}")

    def down(self):
        self.run("down", "--purge", check=False)

    def fault(self, *arguments):
        return self.run("fault", *arguments)

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{port + self.offset}" for port in (9092, 9093, 9094))

    @property
    def metrics_url(self):
        return f"http://127.0.0.1:{9308 + self.offset}/metrics"

    @property
    def prometheus_url(self):
        return f"http://127.0.0.1:{9090 + self.offset}"

    def jolokia(self, name):
        """The agent of a broker, by its id, or of another JVM, by its name."""
        port = JVM_PORTS[name] if name in JVM_PORTS else 8777 + name
        return f"http://127.0.0.1:{port + self.offset}/jolokia/"

    def jmx_port(self, broker):
        return 9998 + broker + self.offset

    def config(self, interval="5s", timeout="4s"):
        brokers = "".join(f'        {i}: "{self.jolokia(i)}"\n' for i in (1, 2, 3))
        return (
            f"collect: {{ interval: {interval}, timeout: {timeout} }}\n"
            f"clusters:\n  - name: streaming\n    bootstrap_servers: {self.bootstrap}\n"
            f"    jolokia:\n      brokers:\n{brokers}"
        )


def _running_lab(name, lab):
    _running[name] = lab
    lab.up()
    yield lab
    if _running.pop(name, None):
        lab.down()


@pytest.fixture(scope="session")
def lab():
    yield from _running_lab("lab", Lab("lab", OFFSET, "--with-connect"))


@pytest.fixture(scope="session")
def kraft_lab():
    yield from _running_lab("kraft_lab", Lab("kraft", OFFSET + 500, "--kraft", "--with-spark"))


@pytest.fixture
def start(tmp_path):
    """Start Streamgauge with a configuration; every process is stopped after the test, and must not have crashed."""
    running = []

    def start(config=None, flags=(), build="gcc-asan", through=(), prefix=""):
        """through: a command that executes the program, for example with fewer permissions; prefix: of all paths."""
        process = Streamgauge(BUILD / build / "streamgauge", tmp_path / str(len(running)), config, flags,
                              through, prefix)
        running.append(process)
        return process

    yield start
    for process in running:
        process.stop()
    for process in running:
        assert not CRASHED.search(process.log()), process.log()
