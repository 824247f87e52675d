# SPDX-License-Identifier: Apache-2.0
"""Kafka / JVMs: memory, garbage collections, threads, files of brokers and of all other JVMs."""

from blocks.kit import (
    CLUSTER,
    EVENTS,
    GREEN,
    RED,
    YELLOW,
    Board,
    Column,
    Key,
    Query,
    lines,
    table,
    to_board,
)
from boards.processes import Processes
from boards.shared import CLUSTER_KEY

UID = "kafka-jvms"

_JVM_KEY = Key("process", "JVM", None, to_board(UID, kafka_cluster="Cluster", process="="))

# Each JVM has one of the labels `broker` and `jvm`: both are asked for, and one of them is empty.
_JVM = CLUSTER + ',broker=~"$process|",jvm=~"$process|"'
_NAME = "{{kafka_cluster}} {{process}}"


def _named(value: str, *labels: str) -> str:
    """One value for each process and these labels; `process` is the broker or the name of the JVM."""
    joined = f'label_join({value}, "process", "", "broker", "jvm")'
    return f"max by ({', '.join(('kafka_cluster', 'process', *labels))}) ({joined})"


def _of(metric: str, *labels: str, more: str = "") -> str:
    return _named(f"{metric}{{{_JVM}{',' if more else ''}{more}}}", *labels)


def _rate(metric: str, *labels: str, more: str = "") -> str:
    return _named(f"rate({metric}{{{_JVM}{',' if more else ''}{more}}}[$__rate_interval])", *labels)


_JVMS = Processes(_of, _rate, "kafka_cluster, process", _NAME)


def _overview():
    return table(
        "JVMs",
        "Heap after GC: what is in use of the old generation after a collection of it; 0 until the first one. Normal:"
        " heap after GC below 80 %, stopped below 10 %, files below 80 %.",
        [
            Column("Heap", _JVMS.heap, "percentunit", decimals=0),
            Column(
                "Heap after GC",
                _JVMS.heap_after_gc,
                "percentunit",
                colors=(GREEN, (0.8, YELLOW), (0.9, RED)),
                decimals=0,
            ),
            Column("Stopped by GC", _JVMS.stopped, "percentunit", colors=(GREEN, (0.1, RED)), decimals=1),
            Column("CPU", _rate("process_cpu_seconds_total"), "percentunit", decimals=0),
            Column("Threads", _of("jvm_threads_current")),
            Column("Open files", _JVMS.files, "percentunit", colors=(GREEN, (0.8, RED)), decimals=1),
            Column("Runs for", f"time() - {_of('process_start_time_seconds')}", "s", decimals=1, width=100),
            Column("Version", _of("jvm_runtime_info", "version"), hidden=True),
        ],
        keys=[
            CLUSTER_KEY,
            _JVM_KEY,
            Key("version", "Version", 230),
        ],
        sort="Heap",
        width=24,
        height=8,
    )


def _memory():
    yield from _JVMS.memory_lines()
    yield lines(
        "Outside of the heap",
        "Classes, code and others. Normal: steady after the start. Growing without end: classes are loaded again and"
        " again.",
        [Query(_of("jvm_memory_used_bytes", more='area="nonheap"'), _NAME)],
        unit="bytes",
    )
    yield lines(
        "Direct buffers",
        "Memory of network buffers outside of the heap. Normal: steady. Growing: raise -XX:MaxDirectMemorySize, or"
        " fewer connections.",
        [Query(_of("jvm_buffer_pool_used_bytes", more='pool="direct"'), _NAME)],
        unit="bytes",
    )
    yield lines(
        "Collections",
        "Per second, of each collector. Normal: as on other days; collections of the old generation are rare.",
        [Query(_rate("jvm_gc_collection_seconds_count", "gc"), f"{_NAME} {{{{gc}}}}")],
        unit=EVENTS,
    )


def _process():
    yield from _JVMS.process_lines()
    yield lines(
        "CPU of the machine",
        "Share of time that the machine's CPUs, or those of the container, are busy. Normal: below 80 %.",
        [Query(_of("java_lang_operatingsystem_cpuload"), _NAME)],
        unit="percentunit",
        maximum=1,
        colors=("transparent", (0.9, YELLOW)),
    )
    yield lines(
        "Load",
        "Load average of the machine over a minute. Normal: below the number of its CPUs.",
        [Query(_of("java_lang_operatingsystem_systemloadaverage"), _NAME)],
        unit="short",
    )
    yield lines(
        "Classes",
        "Classes that are loaded. Normal: steady after the start. Growing without end: a leak of class loaders.",
        [Query(_of("jvm_classes_currently_loaded"), _NAME)],
        unit="short",
    )


def _process_variable():
    value = f"group by (broker, jvm) (jvm_memory_used_bytes{{{CLUSTER}}})"
    query = f'query_result(label_join({value}, "process", "", "broker", "jvm"))'
    return ("process", "JVM", query, '/process="([^"]*)"/')


def board(_options):
    result = Board(
        UID,
        "Kafka / JVMs",
        "Memory, garbage collections, threads and files of brokers and of all other JVMs.",
        needs="jmx",
        by_broker=False,
        variables=[_process_variable()],
    )
    result.row("All of them", _overview())
    result.row("Memory and garbage collections", *_memory())
    result.row("Processes", *_process())
    return result
