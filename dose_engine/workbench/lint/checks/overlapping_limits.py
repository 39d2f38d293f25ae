"""Summary
    Two limit lines of one zone, muscle, basis and severity that can both hold.

Why it matters
    The lower line always speaks first, so the higher one is a number that nobody ever meets. Which of the two was
    meant?

What to do
    Keep one line, or give each a `when` that excludes the other, and a word with `called` that tells them apart.

Example
    - {of: side, caution_above: 4, sources: [S56]}
    - {of: side, caution_above: 6, sources: [R7]}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ....report.words import BASES
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    for one, other in combinations(reading.limits, 2):
        if not (one.limit and other.limit) or one.severity is not other.severity:
            continue
        if one.limit[:3] != other.limit[:3] or not reading.logic.together([one.condition, other.condition], reading.grounds(one)):
            continue
        lines = f"`{one.severity}_above: {one.limit.units}` (line {one.line}) and `{other.severity}_above: {other.limit.units}`"
        message = f"{lines} are both lines {BASES[one.limit.of]}, and both can be crossed at once"
        yield Found(message, reading.rule_place(other), reading.about(other), "keep one, or give each a `when` that excludes the other")
