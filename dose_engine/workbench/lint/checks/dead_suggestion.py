"""Summary
    A line of `suggest` that is never the one used.

Why it matters
    The first line whose `when` holds is used. A line that cannot hold in its zone, or only where an earlier one
    holds, is a range that nobody is ever shown.

What to do
    Correct its `when`, put it before the line that covers it, or take it out.

Example
    suggest:
      - {when: {visit: touch_up}, of: total, min: 0.5, max: 2, sources: [R5]}
      # never reached
      - {when: {visit: touch_up, activity: overactive}, of: side, min: 1, max: 2, sources: [R5]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    for offer in reading.offers:
        if not reading.logic.together([offer.used_when], reading.grounds_of(offer.zone)):
            message = (
                f"the suggestion {offer.line.min} to {offer.line.max} U is never used: its `when` cannot hold after the lines before it"
            )
            yield Found(message, offer.place, offer.about, "correct its `when`, move it up, or take it out")
