# SPDX-License-Identifier: Apache-2.0
"""The encoder's pages, read by other parsers: Prometheus's Python client, and promtool.

For longer: pytest tests/e2e/test_roundtrip.py --hypothesis-profile=long --hypothesis-seed=7
"""
import json
import math
import string
import struct
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

import exposition
from conftest import BUILD

UNKNOWN, GAUGE, COUNTER, SUMMARY, INFO, STATESET = range(6)

# Any character but the surrogates, which are none; NUL does not reach a label's end in C.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
helps = texts
numbers = st.one_of(
    st.integers(-2**63, 2**63 - 1), st.floats(), st.floats(allow_infinity=False, max_value=1e-307, min_value=-1e-307),
    st.sampled_from([0, -1, 2**53 + 1, -2**53 - 1, 2**63 - 1, -2**63, -0.0, 5e-324, 1.7976931348623157e308, 1e23,
                     9007199254740993.0, math.inf, -math.inf, math.nan]))
bytes_ = st.lists(st.one_of(texts.map(str.encode), st.binary(max_size=4).map(lambda b: b.replace(b"\0", b""))),
                  max_size=6).map(b"".join)
label_names = st.text(string.ascii_letters + "_", min_size=1, max_size=8).filter(
    lambda name: not name.startswith("__") and name not in ("quantile", "le"))
labels = st.dictionaries(label_names, texts.filter(bool), max_size=4)


@pytest.fixture(scope="module")
def encode():
    program = subprocess.Popen([BUILD / "gcc-asan/tests/roundtrip/roundtrip"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def value(number):
        return number if isinstance(number, int) else float.hex(number)

    def characters(text):
        return (text if isinstance(text, bytes) else text.encode()).decode("latin-1")

    def encode(format, families):
        document = {"format": format, "families": [
            {"name": name, "type": type_, "help": characters(help_), "samples": [
                {"suffix": suffix, "labels": {k: characters(v) for k, v in of.items()}, "value": value(number)}
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
    """Prometheus's parsers make a double of every number, Python's OpenMetrics parser keeps integers."""
    if isinstance(number, float) and math.isnan(number):
        return math.isnan(read)
    return read in (number, float(number))


@pytest.mark.parametrize("format", ["text", "openmetrics"])
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


@given(of=st.lists(labels, min_size=1, max_size=5, unique_by=lambda one: tuple(sorted(one.items()))),
       quantiles=st.sets(st.sampled_from([0.5, 0.9, 0.99])), order=st.randoms())
def test_any_summary_is_grouped(encode, of, quantiles, order):
    samples = [("", one | {"quantile": str(q)}, 1.5) for one in of for q in quantiles]
    samples += [(suffix, one, 3) for one in of for suffix in ("_sum", "_count")]
    order.shuffle(samples)
    [family] = parse("openmetrics", encode("openmetrics", [("s", SUMMARY, "", samples)]))
    assert family.type == "summary"
    assert len(family.samples) == len(samples)


@given(names=st.sets(st.tuples(st.sampled_from("ab"), st.sampled_from(
           ["", "_total", "_info", "_created", "_seconds", "_seconds_total"])), min_size=1),
       types=st.lists(st.sampled_from([UNKNOWN, GAUGE, COUNTER, INFO, STATESET]), min_size=12, max_size=12))
def test_any_names_and_types_make_a_page_that_can_be_read(encode, names, types):
    names = sorted(a + b for a, b in names)
    families = [(name, type_, "", [("", {"x": "1"}, 1)]) for name, type_ in zip(names, types)]
    read = parse("openmetrics", encode("openmetrics", families))
    # whatever a family's type becomes, its series has the same name as in the text format
    assert sorted(sample.name for family in read for sample in family.samples) == names


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


def read_leniently(data):
    """What is not UTF-8 is replaced byte by byte."""
    text = ""
    while data:
        for n in (1, 2, 3, 4):
            try:
                text += data[:n].decode()
                break
            except UnicodeDecodeError:
                pass
        else:
            n = 1
            text += "\ufffd"
        data = data[n:]
    return text


@pytest.mark.parametrize("format", ["text", "openmetrics"])
@given(help_=bytes_, value=bytes_)
@example(help_=b"\xff", value=b"\xe2\x82")
@example(help_=b"\xed\xa0\x80", value=b"a\xf4\x90\x80\x80\\\"\n")
def test_any_bytes_become_utf_8(encode, format, help_, value):
    [family] = parse(format, encode(format, [("a", GAUGE, help_, [("", {"x": value}, 1)])]))
    assert family.samples[0].labels == ({"x": read_leniently(value)} if value else {})
    blanks = " " if format == "openmetrics" else None  # what the parser removes at both ends
    assert family.documentation.strip(blanks) == read_leniently(help_).strip(blanks)


@pytest.mark.parametrize("format", ["text", "openmetrics"])
@given(number=numbers)
def test_any_number_keeps_every_bit(encode, format, number):
    page = encode(format, [("a", GAUGE, "", [("", {}, number)])])
    [text] = [line.removeprefix("a ") for line in page.splitlines() if line[0] != "#"]
    if isinstance(number, int):
        assert text == str(number)
    elif math.isnan(number):
        assert text == "NaN"
    else:
        assert struct.pack(">d", float(text)) == struct.pack(">d", number)
        assert len(text) <= len(repr(number)) + 4  # the shortest; repr() has no exponent sign or plus
        assert text in ("+Inf", "-Inf") or math.isfinite(number)


# Names that a family of this type may have; STATESET has its own name as a label.
SUFFIXES = {UNKNOWN: "", GAUGE: "_bytes", COUNTER: "_total", INFO: "_info"}
TYPES = {UNKNOWN: "untyped", GAUGE: "gauge", COUNTER: "counter", INFO: "gauge"}
series = st.dictionaries(labels.map(lambda of: tuple(sorted(of.items()))), numbers, min_size=1, max_size=5)
families = st.lists(st.tuples(st.sampled_from(sorted(SUFFIXES)), helps, series), min_size=1, max_size=6)


def page_of(some):
    """A page's families, named by their place, and what must be read back: (name, labels) → value."""
    described, expected = [], {}
    for i, (type_, help_, values) in enumerate(some):
        name = f"family{i}{SUFFIXES[type_]}"
        described.append((name, type_, help_, [("", dict(of), number) for of, number in values.items()]))
        expected |= {(name, of): number for of, number in values.items()}
    return described, expected


@pytest.mark.parametrize("format", ["text", "openmetrics"])
@settings(max_examples=settings.default.max_examples // 4)
@given(some=families)
def test_any_page_is_read_back_as_it_was(encode, format, some):
    described, expected = page_of(some)
    page = encode(format, described)
    read = {}
    for family in parse(format, page):
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in read
            read[key] = sample.value
    assert read.keys() == expected.keys()
    assert all(same(expected[key], value) for key, value in read.items())
    if format == "text":
        assert exposition.Page(page).types == {name: TYPES[type_] for name, type_, _, _ in described}


@settings(max_examples=settings.default.max_examples // 8)
@given(some=families)
def test_any_page_is_accepted_by_promtool(encode, some):
    page = encode("text", page_of(some)[0])
    done = subprocess.run(["promtool", "check", "metrics"], input=page, text=True, capture_output=True, timeout=60)
    assert done.returncode in (0, 3), done.stderr + page  # 3: findings about names
