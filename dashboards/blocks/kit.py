# SPDX-License-Identifier: Apache-2.0
"""All that a board needs. The house rules are in README.md."""

from blocks.board import Board, choice, to_board
from blocks.panels import (
    BLUE,
    GREEN,
    GREY,
    IDLE,
    NONE_IS_GOOD,
    NONE_IS_NORMAL,
    RED,
    YELLOW,
    lines,
    number,
    states,
    words,
)
from blocks.promql import (
    BROKER,
    CLUSTER,
    FIRING,
    Query,
    gauge,
    of_cluster,
    once,
    rate,
    sum_by,
    top_lines,
)
from blocks.tables import Column, Key, table

__all__ = [
    "BLUE",
    "BROKER",
    "CLUSTER",
    "FIRING",
    "GREEN",
    "GREY",
    "IDLE",
    "NONE_IS_GOOD",
    "NONE_IS_NORMAL",
    "RED",
    "YELLOW",
    "Board",
    "Column",
    "Key",
    "Query",
    "choice",
    "gauge",
    "lines",
    "number",
    "of_cluster",
    "once",
    "rate",
    "states",
    "sum_by",
    "table",
    "to_board",
    "top_lines",
    "words",
]
