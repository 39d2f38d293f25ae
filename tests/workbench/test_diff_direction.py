"""Which way a changed rulebook goes, with the case that shows it; and that what is not decided is never read as no."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from dose_engine.advisory import Verdict
from dose_engine.intake import read_case
from dose_engine.rulebook.model import Rulebook
from dose_engine.workbench.cases import TODAY, cases_in, halves_of
from dose_engine.workbench.diff import Lean
from dose_engine.workbench.diff import direction as directions
from dose_engine.workbench.diff.direction import INSTALL, Direction, Sides, Witness, by_cases, decide
from dose_engine.workbench.diff.layout import heading, witness_text
from dose_engine.workbench.diff.loosening import Comparison, compare
from dose_engine.workbench.diff.two_books import TwoBooks
from tests.workbench.small_book import base, edited

Z, N, P = "zones.yaml", "rules/neck.yaml", "rules/protocols.yaml"
LOWER = (Z, "caution_above: 12, stop", "caution_above: 11.5, stop")
HIGHER = (Z, "caution_above: 10, stop", "caution_above: 11, stop")
TEXTS = ("rules/rulebook.yaml", 'version: "1"', 'version: "2"')
SPLIT = (P, "corrugator: {left: 5, right: 5}", "corrugator: {left: 6, right: 4}")


@pytest.fixture
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(directions, "find_spec", lambda name: None if name == "z3" else known(name))


@pytest.mark.parametrize(
    ("edits", "word"),
    [
        ((LOWER,), "stricter only"),
        ((HIGHER,), "looser only"),
        ((LOWER, HIGHER), "both"),
        ((TEXTS,), "no case changes its verdict"),
        (((N, "less_than: retreatment_days", "at_most: 89"),), "no case changes its verdict"),
    ],
)
@pytest.mark.usefixtures("without_solver")
def test_the_usual_changes_are_decided_without_the_solver(edits: tuple[tuple[str, str, str], ...], word: str) -> None:
    comparison = compare(base(), edited(*edits))
    assert comparison.direction.word == word
    holds(comparison)


def holds(comparison: Comparison) -> None:
    """Each witness is what it says, read by the books themselves."""
    two = TwoBooks(comparison.old.book, comparison.new.book)
    for witness, sign in ((comparison.direction.stricter, 1), (comparison.direction.looser, -1)):
        if witness is not None:
            judged = two.of_values(witness.values, TODAY)
            assert judged is not None
            assert (judged.before.verdict, judged.after.verdict) == (witness.before, witness.after)
            assert (witness.after.rank - witness.before.rank) * sign > 0


@pytest.mark.usefixtures("without_solver")
def test_what_no_case_shows_and_no_shape_tells_is_not_decided() -> None:
    comparison = compare(base(), edited(SPLIT))
    assert comparison.direction.word == "not decided"
    assert INSTALL in heading(comparison.direction)
    assert [(one.id, one.certain) for one in comparison.loosenings] == [("PROTOCOL-CHRONIC-MIGRAINE", False)]


class Proof:
    """Stands in for the comparison by the solver."""

    def __init__(self, answer: Direction) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self, old: Rulebook, new: Rulebook, changed_rules: object) -> Direction:
        self.asked += 1
        return self.answer


BOTH = Sides(stricter=True, looser=True)


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proof]:
    made = Proof(Direction())
    monkeypatch.setattr(directions, "can_prove", lambda: True)
    monkeypatch.setattr(directions, "by_proof", made)
    monkeypatch.setattr(directions, "proof_bounds", lambda: "at most 3 planned doses")
    return made


def test_a_proof_decides_what_the_cases_leave_open_and_its_bounds_are_told(proof: Proof) -> None:
    found = decide(TwoBooks(base().book, edited(LOWER).book), [], ["GLABELLA-TOTAL-CAUTION"], BOTH)
    assert proof.asked == 1
    assert found.word == "no case changes its verdict"
    assert "proved for at most 3 planned doses" in heading(found)


def test_the_solver_is_not_asked_where_the_cases_have_decided(proof: Proof) -> None:
    assert compare(base(), edited(LOWER)).direction.word == "stricter only"
    assert proof.asked == 0


def test_a_proof_about_rules_decides_nothing_of_a_protocol(proof: Proof) -> None:
    comparison = compare(base(), edited(SPLIT))
    assert not comparison.direction.decided
    assert comparison.unnamed


AGAIN = """
- id: PREGNANT-AGAIN
  title: Pregnancy, once more
  when: {pregnant: yes}
  then: {stop: No treatment in pregnancy.}
  because: It is not studied.
  advise: Wait until after the birth.
  sources: [S1]
  hazard: H-LID
"""


def test_a_proof_has_bounds_so_a_rule_that_is_gone_is_named_all_the_same(proof: Proof) -> None:
    """Another rule stops the same patients within the bounds of the proof; of a larger plan it says nothing."""
    comparison = compare(edited(more=AGAIN), base())
    assert proof.asked == 1
    assert comparison.direction.word == "no case changes its verdict"
    assert [(one.id, one.certain) for one in comparison.unnamed] == [("PREGNANT-AGAIN", False)]


def test_what_the_shape_does_not_tell_is_settled_by_a_proof(proof: Proof) -> None:
    much = "{units_upper_face: {more_than: 20}}"
    twice = "{{any: [{{units_upper_face: {{more_than: 20}}, {0}}}, {{units_upper_face: {{more_than: 20}}, {1}}}]}}"
    by_visit = edited((N, much, twice.format("visit: touch_up", "visit: {is_not: touch_up}")))
    by_age = edited((N, much, twice.format("age: {at_least: 30}", "age: {less_than: 30}")))
    comparison = compare(by_visit, by_age)
    assert {change.lean for change in comparison.changes} == {Lean.EITHER}
    assert proof.asked == 1
    assert comparison.unnamed == ()


def test_a_proof_that_was_not_done_leaves_it_open(proof: Proof) -> None:
    proof.answer = Direction(decided=False, note="not done within 10 s")
    found = decide(TwoBooks(base().book, edited(LOWER).book), [], [], BOTH)
    assert found.may_loosen
    assert "not done within 10 s" in heading(found)


def test_a_witness_that_does_not_hold_when_it_is_run_is_none(proof: Proof) -> None:
    values = next(halves_of(base().cases[0])).values
    proof.answer = Direction(None, Witness(values, Verdict.STOP, Verdict.OK), decided=False)
    found = decide(TwoBooks(base().book, edited(LOWER).book), [], [], BOTH)
    assert found.looser is None
    assert not found.decided


def test_a_side_that_the_shape_rules_out_is_not_looked_for() -> None:
    two = TwoBooks(base().book, edited(HIGHER).book)
    found = by_cases(two, endless(), Sides(stricter=False, looser=False))
    assert found.never_looser
    assert found.decided


def endless() -> Iterator[dict[str, Any]]:
    raise AssertionError("no case is needed")
    yield {}


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            Direction(None, None, False, INSTALL, never_looser=True),
            "No case gets a milder verdict. Not decided: whether any",
        ),
        (Direction(None, None, False, never_stricter=True), "No case gets a worse verdict. Not decided: whether any"),
        (Direction(None, None, False), "Not decided: whether any case gets another verdict"),
        (Direction(Witness({}, Verdict.OK, Verdict.STOP), None, False), "Stricter: some cases get a worse verdict. Not decided"),
        (Direction(None, Witness({}, Verdict.STOP, Verdict.OK), False), "Looser: some cases get a milder verdict. Not decided"),
    ],
)
def test_what_is_known_is_said_apart_from_what_is_not(found: Direction, says: str) -> None:
    assert heading(found).startswith(says)


def test_a_witness_is_printed_as_a_case_that_can_be_saved_and_passes() -> None:
    new = edited(HIGHER)
    witness = compare(base(), new).direction.looser
    assert witness is not None
    cases, problems = cases_in({"rules/more.cases.yaml": witness_text(witness)}, new.book)
    assert not problems
    assert next(halves_of(cases[0])).values == witness.values
    assert cases[0].expect.verdict is witness.after


def test_a_witness_that_is_no_change_of_the_healthy_patient_is_printed_as_a_case_file() -> None:
    values = {key: value for key, value in next(halves_of(base().cases[0])).values.items() if key != "asymmetry"}
    witness = Witness(values, Verdict.OK, Verdict.CAUTION)
    case = read_case(witness_text(witness), "case.yaml", base().book, TODAY)
    assert case.asymmetry.onset == "unknown"
