"""Summary
    A stop that rests on nothing but unchecked sources, and does not say so.

Why it matters
    A stop ends the discussion. The injector should know whether a label, a paper, or only a decision of this book
    that nobody has signed stands behind it; and the lead should know which stops to look up first.

What to do
    Look the source up and change its grade. Or say in `because` that it is an `engine cap`, an `engine decision`, or
    that there is `no label`. Or acknowledge it with what is still to be looked up: when a source is checked, the
    acknowledgement is reported as spare.

Example
    # checked: unchecked
    - {of: point, stop_above: 2, sources: [LIT-PLATYSMA-POINTS]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....advisory import Checked
from ....advisory import Severity as Finds
from ....rulebook.conditions import tests
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
SAYS_SO = ("engine cap", "engine decision", "engine margin", "no label")


def check(reading: Reading) -> Iterator[Found]:
    sources = reading.book.sources
    for rule in (*reading.written, *reading.limits):
        if rule.severity is not Finds.STOP or any(words in rule.because.lower() for words in SAYS_SO):
            continue
        behind = {*rule.sources, *(name for test in tests(rule.condition) for name in _of_constant(test.text, reading))}
        if all(sources[name].checked is Checked.UNCHECKED for name in behind):
            message = f"this stop rests on unchecked sources alone ({', '.join(rule.sources)})"
            place = reading.rule_place(rule, "sources")
            yield Found(message, place, reading.about(rule), "look one up, or say in `because` that it is an engine cap or decision")


def _of_constant(name: str, reading: Reading) -> tuple[str, ...]:
    """What a constant rests on, where the rule compares with one."""
    constant = reading.book.constants.get(name)
    return constant.sources if constant else ()
