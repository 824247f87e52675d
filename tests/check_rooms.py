#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No include points upward between rooms, no files include each other in a circle, and each is built.

A file and its header count as one. Tests and fuzz targets may include anything.
"""
import collections
import pathlib
import re
import sys

REPO = pathlib.Path(__file__).resolve().parents[1]

# Lowest first. A folder includes itself and those before it; a file that is not in a room of its
# collector is above the rooms. Rooms in one line are on the same level: they do not include each other.
LAYERS = [
    ["exporter/base"],
    ["exporter/metric"],
    ["exporter/config"],
    ["exporter/store"],
    ["collectors/collector.h"],
    ["collectors/admin/model", "collectors/jmx/poll"],
    ["collectors/admin/ask", "collectors/jmx/rules"],
    ["collectors/admin/share", "collectors/admin/spark",
     "collectors/jmx/jolokia", "collectors/jmx/rmi", "collectors/jmx/series"],
    ["collectors/admin/export"],
    ["collectors/jmx/catalogue"],
    ["collectors/jmx/lint"],
    ["collectors/admin", "collectors/jmx", "collectors/self"],
    ["exporter/watch"],
    ["exporter/status"],
    ["exporter/serve"],
    ["exporter/doctor"],
    ["exporter/run"],
    ["exporter/main.c"],
]
# Rooms of a collector that may include less than the order allows, so that another way to reach a JVM
# can be added.
SEES_ONLY = {"collectors/jmx/jolokia": "collectors/jmx/poll", "collectors/jmx/rmi": "collectors/jmx/poll"}
# Circles that still exist, by the folder that holds all of their files.
CIRCLES_LEFT = set()
PLACE = {room: place for place, rooms in enumerate(LAYERS) for room in rooms}


def room_of(path):
    """The folder or file of LAYERS that a file is in."""
    while path and path not in PLACE:
        path = path.rpartition("/")[0]
    return path


def family_of(room):
    """Collectors do not include each other: the first two folders."""
    return "/".join(room.split("/")[:2])


def includes():
    """(file, file that it includes), both below REPO."""
    files = {
        str(path.relative_to(REPO))
        for top in ("collectors", "exporter")
        for path in (REPO / top).rglob("*.[ch]")
        if not path.name.startswith(("test_", "fuzz_"))
    }
    for file in sorted(files):
        for name in re.findall(r'^#include "([^"]+)"', (REPO / file).read_text(), re.M):
            found = [p for p in (f"collectors/{name}", f"exporter/{name}", name) if p in files]
            if found:
                yield file, found[0]


def is_upward(file, included):
    """Also sideways, and from one collector into another."""
    here, there = room_of(file), room_of(included)
    if here == there:
        return False
    if here.startswith("collectors/") and there.startswith("collectors/"):
        if family_of(here) != family_of(there) and there != "collectors/collector.h":
            return True
        if here in SEES_ONLY and there.startswith(family_of(here)) and there != SEES_ONLY[here]:
            return True
    return PLACE[here] <= PLACE[there]


def circles(pairs):
    """Sets of files, each of which includes all others of its set, directly or not."""
    leads_to = collections.defaultdict(set)
    for file, included in pairs:
        a, b = (path.rpartition(".")[0] for path in (file, included))
        if a != b:
            leads_to[a].add(b)

    def reached_from(start):
        seen, todo = set(), [start]
        while todo:
            for there in leads_to[todo.pop()] - seen:
                seen.add(there)
                todo.append(there)
        return seen

    reached = {file: reached_from(file) for file in list(leads_to)}
    found = set()
    for file, others in reached.items():
        if file in others:
            found.add(tuple(sorted(o for o in others if file in reached.get(o, ()))))
    return sorted(found)


def not_built():
    """C files that no meson.build names: a test that is not built never fails."""
    folders = [REPO / "collectors", REPO / "exporter"]
    built = [REPO / "meson.build", *(path for folder in folders for path in folder.rglob("meson.build"))]
    named = {name for path in built for name in re.findall(r"[\w.-]+\.c\b", path.read_text())}
    return sorted(str(path.relative_to(REPO)) for folder in folders for path in folder.rglob("*.c")
                  if path.name not in named)


def problems():
    for path in not_built():
        yield f"{path}: no meson.build names it"
    pairs = list(includes())
    if len(pairs) < 500:
        yield f"only {len(pairs)} includes were found: the files have moved"
    for path in sorted({path for pair in pairs for path in pair}):
        if not room_of(path):
            yield f"{path}: in no room of tests/check_rooms.py"
            return
    for file, included in pairs:
        if is_upward(file, included):
            yield f"{file} includes {included}, which is not below it"
    left = set()
    for circle in circles(pairs):
        folders = {path.rpartition("/")[0] for path in circle}
        if len(folders) == 1 and folders <= CIRCLES_LEFT:
            left |= folders
        else:
            yield "in a circle: " + ", ".join(circle)
    for folder in sorted(CIRCLES_LEFT - left):
        yield f"{folder} has no circle any more: take it out of CIRCLES_LEFT"


found = list(problems())
print("\n".join(found))
sys.exit(1 if found else 0)
