#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which queries of dashboards and rules have all of their metrics here: "does my board work?"

    tests/answered.py --page http://127.0.0.1:9308/metrics FOLDER...
    tests/answered.py --compat confluent,jmx-exporter-partitions FOLDER...

A folder has dashboards of Grafana (*.json) and rules of Prometheus (*.yml, *.yaml); a file can be named, too. With
--page a metric is there when the page has a series of it. Without, docs/metrics.md says what there can be: with the
tables of --compat, brokers' --rules (default: kafka, and what the tables add to it) and the catalogues of --jvms.

Only names are compared. A query with `or` is answered when one of its sides is. Labels, and metrics that are there
only under load, are not looked at. Those of Prometheus itself (up, ALERTS, ...) and those that the rules record are
there. Run by hand; the exit code is 0 when all queries are answered.
"""
import argparse
import json
import pathlib
import re
import sys
import urllib.request

import yaml

REPO = pathlib.Path(__file__).resolve().parents[1]
OTHER_NAMES = "## Under other exporters' names"
LISTS_OF_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", re.I)
WORDS = {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "group_left", "group_right", "start", "end"}
OF_PROMETHEUS = {"up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds", "scrape_samples_scraped"}
RECORD = "record "  # begins the place of such a rule
# What Grafana makes of a variable's query: functions of its own.
VARIABLE = re.compile(r"^\s*(?:label_values|query_result|metrics)\((.*?)(?:,\s*[\w$]+\s*)?\)\s*$", re.S)


# ---- Names in a query ----

def names_in(expr):
    """The metrics of a query: words that are no function, label, number or keyword."""
    named = set(re.findall(r'__name__\s*=\s*"(\w+)"', expr))
    expr = re.sub(r"#[^\n]*", "", re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', expr))
    expr = re.sub(r"\$\{[^}]*\}|\$\w+|\[\[\w+\]\]", "1", expr)  # Grafana's variables
    expr = LISTS_OF_LABELS.sub("", re.sub(r"\[[^\]]*\]|\{[^{}]*\}", "", expr))
    words = re.findall(r"(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])", expr)
    return named | {word for word in words if word.lower() not in WORDS}


def sides_of(expr):
    """The names of each side of `or`. Brackets do not count: an `or` inside of them has its own sides, too."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', lambda found: re.sub(r"\bor\b", "_or", found[0]), expr)
    return [names_in(side) for side in re.split(r"\bor\b", text)]


def missing_of(expr, there):
    """The names that keep a query from being answered; none when it is."""
    sides = [side for side in sides_of(expr) if side]
    lacks = [side - there for side in sides]
    return set() if not sides or not all(lacks) else set.union(*lacks)


# ---- Queries in files ----

def queries_of_board(board, where=""):
    """(place, query) of panels, variables and annotations, whatever the version of the schema."""
    if isinstance(board, list):
        for one in board:
            yield from queries_of_board(one, where)
    elif isinstance(board, dict):
        where = board.get("title") or board.get("name") or where
        if isinstance(board.get("expr"), str):
            yield str(where), board["expr"]
        if board.get("type") == "query":
            query = board.get("query") or board.get("definition") or ""
            query = query.get("query", "") if isinstance(query, dict) else query
            if found := VARIABLE.match(query):
                yield f"variable {where}", found[1]
        for key, one in board.items():
            if key not in ("expr", "query", "definition"):
                yield from queries_of_board(one, where)


def queries_of_rules(document):
    """(rule, query) of rules: a file of Prometheus, or a PrometheusRule."""
    if isinstance(document, list):
        for one in document:
            yield from queries_of_rules(one)
    elif isinstance(document, dict):
        if "expr" in document and ("alert" in document or "record" in document):
            yield document.get("alert") or RECORD + document["record"], str(document["expr"])
        for one in document.values():
            yield from queries_of_rules(one)


def queries_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return list(queries_of_board(json.loads(text)))
    return [query for document in yaml.safe_load_all(text) for query in queries_of_rules(document)]


def files_in(paths):
    for path in paths:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.suffix in (".json", ".yml", ".yaml"))


# ---- What there is ----

def names_of_page(text):
    return set(re.findall(r"^([a-zA-Z_:][\w:]*)", text, re.M))


def sections_of(text):
    """The text below each heading of docs/metrics.md, by the last name in the heading, or by the heading."""
    parts = re.split(r"^##+ (.*)\n", text, flags=re.M)[1:]
    return {(re.findall(r"`([^`]+)`", head) or [head])[-1]: body for head, body in zip(parts[::2], parts[1::2])}


def rows_of(body):
    """(name, type, the last cell that says what it is made of)"""
    return re.findall(r"^\| `(\w+)` \| (\w+) \|.*\| (.*) \|$", body, re.M)


def added_by(tables):
    """The catalogues that tables add to the default of brokers' rules."""
    for body in tables:
        if found := re.search(r"^Adds to the default of `jolokia\.rules`: (.*)\.$", body, re.M):
            yield from re.findall(r"`([^`]+)`", found[1])


def names_of_list(text, rules, jvms, tables):
    """The names that there can be: of Streamgauge, of these catalogues, and of these tables of `compat`."""
    own, other = (sections_of(part) for part in text.split(OTHER_NAMES))
    rules = rules or ["kafka", *added_by(other[table] for table in tables)]
    wanted = [head for head in own if " " in head] + rules + jvms
    there = set()
    for name in wanted:
        intro = own[name].split("\n|")[0]
        for part in {name, *re.findall(r"`(jvm|kafka-client)`", intro if " " not in name else "")}:
            for metric, kind, _ in rows_of(own[part]):
                there |= {metric} | ({f"{metric}_sum", f"{metric}_count"} if kind == "summary" else set())
    if "kafka-log-sizes" in wanted:
        there.add("kafka_log_log_size")
    for table in tables:
        there |= {name for name, _, source in rows_of(other[table]) if set(re.findall(r"`(\w+)`", source)) & there}
    return there


# ---- The report ----

def report(path, queries, there):
    """@return how many are not answered"""
    lacks = [(place, missing_of(expr, there)) for place, expr in queries]
    failed = [(place, names) for place, names in lacks if names]
    print(f"{path}: {len(queries) - len(failed)} of {len(queries)} queries")
    for place, names in failed:
        print(f"    {place}: {', '.join(sorted(names))}")
    return len(failed)


def options_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", metavar="URL|FILE", help="a page of Streamgauge's")
    parser.add_argument("--metrics", type=pathlib.Path, default=REPO / "docs/metrics.md", metavar="FILE")
    parser.add_argument("--compat", default="", metavar="TABLE,...")
    parser.add_argument("--rules", default="", metavar="CATALOGUE,...", help="as in the file")
    parser.add_argument("--jvms", default="", metavar="CATALOGUE,...", help="the rules of other JVMs")
    parser.add_argument("paths", nargs="+", type=pathlib.Path, metavar="FOLDER|FILE")
    return parser.parse_args()


def names_there(options):
    if options.page and "://" in options.page:
        with urllib.request.urlopen(options.page, timeout=60) as answer:
            return names_of_page(answer.read().decode())
    if options.page:
        return names_of_page(pathlib.Path(options.page).read_text(encoding="utf-8"))
    lists = [[one for one in text.split(",") if one] for text in (options.rules, options.jvms, options.compat)]
    return names_of_list(options.metrics.read_text(encoding="utf-8"), *lists)


def main():
    options = options_of()
    files = {path: queries for path in files_in(options.paths) if (queries := queries_of(path))}
    there = names_there(options) | OF_PROMETHEUS
    places = [place for queries in files.values() for place, _ in queries]
    there |= {place.removeprefix(RECORD) for place in places if place.startswith(RECORD)}
    failed = sum(report(path, queries, there) for path, queries in files.items())
    n = sum(len(queries) for queries in files.values())
    print(f"{n - failed} of {n} queries have all of their metrics")
    return 1 if failed or n == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
