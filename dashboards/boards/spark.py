# SPDX-License-Identifier: Apache-2.0
"""Kafka / Spark: whether structured streaming queries keep up, and whether jobs fail."""

from blocks.kit import (
    CLUSTER,
    EVENTS,
    GREEN,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RED,
    ROWS,
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

UID = "kafka-spark"

_QUERY = CLUSTER + ',query=~"$query"'
_OF_QUERY = "{{jvm}} {{query}}"
_OF_JVM = "{{kafka_cluster}} {{jvm}}"


def _driver(metric: str) -> str:
    return gauge(f"spark_driver_{metric}", "jvm", where=CLUSTER)


def _within(metric: str, window: str = "15m") -> str:
    """How many within a time, of all drivers."""
    return f"round({sum_by(once(f'increase(spark_driver_{metric}_total{{{CLUSTER}}}[{window}])', 'jvm'))})"


def _streaming():
    def of_query(metric: str) -> str:
        return gauge(f"spark_streaming_{metric}", "jvm", "query", where=_QUERY)

    yield lines(
        "Rows",
        "Rows per second that each query reads (input) and can work on (processing). Normal: input below processing."
        " Input is what the query reads, not what arrives: one that is far behind looks healthy here, see its"
        " checkpoint. A query that died has no series.",
        [
            Query(of_query("input_rows_per_second"), f"input {_OF_QUERY}"),
            Query(of_query("processing_rows_per_second"), f"processing {_OF_QUERY}"),
        ],
        unit=ROWS,
        width=12,
    )
    yield lines(
        "Time of a batch",
        "Time of the latest trigger. Normal: below the trigger's interval. Above it for long: the query does not"
        " keep up.",
        [Query(of_query("latency_seconds"), _OF_QUERY)],
        unit="s",
        width=12,
    )
    yield lines(
        "State",
        "Rows that each query keeps. Normal: steady. Growing without end: a watermark is missing.",
        [Query(of_query("state_rows"), _OF_QUERY)],
        unit="short",
    )
    yield lines(
        "Memory of state",
        "Bytes of state in memory. Normal: steady. Near the executors' memory: fewer keys, a watermark, or RocksDB.",
        [Query(of_query("state_used_bytes"), _OF_QUERY)],
        unit="bytes",
    )
    yield lines(
        "Watermark is old by",
        "Delay of each query in the time of its events; nothing without a watermark. Normal: the watermark's delay"
        " and some batches.",
        [
            Query(
                "time() - " + of_query("event_time_watermark_timestamp_seconds"),
                _OF_QUERY,
                only="a query has a watermark",
            )
        ],
        unit="s",
    )


def _checkpoints():
    checkpoint = "kafka_spark_checkpoint"
    yield number(
        "Since the last batch",
        "Time since each query completed a batch, by its checkpoint. Normal: up to the trigger's interval while there"
        " is something to read; longer without input.",
        [
            Query(
                "time() - " + gauge(f"{checkpoint}_completed_timestamp_seconds", "consumergroup", where=CLUSTER),
                "{{consumergroup}}",
            )
        ],
        unit="s",
        colors=(GREEN, (120, YELLOW), (600, RED)),
        width=6,
        height=7,
    )
    yield lines(
        "Batches",
        "Batches that were completed within 5 minutes, by the checkpoint. Normal: as on other days. 0 with lag: the"
        " query is stuck or has died.",
        [Query(once(f"delta({checkpoint}_batch{{{CLUSTER}}}[5m])", "consumergroup"), "{{consumergroup}}")],
        unit="short",
        width=9,
    )
    on_spark = f"and on (kafka_cluster, consumergroup) {checkpoint}_batch{{{CLUSTER}}}"
    yield lines(
        "Behind, in time",
        "Age of the oldest record that the query has not read, by its checkpoint. Normal: some batches. Growing: it"
        " does not keep up, or stands still.",
        [
            Query(
                f"{gauge('kafka_consumergroup_lag_seconds_max', 'consumergroup', where=CLUSTER)} {on_spark}",
                "{{consumergroup}}",
            )
        ],
        unit="s",
        width=9,
    )


def _jobs():
    for title, text, metric, colors in (
        (
            "Jobs failed",
            "A query has died, or will. Normal: 0. The driver's log has the reason.",
            "failed_jobs",
            NONE_IS_GOOD,
        ),
        (
            "Stages failed",
            "Normal: 0. They are tried again; the driver's log has the reason.",
            "failed_stages",
            NONE_IS_NORMAL,
        ),
        ("Tasks failed", "Executors die, or data is bad. Normal: 0.", "failed_tasks", NONE_IS_NORMAL),
    ):
        yield number(
            title, f"Within 15 minutes. {text}", [Query(_within(metric), "{{kafka_cluster}}")], colors=colors, width=4
        )
    yield number(
        "Stages waiting",
        "Normal: 0. For long: there are too few executors.",
        [Query(sum_by(_driver("waiting_stages")), "{{kafka_cluster}}")],
        colors=NONE_IS_NORMAL,
        width=4,
    )
    yield number(
        "Jobs running",
        "Normal: one for each batch that runs.",
        [Query(sum_by(_driver("active_jobs")), "{{kafka_cluster}}")],
        colors=(GREEN,),
        width=4,
    )
    yield number(
        "Events dropped",
        "Events that the driver dropped within 15 minutes: it is overloaded, and its figures are wrong. Normal: 0.",
        [
            Query(
                "round("
                + sum_by(
                    once(
                        f"increase(spark_driver_listener_bus_dropped_events_total{{{CLUSTER}}}[15m])", "jvm", "queue"
                    )
                )
                + ")",
                "{{kafka_cluster}}",
            )
        ],
        colors=NONE_IS_NORMAL,
        width=4,
    )
    yield lines(
        "Tasks",
        "Tasks that were completed, and that failed, per second. Normal: none fail.",
        [
            Query(rate("spark_driver_completed_tasks_total", "jvm", where=CLUSTER), f"completed {_OF_JVM}"),
            Query(rate("spark_driver_failed_tasks_total", "jvm", where=CLUSTER), f"failed {_OF_JVM}"),
        ],
        unit=EVENTS,
    )
    used, limit = (_driver(f"block_manager_memory_{kind}_bytes") for kind in ("used", "max"))
    yield lines(
        "Storage memory",
        "Share of the executors' storage memory in use. Normal: below 80 %.",
        [Query(f"{used} / {limit}", _OF_JVM)],
        unit="percentunit",
        maximum=1,
    )
    yield lines(
        "Time of executors",
        "Run time, CPU time and garbage collections of tasks, seconds per second. Normal: garbage collections below"
        " a tenth of the run time.",
        [
            Query(rate(f"spark_executor_{kind}_seconds_total", "jvm", where=CLUSTER), f"{text} {_OF_JVM}")
            for kind, text in (("run_time", "run"), ("cpu_time", "CPU"), ("jvm_gc_time", "GC"))
        ],
        unit="s",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Spark",
        "Whether structured streaming queries keep up, and whether jobs fail.",
        needs="spark",
        by_broker=False,
        variables=[("query", "Query", f"label_values(spark_streaming_latency_seconds{{{CLUSTER}}}, query)")],
    )
    result.row("Structured streaming", *_streaming())
    result.row("By checkpoint", *_checkpoints(), needs="spark-checkpoint")
    result.row("Jobs", *_jobs())
    return result
