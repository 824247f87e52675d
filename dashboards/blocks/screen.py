# SPDX-License-Identifier: Apache-2.0
"""Where Grafana puts panels on a screen, its side menu closed, in pixels."""

from collections.abc import Iterator

COLUMNS = 24
CELL_PX = 30
GAP_PX = 8
EDGE_PX = 16  # left, right and below
HEAD_PX = 96  # what is above the panels: where one is, the variables


def place_of(grid: dict, screen: int) -> dict[str, float]:
    """The place of a panel, from its place in the grid; `screen` is the width of all."""
    column = (screen - 2 * EDGE_PX + GAP_PX) / COLUMNS
    return {
        "left": EDGE_PX + grid["x"] * column,
        "top": HEAD_PX + grid["y"] * (CELL_PX + GAP_PX),
        "width": grid["w"] * column - GAP_PX,
        "height": grid["h"] * (CELL_PX + GAP_PX) - GAP_PX,
    }


def laid_out(panels: list[dict], opened: bool) -> Iterator[tuple[dict, dict]]:
    """All rows and panels that can be seen, with their places in the grid; `opened`: those in collapsed rows, too."""
    lower = 0
    for panel in panels:
        grid = panel["gridPos"]
        yield panel, grid | {"y": grid["y"] + lower}
        inside = (panel.get("panels") or []) if opened else []
        for one in inside:
            yield one, one["gridPos"] | {"y": one["gridPos"]["y"] + lower}
        # An opened row moves all below it down.
        lower += max((one["gridPos"]["y"] + one["gridPos"]["h"] - grid["y"] - 1 for one in inside), default=0)
