# SPDX-License-Identifier: Apache-2.0
"""A Jolokia that answers wrongly, or never: one clear failure, and the other targets on time."""
import re

import pytest

from servers import answering, http
from streamgauge import free_port, wait_for

NESTED = b"[" * 5_000_000

CASES = {
    "html": (http("<html>login</html>", content_type="text/html"), "parse|http"),
    "404": (http("<h1>404</h1>", "404 Not Found", "text/html"), "http"),
    "500": (http("oops", "500 Internal Server Error", "text/plain"), "http"),
    "401": (http("", "401 Unauthorized"), "auth"),
    "403": (http("", "403 Forbidden"), "denied"),
    "truncated": (http('[{"status":200,"value":{"a":'), "parse"),
    "empty": (http(""), "parse"),
    "wrong type": (http('"text"'), "parse|protocol"),
    "wrong length": (http("[]"), "parse|protocol"),
    "nested": (http(NESTED), "parse|limit"),
    "one error": (http('{"status":400,"error":"bad","error_type":"x"}'), "protocol"),
    "not HTTP": (b"220 mail.example ESMTP\r\n", "parse|protocol|http|connect"),
    "silent": (None, "timeout"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_answer_is_one_failure_and_others_are_on_time(lab, start, case):
    answer, kinds = CASES[case]
    with answering(answer) as port:
        config = lab.config("2s", "1500ms").replace(lab.jolokia(1), f"http://127.0.0.1:{port}/jolokia/")
        process = start(config)
        wait_for("brokers 2 and 3 answer, 1 fails",
                 lambda: process.page().targets() == {"1": 0, "2": 1, "3": 1}, 20)
        errors = process.page().errors("1")
        assert any(re.fullmatch(kinds, kind) for kind in errors), (errors, process.log())
        lines = [line for line in process.log().splitlines()
                 if "level=warn" in line and "target=1 " in line]
        assert len(lines) == 1, lines
        assert f"127.0.0.1:{port}" in lines[0]
        code, _ = process.stop()
        assert code == 0, process.log()


def test_one_byte_a_second_is_a_timeout(lab, start):
    with answering(http("[]" * 100), drip_s=1) as port:
        config = lab.config("2s", "1500ms").replace(lab.jolokia(1), f"http://127.0.0.1:{port}/jolokia/")
        process = start(config)
        wait_for("a time-out", lambda: "timeout" in process.page().errors("1"), 20)
        assert process.page().targets()["2"] == 1


def test_nothing_listens_is_connect_failure(lab, start):
    port = free_port()
    config = lab.config("1s", "1s").replace(lab.jolokia(1), f"http://127.0.0.1:{port}/jolokia/")
    process = start(config)
    wait_for("a failure to connect", lambda: "connect" in process.page().errors("1"), 20)
    process.logged("connect")
