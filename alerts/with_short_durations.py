#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies alert rules with shorter durations, for tests that cannot wait 10 minutes.

All `for` and `keep_firing_for` are divided by the same number, so that their order is kept: with
--for 15s, 5m becomes 15s, 10m 30s and 1h 3m. Ranges in expressions ([5m], offset 10m) are not
changed.
"""

import argparse
import pathlib
import re
import sys

import yaml

UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
LONG_MS = 5 * UNITS_MS["m"]


def duration_ms(text: str) -> int:
    """A Prometheus duration, such as 1h30m, in milliseconds."""
    parts = re.findall(r"(\d+)(ms|[smhdw])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r}")
    return sum(int(number) * UNITS_MS[unit] for number, unit in parts)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", metavar="IN", type=pathlib.Path)
    parser.add_argument("target", metavar="OUT", type=pathlib.Path)
    parser.add_argument(
        "--for",
        dest="short_ms",
        metavar="DURATION",
        type=duration_ms,
        default="15s",
        help="what 5 minutes become (default: 15s)",
    )
    arguments = parser.parse_args()

    rules = yaml.safe_load(arguments.source.read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            for key in rule.keys() & {"for", "keep_firing_for"}:
                rule[key] = f"{duration_ms(rule[key]) * arguments.short_ms // LONG_MS}ms"
    text = yaml.safe_dump(rules, sort_keys=False, allow_unicode=True, width=1000)
    arguments.target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
