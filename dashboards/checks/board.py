# SPDX-License-Identifier: Apache-2.0
"""Reading a board's JSON."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A query, where it is used, and its marks (see blocks/promql.py)."""

    where: str
    expr: str
    needs: str = ""
    only: str = ""
    over_time: bool = False
    columns: frozenset[str] | None = None  # of a table: labels that have a place in it


def panels_of(panels: list[dict]) -> Iterator[dict]:
    """All panels, those in collapsed rows as well; not the rows themselves."""
    for panel in panels:
        if panel["type"] != "row":
            yield panel
        yield from panels_of(panel.get("panels") or [])


def variables_of(board: dict) -> list[dict]:
    return board.get("templating", {}).get("list", [])


def annotations_of(board: dict) -> list[dict]:
    return [one for one in board.get("annotations", {}).get("list", []) if one.get("expr")]


def columns_of(panel: dict) -> frozenset[str] | None:
    """The labels that a table shows or leaves out on purpose; None when the panel is no table with an order."""
    if panel["type"] != "table":
        return None
    for one in panel.get("transformations", []):
        if one["id"] == "organize":
            return frozenset(one["options"].get("indexByName", {})) | frozenset(
                one["options"].get("excludeByName", {})
            )
    return None


def questions_of(board: dict) -> Iterator[Question]:
    """The queries of annotations and panels."""
    for annotation in annotations_of(board):
        yield Question(f"annotation {annotation['name']}", annotation["expr"], "", "annotations are of events")
    for panel in panels_of(board["panels"]):
        columns = columns_of(panel)
        for target in panel.get("targets") or []:
            marks = target.get("streamgauge") or {}
            yield Question(
                f"panel {panel.get('title', '')}, {target['refId']}",
                target["expr"],
                marks.get("needs", ""),
                marks.get("only", ""),
                bool(target.get("range")),
                columns,
            )
