"""Summary
    A title, message or advice that spells a number which the rule does not compare with.

Why it matters
    The line was changed and its words were not. The injector reads the old number, and the advisory contradicts
    itself.

What to do
    Write the number of the condition into the text; or put the value in with a placeholder and say only what it
    means.

Example
    when: {units_upper_face_this_side: {more_than: 9}}
    then: {caution: "{units_upper_face_this_side} planned on this side: above 8 U."}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ....rulebook.conditions import tests
from ....rulebook.model import Kind, Rule
from ....units import OPEN, STEPS
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING

_SPELT = {
    Kind.UNITS: re.compile(r"(?<![-0-9./])([0-9]+(?:\.[0-9]+)?) U\b"),
    Kind.DAYS: re.compile(r"(?<![-0-9./])([0-9]+) days?\b|\b[Dd]ays? ([0-9]+)\b(?!-)"),
    Kind.MILLIMETRES: re.compile(r"(?<![-0-9./])([0-9]+(?:\.[0-9]+)?) mm\b"),
    Kind.YEARS: re.compile(r"\b(?:under|over|at|aged?|is|from) ([0-9]{2})\b"),
}
"""How a number of a kind is spelt in a text. A range (`8-12 weeks`, `1-2 mm`) is no line."""
_STEPS = {Kind.UNITS: STEPS, Kind.MILLIMETRES: 100}


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        for kind, pattern in _SPELT.items():
            compared = _compared(rule, kind, reading)
            if not compared:
                continue
            for path, what, text in _texts(rule, kind):
                said = {Decimal(next(filter(None, match.groups()))) for match in pattern.finditer(text)}
                # a title names the line alone; other texts may name further numbers, as long as the line is among them
                if said - compared if what == "title" else said and said.isdisjoint(compared):
                    message = f"the {what} says {_listed(said)}, the rule compares with {_listed(compared)}"
                    yield Found(
                        message, reading.rule_place(rule, *path), f"rule {rule.id}", "write the number of the condition into the text"
                    )


def _texts(rule: Rule, kind: Kind) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where a text stands, what it is, and the text. Advice may wait for another day than the rule looks at."""
    yield ("title",), "title", rule.title
    if rule.severity:
        yield ("then", str(rule.severity)), "message", rule.message
    if kind in (Kind.UNITS, Kind.MILLIMETRES):
        yield ("advise",), "advice", rule.advise


def _compared(rule: Rule, kind: Kind, reading: Reading) -> set[Decimal]:
    """The numbers of a kind that the rule compares with, as people write them; and the days over which what it reads is summed."""
    numbers: set[Decimal] = set()
    for test in tests(rule.condition):
        fact = reading.book.facts[test.fact]
        if fact.kind is kind and test.number not in (None, OPEN):
            numbers.add(Decimal(test.number or 0) / _STEPS.get(kind, 1))
        if kind is Kind.DAYS and fact.computation is not None and fact.computation.within_days is not None:
            numbers.add(Decimal(fact.computation.within_days))
    return numbers


def _listed(numbers: set[Decimal]) -> str:
    return " and ".join(f"{number.normalize():f}" for number in sorted(numbers))
