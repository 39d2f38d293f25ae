"""What the tests of the native API share: an app without authentication, a client, a case, and the log of a request."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dose_engine.rulebook.load import load, shipped_folder
from dose_engine.rulebook.model import Rulebook
from dose_engine.service.app import create_app
from dose_engine.service.native.example import example
from dose_engine.service.observing.logs import LOGGER, JsonLines
from dose_engine.service.settings import Settings

from ..client import Client


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load(shipped_folder())


@pytest.fixture(scope="session")
def api() -> Iterator[Client]:
    """The whole service, without authentication."""
    with Client(create_app(local())) as client:
        yield client


def local(**given: Any) -> Settings:
    """Settings without authentication, under which nothing is reloaded."""
    return Settings(insecure_local=True, reload_seconds=0, rules=shipped_folder(), **given)


@pytest.fixture
def serve() -> Iterator[Callable[..., Client]]:
    """Serves with settings of its own: `serve(seconds=1)`, or `serve(settings)`."""
    begun: list[Client] = []

    def begin(settings: Settings | None = None, **given: Any) -> Client:
        begun.append(Client(create_app(settings or local(**given))).__enter__())
        return begun[-1]

    yield begin
    for client in begun:
        client.__exit__()


@pytest.fixture
def case(book: Rulebook) -> dict[str, Any]:
    """A case on which the verdict is ok."""
    return copy.deepcopy(example(book))


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of the log since the test began, as the service writes them, with those of every other logger."""
    records: list[logging.LogRecord] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    kept, root, ours = Kept(), logging.getLogger(), logging.getLogger(LOGGER)
    before = root.level, ours.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield lambda: [json.loads(JsonLines().format(record)) for record in records]
    root.removeHandler(kept)
    root.setLevel(before[0])
    ours.setLevel(before[1])
