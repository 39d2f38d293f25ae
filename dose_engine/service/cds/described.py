"""The CDS Hooks routes as OpenAPI describes them, each with an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from .hooks import HookService
from .outcome import MEDIA_TYPE
from .schemas import CARDS, DISCOVERY, FEEDBACK, OUTCOME, Schema, request_schema

_ERRORS: Final = {
    "400": "Not a call that can be read: every reason, each with its place.",
    "401": "Not authenticated.",
    "412": "The patient's own resource was not sent.",
    "413": "Too large, or too many values.",
    "415": "Not JSON in UTF-8.",
    "429": "Too many requests.",
    "500": "A fault in the service; no advice was worked out.",
    "503": "Not available now; try again later.",
}
_FEEDBACK_EXAMPLE: Final[Schema] = {
    "feedback": [
        {
            "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
            "outcome": "overridden",
            "outcomeTimestamp": "2026-05-19T19:44:04Z",
            "overrideReason": {"reason": {"code": "record-wrong", "system": "https://example.org/fhir/CodeSystem/bont-override"}},
        }
    ]
}


@dataclass(frozen=True, slots=True)
class Described:
    """One route: what FastAPI is told of it."""

    path: str
    method: str
    documentation: dict[str, Any]


def described(services: Iterable[HookService]) -> Iterator[Described]:
    """Discovery, then each service and its feedback, each at its own path."""
    yield Described("/cds-services", "GET", _documentation("cds-services", "The CDS services", "", DISCOVERY, ("401", "429", "500")))
    for service in services:
        path = f"/cds-services/{service.id}"
        body = _body(request_schema(service), _example(service))
        yield Described(path, "POST", _documentation(service.id, service.title, service.description, CARDS, tuple(_ERRORS), body))
        errors = tuple(status for status in _ERRORS if status != "412")
        body = _body(FEEDBACK, _FEEDBACK_EXAMPLE)
        title = f"What became of the cards of {service.id}"
        accepted: Schema = {"type": "object"}
        yield Described(f"{path}/feedback", "POST", _documentation(f"{service.id}-feedback", title, "", accepted, errors, body))


def _documentation(
    id: str, summary: str, description: str, schema: Schema, errors: Iterable[str], body: Schema | None = None
) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": OUTCOME}}}
    responses: dict[int | str, Any] = {200: {"description": "Success", "content": {"application/json": {"schema": schema}}}}
    responses |= {int(status): {"description": _ERRORS[status], **problem} for status in errors}
    return {
        "operation_id": id,
        "summary": summary,
        "description": description,
        "tags": ["CDS Hooks"],
        "responses": responses,
        "openapi_extra": {"requestBody": body} if body else None,
    }


def _body(schema: Schema, example: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _example(service: HookService) -> Schema:
    order = {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": "onabotulinumtoxinA"},
        "subject": {"reference": "Patient/p1"},
        "dosageInstruction": [
            {"site": {"text": "frontalis left"}, "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "U"}}]},
        ],
    }
    context: dict[str, Any] = {"userId": "Practitioner/dr1", "patientId": "p1"}
    if service.takes_selections:
        context["selections"] = ["MedicationRequest/draft-1"]
    if service.takes_orders:
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    return {
        "hook": service.hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1981-07-14"}},
    }
