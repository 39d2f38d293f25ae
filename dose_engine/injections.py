"""Every dose of a case on one footing: planned today, given before, or scheduled, each as far as it is known.

A field that is not known is the set of what it may be (None: anything). Units are a range. A treatment whose split is not known is one
injection that may lie in any of its muscles. Nothing here is guessed: what is not stated widens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .advisory import Verdict
from .case import Case, PastDose, Treatment
from .rulebook.model import Protocol, Rulebook, Stretch
from .rulebook.vocabulary import ELSEWHERE
from .units import LATEST, OPEN

Known = frozenset[str] | None
_NOWHERE: Known = frozenset((ELSEWHERE,))
_FIRST: Known = frozenset(("first_pass",))
_NOT_STATED: Known = frozenset(("not_stated",))
_NO_BAND: Known = frozenset(("none",))


@dataclass(frozen=True, slots=True)
class Ask:
    """What would have to be known: the question's name, and the prompt. `counts`: the most it counts for while it is open; None where
    the rulebook says that."""

    name: str
    prompt: str
    counts: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Injection:
    """One dose. `near` and `far` are its distance from the treatment in days (back for history, ahead for scheduled)."""

    stretch: Stretch
    near: int
    far: int
    low: int
    high: int
    may_be: Mapping[str, Known]
    ours: Literal["yes", "no", "unknown"] = "yes"
    dated: bool = True
    """False for units that only complete a treatment whose doses stand beside it: they count in sums, not in days."""
    asks: Mapping[str, Ask] = field(default_factory=dict)
    """By field (`units`, `date`, `place`, `purpose`, `product`): the question behind what is not known."""
    treatment: int = -1
    """Which treatment of its stretch it belongs to; -1 for the plan."""


_FIELD_ASK = {
    "zone": "place",
    "region": "place",
    "muscle": "place",
    "side": "place",
    "band": "place",
    "product": "product",
    "purpose": "purpose",
}


def ask_for(injection: Injection, field_name: str) -> Ask | None:
    """The question behind a field that is not known."""
    return injection.asks.get(_FIELD_ASK.get(field_name, field_name))


def injections(case: Case, book: Rulebook) -> tuple[Injection, ...]:
    """The plan, the history and what is scheduled, in the order given."""
    found = list(planned(case, book))
    for index, treatment in enumerate(case.history.treatments if case.history else ()):
        found += _Given(case, book, treatment, "history", index).injections()
    for index, treatment in enumerate(case.scheduled):
        found += _Given(case, book, treatment, "scheduled", index).injections()
    return tuple(found)


def planned(case: Case, book: Rulebook) -> Iterator[Injection]:
    ours = _ours(case.product, book)
    visit = frozenset((case.visit or "first_pass",))
    for dose in case.plan:
        zone = book.zones[dose.zone]
        muscle, side = muscle_and_side(book, dose.zone, dose.muscle, dose.side)
        low, high = (0, OPEN) if dose.units is None else (int(dose.units), int(dose.units))
        may_be: dict[str, Known] = {
            "zone": frozenset((dose.zone,)),
            "region": frozenset((zone.region,)),
            "muscle": frozenset((muscle,)),
            "side": frozenset((side,)),
            "band": frozenset((dose.band or "none",)),
            "purpose": frozenset(("aesthetic",)),
            "visit": visit,
            "activity": frozenset((dose.activity,)) if dose.activity else _NOT_STATED,
            "aim": frozenset((dose.aim,)) if dose.aim else _NOT_STATED,
            "product": frozenset((case.product,)) if case.product != "unknown" else None,
        }
        yield Injection("planned", 0, 0, low, high, may_be, ours, asks=planned_asks(dose.zone, muscle, side, dose.band or "none", book))


def planned_asks(zone: str, muscle: str, side: str, band: str, book: Rulebook) -> dict[str, Ask]:
    """What a plan can leave open. Units not decided yet ask for a suggestion: they are listed, and change no verdict."""
    band = "" if band == "none" else band
    shown = muscle if len(book.zones[zone].muscles) > 1 else ""
    name = " ".join(word for word in ("plan", zone, shown, side, band) if word)
    parts = (book.zones[zone].label, shown.replace("_", " "), side if side != "midline" else "", f"{band} band" if band else "")
    where = ", ".join(part for part in parts if part)
    return {
        "product": Ask("product", "Which product is planned?"),
        "units": Ask(f"{name}: units", f"How many units are planned for {where}?", Verdict.OK),
    }


def muscle_and_side(book: Rulebook, zone: str, muscle: str | None, side: str | None) -> tuple[str, str]:
    """The one muscle and side that a plan entry means; what it leaves out is the only one there is."""
    muscles = book.zones[zone].muscles
    name = muscle or next(iter(muscles))
    return name, side or muscles[name][0]


def _ours(product: str | None, book: Rulebook) -> Literal["yes", "no", "unknown"]:
    if product is None or product == book.product:
        return "yes"
    return "unknown" if product == "unknown" else "no"


class _Given:
    """One earlier or scheduled treatment, taken apart into injections."""

    def __init__(self, case: Case, book: Rulebook, treatment: Treatment, stretch: Stretch, index: int) -> None:
        self.book, self.treatment, self.stretch, self.index = book, treatment, stretch, index
        self.purpose = treatment.protocol or treatment.purpose
        self.protocol: Protocol | None = book.protocols[self.purpose] if self.purpose else None
        if isinstance(treatment.date, date):
            distance = abs((case.date - treatment.date).days)
            self.near, self.far = distance, distance
        else:
            self.near, self.far = (0 if stretch == "history" else 1), LATEST
        self.ours = _ours(treatment.product, book)
        self.asks = self._asks()

    def injections(self) -> Iterator[Injection]:
        if self.treatment.doses:
            yield from self._by_dose(self.treatment.doses)
        else:
            yield from self._by_protocol()

    def _asks(self) -> dict[str, Ask]:
        treatment = self.treatment
        label = self.protocol.label.lower() if self.protocol else "purpose not stated"
        when = str(treatment.date) if treatment.date != "unknown" else "unknown date"
        name = f"{self.stretch} {when} {self.purpose or 'unknown'}"
        what = f"the {label} treatment of {when}" if treatment.date != "unknown" else f"the {label} treatment without a date"
        given = "was given" if self.stretch == "history" else "is scheduled"
        return {
            "units": Ask(
                f"{name}: units",
                f"How many units were given in {what}?" if self.stretch == "history" else f"How many units are planned in {what}?",
            ),
            "date": Ask(f"{name}: date", f"On which day {given.split()[0]} {what}?"),
            "place": Ask(f"{name}: doses", f"Which muscles and sides, with units, belong to {what}?"),
            "purpose": Ask(f"{name}: purpose", f"What was {what} for?"),
            "product": Ask(f"{name}: product", f"Which product was used in {what}?"),
        }

    def _injection(self, low: int, high: int, place: Mapping[str, Known], dated: bool = True) -> Injection:
        visit = self.treatment.visit
        may_be: dict[str, Known] = {
            **place,
            "purpose": frozenset((self.purpose,)) if self.purpose else None,
            "visit": frozenset((visit,)) if visit else _FIRST,
            "activity": _NOT_STATED,
            "aim": _NOT_STATED,
            "product": None if self.ours == "unknown" else frozenset((self.treatment.product or self.book.product,)),
        }
        return Injection(self.stretch, self.near, self.far, low, min(high, OPEN), may_be, self.ours, dated, self.asks, self.index)

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
            place = _union([self._place(dose) for dose in unmeasured]) if unmeasured else self._anywhere()
            yield self._injection(max(low - known, 0), high - known, place, dated=not unmeasured)

    def _whole(self) -> tuple[int, int]:
        """The units of the whole treatment: stated, or those of the protocol, or not known."""
        if self.treatment.units is not None:
            return int(self.treatment.units), int(self.treatment.units)
        fixed = self.protocol.units if self.protocol and self.treatment.protocol else None
        return (int(fixed[0]), int(fixed[1])) if fixed else (0, OPEN)

    def _by_protocol(self) -> Iterator[Injection]:
        low, high = self._whole()
        split = self.protocol.split if self.protocol else ()
        base = sum(int(units) for _, _, units in split)
        if not split or low < base:
            sites = split if self.treatment.protocol else ()  # a named protocol was given at its sites, with however few units
            for muscle, side, _ in sites:
                yield self._injection(0, 0, self._of_muscle(muscle, side))
            yield self._injection(low, high, self._anywhere(), dated=not sites)
            return
        for muscle, side, units in split:
            yield self._injection(int(units), int(units), self._of_muscle(muscle, side))
        if high > base:
            assert self.protocol is not None
            usual = self.protocol.units is not None and high <= self.protocol.units[1]
            muscles = self.protocol.above_split if usual and self.protocol.above_split else tuple(dict.fromkeys(m for m, _, _ in split))
            yield self._injection(low - base, high - base, self._of_muscles(muscles), dated=False)

    def _anywhere(self) -> Mapping[str, Known]:
        """Where units may be when only the purpose is known, or not even that."""
        if self.protocol is None or self.protocol.muscles is None:
            return {"zone": None, "region": None, "muscle": None, "side": None, "band": None}
        return self._of_muscles(self.protocol.muscles) if self.protocol.muscles else _ELSEWHERE

    def _of_muscles(self, muscles: tuple[str, ...]) -> Mapping[str, Known]:
        return _union([self._of_muscle(muscle, None) for muscle in muscles])

    def _of_muscle(self, muscle: str, side: str | None, band: str | None = None) -> Mapping[str, Known]:
        zones = [zone for zone in self.book.zones.values() if muscle in zone.muscles]
        sides = frozenset((side,)) if side else frozenset(s for zone in zones for s in zone.muscles[muscle]) or None
        if not zones:
            return {"zone": _NOWHERE, "region": _NOWHERE, "muscle": frozenset((muscle,)), "side": sides, "band": _NO_BAND}
        return {
            "zone": frozenset(zone.name for zone in zones),
            "region": frozenset(zone.region for zone in zones),
            "muscle": frozenset((muscle,)),
            "side": sides,
            "band": _NO_BAND if not any(zone.bands for zone in zones) else frozenset((band,)) if band else None,
        }

    def _place(self, dose: PastDose) -> Mapping[str, Known]:
        if dose.zone is None:
            assert dose.muscle is not None
            return self._of_muscle(dose.muscle, dose.side, dose.band)
        zone = self.book.zones[dose.zone]
        muscles = [dose.muscle] if dose.muscle else [m for m, sides in zone.muscles.items() if dose.side is None or dose.side in sides]
        sides = frozenset((dose.side,)) if dose.side else frozenset(side for muscle in muscles for side in zone.muscles[muscle])
        band: Known = _NO_BAND if not zone.bands else frozenset((dose.band,)) if dose.band else frozenset(zone.bands)
        return {
            "zone": frozenset((zone.name,)),
            "region": frozenset((zone.region,)),
            "muscle": frozenset(muscles),
            "side": sides,
            "band": band,
        }


_ELSEWHERE: Mapping[str, Known] = {"zone": _NOWHERE, "region": _NOWHERE, "muscle": _NOWHERE, "side": None, "band": _NO_BAND}


def _union(places: list[Mapping[str, Known]]) -> Mapping[str, Known]:
    """Anywhere that one of the places is."""
    joined: dict[str, Known] = {}
    for field_name in ("zone", "region", "muscle", "side", "band"):
        sets = [place[field_name] for place in places]
        known = [one for one in sets if one is not None]
        joined[field_name] = frozenset[str]().union(*known) if len(known) == len(sets) else None
    return joined
