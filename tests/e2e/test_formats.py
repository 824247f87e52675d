# SPDX-License-Identifier: Apache-2.0
"""Every format and coding of the page: what is negotiated, and that independent parsers read it. The encoder
alone: test_roundtrip.py."""
import gzip

import pytest
import zstandard
from prometheus_client.openmetrics import parser as openmetrics_parser

from streamgauge import fetch

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def test_page_as_prometheus_3_asks_for_it(lab):
    status, headers, body = fetch(lab.metrics_url, {"Accept": PROMETHEUS_3, "Accept-Encoding": "gzip"})
    assert (status, headers["Content-Type"]) == (200, OPENMETRICS)
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept, Accept-Encoding"
    page = gzip.decompress(body).decode()
    assert page.endswith("\n# EOF\n")
    families = {family.name: family for family in openmetrics_parser.text_string_to_metric_families(page)}
    assert families["kafka_server_brokertopicmetrics_alltopics_bytesin"].type == "counter"
    assert families["streamgauge_build"].type == "info"
    assert families["streamgauge_process_cpu_seconds"].unit == "seconds"
    # its label is `state` in every format, so that OpenMetrics does not call it a stateset
    assert families["kafka_consumergroup_state"].type == "gauge"
    assert "summary" in {family.type for family in families.values()}


def test_page_has_the_same_series_in_every_format(lab):
    def series(accept):
        page = fetch(lab.metrics_url, {"Accept": accept})[2].decode()
        return {line.rsplit(" ", 1)[0] for line in page.splitlines() if line[0] != "#"}

    # a collection may end between two scrapes and bring a new series
    assert any(series("text/plain") == series("application/openmetrics-text") for _ in range(5))


@pytest.mark.parametrize("accept, content_type", [
    ("text/plain;version=1.0.0;escaping=allow-utf-8",
     "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"),
    ("application/openmetrics-text;version=0.0.1",
     "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores"),
    ("application/openmetrics-text;version=1.0.0;escaping=dots", OPENMETRICS),
    ("text/html,application/xhtml+xml,*/*;q=0.8", TEXT),
    ("image/png", TEXT),
    ("*/*", TEXT),
])
def test_content_type_says_what_is_sent(start, accept, content_type):
    process = start("clusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]")
    status, headers, body = fetch(process.url + "/metrics", {"Accept": accept})
    assert (status, headers["Content-Type"]) == (200, content_type)
    assert body.endswith(b"# EOF\n") == content_type.startswith("application")


def test_codings_hold_the_same_page(start):
    process = start("clusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]")
    url = process.url + "/metrics"

    def decoded(coding):
        _, headers, body = fetch(url, {"Accept-Encoding": coding})
        assert headers["Content-Encoding"] == (coding if coding != "identity" else None)
        return {"gzip": gzip.decompress, "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,
                "identity": bytes}[coding](body)

    assert any(decoded("identity") == decoded("gzip") == decoded("zstd") for _ in range(5))
    status, _, body = fetch(url, {"Accept-Encoding": "br, *;q=0"})
    assert status == 406 and body.count(b"\n") == 1


def test_head_has_the_headers_of_get(start):
    process = start("clusters: [{ name: none, bootstrap_servers: 127.0.0.1:1 }]")
    for path in ("/metrics", "/", "/-/healthy"):
        status, headers, body = fetch(process.url + path, method="HEAD")
        assert (status, body) == (200, b"")
        assert int(headers["Content-Length"]) > 0
