"""A client that calls an ASGI app in this process, and holds every answer of a CDS service against the checker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from dose_engine.service.cds.checker import problems_in
from dose_engine.service.strict_json import write_json

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    header_list: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """By names in small letters; of several alike the last."""
        return dict(self.header_list)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        """The value in the body, with exact numbers."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def cards(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.text
        return self.json()["cards"]

    @property
    def reasons(self) -> str:
        """What an OperationOutcome says, in one text."""
        return "\n".join(issue["details"]["text"] for issue in self.json()["issue"])


class Client:
    """Calls an app, without a socket. Its lifespan lasts as long as the `with` block; without one, none is begun."""

    def __init__(self, app: Any, address: tuple[str, int] = ("127.0.0.1", 50000)) -> None:
        self.app, self.address = app, address
        self._runner = asyncio.Runner()
        self._lifespan: Lifespan | None = None

    def __enter__(self) -> Client:
        self._lifespan = Lifespan(self.app)
        self._runner.run(self._lifespan.begin())
        return self

    def __exit__(self, *_: object) -> None:
        if self._lifespan is not None:
            self._runner.run(self._lifespan.end())
        self.close()

    def close(self) -> None:
        self._runner.close()

    def get(self, path: str, headers: Headers = ()) -> Answer:
        return self.call("GET", path, headers=headers)

    def head(self, path: str, headers: Headers = ()) -> Answer:
        return self.call("HEAD", path, headers=headers)

    def options(self, path: str, headers: Headers = ()) -> Answer:
        return self.call("OPTIONS", path, headers=headers)

    def post(self, path: str, value: object = None, headers: Headers = (), *, raw: bytes | None = None) -> Answer:
        """Sends a value as JSON, or `raw` bytes as if they were."""
        body = write_json(value) if raw is None else raw
        given = list(headers.items() if isinstance(headers, Mapping) else headers)
        if not any(name.lower() == "content-type" for name, _ in given):
            given.append(("content-type", "application/json"))
        return self.call("POST", path, body, given)

    def call(self, method: str, path: str, body: bytes = b"", headers: Headers = ()) -> Answer:
        """One request. A 200 of a CDS service that the checker does not pass fails the test."""
        given = headers.items() if isinstance(headers, Mapping) else headers
        answer = self._runner.run(self._called(method, path, body, tuple(given)))
        if method == "POST" and answer.status == 200 and is_cds_call(path):
            problems = problems_in(answer.json(), draft_orders=orders_in(body), request=body.decode(errors="replace"))
            assert not problems, "\n".join(problems)
        return answer

    @staticmethod
    def _host(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return () if any(name.lower() == "host" for name, _ in headers) else (("host", "127.0.0.1"),)

    async def _called(self, method: str, path: str, body: bytes, headers: tuple[tuple[str, str], ...]) -> Answer:
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in (*self._host(headers), ("content-length", str(len(body))), *headers)
            ],
            "client": self.address,
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        received = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[Mapping[str, Any]] = []

        async def receive() -> Mapping[str, Any]:
            return next(received, {"type": "http.disconnect"})

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        whole = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        found = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
        return Answer(start["status"], found, whole)


class Lifespan:
    """The beginning and end of an app."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def begin(self) -> None:
        self._told: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._heard: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.ensure_future(self._app(scope, self._told.get, self._heard.put))
        await self._say("startup")

    async def end(self) -> None:
        await self._say("shutdown")
        await self._task

    async def _say(self, what: str) -> None:
        await self._told.put({"type": f"lifespan.{what}"})
        heard = asyncio.ensure_future(self._heard.get())
        await asyncio.wait({heard, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not heard.done():
            heard.cancel()
            await self._task
            raise AssertionError(f"the app ended before its {what}")
        assert heard.result()["type"] == f"lifespan.{what}.complete", heard.result()


def is_cds_call(path: str) -> bool:
    """Is it the address of a CDS service, not of its feedback?"""
    _, found, rest = path.partition("/cds-services/")
    return bool(found) and bool(rest) and "/" not in rest


def orders_in(body: bytes) -> Mapping[str, Any] | None:
    """The draft orders of a call, to hold updates against."""
    try:
        orders = json.loads(body.removeprefix(b"\xef\xbb\xbf"), parse_float=Decimal)["context"]["draftOrders"]
    except (ValueError, KeyError, TypeError):
        return None
    return orders if isinstance(orders, dict) else None


def named_local(app: Any) -> Any:
    """The app, as a client on this machine calls it that names another host: schemathesis does."""

    async def called(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [(b"host", b"127.0.0.1"), *headers]}
        await app(scope, receive, send)

    return called
