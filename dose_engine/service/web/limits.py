"""Limits on every request: bytes of its body, counted while it is read, and seconds, its body included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from ..strict_json import Refused
from .headers import header
from .refusals import too_slow
from .work import Work, work_of

Message = MutableMapping[str, Any]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

CLOSE: Final = {"Connection": "close"}
"""What is left of the body is not read: the connection cannot be used again."""


class Limits:
    """Raises `Refused`: 413 for a body that is too large, 408 for one that does not arrive, 503 for an answer that takes too long.

    Paths in `streams` are left alone: their handler counts lines, not bytes, and gives each line its time.
    """

    def __init__(self, app: App, *, largest_body: int, seconds: float, streams: frozenset[str] = frozenset()) -> None:
        self._app, self._largest, self._seconds, self._streams = app, largest_body, seconds, streams

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] != "http" or scope["path"] in self._streams:
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._largest)
        body.refuse_announced(header(scope, b"content-length"))
        work = work_of(scope)
        work.may_take(self._seconds)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, body.receive, sending)
        except TimeoutError:
            _give_up(work, body, started, self._seconds)


def _give_up(work: Work, body: _Body, started: bool, seconds: float) -> None:
    work.given_up = True
    if not started and not body.whole:
        raise Refused(408, f"the body did not arrive within {seconds:g} seconds", "too-slow", headers=CLOSE) from None
    if not started:
        raise too_slow(work.kind) from None
    raise Cut from None


class Cut(Exception):  # noqa: N818 - its name says what became of the answer
    """An answer that was begun cannot be ended as it should: the connection is closed without its end, so that the client sees it."""


class _Body:
    """Counts what arrives."""

    def __init__(self, receive: Callable[[], Awaitable[Message]], largest: int) -> None:
        self._receive, self._largest, self._size = receive, largest, 0
        self.whole = False

    def refuse_announced(self, length: bytes | None) -> None:
        if length is not None and length.isdigit() and int(length[:20]) > self._largest:
            raise self._too_large()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self._size > self._largest:
                raise self._too_large()
        return message

    def _too_large(self) -> Refused:
        return Refused(413, f"the body is larger than {self._largest:,} bytes", "too-large", headers=CLOSE)
