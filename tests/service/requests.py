"""Builders of CDS Hooks requests, so that a test says only what it is about. All people in them are made up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Json = dict[str, Any]

HOOK_INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
SERVICE_OF = {
    "order-sign": "/cds-services/bont-order-sign",
    "order-select": "/cds-services/bont-order-select",
    "patient-view": "/cds-services/bont-patient-view",
    "org.example.injection-plan-review": "/cds-services/bont-injection-plan-review",
}
"""The address that answers each hook."""

_ABSENT: Any = object()


def order(
    id: str = "draft-1",
    *,
    site: str | None = "frontalis left",
    units: int | Decimal | str | None = 4,
    unit: str = "U",
    medicine: str | Json = "onabotulinumtoxinA",
    patient: str = "p1",
    **members: Any,
) -> Json:
    """A draft MedicationRequest with one dose at one site. A `medicine` is a text or a CodeableConcept; `members` are added or replace."""
    dosage: Json = {}
    if site is not None:
        dosage["site"] = {"text": site}
    if units is not None:
        dosage["doseAndRate"] = [{"doseQuantity": {"value": units, "unit": unit}}]
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": medicine} if isinstance(medicine, str) else medicine,
        "subject": {"reference": f"Patient/{patient}"},
        "dosageInstruction": [dosage],
    } | members


def bundle(*resources: Json, type: str = "searchset", **members: Any) -> Json:
    """A Bundle of resources; without any, an empty search result."""
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": type} | ({"entry": entries} if entries else {"total": 0}) | members


def patient(id: str = "p1", birth_date: str | None = "1981-07-14", **members: Any) -> Json:
    """A Patient resource."""
    born = {"birthDate": birth_date} if birth_date is not None else {}
    return {"resourceType": "Patient", "id": id, "gender": "female"} | born | members


def prefetch(**members: Any) -> Json:
    """All six keys answered: the patient, and nothing found in the five searches. `members` replace; `...` takes a key out."""
    empty = {key: bundle() for key in ("conditions", "allergies", "medications", "administrations", "observations")}
    return {key: value for key, value in ({"patient": patient()} | empty | members).items() if value is not ...}


def request(
    hook: str = "order-sign",
    /,
    *orders: Json,
    patient_id: str = "p1",
    selections: list[str] | None = None,
    prefetched: Any = _ABSENT,
    context: Json | None = None,
    **members: Any,
) -> Json:
    """A call of a hook. Orders and selections are left out where the hook has none; `selections` left out selects every order.

    `prefetched` is the prefetch: left out, all six keys are answered; `...` sends none. `context` and `members` are added or replace; `...`
    takes a member out.
    """
    about: Json = {"userId": "Practitioner/dr1", "patientId": patient_id, "encounterId": "e1"}
    if hook != "patient-view":
        about["draftOrders"] = bundle(*(orders or (order(),)), type="collection")
    if hook == "order-select":
        named = [f"{one['resourceType']}/{one['id']}" for one in (orders or (order(),))]
        about["selections"] = named if selections is None else selections
    body: Json = {
        "hook": hook,
        "hookInstance": HOOK_INSTANCE,
        "fhirServer": "https://ehr.example.org/fhir",
        "context": _without(about, context),
    }
    body["prefetch"] = prefetch() if prefetched is _ABSENT else prefetched
    return _without(body, members)


def feedback(*entries: Json) -> Json:
    """The body of a feedback call; with no entry given, one card that was overridden."""
    return {"feedback": list(entries or (overridden(),))}


def overridden(card: str = "4e0a3a1e-3283-4575-ab82-028d55fe2719", **members: Any) -> Json:
    """A card that was set aside."""
    return _without({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-05-19T19:44:04Z"}, members)


def accepted(card: str = "4e0a3a1e-3283-4575-ab82-028d55fe2719", *suggestions: str, **members: Any) -> Json:
    """A card of which suggestions were taken up."""
    ids = [{"id": one} for one in (suggestions or ("e56e1945-20b3-4393-8503-a1a20fd73152",))]
    body = {"card": card, "outcome": "accepted", "outcomeTimestamp": "2026-05-19T19:44:04Z", "acceptedSuggestions": ids}
    return _without(body, members)


def _without(members: Json, changes: Json | None) -> Json:
    return {key: value for key, value in (members | (changes or {})).items() if value is not ...}
