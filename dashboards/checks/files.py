# SPDX-License-Identifier: Apache-2.0
"""Checks of the boards' files: what can be seen without a Prometheus.

Widths are estimates. The screen is `--width` pixels wide (blocks/screen.py). Texts are 14 px Inter
(blocks/textwidth.py). Beside a panel's title are 16 px of padding and 32 px for the mark of its description. Around a
table are 8 px of padding and the border. Its columns have the width that is set, or share what is left, and are never
narrower than `minWidth` (150 px where it is not set).
"""

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter

from blocks.screen import COLUMNS, place_of
from blocks.textwidth import text_width
from checks.board import panels_of, questions_of, variables_of

_TITLE_PX, _PADDING_PX, _COLUMN_HEAD_PX, _DEFAULT_COLUMN_PX = 48, 18, 12, 150
_SERIES = re.compile(r"\b(?:streamgauge|kafka|jvm|process|zookeeper|presto|spark|java)_\w+")
_NOT_SERIES = {"kafka_cluster"}
_BUILT_IN = {"__rate_interval", "__interval", "__range", "__url_time_range", "__value", "__data", "__all"}


def problems_of(boards: dict[str, dict], options: argparse.Namespace) -> list[str]:
    problems = []
    uids = Counter(board.get("uid") for board in boards.values())
    known = _exported_names(options.metrics)
    for name, board in boards.items():
        found = [*_of_board(name, board, uids), *_of_variables(board, uids)]
        for panel in panels_of(board["panels"]):
            found += [f"panel {panel.get('title')!r}: {text}" for text in _of_panel(panel, options.width)]
        found += _overlaps(board)
        found += _unknown_series(board, known)
        problems += [f"{name}: {text}" for text in found]
    return problems + _refused_by_promtool(boards)


def _of_board(name: str, board: dict, uids: Counter):
    uid = board.get("uid") or ""
    if not uid or len(uid) > 40:
        yield f"uid {uid!r} is empty or longer than 40 characters"
    if uids[uid] > 1:
        yield f"uid {uid} is that of several boards"
    if name != f"{uid}.json":
        yield f"the file is not named after the uid {uid}"
    if not board.get("description"):
        yield "no description"
    if board.get("editable") is not False:
        yield "can be edited"
    ids = Counter(panel.get("id") for panel in panels_of(board["panels"]))
    for number in (number for number, count in ids.items() if count > 1):
        yield f"panel id {number} occurs more than once"


def _texts(thing):
    """All texts in a JSON value."""
    if isinstance(thing, dict):
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _texts(value)
    elif isinstance(thing, str):
        yield thing


def _of_variables(board: dict, uids: Counter):
    names = {variable["name"] for variable in variables_of(board)}
    used = set()
    for text in _texts(board):
        for found in re.finditer(r"\$\{(\w+)[^}]*\}|\$(\w+)", text):
            used.add(found[1] or found[2])
        for found in re.finditer(r"/d/([\w-]+)", text):
            if found[1] not in uids:
                yield f"a link to {found[1]}, which is no board"
    for name in sorted(used - names - _BUILT_IN):
        if not name.isdigit():
            yield f"unknown variable ${name}"


def _of_panel(panel: dict, screen: int):
    if not panel.get("description", "").strip():
        yield "no description"
    if not panel.get("title"):
        yield "no title"
    if not panel.get("targets") and panel["type"] != "text":
        yield "no query"
    width = place_of(panel["gridPos"], screen)["width"]
    needed = text_width(panel.get("title", "")) + _TITLE_PX
    if needed > width:
        yield f"the title is cut: {needed:.0f} px wide, {width:.0f} px are there"
    if panel["type"] == "table":
        yield from _of_table(panel, width - _PADDING_PX)
        return
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    if not defaults.get("unit"):
        yield "no unit"
    if _is_rounded_duration(defaults):
        yield "80 minutes would be 1 hours"


def _is_rounded_duration(properties: dict) -> bool:
    return properties.get("unit") == "s" and properties.get("decimals") == 0


def _of_table(panel: dict, width: float):
    columns = _table_columns(panel)
    total = 0
    least = panel["fieldConfig"]["defaults"].get("custom", {}).get("minWidth", _DEFAULT_COLUMN_PX)
    for title, properties in columns.items():
        if properties.get("is_value") and not properties.get("unit"):
            yield f"column {title}: no unit"
        if _is_rounded_duration(properties):
            yield f"column {title}: 80 minutes would be 1 hours"
        if '"yellow"' in json.dumps(properties):
            yield f"column {title}: yellow text cannot be read on white"
        needed = text_width(title) + _COLUMN_HEAD_PX
        column = properties.get("custom.width") or max(least, needed)
        if needed > column:
            yield f"column {title}: the title is cut: {needed:.0f} px wide, {column} px are there"
        total += column
    if total > width:
        yield f"columns are off the screen: {total:.0f} px wide, {width:.0f} px are there"


def _table_columns(panel: dict) -> dict[str, dict]:
    """The titles of the columns that are shown, with their properties."""
    organized = next((t["options"] for t in panel.get("transformations", []) if t["id"] == "organize"), {})
    overrides = {
        one["matcher"]["options"]: {each["id"]: each.get("value") for each in one["properties"]}
        for one in panel["fieldConfig"].get("overrides", [])
    }
    columns = {}
    for field in organized.get("indexByName", {}):
        if organized.get("excludeByName", {}).get(field):
            continue
        name = organized.get("renameByName", {}).get(field, field)
        properties = overrides.get(name, {})
        title = properties.get("displayName", name)
        columns[title] = properties | {"is_value": field.startswith("Value")}
    return columns


def _overlaps(board: dict):
    # A collapsed row's panels take no place until it is opened; then all below it moves down.
    shown = [panel for panel in board["panels"] if panel["type"] != "row"]
    groups = [shown] + [row.get("panels") or [] for row in board["panels"] if row["type"] == "row"]
    for panels in groups:
        taken: dict[tuple[int, int], str] = {}
        for panel in panels:
            grid = panel["gridPos"]
            title = panel.get("title", "")
            if grid["x"] + grid["w"] > COLUMNS:
                yield f"panel {title!r} is wider than the board"
            rows = range(grid["y"], grid["y"] + grid["h"])
            cells = [(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in rows]
            for other in sorted({taken[cell] for cell in cells if cell in taken}):
                yield f"panel {title!r} overlaps {other!r}"
            taken.update(dict.fromkeys(cells, title))


def _exported_names(path) -> set[str]:
    """The names in docs/metrics.md; empty, and then not checked, without that file."""
    if not path.exists():
        return set()
    kinds = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", path.read_text(encoding="utf-8"), re.M))
    parts = {name + suffix for name, kind in kinds.items() if kind == "summary" for suffix in ("_sum", "_count")}
    return kinds.keys() | parts


def series_in(expr: str) -> set[str]:
    """The names of all series that a query uses."""
    return set(_SERIES.findall(re.sub(r'"(?:[^"\\]|\\.)*"', '""', expr))) - _NOT_SERIES


def series_of(board: dict) -> set[str]:
    """The names of all series that a board's queries use."""
    texts = [question.expr for question in questions_of(board)]
    texts += [variable["query"] for variable in variables_of(board) if variable["type"] == "query"]
    return {name for text in texts for name in series_in(text)}


def _unknown_series(board: dict, known: set[str]):
    if known:
        for name in sorted(series_of(board) - known - {variable["name"] for variable in variables_of(board)}):
            yield f"{name} is not exported"


def _refused_by_promtool(boards: dict[str, dict]) -> list[str]:
    """Errors of PromQL; not looked for where promtool is not installed."""
    if not shutil.which("promtool"):
        return []
    problems = []
    for name, board in boards.items():
        exprs = (_plain(question.expr) for question in questions_of(board))
        rules = "".join(f"  - record: board:expr\n    expr: |\n      {expr}\n" for expr in exprs)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(f"groups:\n- name: board\n  rules:\n{rules}")
            file.flush()
            result = subprocess.run(
                ["promtool", "check", "rules", file.name], capture_output=True, text=True, check=False
            )
        if result.returncode:
            problems.append(f"{name}: promtool: {result.stderr.strip()}")
    return problems


def _plain(expr: str) -> str:
    """With durations and texts instead of variables."""
    return re.sub(r"\$\{?(\w+)(?::\w+)?\}?", lambda m: "1m" if m[1].startswith("__") else "x", expr)
