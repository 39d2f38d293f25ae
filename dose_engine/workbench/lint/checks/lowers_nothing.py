"""Summary
    A `lower_max_to` that lowers no suggestion.

Why it matters
    The rule promises a smaller range and never shows one: no suggestion it can meet has a higher maximum on that
    basis or a narrower one.

What to do
    Lower the number below the maximum it is for, use the basis of that suggestion (`dose`, `side` or `total`) or a
    wider one, or take the effect out.

Example
    # suggested: up to 5 U a side
    when: {hooded_lids: yes, zone: brow_tail}
    then: {lower_max_to: {of: side, units: 5}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.model import LowerMax, Rule
from ..finding import Found, Severity
from ..reading import Offer, Reading
from ..slots import WIDTH

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        lowered = rule.lower_max
        if lowered is None or not reading.possible_at(rule):
            continue
        if not any(_lowers(lowered, rule, offer, reading) for offer in reading.offers):
            message = f"`lower_max_to` of {lowered.units} U lowers no suggestion that the rule can meet"
            help = "lower it below the maximum it is for, on the basis of that suggestion or a wider one"
            yield Found(message, reading.rule_place(rule, "then", "lower_max_to"), f"rule {rule.id}", help)


def _lowers(lowered: LowerMax, rule: Rule, offer: Offer, reading: Reading) -> bool:
    if WIDTH[offer.line.of] > WIDTH[lowered.of] or offer.line.max <= lowered.units:
        return False
    return reading.logic.together([rule.condition, offer.used_when], reading.grounds_of(offer.zone))
