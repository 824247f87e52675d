#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens the JMX port of a running JVM: jmx_port.py PID PORT.

The usual way, -Dcom.sun.management.jmxremote.port, also opens a second listener for local tools, on
a random port of every address, and no property binds it to 127.0.0.1. The management agent that is
started through the attach interface opens the one port that was asked for. Needs a JVM that runs
with -XX:+StartAttachListener, under the same user; jcmd would do, but is not part of a JRE.
"""

import socket
import sys


def attach_command(pid: int, *words: str) -> str:
    """Sends one command of HotSpot's attach protocol, returns the text of the answer."""
    request = b"".join(word.encode() + b"\0" for word in ("1", *words))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(15)
        connection.connect(f"/tmp/.java_pid{pid}")
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    status, _, text = answer.decode(errors="replace").partition("\n")
    if status != "0":
        raise RuntimeError(text.strip() or f"status {status}")
    return text


def open_port(pid: int, port: int, **options: str) -> None:
    """Opens a port on 127.0.0.1, without a password unless the options, jmxremote.…, say otherwise."""
    chosen = {"port": port, "rmi.port": port, "host": "127.0.0.1", "authenticate": "false", "ssl": "false", **options}
    command = "ManagementAgent.start " + " ".join(f"jmxremote.{name}={value}" for name, value in chosen.items())
    # A command always has three arguments; the two that are not used are empty.
    attach_command(pid, "jcmd", command, "", "")


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: jmx_port.py PID PORT", file=sys.stderr)
        return 2
    pid, port = int(sys.argv[1]), int(sys.argv[2])
    try:
        open_port(pid, port)
    except (OSError, RuntimeError) as error:
        print(f"JMX port {port} of process {pid}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
