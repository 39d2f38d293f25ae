"""Calls the batch route piece by piece: what is sent and what is read are in the hands of the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..client import Client

PATH = "/v1/advisories:batch"


@dataclass
class Streamed:
    """What came back. `whole`: the answer was ended as it should be."""

    status: int = 0
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False
    parts: int = 0

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines()]


Body = Iterable[bytes | None] | AsyncIterable[bytes | None]
OnPart = Callable[[Streamed], Awaitable[None]]


def batch(client: Client, body: Body, query: str = "", on_part: OnPart | None = None) -> Streamed:
    """Sends the pieces as they come, each when the service asks for it; None: the client is gone. `on_part` is awaited with each part."""
    return client._runner.run(_batch(client.app, body, query, on_part))


async def _batch(app: Any, body: Body, query: str, on_part: OnPart | None) -> Streamed:
    streamed = Streamed()
    pieces = aiter(body) if isinstance(body, AsyncIterable) else _each(body)

    async def receive() -> dict[str, Any]:
        try:
            piece = await anext(pieces)
            return {"type": "http.disconnect"} if piece is None else {"type": "http.request", "body": piece, "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            streamed.status = message["status"]
            return
        streamed.body += message.get("body", b"")
        streamed.parts += 1
        streamed.whole = not message.get("more_body", False)
        if on_part is not None:
            await on_part(streamed)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/x-ndjson")],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await app(scope, receive, send)
    return streamed


async def _each(pieces: Iterable[bytes | None]) -> Any:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece
