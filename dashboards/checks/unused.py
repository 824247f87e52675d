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


def report(boards: dict[str, dict], metrics: pathlib.Path, alerts: pathlib.Path) -> str:
    """A line for each metric that is not used, by section, and the figures."""
    users = users_of(boards, alerts)
    lines, unused, total = [], 0, 0
    for heading, names in _sections(metrics).items():
        left = [name for name in names if not any(users.get(name + end) for end in ("", "_sum", "_count"))]
        total += len(names)
        unused += len(left)
        if left:
            lines += [f"{heading}: {len(left)} of {len(names)}", *(f"    {name}" for name in left)]
    lines.append(f"{total} metrics, {unused} that no board and no alert uses")
    return "\n".join(lines)
