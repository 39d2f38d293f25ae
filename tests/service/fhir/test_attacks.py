"""What was found by attacking the reader: records made to be read wrongly, each of which once was, or could have been."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dose_engine.service.fhir import Sources, read

from ...strategies import shipped
from .making import (
    CODES,
    EMPTY,
    ONA,
    PATIENT,
    TODAY,
    allergy,
    bundle,
    coded,
    found,
    gap_codes,
    given,
    history_of,
    instruction,
    order,
    plan_of,
    procedure,
    quantity,
    reading,
    service,
    stops,
)

LONG = "x" * 250


@pytest.mark.parametrize(
    "text",
    ["Bo\u00adtox", "Bo\u200btox 100", "\uff22\uff4f\uff54\uff4f\uff58", "BOTOX\u2122 Cosmetic", "\u202eBotox", "onabotulinum\u00adtoxinA"],
)
def test_what_cannot_be_seen_in_a_name_does_not_hide_it(text: str) -> None:
    (one,) = reading(order(medicine=text)).orders
    assert one.medicine.product == ONA


def test_a_name_with_its_accents_written_apart_is_the_same_name() -> None:
    (one,) = reading(order(medicine="toxina botuli\u0301nica")).orders
    assert one.medicine.toxin


@pytest.mark.parametrize("text", ["placebo (onabotulinumtoxinA)", "study drug Botox", "Botox contraindicated", "hold Botox"])
def test_a_product_that_may_not_be_given_is_not_taken_for_certain(text: str) -> None:
    (one,) = reading(order(medicine=text)).orders
    assert (one.medicine.toxin, one.medicine.product) == (True, None)


@pytest.mark.parametrize(
    "text", ["Referral for Botox", "Botox consultation", "Evaluation for botulinum toxin injection", "Patient education: Botox"]
)
def test_talk_about_an_injection_is_no_injection(text: str) -> None:
    assert reading(service("masseter.left", code=text)).orders == ()
    assert history_of(reading(procedures=[procedure("masseter.left", code=text)])) == []


@pytest.mark.parametrize(
    "subject",
    ["Patient/p2", [{"reference": "Patient/p2"}], [{"reference": "Patient/p1"}, {"reference": "Patient/p2"}], {"reference": "Patient/p2 "}],
)
def test_another_patient_is_seen_in_any_shape_of_the_subject(subject: Any) -> None:
    assert plan_of(reading(order(subject=subject))) == {}
    assert gap_codes(reading(administrations=[given(subject=subject)])) == ["another-patients-record"]


def test_a_resource_of_two_patients_is_not_used() -> None:
    assert gap_codes(reading(allergies=[allergy(subject={"reference": "Patient/p2"})])) == ["another-patients-record"]
    assert gap_codes(reading(order(patient={"reference": "Patient/p2"}))) == ["order-not-checked"]


def test_the_full_url_of_an_entry_does_not_make_another_patient_this_one() -> None:
    entry = {"fullUrl": "https://ehr.example.org/Patient/p2", "resource": PATIENT}
    searched = {**EMPTY, "entry": [entry]}
    assert plan_of(reading(order(subject={"reference": "https://ehr.example.org/Patient/p2"}), patient=searched)) == {}


def test_two_orders_whose_long_ids_begin_alike_are_two() -> None:
    read_ = reading(order(f"{LONG}1"), medications=[order(f"{LONG}2", status="active")])
    assert len(read_.document["scheduled"]) == 1
    prefetch = {"patient": PATIENT}
    entries = ({"resource": order(f"{LONG}1")}, {"resource": order(f"{LONG}2")})
    chosen = read(Sources.of_prefetch("p1", prefetch, entries, (f"MedicationRequest/{LONG}2",)), shipped(), CODES, TODAY)
    assert [one.selected for one in chosen.orders] == [False, True]


def test_two_sessions_whose_long_ids_begin_alike_are_two() -> None:
    far = {"performedDateTime": "2025-01-01"}
    parts = [given(f"a{n}", "masseter.left", partOf=[{"reference": f"Procedure/{LONG}{n}"}]) for n in (1, 2)]
    assert len(history_of(reading(administrations=parts))) == 2
    read_ = reading(administrations=parts[:1], procedures=[procedure("frontalis.left", id=f"{LONG}2", **far)])
    assert len(history_of(read_)) == 2


def test_earlier_injections_sent_under_two_keys_are_all_read() -> None:
    for first, second in ((None, found(given())), (found(given("a2", "procerus", 1)), found(given()))):
        read_ = reading(order(), administrations=first, pastInjections=second)
        assert "INTERVAL-90" in stops(read_)
    error = {"resourceType": "OperationOutcome"}
    assert gap_codes(reading(order(), administrations=error, pastInjections=found(given()))) == ["part-administrations"]
    assert gap_codes(reading(order(), administrations=error, pastInjections=error)) == ["failed-administrations"]


def test_an_international_unit_in_words_agrees_with_its_code_and_stands_for_nothing_alone() -> None:
    assert plan_of(reading(order("o1", instruction(dose=quantity(8, "IU", "[iU]"))))) == {"masseter left": 8}
    assert plan_of(reading(order("o1", instruction(dose=quantity(8, "IU", None))))) == {"masseter left": None}


def test_resources_nested_deeper_than_python_compares_are_read() -> None:
    deep: dict[str, Any] = {}
    here = deep
    for _ in range(20_000):
        here["x"] = {}
        here = here["x"]
    twins = [order("o1", extra=deep), order("o1", extra=deep, more=1)]
    assert plan_of(reading(*twins)) == {"masseter left": 20}
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Botox"}, "extra": deep}
    entries = ({"resource": medication}, {"resource": {**medication, "more": 1}})
    unnamed = order(medicine=None, medicationReference={"reference": "Medication/m"})
    assert gap_codes(reading(unnamed, beside=entries)) == ["order-not-checked"]


def test_bundles_in_bundles_are_taken_apart_without_recursion() -> None:
    from dose_engine.service.fhir import read_bundle

    whole = bundle(PATIENT, order())
    for _ in range(3_000):
        whole = bundle(whole)
    assert plan_of(read_bundle(whole, "x", shipped(), CODES, TODAY)) == {"masseter left": 10}


def test_a_code_of_a_drug_that_is_no_toxin_but_carries_a_toxins_text_is_not_certain() -> None:
    (one,) = reading(order(medicine=coded("M03AC09", "http://www.whocc.no/atc", "Botox"))).orders
    assert one.medicine.toxin


def test_nothing_that_was_read_can_be_changed_through_the_resources_afterwards() -> None:
    ordered = order()
    read_ = reading(ordered)
    before = json.dumps(read_.document, default=str)
    ordered["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = 1
    assert json.dumps(read_.document, default=str) == before
