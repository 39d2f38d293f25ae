"""Whatever the OpenAPI document allows, and what it does not, gets an answer that it describes; never a 5xx."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from dose_engine.service.app import create_app
from dose_engine.service.settings import Settings

from .client import named_local

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@cache
def described() -> Any:
    app = create_app(Settings(insecure_local=True, rate_per_minute=1_000_000, burst=1_000_000), today=lambda: dt.date(2026, 5, 4))
    return schemathesis.openapi.from_asgi("/openapi.json", named_local(app))


READ = (
    *("/v1/zones", "/v1/rules", "/v1/rules/{id}", "/v1/questions", "/v1/rulebook", "/v1/schemas/case", "/v1/schemas/advisory"),
    *("/openapi.json", "/healthz", "/readyz", "/about", "/metrics", "/cds-services"),
)
SENT = (
    *("/v1/advisories", "/v1/advisories:batch", "/cds-services/bont-order-sign/feedback"),
    *(f"/cds-services/{id}" for id in ("bont-order-sign", "bont-order-select", "bont-patient-view", "bont-injection-plan-review")),
)
CALLS = [
    *(("GET", path, GenerationMode.POSITIVE) for path in READ),
    *(("POST", path, mode) for path in SENT for mode in GenerationMode),
]


@schemathesis.serializer("application/x-ndjson")
def ndjson(_: Any, value: Any) -> bytes:
    """Lines, whatever stands in them."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.mark.parametrize(("method", "path", "mode"), CALLS)
def test_any_call_the_description_allows_or_not_gets_an_answer_it_describes(method: str, path: str, mode: GenerationMode) -> None:
    operation = described()[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    check()


def test_every_route_of_the_description_is_among_those_tried() -> None:
    paths = {(method.upper(), path) for path, entry in described().raw_schema["paths"].items() for method in entry}
    assert {one for one in paths if not one[1].endswith("/feedback")} <= {(method, path) for method, path, _ in CALLS}
