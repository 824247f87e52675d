#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the catalogues' YAML files as one C file.

usage: embed.py OUTPUT CATALOGUE=FILE [CATALOGUE=FILE ...]

Numbers instead of a string, because C compilers need not take strings as long as these.
"""
import pathlib
import sys


def main() -> None:
    output, *files = sys.argv[1:]
    lines = ['/* Made by embed.py. */', '#include "jolokia/catalogue.h"', ""]
    table = []
    for number, entry in enumerate(files):
        catalogue, path = entry.split("=", 1)
        data = pathlib.Path(path).read_bytes()
        if not data.isascii():
            sys.exit(f"{path}: not ASCII")
        lines.append(f"static const char text_{number}[] = {{")
        for start in range(0, len(data), 20):
            lines.append("    " + "".join(f"{byte}, " for byte in data[start : start + 20]).rstrip())
        lines.append("    0,")
        lines.append("};")
        name = pathlib.Path(path).name
        table.append(f'    {{ "{catalogue}", "{name}", text_{number}, {len(data)} }},')
    lines += ["", "const struct sg_catalogue_file sg_catalogue_files[] = {", *table]
    lines += ["    { NULL, NULL, NULL, 0 },", "};"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n")


main()
