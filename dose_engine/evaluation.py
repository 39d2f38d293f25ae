"""One run of the rules over one case: facts, firings and the verdict. What `advise`, the options and the questions are all built on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .advisory import Verdict
from .case import Case
from .compose import Firing, firings, worst
from .evaluators.compiled import Compiled, Fired
from .evaluators.values import Value
from .facts import Dose, Facts
from .rulebook.model import Fact
from .rulebook.vocabulary import LIMIT_FACTS, PLACE_FACTS
from .units import Units


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say of a case. Records and firings are by dose (its index in the plan), and by None for the case."""

    facts: Facts
    records: Mapping[int | None, Mapping[str, Value]]
    found: Mapping[int | None, Sequence[Fired]]
    fired: Sequence[Firing]

    @property
    def case(self) -> Case:
        return self.facts.case

    @property
    def verdict(self) -> Verdict:
        return worst(one.counts_as for one in self.fired)

    @property
    def case_verdict(self) -> Verdict:
        """The worst of the findings of case scope: it counts for every dose."""
        return worst(one.counts_as for one in self.fired if one.index is None)


class Runner:
    """Runs the compiled rules over cases of one rulebook. Called with a case, it evaluates it."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._book = compiled.book
        always = (fact for fact in self._book.facts.values() if fact.given in PLACE_FACTS or fact.name in LIMIT_FACTS.values())
        self._always = tuple(fact.name for fact in always)
        self._moving = frozenset(fact.name for fact in self._book.facts.values() if moves_with_units(fact))

    def __call__(self, case: Case, like: Evaluation | None = None) -> Evaluation:
        """Evaluate a case. `like`: an evaluation of nearly the same case, of which what they have in common is kept."""
        facts = Facts(case, self._book, like=like.facts if like else None)
        return self._evaluated(facts, lambda names, dose, _: facts.record(names, dose))

    def with_units(self, start: Evaluation, units: Mapping[int, int]) -> Evaluation:
        """The same case with other units at some places of the plan. Only what depends on planned units is worked out again."""
        plan = tuple(dose.model_copy(update={"units": Units(units[i])}) if i in units else dose for i, dose in enumerate(start.case.plan))
        facts = Facts(start.case.model_copy(update={"plan": plan}), self._book, like=start.facts)

        def record(names: Iterable[str], dose: Dose | None, index: int | None) -> dict[str, Value]:
            return {**start.records[index], **facts.record((name for name in names if name in self._moving), dose)}

        return self._evaluated(facts, record)

    def _evaluated(self, facts: Facts, record: Callable[[Iterable[str], Dose | None, int | None], dict[str, Value]]) -> Evaluation:
        program = self.compiled.case()
        records: dict[int | None, Mapping[str, Value]] = {None: record(program.reads, None, None)}
        found: dict[int | None, Sequence[Fired]] = {None: program.fired(records[None])}
        for index, dose in enumerate(facts.doses):
            program = self.compiled.dose(dose.zone, dose.muscle)
            records[index] = record((*program.reads, *self._always), dose, index)
            found[index] = program.fired(records[index])
        return Evaluation(facts, records, found, firings(found, records, facts))


def moves_with_units(fact: Fact) -> bool:
    """Does the fact depend on how many units are planned?"""
    if fact.computation is not None:
        return fact.computation.op == "sum" and "planned" in fact.computation.over
    return fact.given in ("dose.units_each_point", "dose.half_unit_steps")
