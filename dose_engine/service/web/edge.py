"""The outermost layer: an id, headers, a log line and numbers for every request, and an answer for every error."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from ..cds.outcome import MEDIA_TYPE as OUTCOME
from ..cds.outcome import outcome
from ..observing.logs import LOGGER, fault_fields
from ..observing.metrics import Metrics
from ..strict_json import Refused
from .bodies import Gone
from .doors import WATCHED
from .headers import NO_STORE, header, security_headers
from .limits import App, Cut, Message
from .problems import MEDIA_TYPE as PROBLEM
from .problems import written
from .request_ids import HEADER, request_id
from .work import KEY, WORK, Work

CDS: Final = "/cds-services"
GONE: Final = 499
"""Logged when the client went away; never sent."""

_UNSAFE_TO_SAY: Final = "a fault in the service: nothing was worked out; report it with the id of the request"


@dataclass(slots=True)
class _Sent:
    """What went out so far."""

    status: int = 0
    whole: bool = False


class Edge:
    """ASGI in, ASGI out; nothing an app inside does, or raises, goes out without it."""

    def __init__(self, app: App, *, metrics: Metrics, encrypted: bool) -> None:
        self._app, self._metrics = app, metrics
        self._headers = security_headers(encrypted)
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        work = Work(request_id(header(scope, HEADER)))
        sent = _Sent()
        inner = {**scope, KEY: work}
        bodyless = scope["method"] == "HEAD"
        if bodyless:
            inner["method"] = "GET"
        token = WORK.set(work)
        sending = self._sending(work, sent, send, bodyless)
        try:
            await self._answered(inner, receive, sending, sent)
        finally:
            WORK.reset(token)
            work.given_up = True
            self._note(inner, work, sent, time.perf_counter() - begun)

    def _sending(self, work: Work, sent: _Sent, send: Any, bodyless: bool) -> Callable[[Message], Awaitable[None]]:
        """`send`, with the headers of every answer; without a body for HEAD."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                headers = list(message.get("headers", ()))
                named = {name.lower() for name, _ in headers}
                headers += (one for one in (*self._headers, NO_STORE) if one[0] not in named)
                message = {**message, "headers": [*headers, (HEADER, work.id.encode())]}
            elif message["type"] == "http.response.body":
                sent.whole = not message.get("more_body", False)
                message = {**message, "body": b""} if bodyless else message
            await send(message)

        return sending

    async def _answered(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        sending: Callable[[Message], Awaitable[None]],
        sent: _Sent,
    ) -> None:
        try:
            await self._app(scope, receive, sending)
        except Gone:
            sent.status = sent.status or GONE
        except Cut:
            pass
        except Refused as refused:
            await self._refuse(scope, refused, sending, sent)
        except Exception as fault:
            self._fault(scope[KEY], fault)
            if not sent.status:
                await self._refuse(scope, Refused(500, _UNSAFE_TO_SAY, "fault"), sending, sent)

    async def _refuse(
        self, scope: MutableMapping[str, Any], refused: Refused, sending: Callable[[Message], Awaitable[None]], sent: _Sent
    ) -> None:
        """An answer of its own for an error. One that comes after an answer was begun is a fault."""
        work = scope[KEY]
        if sent.status:
            self._fault(work, refused)
            return
        self._metrics.refused(refused.code)
        work.notes["problem"] = refused.code
        media_type, body = (OUTCOME, outcome(refused)) if is_cds(scope["path"]) else (PROBLEM, written(refused, work.id))
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in refused.headers.items()]
        headers += [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
        await sending({"type": "http.response.start", "status": refused.status, "headers": headers})
        await sending({"type": "http.response.body", "body": body, "more_body": False})

    def _fault(self, work: Work, fault: BaseException) -> None:
        work.notes["fault"] = True
        self._log.error("a request ended in a fault", extra={"fields": {"request": work.id} | fault_fields(fault)})

    def _note(self, scope: MutableMapping[str, Any], work: Work, sent: _Sent, seconds: float) -> None:
        """One line and two numbers for each request, from what the service knows of it."""
        route = work.route or template(scope)
        self._metrics.answered(route, sent.status, seconds)
        if sent.status == HTTPStatus.INTERNAL_SERVER_ERROR or "fault" in work.notes:
            self._metrics.fault()
        level = logging.DEBUG if route in WATCHED and sent.status == 200 else logging.INFO
        if not self._log.isEnabledFor(level):
            return
        fields: dict[str, Any] = {"request": work.id, "route": route, "status": sent.status, "ms": round(seconds * 1000, 1)}
        if work.caller is not None:
            fields["caller"] = work.caller.name
        if work.verdicts:
            fields["verdict"] = next(iter(work.verdicts)) if work.verdicts.total() == 1 else dict(work.verdicts)
        if not sent.whole:
            fields["cut"] = True
        self._log.log(level, "request", extra={"fields": fields | work.notes})


def is_cds(path: str) -> bool:
    return path == CDS or path.startswith(f"{CDS}/")


def template(scope: MutableMapping[str, Any]) -> str:
    """The route as it is written in the code, with the names of its parameters; `none` where no route fits."""
    route = scope.get("route")
    return str(getattr(route, "path_format", "") or "none")
