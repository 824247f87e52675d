# SPDX-License-Identifier: Apache-2.0
"""Every format and coding of the page: what is negotiated, and that independent parsers read it."""
import gzip
import json
import math
import string
import subprocess

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

from conftest import BUILD
from streamgauge import fetch

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


# ---- Round trips through another parser

UNKNOWN, GAUGE, COUNTER, SUMMARY, INFO, STATESET = range(6)

# Any character but the surrogates, which are none; NUL does not reach a label's end in C.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
helps = texts
numbers = st.one_of(st.integers(-2**63, 2**63 - 1), st.floats())
label_names = st.text(string.ascii_letters + "_", min_size=1, max_size=8).filter(
    lambda name: not name.startswith("__") and name not in ("quantile", "le"))
labels = st.dictionaries(label_names, texts.filter(bool), max_size=4)


@pytest.fixture(scope="module")
def encode():
    program = subprocess.Popen([BUILD / "gcc-asan/tests/roundtrip/roundtrip"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def value(number):
        return number if isinstance(number, int) else float.hex(number)

    def encode(format, families):
        document = {"format": format, "families": [
            {"name": name, "type": type_, "help": help_, "samples": [
                {"suffix": suffix, "labels": of, "value": value(number)}
                for suffix, of, number in samples]}
            for name, type_, help_, samples in families]}
        program.stdin.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        program.stdin.flush()
        length = program.stdout.readline()
        return program.stdout.read(int(length)).decode()

    yield encode
    program.stdin.close()
    assert program.wait(10) == 0


def parse(format, page):
    if format == "openmetrics":
        return list(openmetrics_parser.text_string_to_metric_families(page))
    return list(text_string_to_metric_families(page))


def same(number, read):
    if isinstance(number, float) and math.isnan(number):
        return math.isnan(read)
    return number == read


@pytest.mark.parametrize("format", ["text", "openmetrics"])
@settings(deadline=None, max_examples=400,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(help_=helps, of=labels, number=numbers)
def test_any_label_help_and_number_survive(encode, format, help_, of, number):
    page = encode(format, [("a_bytes", GAUGE, help_, [("", of, number)])])
    [family] = parse(format, page)
    [sample] = family.samples
    assert sample.labels == of
    assert same(number, sample.value)
    if format == "openmetrics":
        # this parser takes several spaces for one separator
        assert family.documentation == help_.lstrip(" ")
        assert family.unit == "bytes"
    else:  # this parser strips spaces around HELP
        assert family.documentation.strip() == help_.strip()


@settings(deadline=None, max_examples=100,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=st.lists(labels, min_size=1, max_size=5, unique_by=lambda one: tuple(sorted(one.items()))),
       quantiles=st.sets(st.sampled_from([0.5, 0.9, 0.99])), order=st.randoms())
def test_any_summary_is_grouped(encode, of, quantiles, order):
    samples = [("", one | {"quantile": str(q)}, 1.5) for one in of for q in quantiles]
    samples += [(suffix, one, 3) for one in of for suffix in ("_sum", "_count")]
    order.shuffle(samples)
    [family] = parse("openmetrics", encode("openmetrics", [("s", SUMMARY, "", samples)]))
    assert family.type == "summary"
    assert len(family.samples) == len(samples)


@settings(deadline=None, max_examples=200,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.tuples(st.sampled_from("ab"), st.sampled_from(
           ["", "_total", "_info", "_created", "_seconds", "_seconds_total"])), min_size=1),
       types=st.lists(st.sampled_from([UNKNOWN, GAUGE, COUNTER, INFO, STATESET]), min_size=12, max_size=12))
def test_any_names_and_types_make_a_page_that_can_be_read(encode, names, types):
    names = sorted(a + b for a, b in names)
    families = [(name, type_, "", [("", {"x": "1"}, 1)]) for name, type_ in zip(names, types)]
    read = parse("openmetrics", encode("openmetrics", families))
    # whatever a family's type becomes, its series has the same name as in the text format
    assert sorted(sample.name for family in read for sample in family.samples) == names


@settings(deadline=None, max_examples=200,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(type_=st.sampled_from([COUNTER, INFO, STATESET]),
       values=st.lists(st.one_of(numbers, st.sampled_from([0, 1, -1, float("nan")])), min_size=1, max_size=4))
def test_any_value_of_a_strict_type_makes_a_page_that_can_be_read(encode, type_, values):
    name = {COUNTER: "a_total", INFO: "a_info", STATESET: "a"}[type_]
    samples = [("", {"a": str(i)}, value) for i, value in enumerate(values)]
    [family] = parse("openmetrics", encode("openmetrics", [(name, type_, "", samples)]))
    assert [sample.name for sample in family.samples] == [name] * len(values)
    assert all(same(value, sample.value) for value, sample in zip(values, family.samples))
    fits = {COUNTER: lambda value: value >= 0, INFO: lambda value: value == 1,
            STATESET: lambda value: value in (0, 1)}[type_]
    strict = {COUNTER: "counter", INFO: "info", STATESET: "stateset"}[type_]
    assert (family.type == strict) == all(map(fits, values))


# ---- The real page

def test_page_as_prometheus_3_asks_for_it(lab):
    status, headers, body = fetch(lab.metrics_url, {"Accept": PROMETHEUS_3, "Accept-Encoding": "gzip"})
    assert (status, headers["Content-Type"]) == (200, OPENMETRICS)
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept, Accept-Encoding"
    page = gzip.decompress(body).decode()
    assert page.endswith("\n# EOF\n")
    families = {family.name: family for family in parse("openmetrics", page)}
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
