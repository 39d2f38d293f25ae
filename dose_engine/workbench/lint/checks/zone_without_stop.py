"""Summary
    A zone in which some dose, however large, is never a stop.

Why it matters
    Nothing but the totals of the whole patient stands between a slip of the pen and the face. Every zone needs a last
    line; one for which no dose is offered needs a rule that stops every dose.

What to do
    Add a limit with `stop_above` and without `when` (of side or total, or one for each muscle), or a rule that stops
    every dose in the zone.

Example
    # and no stop_above anywhere
    limits: [{of: side, caution_above: 4, sources: [S56]}]
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ....rulebook.conditions import All
from ....rulebook.model import Zone
from ..finding import Found, Severity
from ..reading import ZONES, Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    for zone in reading.book.zones.values():
        open_muscles = [muscle for muscle in zone.muscles if not _has_line(zone, muscle, reading)]
        if open_muscles and not _always_stopped(zone, reading):
            named = "" if len(zone.muscles) == 1 else f" in {', '.join(open_muscles)}"
            message = f"no dose{named} is ever a stop here, however large"
            help = "add a limit with `stop_above` and without `when`, or a rule that stops every dose in this zone"
            yield Found(message, reading.at(ZONES, zone.name), f"zone {zone.name}", help)


def _has_line(zone: Zone, muscle: str, reading: Reading) -> bool:
    lines = (rule.limit for rule in reading.limits if rule.limit and rule.severity is Finds.STOP and not rule.limit.conditional)
    return any(line.zone == zone.name and line.muscle in (None, muscle) and line.of != "point" for line in lines)


def _always_stopped(zone: Zone, reading: Reading) -> bool:
    stops = [rule for rule in reading.written if rule.severity is Finds.STOP and zone.name in _zones_of(rule.id, reading)]
    return any(reading.logic.implies(All(), rule.condition, reading.grounds_of(zone)) for rule in stops)


def _zones_of(rule_id: str, reading: Reading) -> set[str]:
    rule = reading.book.rule_by_id[rule_id]
    return {name for ground in reading.possible_at(rule) for name in ground.fields.get("zone", ())}
