"""Summary
    A number that names no source: a line, a range, an interval, a constant, a regimen, a day of the timeline.

Why it matters
    Nobody can check it, and nobody knows whom to ask when it is doubted. Every number a patient is treated by names
    where it comes from.

What to do
    Add `sources` with the id of an entry in `sources.yaml`. For a number of your own, enter your decision there
    (`checked: unchecked`).

Example
    # whose 30 days?
    units_of_a_month: {sum: [planned, history], within_days: 30, says: Units of the last 30 days}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR
_HELP = "add `sources` with an entry of rules/sources.yaml"


def check(reading: Reading) -> Iterator[Found]:
    book = reading.book
    for fact in book.facts.values():
        if fact.computation and fact.computation.within_days is not None and not fact.sources:
            place = reading.at("rules/facts.yaml", fact.name, "within_days")
            yield Found(f"`within_days: {fact.computation.within_days}` names no source", place, f"fact {fact.name}", _HELP)
    for constant in book.constants.values():
        if not constant.sources:
            place = reading.at("rules/rulebook.yaml", "constants", constant.name, home=2)
            yield Found("the constant names no source", place, f"constant {constant.name}", _HELP)
    for rule in book.rules:
        if not rule.sources:
            yield Found("it names no source", reading.rule_place(rule), reading.about(rule), _HELP)
    for offer in reading.offers:
        if not offer.line.sources:
            yield Found("the suggestion names no source", offer.place, offer.about, _HELP)
    for protocol in book.protocols.values():
        if not protocol.sources:
            yield Found(
                "the regimen names no source", reading.at("rules/protocols.yaml", protocol.name), f"protocol {protocol.name}", _HELP
            )
