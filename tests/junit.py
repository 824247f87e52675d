#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print "PASSED FAILED" of a JUnit file; skipped tests count as failed, because none may be skipped."""
import sys
import xml.etree.ElementTree as ElementTree

BAD = ("failure", "error", "skipped")
cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
failed = sum(any(case.find(tag) is not None for tag in BAD) for case in cases)
print(len(cases) - failed, failed if cases else 1)
