"""What the narrower lines of a zone leave of a wider one, by arithmetic: two sides of 10 U leave 20 U in total."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...advisory import Severity
from ...rulebook.model import Rule, Zone
from .reading import Reading

WIDTH: Final = {"point": 0, "dose": 1, "side": 2, "total": 3}
"""How wide each basis is."""

WEIGHT: Final = {Severity.INFO: 0, Severity.CAUTION: 1, Severity.STOP: 2}
"""How much each severity counts."""


def weight(rule: Rule) -> int:
    return WEIGHT[rule.severity] if rule.severity else -1


def most_of_narrower(rule: Rule, reading: Reading) -> int | None:
    """The most that can be given under the lines narrower than this one and at least as severe; None where some place has no such line."""
    limit = rule.limit
    assert limit is not None
    zone = reading.book.zones[limit.zone]
    lines = [
        other
        for other in reading.limits
        if other is not rule
        and other.limit
        and other.limit.zone == zone.name
        and not other.limit.conditional
        and weight(other) >= weight(rule)
    ]
    if limit.of == "total":
        muscles = [limit.muscle] if limit.muscle else list(zone.muscles)
        return _sum(_side([m for m in muscles if side in zone.muscles[m]], lines) for side in _sides(zone, muscles))
    if limit.of == "side" and zone.bands:
        return _sum(_least(lines, "dose", None) for _ in zone.bands)
    return None


def most_in_total(zone: Zone, reading: Reading) -> int | None:
    """The most that can be given in a whole zone under its lines of a side."""
    lines = [rule for rule in reading.limits if rule.limit and rule.limit.zone == zone.name and not rule.limit.conditional]
    return _sum(_side([m for m in zone.muscles if side in zone.muscles[m]], lines) for side in zone.sides)


def _sides(zone: Zone, muscles: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(side for muscle in muscles for side in zone.muscles[muscle]))


def _side(muscles: list[str], lines: list[Rule]) -> int | None:
    """What the lines of a side leave of these muscles: the line for all of them, or the lines of each together."""
    whole = _least(lines, "side", None)
    each = _sum(_least(lines, "side", muscle) for muscle in muscles)
    known = [amount for amount in (whole, each) if amount is not None]
    return min(known, default=None)


def _least(lines: list[Rule], of: str, muscle: str | None) -> int | None:
    return min((int(rule.limit.units) for rule in lines if rule.limit and (rule.limit.of, rule.limit.muscle) == (of, muscle)), default=None)


def _sum(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
