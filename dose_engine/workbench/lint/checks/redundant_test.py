"""Summary
    A test of a rule that the other tests already settle.

Why it matters
    A test that decides nothing hides which tests do. The next reader changes it and wonders that nothing happens.

What to do
    Take the test out.

Example
    # the forehead is in the upper face
    when: {zone: frontalis, region: upper_face}
    when: {age: {at_least: 65, more_than: 50}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.conditions import All
from ..finding import Found, Severity
from ..parts import parts_of, spelt
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        parts = parts_of(rule.condition)
        if len(parts) < 2 or not reading.possible_at(rule):
            continue
        for index, part in enumerate(parts):
            rest = All(tuple(other for place, other in enumerate(parts) if place != index))
            if reading.logic.implies(rest, part, reading.grounds(rule)):
                message = f"the test `{spelt(part)}` changes nothing: the other tests already say so"
                yield Found(message, reading.rule_place(rule, "when"), f"rule {rule.id}", "take it out")
                break
