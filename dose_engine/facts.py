"""From a case to facts: what was given, what was asked, and what is computed (see `tally`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import attrgetter, is_
from typing import Final

from .advisory import Place
from .atlas import Ask, Atlas, Filter, Site
from .case import Case, PlannedDose
from .evaluators.values import UNKNOWN, Members, Range, Value
from .injections import Injection, given, planned, site_of
from .rulebook.model import Computation, Fact, Rulebook
from .rulebook.vocabulary import PERFORMERS, PLACE_ALIASES
from .tally import Part, Tally
from .units import HALF, OPEN

ANYTHING = Range(0, OPEN)
NEVER = Range(OPEN, OPEN)
_PLAN, _REST = attrgetter("plan", "product", "visit"), attrgetter("date", "history", "scheduled")
"""What the doses of the plan, and all the others, are worked out from."""


class Dose:
    """A planned dose with its place settled: zone, muscle, side and band. `ours`: its units may be those of the rulebook's product;
    nothing is said of the units of another."""

    __slots__ = (
        "activity",
        "aim",
        "band",
        "entry",
        "muscle",
        "ours",
        "placement",
        "points",
        "proposed",
        "region",
        "side",
        "site",
        "units",
        "units_each",
        "zone",
    )

    def __init__(self, entry: PlannedDose, site: Site, book: Rulebook, ours: bool) -> None:
        self.entry, self.site, self.ours = entry, site, ours
        self.zone, self.region, self.muscle, self.side, self.band = site.zone, site.region, site.muscle, site.side, site.band
        self.units = entry.units
        self.activity = entry.activity or "not_stated"
        self.aim = entry.aim or "not_stated"
        self.placement = entry.placement or ("standard",)
        self.points = entry.points
        self.units_each = -(-int(entry.units) // entry.points) if ours and entry.units and entry.points else None
        self.proposed = points_for(int(entry.units), entry.zone, book) if ours and entry.units and not entry.points else None

    @property
    def place(self) -> Place:
        return self.site.named(self.placement)[0]

    @property
    def label(self) -> str:
        """Where it is, in words."""
        return self.site.named(self.placement)[1]

    @property
    def filters(self) -> dict[str, Filter]:
        """What each binding of `this` means here."""
        return self.site.filters


def points_for(units: int, zone: str, book: Rulebook) -> int | None:
    """The fewest points that keep each within the zone's lowest line per point; None where the zone has no such line."""
    line = book.point_lines.get(zone)
    return -(-units // line) if line else None


def place_named(name: str, book: Rulebook) -> str:
    """The zone or region that an answer about a place means."""
    alias = PLACE_ALIASES.get(name)
    return alias if alias in book.zones and name not in book.zones and name not in book.regions else name  # type: ignore[return-value]


class Facts:
    """The facts of one case under one rulebook. Values are worked out when first read."""

    def __init__(self, case: Case, book: Rulebook, like: Facts | None = None, atlas: Atlas | None = None) -> None:
        """`like`: the facts of nearly the same case; what its case has in common with this one is not worked out again. `atlas`: the
        places of the book, where somebody keeps them."""
        self.case, self.book, self._like = case, book, like
        self.atlas: Atlas = atlas or (like.atlas if like is not None and like.book is book else Atlas(book))
        self.doses: tuple[Dose, ...] = self._doses(like.doses if like is not None and like.book is book else ())
        self.first_treatment: str = _first_treatment(case)
        self.history_complete: str = "yes" if self.first_treatment == "yes" else case.history.complete if case.history else UNKNOWN
        self.names_places = any(isinstance(answer, tuple) for answer in case.patient.screening.values())
        """Does an answer depend on where a dose is?"""

    def _doses(self, known: Sequence[Dose]) -> tuple[Dose, ...]:
        ours = self.case.product in (self.book.product, UNKNOWN)
        by_entry = {id(dose.entry): dose for dose in known if dose.ours == ours}
        return tuple([by_entry.get(id(one)) or Dose(one, site_of(one, self.atlas), self.book, ours) for one in self.case.plan])

    @property
    def injections(self) -> tuple[Injection, ...]:
        return (*self.tally.plan.doses, *self.tally.rest.doses)

    @cached_property
    def tally(self) -> Tally:
        known, complete = self._like.tally if self._like is not None else None, self.history_complete == "yes"
        plan = known.plan if known and self._same(_PLAN) else Part(planned(self.case, self.atlas))
        rest = known.rest if known and self._same(_REST) else Part(given(self.case, self.atlas))
        if known and plan is known.plan and rest is known.rest and complete == known.complete:
            return known
        return Tally((), complete, parts=(plan, rest))

    def _same(self, fields: Callable[[Case], tuple[object, ...]]) -> bool:
        """Are these fields of the case the very same objects as of the like case?"""
        return self._like is not None and all(map(is_, fields(self.case), fields(self._like.case)))

    def record(self, names: Iterable[str], dose: Dose | None = None) -> dict[str, Value]:
        """The named facts, of the case or of one dose of it."""
        facts = self.book.facts
        return {name: self.value(facts[name], dose) for name in names}

    def value(self, fact: Fact, dose: Dose | None = None) -> Value:
        if fact.computation is not None:
            return self.tally.value(fact.computation, dose.site.this(fact.computation.this) if dose is not None else ())
        if fact.origin == "asked":
            return self.answers((fact.name,), dose)[fact.name]
        if dose is not None and fact.given in OF_DOSE:
            return OF_DOSE[fact.given](self, dose)
        return OF_CASE[fact.given](self)

    def answers(self, names: tuple[str, ...], dose: Dose | None = None) -> dict[str, Value]:
        """The answers to these questions; for a question about places, whether the dose lies in one of those named, or any does."""
        screening = self.case.patient.screening
        answers: dict[str, Value] = dict.fromkeys(names, "no" if screening.get("everything_else") == "no" else UNKNOWN)
        for name, answer in screening.items():
            if name in answers:
                answers[name] = answer if isinstance(answer, str) else self._at_places(answer, dose)
        return answers

    def _at_places(self, answer: Iterable[str], dose: Dose | None) -> str:
        places = {place_named(place, self.book) for place in answer}
        return "yes" if dose is None or not places.isdisjoint((dose.zone, dose.region)) else "no"

    def why_open(self, fact: Fact, dose: Dose | None = None) -> tuple[Ask, ...]:
        """The questions whose answers would settle a fact that is not settled."""
        if fact.computation is not None:
            return self._why_computed(fact.computation, dose)
        if dose is not None and fact.given in ("dose.units_each_point", "dose.half_unit_steps"):
            return (dose.site.asks["units" if dose.units is None else "product"],)
        return (Ask(fact.name, fact.says),)

    def _why_computed(self, how: Computation, dose: Dose | None) -> tuple[Ask, ...]:
        asks = self.tally.why_open(how, dose.site.this(how.this) if dose is not None else ())
        if not self.tally.opened(how):
            return asks
        complete = next((fact for fact in self.book.facts.values() if fact.given == "history.complete"), None)
        return (Ask(complete.name, complete.says) if complete else Ask("history_complete", "Is the history complete?"), *asks)


# the fields that a fact may be given by


def _range(number: int) -> Range:
    return Range(number, number)


def _days_to(case: Case, day: date | str) -> Range:
    if isinstance(day, date):
        return _range((day - case.date).days)
    return NEVER if day == "none" else ANYTHING


def _performer(case: Case) -> Members:
    performer = case.patient.performer
    return Members(frozenset(), frozenset(PERFORMERS)) if performer == UNKNOWN else Members(frozenset(performer or ()))


def _millimetres(case: Case) -> Range:
    size = case.asymmetry.millimetres
    return ANYTHING if size is None else _range(size)


def _units_each(facts: Facts, dose: Dose) -> Range:
    """At one point, where the plan says how many points; a number that we propose ourselves is no fact."""
    if not dose.ours or dose.points is None:
        return Range(0, 0)
    if dose.units_each is None:
        return ANYTHING
    return Range(0 if facts.case.product == UNKNOWN else dose.units_each, dose.units_each)


def _half_steps(facts: Facts, dose: Dose) -> str:
    if not dose.ours:
        return "yes"
    if dose.units is None:
        return UNKNOWN
    return "yes" if dose.units % HALF == 0 else UNKNOWN if facts.case.product == UNKNOWN else "no"


OF_CASE: Final[Mapping[str, Callable[[Facts], Value]]] = {
    "product": lambda facts: facts.case.product,
    "visit": lambda facts: facts.case.visit or "first_pass",
    "patient.age": lambda facts: _range(facts.case.patient.age),
    "patient.first_treatment": lambda facts: facts.first_treatment,
    "patient.performer": lambda facts: _performer(facts.case),
    "patient.next_performance": lambda facts: _days_to(facts.case, facts.case.patient.next_performance),
    "patient.event": lambda facts: _days_to(facts.case, facts.case.patient.event or "none"),
    "history.complete": lambda facts: facts.history_complete,
    "asymmetry.onset": lambda facts: facts.case.asymmetry.onset,
    "asymmetry.cause": lambda facts: facts.case.asymmetry.cause,
    "asymmetry.seen_on_video": lambda facts: facts.case.asymmetry.seen_on_video,
    "asymmetry.millimetres": lambda facts: _millimetres(facts.case),
    "goals.given": lambda facts: "yes" if facts.case.goals else "no",
    "goals": lambda facts: _range(len(facts.case.goals or ())),
}

OF_DOSE: Final[Mapping[str, Callable[[Facts, Dose], Value]]] = {
    "dose.zone": lambda _, dose: dose.zone,
    "dose.region": lambda _, dose: dose.region,
    "dose.muscle": lambda _, dose: dose.muscle,
    "dose.side": lambda _, dose: dose.side,
    "dose.band": lambda _, dose: dose.band,
    "dose.activity": lambda _, dose: dose.activity,
    "dose.aim": lambda _, dose: dose.aim,
    "dose.placement": lambda _, dose: Members(frozenset(dose.placement)),
    "dose.units_each_point": _units_each,
    "dose.half_unit_steps": _half_steps,
}


def _first_treatment(case: Case) -> str:
    stated = case.patient.first_treatment
    return "no" if stated == UNKNOWN and case.history and case.history.treatments else stated
