"""Every dose of a case on one footing: planned today, given before, or scheduled, each as far as it is known.

A field that is not known is the set of what it may be (None: anything). Units are a range. A treatment whose split is not known is one
injection that may lie in any of its muscles. Nothing here is guessed: what is not stated widens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from .atlas import ANYWHERE, NOT_STATED, OUTSIDE, Ask, Atlas, Known, Ours, Shape, Site, Where, union
from .case import Case, PastDose, PlannedDose, Treatment
from .rulebook.model import Protocol as Regimen
from .rulebook.model import Rulebook, Stretch
from .units import LATEST, OPEN

__all__ = ["Ask", "Injection", "Known", "ask_for", "given", "injections", "planned", "site_of"]


class Asks(Protocol):
    """By field (`units`, `date`, `place`, `purpose`, `product`): the question behind what is not known."""

    def get(self, field: str, /) -> Ask | None: ...


class Injection(NamedTuple):
    """One dose. `near` and `far` are its distance from the treatment in days (back for history, ahead for scheduled)."""

    shape: Shape
    near: int
    far: int
    low: int
    high: int
    asks: Asks
    treatment: int = -1
    """Which treatment of its stretch it belongs to; -1 for the plan."""

    @property
    def stretch(self) -> Stretch:
        return self.shape.stretch

    @property
    def may_be(self) -> Mapping[str, Known]:
        return self.shape.may_be

    @property
    def ours(self) -> Ours:
        return self.shape.ours


_FIELD_ASK = {
    "zone": "place",
    "region": "place",
    "muscle": "place",
    "side": "place",
    "band": "place",
    "product": "product",
    "purpose": "purpose",
}


def ask_for(injection: Injection, field: str) -> Ask | None:
    """The question behind a field that is not known."""
    return injection.asks.get(_FIELD_ASK.get(field, field))


def injections(case: Case, book: Rulebook, atlas: Atlas | None = None) -> tuple[Injection, ...]:
    """The plan, the history and what is scheduled, in the order given."""
    atlas = atlas or Atlas(book)
    return (*planned(case, atlas), *given(case, atlas))


def given(case: Case, atlas: Atlas) -> tuple[Injection, ...]:
    """The history and what is scheduled, in the order given."""
    found: list[Injection] = []
    for index, treatment in enumerate(case.history.treatments if case.history else ()):
        found += _Given(case, atlas, treatment, "history", index).injections()
    for index, treatment in enumerate(case.scheduled):
        found += _Given(case, atlas, treatment, "scheduled", index).injections()
    return tuple(found)


def planned(case: Case, atlas: Atlas) -> tuple[Injection, ...]:
    """The plan, in the order given."""
    aesthetic, visit = frozenset(("aesthetic",)), frozenset((case.visit or "first_pass",))
    product = frozenset((case.product,)) if case.product != "unknown" else None
    found = []
    for dose in case.plan:
        site = site_of(dose, atlas)
        low, high = (0, OPEN) if dose.units is None else (int(dose.units), int(dose.units))
        activity = frozenset((dose.activity,)) if dose.activity else NOT_STATED
        aim = frozenset((dose.aim,)) if dose.aim else NOT_STATED
        shape = atlas.shape("planned", site.where, aesthetic, visit, product, activity=activity, aim=aim)
        found.append(Injection(shape, 0, 0, low, high, site.asks))
    return tuple(found)


def site_of(dose: PlannedDose, atlas: Atlas) -> Site:
    return atlas.site(dose.zone, dose.muscle, dose.side, dose.band)


class _TreatmentAsks:
    """The questions of one earlier or scheduled treatment. Most are never asked, so each is written when it is."""

    __slots__ = ("_regimen", "_stretch", "_treatment", "_written")

    def __init__(self, treatment: Treatment, regimen: Regimen | None, stretch: Stretch) -> None:
        self._treatment, self._regimen, self._stretch = treatment, regimen, stretch
        self._written: dict[str, Ask | None] = {}

    def get(self, field: str, /) -> Ask | None:
        if field not in self._written:
            self._written[field] = self._ask(field)
        return self._written[field]

    def _ask(self, field: str) -> Ask | None:
        day, past = self._treatment.date, self._stretch == "history"
        when = str(day) if day != "unknown" else "unknown date"
        name = f"{self._stretch} {when} {self._regimen.name if self._regimen else 'unknown'}"
        label = self._regimen.label.lower() if self._regimen else "purpose not stated"
        what = f"the {label} treatment of {when}" if day != "unknown" else f"the {label} treatment without a date"
        match field:
            case "units":
                return Ask(f"{name}: units", f"How many units {'were given' if past else 'are planned'} in {what}?")
            case "date":
                return Ask(f"{name}: date", f"On which day {'was' if past else 'is'} {what}?")
            case "place":
                return Ask(f"{name}: doses", f"Which muscles and sides, with units, belong to {what}?")
            case "purpose":
                return Ask(f"{name}: purpose", f"What was {what} for?")
            case "product":
                return Ask(f"{name}: product", f"Which product was used in {what}?")
        return None


class _Given:
    """One earlier or scheduled treatment, taken apart into injections."""

    def __init__(self, case: Case, atlas: Atlas, treatment: Treatment, stretch: Stretch, index: int) -> None:
        self.atlas, self.treatment, self.stretch, self.index = atlas, treatment, stretch, index
        book = atlas.book
        purpose = treatment.protocol or treatment.purpose
        self.regimen: Regimen | None = book.protocols[purpose] if purpose else None
        if isinstance(treatment.date, date):
            distance = abs((case.date - treatment.date).days)
            self.near, self.far = distance, distance
        else:
            self.near, self.far = (0 if stretch == "history" else 1), LATEST
        self.asks = _TreatmentAsks(treatment, self.regimen, stretch)
        self.purpose: Known = frozenset((purpose,)) if purpose else None
        self.visit, self.product = atlas.visit(treatment.visit), atlas.product(treatment.product)

    def injections(self) -> Iterator[Injection]:
        if self.treatment.doses:
            yield from self._by_dose(self.treatment.doses)
        else:
            yield from self._by_protocol()

    def _injection(self, low: int, high: int, where: Where, dated: bool = True) -> Injection:
        shape = self.atlas.shape(self.stretch, where, self.purpose, self.visit, self.product, dated=dated)
        return Injection(shape, self.near, self.far, low, min(high, OPEN), self.asks, self.index)

    def _by_dose(self, doses: tuple[PastDose, ...]) -> Iterator[Injection]:
        """Doses as recorded; what the treatment's units leave over lies in the doses without units, or else in any of its muscles."""
        low, high = self._whole()
        known = sum(int(dose.units or 0) for dose in doses)
        unmeasured = [dose for dose in doses if dose.units is None]
        for dose in doses:
            if dose.units is not None:
                yield self._injection(int(dose.units), int(dose.units), self._place(dose))
            else:
                yield self._injection(0, 0 if high < OPEN else OPEN, self._place(dose))
        if known < high < OPEN:
            where = union([self._place(dose) for dose in unmeasured]) if unmeasured else self._anywhere()
            yield self._injection(max(low - known, 0), high - known, where, dated=not unmeasured)

    def _whole(self) -> tuple[int, int]:
        """The units of the whole treatment: stated, or those of the protocol, or not known."""
        if self.treatment.units is not None:
            return int(self.treatment.units), int(self.treatment.units)
        fixed = self.regimen.units if self.regimen and self.treatment.protocol else None
        return (int(fixed[0]), int(fixed[1])) if fixed else (0, OPEN)

    def _by_protocol(self) -> Iterator[Injection]:
        low, high = self._whole()
        treatment = self.treatment
        split = self.atlas.split(self.stretch, self.regimen.name, treatment.visit, treatment.product) if self.regimen else ()
        base = sum(units for units, _ in split)
        if not split or low < base:
            sites = split if treatment.protocol else ()  # a named protocol was given at its sites, with however few units
            for _, shape in sites:
                yield Injection(shape, self.near, self.far, 0, 0, self.asks, self.index)
            yield self._injection(low, high, self._anywhere(), dated=not sites)
            return
        for units, shape in split:
            yield Injection(shape, self.near, self.far, units, units, self.asks, self.index)
        if high > base:
            assert self.regimen is not None
            usual = self.regimen.units is not None and high <= self.regimen.units[1]
            muscles = self.regimen.above_split if usual and self.regimen.above_split else self._split_muscles()
            yield self._injection(low - base, high - base, self.atlas.in_muscles(muscles), dated=False)

    def _split_muscles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(muscle for muscle, _, _ in self.regimen.split)) if self.regimen else ()

    def _anywhere(self) -> Where:
        """Where units may be when only the purpose is known, or not even that."""
        if self.regimen is None or self.regimen.muscles is None:
            return ANYWHERE
        return self.atlas.in_muscles(self.regimen.muscles) if self.regimen.muscles else OUTSIDE

    def _place(self, dose: PastDose) -> Where:
        if dose.zone is None:
            assert dose.muscle is not None
            return self.atlas.in_muscle(dose.muscle, dose.side, dose.band)
        return self.atlas.in_zone(dose.zone, dose.muscle, dose.side, dose.band)
