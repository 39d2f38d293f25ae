"""Summary
    Doses above what is suggested, and below the first line of the same basis: neither suggested nor cautioned.

Why it matters
    A dose in the gap passes without a word, although the book does not stand behind it. Mostly the caution line was
    forgotten, or the range was narrowed and the line was not.

What to do
    Let the caution begin where the suggestion ends. Where the sources leave the gap on purpose, acknowledge it and
    name the decision.

Example
    suggest: [{of: side, min: 2, max: 6, sources: [S58]}]
    # 6 to 10 U: not a word
    limits: [{of: side, caution_above: 10, stop_above: 12, sources: [S58]}]
"""

from __future__ import annotations

from collections.abc import Iterator

from ....report.words import BASES
from ....rulebook.conditions import All
from ....rulebook.model import Rule
from ..finding import Found, Severity
from ..parts import parts_of
from ..reading import Offer, Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for offer in reading.offers:
        if offer.line.today:  # a touch-up counts today alone; no limit line counts so
            continue
        of, most = offer.line.of, offer.line.max
        lines = [rule for rule in reading.limits if _holds(rule, offer, reading)]
        first = min((rule.limit.units for rule in lines if rule.limit), default=None)
        if first is None:
            message = f"up to {most} U {BASES[of]} is suggested, and no line of the same basis holds above it"
            yield Found(message, offer.place, offer.about, f"add a limit `of: {of}` with `caution_above: {most}`")
        elif first > most:
            message = f"above {most} and up to {first} U {BASES[of]} a dose is neither suggested nor cautioned"
            yield Found(message, offer.place, offer.about, f"let `caution_above` begin at {most}, or acknowledge the gap with its decision")


def _holds(rule: Rule, offer: Offer, reading: Reading) -> bool:
    """Is this a line of the same basis that always holds where the suggestion is used?"""
    limit = rule.limit
    assert limit is not None
    if (limit.zone, limit.of) != (offer.zone.name, offer.line.of) or (limit.muscle is not None and len(offer.zone.muscles) > 1):
        return False
    when = All(parts_of(rule.condition)[:-1])  # the last part is the amount
    return reading.logic.implies(offer.used_when, when, reading.grounds_of(offer.zone))
