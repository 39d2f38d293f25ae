"""Summary
    A range or a line that is not on a half-unit step.

Why it matters
    Doses are measured and offered in steps of 0.5 U. A line at 2.3 U is a line at 2 U that nobody can see, or a slip
    of the pen.

What to do
    Round the number to a half unit as its source allows, or correct it.

Example
    - {of: side, caution_above: 2.3, sources: [R12]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....units import HALF
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
_HELP = "round it to 0.5 U as its source allows, or correct it"


def check(reading: Reading) -> Iterator[Found]:
    for offer in reading.offers:
        for key, units in (("min", offer.line.min), ("max", offer.line.max)):
            if units % HALF:
                yield Found(f"`{key}: {units}` is not a multiple of 0.5 U", offer.place, offer.about, _HELP)
    for rule in reading.limits:
        if rule.limit is not None and rule.limit.units % HALF:
            message = f"`{rule.severity}_above: {rule.limit.units}` is not a multiple of 0.5 U"
            yield Found(message, reading.rule_place(rule), reading.about(rule), _HELP)
    for rule in reading.written:
        if rule.lower_max is not None and rule.lower_max.units % HALF:
            place = reading.rule_place(rule, "then", "lower_max_to")
            yield Found(f"`units: {rule.lower_max.units}` is not a multiple of 0.5 U", place, f"rule {rule.id}", _HELP)
