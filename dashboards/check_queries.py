#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every query of the boards against a Prometheus that scrapes a healthy cluster.

Fails with the list of panels' queries and variables that are refused or return nothing but NaN.
Annotations, and queries of ALERTS, are empty without problems: those need only be valid.
"""

import argparse
import json
import math
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent


@dataclass(frozen=True)
class Question:
    """A query and where it is used."""

    where: str
    expr: str
    may_be_empty: bool = False


def panels_of(panels: list[dict]) -> Iterator[dict]:
    """All panels, those in collapsed rows as well."""
    for panel in panels:
        yield panel
        yield from panels_of(panel.get("panels") or [])


def variable_expr(query: str) -> str:
    """The selector inside label_values(selector, label), or the query itself."""
    match = re.fullmatch(r"label_values\((.*),\s*(\w+)\)", query)
    return f"group by ({match[2]}) ({match[1]})" if match else query


def questions_of(board: dict) -> Iterator[Question]:
    """The queries of a board."""
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield Question(f"variable {variable['name']}", variable_expr(variable["query"]))
    for annotation in board["annotations"]["list"]:
        if annotation.get("expr"):
            yield Question(f"annotation {annotation['name']}", annotation["expr"], True)
    for panel in panels_of(board["panels"]):
        for target in panel.get("targets") or []:
            where = f"panel {panel['title']}, {target['refId']}"
            yield Question(where, target["expr"], "ALERTS{" in target["expr"])


def filled_in(expr: str, values: dict[str, str]) -> str:
    """The query with its variables replaced; an unknown one is an error."""

    def value(match: re.Match) -> str:
        name = match[1] or match[2]
        if name not in values:
            raise ValueError(f"unknown variable ${name}")
        return values[name]

    return re.sub(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)", value, expr)


def ask(prometheus: str, expr: str) -> list[dict]:
    """The result of an instant query; ValueError with Prometheus' error message when it is refused."""
    body = urllib.parse.urlencode({"query": expr}).encode()
    try:
        with urllib.request.urlopen(f"{prometheus}/api/v1/query", body, timeout=30) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        try:
            raise ValueError(json.load(error)["error"]) from error
        except (json.JSONDecodeError, KeyError):
            raise ValueError(str(error)) from error


def has_number(result: list[dict]) -> bool:
    """Whether there is any value but NaN."""
    return any(not math.isnan(float(series["value"][1])) for series in result)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", metavar="URL")
    parser.add_argument("--job", default="streamgauge", help="what $job stands for, a regex")
    parser.add_argument("--cluster", default=".+", help="what $kafka_cluster stands for, a regex")
    parser.add_argument("--verbose", action="store_true", help="also list queries that succeed")
    parser.add_argument("boards", nargs="*", type=pathlib.Path, help="default: all in this folder")
    arguments = parser.parse_args()

    values = {
        "job": arguments.job,
        "kafka_cluster": arguments.cluster,
        "broker": ".+",
        "__rate_interval": "1m",
        "__interval": "15s",
        "__range": "1h",
    }
    asked = failed = 0
    boards = arguments.boards or sorted(HERE.glob("*.json"))
    if not boards:
        print("no boards: run generate.py", file=sys.stderr)
        return 1
    for path in boards:
        for question in questions_of(json.loads(path.read_text(encoding="utf-8"))):
            asked += 1
            try:
                expr = filled_in(question.expr, values)
                result = ask(arguments.prometheus.rstrip("/"), expr)
                fault = "" if question.may_be_empty or has_number(result) else "returns nothing"
            except ValueError as error:
                expr, fault, result = question.expr, str(error), []
            except OSError as error:
                print(f"{arguments.prometheus}: {error}", file=sys.stderr)
                return 1
            if fault:
                failed += 1
                print(f"{path.name}: {question.where}: {fault}\n    {expr}", file=sys.stderr)
            elif arguments.verbose:
                print(f"{path.name}: {question.where}: {len(result)} series")
    print(f"{asked} queries, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
