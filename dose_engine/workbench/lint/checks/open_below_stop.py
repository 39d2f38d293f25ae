"""Summary
    A question that a stop depends on, and that counts for less than `incomplete` while it is open.

Why it matters
    Unknown is not safe. With `open: caution` or `open: info`, a patient who was never asked gets a caution, or an ok,
    where one answer would stop the treatment.

What to do
    Set `open: incomplete`, or make the rule a caution.

Example
    # and PREGNANT is a stop
    pregnant: {asked: "…", open: info, sources: [R24]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ....advisory import Verdict
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    stops = [rule for rule in reading.book.rules if rule.severity is Finds.STOP]
    for fact in reading.book.facts.values():
        if fact.open_counts is None or fact.open_counts.rank >= Verdict.INCOMPLETE.rank:
            continue
        stop = next((rule for rule in stops if fact.name in rule.reads), None)
        if stop is not None:
            level = "info" if fact.open_counts is Verdict.OK else str(fact.open_counts)
            place = reading.at("rules/facts.yaml", fact.name, "open")
            message = f"`open: {level}`, but the stop `{stop.id}` depends on the answer"
            yield Found(message, place, f"fact {fact.name}", "set `open: incomplete`, or make the rule a caution")
