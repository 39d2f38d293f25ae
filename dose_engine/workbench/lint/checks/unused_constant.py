"""Summary
    A constant that nothing is held against.

Why it matters
    Whoever changes it expects the book to change with it. Mostly the number was written out in a rule instead of the
    name.

What to do
    Put its name where its number stands, or take it out.

Example
    session_units_stop: {kind: units, value: 100, says: The most in one session, sources: [R20]}
    when: {session_units: {more_than: 100}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.vocabulary import NEEDED_CONSTANTS
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for name in reading.book.constants:
        if name not in reading.words_used and name not in NEEDED_CONSTANTS:
            place = reading.at("rules/rulebook.yaml", "constants", name, home=2)
            yield Found(
                "no rule or sum is held against it", place, f"constant {name}", "put its name where its number stands, or take it out"
            )
