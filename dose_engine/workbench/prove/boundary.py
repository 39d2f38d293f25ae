"""The two patients on either side of each threshold of a rule: alike but for one step, the one with the finding and the other without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import z3

from ...evaluators.solver import Formula, conjunction, negation
from ...rulebook.conditions import Op, Test, tests
from ...rulebook.model import Kind, Rule, Rulebook, Scope
from ...units import HALF, OPEN
from .judge import Judge
from .patient import Bounds, Patient
from .prover import Question
from .reading import case_of

STEP: Final[dict[Kind, int]] = {Kind.UNITS: HALF, Kind.MILLIMETRES: 50}
"""Half a unit, half a millimetre; of everything else one day, year or entry."""

BOUNDS: Final = Bounds(4, 3, 1)
_APART: Final = {Op.MORE_THAN: (1, 0), Op.AT_LEAST: (0, -1), Op.AT_MOST: (0, 1), Op.LESS_THAN: (-1, 0), Op.IS: (0, 1), Op.IS_NOT: (1, 0)}
"""By comparator, how many steps from the number the test holds, and how many it does not."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two patients."""

    values: Mapping[str, Any]
    verdict: str
    fires: bool


@dataclass(frozen=True, slots=True)
class Boundary:
    """A threshold of a rule. `without` and `with_it` are None where no such pair of patients was found; `note` says why."""

    rule: str
    test: Test
    without: Side | None
    with_it: Side | None
    note: str = ""


def thresholds(rule: Rule) -> Iterator[Test]:
    """Every number that the rule compares with, each once; *never* is no threshold."""
    seen = set()
    for test in tests(rule.condition):
        key = test.fact, test.op, test.number, test.other
        if (test.number is not None or test.other is not None) and test.number != OPEN and key not in seen:
            seen.add(key)
            yield test


def boundary(rule: Rule, test: Test, book: Rulebook, seconds: float) -> Boundary:
    """The two patients at one threshold."""
    judge = Judge(book)
    late = False
    for place in [None] if rule.scope is Scope.CASE else range(len(Patient(book, BOUNDS).places)):
        for holds, fails in (_edges(test, book), _edges(test, book)[::-1]):
            if (holds, fails) == (fails, holds):
                continue
            found = _pair(rule, test, holds, fails, place, book, seconds)
            late = late or found == "late"
            if isinstance(found, tuple):
                before, after = (_side(values, rule, judge) for values in found)
                if after.fires and not before.fires:
                    return Boundary(rule.id, test, before, after)
    note = "the solver was not done in time" if late else "no two patients one step apart were found"
    return Boundary(rule.id, test, None, None, note)


def _side(values: Mapping[str, Any], rule: Rule, judge: Judge) -> Side:
    evaluation = judge.evaluation(values)
    return Side(values, str(evaluation.verdict), any(one.rule.id == rule.id and one.certain for one in evaluation.fired))


def _edges(test: Test, book: Rulebook) -> tuple[int, int]:
    """How far from the compared number, in steps of the kind: where the test holds, and where it does not."""
    step = STEP.get(book.facts[test.fact].kind, 1)
    holds, fails = _APART[test.op]
    return holds * step, fails * step


def _pair(
    rule: Rule, test: Test, holds: int, fails: int, place: int | None, book: Rulebook, seconds: float
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | str | None:
    """The patient without the finding and the one with it; `late` when the time was not enough."""
    question = Question(book, BOUNDS, seconds)
    terms = question.case() if place is None else question.dose(0, place)
    fires = question.fires(rule, 0, place)
    if fires is False:
        return None
    if place is not None:
        question.here(place)
    question.search.add(conjunction([fires, _at(terms, test, holds)]))
    answer = question.search.look()
    if answer != "found":
        return "late" if answer == "unknown" else None
    model = question.search.plain_model()
    with_it = case_of(question.patient, model)
    beside = Question(book, BOUNDS, seconds, patient=question.patient)
    again = beside.case() if place is None else beside.dose(0, place)
    if place is not None:
        beside.here(place)
    silent = negation(again.held(rule.condition).possible)
    beside.search.add(conjunction([silent, _at(again, test, fails)]))
    answer = beside.search.look()
    if answer != "found":
        return "late" if answer == "unknown" else None
    return case_of(beside.patient, beside.search.nearest_model(model)), with_it


def _at(terms: Any, test: Test, steps: int) -> Formula:
    """The fact is known, and so many steps from what it is compared with."""
    low, high = terms.ends(test.fact)
    if test.other is None:
        bound = (test.number or 0) + steps
        return z3.BoolVal(False) if bound < 0 else z3.And(low == bound, high == bound)
    other_low, other_high = terms.ends(test.other)
    return z3.And(other_low == other_high, low == other_low + steps, high == low)
