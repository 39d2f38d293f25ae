"""Summary
    A given, computed or named fact that nothing reads.

Why it matters
    It looks as if it were held against something. Often a rule was changed to another fact and this one was left
    behind.

What to do
    Take it out, or write the rule that it was meant for. Facts that zone limits are held against may stay unread.

Example
    # and no rule reads `units_jaw`
    units_jaw: {sum: planned, where: {region: jaw}, says: Units planned in the jaw}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.load_facts import LIMIT_PLACES
from ....rulebook.vocabulary import LIMIT_FACTS
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    kept = {*LIMIT_FACTS.values(), *LIMIT_PLACES}
    for fact in reading.book.facts.values():
        if fact.origin == "asked" or fact.name in kept or fact.name in reading.facts_in_use or fact.given == "history.complete":
            continue
        place = reading.at("rules/facts.yaml", fact.name)
        yield Found("no rule, range or claim reads it", place, f"fact {fact.name}", "take it out, or write the rule it was meant for")
