# SPDX-License-Identifier: Apache-2.0
"""Queries: selectors, and values that are the same however many Streamgauges export them."""

from collections.abc import Callable
from dataclasses import dataclass

# Selectors: of a whole cluster, and of the chosen brokers of it.
CLUSTER = 'job=~"$job",kafka_cluster=~"$kafka_cluster"'
BROKER = CLUSTER + ',broker=~"$broker"'

# Streamgauge's own alerts. Those about Streamgauge itself have no kafka_cluster.
FIRING = 'ALERTS{alertstate="firing",alertname=~"Kafka.*",kafka_cluster=~"$kafka_cluster|"}'


@dataclass(frozen=True)
class Query:
    """An expression and its legend.

    `needs` is the part (parts.py) without which it has no data, if that is not said by the panel, the row
    or the board; `only` says when it has data, a fault of deploy/lab/fault or a reason. Both are for
    dashboards/check and end up in the JSON, where Grafana ignores them.
    """

    expr: str
    name: str = ""
    needs: str = ""
    only: str = ""


def once(value: str, *labels: str) -> str:
    """One value for each of these labels in a cluster, however many Streamgauges export it."""
    return f"max by ({', '.join(('kafka_cluster', *labels))}) ({value})"


def sum_by(value: str, *labels: str) -> str:
    """The sum in a cluster by these labels."""
    return f"sum by ({', '.join(('kafka_cluster', *labels))}) ({value})"


def _selected(metric: str, where: str, more: str) -> str:
    return f"{metric}{{{where}{',' if more else ''}{more}}}"


def gauge(metric: str, *labels: str, more: str = "", where: str = BROKER) -> str:
    """The present value, by `labels` (default: by broker). `more`: further matchers."""
    return once(_selected(metric, where, more), *(labels or ("broker",)))


def rate(metric: str, *labels: str, more: str = "", where: str = BROKER, at: str = "") -> str:
    """A counter per second, by `labels` (default: by broker)."""
    value = f"rate({_selected(metric, where, more)}[$__rate_interval]{at})"
    return once(value, *(labels or ("broker",)))


def of_cluster(metric: str, more: str = "") -> str:
    """For values that all controllers report alike, or that are 0 on all but the active one."""
    return once(_selected(metric, CLUSTER, more))


def top_lines(value: Callable[[str], str], *labels: str, count: int = 15) -> str:
    """The lines that are highest at the end of the time range, the same ones at each step.

    `value` makes the expression with the modifier that it is given behind each selector.
    """
    by = ", ".join(("kafka_cluster", *labels))
    return f"{value('')} and on ({by}) topk({count}, {value(' @ end()')})"
