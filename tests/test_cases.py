"""The cases beside the rules: each comes out as it says, and together they stand at every boundary of the domain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from dose_engine import Advisory, Engine
from dose_engine.advisory import Severity
from dose_engine.documents import read_text, read_yaml
from dose_engine.intake import case_from
from dose_engine.rulebook.conditions import All
from dose_engine.rulebook.model import Rule
from dose_engine.workbench.cases import LEFT_OUT, TODAY, Outcome, RuleCase, load_cases, run_case, values_of

from .strategies import REPOSITORY, shipped

ROWS: Final = [f"R{number}" for number in range(1, 40)] + [f"D{number}" for number in range(1, 28)]
CASES: Final = {case.id: case for case in load_cases(REPOSITORY, shipped())}
PAIRS: Final = [case for case in CASES.values() if case.change is not None]
LARGEST_STEP: Final = {"units": Decimal("0.5"), "millimetres": Decimal("0.5")}
"""How far a number of a pair may move. Any other number (age, points, a day) moves by one."""


@cache
def engine() -> Engine:
    """The live engine: where its two evaluators differ, the verdict is a stop and the case fails."""
    return Engine(shipped())


@cache
def outcomes(case_id: str) -> tuple[Outcome, ...]:
    return tuple(run_case(CASES[case_id], engine()))


@cache
def advisories() -> tuple[Advisory, ...]:
    """Of each half of every case, and of each example."""
    values = [half for case in CASES.values() for half, _, _ in values_of(case)]
    values += [read_yaml(read_text(path, path.name), path.name)[0].plain() for path in sorted((REPOSITORY / "examples").glob("*.yaml"))]
    return tuple(engine().advise(case_from(given, shipped(), TODAY), options=False) for given in values)


@cache
def told() -> tuple[frozenset[str], ...]:
    """For each advisory, the texts that are told."""
    return tuple(texts(advisory) for advisory in advisories())


def texts(advisory: Advisory) -> frozenset[str]:
    return frozenset((*(line.text for line in advisory.counselling), *(entry.what for entry in advisory.timeline)))


def always(rule: Rule) -> bool:
    return rule.condition == All(())


def rules(*, tell: bool) -> list[Rule]:
    return [rule for rule in shipped().rules if (rule.tell is not None if tell else rule.severity is not None)]


@pytest.mark.parametrize("case_id", CASES)
def test_a_case_comes_out_as_it_says(case_id: str) -> None:
    wrong = [("then" if outcome.changed else "expect", *outcome.wrong) for outcome in outcomes(case_id) if outcome.wrong]
    assert not wrong, CASES[case_id].says


@pytest.mark.parametrize("case_id", [pair.id for pair in PAIRS])
def test_a_pair_flips(case_id: str) -> None:
    before, after = outcomes(case_id)
    assert (before.verdict, before.certain, before.possible) != (after.verdict, after.certain, after.possible)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_sources_has_a_pair_at_its_boundary(row: str) -> None:
    assert [pair.id for pair in PAIRS if row in pair.decides]


@pytest.mark.parametrize("case_id", [pair.id for pair in PAIRS])
def test_the_halves_of_a_pair_are_one_step_apart(case_id: str) -> None:
    case = CASES[case_id]
    assert case.change is not None
    path, new = case.change
    old = value_at(next(values for values, _, changed in values_of(case) if not changed), path)
    assert old != new, f"{path} does not change"
    too_far = [f"{key}: {one} to {other}" for key, one, other in moved(path, old, new) if apart(one, other) > LARGEST_STEP.get(key, 1)]
    assert not too_far, "a boundary lies between two neighbours, not somewhere in a wide gap"


def value_at(values: Any, path: str) -> Any:
    for step in path.replace("[", ".").replace("]", "").split("."):
        try:
            values = values[int(step) if step.isdigit() else step]
        except (KeyError, IndexError):
            return LEFT_OUT
    return values


def moved(key: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """The numbers and days that differ, by the name of their field. A dose at another place is another dose, not a step."""
    if isinstance(old, dict) and isinstance(new, dict) and old.get("zone") == new.get("zone"):
        for name in old.keys() & new.keys():
            yield from moved(name, old[name], new[name])
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from moved(key, one, other)
    elif old != new and all(number(value) or day(value) for value in (old, new)):
        yield key.rpartition(".")[2], old, new


def apart(old: Any, new: Any) -> Decimal:
    if number(old) and number(new):
        return abs(Decimal(str(new)) - Decimal(str(old)))
    return Decimal(abs((dt.date.fromisoformat(str(new)) - dt.date.fromisoformat(str(old))).days))


def number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def day(value: Any) -> bool:
    if isinstance(value, dt.date):
        return True
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


@pytest.mark.parametrize("rule", [rule.id for rule in rules(tell=False)])
def test_every_rule_fires_in_one_case_and_is_silent_in_another(rule: str) -> None:
    everywhere = [outcome for case_id in CASES for outcome in outcomes(case_id)]
    assert any(rule in outcome.certain for outcome in everywhere), "it certainly fires nowhere"
    if not always(shipped().rule_by_id[rule]):
        assert any(rule not in outcome.certain | outcome.possible for outcome in everywhere), "it is silent nowhere"


@pytest.mark.parametrize("rule", [rule.id for rule in rules(tell=True)])
def test_every_line_is_told_in_one_advisory_and_not_in_another(rule: str) -> None:
    found = shipped().rule_by_id[rule]
    assert found.tell is not None
    heard = {found.tell.text in said for said in told()}
    # a stop has no timeline of a treatment, so a dated line is never told everywhere
    assert heard == ({True} if always(found) and found.tell.from_day is None else {True, False})


def test_no_two_rules_tell_the_same_text() -> None:
    said = [rule.tell.text for rule in rules(tell=True) if rule.tell]
    assert len(set(said)) == len(said)


def test_a_case_is_about_a_rule_that_it_names() -> None:
    idle = [case.id for case in CASES.values() if not names_a_rule(case)]
    assert not idle, "a case that names no rule would pass for the wrong reason"


def names_a_rule(case: RuleCase) -> bool:
    return any(expected.fires or expected.possible or expected.silent for expected in (case.expect, case.then) if expected)


def test_a_stop_that_comes_with_no_dose_withholds_every_suggestion() -> None:
    withholding = [rule.id for rule in rules(tell=False) if rule.withhold and rule.severity is Severity.STOP]
    assert {"TOXIN-WARNING-SIGNS", "DOUBLE-VISION", "PRODUCT-LOCK"} <= set(withholding)
    for advisory in advisories():
        if any(finding.rule in withholding and not finding.places for finding in advisory.findings):
            assert all(dose.suggested is None for dose in advisory.doses)
