"""Where a dose can be under a rulebook, and how a plan, a history or a schedule names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from ...rulebook.model import Computation, Rulebook
from ...tally import Filter
from ..cases import TODAY

PLACE = ("zone", "region", "muscle", "side", "band")


class Place(NamedTuple):
    """One place of a zone; `band` is `none` where the zone has none."""

    zone: str
    region: str
    muscle: str
    side: str
    band: str

    def entry(self, book: Rulebook) -> dict[str, Any]:
        """The place as a plan names it: only what the zone does not say already."""
        zone = book.zones[self.zone]
        entry: dict[str, Any] = {"zone": self.zone}
        if len(zone.muscles) > 1:
            entry["muscle"] = self.muscle
        if len(zone.muscles[self.muscle]) > 1:
            entry["side"] = self.side
        if zone.bands:
            entry["band"] = self.band
        return entry


def places(book: Rulebook) -> Iterator[Place]:
    """Every place, in the order of the zones."""
    for zone in book.zones.values():
        for muscle, sides in zone.muscles.items():
            for side in sides:
                for band in zone.bands or ("none",):
                    yield Place(zone.name, zone.region, muscle, side, band)


def filters(how: Computation, bound: Mapping[str, Filter]) -> tuple[Filter, ...]:
    """What a declared sum, count or distance asks of a dose. `bound`: what each binding of `this` means for the dose at hand."""
    return (*(bound[name] for name in how.this), *how.where)


def fits(place: Place, wanted: Sequence[Filter]) -> bool:
    return all((getattr(place, field) in words) is not negated for field, words, negated in wanted if field in PLACE)


def allowed(field: str, options: Iterable[str], wanted: Sequence[Filter]) -> list[str]:
    """The options that every filter on the field lets through."""
    own = [(words, negated) for name, words, negated in wanted if name == field]
    return [option for option in options if all((option in words) is not negated for words, negated in own)]


def place_matters(wanted: Sequence[Filter]) -> bool:
    return any(field in PLACE for field, _, _ in wanted)


def purposes(book: Rulebook, wanted: Sequence[Filter], place: Place | None) -> list[str]:
    """What a treatment may have been for: in this muscle, or, where the place does not matter, first in none of our muscles."""
    found = allowed("purpose", book.protocols, wanted)
    if place is not None:
        return [name for name in found if may_be_in(book, name, place.muscle)][:2] or found[:1]
    return sorted(found, key=lambda name: (book.protocols[name].muscles != (), name == "aesthetic"))[:2]


def may_be_in(book: Rulebook, purpose: str, muscle: str) -> bool:
    """Does a treatment for the purpose go into the muscle?"""
    muscles = book.protocols[purpose].muscles
    return muscles is None or muscle in muscles


def treatments(book: Rulebook, how: Computation, wanted: Sequence[Filter], days: int, units: Any) -> Iterator[dict[str, Any]]:
    """Treatments that a declared sum, count or distance takes in, `days` from today (negative: earlier). `units` None: not said."""
    others = [name for name in book.products if name != book.product]
    products = others if how.product == "other" else allowed("product", [book.product], wanted)
    visits = allowed("visit", ("first_pass", "maintenance", "touch_up"), wanted)
    where = [place for place in places(book) if fits(place, wanted)][:2] if place_matters(wanted) else [None]
    if not products or not visits:
        return
    for place in where:
        for purpose in purposes(book, wanted, place):
            made: dict[str, Any] = {"date": (TODAY + timedelta(days=days)).isoformat()}
            made |= {"product": products[0]} if products[0] != book.product else {}
            made |= {"purpose": purpose}
            made |= {"visit": visits[0]} if visits[0] != "first_pass" else {}
            amount = {"units": units} if units is not None else {}
            yield made | ({"doses": [place.entry(book) | amount]} if place else amount)
