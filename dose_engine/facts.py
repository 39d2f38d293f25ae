"""From a case to facts: what was given, what was asked, and what is computed (see `tally`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from .case import Case, PlannedDose
from .evaluators.values import UNKNOWN, Members, Range, Value
from .injections import Ask, Injection, injections, muscle_and_side, planned, planned_asks
from .rulebook.model import Computation, Fact, Rulebook
from .rulebook.vocabulary import BINDINGS, PERFORMERS, PLACE_ALIASES
from .tally import Filter, Tally
from .units import HALF, OPEN

ANYTHING = Range(0, OPEN)
NEVER = Range(OPEN, OPEN)
_OTHER_SIDE = {"left": "right", "right": "left"}


class Dose:
    """A planned dose with its place settled: zone, muscle, side and band. `ours`: its units may be those of the rulebook's product;
    nothing is said of the units of another."""

    __slots__ = (
        "activity",
        "aim",
        "band",
        "filters",
        "muscle",
        "ours",
        "placement",
        "points",
        "proposed",
        "region",
        "side",
        "units",
        "units_each",
        "zone",
    )

    def __init__(self, entry: PlannedDose, book: Rulebook, ours: bool) -> None:
        self.ours = ours
        self.zone = entry.zone
        self.region = book.zones[entry.zone].region
        self.muscle, self.side = muscle_and_side(book, entry.zone, entry.muscle, entry.side)
        self.band = entry.band or "none"
        self.units = entry.units
        self.activity = entry.activity or "not_stated"
        self.aim = entry.aim or "not_stated"
        self.placement = entry.placement or ("standard",)
        self.points = entry.points
        self.units_each = -(-int(entry.units) // entry.points) if ours and entry.units and entry.points else None
        self.proposed = points_for(int(entry.units), entry.zone, book) if ours and entry.units and not entry.points else None
        self.filters = self._filters()

    def _filters(self) -> dict[str, Filter]:
        """What each binding of `this` means here; a dose in the midline has no other side."""
        other = _OTHER_SIDE.get(self.side)
        bound: dict[str, Filter] = {name: (name, frozenset((getattr(self, name),)), False) for name in BINDINGS if name != "other_side"}
        bound["other_side"] = ("side", frozenset((other,)) if other else frozenset(), False)
        return bound


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

    def __init__(self, case: Case, book: Rulebook, like: Facts | None = None) -> None:
        """`like`: the facts of nearly the same case; what its case has in common with this one is not worked out again."""
        self.case = case
        self.book = book
        self._like = like
        ours = case.product in (book.product, UNKNOWN)
        self.doses = tuple(Dose(entry, book, ours) for entry in case.plan)
        self.first_treatment = _first_treatment(case)
        self.history_complete = "yes" if self.first_treatment == "yes" else case.history.complete if case.history else UNKNOWN

    @cached_property
    def injections(self) -> tuple[Injection, ...]:
        like = self._like
        if like is None or not self._same(like, "date", "product", "visit", "history", "scheduled"):
            return injections(self.case, self.book)
        if self._same(like, "plan"):
            return like.injections
        return (*planned(self.case, self.book), *(one for one in like.injections if one.stretch != "planned"))

    @cached_property
    def tally(self) -> Tally:
        like, complete = self._like, self.history_complete == "yes"
        if like is None or self.history_complete != like.history_complete:
            return Tally(self.injections, complete)
        if self.injections is like.injections:
            return like.tally
        same = self._same(like, "date", "product", "visit", "history", "scheduled")
        return Tally(self.injections, complete, like=like.tally if same else None)

    def _same(self, like: Facts, *fields: str) -> bool:
        """Are these fields of the case the very same objects?"""
        return all(getattr(self.case, name) is getattr(like.case, name) for name in fields)

    def record(self, names: Iterable[str], dose: Dose | None = None) -> dict[str, Value]:
        """The named facts, of the case or of one dose of it."""
        facts = self.book.facts
        return {name: self.value(facts[name], dose) for name in names}

    def value(self, fact: Fact, dose: Dose | None = None) -> Value:
        if fact.computation is not None:
            return self.tally.value(fact.computation, self._this(fact.computation, dose))
        if fact.origin == "asked":
            return self._answer(fact, dose)
        return self._given(fact.given, dose)

    def why_open(self, fact: Fact, dose: Dose | None = None) -> tuple[Ask, ...]:
        """The questions whose answers would settle a fact that is not settled."""
        if fact.computation is not None:
            return self._why_computed(fact.computation, dose)
        if dose is not None and fact.given in ("dose.units_each_point", "dose.half_unit_steps"):
            asks = planned_asks(dose.zone, dose.muscle, dose.side, dose.band, self.book)
            return (asks["units"] if dose.units is None else asks["product"],)
        return (Ask(fact.name, fact.says),)

    # given and asked

    def _answer(self, fact: Fact, dose: Dose | None) -> str:
        screening = self.case.patient.screening
        answer = screening.get(fact.name)
        if answer is None:
            return "no" if screening.get("everything_else") == "no" else UNKNOWN
        if isinstance(answer, str):
            return answer
        places = {place_named(place, self.book) for place in answer}
        return "yes" if dose is None or not places.isdisjoint((dose.zone, dose.region)) else "no"

    def _given(self, field: str, dose: Dose | None) -> Value:
        if dose is not None and field.startswith("dose."):
            match field:
                case "dose.placement":
                    return Members(frozenset(dose.placement))
                case "dose.units_each_point":
                    return self._units_each(dose)
                case "dose.half_unit_steps":
                    return self._half_steps(dose)
                case _:
                    return str(getattr(dose, field.removeprefix("dose.")))
        case = self.case
        match field:
            case "product":
                return case.product
            case "visit":
                return case.visit or "first_pass"
            case "patient.age":
                return Range(case.patient.age, case.patient.age)
            case "patient.first_treatment":
                return self.first_treatment
            case "history.complete":
                return self.history_complete
            case "patient.performer":
                performer = case.patient.performer
                return Members(frozenset(), frozenset(PERFORMERS)) if performer == UNKNOWN else Members(frozenset(performer or ()))
            case "patient.next_performance":
                return self._days_to(case.patient.next_performance)
            case "patient.event":
                return self._days_to(case.patient.event or "none")
            case "asymmetry.onset":
                return case.asymmetry.onset
            case "asymmetry.cause":
                return case.asymmetry.cause
            case "asymmetry.seen_on_video":
                return case.asymmetry.seen_on_video
            case "asymmetry.millimetres":
                size = case.asymmetry.millimetres
                return ANYTHING if size is None else Range(size, size)
            case "goals.given":
                return "yes" if case.goals else "no"
            case "goals":
                return Range(len(case.goals or ()), len(case.goals or ()))
        raise KeyError(field)

    def _units_each(self, dose: Dose) -> Range:
        """At one point, where the plan says how many points; a number that we propose ourselves is no fact."""
        if not dose.ours or dose.points is None:
            return Range(0, 0)
        if dose.units_each is None:
            return ANYTHING
        return Range(0 if self.case.product == UNKNOWN else dose.units_each, dose.units_each)

    def _half_steps(self, dose: Dose) -> str:
        if not dose.ours:
            return "yes"
        if dose.units is None:
            return UNKNOWN
        return "yes" if dose.units % HALF == 0 else UNKNOWN if self.case.product == UNKNOWN else "no"

    def _days_to(self, day: date | str) -> Range:
        if isinstance(day, date):
            days = (day - self.case.date).days
            return Range(days, days)
        return NEVER if day == "none" else ANYTHING

    # computed

    def _this(self, how: Computation, dose: Dose | None) -> tuple[Filter, ...]:
        """What `this` means for the dose at hand, as filters."""
        return tuple(dose.filters[name] for name in how.this) if dose is not None else ()

    def _why_computed(self, how: Computation, dose: Dose | None) -> tuple[Ask, ...]:
        asks = self.tally.why_open(how, self._this(how, dose))
        if not self.tally.opened(how):
            return asks
        complete = next((fact for fact in self.book.facts.values() if fact.given == "history.complete"), None)
        return (Ask(complete.name, complete.says) if complete else Ask("history_complete", "Is the history complete?"), *asks)


def _first_treatment(case: Case) -> str:
    stated = case.patient.first_treatment
    return "no" if stated == UNKNOWN and case.history and case.history.treatments else stated
