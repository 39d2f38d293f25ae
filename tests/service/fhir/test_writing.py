"""A case written as FHIR and read again is the same case, as far as FHIR R4 can say it."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import assume, settings
from hypothesis import given as drawn

from dose_engine import Case
from dose_engine.service.fhir import Reading, bundle_of, read_bundle, site_system
from dose_engine.service.fhir.site_table import SITE_SYSTEM, site_codes
from dose_engine.workbench.cases import TODAY

from ...strategies import as_case, case_values, shipped
from .making import CODES


def there_and_back(case: Case) -> Reading:
    text = json.dumps(bundle_of(case, shipped(), "p1"))
    return read_bundle(json.loads(text, parse_float=Decimal), "there.json", shipped(), CODES, case.date)


def place(dose: Any) -> tuple[Any, ...]:
    """The place of a dose with everything written out that a case may leave out."""
    book, zone, muscle = shipped(), dose.zone, dose.muscle
    if zone is not None and muscle is None and len(book.zones[zone].muscles) == 1:
        (muscle,) = book.zones[zone].muscles
    zones = [name for name, its in book.zones.items() if muscle in its.muscles]
    zone = zone or (zones[0] if len(zones) == 1 else None)
    sides = book.zones[zone].muscles[muscle] if zone and muscle else ()
    return zone, muscle, dose.side or (sides[0] if len(sides) == 1 else None), dose.band


def total(units: Any) -> int:
    return int(units or 0)


@drawn(case_values())
@settings(max_examples=250)
def test_the_plan_comes_back_place_by_place_with_its_units(values: dict[str, Any]) -> None:
    case = as_case(values, shipped())
    assume(case.product != "unknown")
    back = there_and_back(case).case(shipped(), case.date)
    assert back.product == case.product
    wanted: dict[tuple[Any, ...], int] = {}
    for dose in case.plan:
        wanted[place(dose)] = wanted.get(place(dose), 0) + total(dose.units)
    assert {place(dose): total(dose.units) for dose in back.plan} == wanted


@drawn(case_values())
@settings(max_examples=250)
def test_the_history_comes_back_dose_by_dose_with_its_days_and_purposes(values: dict[str, Any]) -> None:
    case = as_case(values, shipped())
    back = there_and_back(case).case(shipped(), case.date)
    assert back.history is not None

    def doses(one: Case, taken_apart: bool) -> Counter[tuple[Any, ...]]:
        counted: Counter[tuple[Any, ...]] = Counter()
        for treatment in one.history.treatments if one.history else ():
            product = treatment.product or shipped().product
            about = treatment.date, product, treatment.protocol or treatment.purpose
            inside = [(place(dose), total(dose.units)) for dose in treatment.doses]
            unmeasured = [at for at, units in inside if not units]
            rest = total(treatment.units) - sum(units for _, units in inside)
            if taken_apart and rest > 0 and len(unmeasured) == 1:
                inside = [(at, units or rest) for at, units in inside]
            elif rest > 0 or not treatment.doses:
                inside.append(((None,) * 4, max(rest, 0)))
            counted.update((*about, at, units if product != "unknown" else 0) for at, units in inside)
        return counted

    assert doses(back, False) == doses(case, True)


@drawn(case_values())
@settings(max_examples=60)
def test_what_was_written_is_read_without_a_gap_in_plan_or_history(values: dict[str, Any]) -> None:
    case = as_case(values, shipped())
    assume(case.product != "unknown" and all(dose.units for dose in case.plan))
    codes = {gap.code for gap in there_and_back(case).gaps}
    assert not codes & {
        "site-not-read",
        "site-not-stated",
        "dose-not-read",
        "place-not-stated",
        "treatment-site-unread",
        "order-not-checked",
    }


def test_the_same_case_is_written_as_the_same_bytes_and_holds_nothing_about_the_person() -> None:
    values = {
        "case": "anna-berg",
        "date": TODAY.isoformat(),
        "product": "onabotulinumtoxinA",
        "patient": {"age": 34, "screening": {"pregnant": "yes"}},
        "goals": ["level the brows"],
        "plan": [{"zone": "dao", "side": "left", "units": Decimal("1.5")}],
    }
    case = as_case(values, shipped())
    written = json.dumps(bundle_of(case, shipped(), "p1"))
    assert written == json.dumps(bundle_of(case, shipped(), "p1"))
    assert not any(word in written for word in ("anna", "34", "pregnant", "level"))
    assert bundle_of(case, shipped(), "p1")["entry"][0]["resource"] == {"resourceType": "Patient", "id": "p1"}


def test_units_are_written_in_an_arbitrary_unit_beside_the_product_so_that_nobody_converts_them() -> None:
    values = {"product": "incobotulinumtoxinA", "patient": {"age": 34}, "plan": [{"zone": "dao", "side": "left", "units": 1}]}
    (written,) = [one["resource"] for one in bundle_of(as_case(values, shipped()), shipped(), "p1", "x")["entry"][1:]]
    dose = written["dosageInstruction"][0]
    assert dose["text"] == "1 U incobotulinumtoxinA"
    assert dose["doseAndRate"] == [{"doseQuantity": {"value": 1, "unit": "U", "system": "http://unitsofmeasure.org", "code": "[arb'U]"}}]
    assert written["id"] == "x-plan-1"


def test_our_code_system_lists_every_code_with_its_names() -> None:
    system = site_system()
    assert (system["resourceType"], system["url"]) == ("CodeSystem", SITE_SYSTEM)
    listed = [one for muscle in system["concept"] for one in (muscle, *muscle["concept"])]
    assert {one["code"] for one in listed} == site_codes()
    assert len(listed) == len(site_codes())
    assert all(one["display"] for one in listed)
    assert all(muscle["designation"][0]["value"] for muscle in system["concept"])
