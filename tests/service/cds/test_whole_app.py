"""The CDS Hooks routes inside the whole service, behind all its layers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dose_engine.service.app import create_app
from dose_engine.service.settings import Settings

from ..client import Client
from ..requests import SERVICE_OF, feedback, order, request

ORIGIN = "https://sandbox.cds-hooks.example"
ADDRESS = "/cds-services/bont-order-sign"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path: Path = tmp_path_factory.mktemp("kept") / "feedback.jsonl"
    settings = Settings(insecure_local=True, reload_seconds=0, largest_body=100_000, cors_origins=(ORIGIN,), feedback=path)
    with Client(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize("hook", SERVICE_OF)
def test_c3_each_service_answers_at_its_own_address(service: Client, hook: str):
    cards = service.post(SERVICE_OF[hook], request(hook, order(units=300))).cards
    assert bool(cards) == (hook != "patient-view")


def test_c1_discovery_is_there_also_for_head(service: Client):
    assert len(service.get("/cds-services").json()["services"]) == 4
    head = service.head("/cds-services")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize("path", ["/cds-services/", "/cds-services/none", f"{ADDRESS}/", f"{ADDRESS}/feedback/"])
def test_c20_what_is_not_there_is_a_404_and_leads_nowhere_else(service: Client, path: str):
    for method in ("GET", "POST"):
        answer = service.call(method, path, b"{}", {"content-type": "application/json"})
        assert (answer.status, "location" in answer.headers) == (404, False)
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_c20_a_body_over_the_limit_is_a_413(service: Client):
    answer = service.post(ADDRESS, request(extension="x" * 100_000))
    assert (answer.status, answer.headers["content-type"]) == (413, "application/fhir+json")
    assert answer.json()["issue"][0]["code"] == "too-long"


def test_c20_another_method_is_a_405(service: Client):
    for method in ("GET", "HEAD", "DELETE", "BREW"):
        answer = service.call(method, ADDRESS)
        assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, POST")


def test_c65_a_preflight_reaches_the_routes(service: Client):
    asked = {"origin": ORIGIN, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = service.options(ADDRESS, asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, ORIGIN)


def test_c51_feedback_is_kept(service: Client):
    assert [service.post(f"{ADDRESS}/feedback", feedback()).status for _ in range(2)] == [200, 200]
