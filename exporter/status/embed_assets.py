#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the status page's style and script as a C file, with the policy that allows just these two.

usage: embed_assets.py OUTPUT STYLE SCRIPT
"""
import base64
import hashlib
import pathlib
import sys


def array(name: str, data: bytes) -> list[str]:
    lines = [f"static const char {name}[] = {{"]
    for start in range(0, len(data), 20):
        lines.append("    " + "".join(f"{byte}, " for byte in data[start : start + 20]).rstrip())
    return lines + ["    0,", "};"]


def digest(data: bytes) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode() + "'"


def main() -> None:
    output, *files = sys.argv[1:]
    style, script = (pathlib.Path(file).read_bytes() for file in files)
    for data in (style, script):
        if not data.isascii() or b"</" in data:
            sys.exit("not ASCII, or something that ends an element")
    policy = (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    lines = ["/* Made by embed_assets.py. */", '#include "status/status_page.h"', ""]
    lines += array("style", style) + array("script", script)
    lines += [
        "",
        "const struct sg_str sg_status_page_style = { style, sizeof style - 1 };",
        "const struct sg_str sg_status_page_script = { script, sizeof script - 1 };",
        "const char sg_status_page_csp[] =",
        f'    "{policy}";',
    ]
    pathlib.Path(output).write_text("\n".join(lines) + "\n")


main()
