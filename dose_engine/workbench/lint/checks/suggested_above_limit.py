"""Summary
    A suggested maximum above a caution or stop line of the same place.

Why it matters
    Whoever follows the suggestion is warned, or stopped, by the same book. One of the two numbers is wrong, and
    nobody can tell which.

What to do
    Lower the maximum to the line, or raise the line, whichever the source says.

Example
    suggest: [{of: side, min: 1, max: 5, sources: [S56]}]
    limits: [{of: side, caution_above: 4, stop_above: 10, sources: [S56]}]
"""

from __future__ import annotations

from collections.abc import Iterator

from ....report.words import BASES
from ....rulebook.model import Rule
from ....units import Units
from ..finding import Found, Severity
from ..reading import Offer, Reading
from ..slots import WIDTH, most_in_total

SEVERITY = Severity.ERROR
_HELP = "lower the maximum or raise the line, whichever the source says"


def check(reading: Reading) -> Iterator[Found]:
    for offer in reading.offers:
        most = offer.line.max
        crossed = next((rule for rule in reading.limits if _crossed(rule, offer, reading)), None)
        if crossed is not None and crossed.limit is not None:
            line = f"the {crossed.severity} line of {crossed.limit.units} U (`{crossed.id}`)"
            yield Found(f"the suggestion of up to {most} U {BASES[offer.line.of]} goes above {line}", offer.place, offer.about, _HELP)
            continue
        room = most_in_total(offer.zone, reading) if offer.line.of == "total" else None
        if room is not None and room < most:
            message = f"the suggestion of up to {most} U in total cannot be given: the lines of the sides leave {Units(room)} U"
            yield Found(message, offer.place, offer.about, _HELP)


def _crossed(rule: Rule, offer: Offer, reading: Reading) -> bool:
    """Does a dose at the maximum cross this line, somewhere where both are in use?"""
    limit = rule.limit
    assert limit is not None
    if limit.zone != offer.zone.name or WIDTH[limit.of] < WIDTH[offer.line.of] or limit.units >= offer.line.max:
        return False
    if limit.muscle is not None and len(offer.zone.muscles) > 1:
        return False
    return reading.logic.together([offer.used_when, rule.condition], reading.grounds_of(offer.zone))
