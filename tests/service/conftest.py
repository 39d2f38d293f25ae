"""What the tests of the service share: the engine, settings without authentication, and a client whose CDS answers are all checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from dose_engine.engine import Engine
from dose_engine.service.cds.calls import Admit, Answering
from dose_engine.service.cds.feedback_log import FeedbackLog
from dose_engine.service.cds.routes import answering_with, router
from dose_engine.service.fhir import CodeMap
from dose_engine.service.settings import Settings

from .client import Client

SHARED = Path(__file__).parents[2].parent / "shared" / "cds"
"""Example requests of others; they are not part of this project, and tests skip where they are not there."""

TODAY = dt.date(2026, 5, 4)


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.load()


@pytest.fixture(scope="session")
def codes() -> CodeMap:
    return CodeMap.shipped()


@pytest.fixture
def settings() -> Settings:
    """No authentication; loopback only."""
    return Settings(insecure_local=True)


@pytest.fixture
def today() -> dt.date:
    return TODAY


@pytest.fixture
def new_uuid() -> Callable[[], str]:
    """UUIDs that come in the same order every time."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


@pytest.fixture
def answering(settings: Settings, engine: Engine, codes: CodeMap, today: dt.date, new_uuid: Callable[[], str]) -> Answering:
    """The real answers, on a fixed day and with UUIDs in order."""
    return answering_with(settings, lambda: engine, lambda: codes, today=lambda: today, new_uuid=new_uuid)


@pytest.fixture
def cds(settings: Settings) -> Iterator[Callable[..., Client]]:
    """Makes clients of the CDS routes alone: `cds(answering, settings=…, admit=…, feedback=…)`; without `answering` there are no cards."""
    made: list[Client] = []

    def make(
        answering: Answering | None = None,
        *,
        settings: Settings = settings,
        admit: Admit | None = None,
        feedback: FeedbackLog | None = None,
    ) -> Client:
        app = FastAPI(openapi_url=None)
        app.include_router(router(settings, answering or (lambda *_: []), admit=admit, feedback=feedback))
        made.append(Client(app))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(cds: Callable[..., Client], answering: Answering) -> Client:
    """The CDS routes with the real answers."""
    return cds(answering)


@pytest.fixture
def shared_example() -> Callable[[str], bytes]:
    """The bytes of an example request such as `ours/order-sign-bont-request.json`; the test is skipped where it is not there."""

    def read(name: str) -> bytes:
        path = SHARED / name
        if not path.is_file():
            pytest.skip(f"{name} is not there")
        return path.read_bytes()

    return read


@pytest.fixture
def own_fixture(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """The bytes of a file in the folder `requests` beside the test."""
    return lambda name: (request.path.parent / "requests" / name).read_bytes()
