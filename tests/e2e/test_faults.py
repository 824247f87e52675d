# SPDX-License-Identifier: Apache-2.0
"""A broker that is killed or frozen affects its own series only, and delays nothing else."""
import os
import threading
import time

import pytest

from streamgauge import Page, fetch, wait_for

INTERVAL_S = 5
OTHERS = ("2", "3")
ROUNDS = int(os.environ.get("STREAMGAUGE_TEST_ROUNDS", "1"))  # of brokers that come and go; 3 by hand


class Scraper(threading.Thread):
    """Scrapes four times a second and keeps the longest time and every page's broker series."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.stopped = threading.Event()
        self.longest_s = 0
        self.without_others = 0
        self.n = 0

    def run(self):
        while not self.stopped.wait(0.25):
            begun = time.monotonic()
            _, _, body = fetch(self.url)
            self.longest_s = max(self.longest_s, time.monotonic() - begun)
            page = Page(body.decode())
            shown = {labels["broker"] for labels, _ in
                     page.values("kafka_server_replicamanager_leadercount")}
            self.without_others += not shown.issuperset(OTHERS)
            self.n += 1

    def stop(self):
        self.stopped.set()
        self.join()


def healthy(process):
    page = process.page()
    return (page.brokers_up() == {"1": 1, "2": 1, "3": 1}
            and page.targets() == {"1": 1, "2": 1, "3": 1}
            and page.targets("admin") == {"cluster": 1})


@pytest.mark.parametrize("hurt, fix", [("kill-broker", "start-broker"),
                                        ("freeze-broker", "thaw-broker")])
def test_broker_gone_shows_within_two_intervals_and_others_go_on(lab, start, hurt, fix):
    process = start(lab.config(f"{INTERVAL_S}s", "4s"))
    wait_for("everything is up", lambda: healthy(process), 30)

    scraper = Scraper(process.url + "/metrics")
    scraper.start()
    try:
        lab.fault(hurt, "1")
        try:
            wait_for("broker 1 shows as down",
                     lambda: process.page().brokers_up() == {"1": 0, "2": 1, "3": 1},
                     2 * INTERVAL_S + 1)
            wait_for("its Jolokia shows as failed",
                     lambda: process.page().targets() == {"1": 0, "2": 1, "3": 1},
                     2 * INTERVAL_S + 1)
            assert process.page().value("streamgauge_cluster_up") == 1
            # Its samples leave the page when they are stale: nothing old is shown as new.
            wait_for("its own series are gone",
                     lambda: not process.page().values("jvm_threads_current", broker="1"),
                     3 * INTERVAL_S + 2)
            # The rest of the cluster is still read completely.
            page = process.page()
            assert page.value("kafka_brokers") in (2, 3)
            # A group's coordinator may just have moved.
            wait_for("a group's lag", lambda: process.page().values(
                "kafka_consumergroup_lag", consumergroup="rules-engine"), 3 * INTERVAL_S)
        finally:
            lab.fault(fix, "1")
        took = wait_for("broker 1 is back",
                        lambda: process.page().brokers_up() == {"1": 1, "2": 1, "3": 1}
                        and process.page().targets() == {"1": 1, "2": 1, "3": 1},
                        2 * INTERVAL_S + 1)
        print(f"back after {took:.1f} s")
    finally:
        scraper.stop()
    assert scraper.n > 10
    assert scraper.without_others == 0
    assert scraper.longest_s < 1, scraper.longest_s
    wait_for("everything is up again", lambda: healthy(process), 60)
    assert process.page().errors("1"), "failures are counted"
    code, _ = process.stop()
    assert code == 0, process.log()


def test_group_lag_never_negative_while_load_runs(lab, start):
    process = start(lab.config("1s", "1s"))
    wait_for("groups", lambda: process.page().values("kafka_consumergroup_lag"), 30)
    for _ in range(20):
        assert all(lag >= 0 for _, lag in process.page().values("kafka_consumergroup_lag"))
        time.sleep(0.25)


def test_program_survives_brokers_that_come_and_go(lab, start):
    """librdkafka 2.0.2 crashes the process when a coordinator answers that it has moved, and when a request
    times out whose coordinator comes back later; both within one round of this."""
    process = start(lab.config("1s", "1s"), build="release")
    wait_for("everything is up", lambda: healthy(process), 30)
    for broker in map(str, range(1, ROUNDS + 1)):
        frozen = str(int(broker) % 3 + 1)
        lab.fault("kill-broker", broker)
        time.sleep(4)
        lab.fault("start-broker", broker)
        time.sleep(3)
        lab.fault("freeze-broker", frozen)
        time.sleep(9)
        lab.fault("thaw-broker", frozen)
        time.sleep(3)
        assert process.process.poll() is None, process.log()
    wait_for("everything is up again", lambda: healthy(process), 60)
