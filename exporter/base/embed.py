#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write files as one C file, a table of struct sg_embedded.

usage: embed.py OUTPUT TABLE SET=FILE [SET=FILE ...]

Numbers instead of a string, because C compilers need not take strings as long as these.
"""
import pathlib
import sys


def add_text(lines: list[str], number: int, path: pathlib.Path) -> tuple[str, int]:
    """An array with the file's bytes. Its name and size."""
    data = path.read_bytes()
    if not data.isascii():
        sys.exit(f"{path}: not ASCII")
    lines.append(f"static const char text_{number}[] = {{")
    for start in range(0, len(data), 20):
        lines.append("    " + "".join(f"{byte}, " for byte in data[start : start + 20]).rstrip())
    lines += ["    0,", "};"]
    return f"text_{number}", len(data)


def main() -> None:
    output, name, *files = sys.argv[1:]
    lines = ['/* Made by embed.py. */', '#include "base/embedded.h"', ""]
    table = []
    texts: dict[str, tuple[str, int]] = {}  # by path: a file may be in several sets
    for entry in files:
        belongs_to, path = entry.split("=", 1)
        if path not in texts:
            texts[path] = add_text(lines, len(texts), pathlib.Path(path))
        text, size = texts[path]
        table.append(f'    {{ "{belongs_to}", "{pathlib.Path(path).name}", {text}, {size} }},')
    lines += ["", f"extern const struct sg_embedded {name}[];", f"const struct sg_embedded {name}[] = {{", *table]
    lines += ["    { NULL, NULL, NULL, 0 },", "};"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n")


main()
