#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keys and flags that the program takes are those that the documentation has.

    tests/check_docs.py BUILD/streamgauge
"""
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[1]
CONFIGURATION = (REPO / "docs/configuration.md").read_text()
# Tables of aliases have keys of their own, described where they are used.
KEYS_DOCUMENTED_IN = {"compat.c": (REPO / "docs/migrating.md").read_text()}
SHOWN_TOGETHER = {"--sasl.*", "--tls.*", "--offset.show-all"}  # kafka_exporter's: docs/migrating.md


def keys_of(source):
    """What stands in the arrays that sg_yaml_expect_map() is given."""
    for array in re.findall(r"\bkeys\[\] = \{(.*?)\}", source, re.S):
        yield from re.findall(r'"([^"]+)"', array)


def has_word(text, word):
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?!\w)", text) is not None


def undocumented_keys():
    found = 0
    for path in sorted((REPO / "exporter/config").glob("*.c")):
        for key in keys_of(path.read_text()):
            found += 1
            if not has_word(KEYS_DOCUMENTED_IN.get(path.name, CONFIGURATION), key):
                yield f"{path.name}: the key {key} is not documented"
    if found < 50:
        yield f"only {found} keys were found in exporter/config: they have moved"


def flags_differ(binary):
    shown = subprocess.run([binary, "--help"], check=True, capture_output=True, text=True).stdout
    taken = set(re.findall(r"--[a-z][a-z.*-]*[a-z*]", shown)) - SHOWN_TOGETHER
    table = CONFIGURATION.split("\n## Flags\n", 1)[1].split("\n## ", 1)[0]
    described = set()
    for line in table.splitlines():
        if line.startswith("| `--"):
            described |= set(re.findall(r"--[a-z][a-z.*-]*[a-z*]", line.split(" | ")[0]))
    for flag in sorted(taken - described):
        yield f"{flag} is not in docs/configuration.md"
    for flag in sorted(described - taken - SHOWN_TOGETHER):
        yield f"{flag} is in docs/configuration.md, and not in --help"


def unlisted_labels():
    """Labels that the collectors give series, beside the list of names that are spoken for."""
    listed = set(re.findall(r'"([a-z_]+)"', (REPO / "exporter/metric/label_names.c").read_text()))
    used = set()
    for path in [*(REPO / "collectors").rglob("*.c")]:
        if not path.name.startswith("test_"):
            used |= set(re.findall(r'\{\s*SG_STR\("([a-z_]+)"\),', path.read_text()))
    for label in sorted(used - listed):
        yield f"the label {label} is not in exporter/metric/label_names.c"
    if len(used) < 15:
        yield f"only {len(used)} labels were found in collectors: they are written in another way"


problems = [*undocumented_keys(), *unlisted_labels(), *flags_differ(sys.argv[1])]
print("\n".join(problems))
sys.exit(1 if problems else 0)
