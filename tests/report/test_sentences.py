"""Rules as sentences that a clinician reads aloud; a question that cannot be turned round is quoted, never bent."""

from __future__ import annotations

import pytest

from dose_engine.report.sentences import reading
from dose_engine.report.statements import statement
from dose_engine.rulebook.conditions import tests as every_test
from dose_engine.rulebook.load import load, shipped_folder
from dose_engine.wording import number

BOOK = load(shipped_folder())


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Is the patient pregnant, or could the patient be?", "the patient is pregnant, or could be", None),
        ("Does the patient have dry eyes?", "the patient has dry eyes", "the patient does not have dry eyes"),
        ("Does an upper eyelid droop?", "an upper eyelid droops", "an upper eyelid does not droop"),
        ("Did an eyelid droop before?", "an eyelid drooped before", "an eyelid did not droop before"),
        ("Has the patient ever fainted?", "the patient has fainted", "the patient has never fainted"),
        ("Has the patient had, or is the patient due, a drug?", "the patient has had, or is due, a drug", None),
        ("Does the patient have a palsy, or has there been one?", "the patient has a palsy, or there has been one", None),
        ("Is there infection at a place to be treated?", "there is infection at this place", "there is no infection at this place"),
        ("Is a muscle to be treated already weak?", "this muscle is already weak", "this muscle is not already weak"),
        ("Does the patient bleed or bruise easily, or have it?", "the patient bleeds or bruises easily, or has it", None),
        ("After a treatment, was there trouble?", "after a treatment, there was trouble", "after a treatment, there was no trouble"),
        ("Do the lids feel heavy?", "the lids feel heavy", "the lids do not feel heavy"),
        ("Can the patient close both eyes?", "the patient can close both eyes", "the patient can not close both eyes"),
    ],
)
def test_a_question_reads_as_a_statement(question: str, yes: str, no: str | None) -> None:
    assert (statement(question), statement(question, holds=False)) == (yes, no)


@pytest.mark.parametrize(
    "question",
    [
        "Is every earlier toxin treatment listed, whatever it was for?",
        "Is any strong medicine taken?",
        "Do heavy lids droop?",
        "What causes the asymmetry?",
        "Is the patient tired? Ask twice.",
        "Pregnant?",
        "",
    ],
)
def test_a_question_of_another_build_is_left_as_it_is(question: str) -> None:
    assert statement(question) is None


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("PREGNANT", "Stop when the patient is pregnant, or could be."),
        ("AGE-UNDER-18", "Stop when the patient is younger than 18."),
        ("SWALLOWING-NECK", "For the neck: stop when the patient has trouble swallowing."),
        ("SWALLOWING-ELSEWHERE", "Outside the neck: caution when the patient has trouble swallowing."),
        ("ALAR-NO-DOSE", "For nostril flare (alar): stop any dose and show no suggested dose."),
        ("MARKED-ASYMMETRY", "With every plan: note."),
        (
            "BREATHING-NECK-NOSE",
            "For the neck, nostril flare (alar) or nasal tip: stop when the patient has trouble breathing, or a disease that affects "
            "breathing.",
        ),
        (
            "MIG-SAME-MUSCLE",
            "For forehead or frown lines (glabella): stop when less than 90 days have passed since this muscle was treated for migraine.",
        ),
        (
            "TOUCH-UP-BEFORE-DAY-14",
            "Outside jaw (masseter): note when the visit is a touch-up and at least 10 and less than 14 days have passed since this "
            "muscle's last treatment that was not a touch-up.",
        ),
        (
            "DAO-SIDE-STOP",
            "For mouth corner (DAO): stop when there are more than 4 U in this zone on this side, today and in the last 28 days.",
        ),
        ("HALF-UNIT-STEPS", "Note when the dose is not a multiple of 0.5 U."),
    ],
)
def test_a_rule_reads_fluently(rule: str, sentence: str) -> None:
    assert str(reading(BOOK.rule_by_id[rule], BOOK)) == sentence


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_sentence_leaves_out_no_number_and_no_group_of_the_rule(rule: object) -> None:
    said = str(reading(rule, BOOK))  # type: ignore[arg-type]
    assert said[0].isupper()
    assert said.endswith(".")
    assert "_" not in said
    for test in every_test(rule.condition):  # type: ignore[attr-defined]
        if test.number is not None and test.text != "never" and test.number > 0:
            words = number(test.number, BOOK.facts[test.fact].kind)
            assert words in said or (test.number == 1 and "1 or more" in said)


def test_and_and_or_never_mix_in_one_sentence() -> None:
    said = reading(BOOK.rule_by_id["QUIET-SIDE-MORE"], BOOK)
    assert not said.is_short
    assert str(said).startswith("On one side (not the midline): stop when all of this holds: ")
    assert "at least one of (this side is stated as quieter; " in str(said)
