"""The CDS Hooks routes of the service: a thin layer of FastAPI over `calls`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..security.caller import Caller
from ..settings import Settings
from ..strict_json import Refused
from ..web.bodies import Gone
from ..web.work import KEY
from .calls import ROOT, Admit, Answering, Call, Endpoints, Reply, answered, failed, opened
from .described import described
from .envelope import CdsRequest
from .feedback_log import FeedbackLog, JsonLines, ToLog
from .hooks import HookService

if TYPE_CHECKING:
    from ...engine import Engine
    from ..fhir import CodeMap


class Run(Protocol):
    """Calls a piece of work, here or in a thread, and gives its result. May raise `Refused` when too much waits."""

    def __call__(self, work: Callable[[], Reply], /) -> Awaitable[Reply]: ...


async def at_once(work: Callable[[], Reply], /) -> Reply:
    """Calls the work where it stands."""
    return work()


def router(
    settings: Settings,
    answering: Answering,
    *,
    admit: Admit | None = None,
    feedback: FeedbackLog | None = None,
    run: Run = at_once,
    refusing: Callable[[str], None] = lambda _: None,
) -> APIRouter:
    """Discovery, the services and their feedback, below `/cds-services`; whatever else lies there is a 404.

    Without `admit` nobody is asked who they are; that is a ValueError unless the settings say `insecure_local`. Feedback goes to the file
    of the settings, or to the log. `refusing` hears the code of each refusal, and `fault`. Raises `SettingsError` when the file cannot be
    added to.
    """
    if admit is None and not settings.insecure_local:
        raise ValueError("callers of the CDS services are authenticated, unless insecure_local is set")
    log = feedback or (ToLog() if settings.feedback is None else JsonLines.at(settings.feedback))
    endpoints = Endpoints(settings, answering, admit or _anyone, log, refusing=refusing)
    routes = APIRouter()

    async def call(request: Request) -> Response:
        return _response(await _replied(endpoints, request, run))

    for route in described(endpoints.services.values()):
        routes.add_api_route(route.path, call, methods=[route.method], response_class=Response, **route.documentation)
    rest = Anything(call)
    routes.routes += [Route(path, rest, include_in_schema=False) for path in (ROOT, f"{ROOT}/{{rest:path}}")]
    return routes


def answering_with(
    settings: Settings,
    engine: Callable[[], Engine],
    codes: Callable[[], CodeMap],
    *,
    today: Callable[[], dt.date] = dt.date.today,
    new_uuid: Callable[[], str] = lambda: str(uuid4()),
) -> Answering:
    """The cards of the engine in use. Engine and codes are asked for at each call, so that both may be exchanged while the service runs."""

    def answering(service: HookService, request: CdsRequest) -> list[dict[str, Any]]:
        from .answers import answer

        return answer(service, request, engine(), today=today(), codes=codes(), settings=settings, new_uuid=new_uuid)

    return answering


class Anything:
    """An ASGI app, so that it is called for every method there is, those nobody has heard of too."""

    def __init__(self, call: Callable[[Request], Awaitable[Response]]) -> None:
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._call(Request(scope, receive, send))
        await response(scope, receive, send)


async def _replied(endpoints: Endpoints, request: Request, run: Run) -> Reply:
    headers = _headers(request)
    call = opened(endpoints, request.method, _path(request), headers)
    if not isinstance(call, Call):
        return call
    if (work := request.scope.get(KEY)) is not None:
        work.kind, work.caller = "cds", call.caller
    try:
        body = await request.body()
        return await run(lambda: answered(endpoints, call, body))
    except ClientDisconnect:
        raise Gone from None
    except Refused as refused:  # by a layer that counts bytes or time
        return failed(endpoints, headers, refused)


def _path(request: Request) -> str:
    """The path from `/cds-services` on, without what the service is mounted below."""
    path: str = request.scope["path"]
    root: str = request.scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def _headers(request: Request) -> Mapping[str, str]:
    """The headers by their names; of one that is sent twice both, as one list, which fits no form that is accepted."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, headers=dict(reply.headers))


def _anyone(_headers: Mapping[str, str], _path: str) -> Caller:
    return Caller("local", "local")
