"""Summary
    A number written out where the same comparison elsewhere uses a constant of that value.

Why it matters
    The constant is changed and this place is not: the same interval then holds in one rule and not in another.

What to do
    Put the name of the constant in place of the number. If the two numbers only happen to be equal, acknowledge it
    and say so.

Example
    # elsewhere: {less_than: retreatment_days}
    when: {days_since_migraine_here: {less_than: 90}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.conditions import Condition, tests
from ....rulebook.model import Constant
from ..finding import Found, Place, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
_LOOKING_BACK = "within_days"


def check(reading: Reading) -> Iterator[Found]:
    for condition, place, about in _conditions(reading):
        for test in tests(condition):
            if test.number is None or test.text in reading.book.constants:
                continue
            use = _use(test.fact, reading)
            for constant in reading.book.constants.values():
                same = (constant.kind, constant.value) == (reading.book.facts[test.fact].kind, test.number)
                if same and _fits(constant, use, reading):
                    yield _found(f"`{test.fact}: {{{test.op}: {test.text}}}`", constant, place, about)
    for fact in reading.book.facts.values():
        node = reading.node("rules/facts.yaml", fact.name, _LOOKING_BACK)
        for constant in reading.book.constants.values():
            if node is not None and node.value == constant.value and constant.kind == "days" and _fits(constant, _LOOKING_BACK, reading):
                place = reading.at("rules/facts.yaml", fact.name, _LOOKING_BACK)
                yield _found(f"`{_LOOKING_BACK}: {node.value}`", constant, place, f"fact {fact.name}")


def _found(what: str, constant: Constant, place: Place, about: str) -> Found:
    return Found(f"{what} writes out the constant `{constant.name}`", place, about, f"write `{constant.name}` instead of the number")


def _conditions(reading: Reading) -> Iterator[tuple[Condition, Place, str]]:
    for rule in reading.written:
        yield rule.condition, reading.rule_place(rule, "when"), f"rule {rule.id}"
    for fact in reading.book.facts.values():
        if fact.condition is not None:
            yield fact.condition, reading.at("rules/facts.yaml", fact.name, "named"), f"fact {fact.name}"


def _use(fact: str, reading: Reading) -> str:
    """What a number is compared with: distances in days are alike, any other fact stands for itself."""
    computation = reading.book.facts[fact].computation
    return "a distance in days" if computation is not None and computation.op in ("days_since", "days_until") else fact


def _fits(constant: Constant, use: str, reading: Reading) -> bool:
    """Is the constant used for numbers like this one, or for none at all?"""
    uses = _uses(reading).get(constant.name, set())
    return use in uses or (not uses and constant.name not in reading.words_used)


def _uses(reading: Reading) -> dict[str, set[str]]:
    """By constant, what it is compared with."""
    uses: dict[str, set[str]] = {}
    for condition, _, _ in _conditions(reading):
        for test in tests(condition):
            if test.text in reading.book.constants:
                uses.setdefault(test.text, set()).add(_use(test.fact, reading))
    for fact in reading.book.facts:
        node = reading.node("rules/facts.yaml", fact, _LOOKING_BACK)
        if node is not None and isinstance(node.value, str):
            uses.setdefault(node.value, set()).add(_LOOKING_BACK)
    return uses
