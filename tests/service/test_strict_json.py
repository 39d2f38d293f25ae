"""Reading JSON strictly: exact numbers, one meaning, and no input that breaks the reader."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.service.strict_json import WIDEST, Refused, read_json, write_json


def read(raw: bytes | str, deepest: int = 40, most_values: int = 50_000) -> Any:
    return read_json(raw.encode() if isinstance(raw, str) else raw, deepest=deepest, most_values=most_values)


def refusal(raw: bytes | str, **limits: int) -> Refused:
    with pytest.raises(Refused) as refused:
        read(raw, **limits)
    return refused.value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8", 8),
        ("-0", 0),
        ("0.1", Decimal("0.1")),
        ("2.50", Decimal("2.50")),
        ("20.0000000000000001", Decimal("20.0000000000000001")),
        ("1e400", Decimal("1e400")),
        ("1E-400", Decimal("1e-400")),
        ("9" * 1_000, int("9" * 1_000)),
    ],
)
def test_numbers_are_exact(text: str, number: int | Decimal):
    value = read(f'{{"value": {text}}}')["value"]
    assert value == number
    assert type(value) is type(number)
    assert str(value) == str(number)


@pytest.mark.parametrize(
    "text", ["1" * (WIDEST + 1), "1e1001", "-1e1001", "1e-1001", "0e1001", "1e99999999999999999999", f"0.{'0' * WIDEST}1"]
)
def test_a_number_beyond_all_reason_is_refused(text: str):
    assert refusal(f"[{text}]").code == "wrong-number"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_refused(text: str):
    refused = refusal(f'{{"dose": {text}}}')
    assert (refused.status, refused.code, refused.reason) == (400, "not-json", f"`{text}` is not a JSON number")


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"b":{"a":1,"b":2,"a":3}}]'])
def test_a_repeated_key_is_refused_however_it_is_spelled(text: str):
    refused = refusal(text)
    assert (refused.status, refused.code, refused.reason) == (400, "duplicate-key", "`a` stands twice in one object; keep one of them")


def test_a_repeated_key_that_is_no_name_is_not_repeated_to_the_caller():
    assert "Willow" not in str(refusal('{"Willow, Eric": 1, "Willow, Eric": 2}'))


@pytest.mark.parametrize(
    "text",
    [
        r'"\ud800"',
        r'"\udc00"',
        r'"\udc00\ud800"',
        r'"\ud83d\\ude00"',
        r'{"\uD83Dx": 1}',
        r'"\ud83d\ud83d\ude00"',
        r'"\u0000"',
        r'{"a\u0000": 1}',
    ],
)
def test_an_escape_that_is_no_character_is_refused(text: str):
    assert refusal(text).code == "not-text"


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"\ud83d\ude00"', "\U0001f600"), (r'"\\ud800"', "\\ud800"), (r'"\\u0000"', "\\u0000"), (r'"\n\t\u0007"', "\n\t\x07")],
)
def test_an_escape_that_is_a_character_is_read(text: str, value: str):
    assert read(text) == value


@pytest.mark.parametrize("raw", [b'"\xff"', b'"\xed\xa0\x80"', b"\xff\xfe[\x00]\x00", '{"a":1}'.encode("utf-16"), "[1]".encode("utf-32")])
def test_another_encoding_than_utf_8_is_refused(raw: bytes):
    assert refusal(raw).code == "not-text"


def test_utf_16_without_a_mark_is_refused():
    assert refusal('{"a":1}'.encode("utf-16-le")).status == 400


def test_one_byte_order_mark_in_front_is_skipped_and_a_second_is_not():
    assert read(b"\xef\xbb\xbf{}") == {}
    assert refusal(b"\xef\xbb\xbf\xef\xbb\xbf{}").code == "not-json"


@pytest.mark.parametrize("raw", [b"", b"  \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_body_is_refused(raw: bytes):
    assert refusal(raw).code == "file-empty"


@pytest.mark.parametrize(
    "text", ["{", "[1,]", "{'a':1}", "[1] [2]", "tru", '"a', '"\x01"', '"a\nb"', r'"\x41"', "01", "+1", ".5", "1.", "// no\n1", "[1,\xa02]"]
)
def test_what_is_not_json_is_refused_with_its_place(text: str):
    refused = refusal(text)
    assert (refused.status, refused.code) == (400, "not-json")
    assert "line " in refused.reason
    assert "column " in refused.reason


def test_depth_is_counted_before_anything_is_parsed():
    assert read("[" * 40 + "]" * 40)
    assert refusal("[" * 41 + "]" * 41).code == "too-deep"
    assert refusal('{"a":' * 41 + "1" + "}" * 41).code == "too-deep"
    assert refusal("[" * 400_000, most_values=10**6).code == "too-deep"
    assert refusal('{"a":' * 200_000, most_values=10**6).code == "too-deep"
    assert refusal('["\\"",' * 50_000, most_values=10**6).code == "too-deep"


def test_brackets_in_texts_are_not_counted():
    assert read(json.dumps(["[" * 100, '"' + "{" * 100, "\\" + "[" * 100, '\\"' + "[" * 100])) != []


def test_values_are_counted_before_anything_is_parsed():
    assert len(read("[" + "0," * 98 + "0]", most_values=100)) == 99
    refused = refusal("[" + "0," * 99 + "0]", most_values=100)
    assert (refused.status, refused.code) == (413, "too-many")
    assert refusal("[]," * 50_000).status == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_reads_the_same(value: object):
    try:
        raw = write_json(value)
    except UnicodeEncodeError:
        return  # a lone surrogate, which no request can bring in
    if b"\\u0000" in raw.replace(b"\\\\", b""):
        assert refusal(raw).code == "not-text"
    else:
        assert read(raw) == value


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0019aedDEN-+. \n', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes):
    try:
        value: Any = read(raw)
    except Refused as refused:
        value = refused
    if isinstance(value, Refused):
        assert value.status in (400, 413)
        assert value.reason
    else:
        assert read(write_json(value)) == value


@given(JSON)
def test_a_reader_that_takes_binary_floats_reads_the_same_structure(value: object):
    raw = json.dumps(value, default=float).encode()
    if b"\\u0000" not in raw and b"\\ud" not in raw:
        assert json.dumps(read(raw), default=float) == json.dumps(json.loads(raw))


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), {1: 2}, {"a": object()}, [b"x"]])
def test_what_json_cannot_say_exactly_is_not_written(value: object):
    with pytest.raises(ValueError):
        write_json(value)


def test_numbers_are_written_digit_for_digit():
    assert write_json({"a": [Decimal("2.50"), 10, Decimal("-0.1"), True, None, "é\n"]}) == '{"a":[2.50,10,-0.1,true,null,"é\\n"]}'.encode()
