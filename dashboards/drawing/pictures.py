# SPDX-License-Identifier: Apache-2.0
"""Pictures of boards: the page draws each in Chromium."""

import argparse

from blocks.screen import EDGE_PX, HEAD_PX, laid_out, place_of
from drawing import browser, server, tools

_TIMEOUT_S = 120


def _job(board: dict, options: argparse.Namespace) -> dict:
    """What the page draws."""
    given: dict[str, list[str]] = {}
    for name, value in options.var:
        given.setdefault(name, []).append(value)
    items = [
        {"panel": panel, "place": place_of(grid, options.width)}
        for panel, grid in laid_out(board["panels"], options.open)
    ]
    return {
        "board": board,
        "items": items,
        "given": given,
        "theme": options.theme,
        "width": options.width,
        "height": max(one["place"]["top"] + one["place"]["height"] for one in items) + EDGE_PX,
        "headHeight": HEAD_PX,
        "open": options.open,
        "from": int(options.begin),
        "to": int(options.end),
        "scrapeInterval": options.scrape_interval,
    }


def draw(boards: dict[str, dict], options: argparse.Namespace) -> list[str]:
    """Draws them one after the other; returns what has failed."""
    tools.chromium()
    problems = []
    with server.Server(tools.built_page(), options.prometheus) as serving, browser.Browser() as chromium:
        for uid, board in boards.items():
            job = serving.job(_job(board, options))
            height = round(options.height or job.asked["height"])
            path = options.output / f"{uid}.png"
            path.write_bytes(chromium.picture(job.url, options.width, height, job.done, _TIMEOUT_S))
            problems += [f"{uid}: {error}" for error in job.report["errors"]]
            empty = job.report["empty"]
            print(f"{path}" + (f" (no data: {', '.join(empty)})" if empty else ""))
    return problems
