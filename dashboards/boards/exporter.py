# SPDX-License-Identifier: Apache-2.0
"""Kafka / Exporter: whether Streamgauge itself works, and what it costs."""

from blocks.kit import (
    CLUSTER,
    GREEN,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    lines,
    number,
    states,
    table,
    words,
)
from boards.shared import CLUSTER_KEY, UP_OR_DOWN

UID = "kafka-exporter"

# Of each Streamgauge, so not once for all of them. They have a kafka_cluster only where it says so.
_JOB = 'job=~"$job"'
_OK_OR_FAILED = words({0: ("failed", RED), 1: ("ok", GREEN)})
_INSTANCE = "{{instance}}"
_COLLECTION = "{{collector}} {{target}} {{instance}}"
_JOBS = f"group by (job) (last_over_time(streamgauge_build_info{{{_JOB}}}[1d]))"
_UP = f"up{{{_JOB}}} and on (job) {_JOBS}"
_SUCCESS = f"streamgauge_collector_success{{{CLUSTER}}}"


def _own(metric: str) -> str:
    return f"streamgauge_{metric}{{{_JOB}}}"


def _by_instance(value: str) -> str:
    """For a table: without labels that have no column."""
    return f"max by (job, instance) ({value})"


def _by_collection(metric: str) -> str:
    by = "kafka_cluster, collector, target, instance"
    return f"max by ({by}) (streamgauge_collector_{metric}{{{CLUSTER}}})"


def _numbers():
    yield number(
        "Not scraped",
        "Targets of Streamgauge's jobs that Prometheus cannot scrape. Normal: 0. See whether their processes run.",
        [Query(f"count({_UP}) - sum({_UP})")],
        colors=NONE_IS_GOOD,
        width=4,
    )
    yield number(
        "Collections failing",
        "Collectors whose latest collection was not complete. Normal: 0. The table below says which; the status page"
        " of the instance has the error.",
        [Query(f"count({_SUCCESS}) - sum({_SUCCESS})")],
        colors=NONE_IS_NORMAL,
        width=4,
    )
    yield number(
        "Left out",
        "Groups and partitions that exceed the limits of the configuration and have no series. Normal: 0. Raise"
        " `limits`, or filter what is not needed.",
        [
            Query(
                "sum(max by (kafka_cluster, what)"
                f' (streamgauge_admin_left_out{{{CLUSTER},what!="owners"}})) or vector(0)'
            )
        ],
        colors=NONE_IS_NORMAL,
        width=4,
    )
    yield number(
        "Samples dropped, 1 h",
        "Samples that were collected but not exported within an hour. Normal: 0. The panel below has the reason.",
        [Query(f"round(sum(increase(streamgauge_dropped_samples_total{{{CLUSTER}}}[1h]))) or vector(0)")],
        colors=NONE_IS_NORMAL,
        width=4,
    )
    yield number(
        "Old configuration",
        "Instances whose last reload found an error: the previous configuration stays in use. Normal: 0. The log has"
        " the place of the error.",
        [Query(f"sum(1 - {_own('config_last_reload_successful')})")],
        colors=NONE_IS_GOOD,
        width=4,
    )
    yield number(
        "Series",
        "Series of brokers and clusters that all instances export. Normal: as on other days.",
        [Query(f"sum(streamgauge_collector_series{{{CLUSTER}}})")],
        unit="short",
        colors=(GREEN,),
        width=4,
        decimals=1,
    )


def _instances():
    return table(
        "Instances",
        "Each Streamgauge. Normal: up, one version everywhere, memory and CPU steady.",
        [
            Column("State", _by_instance(_UP), colors=(RED, (1, GREEN)), mappings=UP_OR_DOWN),
            Column("Runs for", f"time() - {_by_instance(_own('process_start_time_seconds'))}", "s", decimals=1),
            Column("Memory", _by_instance(_own("process_resident_memory_bytes")), "bytes", width=92),
            Column(
                "CPU",
                _by_instance(f"rate({_own('process_cpu_seconds_total')}[$__rate_interval])"),
                "percentunit",
                decimals=1,
            ),
            Column(
                "Open files",
                _by_instance(f"{_own('process_open_fds')} / {_own('process_max_fds')}"),
                "percentunit",
                colors=(GREEN, (0.8, RED)),
                decimals=1,
            ),
            Column("Build", f"max by (job, instance, version) ({_own('build_info')})", hidden=True),
        ],
        keys=[Key("job", "Job", 110), Key("instance", "Instance"), Key("version", "Version", 90)],
        sort="State",
        descending=False,
        width=12,
        height=8,
    )


def _collectors():
    return table(
        "Collections",
        "What each instance collects, by target: a broker's id, a JVM's name. Took: the latest collection. Age: since"
        " the latest complete one. Normal: ok, took well below the interval, age up to twice the interval.",
        [
            Column("State", _by_collection("success"), colors=(RED, (1, GREEN)), mappings=_OK_OR_FAILED),
            Column("Took", _by_collection("duration_seconds"), "s", width=80),
            Column(
                "Age",
                f"time() - {_by_collection('last_success_timestamp_seconds')}",
                "s",
                colors=(GREEN, (60, YELLOW), (300, RED)),
                decimals=1,
            ),
            Column("Series", _by_collection("series"), width=84),
        ],
        keys=[
            CLUSTER_KEY,
            Key("collector", "Collector", 100),
            Key("target", "Target"),
            Key("instance", "Instance"),
        ],
        sort="State",
        descending=False,
        width=12,
        height=8,
    )


def _collections():
    yield lines(
        "Time of collections",
        "How long each collection took. Normal: well below the interval. Near the time-out: brokers or agents are"
        " slow, or there is too much to collect.",
        [
            Query(f"streamgauge_collector_duration_seconds{{{CLUSTER}}}", _COLLECTION),
            Query(f"max({_own('collect_interval_seconds')})", "interval"),
        ],
        unit="s",
    )
    yield lines(
        "Failures by kind",
        "Failures of collections within 5 minutes. Normal: nothing. The kind says where to look: connect, timeout,"
        " http, limit and others.",
        [
            Query(
                "sum by (collector, target, kind)"
                f" (increase(streamgauge_collector_errors_total{{{CLUSTER}}}[5m])) > 0",
                "{{collector}} {{target}} {{kind}}",
                only="kill-broker 2",
            )
        ],
        unit="short",
        empty="No failures",
    )
    yield lines(
        "Series",
        "Series that each collection yields. Normal: steady. A jump: new topics, groups or clients.",
        [Query(f"streamgauge_collector_series{{{CLUSTER}}}", _COLLECTION)],
        unit="short",
    )
    yield lines(
        "Samples dropped",
        "Samples that were collected but not exported, by reason, within 5 minutes. Normal: nothing.",
        [
            Query(
                f"sum by (target, reason) (increase(streamgauge_dropped_samples_total{{{CLUSTER}}}[5m])) > 0",
                "{{target}} {{reason}}",
                only="a limit of the configuration is exceeded",
            )
        ],
        unit="short",
    )
    yield lines(
        "Interval, and period of scrapes",
        "Collections are in step with one scraper: the interval is then its period. Normal: both alike; no period"
        " with several scrapers.",
        [
            Query(_own("collect_interval_seconds"), f"interval {_INSTANCE}"),
            Query(_own("scrape_period_seconds"), f"scrapes {_INSTANCE}", only="one scraper with a steady period"),
        ],
        unit="s",
    )
    yield lines(
        "Collections per minute",
        "Of each target, complete or not. Normal: 60 over the interval. Fewer: collections take longer than the"
        " interval.",
        [Query(f"rate(streamgauge_collector_collections_total{{{CLUSTER}}}[$__rate_interval]) * 60", _COLLECTION)],
        unit="none",
    )


def _process():
    yield states(
        "Scraped",
        "Whether Prometheus can scrape each instance. Normal: up. The brokers' boards have gaps where it is down.",
        [Query(_UP, _INSTANCE)],
        mappings=UP_OR_DOWN,
        width=8,
    )
    yield lines(
        "Time and size of scrapes",
        "How long Prometheus waits for the page. Normal: below 100 ms; the page is made from what was collected.",
        [Query(f"scrape_duration_seconds{{{_JOB}}} and on (job) {_JOBS}", _INSTANCE)],
        unit="s",
    )
    yield lines(
        "Samples of a scrape",
        "Normal: steady. A jump: new topics, groups or clients.",
        [Query(f"scrape_samples_scraped{{{_JOB}}} and on (job) {_JOBS}", _INSTANCE)],
        unit="short",
    )
    yield lines(
        "Memory",
        "Resident memory of Streamgauge. Normal: steady.",
        [Query(_own("process_resident_memory_bytes"), _INSTANCE)],
        unit="bytes",
    )
    yield lines(
        "CPU",
        "CPU time of Streamgauge per second: 100 % is one core. Normal: some percent.",
        [Query(f"rate({_own('process_cpu_seconds_total')}[$__rate_interval])", _INSTANCE)],
        unit="percentunit",
    )
    yield lines(
        "Requests",
        "Requests of scrapers and browsers by status code, and those that were refused, per second. Normal: only"
        " 2xx.",
        [
            Query(
                f"sum by (instance, code) (rate({_own('http_requests_total')}[$__rate_interval]))",
                f"{{{{code}}}} {_INSTANCE}",
            ),
            Query(
                f"sum by (instance, reason) (rate({_own('http_refused_total')}[$__rate_interval]))",
                f"refused: {{{{reason}}}} {_INSTANCE}",
            ),
        ],
        unit="reqps",
    )
    yield lines(
        "Lines of the log that were lost",
        "Because stderr was full or had no reader, within 5 minutes. Normal: 0.",
        [Query(f"increase({_own('log_lines_dropped_total')}[5m])", _INSTANCE)],
        unit="short",
    )


def board(_options):
    result = Board(
        UID,
        "Kafka / Exporter",
        "Whether Streamgauge itself works, and what it costs.",
        by_broker=False,
    )
    result.add(*_numbers(), _instances(), _collectors())
    result.row("Collections", *_collections())
    result.row("Streamgauge's own process", *_process())
    return result
