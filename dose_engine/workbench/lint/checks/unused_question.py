"""Summary
    A question whose answer changes nothing.

Why it matters
    The injector asks it, the patient answers, and no caution, stop or range ever depends on it. Left unanswered it
    would not be missed; answered with yes it is believed to be taken care of.

What to do
    Write the rule that it was meant for, or take the question out.

Example
    # and no rule reads `smoker`
    smoker: {asked: Does the patient smoke?, open: info, sources: [R24]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    deciding = [
        rule.reads for rule in reading.book.rules if rule.severity in (Finds.CAUTION, Finds.STOP) or rule.withhold or rule.lower_max
    ]
    read = frozenset[str]().union(*deciding, *(offer.reads for offer in reading.offers))
    for fact in reading.book.facts.values():
        if fact.origin == "asked" and fact.name not in read:
            place = reading.at("rules/facts.yaml", fact.name)
            message = "no caution, stop or range depends on the answer"
            yield Found(message, place, f"question {fact.name}", "write the rule it was meant for, or take the question out")
