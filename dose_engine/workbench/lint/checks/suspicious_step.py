"""Summary
    A number more than five times the one below it: a stop far above its caution, or a range that ends far above its
    start.

Why it matters
    The commonest dose error is a factor of ten, one zero too many. The book is where such a slip would do the most
    harm.

What to do
    Read the number in its source again. If it is right, acknowledge it with that source.

Example
    # 10 was meant
    - {of: side, caution_above: 4, stop_above: 100, sources: [S56]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
MOST_TIMES = 5
_HELP = "read the number in its source again; one zero too many is the commonest slip"


def check(reading: Reading) -> Iterator[Found]:
    for offer in reading.offers:
        if offer.line.max > MOST_TIMES * offer.line.min:
            yield Found(f"the suggestion goes from {offer.line.min} to {offer.line.max} U", offer.place, offer.about, _HELP)
    for stop in reading.limits:
        assert stop.limit is not None
        cautions = [
            rule.limit.units
            for rule in reading.limits
            if rule.limit and rule.severity is Finds.CAUTION and rule.limit[:3] == stop.limit[:3] and not rule.limit.conditional
        ]
        low = max(cautions, default=None)
        if stop.severity is Finds.STOP and low is not None and stop.limit.units > MOST_TIMES * low:
            message = f"`stop_above: {stop.limit.units}` is more than {MOST_TIMES} times the caution line of {low} U"
            yield Found(message, reading.rule_place(stop), reading.about(stop), _HELP)
