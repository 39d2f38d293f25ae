"""Which orders are read: those for this patient, still open, without a modifier; each once, every dose, and none without a word."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dose_engine.service.fhir import Sources, read

from ...strategies import shipped
from .making import (
    CODES,
    EMPTY,
    ICD,
    KEYS,
    PATIENT,
    TODAY,
    advise,
    at,
    coded,
    condition,
    gap,
    gap_codes,
    history_of,
    instruction,
    order,
    plan_of,
    quantity,
    reading,
    service,
    stops,
    verdict,
)

MIGRAINE = [coded("G43.709", "http://hl7.org/fhir/sid/icd-10-cm")]


@pytest.mark.parametrize(
    "subject",
    [
        "Patient/p2",
        "https://ehr.example.org/fhir/Patient/p2",
        "Patient/p1x",
        "Group/p1",
        "Patient/P1",
        "p1",
        "#p1",
        "urn:uuid:0af1",
        "Patient/p2/_history/1",
    ],
)
def test_an_order_for_another_patient_is_not_evaluated_and_is_said(subject: str) -> None:
    read_ = reading(order(subject={"reference": subject}))
    assert plan_of(read_) == {}
    assert "another patient" in gap(read_, "order-not-checked").says
    assert verdict(read_).rank >= 2


@pytest.mark.parametrize(
    "subject",
    [
        "Patient/p1",
        "https://ehr.example.org/fhir/Patient/p1",
        "https://other.example.org/r4/Patient/p1/_history/7",
        None,
        {"display": "the patient"},
    ],
)
def test_a_subject_that_names_this_patient_or_nobody_is_this_patients(subject: Any) -> None:
    named = {"reference": subject} if isinstance(subject, str) else subject
    assert plan_of(reading(order(subject=named))) == {"masseter left": 10}


def test_a_subject_that_names_the_full_url_of_the_patients_entry_is_this_patients() -> None:
    searched = {**EMPTY, "entry": [{"fullUrl": "urn:uuid:5c1e", "resource": PATIENT}]}
    assert plan_of(reading(order(subject={"reference": "urn:uuid:5c1e"}), patient=searched)) == {"masseter left": 10}


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", "unknown", None, "banana", {"coding": [{"code": "active"}]}])
def test_an_order_that_may_still_be_carried_out_is_read(status: Any) -> None:
    assert plan_of(reading(order(status=status))) == {"masseter left": 10}


@pytest.mark.parametrize("status", ["cancelled", "stopped", "entered-in-error", "completed", "revoked"])
def test_an_order_that_is_over_is_not_read(status: str) -> None:
    assert reading(order(status=status)).orders == ()


def test_an_order_not_to_give_it_is_no_order() -> None:
    assert reading(order(doNotPerform=True)).orders == ()
    assert plan_of(reading(order(doNotPerform=False))) == {"masseter left": 10}
    assert plan_of(reading(order(doNotPerform="true"))) == {"masseter left": 10}


@pytest.mark.parametrize("modifier", [{"modifierExtension": [{"url": "urn:not"}]}, {"implicitRules": "urn:other-rules"}])
def test_an_order_with_a_modifier_that_is_not_known_is_not_evaluated(modifier: Any) -> None:
    read_ = reading(order(**modifier))
    assert plan_of(read_) == {}
    assert "modifier" in gap(read_, "order-not-checked").says


def test_the_same_order_twice_is_one_order() -> None:
    assert plan_of(reading(order(), order())) == {"masseter left": 10}
    shuffled = dict(reversed(order().items()))
    assert plan_of(reading(order(), shuffled)) == {"masseter left": 10}


def test_two_orders_of_one_id_that_differ_are_both_counted() -> None:
    assert plan_of(reading(order(), order("o1", instruction(dose=5)))) == {"masseter left": 15}


def test_two_equal_orders_without_an_id_are_two() -> None:
    assert plan_of(reading(order(None), order(None))) == {"masseter left": 20}


def test_two_orders_for_one_place_are_added_up_and_both_are_named() -> None:
    read_ = reading(order("o1"), order("o2", instruction(dose=Decimal("2.5"))))
    assert plan_of(read_) == {"masseter left": Decimal("12.5")}
    assert read_.orders_at("masseter", "masseter", "left", None) == ("MedicationRequest/o1", "MedicationRequest/o2")
    (known,) = [one for one in read_.known if one.path == "plan[0]"]
    assert known.says == "2.5 + 10 U, masseter left"


def test_a_dose_that_was_not_read_stays_said_beside_one_that_was() -> None:
    read_ = reading(order("o1"), order("o2", instruction(dose=quantity(5, "mL", "mL"))))
    assert plan_of(read_) == {"masseter left": 10}
    assert gap(read_, "dose-not-read").orders == ("MedicationRequest/o2",)
    assert verdict(read_).rank >= 2


def test_doses_of_one_place_above_all_that_a_plan_states_are_cut_and_said() -> None:
    read_ = reading(order("o1", instruction(dose=600)), order("o2", instruction(dose=600)))
    assert plan_of(read_) == {"masseter left": 1000}
    assert "1200 U are ordered" in gap(read_, "dose-too-large").says
    assert "MASSETER-SIDE-STOP" in stops(read_)


def test_every_dosage_instruction_is_a_dose_of_its_own() -> None:
    read_ = reading(order("o1", instruction("masseter.left", 10), instruction("masseter.right", 5), instruction("masseter.left", 2)))
    assert plan_of(read_) == {"masseter left": 12, "masseter right": 5}


def test_an_order_without_instructions_states_no_dose_and_no_site() -> None:
    for nothing in ({"dosageInstruction": []}, {"dosageInstruction": None}, {"dosageInstruction": [{}]}):
        assert set(gap_codes(reading(order(**nothing)))) == {"dose-not-stated", "site-not-stated"}


def test_a_service_request_has_sites_and_no_dose() -> None:
    read_ = reading(service("masseter.left", "masseter.right", quantityQuantity=quantity(30)))
    assert plan_of(read_) == {"masseter left": None, "masseter right": None}
    assert gap_codes(read_) == ["dose-not-stated", "dose-not-stated"]
    assert verdict(read_).rank >= 2


def test_a_service_request_for_something_else_is_left_alone() -> None:
    assert reading(service("masseter.left", code="MRI of the jaw")).orders == ()
    assert reading(service(code="")).orders == ()


def test_a_body_site_of_a_wrong_shape_is_not_passed_over() -> None:
    read_ = reading(service() | {"bodySite": [at("masseter.left"), "masseter right"]})
    assert plan_of(read_) == {"masseter left": None}
    assert "site-not-read" in gap_codes(read_)


def test_a_migraine_order_is_not_held_against_the_lines_for_faces_but_counts() -> None:
    read_ = reading(order("o1", instruction("frontalis.left", 2)), order("o2", instruction("frontalis.left", 10), reasonCode=MIGRAINE))
    assert plan_of(read_) == {"frontalis left": 2}
    assert "An order is for chronic migraine" in gap(read_, "other-purpose").says
    assert history_of(read_) == [
        {
            "date": "2026-03-02",
            "product": "onabotulinumtoxinA",
            "purpose": "chronic_migraine",
            "doses": [{"zone": "frontalis", "muscle": "frontalis", "side": "left", "units": 10}],
        }
    ]
    assert "MIG-SAME-MUSCLE" in stops(read_)


def test_a_migraine_order_whose_dose_cannot_be_read_still_stands_in_its_muscle() -> None:
    dose = quantity(1, "mL", "mL")
    read_ = reading(order("o1", instruction("frontalis.left", 2)), order("o2", instruction("frontalis.left", dose), reasonCode=MIGRAINE))
    assert "was not read" in gap(read_, "other-purpose").says
    assert "MIG-SAME-MUSCLE" in stops(read_)


def test_the_reason_of_an_order_is_also_found_through_its_diagnosis() -> None:
    reason = condition(coded("G43.7", ICD), id="c7")
    read_ = reading(order(reasonReference=[{"reference": "Condition/c7"}]), conditions=[reason])
    assert "other-purpose" in gap_codes(read_)
    assert plan_of(reading(order(reasonReference=[{"reference": "Condition/c7"}]))) == {"masseter left": 10}


@pytest.mark.parametrize(
    ("reasons", "purpose"),
    [
        (["Glabellar lines"], "aesthetic"),
        (["glabellar lines", "Chronic migraine"], "chronic_migraine"),
        (["chronic migraine", "spasticity"], "other"),
        (["something else"], None),
        ([], None),
    ],
)
def test_the_purpose_is_what_the_reasons_say_by_exact_names(reasons: list[str], purpose: str | None) -> None:
    (one,) = reading(order(reasonCode=[{"text": reason} for reason in reasons])).orders
    assert one.purpose == purpose


def test_only_what_was_selected_is_marked_as_selected() -> None:
    prefetch = {"patient": PATIENT, **dict.fromkeys(KEYS, EMPTY)}
    entries = ({"resource": order("o1")}, {"resource": order("o2")})
    sources = Sources.of_prefetch("p1", prefetch, entries, ("MedicationRequest/o2",))
    assert [one.selected for one in read(sources, shipped(), CODES, TODAY).orders] == [False, True]


def test_an_id_longer_than_fhir_allows_is_read_and_shown_short() -> None:
    read_ = reading(order("x" * 400))
    assert plan_of(read_) == {"masseter left": 10}
    assert len(read_.plan_sources[0][0]) <= 200


def test_an_active_toxin_order_that_is_not_among_the_drafts_may_be_given_any_day() -> None:
    active = order("o9", status="active", reasonCode=MIGRAINE)
    read_ = reading(order("o1"), medications=[active])
    assert read_.document["scheduled"] == [{"date": "unknown", "product": "onabotulinumtoxinA", "purpose": "chronic_migraine"}]
    assert gap(read_, "active-toxin-order").orders == ("MedicationRequest/o9",)
    assert verdict(read_).rank >= 2


def test_a_draft_that_is_also_on_record_is_counted_once() -> None:
    read_ = reading(order("o1"), medications=[order("o1", status="active")])
    assert "scheduled" not in read_.document
    assert plan_of(read_) == {"masseter left": 10}


@pytest.mark.parametrize("over", [{"status": "completed"}, {"status": "stopped"}, {"doNotPerform": True, "status": "active"}])
def test_an_order_on_record_that_will_not_be_given_is_not_scheduled(over: Any) -> None:
    assert "scheduled" not in reading(medications=[order("o9", **over)]).document


def test_an_active_order_that_nothing_names_is_said() -> None:
    read_ = reading(medications=[order("o9", medicine=None, status="active", medicationReference={"reference": "Medication/x"})])
    assert gap(read_, "medicine-unnamed").orders == ("MedicationRequest/o9",)


def test_many_active_orders_fit_in_a_case() -> None:
    read_ = reading(order("o1"), medications=[order(f"m{n}", status="active") for n in range(80)])
    assert advise(read_)
    assert gap_codes(read_).count("active-toxin-order") == 80


def test_many_orders_for_today_fit_in_a_case_and_what_does_not_is_said() -> None:
    read_ = reading(*(order(f"o{n}", instruction(None, 1)) for n in range(170)))
    assert len(history_of(read_)) == 150
    assert "Left out: 20." in gap(read_, "history-too-long").says
    assert advise(read_)


def test_what_is_beside_the_orders_in_their_bundle_is_left_alone() -> None:
    others = [{"resourceType": kind, "id": "x", "status": "draft", "code": {"text": "Botox"}} for kind in ("Task", "DeviceRequest", "")]
    assert reading(*others).orders == ()
