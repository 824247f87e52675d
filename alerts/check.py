#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the alert rules and what belongs to each of them: alerts/check.py BUILD/streamgauge

Each alert has: a severity; a static summary, a description, links to a runbook that exists and to a
board that exists and has the variables that the link fills; a runbook with all its sections; a unit
test that expects it to fire and one that expects it to stay silent. Expressions, and the queries of runbooks,
name only series that Streamgauge exports, or others' (`up`, node_exporter's), and keep clusters apart. Then
promtool checks the rules and the queries and runs the tests, and the rules for another job are checked to name
only that. tests/e2e/test_runbooks.py runs the commands of the runbooks.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from runbook_text import parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
RUNBOOKS = HERE / "runbooks"
SECTIONS = ["## Check first", "## Likely causes, and the fix", "## Do not", "## Resolves"]
BOLD = ["**Meaning.**", "**Impact.**"]
SERIES = re.compile(r"\b(?:streamgauge|kafka|jvm|process|zookeeper|presto|spark)_\w+")
LABELS = {"kafka_cluster"}

problems: list[str] = []


def problem(where: str, text: str) -> None:
    problems.append(f"{where}: {text}")


def read_yaml(path: pathlib.Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def exported_names(program: str) -> set[str]:
    listed = subprocess.run([program, "--metrics.list"], check=True, capture_output=True, text=True)
    names = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", listed.stdout, re.M))
    parts = {name + suffix for name, kind in names.items() if kind == "summary" for suffix in ("_sum", "_count")}
    return names.keys() | parts


def check_series(where: str, rule: dict, known: set[str]) -> None:
    for series in sorted(set(SERIES.findall(rule["expr"])) - LABELS - known):
        problem(where, f"{series} is not exported")


def check_rule(where: str, rule: dict, known: set[str]) -> None:
    name = rule["alert"]
    annotations = rule.get("annotations", {})
    if rule.get("labels", {}).get("severity") not in ("critical", "warning", "info"):
        problem(where, "severity must be critical, warning or info")
    for key in ("summary", "description", "runbook_url", "dashboard_url"):
        if not annotations.get(key, "").strip():
            problem(where, f"no {key}")
    if "{{" in annotations.get("summary", ""):
        problem(where, "the summary must be the same for all instances of the alert")
    if annotations.get("runbook_url") != f"alerts/runbooks/{name}.md":
        problem(where, f"runbook_url must be alerts/runbooks/{name}.md")
    check_board(where, annotations.get("dashboard_url", ""))
    check_series(where, rule, known)


def check_board(where: str, url: str) -> None:
    """The board exists and has the variables that the link fills."""
    board = re.match(r"/d/([\w-]+)", url)
    path = ROOT / "dashboards" / f"{board[1] if board else ''}.json"
    if not path.exists():
        problem(where, "dashboard_url is not a board of dashboards/")
        return
    variables = {one["name"] for one in json.loads(path.read_text(encoding="utf-8"))["templating"]["list"]}
    for name in sorted(set(re.findall(r"[?&]var-(\w+)=", url)) - variables):
        problem(where, f"the board of dashboard_url has no variable {name}")


def check_runbooks(alerts: set[str]) -> None:
    for name in sorted(alerts):
        path = RUNBOOKS / f"{name}.md"
        if not path.exists():
            problem(name, f"no runbook {path.relative_to(ROOT)}")
            continue
        text = path.read_text(encoding="utf-8")
        if not text.startswith(f"# {name}\n"):
            problem(path.name, f"must begin with `# {name}'")
        for part in BOLD + SECTIONS:
            if part not in text:
                problem(path.name, f"no `{part}'")
    for path in sorted(RUNBOOKS.glob("*.md")):
        if path.stem not in alerts:
            problem(path.name, "no alert of that name")


def check_queries(known: set[str]) -> None:
    """Those of the runbooks: what they group or join by is of one cluster."""
    rules = []
    for path in sorted(RUNBOOKS.glob("*.md")):
        queries, _, unknown = parse(path.read_text(encoding="utf-8"))
        for line in unknown:
            problem(path.name, f"neither a query nor a command nor what one prints: {line}")
        for query in queries:
            check_series(path.name, {"expr": re.sub(r'"[^"]*"', '""', query)}, known)
            for labels in re.findall(r"\b(?:by|on) ?\(([^)]*)\)", query):
                if "kafka_cluster" not in labels:
                    problem(path.name, f"({labels}) without kafka_cluster: {query}")
            rules.append({"record": f"{path.stem}:{len(rules)}", "expr": query})
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "queries_of_the_runbooks.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}), encoding="utf-8")
        if shutil.which("promtool"):
            run_promtool("check", "rules", str(file))


def check_tests(alerts: set[str], test_files: list[pathlib.Path]) -> None:
    fires, silent = set(), set()
    for path in test_files:
        for test in read_yaml(path)["tests"]:
            for case in test.get("alert_rule_test") or []:
                (fires if case.get("exp_alerts") else silent).add(case["alertname"])
    for name in sorted(alerts - fires):
        problem(name, "no unit test expects it to fire")
    for name in sorted(alerts - silent):
        problem(name, "no unit test expects it to stay silent")
    for name in sorted((fires | silent) - alerts):
        problem(name, "tested, but there is no such alert")


def check_other_names() -> None:
    """Rules for another job, label, place of runbooks and boards name nothing of the defaults."""
    options = ["--job=other", "--cluster-label=cluster", "--runbooks=https://r.example/", "--threshold=lag_age=77"]
    with tempfile.TemporaryDirectory() as folder:
        command = [HERE / "generate", f"--output={folder}", "--dashboards=https://d.example", *options]
        subprocess.run(command, check=True, capture_output=True)
        files = sorted(pathlib.Path(folder).iterdir())
        for path in files:
            text = path.read_text(encoding="utf-8")
            for old in ('job="streamgauge"', "kafka_cluster", "url: alerts/", "url: /d/"):
                if old in text:
                    problem(f"generate: {path.name}", f"{old} is left")
        groups = (pathlib.Path(folder) / "groups.rules.yml").read_text(encoding="utf-8")
        if "_lag_seconds_max) > 77" not in groups or "77 seconds old" not in groups:
            problem("generate: groups.rules.yml", "--threshold lag_age=77 is not in it")
        if shutil.which("promtool"):
            run_promtool("check", "rules", *(str(path) for path in files if path.suffix == ".yml"))


def run_promtool(*arguments: str) -> None:
    result = subprocess.run(
        ["promtool", *arguments], cwd=HERE, capture_output=True, text=True, check=False
    )
    if result.returncode:
        problem(f"promtool {' '.join(arguments[:3])}", (result.stdout + result.stderr).strip())


def main() -> int:
    rule_files = sorted(HERE.glob("*.rules.yml"))
    test_files = sorted((HERE / "tests").glob("*.test.yml"))
    known = exported_names(sys.argv[1])
    alerts: set[str] = set()
    for path in rule_files:
        for group in read_yaml(path)["groups"]:
            for rule in group["rules"]:
                if "record" in rule:
                    check_series(f"{path.name}: {rule['record']}", rule, known)
                    continue
                where = f"{path.name}: {rule['alert']}"
                alerts.add(rule["alert"])
                check_rule(where, rule, known)
    if not alerts:
        problem("alerts", "no rules found")
    check_runbooks(alerts)
    check_queries(known)
    check_tests(alerts, test_files)
    check_other_names()
    if shutil.which("promtool"):
        run_promtool("check", "rules", *map(str, rule_files))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda path: run_promtool("test", "rules", str(path)), test_files))
    else:
        problem("promtool", "not installed (Debian: package prometheus)")

    for text in problems:
        print(text, file=sys.stderr)
    print(f"{len(alerts)} alerts, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
