"""Summary
    A limit line that is never crossed before another one of its zone, at least as severe.

Why it matters
    It adds nothing: a side line of 20 U under a total line of 10 U never speaks first, and a total line of 50 U over
    two side lines of 10 U is never reached at all. Such a line is often a slip of one digit. A total that is just the
    sum of its sides is fine: labels are written so, and it still counts what is known of the zone but not of the
    side.

What to do
    Correct the number, or remove the line. Where it is kept on purpose, acknowledge it with the decision.

Example
    - {of: side, stop_above: 20, sources: [R7]}
    - {of: total, stop_above: 10, sources: [R7]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....report.words import BASES
from ....rulebook.model import Rule
from ....units import Units
from ..finding import Found, Severity
from ..reading import Reading
from ..slots import most_of_narrower, weight

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.limits:
        assert rule.limit is not None
        if not reading.possible_at(rule):
            continue
        before = next((other for other in reading.limits if _speaks_first(other, rule, reading)), None)
        if before is not None:
            yield _found(rule, f"wherever it is crossed, `{before.id}` is crossed too", reading)
            continue
        most = most_of_narrower(rule, reading)
        if most is not None and most < rule.limit.units:
            yield _found(rule, f"the narrower lines of the zone leave at most {Units(most)} U", reading)


def _found(rule: Rule, why: str, reading: Reading) -> Found:
    assert rule.limit is not None
    line = f"`{rule.severity}_above: {rule.limit.units}` {BASES[rule.limit.of]}"
    return Found(f"{line} never speaks first: {why}", reading.rule_place(rule), reading.about(rule), "correct the number or remove it")


def _speaks_first(wide: Rule, narrow: Rule, reading: Reading) -> bool:
    """Is the wider line crossed wherever the narrower one is?"""
    if wide is narrow or wide.limit is None or narrow.limit is None or wide.limit.zone != narrow.limit.zone:
        return False
    if wide.limit[:3] == narrow.limit[:3] or weight(wide) < weight(narrow):
        return False
    return reading.logic.implies(narrow.condition, wide.condition, reading.possible_at(narrow))
