"""The places of a rulebook: what each means to the plan, to the record and to the sums. The same for every case, so each is worked out
when it is first asked for and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple

from .advisory import Limit, Place, Verdict
from .rulebook.conditions import facts_read
from .rulebook.model import Rulebook, Stretch, Suggestion
from .rulebook.vocabulary import BINDINGS, ELSEWHERE
from .wording import place_text

Known = frozenset[str] | None
"""What a field of a dose may be; None where it may be anything."""

Filter = tuple[str, frozenset[str], bool]
"""A field of a dose, the words accepted, and whether they are excluded instead."""

Ours = Literal["yes", "no", "unknown"]

MOST_SHAPES: Final = 5_000
"""Shapes kept. A clinic meets some hundred; the bound is for a caller who tries every combination of words."""

_OTHER_SIDE = {"left": "right", "right": "left"}
_NOWHERE: Known = frozenset((ELSEWHERE,))
_NO_BAND: Known = frozenset(("none",))
NOT_STATED: Known = frozenset(("not_stated",))


class Ask(NamedTuple):
    """What would have to be known: the question's name, and the prompt. `counts`: the most it counts for while it is open; None where
    the rulebook says that."""

    name: str
    prompt: str
    counts: Verdict | None = None


class Where(NamedTuple):
    """Where a dose may be."""

    zone: Known
    region: Known
    muscle: Known
    side: Known
    band: Known


ANYWHERE: Final = Where(None, None, None, None, None)
OUTSIDE: Final = Where(_NOWHERE, _NOWHERE, _NOWHERE, None, _NO_BAND)
"""In none of the muscles that the rulebook knows."""


class Shape:
    """All that a dose may be, save its day and its units: where it is, what for, at which visit, of which product, in which stretch. Doses
    that are alike have one and the same shape, so that they can be counted together and what is known of the shape is known of each."""

    __slots__ = ("dated", "may_be", "ours", "stretch")

    def __init__(self, stretch: Stretch, may_be: Mapping[str, Known], ours: Ours, dated: bool) -> None:
        self.stretch = stretch
        self.may_be = may_be
        """By the field that a filter names."""
        self.ours = ours
        """Is it the rulebook's product?"""
        self.dated = dated
        """False for units that only complete a treatment whose doses stand beside it: they count in sums, not in days."""


def union(places: Sequence[Where]) -> Where:
    """Anywhere that one of the places is."""
    return Where(*(None if None in sets else frozenset().union(*sets) for sets in zip(*places, strict=True)))


class Site:
    """One place of the plan: its zone, muscle, side and band, and what follows from them."""

    def __init__(self, zone: str, muscle: str, side: str, band: str, book: Rulebook) -> None:
        self.zone, self.muscle, self.side, self.band = zone, muscle, side, band
        self.region = book.zones[zone].region
        self._book = book
        self._this: dict[tuple[str, ...], tuple[Filter, ...]] = {}
        self._named: dict[tuple[str, ...], tuple[Place, str]] = {}

    @cached_property
    def where(self) -> Where:
        return Where(*(frozenset((word,)) for word in (self.zone, self.region, self.muscle, self.side, self.band)))

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The stop lines of the zone that can apply here, the narrowest first."""
        rules = self._book.stop_lines[self.zone, self.muscle]
        return tuple(Limit(of=rule.limit.of, units=rule.limit.units, sources=rule.sources) for rule in rules if rule.limit)

    @cached_property
    def suggest(self) -> tuple[tuple[Suggestion, frozenset[str]], ...]:
        """What is suggested here, each line with the facts that its condition reads."""
        return tuple((line, facts_read(line.condition)) for line in self._book.zones[self.zone].suggest)

    def this(self, names: tuple[str, ...]) -> tuple[Filter, ...]:
        """What `this` means here, as filters."""
        known = self._this.get(names)
        if known is None:
            known = self._this[names] = tuple(self.filters[name] for name in names)
        return known

    def named(self, placement: tuple[str, ...]) -> tuple[Place, str]:
        """The place of a dose here as the advisory names it, and in words."""
        known = self._named.get(placement)
        if known is None:
            place = Place(
                zone=self.zone,
                muscle=self.muscle,
                side=self.side,  # type: ignore[arg-type]
                band=None if self.band == "none" else self.band,
                placement=() if placement == ("standard",) else placement,
            )
            known = self._named[placement] = (place, place_text(place, self._book))
        return known

    @cached_property
    def filters(self) -> dict[str, Filter]:
        """What each binding of `this` means here; a dose in the midline has no other side."""
        other = _OTHER_SIDE.get(self.side)
        bound: dict[str, Filter] = {name: (name, frozenset((getattr(self, name),)), False) for name in BINDINGS if name != "other_side"}
        bound["other_side"] = ("side", frozenset((other,)) if other else frozenset(), False)
        return bound

    @cached_property
    def asks(self) -> dict[str, Ask]:
        """What a plan can leave open. Units not decided yet ask for a suggestion: they are listed, and change no verdict."""
        zone, band = self._book.zones[self.zone], "" if self.band == "none" else self.band
        shown = self.muscle if len(zone.muscles) > 1 else ""
        name = " ".join(word for word in ("plan", self.zone, shown, self.side, band) if word)
        parts = (zone.label, shown.replace("_", " "), self.side if self.side != "midline" else "", f"{band} band" if band else "")
        where = ", ".join(part for part in parts if part)
        return {
            "product": Ask("product", "Which product is planned?"),
            "units": Ask(f"{name}: units", f"How many units are planned for {where}?", Verdict.OK),
        }


class Atlas:
    """The places of one rulebook. What is kept is never changed, so threads may share it."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._sites: dict[tuple[str, str | None, str | None, str | None], Site] = {}
        self._muscles: dict[tuple[str, str | None, str | None], Where] = {}
        self._groups: dict[tuple[str, ...], Where] = {}
        self._zones: dict[tuple[str, str | None, str | None, str | None], Where] = {}
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._splits: dict[tuple[Stretch, str, str | None, str | None], tuple[tuple[int, Shape], ...]] = {}

    def site(self, zone: str, muscle: str | None, side: str | None, band: str | None) -> Site:
        """The place that a plan entry means; the muscle and the side that it leaves out are the only ones there are."""
        key = (zone, muscle, side, band)
        found = self._sites.get(key)
        if found is None:
            muscles = self.book.zones[zone].muscles
            name = muscle or next(iter(muscles))
            found = self._sites[key] = Site(zone, name, side or muscles[name][0], band or "none", self.book)
        return found

    def in_zone(self, zone: str, muscle: str | None, side: str | None, band: str | None) -> Where:
        """Where a recorded dose that names its zone may be."""
        key = (zone, muscle, side, band)
        found = self._zones.get(key)
        if found is None:
            found = self._zones[key] = self._in_zone(*key)
        return found

    def _in_zone(self, name: str, muscle: str | None, side: str | None, band: str | None) -> Where:
        zone = self.book.zones[name]
        muscles = [muscle] if muscle else [m for m, sides in zone.muscles.items() if side is None or side in sides]
        sides = frozenset((side,)) if side else frozenset(side for muscle in muscles for side in zone.muscles[muscle])
        bands: Known = _NO_BAND if not zone.bands else frozenset((band,)) if band else frozenset(zone.bands)
        return Where(frozenset((name,)), frozenset((zone.region,)), frozenset(muscles), sides, bands)

    def in_muscle(self, muscle: str, side: str | None, band: str | None = None) -> Where:
        """Where a dose of a muscle may be, in whichever of its zones."""
        key = (muscle, side, band)
        found = self._muscles.get(key)
        if found is None:
            found = self._muscles[key] = self._in_muscle(*key)
        return found

    def _in_muscle(self, muscle: str, side: str | None, band: str | None) -> Where:
        zones = [zone for zone in self.book.zones.values() if muscle in zone.muscles]
        sides = frozenset((side,)) if side else frozenset(s for zone in zones for s in zone.muscles[muscle]) or None
        if not zones:
            return Where(_NOWHERE, _NOWHERE, frozenset((muscle,)), sides, _NO_BAND)
        bands: Known = _NO_BAND if not any(zone.bands for zone in zones) else frozenset((band,)) if band else None
        names, regions = frozenset(zone.name for zone in zones), frozenset(zone.region for zone in zones)
        return Where(names, regions, frozenset((muscle,)), sides, bands)

    def in_muscles(self, muscles: tuple[str, ...]) -> Where:
        """Where a dose of any of the muscles may be, on either side."""
        found = self._groups.get(muscles)
        if found is None:
            found = self._groups[muscles] = union([self.in_muscle(muscle, None) for muscle in muscles])
        return found

    def split(self, stretch: Stretch, purpose: str, visit: str | None, product: str | None) -> tuple[tuple[int, Shape], ...]:
        """The doses of a regimen whose split is fixed: the units and the shape of each."""
        key = (stretch, purpose, visit, product)
        found = self._splits.get(key)
        if found is None:
            words = (frozenset((purpose,)), self.visit(visit), self.product(product))
            split = self.book.protocols[purpose].split
            found = tuple((int(units), self.shape(stretch, self.in_muscle(muscle, side), *words)) for muscle, side, units in split)
            self._splits[key] = found
        return found

    def visit(self, visit: str | None) -> Known:
        """At which visit an earlier or scheduled treatment was; one that is not stated was no touch-up."""
        return frozenset((visit or "first_pass",))

    def product(self, product: str | None) -> Known:
        """Of which product a treatment was; one that is not stated was the rulebook's."""
        return None if product == "unknown" else frozenset((product or self.book.product,))

    def shape(
        self,
        stretch: Stretch,
        where: Where,
        purpose: Known,
        visit: Known,
        product: Known,
        *,
        activity: Known = NOT_STATED,
        aim: Known = NOT_STATED,
        dated: bool = True,
    ) -> Shape:
        """The shape of a dose: one and the same object for doses that are alike."""
        key = (stretch, *where, purpose, visit, product, activity, aim, dated)
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()  # who holds a shape keeps it; doses alike before and after are then only counted apart
            words = {"purpose": purpose, "visit": visit, "activity": activity, "aim": aim, "product": product}
            ours: Ours = "unknown" if product is None else "yes" if self.book.product in product else "no"
            found = self._shapes[key] = Shape(stretch, where._asdict() | words, ours, dated)
        return found
