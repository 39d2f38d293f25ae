"""What a call gets: the right cards, about the right orders, and nothing about other drugs."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from dose_engine import Engine
from dose_engine.confirm import Confirmation, Confirmer
from dose_engine.service.cds.envelope import read_request
from dose_engine.service.cds.refusal import Refused

from .drafts import EMPTY, PATIENT, SERVICES, SETTINGS, WHOLE, call, cards_for, condition, found, given, indicators, order, quantity

EXAMPLES = Path(__file__).parents[4] / "shared" / "cds"
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the foreign example requests are not here")


def whole(**more: Any) -> dict[str, Any]:
    return {**WHOLE, **more}


def test_a_small_plan_of_an_adult_gets_one_info_card_that_lists_what_to_ask(engine: Engine) -> None:
    cards = cards_for(call(order(units=1), prefetch=whole()), engine)
    assert indicators(cards) == ["info"]
    assert "questions are open that could be a stop" in cards[0]["summary"]
    assert "Is every earlier toxin treatment listed" in cards[0]["detail"]
    assert "1 U, depressor anguli oris left" in cards[0]["detail"]


def test_a_dose_above_the_line_is_critical_and_names_its_order(engine: Engine) -> None:
    cards = cards_for(call(order("o7", units=5), prefetch=whole()), engine)
    assert indicators(cards)[0] == "critical"
    assert "4 U on this side" in cards[0]["summary"]
    assert "MedicationRequest/o7" in cards[0]["detail"]


def test_a_dose_on_the_line_is_not_critical(engine: Engine) -> None:
    assert "critical" not in indicators(cards_for(call(order(units=4), prefetch=whole()), engine))


def test_myasthenia_gravis_is_critical_with_its_source(engine: Engine) -> None:
    cards = cards_for(call(order(), prefetch=whole(conditions=found(condition("G70.0")))), engine)
    assert "nerve or muscle disease" in cards[0]["summary"]
    assert "Condition/c1" in cards[0]["detail"]
    assert cards[0]["source"]["topic"]["code"] == "bontNmjDisease"


def test_an_interval_on_record_is_critical(engine: Engine) -> None:
    past = given("m1", "2026-04-10", "depressor-anguli-oris.left", 1)
    cards = cards_for(call(order(), prefetch=whole(administrations=found(past))), engine)
    assert "same muscle treated in the last 90 days" in cards[0]["summary"]


def test_another_product_in_the_plan_is_critical_and_its_units_are_not_taken_over(engine: Engine) -> None:
    cards = cards_for(call(order(product="Dysport", units=50), prefetch=whole()), engine)
    assert indicators(cards)[0] == "critical"
    assert "product" in cards[0]["summary"]


def test_two_products_together_are_critical_and_never_added(engine: Engine) -> None:
    orders = (order("o1", units=1), order("o2", "depressor-anguli-oris.right", 1, product="Xeomin"))
    cards = cards_for(call(*orders, prefetch=whole()), engine)
    assert indicators(cards)[:2] == ["critical", "warning"]
    assert "another toxin product in the last 122 days" in cards[0]["summary"]
    assert "2 U" not in json.dumps(cards[1]["detail"].split("Orders checked")[0])


def test_a_mass_is_refused_as_a_dose_and_said(engine: Engine) -> None:
    wrong = order(units=None)
    wrong["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": quantity(100, "mg", "mg")}]
    cards = cards_for(call(wrong, prefetch=whole()), engine)
    assert indicators(cards) == ["warning"]
    assert "a dose could not be read" in cards[0]["summary"]
    assert "'100 mg' is a mass" in cards[0]["detail"]


def test_an_order_without_a_site_still_counts_in_the_session(engine: Engine) -> None:
    orders = (order("o1", units=1), order("o2", site=None, units=101, reasonCode=[{"text": "Glabellar lines"}]))
    cards = cards_for(call(*orders, prefetch=whole()), engine)
    assert "100 U in one session" in cards[0]["summary"]
    assert any("a dose names no site" in card["summary"] for card in cards)


def test_an_order_for_migraine_is_not_held_against_the_lines_for_faces_but_counts(engine: Engine) -> None:
    migraine = order(
        "o2", "frontalis.left", 20, reasonCode=[{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G43.709"}]}]
    )
    cards = cards_for(call(order("o1", "frontalis.left", 1), migraine, prefetch=whole()), engine)
    assert "Rule MIG-SAME-MUSCLE," in cards[0]["detail"]
    assert "An order is for chronic migraine" in cards[0]["detail"]


def test_a_dose_without_its_side_brings_only_what_is_certain_on_either_side(engine: Engine) -> None:
    both_sides, over = "Rule DAO-BOTH-SIDES,", "Rule DAO-SIDE-STOP,"
    small = cards_for(call(order(site="depressor-anguli-oris", units=2), prefetch=whole()), engine)
    assert indicators(small) == ["warning"]
    assert both_sides not in small[0]["detail"]
    assert "the side or place of a dose is not stated" in small[0]["summary"]
    unsure = cards_for(call(order(site="depressor-anguli-oris", units=6), prefetch=whole()), engine)
    assert over not in unsure[0]["detail"]
    large = cards_for(call(order(site="depressor-anguli-oris", units=10), prefetch=whole()), engine)
    assert over in large[0]["detail"]
    lips = cards_for(call(order(site="orbicularis-oris", units=1), prefetch=whole()), engine)
    assert "Rule PERIORAL-NO-DOSE," in lips[0]["detail"]


def test_a_fault_of_the_evaluators_is_a_critical_card_whatever_is_not_stated(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Confirmation(("compiled", "rete"), False, "the evaluators differ", "The evaluators differ on DAO-SIDE-STOP.")
    monkeypatch.setattr(Confirmer, "confirm", lambda *_: fault)
    cards = cards_for(call(order(site="depressor-anguli-oris", units=1), prefetch=whole()), engine)
    assert indicators(cards)[0] == "critical"
    assert "could not confirm its own answer" in cards[0]["summary"]


def test_a_dose_for_both_sides_stays_in_both_beside_one_without_its_side(engine: Engine) -> None:
    both = order("b", site=None, units=10)
    both["dosageInstruction"][0]["site"] = {"text": "depressor anguli oris, both sides"}
    cards = cards_for(call(both, order("m", "masseter", 1), prefetch=whole()), engine)
    assert "Rule DAO-SIDE-STOP," in cards[0]["detail"]
    assert "Rule DAO-BOTH-SIDES," in cards[1]["detail"]


def test_c19_an_order_for_another_patient_is_not_evaluated_and_is_reported(engine: Engine) -> None:
    for subject in ("Patient/p2", "https://ehr.example.org/fhir/Patient/p2"):
        other = order("o2", units=50, subject={"reference": subject})
        cards = cards_for(call(order("o1", units=1), other, prefetch=whole()), engine)
        assert indicators(cards) == ["warning"]
        assert "another patient" in cards[0]["detail"]
        assert "50 U" not in cards[0]["detail"]


def test_c19_a_subject_given_as_an_absolute_url_is_the_same_patient(engine: Engine) -> None:
    cards = cards_for(call(order(units=5, subject={"reference": "https://ehr.example.org/fhir/Patient/p1"}), prefetch=whole()), engine)
    assert indicators(cards)[0] == "critical"


def test_orders_of_other_drugs_get_no_card_at_all_and_need_no_patient(engine: Engine) -> None:
    other = order(units=500, product="amoxicillin")
    assert cards_for(call(other), engine) == []


def test_an_order_that_nothing_names_is_said_to_be_unchecked_when_signing(engine: Engine) -> None:
    unnamed = order(units=5)
    del unnamed["medicationCodeableConcept"]
    cards = cards_for(call(unnamed, prefetch=whole()), engine)
    assert indicators(cards) == ["info"]
    assert "does not name its medicine" in cards[0]["summary"]
    assert cards_for(call(unnamed, service="bont-order-select", prefetch=whole()), engine, "bont-order-select") == []


def test_c16_selecting_speaks_of_the_selected_orders_only_and_never_of_a_missing_dose(engine: Engine) -> None:
    high, low = order("high", units=5), order("low", "depressor-anguli-oris.right", None)
    only_low = call(high, low, service="bont-order-select", prefetch=whole(), selections=["MedicationRequest/low"])
    assert cards_for(only_low, engine, "bont-order-select") == []
    only_high = call(high, low, service="bont-order-select", prefetch=whole(), selections=["MedicationRequest/high"])
    assert indicators(cards_for(only_high, engine, "bont-order-select")) == ["critical"]


def test_c17_an_order_that_is_signed_again_is_checked_whatever_its_open_status(engine: Engine) -> None:
    for status in ("draft", "active", "on-hold", "unknown"):
        assert indicators(cards_for(call(order(units=5, status=status), prefetch=whole()), engine))[0] == "critical"
    for status in ("cancelled", "entered-in-error", "stopped"):
        assert cards_for(call(order(units=5, status=status), prefetch=whole()), engine) == []


def test_c15_opening_a_chart_is_silent_unless_it_is_critical(engine: Engine) -> None:
    view = "bont-patient-view"
    assert cards_for(call(service=view, prefetch=whole()), engine, view) == []
    past = given("m1", "2026-04-10", "masseter.left", 20)
    cards = cards_for(call(service=view, prefetch=whole(conditions=found(condition("G70.00")), administrations=found(past))), engine, view)
    assert indicators(cards) == ["critical"]
    assert cards[0]["summary"] == "Botulinum toxin, do not treat: nerve or muscle disease."
    assert "2026-04-10: 20 U" in cards[0]["detail"]


def test_opening_a_childs_chart_speaks_only_where_toxin_is_on_record(engine: Engine) -> None:
    view, child = "bont-patient-view", {**PATIENT, "birthDate": "2014-02-01"}
    assert cards_for(call(service=view, prefetch=whole(patient=child)), engine, view) == []
    past = given("m1", "2026-01-10", "masseter.left", 20)
    assert indicators(cards_for(call(service=view, prefetch=whole(patient=child, administrations=found(past))), engine, view)) == [
        "critical"
    ]


def test_a_child_is_a_stop_when_toxin_is_ordered(engine: Engine) -> None:
    cards = cards_for(call(order(), prefetch=whole(patient={**PATIENT, "birthDate": "2014-02-01"})), engine)
    assert indicators(cards)[0] == "critical"
    assert "18" in cards[0]["summary"]


def test_without_a_birth_date_the_age_is_asked_for_and_everything_else_is_checked(engine: Engine) -> None:
    patient = {"resourceType": "Patient", "id": "p1"}
    cards = cards_for(call(order(units=5), prefetch=whole(patient=patient)), engine)
    assert indicators(cards)[0] == "critical"
    assert "The age is not known" in cards[0]["detail"]


def test_a_draft_order_for_gentamicin_beside_the_toxin_is_critical(engine: Engine) -> None:
    cards = cards_for(call(order(units=1), order("g", None, None, product="gentamicin"), prefetch=whole()), engine)
    assert "aminoglycoside" in cards[0]["summary"]
    assert "MedicationRequest/g" in cards[0]["detail"]


def test_the_hook_of_clinics_without_order_entry_gets_the_cards_of_signing(engine: Engine) -> None:
    review = "bont-injection-plan-review"
    signed = cards_for(call(order(units=5), prefetch=whole()), engine)
    assert cards_for(call(order(units=5), service=review, prefetch=whole()), engine, review) == signed


def test_c22_without_the_patient_a_toxin_order_is_refused_with_412_that_names_the_key(engine: Engine) -> None:
    error = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    without = {key: value for key, value in WHOLE.items() if key != "patient"}
    for prefetch in (
        None,
        without,
        whole(patient=None),
        whole(patient=EMPTY),
        whole(patient=error),
        whole(patient={**PATIENT, "id": "p2"}),
    ):
        with pytest.raises(Refused) as refused:
            cards_for(call(order(), prefetch=prefetch), engine)
        assert (refused.value.status, refused.value.where) == (412, "prefetch.patient")


def test_c27_the_access_token_goes_nowhere(engine: Engine) -> None:
    authorization = {"access_token": "SECRET-TOKEN", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "us"}
    raw = call(order(units=5), prefetch=whole(), fhirServer="https://ehr.example.org/fhir", fhirAuthorization=authorization)
    assert "SECRET-TOKEN" not in repr(read_request(raw, SERVICES["bont-order-sign"], SETTINGS))
    assert "SECRET-TOKEN" not in json.dumps(cards_for(raw, engine))


def test_c47_answering_opens_no_connection(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    raw = call(order(units=5), prefetch=whole(), fhirServer="https://ehr.example.org/fhir")
    assert cards_for(raw, engine)


def test_the_same_call_gives_the_same_cards(engine: Engine) -> None:
    raw = call(order(units=5), order("o2", "frontalis.midline", 12), prefetch=whole(conditions=found(condition("H02.40"))))
    assert cards_for(raw, engine) == cards_for(raw, engine)


def load(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    body.setdefault("hookInstance", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")
    return body


@needs_examples
def test_the_example_request_gets_every_stop_it_holds(engine: Engine) -> None:
    cards = cards_for(json.dumps(load("ours/order-sign-bont-request.json")).encode(), engine)
    assert indicators(cards) == ["critical", "warning"]
    assert cards[0]["source"]["topic"]["code"] == "bontAminoglycosideFrontalisTotalStopInterval90NmjDisease"
    assert "allergies" in cards[0]["detail"]


@needs_examples
def test_epics_habits_do_not_triple_a_dose_or_hide_a_stop(engine: Engine) -> None:
    cards = cards_for(json.dumps(load("ours/order-sign-epic-habits.json")).encode(), engine)
    assert indicators(cards) == ["critical", "warning"]
    assert cards[0]["source"]["topic"]["code"] == "bontAminoglycoside"
    assert "a dose names no site" in cards[1]["summary"]
    assert "60 U" not in json.dumps(cards)


@needs_examples
@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("bont-order-select", "epic-dialect/epic-order-select-request.json"),
        ("bont-order-sign", "cds-hooks-docs/order-sign-context-r4.json"),
        ("bont-order-select", "cds-hooks-docs/order-select-context-r4.json"),
    ],
)
def test_requests_about_other_drugs_get_no_card(service: str, name: str, engine: Engine) -> None:
    body = {"hook": SERVICES[service].hook, **load(name)}
    assert cards_for(json.dumps(body).encode(), engine, service) == []
