#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keys and flags of the program are those in the documentation; HELP is short.

    tests/check_docs.py BUILD/streamgauge            compares
    tests/check_docs.py BUILD/streamgauge --write    writes the reference of keys into the documentation
"""
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[1]
CONFIGURATION = (REPO / "docs/configuration.md").read_text()
# The keys of other files than the configuration, which are not in tables of exporter/config/keys*.c.
OTHER_FILES = {
    "compat.c": (REPO / "docs/migrating.md").read_text(),
    "web.c": CONFIGURATION.split("\n## Web configuration\n", 1)[1],
}
REFERENCE = re.compile(r"<!-- streamgauge --config\.keys -->\n\n(.*?)\n<!-- end -->", re.S)
HELP_CHARACTERS_MAX = 150
SHOWN_TOGETHER = {"--sasl.*", "--tls.*", "--offset.show-all"}  # kafka_exporter's: docs/migrating.md


def keys_of(source):
    """The contents of the arrays that sg_yaml_expect_map() is given."""
    for array in re.findall(r"\bkeys\[\] = \{(.*?)\}", source, re.S):
        yield from re.findall(r'"([^"]+)"', array)


def has_word(text, word):
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?!\w)", text) is not None


def reference_differs(binary):
    made = subprocess.run([binary, "--config.keys"], check=True, capture_output=True, text=True).stdout
    written = REFERENCE.search(CONFIGURATION)
    if not written or written.group(1) != made:
        yield ("docs/configuration.md differs from the output of streamgauge --config.keys; "
               "tests/check_docs.py BUILD/streamgauge --write updates it")


def write_reference(binary):
    made = subprocess.run([binary, "--config.keys"], check=True, capture_output=True, text=True).stdout
    begin, end = "<!-- streamgauge --config.keys -->\n\n", "\n<!-- end -->"
    path = REPO / "docs/configuration.md"
    path.write_text(REFERENCE.sub(lambda _: begin + made + end, CONFIGURATION))


def undocumented_keys():
    for name, text in OTHER_FILES.items():
        keys = list(keys_of((REPO / "exporter/config" / name).read_text()))
        if not keys:
            yield f"no keys were found in exporter/config/{name}: they have moved"
        for key in keys:
            if not has_word(text, key):
                yield f"{name}: the key {key} is not documented"


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
    """Labels of series of collectors and catalogues, compared with the list of reserved names."""
    listed = set(re.findall(r'"([A-Za-z_]+)"', (REPO / "exporter/metric/label_names.c").read_text()))
    used = set()
    for path in [*(REPO / "collectors").rglob("*.c")]:
        if not path.name.startswith("test_"):
            used |= set(re.findall(r'\{\s*SG_STR\("([a-z_]+)"\),', path.read_text()))
    given = set()
    for path in (REPO / "collectors/jmx/catalogue").glob("*.yml"):
        maps = re.findall(r"\blabels:(?: *\{([^}]*)\})?", path.read_text())
        if not all(maps):
            yield f"{path.name}: labels are in an unknown format"
        for text in maps:
            given |= set(re.findall(r"(?:^|,) *[\"']?([A-Za-z_]\w*)[\"']?:", text))
    if len(given) < 30:
        yield f"only {len(given)} labels were found in catalogues: they are in an unknown format"
    for label in sorted((used | given) - listed):
        yield f"the label {label} is not in exporter/metric/label_names.c"
    if len(used) < 15:
        yield f"only {len(used)} labels were found in collectors: they are in an unknown format"


def long_help():
    """HELP without the source in parentheses at the end, which may be long."""
    texts = re.findall(r"^\| `(\w+)` .* \| (.+) \|$", (REPO / "docs/metrics.md").read_text(), re.M)
    if len(texts) < 300:
        yield f"only {len(texts)} metrics were found in docs/metrics.md: the table has changed"
    for name, text in texts:
        said = re.sub(r" \((?:[^()]|\([^()]*\))*\)\.?$", "", text.replace("\\", ""))
        if len(said) > HELP_CHARACTERS_MAX:
            yield f"HELP of {name} has {len(said)} characters, of {HELP_CHARACTERS_MAX}"


if "--write" in sys.argv:
    write_reference(sys.argv[1])
    sys.exit(0)
problems = [*reference_differs(sys.argv[1]), *undocumented_keys(), *unlisted_labels(), *flags_differ(sys.argv[1]),
            *long_help()]
print("\n".join(problems))
sys.exit(1 if problems else 0)
