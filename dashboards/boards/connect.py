# SPDX-License-Identifier: Apache-2.0
"""Kafka / Connect: which connectors and tasks run, what they move, and what they drop."""

from blocks.kit import (
    CLUSTER,
    GREEN,
    GREY,
    NONE_IS_GOOD,
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
    once,
    rate,
    states,
    sum_by,
    table,
    to_board,
    words,
)
from boards.shared import CLUSTER_KEY, one_of

UID = "kafka-connect"

_CONNECTOR_KEY = Key("connector", "Connector", None, to_board(UID, kafka_cluster="Cluster", connector="="))

_CONNECTOR = CLUSTER + ',connector=~"$connector"'
_TASK = ("connector", "task")
_OF_TASK = "{{connector}} {{task}}"
_WORKER = "kafka_connect_worker"
_STATUSES = {
    "running": GREEN,
    "paused": GREY,
    "stopped": GREY,
    "restarting": YELLOW,
    "unassigned": YELLOW,
    "failed": RED,
    "destroyed": RED,
}
_WORDS = words({place: (name, color) for place, (name, color) in enumerate(_STATUSES.items(), 1)})


def _tasks(kind: str) -> str:
    """Of a connector, over all workers."""
    return sum_by(gauge(f"{_WORKER}_connector_{kind}_task_count", "jvm", "connector", where=_CONNECTOR), "connector")


def _task_rate(metric: str) -> str:
    return rate(f"kafka_connect_{metric}_total", *_TASK, where=_CONNECTOR)


def _task_gauge(metric: str) -> str:
    return gauge(f"kafka_connect_{metric}", *_TASK, where=_CONNECTOR)


def _numbers():
    for title, text, kind, colors in (
        (
            "Tasks failed",
            "Connect does not start them again by itself. Normal: 0. The connector's status (REST) has the error;"
            " a request restarts them.",
            "failed",
            NONE_IS_GOOD,
        ),
        (
            "Not assigned",
            "Tasks that no worker has. Normal: 0, more while workers rebalance.",
            "unassigned",
            (GREEN, (1, YELLOW)),
        ),
        ("Tasks running", "Normal: all tasks of the connectors that are not paused.", "running", (RED, (1, GREEN))),
    ):
        yield number(title, text, [Query(sum_by(_tasks(kind)), "{{kafka_cluster}}")], colors=colors, height=6)
    yield number(
        "Rebalancing",
        "Workers that rebalance now. Normal: 0. For more than 5 minutes: workers come and go.",
        [Query(sum_by(gauge(f"{_WORKER}_rebalance_rebalancing", "jvm", where=CLUSTER)), "{{kafka_cluster}}")],
        colors=(GREEN, (1, YELLOW)),
        height=6,
    )
    yield table(
        "Connectors",
        "Status is the last known one, not a live check. A connector runs although all of its tasks have failed:"
        " look at those. Normal: running, no task failed, nothing skipped.",
        [
            Column(
                "Status",
                one_of("kafka_connect_connector_status_info", "status", list(_STATUSES), "connector", _CONNECTOR),
                mappings=_WORDS,
                width=90,
            ),
            Column("Failed", _tasks("failed"), colors=NONE_IS_GOOD),
            Column("Tasks", _tasks("total")),
            Column(
                "Skipped, 1 h",
                "round("
                + sum_by(
                    once(f"increase(kafka_connect_task_error_records_skipped_total{{{_CONNECTOR}}}[1h])", *_TASK),
                    "connector",
                )
                + ")",
                colors=NONE_IS_GOOD,
            ),
            Column(
                "Type", once(f"kafka_connect_connector_type_info{{{_CONNECTOR}}}", "connector", "type"), hidden=True
            ),
        ],
        keys=[
            CLUSTER_KEY,
            _CONNECTOR_KEY,
            Key("type", "Type", 74),
        ],
        sort="Failed",
        width=12,
        height=6,
    )


def _work():
    yield states(
        "Tasks",
        "The state of each task. Normal: running. Failed: the trace is in the connector's status (REST).",
        [
            Query(
                one_of(
                    "kafka_connect_connector_task_status_info",
                    "status",
                    list(_STATUSES),
                    "connector, task",
                    _CONNECTOR,
                ),
                _OF_TASK,
            )
        ],
        mappings=_WORDS,
        width=24,
        height=5,
    )
    yield lines(
        "Records of sinks",
        "Read from Kafka, and given to the connector after its transformations, per second. Normal: both alike, and"
        " as much as is produced. Read without given: all are skipped.",
        [
            Query(_task_rate("sink_task_sink_record_read"), f"read {_OF_TASK}", only="a sink runs"),
            Query(_task_rate("sink_task_sink_record_send"), f"given {_OF_TASK}", only="a sink runs"),
        ],
        unit=RECORDS,
    )
    yield lines(
        "Records of sources",
        "From the connector, and written to Kafka after the transformations, per second. Normal: both alike.",
        [
            Query(_task_rate("source_task_source_record_poll"), f"from it {_OF_TASK}", only="a source runs"),
            Query(_task_rate("source_task_source_record_write"), f"written {_OF_TASK}", only="a source runs"),
        ],
        unit=RECORDS,
    )
    yield lines(
        "Time for a batch",
        "Average time that the connector takes for a batch (sinks), or to return one (sources). Normal: as on other"
        " days. Near max.poll.interval.ms: the task will be put out of its group.",
        [
            Query(_task_gauge("sink_task_put_batch_avg_time_seconds"), f"sink {_OF_TASK}", only="a sink runs"),
            Query(_task_gauge("source_task_poll_batch_avg_time_seconds"), f"source {_OF_TASK}", only="a source runs"),
        ],
        unit="s",
    )
    yield lines(
        "Not committed yet",
        "Records given to a sink whose offsets are not committed, and records that Kafka has not acknowledged to a"
        " source. Normal: steady. Growing: the other system, or Kafka, is slow.",
        [
            Query(_task_gauge("sink_task_sink_record_active_count"), f"sink {_OF_TASK}", only="a sink runs"),
            Query(_task_gauge("source_task_source_record_active_count"), f"source {_OF_TASK}", only="a source runs"),
        ],
        unit="short",
    )
    yield lines(
        "Commits that fail",
        "Share of commits of offsets that failed. Normal: 0. More: records will be read again after a restart.",
        [Query(_task_gauge("connector_task_offset_commit_failure_ratio"), _OF_TASK)],
        unit="percentunit",
        colors=("transparent", (0.01, RED)),
    )
    yield lines(
        "Time running",
        "Share of its life that each task was running. Normal: near 100 %.",
        [Query(_task_gauge("connector_task_running_ratio"), _OF_TASK)],
        unit="percentunit",
        maximum=1,
    )


def _errors():
    for title, text, metrics in (
        (
            "Records that fail",
            "Records that failed, and that were skipped after an error: these are lost, or in the dead letter queue."
            " Normal: 0. Bad data, or the other system refuses it.",
            {"record_failures": "failed", "records_skipped": "skipped"},
        ),
        (
            "Retries",
            "Operations that were tried again, per second. Normal: 0. More: the other system, or Kafka, does not"
            " answer.",
            {"retries": "retries"},
        ),
        (
            "Dead letter queue",
            "Records sent to the dead letter queue, and those that it did not accept: they are lost. Normal: 0.",
            {"deadletterqueue_produce_requests": "sent", "deadletterqueue_produce_failures": "lost"},
        ),
    ):
        yield lines(
            title,
            text,
            [Query(_task_rate(f"task_error_{metric}"), f"{name} {_OF_TASK}") for metric, name in metrics.items()],
            unit=RECORDS,
            colors=("transparent", (0.001, YELLOW)),
        )


def _workers():
    worker = "{{kafka_cluster}} {{jvm}}"
    yield lines(
        "Since the last heartbeat",
        "Of each worker to its coordinator. Normal: below 3 s. Above session.timeout.ms: Kafka is out of reach; the"
        " only series that shows it.",
        [
            Query(
                gauge("kafka_connect_coordinator_last_heartbeat_age_seconds", "jvm", "client_id", where=CLUSTER),
                worker,
            )
        ],
        unit="s",
        colors=("transparent", (10, RED)),
    )
    yield lines(
        "Connectors and tasks",
        "That each worker has, failed ones too. Normal: even over workers.",
        [
            Query(gauge(f"{_WORKER}_connector_count", "jvm", where=CLUSTER), f"connectors {worker}"),
            Query(gauge(f"{_WORKER}_task_count", "jvm", where=CLUSTER), f"tasks {worker}"),
        ],
        unit="short",
    )
    yield lines(
        "Rebalances",
        "Of the workers, within 10 minutes. Normal: 0, more after a change of a connector or a worker.",
        [Query(once(f"increase({_WORKER}_rebalance_completed_rebalances_total{{{CLUSTER}}}[10m])", "jvm"), worker)],
        unit="short",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Connect",
        "Which connectors and tasks run, what they move, and what they drop.",
        needs="connect",
        by_broker=False,
        variables=[
            (
                "connector",
                "Connector",
                f"label_values(kafka_connect_connector_status_info{{{CLUSTER}}}, connector)",
            )
        ],
    )
    result.row("Connectors", *_numbers(), *_work())
    result.row("Errors", *_errors())
    result.row("Workers", *_workers())
    return result
