"""The routes of the native API, and those that watch the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ...errors import RulebookError, did_you_mean, quoted
from ..current import Current
from ..observing.metrics import Metrics
from ..settings import Settings
from ..strict_json import Refused
from ..web.bodies import no_query, require_media_type, switch, whole_body
from ..web.etags import Fixed
from ..web.lanes import Lanes
from ..web.refusals import seal_does_not_hold
from ..web.work import work_of
from .advising import MUCH, Advising, TakesLong
from .batch import MEDIA_TYPE, Batch, BatchResponse
from .described import DESCRIBED
from .gate import Gate
from .health import about, ready
from .reference import book_shown

BATCH: Final = "/v1/advisories:batch"
NDJSON: Final = (MEDIA_TYPE, "application/ndjson", "application/jsonl")


@dataclass(frozen=True)
class Native:
    """Answers to the calls of the native API. `openapi` gives the description of the whole service."""

    settings: Settings
    current: Current
    lanes: Lanes
    gate: Gate
    metrics: Metrics
    advising: Advising
    openapi: Callable[[], Fixed]

    async def advise(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        work_of(request.scope).kind = "single"
        require_media_type(request.scope, ("application/json",))
        options = switch(request.scope, "options", default=True)
        raw = await whole_body(request.receive)
        loaded = self.current.loaded
        work = partial(self.advising.at_once, raw, loaded, options)
        answer = await self.lanes.run("light" if len(raw) <= MUCH else "heavy", work)
        if isinstance(answer, TakesLong):
            answer = await self.lanes.run("heavy", partial(self.advising.advise, answer.case, loaded, options))
        return Response(answer, media_type="application/json")

    async def advise_batch(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        work_of(request.scope).kind = "batch"
        require_media_type(request.scope, NDJSON)
        options = switch(request.scope, "options", default=True)
        batch = Batch(self.advising, self.current.loaded, options, self.settings.seconds)
        return BatchResponse(batch, self.lanes)

    async def reference(self, request: Request) -> Response:
        """Whatever is made once for each book, by its path."""
        self.gate.admit(request.scope)
        no_query(request.scope)
        return self.current.loaded.reference[request.scope["path"]].answer(request.scope)

    async def rule(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        no_query(request.scope)
        loaded, id = self.current.loaded, request.path_params["id"]
        if id not in loaded.book.rule_by_id:
            help = did_you_mean(id.upper()[:60], loaded.book.rule_by_id, "`GET /v1/rules` lists them").replace("\n", " ")
            raise Refused(404, f"{quoted(id)} is not a rule of the rulebook: {help}", "not-found")
        return loaded.reference[f"/v1/rules/{id}"].answer(request.scope)

    async def rulebook(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        no_query(request.scope)
        loaded = self.current.loaded
        try:
            about = loaded.engine.about(self.advising.today())
        except RulebookError:
            raise seal_does_not_hold() from None
        return book_shown(loaded.book, about).answer(request.scope)

    async def described(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        no_query(request.scope)
        return (await self.lanes.run("light", self.openapi)).answer(request.scope)

    async def count(self, request: Request) -> Response:
        self.gate.admit(request.scope)
        no_query(request.scope)
        body, media_type = self.metrics.page()
        return Response(body, headers={"Content-Type": media_type})


@dataclass(frozen=True)
class Health:
    """Answers to those who watch the service: asked often, by machines without a key."""

    current: Current
    lanes: Lanes

    async def alive(self, request: Request) -> Response:
        no_query(request.scope)
        return Response(b'{"status":"alive"}', media_type="application/json")

    async def ready(self, request: Request) -> Response:
        no_query(request.scope)
        return Response(await self.lanes.run("watch", partial(ready, self.current)), media_type="application/json")

    async def about(self, request: Request) -> Response:
        no_query(request.scope)
        return Response(await self.lanes.run("watch", partial(about, self.current)), media_type="text/plain")


def add_health(routes: APIRouter, health: Health) -> None:
    for path, endpoint in (("/healthz", health.alive), ("/readyz", health.ready), ("/about", health.about)):
        routes.add_api_route(path, endpoint, methods=["GET"], response_class=Response, **DESCRIBED[path])


def add_native(routes: APIRouter, native: Native) -> None:
    calls = {
        "/v1/advisories": ("POST", native.advise),
        BATCH: ("POST", native.advise_batch),
        "/v1/zones": ("GET", native.reference),
        "/v1/rules": ("GET", native.reference),
        "/v1/rules/{id}": ("GET", native.rule),
        "/v1/questions": ("GET", native.reference),
        "/v1/rulebook": ("GET", native.rulebook),
        "/v1/schemas/case": ("GET", native.reference),
        "/v1/schemas/advisory": ("GET", native.reference),
        "/openapi.json": ("GET", native.described),
        "/metrics": ("GET", native.count),
    }
    for path, (method, endpoint) in calls.items():
        routes.add_api_route(path, endpoint, methods=[method], response_class=Response, **DESCRIBED[path])
