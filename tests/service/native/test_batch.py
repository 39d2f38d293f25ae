"""`POST /v1/advisories:batch`: one line for one line, in order, in bounded memory, and an end that cannot be mistaken."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine import Advisory, Case
from dose_engine.rulebook.model import Rulebook
from dose_engine.service.native.advising import Advising
from dose_engine.service.native.batch import Lines
from dose_engine.service.served_engine import ServedEngine
from dose_engine.service.web.work import WORK

from ..client import Client
from .long_cases import long_case
from .streaming import PATH, Streamed, batch


@pytest.fixture
def line(case: dict[str, Any]) -> bytes:
    return json.dumps(case).encode() + b"\n"


def test_each_line_is_answered_in_order_as_a_single_case_is(api: Client, case: dict[str, Any], line: bytes) -> None:
    stop = {**case, "plan": [{**case["plan"][0], "units": 40}]}
    answer = batch(api, [line, b'{"product": 1}\n', json.dumps(stop).encode()])
    assert (answer.status, answer.whole) == (200, True)
    first, second, third, end = answer.lines
    assert first == {"line": 1, "advisory": json.loads(api.post("/v1/advisories", case).body)}
    alone = api.post("/v1/advisories", raw=b'{"product": 1}').json()
    assert second["line"] == 2
    assert second["problem"] == {key: value for key, value in alone.items() if key != "instance"}
    assert third == {"line": 3, "advisory": json.loads(api.post("/v1/advisories", stop).body)}
    assert end == {"end": True, "lines": 3, "advisories": 2, "problems": 1}


def test_empty_lines_are_counted_and_not_answered(api: Client, line: bytes) -> None:
    answer = batch(api, [b"\n\r\n  \n", line.replace(b"\n", b"\r\n"), b"\n", line])
    assert [one.get("line") for one in answer.lines] == [4, 6, None]
    assert answer.lines[-1] == {"end": True, "lines": 6, "advisories": 2, "problems": 0}


def test_no_line_at_all_is_an_end_alone(api: Client) -> None:
    assert batch(api, []).lines == [{"end": True, "lines": 0, "advisories": 0, "problems": 0}]


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
def test_where_the_body_is_cut_into_pieces_does_not_matter(api: Client, line: bytes, size: int) -> None:
    body = line + b"\n" + b"nonsense\n" + line[:-1]
    answer = batch(api, [body[start : start + size] for start in range(0, len(body), size)])
    assert answer.lines == batch(api, [body]).lines
    assert [one.get("line") for one in answer.lines] == [1, 3, 4, None]


def test_a_line_over_the_largest_body_is_a_problem_of_that_line(serve: Callable[..., Client], line: bytes) -> None:
    client = serve(largest_body=2_000)
    answer = batch(client, [line, b'{"case": "', *[b"x" * 500] * 100, b'"}\n', line])
    first, second, third, end = answer.lines
    assert "advisory" in first
    assert second["line"] == 2
    assert second["problem"]["type"] == "urn:dose-engine:problem:too-large"
    assert "2,000 bytes" in second["problem"]["detail"]
    assert third["line"] == 3
    assert third["advisory"] == first["advisory"]
    assert end == {"end": True, "lines": 3, "advisories": 2, "problems": 1}


def test_a_last_line_that_is_too_large_is_answered_too(serve: Callable[..., Client]) -> None:
    answer = batch(serve(largest_body=2_000), [b"x" * 5_000])
    assert [one.get("line") for one in answer.lines] == [1, None]
    assert answer.lines[-1] == {"end": True, "lines": 1, "advisories": 0, "problems": 1}


def test_options_false_holds_for_every_line(api: Client, case: dict[str, Any]) -> None:
    case["plan"][0]["units"] = 30
    line = json.dumps(case).encode() + b"\n"
    assert [one["advisory"]["options"] for one in batch(api, [line, line], "options=false").lines[:2]] == [[], []]
    assert batch(api, [line]).lines[0]["advisory"]["options"]


def test_answers_go_out_while_the_body_still_arrives(api: Client, line: bytes) -> None:
    seen: list[int] = []

    async def arriving() -> AsyncIterator[bytes]:
        for _ in range(5):
            seen.append(answered)
            yield line

    answered = 0

    async def count(_: Streamed) -> None:
        nonlocal answered
        answered += 1

    answer = batch(api, arriving(), on_part=count)
    assert seen == [0, 1, 2, 3, 4]
    assert answer.lines[-1]["advisories"] == 5


def test_nothing_more_is_read_while_the_client_does_not_read(api: Client, line: bytes) -> None:
    read, most_ahead, written = 0, 0, 0

    async def arriving() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(30):
            read += 1
            yield line

    async def slow(_: Streamed) -> None:
        nonlocal most_ahead, written
        for _ in range(10):
            await asyncio.sleep(0)
        written += 1
        most_ahead = max(most_ahead, read - written)

    assert batch(api, arriving(), on_part=slow).whole
    assert most_ahead == 0


def test_memory_stays_flat_however_many_lines_there_are(serve: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Advising, "read", lambda *_: None)
    monkeypatch.setattr(Advising, "advise", lambda *_: b'{"x":"' + b"y" * 10_000 + b'"}')
    client = serve()

    async def discard(streamed: Streamed) -> None:
        streamed.body.clear()

    def peak(count: int) -> int:
        tracemalloc.start()
        batch(client, (b"{}\n" * 100 for _ in range(count // 100)), on_part=discard)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1_000)
    assert peak(20_000) < peak(2_000) + 1_000_000


def test_a_fault_in_one_line_ends_the_answer_visibly(
    api: Client, line: bytes, monkeypatch: pytest.MonkeyPatch, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    real = Advising.advise
    calls = iter(range(10))

    def failing(self: Advising, *given: Any) -> bytes:
        if next(calls) == 2:
            raise RuntimeError("Anna Muster, born 1984-02-03")
        return real(self, *given)

    monkeypatch.setattr(Advising, "advise", failing)
    answer = batch(api, [line * 5])
    assert not answer.whole
    assert [one.get("line") for one in answer.lines] == [1, 2, 3]
    fault = answer.lines[-1]["fault"]
    assert fault["status"] == 500
    assert fault["type"] == "urn:dose-engine:problem:fault"
    assert b"Muster" not in answer.body
    assert b'"end"' not in answer.body
    (told,) = [one for one in logged() if one["level"] == "error"]
    assert told["fault"] == "Fault from RuntimeError"
    assert "Muster" not in json.dumps(logged())


def test_a_client_that_goes_away_gets_no_end(api: Client, line: bytes, logged: Callable[[], list[dict[str, Any]]]) -> None:
    answer = batch(api, [line, line[:20], None])
    assert not answer.whole
    assert [one.get("line") for one in answer.lines] == [1]
    (told,) = [one for one in logged() if one["message"] == "request"]
    assert told["cut"]
    assert not [one for one in logged() if one["level"] == "error"]


def test_a_body_that_stops_arriving_is_told_and_cut(serve: Callable[..., Client], line: bytes) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield line
        await asyncio.Event().wait()

    answer = batch(serve(seconds=0.2), stalled())
    assert not answer.whole
    assert "advisory" in answer.lines[0]
    assert answer.lines[1]["line"] == 2
    assert answer.lines[1]["fault"]["status"] == 408


def test_a_client_that_does_not_read_is_cut(serve: Callable[..., Client], line: bytes) -> None:
    async def never(_: Streamed) -> None:
        await asyncio.Event().wait()

    assert not batch(serve(seconds=0.2), [line] * 3, on_part=never).whole


def test_a_line_that_takes_too_long_is_a_problem_of_that_line(
    serve: Callable[..., Client], book: Rulebook, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line is taken to have used up its time before the rules are run."""
    advise = ServedEngine.advise

    def late(engine: ServedEngine, case: Case, *how: bool, **named: bool) -> Advisory:
        work = WORK.get()
        if work is not None and len(case.plan) == 60:
            work.until = 0.0
        return advise(engine, case, *how, **named)

    long = json.dumps(long_case(book)).encode() + b"\n"
    client = serve()
    monkeypatch.setattr(ServedEngine, "advise", late)
    first, second, third = batch(client, [long, line]).lines
    assert first["line"] == 1
    assert first["problem"]["type"] == "urn:dose-engine:problem:too-slow"
    assert first["problem"]["status"] == 503
    assert second["advisory"]["verdict"] == "ok"
    assert third == {"end": True, "lines": 2, "advisories": 1, "problems": 1}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_only_ndjson_is_accepted(api: Client, line: bytes, kind: str) -> None:
    assert api.call("POST", PATH, line, {"content-type": kind}).status == 415


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_lines_are_those_between_line_feeds(pieces: list[bytes], largest: int) -> None:
    body = b"".join(pieces)
    lines = Lines(largest)
    found = [line for piece in pieces for line in lines.take(piece)] + list(lines.end())
    whole = body.split(b"\n") if not body.endswith(b"\n") else body.split(b"\n")[:-1]
    expected = [
        (number, raw.removesuffix(b"\r") if len(raw) <= largest else None)
        for number, raw in enumerate(whole if body else [], 1)
        if len(raw) > largest or raw.strip()
    ]
    assert [(line.number, line.raw) for line in found] == expected
    assert lines.read == len(whole if body else [])


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_answered_line_by_line(api: Client, raw: bytes) -> None:
    answer = batch(api, [raw])
    assert answer.whole
    assert all("problem" in one for one in answer.lines[:-1])
    assert answer.lines[-1]["problems"] == len(answer.lines) - 1
