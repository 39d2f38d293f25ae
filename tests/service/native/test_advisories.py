"""`POST /v1/advisories`: the advisory of the engine, byte for byte, or every problem of the case."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.engine import Engine
from dose_engine.intake import read_case
from dose_engine.rulebook.model import Rulebook
from dose_engine.service.native.example import DAY, example

from ..client import Client

PATH = "/v1/advisories"


def test_the_answer_is_the_advisory_of_the_engine_byte_for_byte(api: Client, case: dict[str, Any], engine: Engine) -> None:
    raw = json.dumps(case).encode()
    answer = api.post(PATH, raw=raw)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    advised = engine.advise(read_case(raw, "case.json", engine.rulebook, DAY))
    assert answer.body == advised.model_dump_json().encode()


def test_an_advisory_is_never_kept_by_a_cache(api: Client, case: dict[str, Any]) -> None:
    assert api.post(PATH, case).headers["cache-control"] == "no-store"


def test_units_are_read_exactly_as_they_are_written(api: Client, case: dict[str, Any]) -> None:
    raw = json.dumps(case).encode()
    refused = api.post(PATH, raw=raw.replace(b'"units": 3', b'"units": 3.0000000000000000001'))
    assert refused.status == 422
    assert refused.json()["problems"][0]["path"] == "plan[0].units"
    assert api.post(PATH, raw=raw.replace(b'"units": 3', b'"units": 3.00')).json()["doses"][0]["planned"] == 3


def test_options_false_leaves_out_what_would_clear_the_findings(api: Client, case: dict[str, Any]) -> None:
    case["plan"][0]["units"] = 30
    whole, short = api.post(PATH, case).json(), api.post(f"{PATH}?options=false", case).json()
    assert whole["verdict"] == short["verdict"] == "stop"
    assert whole["options"]
    assert short["options"] == []
    assert api.post(f"{PATH}?options=true", case).json() == whole


def test_an_open_question_is_incomplete_and_never_ok(api: Client, case: dict[str, Any]) -> None:
    case["patient"]["screening"]["pregnant"] = "unknown"
    assert api.post(PATH, case).json()["verdict"] == "incomplete"


def test_a_bad_case_is_answered_with_every_problem_and_its_place(api: Client, case: dict[str, Any]) -> None:
    case["plan"][0]["zone"] = "frontalus"
    case["patient"]["age"] = "38"
    answer = api.post(PATH, raw=json.dumps(case, indent=1).encode())
    assert answer.status == 422
    problem = answer.json()
    assert problem["type"] == "urn:dose-engine:problem:case"
    assert problem["instance"] == answer.headers["x-request-id"]
    found = {one["path"]: one for one in problem["problems"]}
    assert set(found) == {"plan[0].zone", "patient.age"}
    assert found["plan[0].zone"]["code"] == "wrong-word"
    assert found["plan[0].zone"]["message"] == "`frontalus` is not a zone"
    assert "did you mean `frontalis`?" in found["plan[0].zone"]["help"]
    assert found["plan[0].zone"]["line"] == 1 + json.dumps(case, indent=1)[: json.dumps(case, indent=1).index("frontalus")].count("\n")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"not json", "not-json"),
        (b"\xff\xfe\x00", "not-text"),
        (b'{"case": "a", "case": "b"}', "duplicate-key"),
        (b'{"plan": NaN}', "not-json"),
        (b"[]", "wrong-type"),
        (b"  \n", "file-empty"),
    ],
)
def test_what_is_no_case_at_all_is_named(api: Client, raw: bytes, code: str) -> None:
    answer = api.post(PATH, raw=raw)
    assert answer.status == 422
    assert code in [one["code"] for one in answer.json()["problems"]]


@pytest.mark.parametrize("raw", [b"[" * 1000, b'{"a":' * 1000 + b"1" + b"}" * 1000])
def test_a_body_that_is_nested_too_deeply_is_refused_before_it_is_parsed(api: Client, raw: bytes) -> None:
    answer = api.post(PATH, raw=raw)
    assert answer.status == 400
    assert answer.json()["type"] == "urn:dose-engine:problem:too-deep"


def test_a_body_with_too_many_values_is_refused_before_it_is_parsed(api: Client) -> None:
    answer = api.post(PATH, raw=b'{"plan":[' + b"1," * 60_000 + b"1]}")
    assert answer.status == 413
    assert answer.json()["type"] == "urn:dose-engine:problem:too-many"


def test_a_request_without_a_body_is_told_so(api: Client) -> None:
    answer = api.post(PATH, raw=b"")
    assert answer.status == 400
    assert "send a case as JSON" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "text/plain")],
        [("content-type", "application/json; charset=utf-16")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "application/jsonx")],
        [("content-type", "")],
        [("content-type", "application/json"), ("content-type", "text/plain")],
        [("content-type", "application/json"), ("content-encoding", "gzip")],
    ],
)
def test_only_plain_json_in_utf_8_is_accepted(api: Client, case: dict[str, Any], headers: list[tuple[str, str]]) -> None:
    answer = api.post(PATH, case, headers)
    assert answer.status == 415
    assert answer.json()["type"] == "urn:dose-engine:problem:wrong-media-type"


@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_the_media_type_of_json_may_be_written_in_every_way(api: Client, case: dict[str, Any], kind: str) -> None:
    assert api.post(PATH, case, {"content-type": kind}).status == 200


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("option=false", "did you mean `options`?"),
        ("options=no", "`options` is `true` or `false`, got `no`"),
        ("options=", "`options` is `true` or `false`"),
        ("options=true&options=false", "once"),
        ("options=true&x=1", "one query parameter is accepted"),
        ("x", "`x` is not a query parameter here"),
        ("&" * 5000, "is not a query parameter here"),
        ("%ff=%fe", "is not a query parameter here"),
    ],
)
def test_a_query_that_nothing_reads_is_refused_and_never_ignored(api: Client, case: dict[str, Any], query: str, told: str) -> None:
    answer = api.post(f"{PATH}?{query}", case)
    assert answer.status == 400
    assert told in answer.json()["detail"]


def test_a_case_without_a_date_is_for_today(api: Client, case: dict[str, Any]) -> None:
    del case["date"]
    before = dt.date.today()
    assert dt.date.fromisoformat(api.post(PATH, case).json()["date"]) in (before, dt.date.today())


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_never_give_a_fault(api: Client, raw: bytes) -> None:
    answer = api.post(PATH, raw=raw)
    assert 400 <= answer.status < 500
    assert answer.headers["content-type"] == "application/problem+json"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["unknown", "frontalis", "2026-03-02"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value where another could stand: its holder and key."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


@given(st.data())
def test_json_of_any_kind_in_any_place_is_advised_on_or_refused(api: Client, book: Rulebook, data: st.DataObject) -> None:
    case = example(book)
    holder, key = data.draw(st.sampled_from(list(places(case))))
    holder[key] = data.draw(JSON)
    answer = api.post(PATH, raw=json.dumps(case).encode())
    assert answer.status in (200, 422), answer.text
    if answer.status == 200:
        assert json.loads(answer.body)["verdict"] in ("ok", "caution", "incomplete", "stop")
