"""What the options are built on says the same as a whole run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from dose_engine import Case, Engine, atlas, tally
from dose_engine.canonical import canonical
from dose_engine.case import History
from dose_engine.evaluation import Evaluation, Runner
from dose_engine.evaluators.compiled import Compiled
from dose_engine.units import Units
from dose_engine.waiting import moved
from dose_engine.workbench.cases import STANDARD, laid_over
from dose_engine.workbench.generate import Draw, RandomDraw, generate_case

from .strategies import as_case, case_values, draws, mild_values, shipped

RUN = Runner(Compiled(shipped()))


def said(evaluation: Evaluation) -> list[tuple[str, int | None, bool, str, tuple[str, ...]]]:
    return [(one.rule.id, one.index, one.certain, str(one.counts_as), tuple(ask.name for ask in one.asks)) for one in evaluation.fired]


def started(values: dict[str, Any]) -> Evaluation:
    """An evaluation of which every dose is worked out, as the engine starts from one."""
    start = RUN(canonical(as_case(values, shipped()), shipped()))
    assert len(start.fired) >= 0
    return start


@settings(max_examples=200)
@given(draws(), case_values())
def test_running_again_with_other_units_says_what_a_whole_run_says(draw: Draw, values: dict[str, Any]) -> None:
    start = started(values)
    units = {index: draw.whole(1, 400) * 50 for index in range(len(start.case.plan)) if draw.whole(0, 1)}
    plan = tuple(d.model_copy(update={"units": Units(units[i])}) if i in units else d for i, d in enumerate(start.case.plan))
    again, whole = RUN.with_units(start, units), RUN(start.case.model_copy(update={"plan": plan}))
    assert said(again) == said(whole)
    assert again.records == whole.records
    assert said(RUN.with_units(again, {0: 100})) == said(RUN(again.case.model_copy(update={"plan": _first(again, 100)})))


def _first(evaluation: Evaluation, units: int) -> tuple[Any, ...]:
    plan = evaluation.case.plan
    return (plan[0].model_copy(update={"units": Units(units)}), *plan[1:])


# every field of a case that an option, a question or a later day changes


def _plan(draw: Draw, case: Case) -> Case:
    kept = tuple(dose for dose in case.plan if draw.whole(0, 2))
    return case.model_copy(update={"plan": kept})


def _dose(draw: Draw, case: Case) -> Case:
    """One dose with another field of its own."""
    index = draw.whole(0, len(case.plan) - 1)
    update = draw.one_of([{"points": draw.whole(1, 9)}, {"points": None}, {"units": Units(450)}, {"units": None}, {"activity": "quieter"}])
    return case.model_copy(update={"plan": tuple(d.model_copy(update=update) if i == index else d for i, d in enumerate(case.plan))})


def _answer(draw: Draw, case: Case) -> Case:
    asked = draw.one_of(list(shipped().asked.values()))
    answer = draw.one_of(["yes", "no", "unknown", *([("frontalis", "jaw"), ("lower_face",)] if asked.about_place else [])])
    return _patient(case, screening={**case.patient.screening, asked.name: answer})


def _of_patient(draw: Draw, case: Case) -> Case:
    return _patient(
        case,
        **draw.one_of(
            [
                {"first_treatment": draw.one_of(["yes", "no", "unknown"])},
                {"performer": draw.one_of([(), ("singer",), "unknown"])},
                {"next_performance": draw.one_of(["none", "unknown", case.date + dt.timedelta(days=20)])},
                {"event": draw.one_of(["none", "unknown", case.date + dt.timedelta(days=5)])},
                {"age": 17},
            ]
        ),
    )


def _patient(case: Case, **update: Any) -> Case:
    return case.model_copy(update={"patient": case.patient.model_copy(update=update)})


def _of_case(draw: Draw, case: Case) -> Case:
    history = (case.history or History()).model_copy(update={"complete": draw.one_of(["yes", "no", "unknown"])})
    fewer = history.model_copy(update={"treatments": history.treatments[1:]})
    return case.model_copy(
        update=draw.one_of(
            [
                {"visit": draw.one_of(["first_pass", "touch_up", "maintenance"])},
                {"goals": draw.one_of([None, ("a",), ("a", "b", "c", "d")])},
                {"asymmetry": case.asymmetry.model_copy(update={"cause": draw.one_of(["palsy", "muscular", "unknown"])})},
                {"history": history},
                {"history": fewer},
                {"scheduled": case.scheduled[1:]},
                {"product": draw.one_of(["unknown", shipped().product, "rimabotulinumtoxinB"])},
            ]
        )
    )


def _later(draw: Draw, case: Case) -> Case:
    return moved(case, case.date + dt.timedelta(days=draw.one_of([0, 1, 14, 28, 60, 90, 184, 400])))


CHANGES: list[Callable[[Draw, Case], Case]] = [_plan, _dose, _answer, _of_patient, _of_case, _later]


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=150)
@given(draws(), case_values() | mild_values())
def test_running_again_with_another_field_says_what_a_whole_run_says(
    change: Callable[[Draw, Case], Case], draw: Draw, values: dict[str, Any]
) -> None:
    start = started(values)
    case = change(draw, start.case)
    again, whole = RUN(case, like=start), RUN(case)
    assert again.verdict is whole.verdict
    assert again.records == whole.records
    assert said(again) == said(whole)
    if case.plan:  # and once more, from an evaluation of which only one dose was looked at
        glimpsed = RUN(case, like=start)
        glimpsed.at(draw.whole(0, len(case.plan) - 1))
        later = _answer(draw, case)
        assert said(RUN(later, like=glimpsed)) == said(RUN(later))


def test_doses_that_are_alike_have_one_shape_and_are_counted_together() -> None:
    dose = {"zone": "dao", "side": "left", "units": 1}
    past = [{"date": f"2025-{month:02}-01", "purpose": "aesthetic", "doses": [dose] * 40} for month in range(1, 13)]
    start = started(laid_over(STANDARD, {"plan": [dose], "history": {"treatments": past}}))
    assert len(start.facts.injections) == 481
    assert len(start.facts.tally.rest.kinds) == 1


def test_more_shapes_than_are_kept_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [as_case(generate_case(RandomDraw(seed), shipped()), shipped()) for seed in range(40)]
    usual = [Engine(shipped(), confirm=False).advise(case) for case in cases]
    monkeypatch.setattr(atlas, "MOST_SHAPES", 3)
    monkeypatch.setattr(tally, "MOST_SHAPES", 3)
    forgetful = Engine(shipped(), confirm=False)
    assert [forgetful.advise(case) for case in cases] == usual
    assert len(forgetful._runner._atlas._shapes) <= 3
