"""A case as FHIR R4: the plan as draft orders, the history as administrations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ...case import Case, PastDose, PlannedDose, Treatment
from ...rulebook.model import Rulebook
from ...units import Units
from .codes import PURPOSE_SYSTEM
from .measures import UCUM
from .site_table import SITE_SYSTEM, SiteRow, rows

Resource = dict[str, Any]


def bundle_of(case: Case, book: Rulebook, patient_id: str, prefix: str = "") -> Resource:
    """The patient (an id and nothing else), the plan and the history of a case as a collection, ready for `json.dumps`.

    Units are numbers whose shortest text is exact: read them back from JSON as decimals. Points, placement, activity, aim, the visit, what
    is scheduled and the answers of the screening have no place in it. A treatment whose date is unknown has no `effective`; one whose units
    are unknown no `dose`. `prefix` begins every id; left out, it is drawn from the case.
    """
    prefix = prefix or hashlib.sha256(case.model_dump_json().encode()).hexdigest()[:12]
    planned = [_request(f"{prefix}-plan-{index}", dose, case.product, patient_id, book) for index, dose in enumerate(case.plan, 1)]
    given = [
        one
        for index, treatment in enumerate(case.history.treatments if case.history else (), 1)
        for one in _administrations(f"{prefix}-given-{index}", treatment, patient_id, book)
    ]
    resources = [{"resourceType": "Patient", "id": patient_id}, *planned, *given]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}


def quantity(units: Units) -> Resource:
    """Units as a Quantity: `[arb'U]` is arbitrary, so that nobody converts it; the product stands in the text."""
    return {"value": units.number(), "unit": "U", "system": UCUM, "code": "[arb'U]"}


def _request(id: str, dose: PlannedDose, product: str, patient_id: str, book: Rulebook) -> Resource:
    site = _site(dose.zone, dose.muscle, dose.side, dose.band, book)
    instruction: Resource = {"site": site} if site else {}
    if dose.units is not None:
        instruction["text"] = f"{dose.units} U {product}"
        instruction["doseAndRate"] = [{"doseQuantity": quantity(dose.units)}]
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": _medicine(product),
        "subject": {"reference": f"Patient/{patient_id}"},
        **({"dosageInstruction": [instruction]} if instruction else {}),
    }


def _administrations(id: str, treatment: Treatment, patient_id: str, book: Rulebook) -> Iterator[Resource]:
    purpose = treatment.protocol or treatment.purpose
    for index, (site, units) in enumerate(_doses(treatment, book), 1):
        dosage = {**({"site": site} if site else {}), **({"dose": quantity(units)} if units is not None else {})}
        yield {
            "resourceType": "MedicationAdministration",
            "id": f"{id}-{index}",
            "status": "completed",
            "medicationCodeableConcept": _medicine(treatment.product or book.product),
            "subject": {"reference": f"Patient/{patient_id}"},
            **({"effectiveDateTime": treatment.date.isoformat()} if treatment.date != "unknown" else {}),
            **({"reasonCode": [_purpose(purpose)]} if purpose else {}),
            **({"dosage": dosage} if dosage else {}),
        }


def _doses(treatment: Treatment, book: Rulebook) -> Iterator[tuple[Resource | None, Units | None]]:
    """Each dose with its site; what the treatment's units leave over goes to the one dose without units, or else stands without a site."""
    known = sum(int(dose.units or 0) for dose in treatment.doses)
    rest = Units(int(treatment.units) - known) if treatment.units is not None else None
    unmeasured = [dose for dose in treatment.doses if dose.units is None]
    for dose in treatment.doses:
        site = _site(dose.zone, dose.muscle, dose.side, dose.band, book) or _in_words(dose)
        yield site, rest if rest and len(unmeasured) == 1 and dose is unmeasured[0] else dose.units
    if not treatment.doses or (rest and len(unmeasured) != 1):
        yield None, rest


def _medicine(product: str) -> Resource:
    coding = {"system": "http://www.whocc.no/atc", "code": "M03AX01", "display": "botulinum toxin"}
    return {"coding": [coding], "text": product if product != "unknown" else "botulinum toxin"}


def _purpose(purpose: str) -> Resource:
    text = purpose.replace("_", " ")
    return {"coding": [{"system": PURPOSE_SYSTEM, "code": purpose, "display": text}], "text": text}


def _site(zone: str | None, muscle: str | None, side: str | None, band: str | None, book: Rulebook) -> Resource | None:
    """Our code of a place; None where no single code says it."""
    inside = [
        (name, one, its_band)
        for name, its in book.zones.items()
        for one in its.muscles
        for its_band in its.bands or (None,)
        if zone in (None, name) and muscle in (None, one) and band in (None, its_band)
    ]
    meant: set[tuple[str | None, str | None, str | None]] = {
        part for part in inside if side is None or len(inside) == 1 or side in book.zones[part[0]].muscles[part[1]]
    }
    row = next((row for row in rows() if set(row.places) == (meant or {(None, muscle, None)})), None)
    return _coded(row, side) if row else None


def _coded(row: SiteRow, side: str | None) -> Resource:
    side = side or (row.sides[0] if len(row.sides) == 1 else None)
    code, text = (f"{row.code}.{side}", f"{row.english}, {side}") if side in row.sides else (row.code, row.english)
    return {"coding": [{"system": SITE_SYSTEM, "code": code, "display": text}]}


def _in_words(dose: PastDose) -> Resource:
    """A place that no code of ours says."""
    parts = (dose.zone, dose.muscle, dose.side, dose.band)
    return {"text": " ".join(part.replace("_", " ") for part in parts if part)}
