#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules' patterns against Java's own: random patterns (patterns.py), the same answer, or a refusal with a reason.

For longer: tests/e2e/test_patterns.py --count 1000000 --seed 100; each seed makes 4000 patterns.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

from conftest import BUILD
from patterns import corpus
from test_parity import java_classes

SEEDS = (1, 2, 3)
COUNT = 4000  # patterns of a seed, with four subjects each
REFUSED_MAX = 0.02  # of what Java accepts
GAVE_UP_MAX = 0.001
GROUPS_MAX = 0.0005


def answers(command, lines):
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True,
                          timeout=120)
    return done.stdout.rstrip("\n").split("\n")


def is_kept_group(line, theirs, ours):
    """Java keeps what a group contained in an attempt that failed, within (?>…), (?=…), (…)++ and (…)*?."""
    return theirs[0] == ours[0] == "+" and re.search(r"\(\?>|\(\?<?[=!]|[?*+}] *[+?]", line)


class Comparison:
    def __init__(self, lines, build, classes):
        self.kinds = collections.Counter()
        self.refusals = collections.Counter()  # reason → how many patterns Java accepts
        self.mismatches = []
        self.lines = lines
        java = answers(["java", "-Xss16m", "-cp", classes, "ParityPatterns"], lines)
        ours = answers([build / "tests/parity/patterns"], lines)
        for line, theirs, our in zip(lines, java, ours, strict=True):
            self.compare(line, theirs, our)

    def compare(self, line, theirs, our):
        if our.startswith("!") and theirs != "!":
            self.kinds["refused"] += 1
            self.refusals[re.sub(r".*, character \d+: ", "", our.split("\t")[1])] += 1
        elif "?" in (theirs, our[:1]):
            self.kinds["gave up"] += 1
        elif our != theirs and is_kept_group(line, theirs, our):
            self.kinds["groups"] += 1
        elif our.split("\t")[0] != theirs:
            self.mismatches.append(f"{line}\n    Java {theirs}\n    ours {our}")
        else:
            self.kinds["matches" if our[0] == "+" else "the same"] += 1

    def __str__(self):
        return "\n".join([*self.mismatches, f"{len(self.mismatches)} mismatches of {len(self.lines)}: "
                          f"{dict(self.kinds)}", *(f"{n} refused: {why}" for why, n in self.refusals.most_common())])


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    return java_classes(tmp_path_factory.mktemp("java"))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_patterns_match_as_in_java(classes, seed):
    found = Comparison(corpus(seed, COUNT), BUILD / "gcc-asan", classes)
    n = len(found.lines)
    assert not found.mismatches, str(found)
    # the corpus is worth something, and so is the translation
    assert found.kinds["matches"] > n / 4, str(found)
    assert found.kinds["refused"] < n * REFUSED_MAX, str(found)
    assert found.kinds["gave up"] < n * GAVE_UP_MAX, str(found)
    assert found.kinds["groups"] < n * GROUPS_MAX, str(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=BUILD / "gcc-asan")
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    n_bad = 0
    with tempfile.TemporaryDirectory() as folder:
        classes = java_classes(pathlib.Path(folder))
        for seed in range(options.seed, options.seed + options.count // COUNT):
            try:
                found = Comparison(corpus(seed, COUNT), options.build, classes)
                print(f"seed {seed}: {found}", flush=True)
                n_bad += len(found.mismatches)
            except subprocess.TimeoutExpired as error:  # a match of Java's may never end
                print(f"seed {seed}: not compared: {error}", flush=True)
    return bool(n_bad)


if __name__ == "__main__":
    sys.exit(main())
