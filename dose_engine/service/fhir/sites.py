"""Where a dose goes: a FHIR `site` to our zones and muscles.

The engine plans by zone, muscle, side and band; a record often says less. A site that could be several of our places is then shared out
among them in proportion to their stop lines: what is above such a line is above one however the dose was split.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ...rulebook.model import LimitLine, Rulebook
from .codes import Codes, meaning
from .elements import Concept, concept_of, short
from .site_table import BOTH, SITE_SYSTEM, Named, SiteRow, by_code, of_code, of_text


@dataclass(frozen=True, slots=True)
class Place:
    """One of our places, as far as it is stated. Without a zone it is a muscle that lies outside them, or in several."""

    zone: str | None
    muscle: str | None
    side: str | None
    band: str | None = None

    def entry(self) -> dict[str, Any]:
        """As a dose of a case names it."""
        named = {"zone": self.zone, "muscle": self.muscle, "side": self.side, "band": self.band}
        return {key: value for key, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Site:
    """A site as it was read. `places` is empty when no dose is planned there; `why` then says so. Several places: which is not stated."""

    said: str
    label: str = ""
    places: tuple[Place, ...] = ()
    recorded: Place | None = None
    """The same as a record of the past names it: what is not stated is left out, so that the engine counts with every possibility."""
    why: str = ""
    both: bool = False
    """Both sides are named, and so it is not stated whether a dose is for each of them or for the two together."""


NO_SITE: Final = Site("", why="no site is named")
UNREADABLE: Final = Site("a site that cannot be read", why="it is not written as FHIR has it")


class Sites:
    """Reads sites under one rulebook."""

    def __init__(self, book: Rulebook, codes: Codes) -> None:
        self._book, self._codes = book, codes
        self._read: dict[Concept, Site] = {}

    def of_concept(self, written: Any) -> Site:
        """The site of a dose, by its codes and exact names together; two that disagree are no site at all."""
        if written is None or written == {}:
            return NO_SITE
        if not isinstance(written, dict):
            return UNREADABLE
        concept = concept_of(written)
        if concept not in self._read:
            self._read[concept] = self._site(concept)
        return self._read[concept]

    def _site(self, concept: Concept) -> Site:
        found = _narrowest({*_coded(concept, self._codes), *(one for text in concept.said if (one := of_text(text)) is not None)})
        said = short(next(iter((*concept.said, *(one.code for one in concept.codings))), "a site without a name"))
        if len(found) > 1:
            return Site(said, why="its codes and names are of different places")
        if not found:
            return Site(said, why="it is not a site that this service knows")
        code, side = found.pop()
        return _site(said, by_code()[code], side, self._book)


def _coded(concept: Concept, codes: Codes) -> Iterator[Named]:
    for coding in concept.codings:
        ours = [coding.code] if coding.system.rstrip("/") == SITE_SYSTEM else []
        for code in (*ours, *meaning(codes.of_coding(coding), "site")):
            if (named := of_code(code)) is not None:
                yield named


def _narrowest(found: set[Named]) -> set[Named]:
    """One muscle with and without its side is the one with the side."""
    sided = {code for code, side in found if side is not None}
    return {one for one in found if one[1] is not None or one[0] not in sided}


def _site(said: str, row: SiteRow, side: str | None, book: Rulebook) -> Site:
    label = f"{row.english.lower()} ({row.latin}{f', {side}' if side else ''})"
    inside = [(zone, muscle, band) for zone, muscle, band in row.places if zone and muscle in _muscles(zone, book)]
    places = tuple(_settled(inside, side, book))
    outside = [muscle for zone, muscle, _ in row.places if zone is None and muscle in book.muscles]
    recorded = _common(places) if places else Place(None, outside[0], side if side in row.sides else None) if outside else None
    why = "" if places else "no dose is planned in this muscle here" if recorded else "the rulebook does not know this site"
    return Site(said or label, label, places, recorded, why, side == BOTH)


def _muscles(zone: str, book: Rulebook) -> Iterable[str]:
    return book.zones[zone].muscles if zone in book.zones else ()


def _settled(inside: Iterable[tuple[str, str, str | None]], side: str | None, book: Rulebook) -> Iterator[Place]:
    """Every place that the stated side leaves possible: those of that side where there are any, else those of all sides."""
    parts = [(zone, muscle, band, book.zones[zone].muscles[muscle]) for zone, muscle, band in inside]
    with_side = [part for part in parts if side in part[3]]
    for zone, muscle, band, sides in with_side or parts:
        yield from (Place(zone, muscle, one, band) for one in ([side] if with_side else sides))


def _common(places: tuple[Place, ...]) -> Place:
    """What all the places have in common."""

    def same(name: str) -> Any:
        values = {getattr(place, name) for place in places}
        return values.pop() if len(values) == 1 else None

    return Place(same("zone"), same("muscle"), same("side"), same("band"))


def stop_lines(places: tuple[Place, ...], book: Rulebook) -> list[int]:
    """By what a dose is shared among places: the line of each above which it is a stop; 1 for all where one of them has none."""
    lines = [
        min((int(limit.units) for limit in _limits(place, book) if not limit.conditional and limit.of in _bases(place)), default=0)
        for place in places
    ]
    return lines if all(lines) else [1] * len(lines)


def _limits(place: Place, book: Rulebook) -> Iterator[LimitLine]:
    yield from (rule.limit for rule in book.stop_lines[place.zone or "", place.muscle or ""] if rule.limit)


def _bases(place: Place) -> tuple[str, ...]:
    """What a line of one place is a line of."""
    return ("dose", "side") if place.band is None else ("dose",)
