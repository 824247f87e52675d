# SPDX-License-Identifier: Apache-2.0
"""What the packages that draw previews may be: free to use here, and fetched from any registry."""

import json
import pathlib

_ALLOWED = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        "BlueOak-1.0.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC-BY-4.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "OFL-1.1",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    )
)

# Packages that do not say it where npm looks, but in their LICENSE file.
_IN_A_FILE = {
    "fast-shallow-equal": "Unlicense",
    "react-universal-interface": "Unlicense",
}


def is_allowed(expression: str) -> bool:
    """Of a SPDX expression: whether one of its alternatives has only licences that are allowed."""
    alternatives = expression.replace("(", "").replace(")", "").split(" OR ")
    return any(all(part in _ALLOWED for part in one.split(" AND ")) for one in alternatives)


def problems_of(lock_file: pathlib.Path) -> tuple[list[str], str]:
    """The problems of npm's lock file, and how many packages it has."""
    packages = json.loads(lock_file.read_text(encoding="utf-8"))["packages"]
    problems = []
    for path, package in packages.items():
        name = path.rpartition("node_modules/")[2]
        licence = package.get("license") or _IN_A_FILE.get(name, "")
        if not package.get("link") and not is_allowed(licence):
            problems.append(f"{path or 'the package itself'}: the licence {licence!r} is not one of those allowed")
        if "://" in package.get("resolved", ""):
            problems.append(f"{path}: names a registry: {package['resolved']}")
    return problems, f"{len(packages)} packages"
