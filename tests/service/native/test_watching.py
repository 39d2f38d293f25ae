"""Health, readiness and numbers: what those who run the service are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dose_engine.confirm import Confirmation, Confirmer
from dose_engine.engine import Engine
from dose_engine.rulebook.model import Rulebook
from dose_engine.service.current import Current
from dose_engine.service.native.example import example_case
from dose_engine.service.observing.metrics import Metrics
from dose_engine.service.served_engine import NotFit, self_check

from ..client import Client
from .conftest import local
from .streaming import batch
from .test_problems import problem

DIFFER = Confirmation(("compiled", "rete"), False, "the evaluators differ", "The evaluators differ on INTERVAL-90.")


def test_a_service_that_advises_is_ready_and_says_with_which_rulebook(api: Client, book: Rulebook) -> None:
    answer = api.get("/readyz")
    assert answer.status == 200
    assert answer.json() == {
        "status": "ready",
        "rulebook": {"version": book.version, "sha256": book.sha256},
        "confirmed": True,
        "reload": {"refused": False, "problems": 0, "since": None},
    }


def test_evaluators_that_differ_make_the_service_not_ready(
    serve: Callable[..., Client], book: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    monkeypatch.setattr(Confirmer, "confirm", lambda *_: DIFFER)
    answer = client.get("/readyz")
    found = problem(answer, 503, "not-ready")
    assert found["detail"] == "the built-in case was not confirmed: the evaluators differ"
    assert found["rulebook"]["version"] == book.version
    assert answer.headers["retry-after"]
    assert client.get("/healthz").status == 200


def test_a_service_without_the_second_evaluator_is_ready_and_says_so(serve: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dose_engine.confirm.available", lambda: False)
    answer = serve().get("/readyz")
    assert (answer.status, answer.json()["confirmed"]) == (200, False)


def test_a_fault_in_the_self_check_makes_the_service_not_ready_and_is_not_told(
    serve: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    monkeypatch.setattr(Engine, "_advisory", lambda *_: 1 / 0)
    assert "division" not in client.get("/readyz").text
    assert client.get("/readyz").status == 503


def test_an_engine_whose_evaluators_differ_is_not_taken_into_use(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert self_check(engine).evaluators.agreed
    monkeypatch.setattr(Confirmer, "confirm", lambda *_: DIFFER)
    with pytest.raises(NotFit, match="the evaluators differ"):
        self_check(engine)
    with pytest.raises(NotFit):
        Current(local(), Metrics())


def test_the_self_check_is_not_made_anew_for_everyone_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    now: list[float] = [0.0]
    made: list[Engine] = []
    current = Current(local(), Metrics(), clock=lambda: now[0])
    monkeypatch.setattr("dose_engine.service.current.self_check", made.append)
    for now[0] in (1.0, 2.0, 10.9, 11.1, 15.0):
        current.check()
    assert len(made) == 2


def test_a_self_check_is_no_advisory(serve: Callable[..., Client], logged: Callable[[], list[dict[str, Any]]]) -> None:
    client = serve()
    assert client.get("/readyz").status == 200
    assert not [key for key in numbers(client) if "advisories" in key]
    assert not [line for line in logged() if "verdict" in line]


def test_the_built_in_case_fits_the_shipped_book_and_any_other(book: Rulebook) -> None:
    assert len(example_case(book).plan) == 2
    fewer = replace(book, zones={name: zone for name, zone in book.zones.items() if name not in ("frontalis", "glabella")})
    case = example_case(fewer)
    assert len(case.plan) == 1
    assert Engine(fewer).advise(case).evaluators.agreed
    bands = replace(book, zones={"platysma": book.zones["platysma"]})
    assert example_case(bands).plan[0].band is not None


def numbers(client: Client) -> dict[str, float]:
    """The numbers of `/metrics`, without the times at which counting began."""
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {key: float(value) for key, value in (line.rsplit(" ", 1) for line in lines) if "_created" not in key}


def test_advisories_are_counted_by_verdict_and_by_what_was_asked(serve: Callable[..., Client], case: dict[str, Any]) -> None:
    client = serve()
    stop = {**case, "plan": [{**case["plan"][0], "units": 40}]}
    client.post("/v1/advisories", case)
    client.post("/v1/advisories", stop)
    client.post("/v1/advisories", stop)
    client.post("/v1/advisories", {})
    batch(client, [json.dumps(stop).encode() + b"\n", b"{}\n"])
    found = numbers(client)
    assert {key: value for key, value in found.items() if key.startswith("dose_engine_advisories")} == {
        'dose_engine_advisories_total{kind="single",verdict="ok"}': 1,
        'dose_engine_advisories_total{kind="single",verdict="stop"}': 2,
        'dose_engine_advisories_total{kind="batch",verdict="stop"}': 1,
    }
    assert found['dose_engine_findings_total{rule="FRONTALIS-SIDE-STOP"}'] == 3
    assert found['dose_engine_requests_total{route="/v1/advisories",status="422"}'] == 1
    assert found['dose_engine_refusals_total{code="case"}'] == 1
    assert found['dose_engine_request_seconds_count{route="/v1/advisories"}'] == 4
    assert found["dose_engine_evaluator_disagreements_total"] == 0


def test_a_disagreement_of_the_evaluators_is_counted(
    serve: Callable[..., Client], case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    monkeypatch.setattr(Confirmer, "confirm", lambda *_: DIFFER)
    assert client.post("/v1/advisories", case).json()["verdict"] == "stop"
    assert numbers(client)["dose_engine_evaluator_disagreements_total"] == 1


def test_the_numbers_of_two_apps_are_their_own(api: Client, serve: Callable[..., Client], case: dict[str, Any]) -> None:
    api.post("/v1/advisories", case)
    assert not [key for key in numbers(serve()) if key.startswith("dose_engine_advisories")]


def test_no_label_comes_from_a_request(serve: Callable[..., Client], book: Rulebook) -> None:
    client = serve()
    client.get("/v1/Muster/1984")
    client.get("/v1/rules/Muster")
    client.call("MUSTER", "/v1/zones?Muster=1")
    client.post("/v1/advisories", {"Muster": "Muster"}, {"x-request-id": "Muster", "content-type": "application/json"})
    page = client.get("/metrics").text
    assert "Muster" not in page
    assert "MUSTER" not in page
    routes = set(re.findall(r'route="([^"]*)"', page))
    assert routes <= {"none", "/v1/rules/{id}", "/v1/zones", "/v1/advisories", "/metrics"}


def test_whoever_follows_the_source_of_a_card_reads_who_speaks_without_a_key(api: Client, book: Rulebook) -> None:
    answer = api.get("/about")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert f"version {book.version}" in answer.text
    assert "It is a draft: no named clinician has signed it." in answer.text
