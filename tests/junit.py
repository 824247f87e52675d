#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print "PASSED FAILED" of a JUnit file; skipped tests count as failed, for nothing may be skipped."""
import sys
import xml.etree.ElementTree as ElementTree

cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
failed = [c for c in cases if any(c.find(tag) is not None for tag in ("failure", "error", "skipped"))]
print(len(cases) - len(failed), len(failed) if cases else 1)
