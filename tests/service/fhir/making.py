"""Short ways to write FHIR resources, and to read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from dose_engine import Advisory, Verdict
from dose_engine.advisory import Certainty, Severity
from dose_engine.service.fhir import CodeMap, Gap, Reading, Sources, read

from ...strategies import engine, shipped

Json = dict[str, Any]

TODAY = dt.date(2026, 3, 2)
CODES = CodeMap.shipped()
SITES = "https://example.org/fhir/CodeSystem/bont-site"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
ICD = "http://hl7.org/fhir/sid/icd-10"
PATIENT: Json = {"resourceType": "Patient", "id": "p1", "birthDate": "1988-05-17"}
EMPTY: Json = {"resourceType": "Bundle", "type": "searchset", "total": 0}
KEYS = ("conditions", "allergies", "medications", "administrations", "observations")
ONA = "onabotulinumtoxinA"


def quantity(value: Any, unit: Any = "U", code: Any = "[arb'U]", system: Any = UCUM, **more: Any) -> Json:
    made = {"value": value, "unit": unit, "system": system, "code": code, **more}
    return {key: member for key, member in made.items() if member is not None}


def coded(code: str, system: str, text: str | None = None) -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def at(code: str) -> Json:
    """A site of our own code system."""
    return coded(code, SITES)


def instruction(site: Json | str | None = "masseter.left", dose: Any = 10, **more: Any) -> Json:
    made: Json = {"site": at(site) if isinstance(site, str) else site} if site is not None else {}
    if dose is not None:
        made["doseAndRate"] = [{"doseQuantity": dose if isinstance(dose, dict) else quantity(dose)}]
    return made | more


def order(id: str | None = "o1", *instructions: Json, medicine: Json | str | None = ONA, **more: Any) -> Json:
    made: Json = {
        "resourceType": "MedicationRequest",
        **({"id": id} if id else {}),
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
    }
    if medicine is not None:
        made["medicationCodeableConcept"] = {"text": medicine} if isinstance(medicine, str) else medicine
    return made | {"dosageInstruction": list(instructions) or [instruction()]} | more


def service(*sites: Json | str, code: str = "Botox injection", **more: Any) -> Json:
    body = [at(site) if isinstance(site, str) else site for site in sites]
    made = {"resourceType": "ServiceRequest", "id": "s1", "status": "draft", "intent": "order", "code": {"text": code}}
    return made | {"subject": {"reference": "Patient/p1"}} | ({"bodySite": body} if body else {}) | more


def given(
    id: str | None = "a1", site: Json | str | None = "masseter.left", dose: Any = 10, medicine: Json | str | None = ONA, **more: Any
) -> Json:
    dosage: Json = {"site": at(site) if isinstance(site, str) else site} if site is not None else {}
    if dose is not None:
        dosage["dose"] = dose if isinstance(dose, dict) else quantity(dose)
    made: Json = {
        "resourceType": "MedicationAdministration",
        **({"id": id} if id else {}),
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-01-20T10:00:00+01:00",
    }
    if medicine is not None:
        made["medicationCodeableConcept"] = {"text": medicine} if isinstance(medicine, str) else medicine
    made |= {"dosage": dosage} if dosage else {}
    return {key: member for key, member in (made | more).items() if member is not None}


def procedure(*sites: str, id: str = "pr1", code: str = "Botox injection", **more: Any) -> Json:
    made: Json = {"resourceType": "Procedure", "id": id, "status": "completed", "code": {"text": code}}
    made |= {"subject": {"reference": "Patient/p1"}, "performedDateTime": "2026-01-20"}
    return made | ({"bodySite": [at(site) for site in sites]} if sites else {}) | more


def condition(code: Json | str = "G70.0", **more: Any) -> Json:
    made = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
    return made | {"code": coded(code, ICD) if isinstance(code, str) else code} | more


def allergy(code: Json | str = "Botox", **more: Any) -> Json:
    made = {"resourceType": "AllergyIntolerance", "id": "al1", "patient": {"reference": "Patient/p1"}}
    return made | {"code": {"text": code} if isinstance(code, str) else code} | more


def observation(code: str, value: Json | None = None, id: str = "ob1", day: str | None = "2026-03-02", **more: Any) -> Json:
    made: Json = {"resourceType": "Observation", "id": id, "status": "final", "subject": {"reference": "Patient/p1"}}
    made |= {"code": coded(code, "http://loinc.org")} | ({"valueCodeableConcept": value} if value else {})
    return made | ({"effectiveDateTime": day} if day else {}) | more


def found(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **more}


def bundle(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources], **more}


def reading(
    *orders: Json, patient: Any = PATIENT, codes: CodeMap = CODES, pregnancy_days: int = 0, beside: Any = (), **keys: Any
) -> Reading:
    """What is read from draft orders and searches; a search that is not given found nothing. `beside`: further entries of the drafts."""
    prefetch = {"patient": patient, **dict.fromkeys(KEYS, EMPTY)}
    prefetch |= {key: found(*value) if isinstance(value, list | tuple) else value for key, value in keys.items()}
    prefetch = {key: value for key, value in prefetch.items() if value != "absent"}
    entries = (*({"resource": one} for one in orders), *beside)
    return read(Sources.of_prefetch("p1", prefetch, entries), shipped(), codes, TODAY, pregnancy_days=pregnancy_days)


def plan_of(read_: Reading) -> dict[str, Any]:
    """The planned units by place."""
    return {
        " ".join(entry[key] for key in ("muscle", "side", "band") if key in entry): entry.get("units")
        for entry in read_.document.get("plan", ())
    }


def gap_codes(read_: Reading) -> list[str]:
    return [gap.code for gap in read_.gaps]


def gap(read_: Reading, code: str) -> Gap:
    (one,) = [gap for gap in read_.gaps if gap.code == code]
    return one


def history_of(read_: Reading) -> list[Json]:
    return list(read_.document["history"]["treatments"])


def advise(read_: Reading, **more: Any) -> Advisory:
    return engine().advise(read_.case(shipped(), TODAY, **more), options=False, answers=False)


def verdict(read_: Reading) -> Verdict:
    """What is said of a reading: the verdict on its case, and no less than what could not be read allows."""
    return max(advise(read_).verdict, read_.least(), key=lambda one: one.rank)


def stops(read_: Reading, **more: Any) -> set[str]:
    """The rules that certainly stop."""
    return {one.rule for one in advise(read_, **more).findings if one.severity is Severity.STOP and one.certainty is Certainty.CERTAIN}


def exact(text: str) -> Decimal:
    return Decimal(text)
