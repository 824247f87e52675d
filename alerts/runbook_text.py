# SPDX-License-Identifier: Apache-2.0
"""The commands and queries of a runbook, as a person on call would copy them.

Indented lines are code: a comment `# on HOST`, a query of Prometheus, SQL, a shell command, or what the
command before prints. A complete command of Kafka in `backquotes` counts as well.
"""

import re

QUERY = re.compile(
    r"(?:sum|count|max|min|topk|rate|increase|deriv|changes)\b ?[( b]|time\(\)|up\{|\{__name__"
    r"|\(?(?:kafka|streamgauge|jvm|process|node|scrape|zookeeper|spark|presto)_\w"
)
COMMAND = re.compile(
    r"(?:kafka-[a-z-]+\.sh|zookeeper-shell\.sh|curl|df|du|echo|for|grep|jcmd|journalctl|ls|nc|openssl|ss|ssh"
    r"|streamgauge|systemctl|tail) "
)
OPERATOR = re.compile(r"(?:[-+*/]|and|or|unless) ")


def code_blocks(text: str) -> list[list[str]]:
    """Runs of lines that are indented as code is: by four or more, in a list by more."""
    blocks, block, listed = [], [], 0
    for line in [*text.splitlines(), ""]:
        if found := re.match(r"(- |\d+\. )", line):
            listed = len(found[1])
        elif line and not line.startswith(" "):
            listed = 0
        if line.strip() and len(line) - len(line.lstrip()) >= listed + 4:
            block.append(line)
        elif block:
            blocks.append(block)
            block = []
    return blocks


def parse(text: str) -> tuple[list[str], list[str], list[str]]:
    """Queries, shell commands, and what is neither nor follows a command, which is a mistake."""
    queries, commands, unknown = [], [], []
    for block in code_blocks(text):
        after = None  # the list that the latest line went to
        for line in (line.strip() for line in block):
            if after is queries and OPERATOR.match(line):
                queries[-1] += f" {line}"
            elif QUERY.match(line):
                queries.append(line)
                after = queries
            elif COMMAND.match(line):
                commands.append(line)
                after = commands
            elif line.startswith(("# on ", "SELECT ")):
                after = None
            elif after is not commands:
                unknown.append(line)
    return queries, commands + commands_in_prose(text), unknown


def commands_in_prose(text: str) -> list[str]:
    prose = "\n".join(line for line in text.splitlines() if not re.match(r" {6}", line))
    spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose))
    return [span for span in spans if COMMAND.match(span) and ("--bootstrap-server" in span or "http://" in span)]
