#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keys and flags of the program are those in the documentation; HELP is short.

    tests/check_docs.py BUILD/streamgauge            compares
    tests/check_docs.py BUILD/streamgauge --write    writes the reference of keys into the documentation
"""
import collections
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[1]
CONFIGURATION = (REPO / "docs/configuration.md").read_text()
# Where the keys of other files than the configuration are described.
OTHER_FILES = {
    "compat": (REPO / "docs/migrating.md").read_text(),
    "web": CONFIGURATION.split("\n## Web configuration\n", 1)[1],
}
REFERENCE = re.compile(r"<!-- streamgauge --config\.keys -->\n\n(.*?)\n<!-- end -->", re.S)
HELP_CHARACTERS_MAX = 150
SHOWN_TOGETHER = {"--sasl.*", "--tls.*", "--offset.show-all"}  # kafka_exporter's: docs/migrating.md


def has_word(text, word):
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?!\w)", text) is not None


def said_by(binary, flag):
    return subprocess.run([binary, flag], check=True, capture_output=True, text=True).stdout


def listed(binary):
    """The names of --config.list, by what they are: flag, config, web, compat."""
    names = collections.defaultdict(set)
    for line in said_by(binary, "--config.list").splitlines():
        kind, name = line.split(" ")
        names[kind].add(name)
    return names


def reference_differs(binary):
    made = said_by(binary, "--config.keys")
    written = REFERENCE.search(CONFIGURATION)
    if not written or written.group(1) != made:
        yield ("docs/configuration.md differs from the output of streamgauge --config.keys; "
               "tests/check_docs.py BUILD/streamgauge --write updates it")


def write_reference(binary):
    made = said_by(binary, "--config.keys")
    begin, end = "<!-- streamgauge --config.keys -->\n\n", "\n<!-- end -->"
    path = REPO / "docs/configuration.md"
    path.write_text(REFERENCE.sub(lambda _: begin + made + end, CONFIGURATION))


def undocumented_keys(binary):
    names = listed(binary)
    for file, text in OTHER_FILES.items():
        if not names[file]:
            yield f"--config.list has no keys of {file}"
        for name in sorted(names[file]):
            if not has_word(text, name.rpartition(".")[2]):
                yield f"{file}: the key {name} is not documented"


def flags_in(text):
    return set(re.findall(r"--[a-z][a-z.*-]*[a-z*]", text))


def flags_differ(binary):
    taken = {"--" + name for name in listed(binary)["flag"]}
    shown = flags_in(said_by(binary, "--help"))
    table = CONFIGURATION.split("\n## Flags\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in table.splitlines() if line.startswith("| `--")]
    described = set().union(*(flags_in(row.split(" | ")[0]) for row in rows))
    for place, there in (("--help", shown), ("docs/configuration.md", described)):
        for flag in sorted(taken - there):
            yield f"{flag} is not in {place}"
        for flag in sorted(there - taken - SHOWN_TOGETHER):
            yield f"{flag} is in {place}, and there is no such flag"


def long_help():
    """HELP without the source in parentheses at the end, which may be long."""
    texts = re.findall(r"^\| `(\w+)` .* \| (.+) \|$", (REPO / "docs/metrics.md").read_text(), re.M)
    if len(texts) < 300:
        yield f"only {len(texts)} metrics were found in docs/metrics.md: the table has changed"
    for name, text in texts:
        said = re.sub(r" \((?:[^()]|\([^()]*\))*\)\.?$", "", text.replace("\\", ""))
        if len(said) > HELP_CHARACTERS_MAX:
            yield f"HELP of {name} has {len(said)} characters, of {HELP_CHARACTERS_MAX}"


def kinds_of_events_differ():
    """Between docs/openapi.yaml, docs/status-page.md and the program."""
    kinds = set(re.findall(r'\[SG_EVENT_\w+\] = "(\w+)"', (REPO / "exporter/watch/event.c").read_text()))
    if len(kinds) < 20:
        yield f"only {len(kinds)} kinds of events were found: exporter/watch/event.c has changed"
    openapi = re.search(r"EventKind:.*?enum: \[(.*?)\]", (REPO / "docs/openapi.yaml").read_text(), re.S)[1]
    for kind in sorted(kinds ^ set(re.findall(r"\w+", openapi))):
        yield f"docs/openapi.yaml: EventKind and the kinds of events differ in {kind}"
    for kind in sorted(kinds):
        if f"`{kind}`" not in (REPO / "docs/status-page.md").read_text():
            yield f"docs/status-page.md does not have the kind of event {kind}"


if "--write" in sys.argv:
    write_reference(sys.argv[1])
    sys.exit(0)
problems = [*reference_differs(sys.argv[1]), *undocumented_keys(sys.argv[1]), *flags_differ(sys.argv[1]),
            *long_help(), *kinds_of_events_differ()]
print("\n".join(problems))
sys.exit(1 if problems else 0)
