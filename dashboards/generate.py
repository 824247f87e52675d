#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana boards, one JSON file each, into this folder; --check compares instead."""

import argparse
import json
import pathlib
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder

import boards

HERE = pathlib.Path(__file__).resolve().parent


def text_of(module) -> str:
    """The JSON of a board. Panels are numbered in their order: the SDK gives them no id."""
    board = module.board().build()
    for number, panel in enumerate(board.panels, 1):
        panel.id_val = number
    return json.dumps(board, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    check = parser.parse_args().check

    wanted = {HERE / f"{module.UID}.json": text_of(module) for module in boards.ALL}
    stale = [path for path in sorted(HERE.glob("*.json")) if path not in wanted]
    for path in stale:
        print(f"{path.name}: no board of that name", file=sys.stderr)
    differ = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in differ:
        if check:
            print(f"{path.name}: differs from the output of generate.py; run it", file=sys.stderr)
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"{path.name}: written")
    return 1 if stale or (check and differ) else 0


if __name__ == "__main__":
    sys.exit(main())
