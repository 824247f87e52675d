# SPDX-License-Identifier: Apache-2.0
"""Which metrics no board and no alert uses, and which use each of the others."""

import pathlib
import re
from collections import defaultdict

from checks.files import SERIES, series_of

_OTHER_NAMES = "## Under other exporters' names"


def _sections(metrics: pathlib.Path) -> dict[str, list[str]]:
    """The names of docs/metrics.md by its headings, those of other exporters left out."""
    text = metrics.read_text(encoding="utf-8").split(_OTHER_NAMES)[0]
    sections: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        elif found := re.match(r"\| `(\w+)` \|", line):
            sections[heading].append(found[1])
    return sections


def users_of(boards: dict[str, dict], alerts: pathlib.Path) -> dict[str, set[str]]:
    """The boards and alerts that use each series."""
    users: dict[str, set[str]] = defaultdict(set)
    for board in boards.values():
        for name in series_of(board):
            users[name].add(board["uid"])
    for path in sorted(alerts.glob("*.rules.yml")):
        alert = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\s*- alert: (\w+)", line):
                alert = found[1]
            for name in SERIES.findall(line):
                users[name].add(alert)
    return users


def _exceptions(path: pathlib.Path) -> set[str]:
    """The names in the file of reasons: indented, below the reason."""
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(" ")}


def problems_of(
    boards: dict[str, dict], metrics: pathlib.Path, alerts: pathlib.Path, reasons: pathlib.Path
) -> tuple[list[str], str]:
    """Metrics that are not used without a reason, reasons that are not needed, and the figures."""
    users = users_of(boards, alerts)
    exceptions = _exceptions(reasons)
    problems, unused, total = [], set(), 0
    for heading, names in _sections(metrics).items():
        total += len(names)
        for name in names:
            if any(users.get(name + end) for end in ("", "_sum", "_count")):
                continue
            unused.add(name)
            if name not in exceptions:
                problems.append(f"{name} ({heading}): no board and no alert uses it, and no reason is given")
    problems += [f"{reasons.name}: {name} is used, or does not exist" for name in sorted(exceptions - unused)]
    return problems, f"{total} metrics, {len(unused)} that no board and no alert uses"
