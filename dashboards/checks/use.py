# SPDX-License-Identifier: Apache-2.0
"""Which panels and alerts use each metric: docs/metrics-use.md."""

import json
import pathlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.board import questions_of, variables_of
from checks.files import series_in

_OTHER_NAMES = "## Under other exporters' names"
_HEAD = """# Where each metric is used

Made by `dashboards/check --use`; a test checks that it is current. [metrics.md](metrics.md) says what each metric is,
[dashboards/README.md](../dashboards/README.md) what the boards are for, [alerts.md](alerts.md) what the alerts are. A
metric that nothing uses has a reason, from `dashboards/unused.txt`.
"""


@dataclass
class Users:
    """What uses a metric: panels by board, and what boards have in common by "", with their order; and alerts."""

    places: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    alerts: list[str] = field(default_factory=list)

    def add(self, other: "Users") -> None:
        for board, places in other.places.items():
            for place, order in places.items():
                self.places[board][place] = min(order, self.places[board].get(place, order))
        self.alerts += [alert for alert in other.alerts if alert not in self.alerts]


def _queries_of(board: dict) -> Iterator[tuple[str, str, str]]:
    """(board or "", place, query) of panels, annotations and variables."""
    for question in questions_of(board):
        if question.where.startswith("panel "):
            yield board["title"], question.where.removeprefix("panel ").rpartition(", ")[0], question.expr
        else:
            yield "", question.where, question.expr
    for variable in variables_of(board):
        if variable["type"] == "query":
            yield "", f"variable {variable['name']}", variable["query"]


def users_of(boards: dict[str, dict], alerts: pathlib.Path) -> dict[str, Users]:
    """The users of each series. Alerts are those of the folder's mixin.json: their queries, and what they advise."""
    users: dict[str, Users] = defaultdict(Users)
    for board in boards.values():
        for order, (title, place, query) in enumerate(_queries_of(board)):
            for name in series_in(query):
                users[name].add(Users({title: {place: order}}))
    mixin = json.loads((alerts / "mixin.json").read_text(encoding="utf-8"))
    for rule in (rule for group in mixin["prometheusAlerts"]["groups"] for rule in group["rules"]):
        advice = rule.get("annotations", {}).get("description", "")
        for name in series_in(rule["expr"]) | series_in(advice):
            users[name].add(Users(alerts=[rule.get("alert") or rule["record"]]))
    return users


def users_of_metric(name: str, users: dict[str, Users]) -> Users:
    """Those of a family: also of the series of a summary."""
    all_of_it = Users()
    for series in (name, f"{name}_sum", f"{name}_count"):
        if series in users:
            all_of_it.add(users[series])
    return all_of_it


def sections_of(metrics: pathlib.Path) -> dict[str, list[str]]:
    """The names of docs/metrics.md by its headings with their marks, those of other exporters left out."""
    text = metrics.read_text(encoding="utf-8").split(_OTHER_NAMES)[0]
    sections: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in text.splitlines():
        if line.startswith("##"):
            heading = line
        elif found := re.match(r"\| `(\w+)` \|", line):
            sections[heading].append(found[1])
    return sections


def reasons_of(path: pathlib.Path) -> dict[str, str]:
    """Why metrics are not used, from the file of reasons: names are indented, below the reason, and may end in *."""
    reasons, reason = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            reasons[line.strip()] = reason
        elif not line.startswith("#"):
            reason = line.strip().removesuffix(":")
    return reasons


def reason_of(name: str, reasons: dict[str, str]) -> str | None:
    """The line of the file that has the metric; None without one."""
    if name in reasons:
        return name
    return next((key for key in reasons if key.endswith("*") and name.startswith(key[:-1])), None)


def _places(users: Users) -> Iterator[str]:
    for board, places in sorted(users.places.items(), key=lambda item: (not item[0], item[0])):
        title = f"**{board.removeprefix('Kafka / ')}**: " if board else ""
        yield title + ", ".join(sorted(places, key=places.get))


def _row(name: str, users: Users, reason: str) -> str:
    places = "; ".join(_places(users))
    alerts = ", ".join(f"`{alert}`" for alert in users.alerts)
    if not places and not alerts:
        places = f"none: {reason}"
    return f"| `{name}` | {places.replace('|', chr(92) + '|')} | {alerts} |"


def table_of(
    boards: dict[str, dict], metrics: pathlib.Path, alerts: pathlib.Path, reasons: pathlib.Path
) -> str:
    """The document."""
    users, why = users_of(boards, alerts), reasons_of(reasons)
    lines = [_HEAD]
    for heading, names in sections_of(metrics).items():
        lines += [heading, "", "| Metric | Panels | Alerts |", "|---|---|---|"]
        lines += [_row(name, users_of_metric(name, users), why.get(reason_of(name, why), "")) for name in names]
        lines.append("")
    return "\n".join(lines)
