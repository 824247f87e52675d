# SPDX-License-Identifier: Apache-2.0
"""Kafka / Cluster: is Kafka the problem, how severe is it, and where. One screen, from top to bottom."""

from blocks import (
    BROKER,
    CLUSTER,
    FIRING,
    GREEN,
    GREY,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Column,
    Query,
    broker_rate,
    by_broker,
    cluster_rate,
    stat_panel,
    sum_of_brokers,
    table_panel,
    time_panel,
    words,
)
from blocks import (
    board as empty_board,
)

UID = "kafka-cluster"

_TOPICS = "kafka_server_brokertopicmetrics_alltopics"
_REPLICAS = "kafka_server_replicamanager"
_CONTROLLER = "kafka_controller_kafkacontroller"
_IDLE = "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_seconds_total"


def _of_cluster(metric: str) -> str:
    """For values that all controllers report alike, or that are 0 on all but the active one."""
    return f"max by (kafka_cluster) ({metric}{{{CLUSTER}}})"


def _success_ratio(request: str) -> str:
    """1 without failures, also when there are no requests at all."""
    failed = cluster_rate(f"{_TOPICS}_failed{request}requests_total")
    total = cluster_rate(f"{_TOPICS}_total{request}requests_total")
    return f"1 - {failed} / clamp_min({total}, 1e-9)"


def _stats():
    broker_up = by_broker(f"streamgauge_broker_up{{{CLUSTER}}}")
    yield stat_panel(
        "Cluster",
        "Whether any broker answers a Metadata request of Streamgauge. Normal: reachable. If not, try"
        " a broker from another host: either the cluster is down or Streamgauge cannot reach it.",
        [Query(_of_cluster("streamgauge_cluster_up"), "{{kafka_cluster}}")],
        unit="none",
        colors=(RED, (1, GREEN)),
        mappings=words({0: ("unreachable", RED), 1: ("reachable", GREEN)}),
        width=3,
    )
    yield stat_panel(
        "Brokers down",
        "Brokers that Streamgauge knows and that do not answer. Normal: 0. The table at the bottom"
        " says which. A broker that was removed for good is forgotten when Streamgauge restarts.",
        [Query(f"count by (kafka_cluster) ({broker_up}) - sum by (kafka_cluster) ({broker_up})")],
        unit="none",
        colors=NONE_IS_GOOD,
        width=2,
    )
    yield stat_panel(
        "Brokers",
        "Up: in the cluster and answering. Known: up, or seen before, or named by a replica list or the"
        " configuration. Fenced (KRaft): registered, but without heartbeats. Normal: all up, none"
        " fenced.",
        [
            Query(f"sum by (kafka_cluster) ({broker_up})", "up"),
            Query(f"count by (kafka_cluster) ({broker_up})", "known"),
            Query(_of_cluster(f"{_CONTROLLER}_fencedbrokercount"), "fenced"),
        ],
        unit="none",
        colors=(GREY,),
        width=4,
    )
    yield stat_panel(
        "Active controllers",
        "Normal: 1. 0: nothing can elect leaders; look at the controllers or ZooKeeper. 2 for longer"
        " than an election: the cluster is split into two parts.",
        [Query(sum_of_brokers(f"{_CONTROLLER}_activecontrollercount"))],
        unit="none",
        colors=(RED, (1, GREEN), (2, RED)),
        width=3,
    )
    yield stat_panel(
        "Offline partitions",
        "Partitions without a leader: nobody can write to or read from them. The larger of what the"
        " controllers and the admin API report. Normal: 0. Start the brokers that hold their replicas.",
        [
            Query(
                "max by (kafka_cluster) ("
                f"{_CONTROLLER}_offlinepartitionscount{{{CLUSTER}}}"
                " or sum by (kafka_cluster)"
                " (max by (kafka_cluster, topic, partition)"
                f" (kafka_topic_partition_leaderless{{{CLUSTER}}})))"
            )
        ],
        unit="none",
        colors=NONE_IS_GOOD,
        width=2,
    )
    yield stat_panel(
        "Under min ISR",
        "Partitions with fewer in-sync replicas than min.insync.replicas: producers with acks=all"
        " fail. Normal: 0. Get the missing brokers back.",
        [Query(sum_of_brokers(f"{_REPLICAS}_underminisrpartitioncount"))],
        unit="none",
        colors=NONE_IS_GOOD,
        width=2,
    )
    yield stat_panel(
        "Under-replicated",
        "Partitions with fewer in-sync replicas than replicas. Normal: 0, or more while a broker"
        " restarts. If it lasts, a broker is down, or its disk or network is slow.",
        [Query(sum_of_brokers(f"{_REPLICAS}_underreplicatedpartitions"))],
        unit="none",
        colors=(GREEN, (1, YELLOW)),
        width=3,
    )
    yield stat_panel(
        "Unclean elections, 24 h",
        "Elections of leaders that were not in sync: acknowledged records were lost. Normal: 0. Find"
        " the partitions in the controller's log and tell their owners.",
        [
            Query(
                "round(max by (kafka_cluster) (increase("
                f"kafka_controller_controllerstats_uncleanleaderelections_total{{{CLUSTER}}}[24h])))"
            )
        ],
        unit="none",
        colors=NONE_IS_GOOD,
        width=3,
    )
    yield stat_panel(
        "Offline log dirs",
        "Log directories that a broker has taken offline after a disk error. Normal: 0. Replace"
        " the disk, or remove the directory from log.dirs, and restart the broker.",
        [Query(sum_of_brokers("kafka_log_logmanager_offlinelogdirectorycount"))],
        unit="none",
        colors=NONE_IS_GOOD,
        width=2,
    )


def _lines():
    yield time_panel(
        "Requests that succeed",
        "Share of produce and fetch requests that did not fail, all brokers; 100 % also when there"
        " are none. Normal: above 99.9 %. If it falls, see offline partitions and min ISR first, then"
        " the brokers' logs: records that are too large and missing permissions also count as failures.",
        [
            Query(_success_ratio("produce"), "produce {{kafka_cluster}}"),
            Query(_success_ratio("fetch"), "fetch {{kafka_cluster}}"),
        ],
        unit="percentunit",
        colors=(RED, (0.99, "transparent")),
        maximum=1,
        axis_from=0.95,
        width=8,
        height=6,
    )
    yield time_panel(
        "Traffic",
        "Bytes from producers (in), to consumers (out) and between brokers (replication). Normal: as on"
        " other days. In falls to 0: producers cannot reach Kafka. Replication far above in times"
        " (replication factor - 1): replicas catch up, or partitions are being moved.",
        [
            Query(cluster_rate(f"{_TOPICS}_bytesin_total"), "in {{kafka_cluster}}"),
            Query(cluster_rate(f"{_TOPICS}_bytesout_total"), "out {{kafka_cluster}}"),
            Query(
                cluster_rate("kafka_server_brokertopicmetrics_replicationbytesin_total"),
                "replication {{kafka_cluster}}",
            ),
        ],
        unit="Bps",
        width=8,
        height=6,
    )


def _replicas_and_saturation():
    yield time_panel(
        "Replicas in trouble",
        "Partitions that miss replicas, and those with exactly min.insync.replicas in sync: the next"
        " failure stops their producers. Shrinks: replicas that left the ISR, per second."
        " Normal: 0, more while a broker restarts. Continuous shrinks: a slow disk or network.",
        [
            Query(
                sum_of_brokers(f"{_REPLICAS}_underreplicatedpartitions"),
                "under-replicated {{kafka_cluster}}",
            ),
            Query(
                sum_of_brokers(f"{_REPLICAS}_atminisrpartitioncount"), "at min ISR {{kafka_cluster}}"
            ),
            Query(
                cluster_rate(f"{_REPLICAS}_isrshrinks_total"), "ISR shrinks/s {{kafka_cluster}}"
            ),
        ],
        unit="short",
        width=7,
        height=6,
    )
    yield time_panel(
        "Busiest broker, idle time",
        "Share of time in which the request handler threads, and the network threads, have"
        " nothing to do, on the broker where it is lowest. Normal: above 30 %. Below 10 % the broker"
        " is saturated: requests queue up. The table shows which broker it is.",
        [
            Query(
                "clamp_max(min by (kafka_cluster)"
                f" (rate({_IDLE}{{{CLUSTER}}}[$__rate_interval])), 1)",
                "request handlers {{kafka_cluster}}",
            ),
            Query(
                "clamp_max(min by (kafka_cluster)"
                f" (kafka_network_socketserver_networkprocessoravgidle_percent{{{CLUSTER}}}), 1)",
                "network {{kafka_cluster}}",
            ),
        ],
        unit="percentunit",
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
        maximum=1,
        width=7,
        height=6,
    )


def _alerts():
    return table_panel(
        "Firing alerts",
        "Alerts that fire now for these clusters, and for Streamgauge itself. Normal: empty. The runbook of"
        " an alert says what to check first.",
        [
            Column(
                "Firing",
                "count by (severity, alertname, kafka_cluster, broker, consumergroup, topic)"
                f" ({FIRING})",
                "none",
                width=60,
            )
        ],
        keys={
            "severity": "Severity",
            "alertname": "Alert",
            "kafka_cluster": "Cluster",
            "broker": "Broker",
            "consumergroup": "Group",
            "topic": "Topic",
        },
        sort="Severity",
        width=8,
        height=6,
    )


def _groups():
    group = "kafka_cluster, consumergroup"
    lag = (
        f"sum by ({group}) (max by ({group}, topic)"
        f" (kafka_consumergroup_lag_sum{{{CLUSTER}}}))"
    )
    of_top = f"and on ({group}) topk(10, {lag})"

    def per_second(metric):
        return (
            f"sum by ({group}) (max by ({group}, topic)"
            f" (deriv({metric}{{{CLUSTER}}}[5m]))) {of_top}"
        )

    return table_panel(
        "Ten consumer groups with the largest lag",
        "Lag: records not read yet. Change: how the lag grows (+) or shrinks, per second, over 5"
        " minutes. Read: records committed, per second. Normal: lag steady or shrinking, members"
        " above 0. Lag that grows with nothing read: the group is stuck.",
        [
            Column("Lag", f"topk(10, {lag})", "short"),
            Column(
                "Change",
                per_second("kafka_consumergroup_lag_sum"),
                "cps",
                colors=(GREEN, (0.5, YELLOW)),
                decimals=1,
            ),
            Column(
                "Read", per_second("kafka_consumergroup_current_offset_sum"), "cps", decimals=1
            ),
            Column(
                "Members",
                f"max by ({group}) (kafka_consumergroup_members{{{CLUSTER}}}) {of_top}",
                "none",
                colors=(RED, (1, GREEN)),
            ),
        ],
        keys={"kafka_cluster": "Cluster", "consumergroup": "Group"},
        sort="Lag",
        width=10,
        height=6,
    )


def _brokers():
    heap = 'area="heap"'
    used = by_broker(f"jvm_memory_used_bytes{{{BROKER},{heap}}}")
    limit = by_broker(f"jvm_memory_max_bytes{{{BROKER},{heap}}}")
    # Concurrent collectors (ZGC's and Shenandoah's cycles, G1's from JDK 20 on) do not stop the program.
    pauses = 'gc!~".*(Cycles|Concurrent GC)"'
    gc = (
        "sum by (kafka_cluster, broker) (max by (kafka_cluster, broker, gc)"
        f" (rate(jvm_gc_collection_seconds_sum{{{BROKER},{pauses}}}[$__rate_interval])))"
    )
    return table_panel(
        "Brokers",
        "All known brokers. Normal: up, leaders and partitions spread evenly, handlers and network"
        " idle above 30 %, less than 10 % of the time stopped by garbage collection. A broker that is down"
        " has no other values. Under-replicated is counted by the leader, not by the broker that is"
        " behind.",
        [
            Column(
                "State",
                by_broker(f"streamgauge_broker_up{{{BROKER}}}"),
                "none",
                colors=(RED, (1, GREEN)),
                mappings=words({0: ("down", RED), 1: ("up", GREEN)}),
            ),
            Column("Leader of", by_broker(f"{_REPLICAS}_leadercount{{{BROKER}}}"), "none"),
            Column("Partitions", by_broker(f"{_REPLICAS}_partitioncount{{{BROKER}}}"), "none"),
            Column(
                "Under-replicated",
                by_broker(f"{_REPLICAS}_underreplicatedpartitions{{{BROKER}}}"),
                "none",
                colors=(GREEN, (1, YELLOW)),
            ),
            Column("In", broker_rate(f"{_TOPICS}_bytesin_total"), "Bps"),
            Column("Out", broker_rate(f"{_TOPICS}_bytesout_total"), "Bps"),
            Column(
                "Handlers idle",
                f"clamp_max({broker_rate(_IDLE)}, 1)",
                "percentunit",
                colors=(RED, (0.1, YELLOW), (0.3, GREEN)),
                decimals=0,
            ),
            Column(
                "Network idle",
                "clamp_max("
                + by_broker(f"kafka_network_socketserver_networkprocessoravgidle_percent{{{BROKER}}}")
                + ", 1)",
                "percentunit",
                colors=(RED, (0.1, YELLOW), (0.3, GREEN)),
                decimals=0,
            ),
            Column("Heap", f"{used} / {limit}", "percentunit", decimals=0),
            Column("GC", gc, "percentunit", colors=(GREEN, (0.1, RED)), decimals=1),
            Column("CPU", broker_rate("process_cpu_seconds_total"), "percentunit", decimals=0),
            Column("Open files", by_broker(f"process_open_fds{{{BROKER}}}"), "short"),
        ],
        keys={"kafka_cluster": "Cluster", "broker": "Broker"},
        links={
            "kafka_cluster": f"/d/{UID}?${{datasource:queryparam}}&${{job:queryparam}}"
            "&var-kafka_cluster=${__value.raw:percentencode}&${__url_time_range}",
            "broker": f"/d/{UID}?${{datasource:queryparam}}&${{job:queryparam}}"
            "&var-kafka_cluster=${__data.fields.Cluster:percentencode}"
            "&var-broker=${__value.raw:percentencode}&${__url_time_range}",
        },
        sort="State",
        descending=False,
        width=24,
        height=7,
    )


def board():
    result = empty_board(
        UID,
        "Kafka / Cluster",
        "Is Kafka the problem, how severe is it, and where: the first board to look at.",
    )
    for panel in (
        *_stats(),
        _alerts(),
        *_lines(),
        *_replicas_and_saturation(),
        _groups(),
        _brokers(),
    ):
        result.with_panel(panel)
    return result
