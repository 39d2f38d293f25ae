"""What a run shows under a mutated book, worked out from the run under the book itself: only what the mutant touches is done again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...advisory import Exposure, Verdict
from ...compose import Firing, firing, worst
from ...engine import Engine
from ...evaluation import Evaluation
from ...evaluators.compiled import Fired
from ...evaluators.semantics import Truth, evaluate
from ...exposure import exposure
from ...facts import Facts
from ...ranges import suggestion
from ...rulebook.model import Rule, Rulebook, Scope
from ...rulebook.vocabulary import LIMIT_FACTS
from ..cases.expected import NEVER, Amount, Days, PlacedAt, Shown
from ..cases.seen import added_up, shown
from ..testing.runs import Runs


class InFirings:
    """What an advisory would show, from the firings behind it."""

    def __init__(self, fired: Sequence[Firing], facts: Facts) -> None:
        self._fired, self._facts = fired, facts

    @cached_property
    def verdict(self) -> Verdict:
        return worst(one.counts_as for one in self._fired)

    @cached_property
    def certain(self) -> frozenset[str]:
        return frozenset(one.rule.id for one in self._fired if one.certain and one.rule.severity is not None)

    @cached_property
    def possible(self) -> frozenset[str]:
        return frozenset(one.rule.id for one in self._fired if not one.certain and one.rule.severity is not None)

    def verdicts(self, place: PlacedAt) -> list[Verdict]:
        return [worst(one.counts_as for one in self._fired if one.index in (None, index)) for index in self._at(place)]

    def ranges(self, place: PlacedAt) -> list[Shown]:
        found: list[Shown] = []
        names = [name for name in LIMIT_FACTS.values() if name in self._facts.book.facts]
        for index in self._at(place):
            dose = self._facts.doses[index]
            fired = [*(one for one in self._fired if one.index is None), *(one for one in self._fired if one.index == index)]
            suggested, because = suggestion(dose, self._facts, self._facts.record(names, dose), fired)
            found.append(shown(suggested, ["Withheld"] if any(one.rule.withhold for one in fired) else because))
        return found

    def _at(self, place: PlacedAt) -> list[int]:
        doses = enumerate(self._facts.doses)
        return [
            index for index, dose in doses if place.is_at(dose.zone, dose.muscle, dose.side, None if dose.band == "none" else dose.band)
        ]

    def told(self, rule: str) -> list[Days]:
        tell = next((one.rule.tell for one in self._fired if one.certain and one.rule.id == rule), None)
        if tell is None:
            return []
        if tell.from_day is None:
            return [Days()]
        last = tell.from_day if tell.to_day is None else tell.to_day
        return [] if self.verdict is Verdict.STOP else [Days(tell.from_day, last)]

    def added_up(self, name: str) -> Amount | int | None:
        return added_up(self._exposure, name)

    @cached_property
    def _exposure(self) -> Exposure:
        return exposure(self._facts)

    @cached_property
    def earliest(self) -> dt.date | str:
        """Worked out by the engine itself: it looks at other days, on which other rules may hold."""
        return Engine(self._facts.book, confirm=False).advise(self._facts.case).earliest_date or NEVER


@dataclass(frozen=True, slots=True)
class Other:
    """What is other in a mutated book: rules by id (None where there is none), facts whose values may be other, facts whose open answers
    count for less, zones whose suggestions are other, protocols, and constants."""

    book: Rulebook
    rules: Mapping[str, tuple[Rule | None, Rule | None]]
    facts: frozenset[str]
    opens: frozenset[str]
    zones: frozenset[str]
    protocols: frozenset[str]
    constants: frozenset[str]

    @property
    def again(self) -> frozenset[str]:
        """The rules that have to be evaluated again."""
        reading = (rule.id for rule in self.book.rules if self.facts & rule.reads) if self.facts else ()
        return frozenset((*self.rules, *reading))

    @property
    def ranges(self) -> bool:
        """Could a suggested range be other?"""
        rules = [rule for pair in self.rules.values() for rule in pair if rule is not None]
        return bool(self.facts or self.zones or self.protocols or any(rule.limit or rule.withhold or rule.lower_max for rule in rules))


def other(old: Rulebook, new: Rulebook) -> Other:
    """Everything in which the two books differ that can change what comes of a case."""
    before, after = old.rule_by_id, new.rule_by_id
    rules = {id: (before.get(id), after.get(id)) for id in {*before, *after} if before.get(id) != after.get(id)}
    facts = [name for name, fact in new.facts.items() if fact is not old.facts[name]]
    return Other(
        new,
        rules,
        frozenset(name for name in facts if _valued_otherwise(old, new, name)),
        frozenset(name for name in facts if new.facts[name].open_counts is not old.facts[name].open_counts),
        frozenset(name for name, zone in new.zones.items() if zone.suggest != old.zones[name].suggest),
        frozenset(name for name, protocol in new.protocols.items() if protocol != old.protocols[name]),
        frozenset(name for name, constant in new.constants.items() if constant.value != old.constants[name].value),
    )


def _valued_otherwise(old: Rulebook, new: Rulebook, name: str) -> bool:
    one, two = old.facts[name].computation, new.facts[name].computation
    if one is None or two is None:
        return one is not two
    return any(getattr(one, field) != getattr(two, field) for field in one.__slots__)


def fired_under(evaluation: Evaluation, change: Other, runs: Runs) -> InFirings:
    """What the run shows under the mutated book."""
    like = None if change.protocols else evaluation.facts
    facts = Facts(evaluation.case, change.book, like=like)
    if change.protocols:
        return InFirings(list(_all_again(facts, runs)), facts)
    again = change.again
    kept: Iterable[Firing] = (one for one in evaluation.fired if one.rule.id not in again)
    if change.opens:
        kept = (one if one.certain else _weighed(one, facts) for one in kept)
    rules = [rule for id in sorted(again) if (rule := change.book.rule_by_id.get(id))]
    return InFirings([*kept, *(one for rule in rules for one in _firings(rule, facts))], facts)


def _firings(rule: Rule, facts: Facts) -> Iterator[Firing]:
    places: Iterable[int | None] = range(len(facts.doses)) if rule.scope is Scope.DOSE else [None]
    for index in places:
        record = facts.record(rule.reads, facts.doses[index] if index is not None else None)
        truth = evaluate(rule.condition, record)
        if truth is not Truth.IMPOSSIBLE:
            yield firing(Fired(rule, truth is Truth.CERTAIN), index, record, facts)


def _weighed(one: Firing, facts: Facts) -> Firing:
    """The same possible firing, its open questions counted as the book at hand says."""
    dose = facts.doses[one.index] if one.index is not None else None
    return firing(Fired(one.rule, False), one.index, facts.record(one.rule.reads, dose), facts)


def _all_again(facts: Facts, runs: Runs) -> Iterator[Firing]:
    """Every rule over facts that are all new; the rules themselves are those of the book."""
    compiled = runs.runner.compiled
    places: list[int | None] = [None, *range(len(facts.doses))]
    for index in places:
        dose = facts.doses[index] if index is not None else None
        program = compiled.dose(dose.zone, dose.muscle) if dose is not None else compiled.case()
        for one in program.fired(facts.record(program.reads, dose)):
            yield firing(one, index, facts.record(one.rule.reads, dose), facts)
