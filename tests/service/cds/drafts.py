"""Short ways to write the resources of a call: an order, an earlier injection, a search, the call itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dose_engine import Engine
from dose_engine.service.cds.answers import answer
from dose_engine.service.cds.checker import problems_in
from dose_engine.service.cds.envelope import read_request
from dose_engine.service.cds.hooks import HookService, services
from dose_engine.service.fhir import CodeMap
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import write_json

TODAY = dt.date(2026, 5, 4)
SETTINGS = Settings(insecure_local=True, port=8000)
SERVICES = {service.id: service for service in services(SETTINGS)}
CODES = CodeMap.shipped()
SITES = "https://example.org/fhir/CodeSystem/bont-site"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1981-07-14"}
ICD = "http://hl7.org/fhir/sid/icd-10"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"

Json = dict[str, Any]


def quantity(value: Any, unit: str = "U", code: str = "[arb'U]") -> Json:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}


def order(
    id: str = "o1", site: str | None = "depressor-anguli-oris.left", units: Any = 1, product: str = "onabotulinumtoxinA", **more: Any
) -> Json:
    instruction: Json = {} if units is None else {"doseAndRate": [{"doseQuantity": quantity(units)}]}
    if site is not None:
        instruction["site"] = {"coding": [{"system": SITES, "code": site}]}
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "medicationCodeableConcept": {"text": product},
        "subject": {"reference": "Patient/p1"},
        "dosageInstruction": [instruction],
        **more,
    }


def given(id: str, date: str, site: str | None, units: Any, product: str = "onabotulinumtoxinA", **more: Any) -> Json:
    dosage: Json = {} if units is None else {"dose": quantity(units)}
    if site is not None:
        dosage["site"] = {"coding": [{"system": SITES, "code": site}]}
    return {
        "resourceType": "MedicationAdministration",
        "id": id,
        "status": "completed",
        "medicationCodeableConcept": {"text": product},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": date,
        "dosage": dosage,
        **more,
    }


def condition(code: str, id: str = "c1", **more: Any) -> Json:
    return {
        "resourceType": "Condition",
        "id": id,
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": ICD, "code": code}]},
        **more,
    }


def found(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **more}


def outcome(severity: str) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


EMPTY = found()
WHOLE: Json = {
    "patient": PATIENT,
    "conditions": EMPTY,
    "allergies": EMPTY,
    "medications": EMPTY,
    "administrations": EMPTY,
    "observations": EMPTY,
}


def call(
    *orders: Json, service: str = "bont-order-sign", prefetch: Json | None = None, selections: list[str] | None = None, **more: Any
) -> bytes:
    offered = SERVICES[service]
    context: Json = {"userId": "Practitioner/dr1", "patientId": "p1"}
    if offered.takes_orders:
        context["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": one} for one in orders]}
    if offered.takes_selections:
        context["selections"] = selections or [f"MedicationRequest/{one['id']}" for one in orders] or ["MedicationRequest/none"]
    body = {"hook": offered.hook, "hookInstance": INSTANCE, "context": context, **more}
    return write_json(body if prefetch is None else {**body, "prefetch": prefetch})


def cards_for(
    raw: bytes,
    engine: Engine,
    service: str = "bont-order-sign",
    today: dt.date = TODAY,
    settings: Settings = SETTINGS,
    codes: CodeMap = CODES,
) -> list[Json]:
    """The cards for a call; each passes the strict checker. Their uuids count from one, so that answers can be compared whole."""
    count = iter(range(1, 100))
    offered: HookService = SERVICES[service]
    request = read_request(raw, offered, settings)
    cards = answer(
        offered, request, engine, today=today, codes=codes, settings=settings, new_uuid=lambda: f"00000000-0000-4000-8000-{next(count):012}"
    )
    assert problems_in({"cards": cards}) == []
    return cards


def indicators(cards: list[Json]) -> list[str]:
    return [card["indicator"] for card in cards]
