"""Holds mutants against the cases: which half of which case notices, if any does.

The cases are worked out once under the book itself. For a mutant, only the halves are looked at again in which it could show: a rule that
is other, or reads a fact that is other, comes out differently there, or what it does is other. Where that cannot be told from the firings
(the first day without a stop), the engine runs in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ...evaluators.semantics import Truth, evaluate
from ...evaluators.values import Value
from ...intake import check_words
from ...rulebook.model import Fact, Rule, Rulebook
from ...tally import Tally
from ..cases import Half
from ..cases.seen import Miss, misses
from ..testing.runs import Run, Runs, Where
from .outcome import Other, fired_under, other


class Jury:
    """Judges mutated books of one book by its cases."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self._truths: dict[str, tuple[Truth, ...]] = {}

    def noticed_by(self, book: Rulebook) -> tuple[Half, Miss] | None:
        """The first half that notices the mutated book, and what it notices; None when none does."""
        change = other(self.runs.book, book)
        tried: set[int] = set()
        for number in self._in_question(change):
            if number not in tried:
                tried.add(number)
                if miss := self._miss(self.runs.runs[number], change):
                    return self.runs.runs[number].half, miss
        return None

    def _miss(self, run: Run, change: Other) -> Miss | None:
        if change.protocols and (problems := check_words(run.evaluation.case, change.book)):
            return Miss("run", f"cannot be run: {problems[0].message}")
        return next(misses(run.half.expected, fired_under(run.evaluation, change, self.runs)), None)

    def _in_question(self, change: Other) -> Iterator[int]:
        """The runs in which the mutant could show, those first that name a rule it is about; at last those that need the engine."""
        again = change.again
        firing = {number for id in sorted(again) for number in self._comes_out_otherwise(id, change)}
        yield from sorted(firing, key=lambda number: (not again & self.runs.runs[number].half.expected.names, number))
        if change.protocols:
            yield from self._with_protocol(change.protocols)
            yield from self._naming(set(self.runs.book.muscles) - set(change.book.muscles))
        if change.opens:
            yield from self._with_open(change.opens)
        if change.constants:
            yield from self._of(lambda half: bool(half.expected.exposure))
        if change.ranges:
            yield from self._of(lambda half: bool(half.expected.suggested))
        yield from self._of(lambda half: half.expected.earliest is not None)

    def _of(self, wanted: Callable[[Half], bool]) -> Iterator[int]:
        return (number for number, run in enumerate(self.runs.runs) if wanted(run.half))

    def _with_protocol(self, names: frozenset[str]) -> Iterator[int]:
        for number, run in enumerate(self.runs.runs):
            case = run.evaluation.case
            treatments = (*(case.history.treatments if case.history else ()), *case.scheduled)
            if any((treatment.protocol or treatment.purpose) in names for treatment in treatments):
                yield number

    def _naming(self, muscles: set[str]) -> Iterator[int]:
        """The runs whose record names a muscle that the mutated book does not know."""
        for number, run in enumerate(self.runs.runs):
            case = run.evaluation.case
            treatments = (*(case.history.treatments if case.history else ()), *case.scheduled)
            if any(dose.muscle in muscles for treatment in treatments for dose in treatment.doses):
                yield number

    def _with_open(self, names: frozenset[str]) -> Iterator[int]:
        for number, run in enumerate(self.runs.runs):
            if any(ask.name in names for one in run.evaluation.fired for ask in one.asks):
                yield number

    # which rule comes out differently where

    def _comes_out_otherwise(self, id: str, change: Other) -> Iterator[int]:
        old, new = self.runs.book.rule_by_id.get(id), change.book.rule_by_id.get(id)
        if old is None or new is None or old.scope is not new.scope:
            yield from self._where_either_fires([rule for rule in (old, new) if rule is not None], change)
            return
        does_otherwise = _effects(old) != _effects(new)
        before, after = self._before(old), self._after(new, change)
        for where, one, two in zip(self.runs.places(old.scope), before, after, strict=True):
            if one is not two or one is Truth.POSSIBLE or (does_otherwise and one is Truth.CERTAIN):
                yield where.run  # as possible as before it may be for another open question, which counts for more or for less

    def _where_either_fires(self, rules: Iterable[Rule], change: Other) -> Iterator[int]:
        for rule in rules:
            truths = self._before(rule) if self.runs.book.rule_by_id.get(rule.id) is rule else self._after(rule, change)
            for where, truth in zip(self.runs.places(rule.scope), truths, strict=True):
                if truth is not Truth.IMPOSSIBLE:
                    yield where.run

    def _before(self, rule: Rule) -> tuple[Truth, ...]:
        """How the rule comes out at every place, under the book itself."""
        known = self._truths.get(rule.id)
        if known is None:
            known = self._truths[rule.id] = self._everywhere(rule, [self.runs.book.facts[name] for name in sorted(rule.reads)], frozenset())
        return known

    def _after(self, rule: Rule, change: Other) -> tuple[Truth, ...]:
        return self._everywhere(rule, [change.book.facts[name] for name in sorted(rule.reads)], change.facts)

    def _everywhere(self, rule: Rule, facts: Sequence[Fact], changed: frozenset[str]) -> tuple[Truth, ...]:
        places = self.runs.places(rule.scope)
        columns = [self._worked_out(fact, places) if fact.name in changed else self.runs.column(fact, rule.scope) for fact in facts]
        names = [fact.name for fact in facts]
        known: dict[tuple[Value, ...], Truth] = {}
        found = []
        for values in zip(*columns, strict=True) if columns else [()] * len(places):
            truth = known.get(values)
            if truth is None:
                truth = known[values] = evaluate(rule.condition, dict(zip(names, values, strict=True)))
            found.append(truth)
        return tuple(found)

    def _worked_out(self, fact: Fact, places: Sequence[Where]) -> list[Value]:
        """A fact whose computation is other, at every place. The tallies are made anew: what they keep is for facts that stay."""
        how = fact.computation
        assert how is not None
        values: list[Value] = []
        for where in places:
            facts = self.runs.runs[where.run].evaluation.facts
            this = tuple(facts.doses[where.dose].filters[name] for name in how.this) if where.dose is not None else ()
            values.append(Tally(facts.injections, facts.history_complete == "yes").value(how, this))
        return values


def _effects(rule: Rule) -> tuple[object, ...]:
    return rule.severity, rule.withhold, rule.lower_max, rule.tell
