# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, told what to do by the Chrome DevTools Protocol over two pipes."""

import base64
import json
import os
import select
import subprocess
import tempfile
import threading
import time

from drawing.tools import Missing, chromium

_FLAGS = (
    "--headless",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_ANSWER_S = 60


class Browser:
    """Use it in a `with`: the end of that ends Chromium."""

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        # Chromium's sandbox refuses to run as root.
        flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else []), f"--user-data-dir={self._profile.name}"]
        # It reads from descriptor 3 and writes to 4.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$0" "$@" 3<&{read_there} 4>&{write_there}', chromium(), *flags],
            pass_fds=(read_there, write_there),
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)
        self._in, self._out = read_here, write_here
        self._buffer = b""
        self._number = 0
        return self

    def __exit__(self, *_):
        os.close(self._out)  # Chromium ends when nobody can talk to it any more.
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._profile.cleanup()

    def _message(self, deadline: float) -> dict:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise Missing("Chromium does not answer")
            more = os.read(self._in, 1 << 20)
            if not more:
                raise Missing("Chromium has ended: does `chromium --headless` run here?")
            self._buffer += more
        text, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(text)

    def _call(self, method: str, session: str = "", **parameters) -> dict:
        self._number += 1
        call = {"id": self._number, "method": method, "params": parameters}
        try:
            os.write(self._out, json.dumps(call | ({"sessionId": session} if session else {})).encode() + b"\0")
        except BrokenPipeError as error:
            raise Missing("Chromium has ended: does `chromium --headless` run here?") from error
        deadline = time.monotonic() + _ANSWER_S
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise Missing(f"Chromium: {method}: {answer['error']['message']}")
                return answer["result"]

    def picture(self, url: str, width: int, height: int, drawn: threading.Event, timeout_s: float) -> bytes:
        """The page as PNG, once it is `drawn`, or after that time."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", session, **size)
        self._call("Page.navigate", session, url=url)
        drawn.wait(timeout_s)
        shot = self._call("Page.captureScreenshot", session, format="png")["data"]
        self._call("Target.closeTarget", targetId=target)
        return base64.b64decode(shot)
