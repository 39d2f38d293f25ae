"""Summary
    A rule that no patient can ever meet.

Why it matters
    It looks as if something were watched that is not. A rule dies when two of its tests exclude each other, when its
    zone does not have the side, muscle or band it asks for, or when a bound lies outside what a case accepts.

What to do
    Take out the test that excludes the others, or correct its word or number. If nothing is to be watched any more,
    remove the rule and its cases.

Example
    # the chin is in the midline
    when: {zone: mentalis, side: left}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.conditions import facts_read
from ....rulebook.model import Rule, Scope
from ..finding import Found, Severity
from ..parts import parts_of
from ..reading import Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    for rule in (*reading.written, *reading.limits):
        if not reading.possible_at(rule):
            where = " in any zone" if rule.scope is Scope.DOSE and not rule.limit else ""
            yield Found(f"it can never hold{where}", reading.rule_place(rule, "when"), reading.about(rule), _why(rule, reading))


def _why(rule: Rule, reading: Reading) -> str:
    """The test without which it could hold, where there is one."""
    parts = parts_of(rule.condition)
    for index in range(len(parts)):
        rest = [part for place, part in enumerate(parts) if place != index]
        if len(parts) > 1 and reading.logic.together(rest, reading.grounds(rule)):
            named = ", ".join(sorted(facts_read(parts[index])))
            return f"without its test of {named} it could: see which of the tests is meant"
    return "its tests exclude each other: see which of them is meant"
