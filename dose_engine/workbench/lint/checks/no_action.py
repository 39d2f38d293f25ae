"""Summary
    A caution or stop whose advice tells nobody to do anything.

Why it matters
    "This is risky" leaves the injector where they were. Every finding ends in something that can be done now: lower,
    move, wait, ask, refer, leave out.

What to do
    Begin a sentence of `advise` with what the injector is to do: "Move the point above the arch, or leave it out."

Example
    advise: Caution is needed in these patients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....advisory import Severity as Finds
from ..finding import Found, Severity
from ..plain_words import ACTIONS
from ..reading import Reading

SEVERITY = Severity.WARNING
_CLAUSES = re.compile(r"[.;:,]\s+|\s+(?:and|or|then)\s+")
_BEFORE = ("do not", "never", "always", "only", "please", "then", "first", "also", "better", "at least", "and", "or", "if in doubt")


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        if rule.severity in (Finds.CAUTION, Finds.STOP) and not any(map(_acts, _CLAUSES.split(rule.advise))):
            message = "no sentence of `advise` begins with something to do"
            help = "begin with the verb: lower, move, wait, ask, refer, leave out …"
            yield Found(message, reading.rule_place(rule, "advise"), f"rule {rule.id}", help)


def _acts(clause: str) -> bool:
    """Does the clause begin with something to do, or not to do?"""
    words = clause.strip().lower()
    shorter = True
    while shorter:
        shorter = False
        for before in _BEFORE:
            if words.startswith(f"{before} "):
                words, shorter = words[len(before) + 1 :], True
    return words.split(" ")[0].strip(".,;:!") in ACTIONS
