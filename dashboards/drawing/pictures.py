# SPDX-License-Identifier: Apache-2.0
"""Pictures of boards: Chromium opens the page for each."""

import argparse
import os
import pathlib
import subprocess
import tempfile

from blocks.screen import EDGE_PX, HEAD_PX, laid_out, place_of
from drawing import server, tools

# The time that the page's timers see; what it waits for from the server does not count.
_PAGE_MS = 30000
_TIMEOUT_S = 180


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
        "from": int(options.begin),
        "to": int(options.end),
        "scrapeInterval": options.scrape_interval,
    }


def _shoot(url: str, path: pathlib.Path, width: int, height: float) -> str:
    """Writes the picture; what Chromium says when it does not."""
    with tempfile.TemporaryDirectory() as profile:
        command = [tools.chromium(), "--headless", "--hide-scrollbars", "--disable-gpu", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        # Chromium's sandbox refuses to run as root.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        command += [f"--user-data-dir={profile}", f"--window-size={width},{height:.0f}", f"--screenshot={path}"]
        command += [f"--virtual-time-budget={_PAGE_MS}", "--enable-logging=stderr", url]
        path.unlink(missing_ok=True)
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return f"Chromium has not finished after {_TIMEOUT_S} s"
    return "" if path.exists() else f"Chromium has written no picture: {result.stderr.strip()[-500:]}"


def draw(boards: dict[str, dict], options: argparse.Namespace) -> list[str]:
    """Draws them one after the other; returns what has failed."""
    tools.chromium()
    problems = []
    with server.Server(tools.built_page(), options.prometheus) as serving:
        for uid, board in boards.items():
            job = _job(board, options)
            number, url = serving.url_of(job)
            path = options.output / f"{uid}.png"
            failed = _shoot(url, path, options.width, options.height or job["height"])
            report = serving.reports.get(number, {"errors": ["the page has reported nothing"], "empty": []})
            problems += [f"{uid}: {error}" for error in [failed, *report["errors"]] if error]
            print(f"{path}" + (f" (no data: {', '.join(report['empty'])})" if report["empty"] else ""))
    return problems
