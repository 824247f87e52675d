#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Change one operator or statement at a time, and see whether a unit or golden test notices.

    tests/mutate.py                        120 changes over the files of FILES
    tests/mutate.py --count 40 FILE...     of these files
    tests/mutate.py --seed 7               other places
    tests/mutate.py --survivors LOG        the survivors of an earlier run's output

Works on a copy in build/mutate, with AddressSanitizer and UBSan, as the tests are usually run. The tests of the
file's own folder are first. A change that does not compile is drawn again; one that makes a test hang or fill the
memory is noticed. A change that cannot be noticed, because the program does the same, is in
tests/mutate_equivalent.txt with the reason. Prints each change, and the share that was noticed.
"""
import argparse
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[1]
TREE = REPO / "build/mutate/tree"
BUILD = REPO / "build/mutate/build"
EQUIVALENT = REPO / "tests/mutate_equivalent.txt"
# What decides about values, states and failures.
FILES = (
    "collectors/admin/ask/failures.c",
    "collectors/admin/ask/look.c",
    "collectors/admin/ask/offsets.c",
    "collectors/admin/ask/turns.c",
    "collectors/admin/model/*.c",
    "collectors/jmx/jolokia/answer.c",
    "collectors/jmx/lane_reader.c",
    "collectors/jmx/rules/customizer.c",
    "collectors/jmx/rules/matcher.c",
    "collectors/jmx/rules/template.c",
    "collectors/jmx/series/*.c",
    "exporter/base/*.c",
    "exporter/metric/*.c",
    "exporter/run/rhythm.c",
    "exporter/serve/accept.c",
    "exporter/serve/fair.c",
    "exporter/serve/guard.c",
    "exporter/serve/room.c",
    "exporter/serve/web*.c",
    "exporter/status/*.c",
    "exporter/store/*.c",
    "exporter/watch/*.c",
)
SWAPS = tuple((re.compile(pattern), instead) for pattern, instead in (
    (r" <= ", " < "), (r" < ", " <= "), (r" >= ", " > "), (r" > ", " >= "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "), (r" \* (?=\d)", " / "),
    (r" / ", " * "), (r" \+= ", " -= "), (r" -= ", " += "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"\bif \(([^;]*)\)$", r"if (!(\1))"), (r"\breturn r;", "return 0;"), (r"\bcontinue;", "break;"),
))
CALL = re.compile(r"^ +(?:\(void\))?[a-z_][\w>.\[\]-]*\(.*\);$")
UNSEEN = re.compile(r"va_end|free|unref|_done|close|unlock|destroy|sg_locked")  # only checks for leaks, races
ASSIGNMENT = re.compile(r"^ +[a-z_*][\w>.\[\]*-]* [|+-]?= .*;$")
LIMITS = {  # those of meson, a cap on memory; tests replace functions and tables of the library
    "ASAN_OPTIONS": "halt_on_error=1:abort_on_error=1:detect_odr_violation=0:hard_rss_limit_mb=2048",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1",
    "MESON_TESTTHREADS": str(2 * (os.cpu_count() or 1)),  # several tests wait
}
FAILED = re.compile(r" / (\w+) +(FAIL|TIMEOUT|ERROR)\b")


def changes_of(path):
    """(line number, the line, the line instead of it)"""
    in_comment = False
    for number, line in enumerate(path.read_text().splitlines()):
        was_comment = in_comment
        in_comment = (in_comment or "/*" in line) and "*/" not in line.rpartition("/*")[2]
        if was_comment or not line.startswith("    ") or re.search(r'/\*|"|assert', line):
            continue
        for pattern, instead in SWAPS:
            for match in pattern.finditer(line):
                yield number, line, line[:match.start()] + match.expand(instead) + line[match.end():]
        if (CALL.match(line) or ASSIGNMENT.match(line)) and not UNSEEN.search(line):
            yield number, line, re.match(" +", line)[0] + ";"


def builds():
    return subprocess.run(["ninja", "-j2", "-C", BUILD], capture_output=True, check=False).returncode == 0


def failing(*which):
    """The tests that fail, of those: the first one and those beside it."""
    run = subprocess.run(["meson", "test", "-C", BUILD, "--no-rebuild", "--maxfail", "1",
                          "--timeout-multiplier", "2", *which], capture_output=True, text=True,
                         env=os.environ | LIMITS, check=False)
    found = [f"{name} ({how})" if how != "FAIL" else name for name, how in FAILED.findall(run.stdout)]
    return found or (["?"] if run.returncode else [])


def copy_tree():
    shutil.rmtree(TREE.parent, ignore_errors=True)
    names = subprocess.run(["git", "-C", REPO, "ls-files"], check=True, capture_output=True, text=True)
    for name in names.stdout.splitlines():
        (TREE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPO / name, TREE / name)
    main = TREE / "meson.build"  # with a shared library no test is linked again for a change
    main.write_text(main.read_text().replace("static_library('streamgauge'", "shared_library('streamgauge'"))
    subprocess.run(["meson", "setup", "-Dbuildtype=debugoptimized", "-Db_sanitize=address,undefined",
                    "-Db_lundef=false", BUILD, TREE], check=True, capture_output=True)
    if not builds() or (found := failing()):
        sys.exit(f"without a change, it does not build or tests fail: {found}")


def read_changes(path, prefix=""):
    """Lines "file | line | line instead | ", and what is for people"""
    lines = path.read_text().splitlines() if path.exists() else []
    return [re.sub(r"^(\S+?):\d+ ", r"\1 ", line.removeprefix(prefix).strip()) for line in lines
            if line.startswith(prefix) and line and not line.startswith("#")]


def is_among(change, changes):
    return any(f"{line} ".startswith(f"{change} | ") for line in changes)


def noticed_by(path, number, instead):
    """The tests that fail; None: it does not compile."""
    original = path.read_text()
    lines = original.splitlines(keepends=True)
    lines[number] = instead + "\n"
    path.write_text("".join(lines))
    room = path.parent.name
    try:
        if not builds():  # tests that include the file too
            return None
        return failing("--suite", room) or failing("--no-suite", room)
    finally:
        path.write_text(original)


def drawn(files, seed):
    """All changes in the order of the draw: one that is new to a file does not change the order of the others."""
    paths = sorted({path for pattern in files for path in TREE.glob(pattern)
                    if not path.name.startswith(("test_", "fuzz_"))})
    keyed, count = [], collections.Counter()
    for path in paths:
        for change in changes_of(path):
            text = f"{seed} {path.relative_to(TREE)} {change[1:]}"
            count[text] += 1
            keyed.append((hashlib.sha256(f"{text} {count[text]}".encode()).digest(), (path, *change)))
    return [change for _, change in sorted(keyed)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--survivors", type=pathlib.Path)
    parser.add_argument("files", nargs="*", default=FILES)
    options = parser.parse_args()
    again = read_changes(options.survivors, "survived") if options.survivors else None
    equivalent = read_changes(EQUIVALENT)
    copy_tree()
    tried, survived, left_out = 0, 0, 0
    candidates = drawn(options.files, options.seed)
    names = {path: str(path.relative_to(TREE)) for path, *_ in candidates}
    texts = [f"{names[path]} | {line.strip()} | {instead.strip()}" for path, _, line, instead in candidates]
    for line in equivalent if options.files is FILES else ():
        if not any(is_among(text, [line]) for text in texts):
            print(f"no longer possible, remove it from the equivalent ones: {line}")
    for text, (path, number, _, instead) in zip(texts, candidates):
        if tried == options.count:
            break
        if again is not None and not is_among(text, again):
            continue
        if is_among(text, equivalent):
            left_out += 1
            continue
        tests = noticed_by(path, number, instead)
        if tests is None:
            continue
        tried += 1
        survived += not tests
        what = "noticed  " if tests else "survived "
        print(f"{what} {text.replace(' ', f':{number + 1} ', 1)} | {' '.join(tests)}", flush=True)
    print(f"{tried - survived} of {tried} changes were noticed ({100 - 100 * survived / max(tried, 1):.1f} %), "
          f"{left_out} equivalent ones left out, {len(candidates)} possible")


if __name__ == "__main__":
    main()
