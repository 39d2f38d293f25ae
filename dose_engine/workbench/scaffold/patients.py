"""Finds a patient for whom a rule holds: from a healthy one with one quiet dose, step by step nearer, and the quietest of those found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from ...advisory import Severity
from ...case import Case
from ...compose import worst
from ...errors import CaseError
from ...evaluation import Evaluation, Runner
from ...evaluators.compiled import Compiled
from ...evaluators.semantics import Truth, evaluate
from ...evaluators.values import Range, Record
from ...facts import Dose, Facts
from ...intake import case_from
from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Test
from ...rulebook.model import Rule, Rulebook, Scope
from ..cases import STANDARD, TODAY, laid_over
from .given import Values
from .moves import Moves, units_of

_WIDTH: Final = 14
"""How many cases are carried on from one step to the next."""
_STEPS: Final = 9
_STARTS: Final = 24
_KEPT: Final = 4


class Other(NamedTuple):
    """A finding of another rule than the one at hand, at one dose of the plan (None: the case)."""

    rule: str
    dose: int | None
    certain: bool


class Patients:
    """Cases for one rule of a rulebook."""

    def __init__(self, rule: Rule, book: Rulebook) -> None:
        self.rule, self.book = rule, book
        self._run = Runner(Compiled(book))
        self._moves = Moves(book)

    def firing(self) -> list[Values]:
        """A few cases in which the rule certainly fires, the quietest first; none where the search finds none."""
        return self._quietest(self._search(True))

    def silent(self) -> list[Values]:
        """A few cases in which the rule certainly does not hold, each at the line where that begins."""
        return self._quietest([values for values in self._search(False) if self.truth(values) is Truth.IMPOSSIBLE])

    def _quietest(self, found: list[Values]) -> list[Values]:
        return sorted(found, key=lambda values: (*self.noise(values), len(json.dumps(values, default=str))))[:_KEPT]

    def truth(self, values: Values) -> Truth | None:
        """How far the rule holds at the dose where it holds most; None where the values are no case."""
        case = self._case(values)
        if case is None:
            return None
        facts = Facts(case, self.book)
        return max((evaluate(self.rule.condition, facts.record(self.rule.reads, dose)) for dose in self._doses(facts)), default=None)

    def others(self, values: Values) -> frozenset[Other]:
        """The cautions and stops of all other rules."""
        evaluation = self._evaluated(values)
        if evaluation is None:
            return frozenset()
        return frozenset(Other(one.rule.id, one.index, one.certain) for one in self._loud(evaluation))

    def noise(self, values: Values) -> tuple[int, int]:
        """The verdict without the rule, and how many other findings there are."""
        evaluation = self._evaluated(values)
        if evaluation is None:
            return 9, 0
        loud = self._loud(evaluation)
        return worst(one.counts_as for one in loud).rank, len(loud)

    def _loud(self, evaluation: Evaluation) -> list[Any]:
        return [one for one in evaluation.fired if one.rule.severity in (Severity.CAUTION, Severity.STOP) and one.rule.id != self.rule.id]

    def _evaluated(self, values: Values) -> Evaluation | None:
        case = self._case(values)
        return None if case is None else self._run(case)

    def _case(self, values: Values) -> Case | None:
        try:
            return case_from(values, self.book, TODAY)
        except (CaseError, ValueError):
            return None

    def _doses(self, facts: Facts) -> Sequence[Dose | None]:
        return facts.doses if self.rule.scope is Scope.DOSE else (None,)

    # the search

    def _search(self, want: bool) -> list[Values]:
        """Every case found with the fewest steps in which the rule certainly fires (`want`), or certainly does not."""
        held, seen = self._nearest(self._starts, want, _STARTS), set[str]()
        for _ in range(_STEPS):
            found = [state.values for state in held if state.distance == 0]
            if found:
                return found
            held = self._nearest((values for state in held for values in self._steps(state, want)), want, _WIDTH, seen)
            if not held:
                break
        return []

    def _nearest(self, made: Iterable[Values], want: bool, width: int, seen: set[str] | None = None) -> list[_State]:
        """The cases among these that are nearest, each once; somewhat more of those that are there."""
        states = []
        known = set[str]() if seen is None else seen
        for values in made:
            key = json.dumps(values, default=str, sort_keys=True)
            if key not in known:
                known.add(key)
                states.append(self._state(values, want))
        near = _mixed(sorted((state for state in states if state is not None), key=lambda state: state.distance))
        return [state for index, state in enumerate(near) if index < width or (state.distance == 0 and index < 10 * width)]

    def _state(self, values: Values, want: bool) -> _State | None:
        case = self._case(values)
        if case is None:
            return None
        facts = Facts(case, self.book)
        dose = facts.doses[0] if self.rule.scope is Scope.DOSE else None
        record = facts.record(self.rule.reads, dose)
        return _State(values, facts.doses[0], record, distance(self.rule.condition, record, want))

    def _steps(self, state: _State, want: bool) -> Iterator[Values]:
        for test, holds in unmet(self.rule.condition, state.record, want):
            yield from self._moves.towards(test, holds, state.values, state.record, state.dose)

    @cached_property
    def _starts(self) -> list[Values]:
        """The standard patient with one quiet dose, at each place; where a dose is offered first."""
        made = []
        for place in self._moves.places:
            suggest = self.book.zones[place.zone].suggest
            amounts = (1, units_of(suggest[-1].min)) if suggest else (1,)
            starts = [laid_over(STANDARD, {"plan": [place.entry(self.book) | {"units": amount}]}) for amount in dict.fromkeys(amounts)]
            made.append(min(starts, key=self.noise))
        return sorted(made, key=self.noise)


class _State(NamedTuple):
    """A case on the way. `distance` is 0 where it is found."""

    values: Values
    dose: Dose
    record: Record
    distance: float


def _mixed(states: list[_State]) -> list[_State]:
    """The nearest first; of those equally near one of each zone, then the next of each, because a zone may not be able to go further."""
    seen: Counter[tuple[float, str]] = Counter()
    turns = []
    for state in states:
        key = state.distance, state.dose.zone
        turns.append((state.distance, seen[key]))
        seen[key] += 1
    return [state for _, state in sorted(zip(turns, states, strict=True), key=lambda pair: pair[0])]


def distance(condition: Condition, record: Record, want: bool) -> float:
    """How far the facts are from a condition that certainly holds (`want`), or certainly does not: 0 is there."""
    match condition:
        case All(parts):
            return _all(parts, record, True) if want else _any(parts, record, False)
        case AnyOf(parts):
            return _any(parts, record, True) if want else _all(parts, record, False)
        case NoneOf(parts):
            return _all(parts, record, False) if want else _any(parts, record, True)
        case Named(_, inner, holds):
            return distance(inner, record, want if holds else not want)
        case Test():
            return 0 if met(condition, record, want) else _gap(condition, record)


def _all(parts: Sequence[Condition], record: Record, want: bool) -> float:
    return sum(distance(part, record, want) for part in parts)


def _any(parts: Sequence[Condition], record: Record, want: bool) -> float:
    return min((distance(part, record, want) for part in parts), default=float("inf"))


def met(test: Test, record: Record, want: bool) -> bool:
    return evaluate(test, record) is (Truth.CERTAIN if want else Truth.IMPOSSIBLE)


def _gap(test: Test, record: Record) -> float:
    """Between 1 and 2 for a test that is not met: nearer to 1 the nearer the numbers are."""
    value, other = record.get(test.fact), record.get(test.other) if test.other else Range(test.number or 0, test.number or 0)
    if isinstance(value, Range) and isinstance(other, Range):
        apart = float(abs(value.low - other.low))
        return 1 + apart / (apart + 1000)
    return 1.5


def unmet(condition: Condition, record: Record, want: bool) -> Iterator[tuple[Test, bool]]:
    """The tests that stand in the way, and whether each is wanted to hold."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from unmet(part, record, want)
        case NoneOf(parts):
            for part in parts:
                yield from unmet(part, record, not want)
        case Named(_, inner, holds):
            yield from unmet(inner, record, want if holds else not want)
        case Test():
            if not met(condition, record, want):
                yield condition, want


__all__ = ["Other", "Patients", "distance"]
