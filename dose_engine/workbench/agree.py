"""Holds the evaluators against each other and against the meaning, finding by finding, certainty included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..case import Case
from ..confirm import Confirmer
from ..evaluation import Runner
from ..evaluators.compiled import Compiled
from ..evaluators.semantics import Truth, evaluate
from ..facts import Facts
from ..rulebook.model import Rulebook, Scope


class Difference(NamedTuple):
    """A rule on which the evaluators do not agree, at one dose of the plan (None: the case)."""

    rule: str
    dose: int | None
    semantics: str
    compiled: str
    rete: str
    solver: str = ""
    """Empty where the solver was not asked."""


_WORD = {None: "no", False: "possible", True: "certain"}


class Agreement:
    """Checks cases of one rulebook; keeps what was built for it."""

    def __init__(self, book: Rulebook, *, solver: bool = False) -> None:
        """`solver`: also ask z3, which is slow and an extra."""
        self.book = book
        self._solver = solver
        self._compiled = Compiled(book)
        self._runner = Runner(self._compiled)
        self._confirmer = Confirmer(self._compiled)

    def differences(self, case: Case) -> Iterator[Difference]:
        """Every rule on which semantics, compiled and rete differ for this case."""
        evaluation = self._runner(case)
        for index, found in evaluation.found.items():
            dose = evaluation.facts.doses[index] if index is not None else None
            place = (dose.zone, dose.muscle) if dose else None
            compiled = {one.rule.id: one.certain for one in found}
            rete = self._confirmer.network(place).fired(evaluation.records[index])
            meaning = self._meaning(evaluation.facts, index)
            found_by = [meaning, compiled, rete, *([self._by_solver(evaluation.facts, index)] if self._solver else [])]
            for rule in sorted(set().union(*found_by)):
                answers = [found.get(rule) for found in found_by]
                if len(set(answers)) > 1:
                    yield Difference(rule, index, *(_WORD[answer] for answer in answers))

    def _by_solver(self, facts: Facts, index: int | None) -> dict[str, bool]:
        from ..evaluators.solver import fired

        wanted = Scope.CASE if index is None else Scope.DOSE
        rules = [rule for rule in self.book.rules if rule.scope is wanted]
        names = frozenset[str]().union(*(rule.reads for rule in rules))
        return fired(rules, facts.record(names, facts.doses[index] if index is not None else None), self.book)

    def _meaning(self, facts: Facts, index: int | None) -> dict[str, bool]:
        """Rule id -> certain? by `semantics` alone, over every rule and facts read one by one."""
        dose = facts.doses[index] if index is not None else None
        wanted = Scope.CASE if index is None else Scope.DOSE
        found = {}
        for rule in self.book.rules:
            if rule.scope is wanted:
                truth = evaluate(rule.condition, facts.record(rule.reads, dose))
                if truth is not Truth.IMPOSSIBLE:
                    found[rule.id] = truth is Truth.CERTAIN
        return found
