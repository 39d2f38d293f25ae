"""Any bytes at all: C20, by mutation of calls. `python -m tests.service.cds.fuzzing` runs the same for as long as one likes."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from dose_engine.service.cds.calls import Endpoints, handle
from dose_engine.service.security.caller import Caller
from dose_engine.service.settings import Settings

from ..conftest import SHARED
from .fuzzing import HEADERS, faults_of, seeds
from .mutating import mutants


@pytest.fixture
def endpoints(settings: Settings, answering: Any) -> Endpoints:
    return Endpoints(settings, answering, lambda *_: Caller("local", "local"), clock=lambda: dt.datetime(2026, 5, 4, tzinfo=dt.UTC))


def test_the_calls_that_are_mutated_are_answered(endpoints: Endpoints):
    for path, raw in seeds(SHARED if SHARED.is_dir() else None):
        reply, faults = faults_of(endpoints, path, raw)
        assert (reply.status in (200, 412), faults) == (True, []), path


@pytest.mark.parametrize("seed", range(6))
def test_c20_a_mutated_call_is_answered_or_refused_never_a_fault(endpoints: Endpoints, seed: int):
    statuses: Counter[int] = Counter()
    for path, raw in islice(mutants(seeds(), random.Random(seed)), 120):
        reply, faults = faults_of(endpoints, path, raw)
        assert faults == [], raw[:2_000]
        statuses[reply.status] += 1
    assert statuses[200] > 10
    assert statuses[400] > 10


@pytest.mark.parametrize("seed", range(4))
def test_c20_random_bytes_are_refused(endpoints: Endpoints, seed: int):
    chance = random.Random(seed)
    for path in {path for path, _ in seeds()}:
        for length in (0, 1, 2, 7, 100, 2_000):
            reply, faults = faults_of(endpoints, path, chance.randbytes(length))
            assert (reply.status, faults) == (400, [])


@pytest.mark.parametrize(
    "headers", [{}, HEADERS, {"content-type": "\xff"}, {"content-type": ";;;=;"}, {"origin": "\x00"}, {"content-encoding": "x" * 9_000}]
)
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/cds-services",
        "/cds-services/\x00",
        "/cds-services/" + "a" * 5_000,
        "/cds-services/\ud800",
        "/CDS-SERVICES",
        "x/cds-services",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "", "\x00", "A" * 500])
def test_c20_any_method_path_and_header_is_answered(endpoints: Endpoints, method: str, path: str, headers: dict[str, str]):
    assert handle(endpoints, method, path, headers, b"{").status in (200, 204, 400, 404, 405, 415)
