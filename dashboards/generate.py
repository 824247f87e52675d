#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana boards, one JSON file each, with your names and links.

    dashboards/generate.py                     the files of this folder
    dashboards/generate.py --check             compare only
    dashboards/generate.py --output=/var/lib/grafana/dashboards --job=kafka --cluster-label=cluster \\
        --runbooks=https://git.example.com/streamgauge/alerts/runbooks/
"""

import argparse
import json
import pathlib
import re
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder

import boards

HERE = pathlib.Path(__file__).resolve().parent
LABEL = "kafka_cluster"


def label_name(text: str) -> str:
    if not re.fullmatch(r"[a-zA-Z_]\w*", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"not the name of a label: {text!r}")
    return text


def job_pattern(text: str) -> str:
    if not text or re.search(r'["\\\n]', text):
        raise argparse.ArgumentTypeError(f"not the name of a job: {text!r}")
    return text


def text_of(module, options: argparse.Namespace) -> str:
    board = module.board(options).build(options)
    text = json.dumps(board, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return re.sub(rf"\b{LABEL}\b", options.cluster_label, text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", type=job_pattern, help="only these scrape jobs, a regex; default: all")
    parser.add_argument("--cluster-label", metavar="NAME", type=label_name, default=LABEL)
    parser.add_argument("--runbooks", metavar="URL", default="alerts/runbooks/")
    parser.add_argument("--output", metavar="FOLDER", type=pathlib.Path, default=HERE)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    options = parser.parse_args()

    wanted = {options.output / f"{module.UID}.json": text_of(module, options) for module in boards.ALL}
    stale = [path for path in sorted(options.output.glob("kafka-*.json")) if path not in wanted]
    for path in stale:
        print(f"{path.name}: no board of that name", file=sys.stderr)
    differ = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    options.output.mkdir(parents=True, exist_ok=True)
    for path in differ:
        if options.check:
            print(f"{path.name}: differs from the output of generate.py; run it", file=sys.stderr)
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"{path.name}: written")
    return 1 if stale or (options.check and differ) else 0


if __name__ == "__main__":
    sys.exit(main())
