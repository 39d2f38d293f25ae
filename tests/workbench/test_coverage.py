"""Coverage: what the cases have seen of each rule and each test of it, and what no case could show."""

from __future__ import annotations

import pytest
from hypothesis import given

from dose_engine.canonical import canonical
from dose_engine.evaluators.semantics import Truth, evaluate
from dose_engine.facts import Facts
from dose_engine.rulebook import conditions
from dose_engine.rulebook.model import Scope
from dose_engine.workbench.testing.coverage import Coverage, Covered, coverage
from dose_engine.workbench.testing.reach import reach
from dose_engine.workbench.testing.runs import Runs
from dose_engine.workbench.whole import Whole, load_whole
from tests.strategies import REPOSITORY, as_case, case_values, shipped
from tests.workbench.small_book import base, edited

FROWN = """\
- id: FROWN-12
  says: 12 U is within the careful range.
  given: {plan: [{zone: glabella, muscle: corrugator, side: left, units: 6}]}
  expect: {verdict: ok, not: [GLABELLA-TOTAL-CAUTION]}
"""


REACHED = {
    (rule.id, condition): reach(condition, shipped()).values
    for rule in shipped().rules
    for condition in (rule.condition, *conditions.tests(rule.condition))
}


def of(whole: Whole) -> Coverage:
    return coverage(Runs(whole.book, whole.cases))


def missing(found: Coverage, rule: str) -> set[tuple[int | None, str]]:
    return {(cell.test, cell.value) for cell in found.missing if cell.rule == rule}


@pytest.mark.parametrize(("seen", "of", "percent"), [(0, 3, 0), (2, 3, 66), (999, 1000, 99), (3, 3, 100), (0, 0, 100)])
def test_percentages_are_rounded_down(seen: int, of: int, percent: int) -> None:
    assert Covered(seen, of).percent == percent


def test_the_shipped_cases_see_everything_that_can_be_seen() -> None:
    found = of(load_whole(REPOSITORY))
    assert [(cell.rule, cell.what, cell.value) for cell in found.missing] == []
    assert found.total.percent == 100


def test_without_its_only_case_a_rule_is_missing_and_coverage_is_lower() -> None:
    with_it = of(base())
    without = of(edited(**{"neck.cases": FROWN}))
    assert missing(with_it, "PREGNANT") == {(None, "possible"), (1, "possible")}
    assert missing(without, "PREGNANT") == {(None, "certain"), (None, "possible"), (1, "certain"), (1, "possible")}
    assert without.total.seen < with_it.total.seen
    assert without.total.of == with_it.total.of


def test_a_fact_that_is_never_open_is_not_asked_to_be_possible_and_why_is_said() -> None:
    found = of(base())
    places = [cell for cell in found.out_of_reach if cell.rule == "GLABELLA-TOTAL-STOP" and cell.test == 1]
    assert [(cell.what, cell.value, cell.out_of_reach) for cell in places] == [
        ("zone of the dose: glabella", "possible", "never open: every dose of a plan has a place")
    ]


def test_a_rule_that_always_holds_is_asked_for_no_more_than_to_fire() -> None:
    cells = {cell.value: cell for cell in of(base()).cells if cell.rule == "AFTERCARE"}
    assert cells["certain"].seen
    assert not cells["certain"].out_of_reach
    assert cells["possible"].out_of_reach == cells["impossible"].out_of_reach == "it holds in every case"


def test_a_value_that_is_out_of_reach_does_not_count() -> None:
    found = of(base())
    assert found.total.of == sum(not cell.out_of_reach for cell in found.cells)
    assert sum(one.of for one in found.files.values()) == found.total.of


@given(values=case_values())
def test_no_case_shows_a_value_that_is_claimed_to_be_out_of_reach(values: dict[str, object]) -> None:
    book = shipped()
    facts = Facts(canonical(as_case(values, book), book), book)
    for rule in book.rules:
        for dose in facts.doses if rule.scope is Scope.DOSE else (None,):
            record = facts.record(rule.reads, dose)
            for condition in (rule.condition, *conditions.tests(rule.condition)):
                assert evaluate(condition, record) in REACHED[rule.id, condition], (rule.id, condition)


def test_what_is_reached_is_not_everything() -> None:
    assert any(Truth.POSSIBLE not in values for values in REACHED.values())
    assert any(Truth.IMPOSSIBLE not in values for values in REACHED.values())
