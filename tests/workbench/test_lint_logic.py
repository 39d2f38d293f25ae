"""What lint calls impossible never happens, and what it calls implied never fails: held against the meaning, on made-up books and cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from dose_engine import Rulebook
from dose_engine.evaluators.semantics import Truth, evaluate
from dose_engine.evaluators.values import Value
from dose_engine.facts import Dose, Facts
from dose_engine.rulebook import conditions
from dose_engine.rulebook.conditions import All, AnyOf, Condition, NoneOf, Op
from dose_engine.rulebook.model import Scope
from dose_engine.workbench.lint import Reading
from dose_engine.workbench.lint.logic import Ground, Logic
from dose_engine.workbench.lint.slots import most_in_total
from tests.strategies import as_case, books_and_cases, shipped
from tests.workbench.planting import TODAY, whole_with

Facing = tuple[Dose, Ground, Mapping[str, Value]]


def facings(book: Rulebook, values: dict[str, Any], logic: Logic) -> list[Facing]:
    """Each dose of the case, its place, and every fact of it."""
    facts = Facts(as_case(values, book), book)
    names = [name for name, fact in book.facts.items() if fact.origin != "named"]
    found = []
    for dose in facts.doses:
        here = [ground for ground in logic.grounds if dose.zone in ground.fields["zone"] and dose.muscle in ground.fields["muscle"]]
        found.append((dose, here[0], facts.record(names, dose)))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books_and_cases())
def test_what_fires_is_never_called_impossible(made: tuple[Rulebook, dict[str, Any]]) -> None:
    book, values = made
    logic = Logic(book)
    for _, ground, record in facings(book, values, logic):
        for rule in book.rules:
            if evaluate(rule.condition, record) is Truth.CERTAIN:
                at = ground if rule.scope is Scope.DOSE else logic.case[0]
                assert logic.possible([(rule.condition, True)], at), rule.id


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books_and_cases())
def test_what_is_implied_holds_wherever_the_other_does(made: tuple[Rulebook, dict[str, Any]]) -> None:
    book, values = made
    logic = Logic(book)
    for _, ground, record in facings(book, values, logic):
        truths = {rule.id: evaluate(rule.condition, record) for rule in book.rules}
        for narrow in book.rules:
            for wide in book.rules:
                if truths[narrow.id] is Truth.CERTAIN and truths[wide.id] is Truth.IMPOSSIBLE:
                    assert not logic.implies(narrow.condition, wide.condition, [ground]), (narrow.id, wide.id)


def is_(fact: str, *words: str) -> Condition:
    return conditions.Test(fact, Op.IS, words=words)


def number(fact: str, op: Op, value: int) -> Condition:
    return conditions.Test(fact, op, number=value)


def against(fact: str, op: Op, other: str) -> Condition:
    return conditions.Test(fact, op, other=other)


NEVER: list[Condition] = [
    All((is_("onset", "new"), is_("onset", "progressive"))),
    All((is_("pregnant", "yes"), NoneOf((is_("pregnant", "yes"), is_("pregnant", "no"))))),
    All((number("age", Op.AT_LEAST, 65), number("age", Op.LESS_THAN, 65))),
    All((number("age", Op.IS, 40), number("age", Op.IS_NOT, 40))),
    number("age", Op.MORE_THAN, 130),
    All((against("session_units", Op.MORE_THAN, "units_peak"), against("units_peak", Op.MORE_THAN, "session_units"))),
    All((number("units_in_30_days", Op.MORE_THAN, 400), number("units_peak", Op.LESS_THAN, 400))),
    All((number("session_units", Op.MORE_THAN, 400), number("units_in_30_days", Op.AT_MOST, 400))),
    All((is_("performer", "singer"), conditions.Test("performer", Op.IS_NOT, words=("singer", "actor")))),
    All((number("goals_named", Op.AT_MOST, 1), number("goals_named", Op.IS_NOT, 0), number("goals_named", Op.IS_NOT, 1))),
    AnyOf(()),
    NoneOf((All(),)),
]
SOMETIMES: list[Condition] = [
    All(),
    AnyOf((is_("onset", "new"), is_("onset", "progressive"))),
    All((number("age", Op.AT_LEAST, 65), number("age", Op.AT_MOST, 65))),
    All((against("session_units", Op.AT_LEAST, "units_peak"), against("units_peak", Op.AT_LEAST, "session_units"))),
    All((number("units_in_30_days", Op.LESS_THAN, 400), number("units_peak", Op.MORE_THAN, 400))),
    All((is_("performer", "singer"), conditions.Test("performer", Op.IS_NOT, words=("actor",)))),
    conditions.Test("days_since_other_product", Op.MORE_THAN, number=10_000),
]


@pytest.mark.parametrize("condition", NEVER, ids=range(len(NEVER)))
def test_what_excludes_itself_is_impossible(condition: Condition) -> None:
    logic = Logic(shipped())
    assert not logic.together([condition], logic.case)


@pytest.mark.parametrize("condition", SOMETIMES, ids=range(len(SOMETIMES)))
def test_what_some_patient_meets_is_possible(condition: Condition) -> None:
    logic = Logic(shipped())
    assert logic.together([condition], logic.case)


def test_what_cannot_be_told_within_bounds_counts_as_possible() -> None:
    facts = ("pregnant", "breastfeeding", "dry_eye", "double_vision", "voice_problem", "swallowing_problem", "breathing_problem")
    either = tuple(AnyOf((is_(name, "yes"), is_(name, "no"))) for name in facts * 3)
    excluded = All((is_("onset", "new"), is_("cause", "palsy")))
    parts = (*either, AnyOf((All((excluded, NoneOf((excluded,)))), All((excluded, NoneOf((excluded,)))))))
    assert Logic(shipped()).together([All(parts)], Logic.case)


def test_the_lines_of_the_sides_add_up_to_what_a_zone_can_have() -> None:
    reading = Reading(whole_with(), TODAY)
    assert most_in_total(reading.book.zones["glabella"], reading) == (8 + 8 + 4) * 200
    assert most_in_total(reading.book.zones["dao"], reading) == (2 + 2) * 200
    assert most_in_total(reading.book.zones["mentalis"], reading) is None
