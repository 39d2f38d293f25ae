"""Bodies, time and waiting are bounded, and the service goes on meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dose_engine import Advisory, Case
from dose_engine.rulebook.model import Rulebook
from dose_engine.service.native.advising import MUCH, takes_long
from dose_engine.service.native.example import DAY, example_case
from dose_engine.service.served_engine import ServedEngine
from dose_engine.service.strict_json import Refused
from dose_engine.service.web.lanes import Lanes
from dose_engine.service.web.limits import Cut, Limits
from dose_engine.service.web.work import KEY, WORK, Work

from ..client import Client
from .long_cases import long_case
from .test_problems import problem

PATH = "/v1/advisories"


def test_a_body_announced_as_too_large_is_refused_before_it_is_read(serve: Callable[..., Client]) -> None:
    client = serve(largest_body=2_000)
    announced = scope() | {"headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", b"2001")]}

    def pieces() -> Iterator[bytes]:
        raise AssertionError
        yield

    start, body = client._runner.run(called(client.app, pieces(), announced))
    assert start["status"] == 413
    assert (b"connection", b"close") in start["headers"]
    assert "2,000 bytes" in json.loads(body["body"])["detail"]


def test_a_body_of_just_the_largest_size_is_read(serve: Callable[..., Client], case: dict[str, Any]) -> None:
    raw = json.dumps(case).encode()
    client = serve(largest_body=2_000)
    assert client.post(PATH, raw=raw + b" " * (2_000 - len(raw))).status == 200
    assert client.post(PATH, raw=raw + b" " * (2_001 - len(raw))).status == 413


async def called(app: Any, pieces: Iterable[bytes], scope: dict[str, Any], waits: bool = False) -> list[dict[str, Any]]:
    """Calls an app with a body in pieces, of unannounced length; `waits`: the last piece never comes."""
    left, sent = iter(pieces), []

    async def receive() -> dict[str, Any]:
        piece = next(left, None)
        if piece is None and waits:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def scope(path: str = PATH) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def test_a_body_that_grows_too_large_while_it_is_read_is_refused_at_once(serve: Callable[..., Client]) -> None:
    client = serve(largest_body=2_000)
    taken = 0

    def pieces() -> Any:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"x" * 1_000

    start, body = client._runner.run(called(client.app, pieces(), scope()))
    assert start["status"] == 413
    assert json.loads(body["body"])["type"] == "urn:dose-engine:problem:too-large"
    assert taken == 3


def test_a_body_that_does_not_arrive_is_a_408_and_the_connection_is_closed(serve: Callable[..., Client]) -> None:
    client = serve(seconds=0.2)
    start, body = client._runner.run(called(client.app, [b'{"case":'], scope(), waits=True))
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["type"] == "urn:dose-engine:problem:too-slow"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of sixty doses is worked on for as long as anybody waits."""
    advise = ServedEngine.advise

    def slowly(engine: ServedEngine, case: Case, *how: bool, **named: bool) -> Advisory:
        work = WORK.get()
        while work is not None and len(case.plan) == 60 and not work.over:
            pass
        return advise(engine, case, *how, **named)

    monkeypatch.setattr(ServedEngine, "advise", slowly)


@pytest.mark.usefixtures("endless")
def test_an_answer_that_takes_too_long_is_a_503_that_says_what_to_leave_out(serve: Callable[..., Client], book: Rulebook) -> None:
    answer = serve(seconds=1).post(PATH, long_case(book, doses=1))
    found = problem(answer, 503, "too-slow")
    assert "?options=false" in found["detail"]
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.usefixtures("endless")
def test_a_thread_stops_working_once_nobody_waits(serve: Callable[..., Client], book: Rulebook, case: dict[str, Any]) -> None:
    """The one thread for long cases is free again, though the first would have taken for ever."""
    client = serve(seconds=2)
    assert client.post(PATH, long_case(book, doses=1)).status == 503
    assert client.post(PATH, raw=json.dumps(case).encode() + b" " * MUCH).status == 200


def test_a_body_that_may_take_long_to_read_waits_with_the_long_cases(
    serve: Callable[..., Client], case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes: list[str] = []
    real = Lanes.run
    monkeypatch.setattr(Lanes, "run", lambda self, lane, work: lanes.append(lane) or real(self, lane, work))
    raw = json.dumps(case).encode()
    client = serve()
    assert {client.post(PATH, raw=raw + b" " * more).status for more in (0, MUCH)} == {200}
    assert lanes == ["light", "heavy"]


def read(case: dict[str, Any], book: Rulebook) -> Any:
    from dose_engine.intake import read_case

    return read_case(json.dumps(case), "case.json", book, DAY)


def test_others_are_answered_while_a_long_case_is_worked_on(serve: Callable[..., Client], book: Rulebook, case: dict[str, Any]) -> None:
    client = serve()
    order: list[str] = []

    async def one(name: str, value: dict[str, Any]) -> int:
        raw = json.dumps(value).encode()
        (start, *_) = await called(client.app, [raw], scope())
        order.append(name)
        return int(start["status"])

    async def health() -> int:
        (start, *_) = await called(client.app, [], {**scope("/healthz"), "method": "GET"})
        order.append("health")
        return int(start["status"])

    async def together() -> list[int]:
        long = asyncio.create_task(one("long", long_case(book, doses=1)))
        await asyncio.sleep(0)
        return [await one("short", case), await health(), await long]

    assert client._runner.run(together()) == [200, 200, 200]
    assert order == ["short", "health", "long"]


def test_a_short_case_is_not_taken_for_a_long_one(book: Rulebook) -> None:
    assert not takes_long(example_case(book), True)
    assert takes_long(read(long_case(book), book), False)


def test_too_many_waiting_cases_are_refused_at_once() -> None:
    async def crowd() -> list[str]:
        lanes, go = Lanes(most_waiting=3), threading.Event()
        waiting = [asyncio.create_task(lanes.run("heavy", lambda: go.wait(10))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await lanes.run("heavy", lambda: True)
        other = await lanes.run("light", lambda: "light")
        go.set()
        await asyncio.gather(*waiting)
        after = await lanes.run("heavy", lambda: "free")
        lanes.close()
        return [str(refused.value.status), refused.value.headers["Retry-After"], other, after]

    assert asyncio.run(crowd()) == ["503", "1", "light", "free"]


def test_an_answer_that_was_begun_and_is_not_read_is_cut() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    with pytest.raises(Cut):
        asyncio.run(called(Limits(app, largest_body=10, seconds=0.1), [], {**scope(), KEY: Work("1")}))


def test_work_is_given_up_in_its_thread_too() -> None:
    work = Work("1")
    work.may_take(1000)
    assert not work.over
    with ThreadPoolExecutor(1) as pool:
        pool.submit(setattr, work, "given_up", True).result()
    assert work.over
