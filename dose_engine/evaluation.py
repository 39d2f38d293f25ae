"""One run of the rules over one case: facts, firings and the verdict. What `advise`, the options and the questions are all built on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter, is_
from typing import NamedTuple

from .advisory import Verdict
from .atlas import Atlas, Site
from .case import Case
from .compose import Firing, Possible
from .evaluators.compiled import Compiled, Fired, Program
from .evaluators.values import Record, Value
from .facts import OF_CASE, OF_DOSE, Dose, Facts
from .rulebook.model import Rule, Rulebook, Scope
from .rulebook.vocabulary import LIMIT_FACTS, PLACE_FACTS
from .tally import Bound
from .units import Units

Index = int | None
"""A dose, by its index in the plan; None for the case."""


class Found(NamedTuple):
    """What the rules make of one dose, or of the case: the facts, the rules that hold, and what each makes of the verdict."""

    record: Mapping[str, Value]
    rules: Sequence[Fired]
    firings: Sequence[Firing]
    surely: Verdict
    """The worst that the certain ones come to."""
    possible: Sequence[Firing]


class Evaluation:
    """What the rules say of a case. Each dose is worked out when it is first asked for: who tries another dose seldom asks for all."""

    def __init__(self, facts: Facts, runner: Runner, like: Evaluation | None) -> None:
        """`like`: the evaluation of nearly the same case, every dose of it worked out."""
        self.facts = facts
        self._runner, self._like = runner, like
        self._found: dict[Index, Found] = {}

    @property
    def case(self) -> Case:
        return self.facts.case

    def at(self, index: Index) -> Found:
        """What was found for a dose, or for the case."""
        found = self._found.get(index)
        if found is None:
            found = self._found[index] = self._worked_out(index)
        return found

    @property
    def places(self) -> tuple[Index, ...]:
        """The case, and every dose."""
        return (None, *range(len(self.facts.doses)))

    @property
    def records(self) -> Mapping[Index, Mapping[str, Value]]:
        return {index: self.at(index).record for index in self.places}

    @property
    def found(self) -> Mapping[Index, Sequence[Fired]]:
        return {index: self.at(index).rules for index in self.places}

    @cached_property
    def fired(self) -> Sequence[Firing]:
        return [one for index in self.places for one in self.at(index).firings]

    def holds(self, rule: Rule) -> bool:
        """Does the rule hold anywhere, certainly or possibly?"""
        places = (None,) if rule.scope is Scope.CASE else range(len(self.facts.doses))
        return any(one.rule.id == rule.id for index in places for one in self.at(index).rules)

    @cached_property
    def verdict(self) -> Verdict:
        return _worst(self.at(index) for index in self.places)

    @cached_property
    def case_verdict(self) -> Verdict:
        """The worst of the findings of case scope: it counts for every dose."""
        return _worst([self.at(None)])

    @cached_property
    def shared(self) -> Mapping[str, Value]:
        """What is asked of the case and given by it."""
        like = self._like
        return like.shared if like is not None and _same_but_for_doses(self.case, like.case) else self._runner.case_facts.read(self.facts)

    def whole(self) -> Evaluation | None:
        """This evaluation where every dose is worked out, or the one it is like."""
        return self if len(self._found) > len(self.facts.doses) else self._like

    @cached_property
    def _before(self) -> Before | None:
        return Before(self._like, self) if self._like is not None else None

    def _worked_out(self, index: Index) -> Found:
        facts, before = self.facts, self._before
        dose = facts.doses[index] if index is not None else None
        reading = self._runner.reading((dose.zone, dose.muscle) if dose is not None else None)
        was = before.found(index) if before else None
        kept = was is not None and before is not None and before.keeps(index, reading)
        record = was.record if was is not None and kept else reading.record(self.shared, facts, dose)
        rules = was.rules if was is not None and (kept or record == was.record) else reading.program.fired(record)
        return reading.found(rules, index, record, facts)


def _worst(found: Iterable[Found]) -> Verdict:
    """The worst that the findings come to. Nothing is worse than a stop, so that no dose is looked at after one; and what is only
    possible is weighed last, and only as far as it could make it worse."""
    now = Verdict.OK
    possible: list[Firing] = []
    for one in found:
        if one.surely is Verdict.STOP:
            return one.surely
        now = one.surely if one.surely.rank > now.rank else now
        possible += one.possible
    for firing in possible:
        if firing.at_most.rank > now.rank and firing.counts_as.rank > now.rank:
            now = firing.counts_as
    return now


class Before:
    """What holds of the evaluation of nearly the same case: which dose each dose was there, and whose record cannot be other."""

    def __init__(self, like: Evaluation, now: Evaluation) -> None:
        self._like, self._now = like, now
        self._was = _counterparts(now.facts, like.facts)
        one, two = now.facts.tally, like.facts.tally
        same = one.rest is two.rest and one.complete == two.complete and now.case.product is like.case.product
        anywhere = now.shared is like.shared or not (now.facts.names_places or like.facts.names_places)
        self._keeps = same and anywhere
        self._other_facts = _other_values(now.shared, like.shared)
        self._other_shapes = one.plan.other_shapes(two.plan) if self._keeps else []

    def found(self, index: Index) -> Found | None:
        """What was found for the dose; None where it was not there."""
        return self._like.at(self._was[index]) if index in self._was else None

    def keeps(self, index: Index, reading: Reading) -> bool:
        """Is the record sure to be the same? It is where the dose is the same entry, no fact of the case that it reads is other, and no
        dose that is other goes into what is computed for it."""
        was = self._was.get(index)
        now = self._now.facts.doses[index] if index is not None else None
        before = self._like.facts.doses[was] if was is not None else None
        if (
            not self._keeps
            or not self._other_facts.isdisjoint(reading.shared)
            or (now is not None and (before is None or now.entry is not before.entry))
        ):
            return False
        bound = reading.bound(now.site if now is not None else None)
        return not any(bound.going(shape) for shape in self._other_shapes)


def _other_values(one: Mapping[str, Value], two: Mapping[str, Value]) -> frozenset[str]:
    return frozenset() if one is two else frozenset(name for name, value in one.items() if value != two[name])


def _counterparts(facts: Facts, like: Facts) -> dict[Index, Index]:
    """Which dose of the other plan each dose is: the same entry, or one at the same place of a plan as long. The case is the case."""
    by_entry = {id(dose.entry): index for index, dose in enumerate(like.doses)}
    before: dict[Index, Index] = {None: None}
    for index, dose in enumerate(facts.doses):
        was = by_entry.get(id(dose.entry))
        if was is not None:
            before[index] = was
        elif len(facts.doses) == len(like.doses) and like.doses[index].site is dose.site:
            before[index] = index
    return before


class CaseFacts:
    """The facts that are asked of the case or given by it. Read once for a case, then shared by its records."""

    def __init__(self, book: Rulebook) -> None:
        read = frozenset[str]().union(*(rule.reads for rule in book.rules))
        facts = [fact for fact in book.facts.values() if fact.name in read]
        self._asked = tuple(fact.name for fact in facts if fact.origin == "asked")
        self._given = tuple((fact.name, OF_CASE[fact.given]) for fact in facts if fact.given in OF_CASE)

    def read(self, facts: Facts) -> dict[str, Value]:
        values = facts.answers(self._asked)
        for name, given in self._given:
            values[name] = given(facts)
        return values


_READ = attrgetter("product", "visit", "date", "patient", "asymmetry", "goals", "history")


def _same_but_for_doses(one: Case, two: Case) -> bool:
    """Are all fields that a fact of the case is given by the very same objects?"""
    return all(map(is_, _READ(one), _READ(two)))


class Reading:
    """A program, and the facts that it reads, by where they come from."""

    def __init__(self, program: Program, names: Sequence[str], book: Rulebook) -> None:
        self.program = program
        facts = [book.facts[name] for name in dict.fromkeys(names)]
        self.shared = tuple(fact.name for fact in facts if fact.origin == "asked" or fact.given in OF_CASE)
        self._placed = tuple(fact.name for fact in facts if fact.about_place)
        self._given = tuple((fact.name, OF_DOSE[fact.given]) for fact in facts if fact.given in OF_DOSE)
        self._computed = tuple(fact.name for fact in facts if fact.computation is not None)
        self._computations = [fact.computation for fact in facts if fact.computation is not None]
        self._bound: dict[Site | None, Bound] = {}
        self._settled: dict[Index, dict[str, Firing]] = {}

    def record(self, shared: Mapping[str, Value], facts: Facts, dose: Dose | None) -> dict[str, Value]:
        """What the program reads, of the case or of the dose at hand. `shared`: what is asked of the case and given by it."""
        record = {name: shared[name] for name in self.shared}
        if dose is not None:
            if facts.names_places:
                record.update(facts.answers(self._placed, dose))
            for name, given in self._given:
                record[name] = given(facts, dose)
        record.update(zip(self._computed, facts.tally.values(self.bound(dose.site if dose is not None else None)), strict=True))
        return record

    def bound(self, site: Site | None) -> Bound:
        """The computations that it reads, bound to a place, or to none."""
        bound = self._bound.get(site)
        if bound is None:
            bound = self._bound[site] = Bound((how, site.this(how.this) if site is not None else ()) for how in self._computations)
        return bound

    def found(self, rules: Sequence[Fired], index: Index, record: Record, facts: Facts) -> Found:
        """What holds, weighed. A rule that is certain looks at nothing more, so that its firing serves every case."""
        settled = self._settled.setdefault(index, {})
        firings: list[Firing] = []
        possible: list[Firing] = []
        surely = Verdict.OK
        for rule, certain in rules:
            if certain:
                one = settled.get(rule.id) or settled.setdefault(rule.id, Firing(rule, index))
                surely = one.at_most if one.at_most.rank > surely.rank else surely
            else:
                one = Possible(rule, index, record, facts)
                possible.append(one)
            firings.append(one)
        return Found(record, rules, firings, surely, possible)


class Runner:
    """Runs the compiled rules over cases of one rulebook. Called with a case, it evaluates it."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._book = compiled.book
        self._atlas = Atlas(compiled.book)
        always = (fact for fact in self._book.facts.values() if fact.given in PLACE_FACTS or fact.name in LIMIT_FACTS.values())
        self._always = tuple(fact.name for fact in always)
        self._readings: dict[tuple[str, str] | None, Reading] = {}

    def __call__(self, case: Case, like: Evaluation | None = None) -> Evaluation:
        """Evaluate a case. `like`: the evaluation of nearly the same case; of it is kept what cannot be other."""
        whole = like.whole() if like else None
        return Evaluation(Facts(case, self._book, like=whole.facts if whole else None, atlas=self._atlas), self, whole)

    def with_units(self, start: Evaluation, units: Mapping[int, int]) -> Evaluation:
        """The same case with other units at some places of the plan."""
        plan = tuple(dose.model_copy(update={"units": Units(units[i])}) if i in units else dose for i, dose in enumerate(start.case.plan))
        return self(start.case.model_copy(update={"plan": plan}), like=start)

    @cached_property
    def case_facts(self) -> CaseFacts:
        return CaseFacts(self._book)

    def reading(self, place: tuple[str, str] | None) -> Reading:
        """The program of a zone and muscle, or of the case, with what it reads."""
        reading = self._readings.get(place)
        if reading is None:
            program = self.compiled.case() if place is None else self.compiled.dose(*place)
            names = program.reads if place is None else (*program.reads, *self._always)
            reading = self._readings[place] = Reading(program, names, self._book)
        return reading
