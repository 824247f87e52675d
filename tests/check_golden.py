#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""promtool's lint over the golden pages of all catalogues.

A name that existing dashboards depend on is in e2e/promtool_allowed.txt, with the reason.
"""
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).parent


def read_allowed() -> set[str]:
    lines = (TESTS / "e2e/promtool_allowed.txt").read_text().splitlines()
    return {line.split(" ")[0] for line in lines if line and not line.startswith("#")}


def lint(page: pathlib.Path) -> list[str]:
    """promtool's messages about a page, one per line."""
    result = subprocess.run(
        ["promtool", "check", "metrics"],
        input=page.read_text(),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]


def main() -> None:
    allowed = read_allowed()
    pages = sorted((TESTS / "fixtures/jolokia/golden").glob("*.txt"))
    complaints = [
        f"{page.name}: {line}"
        for page in pages
        for line in lint(page)
        if line.split(" ")[0] not in allowed
    ]
    if not pages:
        complaints = ["there are no golden pages"]
    sys.exit("\n".join(complaints) or 0)


main()
