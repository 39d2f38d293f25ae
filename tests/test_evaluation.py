"""What the options are built on says the same as a whole run."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from dose_engine.canonical import canonical
from dose_engine.evaluation import Evaluation, Runner
from dose_engine.evaluators.compiled import Compiled
from dose_engine.units import Units
from dose_engine.workbench.generate import Draw

from .strategies import as_case, case_values, draws, shipped

RUN = Runner(Compiled(shipped()))


def said(evaluation: Evaluation) -> list[tuple[str, int | None, bool, str, tuple[str, ...]]]:
    return [(one.rule.id, one.index, one.certain, str(one.counts_as), tuple(ask.name for ask in one.asks)) for one in evaluation.fired]


@settings(max_examples=200)
@given(draws(), case_values())
def test_running_again_with_other_units_says_what_a_whole_run_says(draw: Draw, values: dict[str, Any]) -> None:
    start = RUN(canonical(as_case(values, shipped()), shipped()))
    units = {index: draw.whole(1, 400) * 50 for index in range(len(start.case.plan)) if draw.whole(0, 1)}
    plan = tuple(d.model_copy(update={"units": Units(units[i])}) if i in units else d for i, d in enumerate(start.case.plan))
    again, whole = RUN.with_units(start, units), RUN(start.case.model_copy(update={"plan": plan}))
    assert said(again) == said(whole)
    assert again.records == whole.records
    assert said(RUN.with_units(again, {0: 100})) == said(RUN(again.case.model_copy(update={"plan": _first(again, 100)})))


def _first(evaluation: Evaluation, units: int) -> tuple[Any, ...]:
    plan = evaluation.case.plan
    return (plan[0].model_copy(update={"units": Units(units)}), *plan[1:])
