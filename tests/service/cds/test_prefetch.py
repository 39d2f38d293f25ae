"""Six keys in five states: absent, empty, whole, in part and failed are five different facts, and none is read as "no risk"."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dose_engine import Engine
from dose_engine.service.fhir import Sources, State, read

from .drafts import CODES, EMPTY, PATIENT, TODAY, WHOLE, call, cards_for, condition, found, given, indicators, order, outcome

GENTAMICIN = order("g1", None, None, product="gentamicin", status="active")
ALLERGY = {"resourceType": "AllergyIntolerance", "id": "a1", "patient": {"reference": "Patient/p1"}, "code": {"text": "Botox"}}
PREGNANT = {
    "resourceType": "Observation",
    "id": "ob1",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "82810-3"}]},
    "effectiveDateTime": "2026-04-01",
    "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA15173-0"}]},
}
HOLDS = {
    "conditions": condition("G70.0"),
    "allergies": ALLERGY,
    "medications": GENTAMICIN,
    "administrations": given("m1", "2026-04-10", "depressor-anguli-oris.left", 1),
    "observations": PREGNANT,
}
"""For each key, a resource that is a stop."""
TOPICS = {
    "conditions": "NmjDisease",
    "allergies": "ToxinAllergy",
    "medications": "Aminoglycoside",
    "administrations": "Interval90",
    "observations": "Pregnant",
}
NAMES = {
    "conditions": "diagnoses",
    "allergies": "allergies",
    "medications": "other medicines",
    "administrations": "earlier injections",
    "observations": "pregnancy status and occupation",
}
ABSENT = object()


def in_state(key: str, state: State) -> Any:
    match state:
        case State.ABSENT:
            return ABSENT
        case State.EMPTY:
            return EMPTY
        case State.WHOLE:
            return found(HOLDS[key])
        case State.PART:
            return found(HOLDS[key], link=[{"relation": "next", "url": "https://ehr.example.org/next"}])
        case State.FAILED:
            return outcome("error")


def with_key(key: str, value: Any) -> dict[str, Any]:
    prefetch = {**WHOLE, key: value}
    return {name: held for name, held in prefetch.items() if held is not ABSENT}


SAID = {
    State.ABSENT: "Not sent, so not checked: {}.",
    State.EMPTY: "Searched, nothing on record: {}.",
    State.PART: "Only part was sent: {}.",
    State.FAILED: "Could not be read, so not checked: {}.",
}


@pytest.mark.parametrize(("key", "state"), list(itertools.product(HOLDS, State)))
def test_c21_each_key_in_each_state_is_said_on_the_card(key: str, state: State, engine: Engine) -> None:
    cards = cards_for(call(order(), prefetch=with_key(key, in_state(key, state))), engine)
    assert cards
    detail = cards[0]["detail"]
    for other, text in SAID.items():
        assert (text.format(NAMES[key]) in detail) == (other is state)
    assert ("critical" in indicators(cards)) == (state in (State.WHOLE, State.PART))
    if state in (State.WHOLE, State.PART):
        assert TOPICS[key] in cards[0]["source"]["topic"]["code"]


@pytest.mark.parametrize("key", list(HOLDS))
def test_c23_null_is_searched_with_nothing_there_and_not_missing(key: str, engine: Engine) -> None:
    null = cards_for(call(order(), prefetch=with_key(key, None)), engine)
    assert null == cards_for(call(order(), prefetch=with_key(key, EMPTY)), engine)
    assert null != cards_for(call(order(), prefetch=with_key(key, ABSENT)), engine)


@pytest.mark.parametrize("severity", ["error", "fatal"])
@pytest.mark.parametrize("inside", [False, True])
def test_c24_an_outcome_of_an_error_is_a_failed_search_wherever_it_stands(severity: str, inside: bool, engine: Engine) -> None:
    value = found(outcome(severity)) if inside else outcome(severity)
    cards = cards_for(call(order(), prefetch=with_key("conditions", value)), engine)
    assert "Could not be read, so not checked: diagnoses." in cards[0]["detail"]


@pytest.mark.parametrize("severity", ["warning", "information"])
@pytest.mark.parametrize("inside", [False, True])
def test_c24_an_outcome_that_only_warns_of_no_results_is_an_empty_search(severity: str, inside: bool, engine: Engine) -> None:
    value = found(outcome(severity)) if inside else outcome(severity)
    cards = cards_for(call(order(), prefetch=with_key("conditions", value)), engine)
    assert "Searched, nothing on record: diagnoses." in cards[0]["detail"]


def test_c24_an_outcome_without_an_issue_is_taken_for_an_error(engine: Engine) -> None:
    cards = cards_for(call(order(), prefetch=with_key("conditions", {"resourceType": "OperationOutcome"})), engine)
    assert "Could not be read, so not checked: diagnoses." in cards[0]["detail"]


def test_c25_a_next_page_or_a_larger_total_makes_the_history_incomplete_on_the_card(engine: Engine) -> None:
    for more in ({"link": [{"relation": "next", "url": "https://x.example/2"}]}, {"total": 7}):
        value = found(given("m1", "2025-01-10", "masseter.left", 10), **more)
        cards = cards_for(call(order(), prefetch=with_key("administrations", value)), engine)
        assert "Only part was sent: earlier injections." in cards[0]["detail"]


@pytest.mark.parametrize("key", list(HOLDS))
def test_c26_absence_is_never_read_as_no_risk(key: str, engine: Engine) -> None:
    prefetch = with_key(key, ABSENT)
    reading = read(Sources.of_prefetch("p1", prefetch, ({"resource": order()},)), engine.rulebook, CODES, TODAY)
    advisory = engine.advise(reading.case(engine.rulebook, TODAY), options=False)
    assert max(reading.least().rank, advisory.verdict.rank) >= 2
    assert cards_for(call(order(), prefetch=prefetch), engine) != []


def test_an_unknown_history_is_incomplete_and_not_ok(engine: Engine) -> None:
    reading = read(Sources.of_prefetch("p1", WHOLE, ({"resource": order()},)), engine.rulebook, CODES, TODAY)
    assert reading.document["history"]["complete"] == "unknown"
    assert engine.advise(reading.case(engine.rulebook, TODAY), options=False).verdict == "incomplete"


@pytest.mark.parametrize("removed", list(HOLDS))
def test_removing_a_key_never_takes_away_a_stop_that_rests_on_another(removed: str, engine: Engine) -> None:
    full = {"patient": PATIENT, **{key: found(value) for key, value in HOLDS.items()}}
    before = cards_for(call(order(), prefetch=full), engine)
    after = cards_for(call(order(), prefetch={key: value for key, value in full.items() if key != removed}), engine)
    assert "critical" in indicators(after)
    kept = [TOPICS[key] for key in HOLDS if key != removed]
    assert all(topic in before[0]["source"]["topic"]["code"] for topic in kept) or "More" in before[0]["source"]["topic"]["code"]
    for key in HOLDS:
        title = {"conditions": "NMJ-DISEASE", "allergies": "TOXIN-ALLERGY", "medications": "AMINOGLYCOSIDE"}.get(key)
        title = title or {"administrations": "INTERVAL-90", "observations": "PREGNANT"}[key]
        assert (f"Rule {title}," in after[0]["detail"]) == (key != removed)


def test_c28_the_same_resources_by_another_way_give_the_same_findings(engine: Engine) -> None:
    from dose_engine.service.fhir import read_bundle

    prefetch = {"patient": PATIENT, **{key: found(value) for key, value in HOLDS.items()}}
    by_hook = read(Sources.of_prefetch("p1", prefetch, ({"resource": order()},)), engine.rulebook, CODES, TODAY)
    export = found(PATIENT, order(), *HOLDS.values())
    by_export = read_bundle(export, "export.json", engine.rulebook, CODES, TODAY)
    assert by_hook.case(engine.rulebook, TODAY) == by_export.case(engine.rulebook, TODAY)


def test_unknown_members_and_the_order_of_entries_change_nothing(engine: Engine) -> None:
    past = [given(f"m{day}", f"2026-01-{day:02}", "masseter.left", 10) for day in (3, 4, 5)]
    plain = cards_for(call(order(), prefetch=with_key("administrations", found(*past))), engine)
    marked = [{**one, "extension": [{"url": "https://x.example"}], "banana": {"a": [1]}} for one in reversed(past)]
    prefetch = {**with_key("administrations", found(*marked)), "unheard": {"resourceType": "Thing"}}
    assert cards_for(call(order(), prefetch=prefetch, extension={"com.example.a": 1}), engine) == plain


def test_a_client_that_calls_the_earlier_injections_otherwise_is_understood(engine: Engine) -> None:
    prefetch = {
        **{key: value for key, value in WHOLE.items() if key != "administrations"},
        "pastInjections": found(HOLDS["administrations"]),
    }
    assert "Interval90" in cards_for(call(order(), prefetch=prefetch), engine)[0]["source"]["topic"]["code"]
