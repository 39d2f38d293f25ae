"""Summary
    A message that shows neither the patient's number nor the line that was crossed.

Why it matters
    "Too much in this zone" leaves the injector to guess by how much, and to open the rulebook to find out. A number
    decides, so it is shown.

What to do
    Put the value in with a placeholder, and name the line: "{session_units} in this session: above 50 U."

Example
    when: {session_units: {more_than: session_units_caution}}
    then: {caution: A large session for micro-dosing.}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Severity as Finds
from ....rulebook.conditions import Op, Test, tests
from ....units import OPEN
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        if rule.severity not in (Finds.CAUTION, Finds.STOP) or "{" in rule.message or any(c.isdigit() for c in rule.message):
            continue
        lines = [test for test in tests(rule.condition) if _is_line(test)]
        if lines:
            named = ", ".join(dict.fromkeys(f"`{{{test.fact}}}`" for test in lines))
            place = reading.rule_place(rule, "then", rule.severity.value)
            message = "the message shows neither the number that decided nor the line it is held against"
            yield Found(message, place, f"rule {rule.id}", f"put it in, for example with {named}")


def _is_line(test: Test) -> bool:
    """Is it a line on a number? *None at all*, *at least one* and *never* are said in words."""
    return test.number not in (None, OPEN, 0) and not (test.number == 1 and test.op in (Op.AT_LEAST, Op.LESS_THAN, Op.IS))
