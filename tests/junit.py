#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print "PASSED FAILED" of a JUnit file; skipped tests count as failed, because none may be skipped.

A test that was rerun is listed more than once: it counts once, with the result of its last run.
"""
import sys
import xml.etree.ElementTree as ElementTree

BAD = ("failure", "error", "skipped")
is_bad = {}
for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    name = case.get("classname"), case.get("name")
    is_bad[name] = any(case.find(tag) is not None for tag in BAD)
failed = sum(is_bad.values())
print(len(is_bad) - failed, failed if is_bad else 1)
