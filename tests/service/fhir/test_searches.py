"""Absent, empty, whole, in part and failed are five different facts, and a search that went wrong is never an empty one."""

from __future__ import annotations

from typing import Any

import pytest

from dose_engine.service.fhir import State, searched

from .making import EMPTY, KEYS, PATIENT, allergy, condition, found, gap_codes, given, observation, order, reading, verdict

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}, {"severity": "error"}]}
NEXT = {"link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}]}


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, State.EMPTY),
        (EMPTY, State.EMPTY),
        (found(), State.EMPTY),
        (OUTCOME, State.EMPTY),
        (found(OUTCOME), State.EMPTY),
        (found(condition()), State.WHOLE),
        (condition(), State.WHOLE),
        (found(condition(), OUTCOME), State.WHOLE),
        (found(condition(), total=1), State.WHOLE),
        (found(condition(), **NEXT), State.PART),
        (found(**NEXT), State.PART),
        (found(condition(), total=2), State.PART),
        (found(total=3), State.PART),
        (found(condition(), {}), State.PART),
        (found({}), State.PART),
        ({"resourceType": "Bundle", "entry": [{"response": {"status": "404"}}]}, State.PART),
        (ERROR, State.FAILED),
        (found(ERROR), State.FAILED),
        (found(condition(), ERROR), State.FAILED),
        ({"resourceType": "OperationOutcome"}, State.FAILED),
        ({"resourceType": "OperationOutcome", "issue": [{"severity": "banana"}]}, State.FAILED),
        ({"resourceType": "Bundle", "entry": "none"}, State.FAILED),
        ({"resourceType": "Bundle", "entry": [condition(), "x"]}, State.FAILED),
        (found(PATIENT), State.FAILED),
        ({}, State.FAILED),
        ([], State.FAILED),
        ([condition()], State.FAILED),
        ("", State.FAILED),
        (False, State.FAILED),
        (0, State.FAILED),
        (PATIENT, State.FAILED),
        ({"resourceType": "Parameters"}, State.FAILED),
    ],
    ids=str,
)
def test_each_answer_to_a_search_is_in_one_of_five_states(value: Any, state: State) -> None:
    assert searched({"conditions": value}, "conditions", "Condition").state is state


def test_what_nobody_sent_is_absent() -> None:
    assert searched({}, "conditions", "Condition").state is State.ABSENT


def test_what_a_search_includes_beside_its_matches_is_no_stray() -> None:
    included = {"resource": {"resourceType": "Medication", "id": "m"}, "search": {"mode": "include"}}
    assert searched({"a": {"resourceType": "Bundle", "entry": [included]}}, "a", "Condition").state is State.EMPTY


STATES = {
    "absent": "not-sent",
    "failed": "failed",
    "part": "part",
    "empty": None,
    "whole": None,
}
HOLDS = {
    "conditions": condition({"text": "hay fever"}),
    "allergies": allergy("penicillin"),
    "medications": order("m1", medicine="amoxicillin", status="active"),
    "administrations": given(medicine="amoxicillin"),
    "observations": observation("8867-4"),
    "procedures": {"resourceType": "Procedure", "id": "x", "code": {"text": "biopsy"}},
}


def in_state(key: str, state: str) -> Any:
    return {
        "absent": "absent",
        "failed": ERROR,
        "part": found(HOLDS[key], **NEXT),
        "empty": EMPTY,
        "whole": found(HOLDS[key]),
    }[state]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("state", list(STATES))
def test_each_search_in_each_state_is_said_and_only_a_whole_answer_leaves_no_gap(key: str, state: str) -> None:
    read = reading(order(), **{key: in_state(key, state)})
    assert gap_codes(read) == ([f"{STATES[state]}-{key}"] if STATES[state] else [])
    said = [one.says for one in read.known if one.says.startswith("searched, nothing on record")]
    assert len(said) == (len(KEYS) if state == "empty" else len(KEYS) - 1)
    if STATES[state]:
        assert read.least() == "incomplete"
        assert verdict(read).rank >= 2


@pytest.mark.parametrize("state", ["failed", "part"])
def test_procedures_are_missed_only_where_a_search_for_them_went_wrong(state: str) -> None:
    assert gap_codes(reading(order(), procedures=in_state("procedures", state))) == [f"{STATES[state]}-procedures"]
    assert gap_codes(reading(order())) == []


@pytest.mark.parametrize(
    ("patient", "state"),
    [
        (PATIENT, State.WHOLE),
        (found(PATIENT), State.WHOLE),
        (found(PATIENT, PATIENT), State.WHOLE),
        (found(PATIENT, {**PATIENT, "gender": "female"}), State.WHOLE),
        ("absent", State.ABSENT),
        (None, State.EMPTY),
        (EMPTY, State.EMPTY),
        (ERROR, State.FAILED),
        ({**PATIENT, "id": "p2"}, State.FAILED),
        (found(PATIENT, {**PATIENT, "id": "p2"}), State.FAILED),
        (found(PATIENT, {**PATIENT, "birthDate": "2011-01-01"}), State.FAILED),
    ],
)
def test_the_patient_is_had_whole_or_not_at_all(patient: Any, state: State) -> None:
    read = reading(order(), patient=patient)
    assert read.patient is state
    assert ("age" in read.document["patient"]) == (state is State.WHOLE)
    assert ("age-not-known" in gap_codes(read)) == (state is not State.WHOLE)


def test_an_entry_of_another_patient_in_any_search_is_said_and_not_used() -> None:
    other = {"reference": "Patient/p2"}
    for key, resource in {
        "conditions": condition(subject=other),
        "allergies": allergy(patient=other),
        "medications": order("m1", medicine="gentamicin", status="active", subject=other),
        "observations": observation("82810-3", {"text": "pregnant"}, subject=other),
    }.items():
        read = reading(order(), **{key: [resource]})
        assert gap_codes(read) == ["another-patients-record"]
        assert read.document["patient"]["screening"] == {}
