"""What the engine itself says of a found patient: nothing is called broken, or shown, that the engine does not confirm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...advisory import Severity, Verdict
from ...canonical import canonical
from ...compose import Firing
from ...evaluation import Evaluation, Runner
from ...evaluators.compiled import Compiled
from ...evaluators.semantics import Truth, evaluate
from ...facts import Facts
from ...intake import case_from
from ...rulebook.conditions import facts_read
from ...rulebook.model import Fact, Rule, Rulebook, Scope
from ..cases import TODAY
from ..claims import Claim


class Judge:
    """Runs the engine over cases of one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._run = Runner(Compiled(book))

    def evaluation(self, values: Mapping[str, Any]) -> Evaluation:
        """Raises `CaseError` when the case cannot be read."""
        return self._run(canonical(case_from(values, self.book, TODAY), self.book))

    def holds_at(self, claim: Claim, evaluation: Evaluation) -> Iterator[int | None]:
        """Where the claim's `where` certainly holds: at doses of the plan, or (None) for the case."""
        assert claim.condition is not None
        facts = self._own_facts(claim.facts, evaluation)
        doses = [None] if claim.scope is Scope.CASE else list(range(len(facts.doses)))
        names = facts_read(claim.condition)
        for index in doses:
            record = facts.record(names, facts.doses[index] if index is not None else None)
            if evaluate(claim.condition, record) is Truth.CERTAIN:
                yield index

    def _own_facts(self, own: tuple[Fact, ...], evaluation: Evaluation) -> Facts:
        book = replace(self.book, facts={**self.book.facts, **{fact.name: fact for fact in own}})
        return Facts(evaluation.case, book)

    def breaks(self, claim: Claim, evaluation: Evaluation) -> bool:
        """Is this patient one for whom the claim does not hold?"""
        return any(not self.follows(claim, evaluation, index) for index in self.holds_at(claim, evaluation))

    def follows(self, claim: Claim, evaluation: Evaluation, index: int | None) -> bool:
        """Does what the claim concludes hold at this dose, or for the case?"""
        here = [one for one in evaluation.fired if index is None or one.index in (None, index)]
        verdict = max((one.counts_as for one in here), key=lambda one: one.rank, default=Verdict.OK)
        if claim.verdict is not None and verdict.rank < claim.verdict.rank:
            return False
        certain = {one.rule.id for one in here if one.certain}
        never = {rule.id for rule in forbidden(claim, self.book)}
        return certain.issuperset(claim.fires) and not any(one.rule.id in never for one in here)

    def enough(self, claim: Claim, evaluation: Evaluation, index: int | None) -> list[Firing]:
        """The findings that make the verdict as bad as the claim says, the certain ones first."""
        assert claim.verdict is not None
        here = [one for one in evaluation.fired if index is None or one.index in (None, index)]
        bad = [one for one in here if one.counts_as.rank >= claim.verdict.rank]
        return sorted(bad, key=lambda one: (not one.certain, one.index is not None))


def forbidden(claim: Claim, book: Rulebook) -> list[Rule]:
    """The rules that the claim says cannot fire: those it names, and every stop that reads a question it spares the dose from."""
    questions = set(claim.no_stop_from)
    return [rule for rule in book.rules if rule.id in claim.never or (rule.severity is Severity.STOP and rule.reads & questions)]
