"""All cases of a rulebook, worked out once: what coverage counts over, and what mutants are held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ...errors import CaseError
from ...evaluation import Evaluation, Runner
from ...evaluators.compiled import Compiled
from ...evaluators.values import Record, Value
from ...rulebook.model import Fact, Rulebook, Scope
from ..cases import Half, RuleCase, halves_of
from . import evaluated


class Where(NamedTuple):
    """A run, and the dose in its plan; None for the case."""

    run: int
    dose: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """One half of a case, and what the rules say of it."""

    half: Half
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Alike:
    """Places at which the facts that a rule reads have the same values."""

    record: Record
    places: tuple[Where, ...]


class Runs:
    """The halves of the cases that can be read, evaluated under the rulebook by the compiled rules."""

    def __init__(self, book: Rulebook, cases: Iterable[RuleCase]) -> None:
        self.book = book
        self.runner = Runner(Compiled(book))
        self.runs = tuple(self._all(cases))
        self._columns: dict[tuple[str, Scope], tuple[Value, ...]] = {}
        self._alike: dict[tuple[frozenset[str], Scope], tuple[Alike, ...]] = {}

    def _all(self, cases: Iterable[RuleCase]) -> Iterable[Run]:
        for case in cases:
            try:
                for half in halves_of(case):
                    yield Run(half, evaluated(half, self.runner))
            except CaseError:
                continue

    @cached_property
    def of_doses(self) -> tuple[Where, ...]:
        return tuple(Where(number, dose) for number, run in enumerate(self.runs) for dose in range(len(run.evaluation.facts.doses)))

    @cached_property
    def of_cases(self) -> tuple[Where, ...]:
        return tuple(Where(number, None) for number in range(len(self.runs)))

    def places(self, scope: Scope) -> tuple[Where, ...]:
        """Everywhere that a rule or fact of the scope has a value."""
        return self.of_doses if scope is Scope.DOSE else self.of_cases

    def column(self, fact: Fact, scope: Scope) -> tuple[Value, ...]:
        """The values of a fact at every place of the scope."""
        known = self._columns.get((fact.name, scope))
        if known is None:
            known = self._columns[fact.name, scope] = tuple(self._value(fact, where) for where in self.places(scope))
        return known

    def _value(self, fact: Fact, where: Where) -> Value:
        facts = self.runs[where.run].evaluation.facts
        return facts.value(fact, facts.doses[where.dose] if where.dose is not None else None)

    def alike(self, reads: frozenset[str], scope: Scope) -> tuple[Alike, ...]:
        """The different records of these facts, each with the places that have it."""
        known = self._alike.get((reads, scope))
        if known is None:
            known = self._alike[reads, scope] = self._grouped(sorted(reads), scope)
        return known

    def _grouped(self, names: Sequence[str], scope: Scope) -> tuple[Alike, ...]:
        groups: dict[tuple[Value, ...], list[Where]] = {}
        columns = [self.column(self.book.facts[name], scope) for name in names]
        for number, where in enumerate(self.places(scope)):
            groups.setdefault(tuple(column[number] for column in columns), []).append(where)
        return tuple(Alike(dict(zip(names, values, strict=True)), tuple(places)) for values, places in groups.items())
