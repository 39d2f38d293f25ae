"""An export as one bundle: its open toxin orders are the plan, all else is the record; and nothing heavy is loaded to read it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from dose_engine import CaseError
from dose_engine.service.fhir import Reading, read_bundle

from ...strategies import shipped
from .making import CODES, PATIENT, TODAY, advise, bundle, condition, gap_codes, given, history_of, instruction, order, plan_of, reading


def export(*resources: Any, **more: Any) -> Reading:
    return of(bundle(*resources, **more))


def of(whole: Any) -> Reading:
    return read_bundle(whole, "export.json", shipped(), CODES, TODAY)


def test_open_orders_are_the_plan_and_all_else_is_the_record() -> None:
    read = export(PATIENT, order(), order("o2", status="completed"), condition(), given(site="frontalis.left"))
    assert plan_of(read) == {"masseter left": 10}
    assert read.document["patient"]["screening"] == {"neuromuscular_disorder": "yes"}
    assert [dose["zone"] for treatment in history_of(read) for dose in treatment["doses"]] == ["frontalis"]
    assert gap_codes(read) == ["not-sent-allergies", "not-sent-observations"]
    assert "scheduled" not in read.document
    assert advise(read)


def test_an_order_without_an_id_is_in_the_plan_once_and_nowhere_else() -> None:
    read = export(PATIENT, order(None))
    assert plan_of(read) == {"masseter left": 10}
    assert "scheduled" not in read.document


def test_references_by_the_full_urls_of_a_bundle_are_followed() -> None:
    entries = [
        {"fullUrl": "urn:uuid:aa", "resource": PATIENT},
        {"fullUrl": "urn:uuid:bb", "resource": {"resourceType": "Medication", "id": "m", "code": {"text": "Xeomin"}}},
        {"resource": order(medicine=None, medicationReference={"reference": "urn:uuid:bb"}, subject={"reference": "urn:uuid:aa"})},
    ]
    read = of({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert (read.document["product"], plan_of(read)) == ("incobotulinumtoxinA", {"masseter left": 10})


def test_bundles_inside_a_bundle_are_read_too() -> None:
    inner = bundle(order(), bundle(given(site="frontalis.left")))
    read = export(bundle(PATIENT), inner)
    assert plan_of(read) == {"masseter left": 10}
    assert len(history_of(read)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"link": [{"relation": "next", "url": "x"}]},
        {"total": 99},
        {"entry": [{"resource": PATIENT}, {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}}]},
        {"entry": [{"resource": PATIENT}, {"response": {"status": "500"}}]},
        {"entry": [{"resource": PATIENT}, "junk"]},
    ],
)
def test_an_export_that_is_not_whole_is_in_part_for_every_kind(more: Any) -> None:
    codes = gap_codes(export(PATIENT, **more))
    assert [code for code in codes if code.startswith("part-")] == [
        "part-conditions",
        "part-allergies",
        "part-medications",
        "part-administrations",
        "part-observations",
        "part-procedures",
    ]
    nested = gap_codes(export(PATIENT, bundle(**more) | {"entry": more.get("entry", [])}))
    assert "part-conditions" in nested


@pytest.mark.parametrize(
    ("whole", "says"),
    [
        (PATIENT, "a FHIR Bundle is needed, got `Patient`"),
        ([PATIENT], "a FHIR Bundle is needed, got something else"),
        (None, "a FHIR Bundle is needed"),
        (bundle(), "one Patient is needed, got none"),
        (bundle(order()), "one Patient is needed, got none"),
        (bundle(PATIENT, {**PATIENT, "id": "p2"}), "one Patient is needed, got 2"),
        (bundle({"resourceType": "Patient"}), "the Patient has no id"),
    ],
)
def test_what_is_no_record_of_one_patient_is_refused(whole: Any, says: str) -> None:
    with pytest.raises(CaseError) as refused:
        of(whole)
    assert says in str(refused.value)
    assert refused.value.problems[0].file == "export.json"


def test_one_patient_twice_is_one_patient_and_two_birth_dates_are_none() -> None:
    assert export(PATIENT, PATIENT).document["patient"]["age"] == 37
    assert "age-not-known" in gap_codes(export(PATIENT, {**PATIENT, "birthDate": "2010-01-01"}))


def test_an_order_for_another_patient_in_an_export_is_said() -> None:
    assert "order-not-checked" in gap_codes(export(PATIENT, order(subject={"reference": "Patient/p2"})))


def test_an_export_without_a_plan_or_an_age_still_makes_a_case() -> None:
    read = export({"resourceType": "Patient", "id": "p1"})
    assert "plan" not in read.document
    assert "age" not in read.document["patient"]
    advisory = advise(read)
    assert advisory.doses == ()
    assert read.least() == "incomplete"


def test_reading_needs_nothing_of_the_service_extra() -> None:
    code = (
        "import sys; import dose_engine.service.fhir; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'fastapi', 'starlette', 'uvicorn', 'jwt', 'prometheus_client', 'cryptography', 'z3', 'durable_rules_engine', 'typer', 'rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_under_a_rulebook_that_knows_less_the_reading_says_less_and_still_makes_a_case() -> None:
    from dose_engine.rulebook.load import load_texts
    from dose_engine.service.fhir import Sources, read
    from dose_engine.workbench.generate import RandomDraw
    from dose_engine.workbench.generate_book import generate_rulebook

    from .making import allergy, found, observation

    for seed in range(12):
        book = load_texts(generate_rulebook(RandomDraw(seed)))
        prefetch = {
            "patient": PATIENT,
            "conditions": found(condition(), condition("G43.7", id="c2")),
            "allergies": found(allergy()),
            "administrations": found(given(), given("a2", "glabella"), given("a3", "temporalis.left", reasonCode=[{"text": "bruxism"}])),
            "observations": found(observation("82810-3", {"text": "pregnant"})),
        }
        orders = tuple({"resource": one} for one in (order(), order("o2", instruction("glabella")), order("o3", medicine="Dysport")))
        made = read(Sources.of_prefetch("p1", prefetch, orders), book, CODES, TODAY)
        assert made.case(book, TODAY).date == TODAY
    assert reading(order())
