"""Summary
    A caution or stop that holds only where another, at least as severe, holds anyway; or a second rule for the same
    situation.

Why it matters
    It adds nothing to any verdict, and the injector reads two findings for one thing. Often the wider rule was added
    later and the narrower one forgotten; if its number is changed, nothing happens.

What to do
    Remove the narrower rule, or give it what it was meant to add: a higher severity, or a condition that the other
    does not cover.

Example
    # AGE-65-OR-OVER is a caution from 65 on
    - {id: AGE-70, when: {age: {at_least: 70}}, then: {caution: "…"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ....rulebook.conditions import facts_read
from ....rulebook.model import Rule, Scope
from ..finding import Found, Severity
from ..parts import parts_of
from ..reading import Reading
from ..slots import weight

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    finding = [rule for rule in (*reading.written, *reading.limits) if rule.severity and reading.possible_at(rule)]
    for narrow in finding:
        wide = next((wide for wide in finding if _shadows(wide, narrow, reading)), None)
        if wide is not None:
            place = reading.rule_place(narrow)
            message = f"it adds nothing to `{wide.id}`, a {wide.severity} that holds wherever this {narrow.severity} does"
            where = "{}:{}".format(*reading.rule_place(wide)[:2])
            yield Found(message, place, reading.about(narrow), f"remove one of them, or say what sets them apart ({where})")


def _shadows(wide: Rule, narrow: Rule, reading: Reading) -> bool:
    if wide is narrow or not wide.severity or not narrow.severity or (wide.limit and narrow.limit):
        return False  # two limits are for `overlapping-limits` and `unreachable-limit`
    same = narrow.severity is Finds.INFO
    if (wide.severity is not narrow.severity) if same else (weight(wide) < weight(narrow)):
        return False
    if wide.scope is not narrow.scope and wide.scope is not Scope.CASE:
        return False
    if _does_more(narrow, wide) or not _may_cover(wide, narrow, reading):
        return False
    if not reading.logic.implies(narrow.condition, wide.condition, reading.possible_at(narrow)):
        return False
    both_ways = wide.scope is narrow.scope and reading.logic.implies(wide.condition, narrow.condition, reading.possible_at(wide))
    if both_ways and wide.severity is narrow.severity:  # of two alike, the second is the one to look at
        return not _does_more(wide, narrow) and (wide.file, wide.line) < (narrow.file, narrow.line)
    return not same


def _does_more(narrow: Rule, wide: Rule) -> bool:
    """Does the narrower rule do anything beside its finding that the wider one does not?"""
    own = (
        narrow.withhold and not wide.withhold,
        narrow.no_waiting and not wide.no_waiting,
        narrow.lower_max and narrow.lower_max != wide.lower_max,
        narrow.tell and narrow.tell != wide.tell,
        narrow.instead and narrow.instead != wide.instead,
    )
    return any(own)


def _may_cover(wide: Rule, narrow: Rule, reading: Reading) -> bool:
    """Could every test of the wider rule follow from what the narrower one reads? Settles most pairs without a search."""
    reach = reading.reach(narrow)
    return all(not facts_read(part).isdisjoint(reach) for part in parts_of(wide.condition))
