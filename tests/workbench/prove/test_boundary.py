"""At each threshold stand two patients, alike but for one step, and the engine confirms both."""

from __future__ import annotations

import pytest

from dose_engine.workbench.cases.in_words import in_words
from dose_engine.workbench.cases.yaml_text import difference
from dose_engine.workbench.prove.boundary import boundary, thresholds
from dose_engine.workbench.prove.judge import Judge

from ...strategies import shipped

RULES = (
    *("DAO-SIDE-STOP", "AGE-UNDER-18", "ASYMMETRY-UNDER-1-MM", "BROW-TAIL-POINT-CAUTION", "WINDOW-300", "GOALS-MANY"),
    *("THERAPY-SOON", "TOUCH-UP-BEFORE-DAY-14", "QUIET-SIDE-MORE", "PERFORMER-SOON", "DAO-BOTH-SIDES"),
)


@pytest.mark.parametrize("name", RULES)
def test_one_step_separates_the_patient_with_the_finding_from_the_one_without(name: str) -> None:
    book = shipped()
    rule, judge = book.rule_by_id[name], Judge(book)
    found = [boundary(rule, test, book, 20) for test in thresholds(rule)]
    assert found
    for one in found:
        assert one.without is not None
        assert one.with_it is not None
        fires = [any(f.rule.id == name and f.certain for f in judge.evaluation(side.values).fired) for side in (one.without, one.with_it)]
        assert fires == [False, True]
        assert difference(one.without.values) != difference(one.with_it.values)


def test_the_two_patients_differ_in_nothing_else() -> None:
    book = shipped()
    rule = book.rule_by_id["DAO-SIDE-STOP"]
    (test,) = thresholds(rule)
    found = boundary(rule, test, book, 20)
    assert found.without is not None
    assert found.with_it is not None
    assert in_words(found.without.values, book) == "Mouth corner (DAO) left 4 U"
    assert in_words(found.with_it.values, book) == "Mouth corner (DAO) left 4.5 U"


def test_never_and_words_are_no_thresholds() -> None:
    book = shipped()
    assert [test.fact for test in thresholds(book.rule_by_id["TOUCH-UP-WITHOUT-FIRST-PASS"])] == []
    assert [test.fact for test in thresholds(book.rule_by_id["PREGNANT"])] == []
