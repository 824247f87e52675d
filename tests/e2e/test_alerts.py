# SPDX-License-Identifier: Apache-2.0
"""Real faults of the lab, and what Alertmanager's receivers are told of them: the right alerts, and their end.

What 5 minutes of the rules are is shortened to 6 seconds, and Alertmanager's waits with them. By hand, all faults
and a rolling restart: STREAMGAUGE_TEST_ALERTS=15s; with 5m the rules are those that are installed.
"""
import os
import subprocess
import time
from dataclasses import dataclass, field

import pytest

from conftest import REPO
from kafka import Kafka
from monitoring import Watch, seconds_of
from streamgauge import wait_for

ALL = "STREAMGAUGE_TEST_ALERTS" in os.environ
SHORTEN = os.environ.get("STREAMGAUGE_TEST_ALERTS", "6s")
by_hand = pytest.mark.by_hand  # takes minutes
RESTART_SHORTEN = "60s"  # a broker of the lab restarts in 15 seconds: five times that is a real one

CRITICAL, WARNING = "critical", "warning"
BROKER_DOWN = ("KafkaBrokerDown", CRITICAL)
OFFLINE = ("KafkaOfflinePartitions", CRITICAL)
UNDER_MIN_ISR = ("KafkaUnderMinIsrPartitions", CRITICAL)
UNDER_REPLICATED = ("KafkaUnderReplicatedPartitions", WARNING)
AT_MIN_ISR = ("KafkaAtMinIsr", WARNING)
STALLED = ("KafkaConsumerGroupStalled", WARNING)
LATE = ("KafkaConsumerGroupLagTimeHigh", WARNING)
LOSING = ("KafkaConsumerGroupLosingData", CRITICAL)
NO_CONTROLLER = ("KafkaNoActiveController", CRITICAL)
EXPORTER_DOWN = ("KafkaExporterDown", CRITICAL)
COLLECTOR_FAILING = ("KafkaExporterCollectorFailing", WARNING)
FAILING = {("KafkaProduceErrorRatioHigh", WARNING), ("KafkaFetchErrorRatioHigh", WARNING),
           ("KafkaProduceLatencyHigh", WARNING)}
# Sessions of the lab's brokers end after 6 seconds, and a broker needs ten to start: `for` of seconds is less.
SHORT = {AT_MIN_ISR, STALLED, LATE, COLLECTOR_FAILING, NO_CONTROLLER, *FAILING} if seconds_of(SHORTEN) < 60 else set()
BRIEF = SHORT and {OFFLINE}  # and the election of a leader may take a second
# Two brokers that start at once keep two cores busy for longer.
BACK = SHORT and SHORT | {UNDER_MIN_ISR, UNDER_REPLICATED, ("KafkaClusterUnreachable", CRITICAL),
                          ("KafkaNetworkThreadsBusy", WARNING)}
# With replicas missing; not told while a broker is known to be down, or partitions have no leader.
MISSING = SHORT and SHORT | {UNDER_REPLICATED}


@pytest.fixture(scope="module")
def watch(lab, tmp_path_factory):
    yield from watching(lab, tmp_path_factory, SHORTEN)


def watching(lab, tmp_path_factory, shorten):
    watch = Watch(lab, tmp_path_factory.mktemp("alerts"), shorten)
    try:
        watch.start()
        yield watch
    finally:
        watch.stop()


def measured(watch, begun, name, wanted, fires_s, ends_s):
    """For docs/alerts.md, with -s."""
    told = watch.pager.since(begun, "firing")
    others = ", ".join(f"{alert} {at - begun:.0f} s" for (alert, _), at in told.items() if alert != wanted[0])
    print(f"\nMEASURED | {name} | {wanted[0]} | {fires_s:.0f} s | {ends_s:.0f} s | {others}", flush=True)


def start_brokers(lab, *brokers):
    """Those that run are refused, and are fine: the test may have failed before it killed them."""
    for broker in brokers:
        lab.run("fault", "start-broker", broker, check=False)
    Kafka(lab.bootstrap).lead_as_preferred()


def test_killed_broker_and_then_a_second_one(watch, lab):
    """One dead broker has one alert; two take partitions offline, which explains that others are at risk."""
    kafka = Kafka(lab.bootstrap)
    kafka.create("alerts-offline", replicas=[[2, 3]], min_insync_replicas=1)
    begun = time.monotonic()
    try:
        lab.fault("kill-broker", "2")
        killed_s = watch.expect(begun, {BROKER_DOWN}, SHORT - {AT_MIN_ISR} | BRIEF, {UNDER_REPLICATED})
        check_boards(watch)
        wait_for("every partition has a leader", lambda: watch.is_over(begun, OFFLINE), watch.patience_s())
        second = time.monotonic()
        lab.fault("kill-broker", "3")
        offline_s = watch.expect(second, {OFFLINE}, {BROKER_DOWN} | SHORT - {AT_MIN_ISR}, {UNDER_MIN_ISR})
    finally:
        ended = time.monotonic()
        start_brokers(lab, "3", "2")  # until each leads its partitions again, and an alert may be over by then
    offline_end_s = watch.expect_end(ended, {OFFLINE})
    killed_end_s = watch.pager.since(ended, "resolved")[BROKER_DOWN] - ended
    watch.nothing_but(begun, {BROKER_DOWN, OFFLINE} | BACK)  # nor when they come back
    kafka.delete("alerts-offline")
    assert watch.pager.receivers_of(BROKER_DOWN) == {"on-call"}
    measured(watch, begun, "kill-broker 2", BROKER_DOWN, killed_s, killed_end_s)
    measured(watch, second, "kill-broker 2, 3", OFFLINE, offline_s, offline_end_s)


def check_boards(watch):
    """The names of partitions and missing brokers, and the alerts themselves, are on the boards."""
    boards = subprocess.run(
        [REPO / "dashboards/check", f"--prometheus={watch.prometheus_url}",
         f"--scrape-interval={watch.scrape_s}", "--during=kill-broker 2"],
        capture_output=True, text=True, timeout=120)
    assert boards.returncode == 0, boards.stdout + boards.stderr


def test_killed_streamgauge(watch):
    """What is known of no cluster any more has one alert, whatever fired before."""
    watch.wait_until_silent()  # the test before has slowed the brokers down
    begun = time.monotonic()
    try:
        watch.kill_streamgauge()
        fires_s = watch.expect(begun, {EXPORTER_DOWN}, SHORT)
    finally:
        ended = time.monotonic()
        watch.start_streamgauge()
    ends_s = watch.expect_end(ended, {EXPORTER_DOWN})
    measured(watch, begun, "kill-exporter", EXPORTER_DOWN, fires_s, ends_s)


def test_poison_message_then_its_records_are_deleted(watch, lab):
    """A group that stands has one alert, for its owner; when its records are deleted, a second one."""
    begun = time.monotonic()
    try:
        lab.fault("poison-message", "rules-engine")
        stalled_s = watch.expect(begun, {STALLED}, set())
        assert watch.pager.receivers_of(STALLED) == {"team-rules"}
        deleted = time.monotonic()
        lab.fault("delete-records", "telemetry")
        losing_s = watch.expect(deleted, {LOSING}, {STALLED})
    finally:
        ended = time.monotonic()
        lab.fault("start-consumers", "rules-engine")
    losing_end_s = watch.expect_end(ended, {LOSING})
    stalled_end_s = watch.pager.since(ended, "resolved")[STALLED] - ended
    measured(watch, begun, "poison-message", STALLED, stalled_s, stalled_end_s)
    measured(watch, deleted, "delete-records", LOSING, losing_s, losing_end_s)


@dataclass
class Fault:
    """What deploy/lab/fault does and undoes, what then fires, and what may fire as well."""

    begin: list
    end: list
    wanted: tuple
    also: set = field(default_factory=set)


FAULTS = {
    "fail-connect-task": Fault(
        [["fail-connect-task"]], [["fix-connect-task"]], ("KafkaConnectTaskFailed", WARNING)),
    "wrong-passwords": Fault(
        [["wrong-passwords", "1"]], [["right-passwords"]], ("KafkaAuthenticationFailures", WARNING)),
    "slow-consumers": Fault(
        [["slow-consumers", "rules-engine"]], [["start-consumers", "rules-engine"]], LATE),
    "kill-controller": Fault([["kill-controller"]], [], BROKER_DOWN, SHORT),
    "kill-zookeeper": Fault(
        [["kill-zookeeper"]], [["start-zookeeper"]], ("KafkaZooKeeperSessionLost", CRITICAL), SHORT),
    "unclean-election": Fault(
        [["unclean-election"]], [], ("KafkaUncleanLeaderElection", CRITICAL),
        MISSING | {BROKER_DOWN, OFFLINE}),
    "fill-disk": Fault(
        [["fill-disk", "3"]], [["fix-disk", "3"]], ("KafkaOfflineLogDirectory", CRITICAL),
        MISSING | {BROKER_DOWN}),
    "saturate-broker": Fault(
        [["saturate-broker", "1"]], [["relieve-broker"]], ("KafkaRequestHandlersSaturated", CRITICAL), SHORT),
}


@by_hand
@pytest.mark.parametrize("name", FAULTS)
def test_fault_fires_its_alert_and_no_other_and_resolves(watch, lab, name):
    fault = FAULTS[name]
    undo = fault.end
    begun = time.monotonic()
    try:
        for command in fault.begin:
            printed = lab.fault(*command).stdout
        if name == "kill-controller":
            undo = [["start-broker", printed.split("broker-")[1][0]]]
        fires_s = watch.expect(begun, {fault.wanted}, fault.also)
    finally:
        ended = time.monotonic()
        for command in undo:
            lab.fault(*command)
        Kafka(lab.bootstrap).lead_as_preferred()
    ends_s = watch.expect_end(ended if undo else begun, {fault.wanted})
    measured(watch, begun, name, fault.wanted, fires_s, ends_s)


@by_hand
def test_rolling_restart_under_load_pages_nobody(lab, tmp_path_factory):
    """One broker after the other, as soon as no partition misses a replica, and nobody is told of anything; unless a
    broker was away for about as long as KafkaBrokerDown waits."""
    shorten = max(SHORTEN, RESTART_SHORTEN, key=seconds_of)
    for watch in watching(lab, tmp_path_factory, shorten):
        begun, slowest_s = time.monotonic(), 0
        for broker in ("1", "2", "3"):
            stopped = time.monotonic()
            lab.fault("stop-broker", broker)
            lab.fault("start-broker", broker)
            wait_for("all replicas are in sync", lambda: in_sync(watch), 180)
            slowest_s = max(slowest_s, time.monotonic() - stopped)
            print(f"\nMEASURED | restart of broker {broker} | in sync again after {time.monotonic() - stopped:.0f} s")
        may_be_told = {BROKER_DOWN} if slowest_s > 240 * watch.scale else set()
        until = time.monotonic() + 600 * watch.scale
        while time.monotonic() < until:
            watch.nothing_but(begun, may_be_told)
            time.sleep(1)


def in_sync(watch):
    page = watch.streamgauge.page()
    missing = page.values("kafka_topic_partition_under_replicated_partition")
    return (set(page.brokers_up().values()) == {1} and missing and not any(value for _, value in missing)
            and set(page.targets().values()) == {1})
