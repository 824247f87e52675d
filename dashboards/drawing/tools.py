# SPDX-License-Identifier: Apache-2.0
"""Node, npm and Chromium, and the page that they build and show."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

PAGE = pathlib.Path(__file__).resolve().parent / "page"
_LEAST_NODE = 20
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Missing(Exception):
    """Something that is needed is not there."""


def cache() -> pathlib.Path:
    """The folder of deploy/lab/lib/settings.sh."""
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("STREAMGAUGE_CACHE") or pathlib.Path(home) / "streamgauge")


def chromium() -> str:
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if not found:
        raise Missing("no Chromium: install chromium")
    return found


def _check_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing(f"no Node: install nodejs (version {_LEAST_NODE} or later) and npm")
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", text)
    if not major or int(major[1]) < _LEAST_NODE:
        raise Missing(f"Node is {text.strip()}; version {_LEAST_NODE} or later is needed")


def _sum(paths: list[pathlib.Path]) -> str:
    result = hashlib.sha256()
    for path in paths:
        result.update(f"{path.relative_to(PAGE)}\n".encode() + path.read_bytes())
    return result.hexdigest()[:12]


def _run(command: list[str], folder: pathlib.Path, what: str) -> None:
    log = folder / "log"
    with log.open("w", encoding="utf-8") as output:
        result = subprocess.run(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, check=False)
    if result.returncode:
        raise Missing(f"{what}; see {log}")


def _packages() -> pathlib.Path:
    """A copy of the page's folder with its packages, for each lock file."""
    files = [PAGE / name for name in ("package.json", "package-lock.json", ".npmrc")]
    folder = cache() / f"preview-{_sum(files)}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(PAGE, folder)
        _run(["npm", "ci"], folder, "npm cannot fetch the packages: is there a network?")
        (folder / "complete").touch()
    return folder


def built_page() -> pathlib.Path:
    """The folder of the page; it is built when its sources have changed."""
    _check_node()
    folder = _packages()
    sources = sorted(path for path in PAGE.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    stamp, wanted = folder / "out" / "sources", _sum(sources)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder / "src")
        shutil.copytree(PAGE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "out"))
        _run(["node", "build.mjs"], folder, "the page cannot be built")
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "out"
