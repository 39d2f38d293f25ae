"""Many cases in one request: NDJSON in, NDJSON out, one line for one line and in order, in bounded memory.

Starlette's own streaming listens for a disconnect by receiving, which would take parts of the body away from us: so this answer reads and
writes itself. It reads no more before what it has written has gone out, so a client reads while it sends.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from ..served_engine import Loaded
from ..strict_json import Refused
from ..web.bodies import Gone
from ..web.lanes import Lanes
from ..web.limits import Cut, Message
from ..web.problems import details
from ..web.work import WORK, Work, work_of
from .advising import Advising

MEDIA_TYPE: Final = "application/x-ndjson"

_AT_ONCE: Final = 0.05
"""Seconds that one call in a thread works on, so that lines go out soon and other batches get their turn."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body, counted from 1; `raw` is None when it is larger than is accepted."""

    number: int
    raw: bytes | None


@dataclass(slots=True)
class Lines:
    """Cuts what arrives into lines; holds at most one line that is not whole."""

    largest: int
    read: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _too_large: bool = False

    def take(self, chunk: bytes) -> Iterator[Line]:
        """The lines that end in this chunk, without the empty ones."""
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._grow(part)
            yield from self._line()
        self._grow(rest)

    def end(self) -> Iterator[Line]:
        """The last line, where no line feed ends it."""
        if self._rest or self._too_large:
            yield from self._line()

    def _grow(self, part: bytes) -> None:
        if self._too_large or len(self._rest) + len(part) > self.largest:
            self._too_large = True
            self._rest.clear()
        else:
            self._rest += part

    def _line(self) -> Iterator[Line]:
        self.read += 1
        raw, too_large = bytes(self._rest), self._too_large
        self._rest.clear()
        self._too_large = False
        if too_large or raw.strip():
            yield Line(self.read, None if too_large else raw.removesuffix(b"\r"))


@dataclass(slots=True)
class Answered:
    """Some lines of the answer, and what they hold."""

    body: bytearray = field(default_factory=bytearray)
    advisories: int = 0
    problems: int = 0


class Fault(Exception):  # noqa: N818 - its name says what it is
    """A fault of the program in one line; what was answered before it still goes out."""

    def __init__(self, line: int, before: Answered) -> None:
        super().__init__(f"line {line}")
        self.line, self.before = line, before


@dataclass(frozen=True, slots=True)
class Batch:
    """Answers the lines of one request."""

    advising: Advising
    loaded: Loaded
    options: bool
    seconds: float

    def answers(self, lines: list[Line]) -> Answered:
        """Answers to the first of the lines, taken off the list, for as long as one call may work. Raises `Fault`."""
        answered = Answered()
        until = time.monotonic() + _AT_ONCE
        while lines and (not answered.body or time.monotonic() < until):
            line = lines.pop(0)
            try:
                self._answer(line, answered)
            except Exception as fault:
                raise Fault(line.number, answered) from fault
        return answered

    def _answer(self, line: Line, answered: Answered) -> None:
        work = WORK.get()
        if work is not None:
            work.may_take(self.seconds)
        try:
            if line.raw is None:
                largest = self.advising.settings.largest_body
                raise Refused(413, f"the line is larger than {largest:,} bytes", "too-large")
            case = self.advising.read(line.raw, self.loaded)
            advisory = self.advising.advise(case, self.loaded, self.options)
        except Refused as refused:
            answered.problems += 1
            answered.body += written({"line": line.number, "problem": details(refused)})
        else:
            answered.advisories += 1
            answered.body += b'{"line":%d,"advisory":%s}\n' % (line.number, advisory)


class BatchResponse(Response):
    """Reads the body and writes the answer, line by line."""

    def __init__(self, batch: Batch, lanes: Lanes) -> None:
        super().__init__(media_type=MEDIA_TYPE)
        self._batch, self._lanes = batch, lanes

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        work = work_of(scope)
        lines, total = Lines(self._batch.advising.settings.largest_body), Answered()
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        await self._sent(send, {"type": "http.response.start", "status": 200, "headers": headers})
        line = 1
        try:
            async for waiting in self._arriving(receive, lines):
                while waiting:
                    line = waiting[0].number
                    answered = await self._answers(waiting, work)
                    await self._part(send, answered.body)
                    total.advisories, total.problems = total.advisories + answered.advisories, total.problems + answered.problems
                line = lines.read + 1
        except Fault as fault:
            reason = "a fault in the service: the lines from here on are not answered; report it with the id of the request"
            await self._part(send, fault.before.body + _ending(fault.line, Refused(500, reason, "fault"), work.id))
            raise
        except Refused as refused:
            await self._part(send, _ending(line, refused, work.id))
            raise Cut from None
        work.notes |= {"lines": lines.read, "problems": total.problems}
        last = written({"end": True, "lines": lines.read, "advisories": total.advisories, "problems": total.problems})
        await self._sent(send, {"type": "http.response.body", "body": last, "more_body": False})

    async def _arriving(self, receive: Callable[[], Awaitable[Message]], lines: Lines) -> AsyncIterator[list[Line]]:
        """Lines as they arrive, a few at a time. Raises `Refused` (408) when nothing arrives for too long, `Gone` when the client went."""
        while True:
            try:
                async with asyncio.timeout(self._batch.seconds):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, f"no more of the body arrived within {self._batch.seconds:g} seconds", "too-slow") from None
            if message["type"] != "http.request":
                raise Gone
            found = [*lines.take(message.get("body", b""))]
            more = message.get("more_body", False)
            yield found if more else [*found, *lines.end()]
            if not more:
                return

    async def _answers(self, waiting: list[Line], work: Work) -> Answered:
        try:
            return await self._lanes.run("batch", lambda: self._batch.answers(waiting))
        except asyncio.CancelledError:
            work.given_up = True
            raise

    async def _part(self, send: Callable[[Message], Awaitable[None]], body: bytearray | bytes) -> None:
        await self._sent(send, {"type": "http.response.body", "body": bytes(body), "more_body": True})

    async def _sent(self, send: Callable[[Message], Awaitable[None]], message: Message) -> None:
        """Raises `Cut` when the client does not read for too long."""
        try:
            async with asyncio.timeout(self._batch.seconds):
                await send(message)
        except TimeoutError:
            raise Cut from None


def _ending(line: int, refused: Refused, instance: str) -> bytes:
    """The last line of an answer that does not reach its end: from which line on nothing is answered, and why."""
    return written({"line": line, "fault": details(refused, instance)})


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"
