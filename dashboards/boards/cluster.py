# SPDX-License-Identifier: Apache-2.0
"""Kafka / Cluster: is Kafka the problem, how severe is it, and where. One screen, from top to bottom."""

from blocks.kit import (
    BLUE,
    CLUSTER,
    FIRING,
    GREEN,
    IDLE,
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
    sum_by,
    table,
    words,
)
from boards.processes import BROKERS
from boards.shared import (
    ALL_TOPICS,
    AT_MIN_ISR,
    BROKER_KEY,
    CLUSTER_KEY,
    CONTROLLER,
    GROUP_KEY,
    HANDLERS_IDLE,
    NETWORK_IDLE,
    REPLICAS,
    REQUESTS,
    STATUS_WORDS,
    UNDER_MIN_ISR,
    UNDER_REPLICATED,
    UP_OR_DOWN,
    bad_partitions,
    behind_column,
    group_age,
    group_deriv,
    group_lag,
    group_status,
    offline_partitions,
)

UID = "kafka-cluster"


def _cluster_rate(metric: str) -> str:
    return sum_by(rate(metric, where=CLUSTER))


def _success_ratio(request: str) -> str:
    """1 without failures, also when there are no requests at all."""
    failed = _cluster_rate(f"{ALL_TOPICS}_failed{request}requests_total")
    total = _cluster_rate(f"{ALL_TOPICS}_total{request}requests_total")
    return f"1 - {failed} / clamp_min({total}, 1e-9)"


def _brokers_and_controller():
    up = gauge("streamgauge_broker_up", where=CLUSTER)
    yield number(
        "Cluster",
        "Whether any broker answers a Metadata request of Streamgauge. Normal: reachable. If not, try"
        " a broker from another host: either the cluster is down or Streamgauge cannot reach it.",
        [Query(of_cluster("streamgauge_cluster_up"), "{{kafka_cluster}}")],
        colors=(RED, (1, GREEN)),
        mappings=words({0: ("unreachable", RED), 1: ("reachable", GREEN)}),
    )
    yield number(
        "Brokers down",
        "Down: known to Streamgauge and without an answer; the table below says which. One that was taken out of the"
        " cluster for good: POST /-/forget. Fenced (KRaft): registered, but without heartbeats, also while it is"
        " down. Normal: 0.",
        [
            Query(f"count by (kafka_cluster) ({up}) - sum by (kafka_cluster) ({up})", "down"),
            Query(of_cluster(f"{CONTROLLER}_fencedbrokercount"), "fenced", needs="kraft"),
        ],
        colors=NONE_IS_GOOD,
    )
    yield number(
        "Active controllers",
        "Normal: 1. 0: nothing can elect leaders; look at the controllers or ZooKeeper. 2 for longer"
        " than an election: the cluster is split into two parts.",
        [
            Query(
                sum_by(gauge(f"{CONTROLLER}_activecontrollercount", where=CLUSTER)),
                "{{kafka_cluster}}",
                needs="jmx",
            )
        ],
        colors=(RED, (1, GREEN), (2, RED)),
    )


def _partitions_and_disks():
    yield number(
        "Offline partitions",
        "Partitions without a leader: nobody can write to or read from them. The larger of what the"
        " controllers and the admin API report. Normal: 0. Start the brokers that hold their replicas.",
        [Query(offline_partitions(), "{{kafka_cluster}}")],
        colors=NONE_IS_GOOD,
    )
    yield number(
        "Under min ISR",
        "Partitions with fewer in-sync replicas than min.insync.replicas: producers with acks=all"
        " fail. Normal: 0. Get the missing brokers back.",
        [Query(UNDER_MIN_ISR, "{{kafka_cluster}}")],
        colors=NONE_IS_GOOD,
    )
    yield number(
        "Under-replicated",
        "Partitions with fewer in-sync replicas than replicas. Normal: 0, or more while a broker"
        " restarts. If it lasts, a broker is down, or its disk or network is slow.",
        [Query(UNDER_REPLICATED, "{{kafka_cluster}}")],
        colors=NONE_IS_NORMAL,
    )
    yield number(
        "Unclean, 24 h",
        "Unclean elections: leaders that were not in sync, so acknowledged records were lost. Normal: 0. Find"
        " the partitions in the controller's log and tell their owners.",
        [
            Query(
                "round(max by (kafka_cluster) (increase("
                f"kafka_controller_controllerstats_uncleanleaderelections_total{{{CLUSTER}}}[24h])))",
                "{{kafka_cluster}}",
                needs="jmx",
            )
        ],
        colors=NONE_IS_GOOD,
    )
    yield number(
        "Offline log dirs",
        "Log directories that a broker has taken offline after a disk error. Normal: 0. Replace"
        " the disk, or remove the directory from log.dirs, and restart the broker.",
        [
            Query(
                sum_by(gauge("kafka_log_logmanager_offlinelogdirectorycount", where=CLUSTER)),
                "{{kafka_cluster}}",
                needs="jmx",
            )
        ],
        colors=NONE_IS_GOOD,
    )


def _alerts(runbooks: str):
    where = '"where", " ", "kafka_cluster", "broker", "jvm", "consumergroup", "topic"'

    def of(severity: str, place: int) -> str:
        selector = FIRING.replace("{", f'{{severity="{severity}",', 1)
        return f"{selector} * {place}"

    ranked = " or ".join(of(severity, 3 - place) for place, severity in enumerate(("critical", "warning", "info")))
    since = f"ALERTS_FOR_STATE and ignoring (alertstate) {FIRING}"
    return table(
        "Firing alerts",
        "Alerts that fire now for these clusters, and for Streamgauge itself. Normal: empty. The link of"
        " an alert is its runbook, which says what to check first.",
        [
            Column(
                "Severity",
                f"max by (alertname, where) (label_join({ranked}, {where}))",
                mappings=words({3: ("critical", RED), 2: ("warning", YELLOW), 1: ("info", BLUE)}),
                width=96,
                only="kill-broker 2",
            ),
            Column(
                "For",
                f"max by (alertname, where) (time() - label_join({since}, {where}))",
                "s",
                decimals=1,
                only="kill-broker 2",
            ),
        ],
        keys=[
            Key("alertname", "Alert", 315, f"{runbooks}${{__value.raw}}.md", "The runbook of this alert"),
            Key("where", "Where"),
        ],
        sort="Severity",
        width=12,
        height=6,
        empty="No alert fires",
    )


def _groups():
    age = f"topk(10, {group_age(CLUSTER)})"
    of_top = f"and on (kafka_cluster, consumergroup) {age}"
    return table(
        "Ten consumer groups that are furthest behind in time",
        "Behind: the age of the oldest record that the group has not read. Change: by how much the lag grows (+)"
        " or shrinks each second. Normal: seconds, or what the group's work allows; status ok. Stalled: it has"
        " something to read and does not move. A group whose age cannot be known is only on its own board.",
        [
            behind_column(age),
            Column("Status", f"{group_status(CLUSTER)} {of_top}", mappings=STATUS_WORDS, width=100),
            Column("Lag", f"{group_lag(CLUSTER)} {of_top}", "short"),
            Column(
                "Change",
                f"{group_deriv('kafka_consumergroup_lag_sum', CLUSTER)} {of_top}",
                RECORDS,
                decimals=1,
            ),
            Column(
                "Members",
                f"{gauge('kafka_consumergroup_members', 'consumergroup', where=CLUSTER)} {of_top}",
            ),
        ],
        keys=[CLUSTER_KEY, GROUP_KEY],
        sort="Behind",
        width=12,
        height=6,
    )


def _brokers():
    return table(
        "Brokers",
        "All known brokers. Normal: up, leaders and partitions spread evenly, handlers and network idle above"
        " 30 %, less than 10 % of the time stopped by garbage collection. A broker that is down has no other"
        " values. Under-replicated (URP) is counted by the leader, not by the broker that is behind.",
        [
            Column(
                "State",
                gauge("streamgauge_broker_up"),
                colors=(RED, (1, GREEN)),
                mappings=UP_OR_DOWN,
            ),
            Column("Leader of", gauge(f"{REPLICAS}_leadercount"), needs="jmx"),
            Column("Partitions", gauge(f"{REPLICAS}_partitioncount"), needs="jmx"),
            Column("URP", gauge(f"{REPLICAS}_underreplicatedpartitions"), colors=NONE_IS_NORMAL, needs="jmx"),
            Column("In", rate(f"{ALL_TOPICS}_bytesin_total"), "Bps", needs="jmx", width=92),
            Column("Out", rate(f"{ALL_TOPICS}_bytesout_total"), "Bps", needs="jmx", width=92),
            Column(
                "Handlers idle",
                f"clamp_max({rate(HANDLERS_IDLE)}, 1)",
                "percentunit",
                colors=IDLE,
                decimals=0,
                needs="jmx",
            ),
            Column(
                "Network idle",
                f"clamp_max({gauge(NETWORK_IDLE)}, 1)",
                "percentunit",
                colors=IDLE,
                decimals=0,
                needs="jmx",
            ),
            Column("Logs", gauge("kafka_broker_log_size_bytes"), "bytes", width=92, needs="jolokia-sizes"),
            Column("Heap", BROKERS.heap, "percentunit", decimals=0, needs="jmx"),
            Column("GC", BROKERS.stopped, "percentunit", colors=(GREEN, (0.1, RED)), decimals=1, needs="jmx"),
            Column("CPU", rate("process_cpu_seconds_total"), "percentunit", decimals=0, needs="jmx"),
            Column(
                "Open files",
                BROKERS.files,
                "percentunit",
                colors=(GREEN, (0.8, RED)),
                decimals=1,
                needs="jmx",
            ),
        ],
        keys=[CLUSTER_KEY, Key("broker", "Broker", None, BROKER_KEY.url)],
        sort="State",
        descending=False,
        width=24,
        height=6,
    )


def _load():
    yield lines(
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
        width=5,
        height=5,
    )
    yield lines(
        "Traffic",
        "Bytes from producers (in), to consumers (out) and between brokers (replication). Normal: as on"
        " other days. In falls to 0: producers cannot reach Kafka. Replication far above in times"
        " (replication factor - 1): replicas catch up, or partitions are being moved.",
        [
            Query(_cluster_rate(f"{ALL_TOPICS}_bytesin_total"), "in {{kafka_cluster}}"),
            Query(_cluster_rate(f"{ALL_TOPICS}_bytesout_total"), "out {{kafka_cluster}}"),
            Query(
                _cluster_rate("kafka_server_brokertopicmetrics_replicationbytesin_total"),
                "replication {{kafka_cluster}}",
            ),
        ],
        unit="Bps",
        width=7,
        height=5,
    )
    slowest = 'max by (kafka_cluster) ({metric}_totaltimems{{{where},request="{request}",quantile="0.99"}})'
    yield lines(
        "Slowest broker, 99th percentile",
        "One request in a hundred takes this long or longer, on the broker where that is most; quantiles of"
        " brokers cannot be added up. Normal: as on other days; up to fetch.max.wait.ms (500 ms) for consumers'"
        " fetches on a quiet cluster. The board Broker has the phases of the requests.",
        [
            Query(
                slowest.format(metric=REQUESTS, where=CLUSTER, request=request),
                f"{request} {{{{kafka_cluster}}}}",
            )
            for request in ("Produce", "FetchConsumer")
        ],
        unit="ms",
        width=6,
        height=5,
    )
    yield lines(
        "Busiest broker, idle time",
        "Share of time in which the request handler threads, and the network threads, have"
        " nothing to do, on the broker where it is lowest. Normal: above 30 %. Below 10 % the broker"
        " is saturated: requests queue up. The table shows which broker it is.",
        [
            Query(
                f"clamp_max(min by (kafka_cluster) (rate({HANDLERS_IDLE}{{{CLUSTER}}}[$__rate_interval])), 1)",
                "request handlers {{kafka_cluster}}",
            ),
            Query(
                f"clamp_max(min by (kafka_cluster) ({NETWORK_IDLE}{{{CLUSTER}}}), 1)",
                "network {{kafka_cluster}}",
            ),
        ],
        unit="percentunit",
        colors=(RED, (0.1, YELLOW), (0.3, "transparent")),
        maximum=1,
        width=6,
        height=5,
    )


def _replicas():
    yield lines(
        "Replicas in trouble",
        "Partitions that miss replicas, and those with exactly min.insync.replicas in sync: the next"
        " failure stops their producers. Normal: 0, more while a broker restarts.",
        [
            Query(UNDER_REPLICATED, "under-replicated {{kafka_cluster}}"),
            Query(AT_MIN_ISR, "at min ISR {{kafka_cluster}}"),
            Query(UNDER_MIN_ISR, "under min ISR {{kafka_cluster}}"),
        ],
        unit="short",
        width=8,
        height=7,
    )
    yield bad_partitions(16, 7)


def board(options):
    result = Board(
        UID,
        "Kafka / Cluster",
        "Is Kafka the problem, how severe is it, and where: the first board to look at.",
    )
    result.add(*_brokers_and_controller(), *_partitions_and_disks())
    result.add(_alerts(options.runbooks), _groups(), _brokers())
    result.row("Load, of all brokers", *_load(), needs="jmx")
    result.row("Replicas", *_replicas())
    return result
