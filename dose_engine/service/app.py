"""Puts the service together: settings in, an ASGI app out."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..errors import BadInput, SettingsError
from .access import Access
from .cds.routes import answering_with, router
from .current import Current
from .native.advising import Advising
from .native.gate import Gate
from .native.openapi import Description
from .native.routes import BATCH, Health, Native, add_health, add_native
from .observing.logs import LOGGER, fault_fields
from .observing.metrics import Metrics
from .settings import Settings
from .strict_json import Refused
from .web.doors import Doors
from .web.edge import Edge
from .web.lanes import Lanes
from .web.limits import Limits

STARTUP_FAILURE: Final = 3
"""The exit code by which uvicorn's supervisor knows that a worker would fail again and again."""

_NO_TELEMETRY: Final[Any] = dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)
"""FastAPI can send traces and logs to where the environment says, queries and messages of exceptions among them. Never from here."""


def create_app(settings: Settings, *, today: Callable[[], dt.date] = dt.date.today) -> FastAPI:
    """The service. `today` is the day of treatment where a case names none.

    Raises `BadInput` for a rulebook or another file that cannot be used, and `NotFit` for a rulebook that does not pass the self-check.
    """
    metrics, lanes = Metrics(), Lanes()
    current = Current(settings, metrics)
    access = Access.of(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch(settings.reload_seconds, lanes, [current.look, *access.rereading]))
        yield
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        lanes.close()
        access.close()

    app = FastAPI(
        title="dose-engine",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=_NO_TELEMETRY,
    )
    app.state.current, app.state.access = current, access
    app.add_exception_handler(HTTPException, _as_refused)
    if settings.serves_native:
        description = Description(app, settings)
        gate, advising = Gate(access.keys, access.rates), Advising(settings, today)
        add_native(app.router, Native(settings, current, lanes, gate, metrics, advising, lambda: description.of(current.loaded)))
    add_health(app.router, Health(current, lanes))
    if settings.serves_cds:
        answering = answering_with(settings, lambda: current.loaded.engine, lambda: current.loaded.codes, today=today)
        app.include_router(router(settings, answering, admit=access.admit, run=partial(lanes.run, "light")))
    app.add_middleware(Limits, largest_body=settings.largest_body, seconds=settings.seconds, streams=frozenset({BATCH}))
    app.add_middleware(Doors, rates=access.rates, local_only=settings.insecure_local)
    app.add_middleware(Edge, metrics=metrics, encrypted=settings.encrypted)
    return app


def from_environment() -> FastAPI:
    """The service in a worker, with the settings it was started with. Ends the process, with one line of log, when it cannot start."""
    log = logging.getLogger(LOGGER)
    try:
        app = create_app(Settings.handed_over(os.environ))
    except BadInput as bad:
        log.error("the service cannot start", extra={"fields": {"problems": [str(problem) for problem in bad.problems][:20]}})
        sys.exit(STARTUP_FAILURE)
    settle()
    return app


def settle() -> None:
    """What is loaded stays: the collector need not look at it again and again. For a process that does nothing but serve."""
    gc.collect()
    gc.freeze()


async def _watch(seconds: float, lanes: Lanes, looks: Sequence[Callable[[], bool]]) -> None:
    """Looks at the rulebook and at who may call, for ever, in a thread; 0 seconds: never. A look that fails is logged, and comes again."""
    log = logging.getLogger(LOGGER)
    while seconds > 0:
        await asyncio.sleep(seconds)
        for look in looks:
            try:
                await lanes.run("watch", look)
            except SettingsError as bad:
                problems = [str(problem) for problem in bad.problems][:20]
                log.error("a changed file of who may call is refused, the old one stays in use", extra={"fields": {"problems": problems}})
            except Exception as fault:
                log.error("a look at changed files ended in a fault", extra={"fields": fault_fields(fault)})


async def _as_refused(_: Request, error: Exception) -> Response:
    """What Starlette refuses by itself, as every other error. The outermost layer writes the answer."""
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 404:
            raise Refused(404, "nothing is here; `GET /openapi.json` describes what there is", "not-found")
        case 405:
            allowed = (error.headers or {}).get("Allow", "")
            allowed = f"{allowed}, HEAD" if allowed == "GET" else allowed
            raise Refused(405, f"accepted here: {allowed}", "wrong-method", headers={"Allow": allowed})
        case status:
            raise Refused(status, "the request cannot be answered", "fault" if status >= 500 else "wrong-type")
