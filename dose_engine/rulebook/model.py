"""A loaded rulebook: facts, zones and rules, every one with the sources behind it. Immutable; made only by `load`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

from ..advisory import Basis, Checked, Severity, Side, Verdict
from ..evaluators.values import Members, Range
from ..units import Units
from .conditions import Condition, facts_read


class Kind(StrEnum):
    """What a fact's value is; only facts of one kind can be compared."""

    YES_NO = "yes_no"
    WORD = "word"
    LIST = "list"
    UNITS = "units"
    DAYS = "days"
    YEARS = "years"
    MILLIMETRES = "millimetres"
    COUNT = "count"

    @property
    def is_number(self) -> bool:
        return self not in (Kind.YES_NO, Kind.WORD, Kind.LIST)


class Scope(StrEnum):
    """Whether a fact is about the whole case or about the dose at hand."""

    CASE = "case"
    DOSE = "dose"


class Rising(StrEnum):
    """How a fact moves when a dose is raised, or one is added to the history."""

    UP = "up"
    DOWN = "down"
    STILL = "still"


Stretch = Literal["planned", "history", "scheduled"]


@dataclass(frozen=True, slots=True, eq=False)
class Computation:
    """A declared sum, count or distance in days over the doses of a case.

    `this` binds to the dose at hand (`side`: the same side; `other_side`: the opposite one); `where` filters by word, each entry
    (accepted words, negated). `within_days` counts back from the treatment, both ends included. `product` is `ours` for sums, and for days
    `any`, or `other`: not stated to be the rulebook's product, `unknown` included. Each is itself only: it is a key of the tally.
    """

    op: Literal["sum", "count", "days_since", "days_until"]
    over: tuple[Stretch, ...]
    this: tuple[str, ...] = ()
    where: tuple[tuple[str, frozenset[str], bool], ...] = ()
    within_days: int | None = None
    at_peak: bool = False
    midline_half: bool = False
    product: Literal["ours", "other", "any"] = "any"


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    kind: Kind
    scope: Scope
    origin: Literal["asked", "given", "computed", "named"]
    says: str
    """What the fact is, in words; for a question, the prompt the injector reads."""
    words: tuple[str, ...] = ()
    about_place: bool = False
    open_counts: Verdict | None = None
    """The most an open answer counts for; None where the fact is never open by itself."""
    given: str = ""
    computation: Computation | None = None
    condition: Condition | None = None
    if_left_out: str | None = None
    sources: tuple[str, ...] = ()
    line: int = 0

    @property
    def value_type(self) -> type:
        if self.kind.is_number:
            return Range
        return Members if self.kind is Kind.LIST else str

    @property
    def rises(self) -> Rising:
        if self.computation is None:
            return Rising.UP if self.given == "dose.units_each_point" else Rising.STILL
        if self.computation.op == "days_since":
            return Rising.DOWN
        return Rising.STILL if self.computation.op == "days_until" else Rising.UP


class LowerMax(NamedTuple):
    """Lowers the suggested maximum: at most `units` of the basis."""

    of: Basis
    units: Units


class Tell(NamedTuple):
    """A line of the timeline (with days, counted from treatment) or of the counselling (without)."""

    text: str
    audience: Literal["patient", "injector"] = "patient"
    from_day: int | None = None
    to_day: int | None = None


class LimitLine(NamedTuple):
    """The line of a limit: what is counted, how much is still within, and the zone it belongs to."""

    zone: str
    muscle: str | None
    of: Basis
    units: Units
    conditional: bool = False
    """Does the line hold only when something else does?"""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    condition: Condition
    sources: tuple[str, ...]
    severity: Severity | None = None
    message: str = ""
    because: str = ""
    advise: str = ""
    hazard: str | None = None
    expects_dose: bool = False
    withhold: bool = False
    lower_max: LowerMax | None = None
    tell: Tell | None = None
    no_waiting: bool = False
    """Where it holds, waiting is no way out: no later date is offered for the dose."""
    instead: str = ""
    """What can be done instead of the dose it holds at; offered with the option to leave that dose out."""
    limit: LimitLine | None = None
    scope: Scope = Scope.CASE
    file: str = ""
    line: int = 0

    @cached_property
    def reads(self) -> frozenset[str]:
        return facts_read(self.condition)


class Suggestion(NamedTuple):
    """A line of `suggest`: used when its condition certainly holds; the last line of a zone has none."""

    of: Basis
    min: Units
    max: Units
    condition: Condition
    because: str
    sources: tuple[str, ...]
    today: bool = False
    """Only today's doses count (a touch-up), not also those of the last 28 days."""


class Review(NamedTuple):
    """Who has signed the numbers of a zone, and until when they need not be looked at again."""

    reviewed_by: str | None = None
    reviewed_on: dt.date | None = None
    review_by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    label: str
    region: str
    muscles: Mapping[str, tuple[Side, ...]]
    bands: tuple[str, ...]
    suggest: tuple[Suggestion, ...]
    review: Review
    order: int
    hazard: str = ""
    """What too much of it does, and why; a limit says it too unless it names its own."""
    because: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        return tuple(dict.fromkeys(side for sides in self.muscles.values() for side in sides))


class SourceEntry(NamedTuple):
    id: str
    title: str
    document: str
    checked: Checked
    note: str = ""
    review_by: dt.date | None = None


class Hazard(NamedTuple):
    id: str
    title: str
    says: str
    sources: tuple[str, ...]


class Product(NamedTuple):
    name: str
    brands: tuple[str, ...]
    type: Literal["A", "B"]
    note: str
    sources: tuple[str, ...]


class Protocol(NamedTuple):
    """A therapeutic regimen, or a purpose: its units where they are fixed, and the muscles they are in.

    `split` is units by muscle and side; `above_split` the muscles that hold what exceeds it. `muscles` is where the units may be when the
    split is not known: None for anywhere, empty for none of the muscles we know.
    """

    name: str
    label: str
    therapeutic: bool
    units: tuple[Units, Units] | None
    split: tuple[tuple[str, Side, Units], ...]
    above_split: tuple[str, ...]
    muscles: tuple[str, ...] | None
    note: str
    sources: tuple[str, ...]


class Constant(NamedTuple):
    name: str
    kind: Kind
    value: int
    says: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """The whole book. `sha256` is over the bytes of its files, by name."""

    title: str
    version: str
    date: dt.date
    product: str
    constants: Mapping[str, Constant]
    facts: Mapping[str, Fact]
    zones: Mapping[str, Zone]
    rules: tuple[Rule, ...]
    sources: Mapping[str, SourceEntry]
    hazards: Mapping[str, Hazard]
    products: Mapping[str, Product]
    protocols: Mapping[str, Protocol]
    sha256: str

    @cached_property
    def rule_by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def case_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.scope is Scope.CASE)

    @cached_property
    def dose_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.scope is Scope.DOSE)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(zone.region for zone in self.zones.values()))

    @cached_property
    def muscles(self) -> tuple[str, ...]:
        """Every muscle the book knows, in the zones and outside them."""
        inside = [muscle for zone in self.zones.values() for muscle in zone.muscles]
        outside = [muscle for protocol in self.protocols.values() for muscle in (protocol.muscles or ())]
        split = [muscle for protocol in self.protocols.values() for muscle, _, _ in protocol.split]
        return tuple(dict.fromkeys([*inside, *outside, *split]))

    @cached_property
    def stop_lines(self) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
        """The limit rules that stop, by zone and muscle, the narrowest basis first."""
        rank = {"point": 0, "dose": 1, "side": 2, "total": 3}
        found: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for zone in self.zones.values():
            for muscle in zone.muscles:
                lines = [
                    (rank[rule.limit.of], rule.limit.units, rule.id, rule)
                    for rule in self.rules
                    if rule.limit
                    and rule.severity is Severity.STOP
                    and rule.limit.zone == zone.name
                    and rule.limit.muscle in (None, muscle)
                ]
                found[zone.name, muscle] = tuple(rule for *_, rule in sorted(lines, key=lambda line: line[:3]))
        return found

    @cached_property
    def point_lines(self) -> Mapping[str, Units]:
        """The lowest line per point, by zone."""
        lines: dict[str, Units] = {}
        for rule in self.rules:
            if rule.limit and rule.limit.of == "point":
                lines[rule.limit.zone] = min(rule.limit.units, lines.get(rule.limit.zone, rule.limit.units))
        return lines

    @cached_property
    def asked(self) -> Mapping[str, Fact]:
        """The screening questions."""
        return {fact.name: fact for fact in self.facts.values() if fact.origin == "asked"}

    @cached_property
    def review_days(self) -> tuple[tuple[str, dt.date], ...]:
        """Zones and sources that are to be looked at again, and by when."""
        zones = [(zone.name, zone.review.review_by) for zone in self.zones.values()]
        days = [*zones, *((source.id, source.review_by) for source in self.sources.values())]
        return tuple((name, day) for name, day in days if day is not None)

    def overdue(self, today: dt.date) -> tuple[str, ...]:
        """Zones and sources whose day of review has passed."""
        return tuple(name for name, day in self.review_days if day < today)
