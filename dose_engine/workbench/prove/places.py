"""Where a dose can be, as far as a record can say it: the sets of possible places that `injections` works with, listed for the solver."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from ...rulebook.model import Rulebook
from ...rulebook.vocabulary import ELSEWHERE

Known = frozenset[str] | None
"""The words a field may be; None: anything."""
FIELDS = ("zone", "region", "muscle", "side", "band")
_NOWHERE: Known = frozenset((ELSEWHERE,))
_NO_BAND: Known = frozenset(("none",))


class Place(NamedTuple):
    """A place in the plan, with everything settled."""

    zone: str
    region: str
    muscle: str
    side: str
    band: str

    def known(self) -> dict[str, Known]:
        return {name: frozenset((getattr(self, name),)) for name in FIELDS}


class PastPlace(NamedTuple):
    """A place of an earlier dose: how the record writes it, and where that may be."""

    written: dict[str, str]
    may_be: dict[str, Known]


def places(book: Rulebook) -> tuple[Place, ...]:
    """Every place a dose can be planned at, in anatomical order."""
    return tuple(
        Place(zone.name, zone.region, muscle, side, band)
        for zone in book.zones.values()
        for muscle, sides in zone.muscles.items()
        for side in sides
        for band in (zone.bands or ("none",))
    )


def past_places(book: Rulebook) -> dict[str, PastPlace]:
    """Every way a record can place an earlier dose, by a name of its own: a zone as far as known, or a muscle without its zone."""
    found: dict[str, PastPlace] = {}
    for zone in book.zones.values():
        muscles: list[str | None] = [None, *zone.muscles] if len(zone.muscles) > 1 else [None]
        sides: list[str | None] = [None, *zone.sides] if len(zone.sides) > 1 else [None]
        bands: list[str | None] = [None, *zone.bands] if zone.bands else [None]
        for muscle, side, band in itertools.product(muscles, sides, bands):
            within = [muscle] if muscle else [m for m, where in zone.muscles.items() if side is None or side in where]
            if side is not None and muscle is not None and side not in zone.muscles[muscle]:
                continue
            written = {"zone": zone.name, "muscle": muscle, "side": side, "band": band}
            may_be: dict[str, Known] = {
                "zone": frozenset((zone.name,)),
                "region": frozenset((zone.region,)),
                "muscle": frozenset(within),
                "side": frozenset((side,)) if side else frozenset(s for m in within for s in zone.muscles[m]),
                "band": _NO_BAND if not zone.bands else frozenset((band,)) if band else frozenset(zone.bands),
            }
            stated = {key: value for key, value in written.items() if value is not None}
            found["dose " + " ".join(stated.values())] = PastPlace(stated, may_be)
    for muscle in book.muscles:
        zones = [zone for zone in book.zones.values() if muscle in zone.muscles]
        on = list(dict.fromkeys(side for zone in zones for side in zone.muscles[muscle])) or ["left", "right"]
        along = list(dict.fromkeys(band for zone in zones for band in zone.bands))
        for side, band in itertools.product((None, *on), (None, *along)):
            stated = {"muscle": muscle} | ({"side": side} if side else {}) | ({"band": band} if band else {})
            found["muscle " + " ".join(stated.values())] = PastPlace(stated, of_muscle(book, muscle, side, band))
    return found


def whole_place(book: Rulebook, purpose: str) -> dict[str, Known]:
    """Where the units of a treatment may be of which only the purpose is known, or not even that."""
    protocol = book.protocols.get(purpose)
    if protocol is None or protocol.muscles is None:
        return dict.fromkeys(FIELDS)
    if not protocol.muscles:
        return {"zone": _NOWHERE, "region": _NOWHERE, "muscle": _NOWHERE, "side": None, "band": _NO_BAND}
    return of_muscles(book, protocol.muscles)


def of_muscles(book: Rulebook, muscles: tuple[str, ...]) -> dict[str, Known]:
    joined: dict[str, Known] = {}
    found = [of_muscle(book, muscle, None) for muscle in muscles]
    for name in FIELDS:
        sets: list[Any] = [place[name] for place in found]
        joined[name] = None if any(one is None for one in sets) else frozenset().union(*sets)
    return joined


def of_muscle(book: Rulebook, muscle: str, side: str | None, band: str | None = None) -> dict[str, Known]:
    """Where a muscle is: in the zones that have it, or in none."""
    zones = [zone for zone in book.zones.values() if muscle in zone.muscles]
    sides: Known = frozenset((side,)) if side else frozenset(s for zone in zones for s in zone.muscles[muscle]) or None
    if not zones:
        return {"zone": _NOWHERE, "region": _NOWHERE, "muscle": frozenset((muscle,)), "side": sides, "band": _NO_BAND}
    return {
        "zone": frozenset(zone.name for zone in zones),
        "region": frozenset(zone.region for zone in zones),
        "muscle": frozenset((muscle,)),
        "side": sides,
        "band": _NO_BAND if not any(zone.bands for zone in zones) else frozenset((band,)) if band else None,
    }
