# SPDX-License-Identifier: Apache-2.0
"""Kafka / KRaft: whether the quorum has a leader, commits, and whether every node follows."""

from blocks.kit import (
    BLUE,
    CLUSTER,
    EVENTS,
    GREEN,
    GREY,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RECORDS,
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
    rate,
    states,
    sum_by,
    table,
    words,
)
from boards.shared import BROKER_KEY, CLUSTER_KEY, CONTROLLER, one_of

UID = "kafka-kraft"

_RAFT = "kafka_server_raftmetrics"
_LOADER = "kafka_server_metadataloader"
_APPLIED = "kafka_server_brokermetadatametrics"
_EVENTS = "kafka_controller_controllereventmanager"
_OF_NODE = "{{kafka_cluster}} {{broker}}"

_ROLES = {
    "leader": GREEN,
    "follower": BLUE,
    "observer": GREY,
    "candidate": YELLOW,
    "prospective": YELLOW,
    "voted": YELLOW,
    "resigned": YELLOW,
    "unattached": RED,
}
_ROLE_WORDS = words({place: (name, color) for place, (name, color) in enumerate(_ROLES.items(), 1)})
_ROLE = one_of(f"{_RAFT}_current_state", "current_state", list(_ROLES), "broker", CLUSTER)


def _since(metric: str, window: str = "10m") -> str:
    """How much a gauge that only grows has grown."""
    return f"round(max by (kafka_cluster) (delta({metric}{{{CLUSTER}}}[{window}])))"


def _numbers():
    yield number(
        "Leader",
        "Node id of the quorum's leader, the active controller. -1: none is known, nothing can be changed or"
        " elected; see which controllers run.",
        [Query(of_cluster(f"{_RAFT}_current_leader"), "{{kafka_cluster}}")],
        colors=(RED, (0, GREEN)),
    )
    yield number(
        "Leaders named",
        "How many different leaders the nodes name. Normal: 1. 2 for longer than an election: the network between"
        " the nodes is cut.",
        [
            Query(
                "count by (kafka_cluster) (count by (kafka_cluster, leader) (count_values by (kafka_cluster)"
                f' ("leader", {gauge(f"{_RAFT}_current_leader", where=CLUSTER)})))',
                "{{kafka_cluster}}",
            )
        ],
        colors=(RED, (1, GREEN), (2, RED)),
    )
    yield number(
        "Voters",
        "Voters of the quorum, by its configuration. Normal: 3 or 5.",
        [Query(of_cluster(f"{_RAFT}_number_of_voters"), "{{kafka_cluster}}", only="Kafka is 4.0 or later")],
        colors=(RED, (3, GREEN)),
    )
    yield number(
        "Brokers fenced",
        "Registered brokers that send no heartbeats: they lead nothing. Normal: 0. Start them, or unregister those"
        " that are gone for good.",
        [Query(of_cluster(f"{CONTROLLER}_fencedbrokercount"), "{{kafka_cluster}}")],
        colors=NONE_IS_NORMAL,
    )
    yield number(
        "Brokers active",
        "Registered brokers that send heartbeats. Normal: all of them.",
        [Query(of_cluster(f"{CONTROLLER}_activebrokercount"), "{{kafka_cluster}}")],
        colors=(RED, (1, GREEN)),
    )
    yield number(
        "Metadata errors",
        "Errors in metadata since the processes started, of controllers and brokers. Normal: 0. Anything else needs"
        " a look at the log of that node: what it knows may differ from the others.",
        [
            Query(
                f"max by (kafka_cluster) ({CONTROLLER}_metadataerrorcount{{{CLUSTER}}}"
                f" or {_APPLIED}_metadata_load_error_count{{{CLUSTER}}})",
                "{{kafka_cluster}}",
            )
        ],
        colors=NONE_IS_GOOD,
    )
    yield number(
        "Elections, 1 h",
        "Changes of the active controller within an hour. Normal: 0 or 1. More: the leader is overloaded or cut off.",
        [Query(_since(f"{CONTROLLER}_newactivecontrollerscount", "1h"), "{{kafka_cluster}}")],
        colors=(GREEN, (2, YELLOW), (5, RED)),
    )
    yield number(
        "Late heartbeats",
        "Heartbeats of brokers that timed out within 10 minutes. Normal: 0. More: brokers are overloaded, or the"
        " network to the controller is.",
        [Query(_since(f"{CONTROLLER}_timedoutbrokerheartbeatcount"), "{{kafka_cluster}}")],
        colors=NONE_IS_NORMAL,
    )


def _nodes():
    yield states(
        "Roles",
        "What each node is in the quorum. Normal: one leader, followers, and brokers as observers. Candidate for"
        " long: it cannot reach a majority. Unattached: it knows no leader.",
        [Query(_ROLE, _OF_NODE)],
        mappings=_ROLE_WORDS,
    )
    end = gauge(f"{_RAFT}_log_end_offset", where=CLUSTER)
    yield table(
        "Nodes",
        "Behind: metadata records that the node lacks. Applied: age of the last record that the broker has applied."
        " Normal: the same leader and epoch everywhere, behind near 0.",
        [
            Column("Role", _ROLE, mappings=_ROLE_WORDS, width=100),
            Column("Leader", gauge(f"{_RAFT}_current_leader", where=CLUSTER)),
            Column("Epoch", gauge(f"{_RAFT}_current_epoch", where=CLUSTER)),
            Column(
                "Behind",
                f"max by (kafka_cluster) ({_RAFT}_log_end_offset{{{CLUSTER}}})"
                f" - on (kafka_cluster) group_right () {end}",
                colors=(GREEN, (100, YELLOW), (1000, RED)),
            ),
            Column("Applied", gauge(f"{_APPLIED}_last_applied_record_lag_ms", where=CLUSTER), "ms"),
            Column("Version", gauge(f"{_LOADER}_currentmetadataversion", where=CLUSTER)),
        ],
        keys=[CLUSTER_KEY, Key("broker", "Broker", None, BROKER_KEY.url)],
        sort="Broker",
        descending=False,
        width=12,
        height=7,
    )


def _quorum():
    yield lines(
        "Behind the leader",
        "Metadata records that each node lacks. Normal: near 0. Growing: its disk, network or CPU is too slow; a"
        " voter that is far behind cannot take over.",
        [
            Query(
                f"max by (kafka_cluster) ({_RAFT}_log_end_offset{{{CLUSTER}}})"
                f" - on (kafka_cluster) group_right () {gauge(f'{_RAFT}_log_end_offset', where=CLUSTER)}",
                _OF_NODE,
            )
        ],
        unit="short",
    )
    yield lines(
        "Not committed",
        "Records between the end of the leader's log and the high watermark. Normal: near 0. Growing: a majority of"
        " voters does not follow.",
        [
            Query(
                f"max by (kafka_cluster) ({_RAFT}_log_end_offset{{{CLUSTER}}})"
                f" - max by (kafka_cluster) ({_RAFT}_high_watermark{{{CLUSTER}}})",
                "{{kafka_cluster}}",
            )
        ],
        unit="short",
    )
    yield lines(
        "Time to commit",
        "Average and longest time to commit a metadata record, of the leader. Normal: below 100 ms. More: the disks"
        " of a majority of voters, or the network between them, are slow.",
        [
            Query(of_cluster(f"{_RAFT}_commit_latency_avg"), "average {{kafka_cluster}}"),
            Query(of_cluster(f"{_RAFT}_commit_latency_max"), "longest {{kafka_cluster}}"),
        ],
        unit="ms",
    )
    yield lines(
        "Time to elect",
        "Average and longest time to elect a leader lately; nothing when there was no election. Normal: below 1 s.",
        [
            Query(
                of_cluster(f"{_RAFT}_election_latency_avg"),
                "average {{kafka_cluster}}",
                only="a controller was elected",
            ),
            Query(
                of_cluster(f"{_RAFT}_election_latency_max"),
                "longest {{kafka_cluster}}",
                only="a controller was elected",
            ),
        ],
        unit="ms",
    )
    yield lines(
        "Epoch",
        "Grows by one with each election. Normal: constant. Growing again and again: elections do not finish.",
        [Query(of_cluster(f"{_RAFT}_current_epoch"), "{{kafka_cluster}}")],
        unit="none",
    )
    yield lines(
        "Raft thread idle",
        "Share of time that the raft thread has nothing to do. Normal: above 50 %. Near 0: it is saturated.",
        [Query(gauge(f"{_RAFT}_poll_idle_ratio_avg", where=CLUSTER), _OF_NODE)],
        unit="percentunit",
        maximum=1,
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
    )


def _controller():
    for kind, title, text in (
        ("eventqueuetimems", "Events wait, 99th percentile", "that events wait for the controller"),
        ("eventqueueprocessingtimems", "Events take, 99th percentile", "that the controller works on events"),
    ):
        yield lines(
            title,
            f"Time {text}. Normal: below 100 ms. More: the controller is overloaded, by topic changes or by brokers"
            " that come and go.",
            [Query(gauge(f"{_EVENTS}_{kind}", more='quantile="0.99"', where=CLUSTER), _OF_NODE)],
            unit="ms",
        )
    yield lines(
        "Controller idle",
        "Share of time that the controller's event thread has nothing to do. Normal: above 50 %.",
        [Query(gauge(f"{_EVENTS}_avgidleratio", where=CLUSTER), _OF_NODE, only="Kafka is 4.0 or later")],
        unit="percentunit",
        maximum=1,
    )
    yield lines(
        "Operations that timed out",
        "Operations that waited too long for the controller, within 10 minutes. Normal: 0. More: it is overloaded.",
        [Query(_since(f"{CONTROLLER}_eventqueueoperationstimedoutcount"), "{{kafka_cluster}}")],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Since the last heartbeat",
        "Time since the active controller heard of each broker. Normal: below 2 s. Near"
        " broker.session.timeout.ms (9 s): the broker will be fenced.",
        [
            Query(
                gauge(f"{CONTROLLER}_timesincelastheartbeatreceivedms", "broker_id", where=CLUSTER),
                "{{kafka_cluster}} {{broker_id}}",
                only="Kafka is 4.1 or later",
            )
        ],
        unit="ms",
        colors=("transparent", (6000, YELLOW), (9000, RED)),
    )
    yield lines(
        "Topics and partitions",
        "As the controller counts them. Normal: as you made them. Growing without end: some client creates topics.",
        [
            Query(of_cluster(f"{CONTROLLER}_globaltopiccount"), "topics {{kafka_cluster}}"),
            Query(of_cluster(f"{CONTROLLER}_globalpartitioncount"), "partitions {{kafka_cluster}}"),
        ],
        unit="short",
    )


def _metadata():
    yield lines(
        "Metadata is old by",
        "Age of the last metadata record that each broker has applied. Normal: below 1 s. More: it acts on old"
        " leaders and settings; see its log, and whether it reaches the controllers.",
        [Query(gauge(f"{_APPLIED}_last_applied_record_lag_ms", where=CLUSTER), _OF_NODE)],
        unit="ms",
    )
    yield lines(
        "Snapshots",
        "Age of the latest snapshot of the metadata on each node. Normal: below an hour"
        " (metadata.log.max.snapshot.interval.ms), or since the start.",
        [Query(gauge("kafka_server_snapshotemitter_latestsnapshotgeneratedagems", where=CLUSTER), _OF_NODE)],
        unit="ms",
    )
    yield lines(
        "Size of the snapshot",
        "Bytes of the latest snapshot. Normal: grows with topics and partitions.",
        [Query(gauge("kafka_server_snapshotemitter_latestsnapshotgeneratedbytes", where=CLUSTER), _OF_NODE)],
        unit="bytes",
    )
    yield lines(
        "Errors in metadata",
        "Errors while a node loaded or applied metadata, since it started. Normal: 0. Its log has the record.",
        [
            Query(gauge(f"{CONTROLLER}_metadataerrorcount", where=CLUSTER), f"controller {_OF_NODE}"),
            Query(gauge(f"{_APPLIED}_metadata_load_error_count", where=CLUSTER), f"load {_OF_NODE}"),
            Query(gauge(f"{_APPLIED}_metadata_apply_error_count", where=CLUSTER), f"apply {_OF_NODE}"),
        ],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Connections to the quorum",
        "Connections opened to other nodes of the quorum, per second. Normal: near 0. Many: they break again and"
        " again.",
        [Query(rate("kafka_server_raftchannelmetrics_connection_creation_total", where=CLUSTER), _OF_NODE)],
        unit=EVENTS,
    )
    yield lines(
        "Records written",
        "Metadata records per second: appended by the leader, and fetched by the others. Normal: few, more while"
        " topics or leaders change.",
        [
            Query(sum_by(gauge(f"{_RAFT}_append_records_rate", where=CLUSTER)), "appended {{kafka_cluster}}"),
            Query(gauge(f"{_RAFT}_fetch_records_rate", where=CLUSTER), f"fetched {_OF_NODE}"),
        ],
        unit=RECORDS,
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / KRaft",
        "Whether the quorum has a leader and commits, and whether every node follows.",
        needs="kraft",
        by_broker=False,
    )
    result.row("The quorum", *_numbers(), *_nodes(), *_quorum())
    result.row("The controller", *_controller())
    result.row("Metadata", *_metadata())
    return result
