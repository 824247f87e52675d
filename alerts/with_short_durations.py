#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies alert rules with shorter waits, for tests that cannot wait 10 minutes.

By default `for` and `keep_firing_for` are divided by 20, which keeps their order: 5m becomes 15s, 1h
becomes 3m. --for and --keep set a bound on top of that, after the division. Ranges inside of
expressions ([5m], offset 10m) stay as they are.
"""

import argparse
import pathlib
import re
import sys

import yaml

UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
UNITS_MS["y"] = 365 * UNITS_MS["d"]


def duration_ms(text: str) -> int:
    """A Prometheus duration, such as 1h30m, in milliseconds."""
    parts = re.findall(r"(\d+)(ms|[smhdwy])", text)
    if text == "0":
        return 0
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r}")
    return sum(int(number) * UNITS_MS[unit] for number, unit in parts)


def factor(text: str) -> float:
    """A number that durations can be divided by."""
    number = float(text)
    if not number >= 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def shorten(rules: dict, divisor: float, bounds: dict[str, int | None]) -> None:
    """Changes the rules in place."""
    for group in rules["groups"]:
        for rule in group["rules"]:
            for key, bound in bounds.items():
                if key not in rule:
                    continue
                short = round(duration_ms(rule[key]) / divisor)
                rule[key] = f"{short if bound is None else min(short, bound)}ms"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", metavar="IN", type=pathlib.Path)
    parser.add_argument("target", metavar="OUT", type=pathlib.Path)
    parser.add_argument("--factor", type=factor, default=20, help="default: 20")
    parser.add_argument("--for", dest="wait", type=duration_ms, metavar="D", help="at most D")
    parser.add_argument("--keep", type=duration_ms, metavar="D", help="at most D")
    arguments = parser.parse_args()

    rules = yaml.safe_load(arguments.source.read_text(encoding="utf-8"))
    bounds = {"for": arguments.wait, "keep_firing_for": arguments.keep}
    shorten(rules, arguments.factor, bounds)
    text = yaml.safe_dump(rules, sort_keys=False, allow_unicode=True, width=1000)
    arguments.target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
