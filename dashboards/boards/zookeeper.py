# SPDX-License-Identifier: Apache-2.0
"""Kafka / ZooKeeper: the ensemble, and the brokers' sessions with it."""

from blocks.kit import (
    BLUE,
    BROKER,
    CLUSTER,
    EVENTS,
    GREEN,
    GREY,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    gauge,
    lines,
    number,
    of_cluster,
    once,
    rate,
    states,
    sum_by,
    table,
    words,
)
from boards.shared import CLUSTER_KEY, CONTROLLER, one_of

UID = "kafka-zookeeper"

_OF_SERVER = "{{kafka_cluster}} {{jvm}}"
_OF_BROKER = "{{kafka_cluster}} {{broker}}"
_SESSION = "kafka_server_sessionexpirelistener"
_STATES = {"leading": GREEN, "following": BLUE, "observing": GREY, "standalone": GREEN, "leaderelection": RED}
_STATE_WORDS = words({place: (name, color) for place, (name, color) in enumerate(_STATES.items(), 1)})


def _server(metric: str) -> str:
    return gauge(f"zookeeper_{metric}", "jvm", where=CLUSTER)


def _numbers():
    state = one_of("zookeeper_state_info", "state", list(_STATES), "jvm", CLUSTER)
    yield number(
        "Servers that serve",
        "Servers that answer clients. Normal: all of the ensemble, or the one that there is. Without a majority"
        " ZooKeeper serves nothing, and Kafka elects no leaders.",
        [
            Query(
                f"count by (kafka_cluster) ({_server('numaliveconnections')})",
                "{{kafka_cluster}}",
            )
        ],
        colors=(RED, (1, GREEN)),
        width=3,
        height=6,
    )
    yield number(
        "Slow writes",
        "Writes of the transaction log that took longer than fsync.warningthresholdms, within an hour. Normal: 0."
        " More: the disk is slow or shared.",
        [
            Query(
                "round(sum by (kafka_cluster) (max by (kafka_cluster, jvm)"
                f" (increase(zookeeper_fsyncthresholdexceeds_total{{{CLUSTER}}}[1h]))))",
                "{{kafka_cluster}}",
            )
        ],
        colors=(GREEN, (1, YELLOW), (10, RED)),
        width=3,
        height=6,
    )
    yield states(
        "Servers",
        "What each server of an ensemble is. Normal: one leads and the others follow. An election for longer than a"
        " minute: see which servers run and reach each other. A server alone has no state.",
        [Query(state, _OF_SERVER, only="the servers are an ensemble")],
        mappings=_STATE_WORDS,
        width=7,
        height=6,
    )
    yield table(
        "Each server",
        "Members: of the ensemble, as the server knows it. Normal: the same everywhere; latencies of some"
        " milliseconds on average, few requests that wait.",
        [
            Column("Members", _server("quorumsize"), only="the servers are an ensemble"),
            Column("Waiting", _server("outstandingrequests"), colors=(GREEN, (10, YELLOW), (100, RED))),
            Column("Clients", _server("numaliveconnections")),
            Column("Nodes", _server("inmemorydatatree_nodecount"), "short"),
            Column("Version", once(f"zookeeper_build_info{{{CLUSTER}}}", "jvm", "version"), hidden=True),
        ],
        keys=[CLUSTER_KEY, Key("jvm", "Server"), Key("version", "Version")],
        sort="Server",
        descending=False,
        width=11,
        height=6,
    )


def _servers():
    yield lines(
        "Latency",
        "Average time of a request since the start or the latest election; it reacts slowly. Normal: below 10 ms."
        " More: the disk is slow, see the time of writes.",
        [Query(_server("avgrequestlatency_seconds"), _OF_SERVER)],
        unit="s",
    )
    yield lines(
        "Waiting requests",
        "Requests that wait. Normal: below 10. Growing: the server does not keep up.",
        [Query(_server("outstandingrequests"), _OF_SERVER)],
        unit="short",
    )
    yield lines(
        "Time of writes",
        "Time of the latest write of the transaction log. Normal: below 20 ms. More: the disk is slow or shared; give"
        " the log a disk of its own.",
        [Query(_server("txnlogelapsedsynctime_seconds"), _OF_SERVER)],
        unit="s",
    )
    yield lines(
        "Clients",
        "Open connections. Normal: steady. A fall to 0: clients cannot reach this server.",
        [Query(_server("numaliveconnections"), _OF_SERVER)],
        unit="short",
    )
    yield lines(
        "Packets",
        "Received (in) and sent (out), per second. Normal: as on other days.",
        [
            Query(rate("zookeeper_packetsreceived_total", "jvm", where=CLUSTER), f"in {_OF_SERVER}"),
            Query(rate("zookeeper_packetssent_total", "jvm", where=CLUSTER), f"out {_OF_SERVER}"),
        ],
        unit="suffix:/s",
    )
    yield lines(
        "Nodes and watches",
        "Of the data tree. Normal: steady. Growing without end: some client leaks them.",
        [
            Query(_server("inmemorydatatree_nodecount"), f"nodes {_OF_SERVER}"),
            Query(_server("inmemorydatatree_watchcount"), f"watches {_OF_SERVER}"),
        ],
        unit="short",
    )


def _brokers():
    yield number(
        "Without a session",
        "Brokers whose session with ZooKeeper is not connected. Normal: 0. Such a broker is not in the cluster as the"
        " others see it: check the network from it to ZooKeeper.",
        [
            Query(
                f"count by (kafka_cluster) ({gauge('streamgauge_broker_up')} == 1)"
                " - count by (kafka_cluster) (max by (kafka_cluster, broker)"
                f' ({_SESSION}_sessionstate_info{{{BROKER},state=~"CONNECTED|CONNECTEDREADONLY"}}))',
                "{{kafka_cluster}}",
            )
        ],
        colors=NONE_IS_GOOD,
        width=4,
        height=7,
    )
    yield number(
        "Events waiting",
        "Events that wait for the controller. Normal: near 0. Growing: it does not keep up with ZooKeeper.",
        [Query(of_cluster("kafka_controller_controllereventmanager_eventqueuesize"), "{{kafka_cluster}}")],
        colors=(GREEN, (10, YELLOW), (100, RED)),
        width=4,
        height=7,
    )
    yield lines(
        "Requests to ZooKeeper, 99th percentile",
        "Time that brokers wait for ZooKeeper. Normal: below 50 ms. More: ZooKeeper or its disk is slow.",
        [
            Query(
                gauge("kafka_server_zookeeperclientmetrics_zookeeperrequestlatencyms", more='quantile="0.99"'),
                _OF_BROKER,
            )
        ],
        unit="ms",
    )
    yield lines(
        "Sessions lost",
        "Disconnects and expired sessions, per second. Normal: 0. Expired: long pauses of the JVM, or a slow network;"
        " the broker leaves the cluster and comes back.",
        [
            Query(rate(f"{_SESSION}_zookeeperdisconnects_total"), f"disconnected {_OF_BROKER}"),
            Query(rate(f"{_SESSION}_zookeeperexpires_total"), f"expired {_OF_BROKER}"),
        ],
        unit=EVENTS,
        colors=("transparent", (0.001, YELLOW)),
    )
    yield lines(
        "Waiting to be deleted",
        "Topics and replicas whose deletion waits, or is stuck. Normal: 0. For long: a broker with a replica is"
        " down.",
        [
            Query(of_cluster(f"{CONTROLLER}_topicstodeletecount"), "topics {{kafka_cluster}}"),
            Query(of_cluster(f"{CONTROLLER}_topicsineligibletodeletecount"), "stuck topics {{kafka_cluster}}"),
            Query(of_cluster(f"{CONTROLLER}_replicastodeletecount"), "replicas {{kafka_cluster}}"),
            Query(of_cluster(f"{CONTROLLER}_replicasineligibletodeletecount"), "stuck replicas {{kafka_cluster}}"),
        ],
        unit="short",
    )
    yield lines(
        "Requests of the controller that wait",
        "Requests of the controller that wait to be sent to brokers. Normal: near 0. Growing: a broker does not"
        " answer.",
        [Query(sum_by(gauge("kafka_controller_controllerchannelmanager_totalqueuesize")), "{{kafka_cluster}}")],
        unit="short",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / ZooKeeper",
        "The ensemble, and the brokers' sessions with it.",
        needs="zookeeper",
    )
    result.row("Servers", *_numbers(), *_servers())
    result.row("Brokers and ZooKeeper", *_brokers(), needs="zookeeper-mode")
    return result
