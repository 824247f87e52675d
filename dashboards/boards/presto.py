# SPDX-License-Identifier: Apache-2.0
"""Kafka / Presto: queries that run, wait and fail; nodes and memory. For Presto and Trino."""

from blocks.kit import (
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RED,
    YELLOW,
    Board,
    Query,
    gauge,
    lines,
    number,
    once,
    rate,
    sum_by,
)

UID = "kafka-presto"

_OF_JVM = "{{kafka_cluster}} {{jvm}}"


def _of(metric: str, *labels: str) -> str:
    return gauge(f"presto_{metric}", "jvm", *labels, where=CLUSTER)


def _rate(metric: str, *labels: str) -> str:
    return rate(f"presto_{metric}_total", "jvm", *labels, where=CLUSTER)


def _numbers():
    internal = f'presto_query_failures_total{{{CLUSTER},kind=~"internal|external"}}'
    killed = f"presto_queries_killed_out_of_memory_total{{{CLUSTER}}}"
    for title, text, expr, colors in (
        ("Queries running", "Normal: as on other days.", sum_by(_of("running_queries")), (GREEN,)),
        (
            "Queries waiting",
            "Normal: 0. For long: limits or resources are used up.",
            sum_by(_of("queued_queries")),
            NONE_IS_NORMAL,
        ),
        (
            "In planning",
            "Submitted, and neither running, waiting nor completed. Normal: near 0. They hang when Kafka is down.",
            f"clamp_min(sum by (kafka_cluster) ({_of('submitted_queries_total')} - {_of('completed_queries_total')}"
            f" - {_of('running_queries')} - {_of('queued_queries')}), 0)",
            (GREEN, (5, YELLOW)),
        ),
        (
            "Failed, 15 min",
            "Queries that failed because of the engine or of a source such as Kafka. Normal: 0. The coordinator's"
            " page has their errors.",
            f"round({sum_by(once(f'increase({internal}[15m])', 'jvm', 'kind'))})",
            NONE_IS_GOOD,
        ),
        (
            "Nodes",
            "Nodes that the coordinator counts as active, itself too. Normal: all of them. A worker that died lowers"
            " this; nothing else shows it.",
            sum_by(_of("active_nodes")),
            (RED, (1, GREEN)),
        ),
        (
            "Killed for memory",
            "Queries that were killed within an hour because the cluster had no memory left. Normal: 0.",
            f"round({sum_by(once(f'increase({killed}[1h])', 'jvm'))})",
            NONE_IS_NORMAL,
        ),
    ):
        yield number(title, text, [Query(expr, "{{kafka_cluster}}")], colors=colors, width=4)


def _queries():
    yield lines(
        "Queries",
        "Running, and waiting for resources. Normal: few wait.",
        [Query(_of("running_queries"), f"running {_OF_JVM}"), Query(_of("queued_queries"), f"waiting {_OF_JVM}")],
        unit="short",
    )
    yield lines(
        "Failures by kind",
        "Per second. internal: the engine; external: a source such as Kafka; insufficient: memory or limits; user:"
        " the query itself. Normal: only user.",
        [Query(_rate("query_failures", "kind"), "{{kind}} {{kafka_cluster}}")],
        unit=EVENTS,
    )
    yield lines(
        "Time of queries",
        "Execution and waiting, median and 99th percentile of about the last minute. Normal: as on other days.",
        [
            Query(
                gauge(f"presto_query_{kind}_time_seconds", "jvm", more=f'quantile="{quantile}"', where=CLUSTER),
                f"{text} {quantile} {{{{jvm}}}}",
                only="queries ran in the last minute",
            )
            for kind, text in (("execution", "runs"), ("queued", "waits"))
            for quantile in ("0.5", "0.99")
        ],
        unit="s",
    )
    yield lines(
        "Read",
        "Bytes that completed queries read, per second. Normal: as on other days.",
        [Query(_rate("consumed_input_bytes"), _OF_JVM)],
        unit="Bps",
    )
    yield lines(
        "CPU",
        "CPU time of completed queries, seconds per second. Normal: as on other days.",
        [Query(_rate("consumed_cpu_seconds"), _OF_JVM)],
        unit="s",
    )
    yield lines(
        "Abandoned and canceled",
        "Queries that clients abandoned or canceled, per second. Normal: few. Many: queries are too slow for them.",
        [
            Query(_rate("abandoned_queries"), f"abandoned {_OF_JVM}"),
            Query(_rate("canceled_queries"), f"canceled {_OF_JVM}"),
        ],
        unit=EVENTS,
    )


def _cluster():
    yield lines(
        "Memory reserved",
        "Share of the cluster's memory that queries have reserved. Normal: below 90 %.",
        [Query(f"{_of('cluster_total_memory_reserved_bytes')} / {_of('cluster_memory_bytes')}", _OF_JVM)],
        unit="percentunit",
        colors=("transparent", (0.9, RED)),
        maximum=1,
    )
    yield lines(
        "Nodes with a full pool",
        "Queries on them are blocked. Normal: 0.",
        [Query(_of("cluster_memory_pool_blocked_nodes", "pool"), "{{pool}} {{jvm}}")],
        unit="short",
        colors=("transparent", (1, RED)),
    )
    yield lines(
        "Memory leaked",
        "Bytes that are reserved for queries which have ended. Normal: 0. Above 0 for long: a restart frees them.",
        [Query(_of("cluster_leaked_bytes"), _OF_JVM)],
        unit="bytes",
    )
    yield lines(
        "Splits",
        "Of each node: running, waiting for a thread, blocked, and those that run for too long. Normal: few wait,"
        " none is a runaway.",
        [
            Query(_of(f"{kind}_splits"), f"{kind} {{{{jvm}}}}")
            for kind in ("running", "waiting", "blocked", "runaway")
        ],
        unit="short",
    )
    yield lines(
        "Nodes",
        "That the coordinator counts as active, and that shut down. Normal: constant.",
        [Query(_of("active_nodes"), f"active {_OF_JVM}"), Query(_of("shutting_down_nodes"), f"shut down {_OF_JVM}")],
        unit="short",
    )
    yield lines(
        "Services that do not answer",
        "By the failure detector. Normal: 0. Workers that were stopped stay in it for a while.",
        [Query(_of("failure_detector_failed_services"), _OF_JVM)],
        unit="short",
        colors=("transparent", (1, YELLOW)),
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Presto",
        "Queries of Presto or Trino that run, wait and fail; its nodes and memory.",
        needs="presto",
        by_broker=False,
    )
    result.row("Now", *_numbers())
    result.row("Queries", *_queries())
    result.row("Nodes and memory", *_cluster())
    return result
