"""A case that would notice a mutant which no case notices: found beside the cases that are there, and printed ready to paste."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from ...canonical import canonical
from ...errors import CaseError
from ...evaluation import Evaluation
from ...intake import case_from
from ...rulebook.conditions import facts_read, tests
from ...rulebook.model import Fact, Rule, Rulebook
from ..cases import TODAY, changed
from ..cases.yaml_text import rule_case
from ..scaffold.moves import units_of
from ..scaffold.neighbours import changes
from ..scaffold.patients import Patients
from ..testing.runs import Runs
from .mutants import Mutant
from .outcome import InFirings, Other, fired_under, other
from .telling_apart import differing, places_of

MOST_STARTS: Final = 40
MOST_TREATED: Final = 10
MOST_TRIED: Final = 1200
"""Cases looked at for one mutant."""

Values = dict[str, Any]


class _Tried:
    """Cases with what the rules say of them, worked out as they are asked for, and kept."""

    def __init__(self, found: Iterator[tuple[Values, Evaluation]]) -> None:
        self._found, self._kept = found, list[tuple[Values, Evaluation]]()

    def __iter__(self) -> Iterator[tuple[Values, Evaluation]]:
        yield from self._kept
        for one in self._found:
            self._kept.append(one)
            yield one


class Killing:
    """Looks for cases that tell mutated books of one book from it."""

    def __init__(self, runs: Runs) -> None:
        self.runs, self.book = runs, runs.book
        self._last: tuple[object, _Tried] | None = None

    def case(self, mutant: Mutant, mutated: Rulebook, id: str) -> str | None:
        """A case as YAML that comes out otherwise with the mutant; None when none was found."""
        change = other(self.book, mutated)
        for values, evaluation in self._tried(change):
            before = InFirings(evaluation.fired, evaluation.facts)
            after = fired_under(evaluation, change, self.runs)
            if expected := differing(before, after, places_of(evaluation), change):
                return rule_case(id, f"Without it nobody notices {mutant.what}.", values, expected)
        return None

    def _tried(self, change: Other) -> _Tried:
        """The cases to look at. Mutants of one rule follow each other, and are looked for among the same cases."""
        key = (change.again, tuple(fact.name for fact in self._facts(change)))
        if self._last is None or self._last[0] != key:
            self._last = key, _Tried(self._evaluated(islice(self._candidates(change), MOST_TRIED)))
        return self._last[1]

    def _evaluated(self, found: Iterable[Values]) -> Iterator[tuple[Values, Evaluation]]:
        for values in found:
            with suppress(CaseError):
                yield values, self.runs.runner(canonical(case_from(values, self.book, TODAY), self.book))

    # where to look

    def _candidates(self, change: Other) -> Iterator[Values]:
        """The cases that are there, those that differ in one thing, then in two; the nearest to the mutant first."""
        starts = list(self._starts(change))
        yield from starts
        for start in starts[:MOST_TREATED]:
            yield from self._treated(start, change)
        facts = self._facts(change)
        once = [self._moved(start, facts) for start in starts]
        beside = [list(islice(found, MOST_TRIED // 10)) for found in once]
        for near in beside:
            yield from near
        made = [values for rule in self._rules(change) for values in Patients(rule, self.book).firing()]
        for start in made:
            yield start
            yield from self._moved(start, facts)
        for near in beside:
            for values in near:
                yield from self._moved(values, facts)

    def _starts(self, change: Other) -> Iterator[Values]:
        again = change.again
        found = [
            (not again & run.half.expected.names, not any(one.rule.id in again for one in run.evaluation.fired), number)
            for number, run in enumerate(self.runs.runs)
        ]
        for *_, number in sorted(found)[:MOST_STARTS]:
            yield self.runs.runs[number].half.values

    def _treated(self, values: Values, change: Other) -> Iterator[Values]:
        """The case with one earlier treatment more: of a protocol that is other, or at a place of the plan, on the days that count."""
        for name in sorted(change.protocols):
            for days in (20, 60):
                yield _with_history(values, {"date": _day(days), "protocol": name})
        for name in sorted(change.facts):
            how = self.book.facts[name].computation
            if how is None or how.within_days is None:
                continue
            amounts = {test.number for rule in self._rules(change) for test in tests(rule.condition) if test.fact == name and test.number}
            for days in (how.within_days, how.within_days + 1):
                for entry in values.get("plan", ()):
                    place = {key: entry[key] for key in ("zone", "muscle", "side", "band") if key in entry}
                    for units in sorted(amounts):
                        dose = {**place, "units": units_of(units)}
                        yield _with_history(values, {"date": _day(days), "purpose": "aesthetic", "doses": [dose]})

    def _moved(self, values: Values, facts: Sequence[Fact]) -> Iterator[Values]:
        try:
            for step in changes(values, list(facts), self.book):
                yield changed(values, step.path, step.to)
        except (LookupError, TypeError, ValueError, ArithmeticError):
            return

    def _rules(self, change: Other) -> list[Rule]:
        return [rule for id in sorted(change.again) for rule in (self.book.rule_by_id.get(id),) if rule is not None][:3]

    def _facts(self, change: Other) -> list[Fact]:
        """The facts that the rules in question read, under either book."""
        rules = [rule for pair in change.rules.values() for rule in pair if rule is not None] + self._rules(change)
        names = {name for rule in rules for name in rule.reads} | change.facts | change.opens
        names |= {name for zone in change.zones for line in self.book.zones[zone].suggest for name in facts_read(line.condition)}
        return [self.book.facts[name] for name in sorted(names) if name in self.book.facts]


def _with_history(values: Values, treatment: dict[str, Any]) -> Values:
    history = values.get("history") or {}
    return {**values, "history": {**history, "treatments": [*history.get("treatments", ()), treatment]}}


def _day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()
