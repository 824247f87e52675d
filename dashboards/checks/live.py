# SPDX-License-Identifier: Apache-2.0
"""Checks of the boards with the data of a Prometheus."""

import argparse
import json
import math
import re
import time
import urllib.error
import urllib.parse
import urllib.request

from blocks.parts import PARTS
from checks.board import Question, questions_of, variables_of

_MOST_SERIES = 50
_LABELS = re.compile(r"label_values\((.*),\s*(\w+)\)", re.S)
_RESULT = re.compile(r"query_result\((.*)\)", re.S)


class Unreachable(Exception):
    """Prometheus does not answer."""


class Refused(Exception):
    """Prometheus refuses the query, or a variable is not known."""


class Prometheus:
    """Queries with the end of a time range, as a board sends them."""

    def __init__(self, url: str, minutes: int, scrape_interval: int) -> None:
        self.url = url.rstrip("/")
        self.end = time.time()
        self.start = self.end - 60 * minutes
        self.step = scrape_interval

    def query(self, expr: str, over_time: bool) -> list[dict]:
        if over_time:
            body = {"query": expr, "start": self.start, "end": self.end, "step": self.step}
            return self._ask("query_range", body)
        return self._ask("query", {"query": expr, "time": self.end})

    def _ask(self, path: str, body: dict) -> list[dict]:
        data = urllib.parse.urlencode(body).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", data, timeout=30) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            try:
                raise Refused(json.load(error)["error"]) from error
            except (json.JSONDecodeError, KeyError):
                raise Refused(str(error)) from error
        except OSError as error:
            raise Unreachable(f"{self.url}: {error}") from error


def filled_in(expr: str, values: dict[str, str]) -> str:
    """The query with its variables replaced."""

    def value(match: re.Match) -> str:
        name = match[1] or match[2]
        if name.isdigit():  # of label_replace
            return match[0]
        if name not in values:
            raise Refused(f"unknown variable ${name}")
        return values[name]

    return re.sub(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)", value, expr)


def _has_number(result: list[dict]) -> bool:
    """Whether there is any value but NaN."""
    pairs = (pair for series in result for pair in series.get("values") or [series["value"]])
    return any(not math.isnan(float(value)) for _, value in pairs)


def _options_of(variable: dict, prometheus: Prometheus, values: dict[str, str]) -> set[str]:
    """The values that Grafana offers for a variable."""
    query = filled_in(variable["query"], values)
    if found := _LABELS.fullmatch(query):
        result = prometheus.query(f"group by ({found[2]}) ({found[1]})", False)
        return {series["metric"][found[2]] for series in result if found[2] in series["metric"]}
    if found := _RESULT.fullmatch(query):
        texts = [_as_text(series) for series in prometheus.query(found[1], False)]
        pattern = variable.get("regex", "").strip("/")
        matches = [re.search(pattern, text) for text in texts]
        return {match[1] if match.groups() else match[0] for match in matches if match}
    raise Refused(f"neither label_values nor query_result: {query}")


def _as_text(series: dict) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in series["metric"].items())
    return f"{{{labels}}} {series['value'][1]} {series['value'][0]}"


class BoardCheck:
    """Fills the variables of one board and runs its queries."""

    def __init__(self, name: str, board: dict, prometheus: Prometheus, options: argparse.Namespace, parts: set[str]):
        self.name, self.board, self.prometheus, self.options, self.parts = name, board, prometheus, options, parts
        self.problems: list[str] = []
        self.ran = self.without = 0
        interval = 4 * options.scrape_interval
        self.values = {
            "__rate_interval": f"{interval}s",
            "__interval": f"{options.scrape_interval}s",
            "__range": f"{60 * options.minutes}s",
        }

    def problem(self, where: str, text: str, expr: str) -> None:
        self.problems.append(f"{self.name}: {where}: {text}\n    {expr}")

    def fill_variables(self) -> None:
        given = {"job": self.options.job, "kafka_cluster": self.options.cluster}
        for variable in variables_of(self.board):
            name = variable["name"]
            if variable["type"] == "custom":
                self.values[name] = variable["current"]["value"]
            if variable["type"] != "query":
                continue
            self.ran += 1
            self.values[name] = given.get(name) or variable.get("allValue") or ""
            try:
                offered = _options_of(variable, self.prometheus, self.values)
            except Refused as error:
                self.problem(f"variable {name}", str(error), variable["query"])
                continue
            if variable.get("hide") == 2 and name.startswith("no_"):
                self.values[name] = "".join(sorted(offered))
            elif not offered and self._is_there(variable.get("streamgauge", {}).get("needs", "")):
                self.problem(f"variable {name}", "no values", variable["query"])

    def run(self) -> None:
        for question in questions_of(self.board):
            self.ran += 1
            try:
                expr = filled_in(question.expr, self.values)
                result = self.prometheus.query(expr, question.over_time)
            except Refused as error:
                self.problem(question.where, str(error), question.expr)
                continue
            self._judge(question, expr, result)

    def _judge(self, question: Question, expr: str, result: list[dict]) -> None:
        if len(result) > _MOST_SERIES:
            self.problem(question.where, f"{len(result)} series, more than {_MOST_SERIES}", expr)
        if question.needs and question.needs not in PARTS:
            self.problem(question.where, f"needs {question.needs!r}, which is no part", expr)
        if question.columns is not None:
            unplaced = {label for series in result for label in series["metric"]} - question.columns
            if unplaced:
                self.problem(question.where, f"labels without a column: {', '.join(sorted(unplaced))}", expr)
        if _has_number(result):
            if self.options.verbose:
                print(f"{self.name}: {question.where}: {len(result)} series")
        elif self._excused(question):
            self.without += 1
            if self.options.verbose:
                print(f"{self.name}: {question.where}: no data ({question.only or question.needs})")
        else:
            self.problem(question.where, "returns nothing", expr)

    def _is_there(self, part: str) -> bool:
        return not part or part in self.parts

    def _excused(self, question: Question) -> bool:
        if not self._is_there(question.needs):
            return True
        return bool(question.only) and question.only != self.options.during


def _parts_there(prometheus: Prometheus, options: argparse.Namespace) -> set[str]:
    values = {"job": options.job or ".+", "kafka_cluster": options.cluster or ".+", "broker": ".+"}
    return {name for name, part in PARTS.items() if prometheus.query(filled_in(part.series, values), False)}


def problems_of(boards: dict[str, dict], options: argparse.Namespace) -> tuple[list[str], str]:
    """The problems, and a summary of what was done."""
    prometheus = Prometheus(options.prometheus, options.minutes, options.scrape_interval)
    parts = _parts_there(prometheus, options)
    required = set(filter(None, options.require.split(",")))
    problems = [f"{part} is required and not there" for part in sorted(required - parts)]
    ran = without = 0
    for name, board in boards.items():
        check = BoardCheck(name, board, prometheus, options, parts)
        check.fill_variables()
        check.run()
        problems += check.problems
        ran += check.ran
        without += check.without
    missing = ", ".join(sorted(set(PARTS) - parts)) or "nothing"
    return problems, f"{ran} queries, {without} of them without data as marked (not there: {missing})"
