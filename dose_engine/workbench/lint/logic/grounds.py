"""The places a dose can be at, as far as they are known before any case: zone, region, muscle, sides and bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....rulebook.model import Rulebook

NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A place: the words that each fact about it can be, and the facts that count nothing here."""

    words: Mapping[str, frozenset[str]]
    fields: Mapping[str, frozenset[str]]
    """The same by the field of a dose (`zone`, `side`), as sums name it."""
    empty: frozenset[str] = NOWHERE
    """Computed facts over the other side, in the midline: sums are 0, days are never."""
    name: str = "the case"


CASE = Ground({}, {})


def grounds(book: Rulebook) -> tuple[Ground, ...]:
    """Every zone and muscle, the sides and bands it has."""
    facts = {fact.given: name for name, fact in book.facts.items() if fact.given.startswith("dose.")}
    other_side = frozenset(name for name, fact in book.facts.items() if fact.computation and "other_side" in fact.computation.this)
    found = []
    for zone in book.zones.values():
        for muscle, sides in zone.muscles.items():
            here: dict[str, frozenset[str]] = {
                "zone": frozenset((zone.name,)),
                "region": frozenset((zone.region,)),
                "muscle": frozenset((muscle,)),
                "side": frozenset(sides),
                "band": frozenset(zone.bands or ("none",)),
            }
            named = {facts[f"dose.{field}"]: words for field, words in here.items() if f"dose.{field}" in facts}
            found.append(Ground(named, here, other_side if sides == ("midline",) else NOWHERE, f"{zone.name}, {muscle}"))
    return tuple(found)
