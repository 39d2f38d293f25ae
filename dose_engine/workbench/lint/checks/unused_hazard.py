"""Summary
    A hazard that no caution or stop names.

Why it matters
    The book knows that it can happen and does nothing about it; or the rule that did was removed.

What to do
    Name it under `hazard` in the rules and zones that guard against it, or take it out.

Example
    # and no rule with hazard: H-ECTROPION
    H-ECTROPION: {title: Lower lid turns out, says: "…", sources: [L37]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    named = {rule.hazard for rule in reading.book.rules}
    for hazard in reading.book.hazards.values():
        if hazard.id not in named:
            place = reading.at("rules/hazards.yaml", hazard.id)
            yield Found(
                "no caution or stop guards against it", place, f"hazard {hazard.id}", "name it in the rules that do, or take it out"
            )
