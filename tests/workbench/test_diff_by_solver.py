"""Which way a change moves verdicts is found over every patient within bounds, with one who shows it."""

from __future__ import annotations

import pytest

from dose_engine import Rulebook
from dose_engine.rulebook.load import is_beside, load_texts
from dose_engine.workbench.diff.by_solver import direction
from dose_engine.workbench.prove.judge import Judge

from ..strategies import shipped
from .prove.test_prover import book

DAO = "{of: side, caution_above: 2, stop_above: 4, sources: [S61, S20"
PREGNANT = "when: {pregnant: yes}\n  then:\n    stop"
MUSCLE = "this: [muscle, side]\n  says: Days since this muscle was last"
OPEN = "open: incomplete\n  sources: [R24, L39, L46]"
POINT = (
    "caution_above: 2, stop_above: 4, sources: [S8, R19]}\n  review: {reviewed_by: null, reviewed_on: null, review_by: null}\n\nmentalis"
)
SAID = "The patient is or may be pregnant."
BANDS = "platysma_bands: {more_than: 2}"
NO_CHANGE = "no case changes its verdict"
CHANGES = {
    "a caution line lower": ("zones.yaml", DAO, DAO.replace("2,", "1.5,", 1), "stricter only"),
    "a caution line higher": ("zones.yaml", DAO, DAO.replace("2,", "3,", 1), "looser only"),
    "the window shorter": ("rules/rulebook.yaml", "value: 92", "value: 91", "looser only"),
    "the ceiling of the window lower": ("rules/rulebook.yaml", "value: 400", "value: 399.5", "stricter only"),
    "a stop only a caution": ("rules/screening.yaml", PREGNANT, PREGNANT.replace("stop", "caution"), "looser only"),
    "an open question counts for less": ("rules/facts.yaml", OPEN, OPEN.replace("incomplete", "caution"), "looser only"),
    "a muscle of either side": ("rules/facts.yaml", MUSCLE, MUSCLE.replace("[muscle, side]", "[muscle]"), "stricter only"),
    "the other side": ("rules/facts.yaml", MUSCLE, MUSCLE.replace("[muscle, side]", "[muscle, other_side]"), "both"),
    "a rule that hardly fires any more": ("rules/neck.yaml", BANDS, BANDS.replace("2", "200"), "looser only"),
    "words only": ("rules/screening.yaml", SAID, "The patient is pregnant or may be.", NO_CHANGE),
    "a line that another covers": ("zones.yaml", POINT, POINT.replace("2", "3", 1), NO_CHANGE),
}


def rules_of(whole_texts: dict[str, str]) -> Rulebook:
    return load_texts({name: text for name, text in whole_texts.items() if not is_beside(name)})


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_goes_the_way_it_goes_and_the_engine_confirms_who_shows_it(change: str) -> None:
    file, old, new, word = CHANGES[change]
    texts = dict(book().texts)
    assert texts[file].count(old) == 1
    texts[file] = texts[file].replace(old, new)
    changed = rules_of(texts)
    found = direction(shipped(), changed, [])
    assert found.word == word, found.note
    judges = Judge(shipped()), Judge(changed)
    for witness, sign in ((found.looser, -1), (found.stricter, 1)):
        if witness is not None:
            before, after = (judge.evaluation(witness.values).verdict for judge in judges)
            assert (before, after) == (witness.before, witness.after)
            assert (after.rank - before.rank) * sign > 0


def test_what_the_solver_does_not_cover_is_not_decided() -> None:
    texts = dict(book().texts)
    texts["rules/protocols.yaml"] = texts["rules/protocols.yaml"].replace("at_most: 195", "at_most: 200")
    found = direction(shipped(), rules_of(texts), [])
    assert found.word == "not decided"
    assert "protocols" in found.note


QUESTION = "\nlefty:\n  asked: Is the patient left-handed?\n  open: incomplete\n  sources: [R24]\n"


@pytest.mark.parametrize("when", ["{lefty: yes}", "{any: [{pregnant: yes}, {lefty: yes}]}"])
def test_a_question_that_only_one_book_asks_is_not_decided(when: str) -> None:
    """A case that answers every old question leaves the new one open, and no case that both books read can say so."""
    texts = dict(book().texts)
    texts["rules/facts.yaml"] += QUESTION
    texts["rules/screening.yaml"] = texts["rules/screening.yaml"].replace("when: {pregnant: yes}", f"when: {when}")
    for old, new in ((shipped(), rules_of(texts)), (rules_of(texts), shipped())):
        found = direction(old, new, [])
        assert found.word == "not decided"
        assert "lefty" in found.note


def test_a_changed_condition_with_a_name_is_a_change_of_the_rules_that_use_it() -> None:
    texts = dict(book().texts)
    texts["rules/facts.yaml"] += "\nold_patient: {named: {age: {at_least: 70}}, says: An old patient}\n"
    texts["rules/screening.yaml"] = texts["rules/screening.yaml"].replace("when: {age: {at_least: 65}}", "when: {old_patient: yes}")
    before = rules_of(texts)
    texts["rules/facts.yaml"] = texts["rules/facts.yaml"].replace("at_least: 70", "at_least: 80")
    assert direction(before, rules_of(texts), []).word == "looser only"
