"""Mutates calls, as bytes and as JSON, and holds every answer: `python -m tests.service.cds.fuzzing --seconds 300` for a longer run."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from dose_engine.service.cds.calls import Endpoints, Reply, handle
from dose_engine.service.cds.checker import problems_in
from dose_engine.service.strict_json import write_json

from ..client import orders_in
from ..requests import SERVICE_OF, accepted, bundle, feedback, order, overridden, patient, prefetch, request
from .mutating import Call, mutants

HEADERS: Mapping[str, str] = {"content-type": "application/json"}
OWN = Path(__file__).parent / "requests"


def seeds(shared: Path | None = None) -> list[Call]:
    """Calls of every service and of feedback, ours and, where they are there, those of others."""
    full = prefetch(
        patient=patient(),
        conditions=bundle(
            {"resourceType": "Condition", "id": "c", "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "G70.0"}]}}
        ),
        administrations=bundle(_given("2026-01-02"), _given("2025-12-01"), link=[{"relation": "next", "url": "https://ehr.example.org/2"}]),
        observations={"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]},
    )
    orders = (order(units=8), order("b", site="procerus", units=Decimal("2.5")), order("c", site="masseter right", units=40))
    found = [(path, write_json(request(hook, *orders, prefetched=full))) for hook, path in SERVICE_OF.items()]
    found += [
        (f"{SERVICE_OF['order-sign']}/feedback", write_json(feedback(overridden(overrideReason={"reason": {"code": "a"}}), accepted())))
    ]
    paths = [
        *sorted(OWN.glob("*.json")),
        *(sorted(shared.rglob("*-request.json")) + sorted(shared.rglob("*habits.json")) if shared else []),
    ]
    for path in paths:
        raw = path.read_bytes()
        hook = json.loads(raw).get("hook", "")
        found.append((SERVICE_OF.get(hook, f"{SERVICE_OF['order-sign']}/feedback"), raw))
    return found


def faults_of(endpoints: Endpoints, path: str, raw: bytes) -> tuple[Reply, list[str]]:
    """The answer to a call, and what is wrong with it: anything but a well-formed 200 or 4xx is."""
    reply = handle(endpoints, "POST", path, HEADERS, raw)
    if reply.status == 200:
        body = json.loads(reply.body, parse_float=Decimal)
        return reply, [] if path.endswith("/feedback") else problems_in(
            body, draft_orders=orders_in(raw), request=raw.decode(errors="replace")
        )
    if not 400 <= reply.status < 500:
        return reply, [f"status {reply.status}"]
    body = json.loads(reply.body)
    whole = body["resourceType"] == "OperationOutcome" and all(issue["details"]["text"] for issue in body["issue"])
    return reply, [] if whole else ["no OperationOutcome"]


def _given(day: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"a-{day}",
        "status": "completed",
        "medicationCodeableConcept": {"text": "onabotulinumtoxinA"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": day,
        "dosage": {"site": {"text": "frontalis left"}, "dose": {"value": 5, "unit": "U"}},
    }


def main() -> int:
    from dose_engine.engine import Engine
    from dose_engine.service.cds.routes import answering_with
    from dose_engine.service.fhir import CodeMap
    from dose_engine.service.security.caller import Caller
    from dose_engine.service.settings import Settings

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--shared", type=Path, help="a folder of example requests of others")
    options.add_argument("--keep", type=Path, default=Path("fuzz-finds"), help="a folder for calls with a wrong answer")
    given = options.parse_args()
    settings, engine, codes = Settings(insecure_local=True), Engine.load(), CodeMap.shipped()
    endpoints = Endpoints(settings, answering_with(settings, lambda: engine, lambda: codes), lambda *_: Caller("local", "local"))
    statuses: Counter[int] = Counter()
    slowest, finds, until = 0.0, 0, time.monotonic() + given.seconds
    for path, raw in mutants(seeds(given.shared), random.Random(given.seed)):
        start = time.monotonic()
        if start > until:
            break
        reply, faults = faults_of(endpoints, path, raw)
        slowest = max(slowest, time.monotonic() - start)
        statuses[reply.status] += 1
        if faults:
            finds += 1
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{finds:04}.json").write_bytes(raw)
            print(f"{finds:04} {path}: {'; '.join(faults)[:300]}")
    print(f"{statuses.total():,} calls, by status {dict(sorted(statuses.items()))}, slowest {slowest * 1000:.0f} ms, {finds} wrong answers")
    return 1 if finds else 0


if __name__ == "__main__":
    raise SystemExit(main())
