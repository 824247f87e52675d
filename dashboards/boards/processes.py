# SPDX-License-Identifier: Apache-2.0
"""The values and lines of JVMs, for boards that choose them by broker and for the one of all JVMs."""

from collections.abc import Callable
from dataclasses import dataclass

from blocks.kit import RED, Query, gauge, lines, rate

# Concurrent collectors (ZGC's and Shenandoah's cycles, G1's from JDK 20 on) do not stop the program.
_PAUSES = 'gc!~".*(Cycles|Concurrent GC)"'
_HEAP = 'area="heap"'
_OLD = 'pool=~".*(Old|Tenured) Gen"'


@dataclass(frozen=True)
class Processes:
    """`of` and `rate` make the expression of a metric, with further labels and matchers, by the labels `by`."""

    of: Callable[..., str]
    rate: Callable[..., str]
    by: str
    name: str

    @property
    def heap(self) -> str:
        return f"{self.of('jvm_memory_used_bytes', more=_HEAP)} / {self.of('jvm_memory_max_bytes', more=_HEAP)}"

    @property
    def heap_after_gc(self) -> str:
        used, limit = (self.of(f"jvm_memory_pool_collection_{kind}_bytes", more=_OLD) for kind in ("used", "max"))
        return f"{used} / ({limit} > 0)"

    @property
    def stopped(self) -> str:
        return f"sum by ({self.by}) ({self.rate('jvm_gc_collection_seconds_sum', 'gc', more=_PAUSES)})"

    @property
    def files(self) -> str:
        return f"{self.of('process_open_fds')} / {self.of('process_max_fds')}"

    def memory_lines(self):
        yield lines(
            "Heap",
            "Share of the heap in use. Normal: a saw-tooth below 90 %. Look at the old generation after collections.",
            [Query(self.heap, self.name)],
            unit="percentunit",
            maximum=1,
        )
        yield lines(
            "Old generation after collections",
            "Share of the old generation in use after its latest collection: what is really needed. Normal: below"
            " 80 %. Above: raise -Xmx, or find what keeps the memory. 0 until the first such collection.",
            [Query(self.heap_after_gc, self.name)],
            unit="percentunit",
            colors=("transparent", (0.9, RED)),
            maximum=1,
        )
        yield lines(
            "Stopped by garbage collection",
            "Share of time in which the program was stopped. Normal: below 10 %. More: the heap is too small.",
            [Query(self.stopped, self.name)],
            unit="percentunit",
            colors=("transparent", (0.1, RED)),
        )

    def process_lines(self):
        yield lines(
            "CPU",
            "CPU time per second: 100 % is one core. Normal: as on other days.",
            [Query(self.rate("process_cpu_seconds_total"), self.name)],
            unit="percentunit",
        )
        yield lines(
            "Open files",
            "Share of the file descriptors that may be open. Normal: below 80 %. At 100 % a broker refuses"
            " connections and takes log directories offline: raise LimitNOFILE.",
            [Query(self.files, self.name)],
            unit="percentunit",
            colors=("transparent", (0.8, RED)),
            maximum=1,
        )
        yield lines(
            "Threads",
            "Threads of the JVM. Normal: steady. Growing without end: a leak, of an agent or plugin.",
            [Query(self.of("jvm_threads_current"), self.name)],
            unit="short",
        )


BROKERS = Processes(
    lambda metric, *labels, more="": gauge(metric, "broker", *labels, more=more),
    lambda metric, *labels, more="": rate(metric, "broker", *labels, more=more),
    "kafka_cluster, broker",
    "{{kafka_cluster}} {{broker}}",
)
