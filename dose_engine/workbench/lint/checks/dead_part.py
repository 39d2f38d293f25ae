"""Summary
    A word or an alternative of a condition that can never hold.

Why it matters
    The condition reads as if it covered more than it does: whoever checks the rule counts a zone or a situation as
    watched that the other tests already exclude.

What to do
    Take the word or the alternative out, or correct the test that excludes it.

Example
    # dao is not in the upper face
    when: {region: upper_face, zone: [frontalis, dao]}
    when: {visit: touch_up, any: [{visit: maintenance}, {activity: quieter}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.conditions import All, AnyOf, Condition, NoneOf, Op, Test
from ....rulebook.model import Kind, Rule
from ..finding import Found, Severity
from ..parts import parts_of, spelt
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        if not reading.possible_at(rule):
            continue
        parts = parts_of(rule.condition)
        for index, part in enumerate(parts):
            rest = [other for place, other in enumerate(parts) if place != index]
            for dead in _dead(part, rest, rule, reading):
                message = f"{dead} can never hold beside the other tests"
                yield Found(message, reading.rule_place(rule, "when"), f"rule {rule.id}", "take it out, or correct what excludes it")


def _dead(part: Condition, rest: list[Condition], rule: Rule, reading: Reading) -> Iterator[str]:
    match part:
        case Test(fact=name, op=Op.IS, words=words) if len(words) > 1 and reading.book.facts[name].kind is not Kind.LIST:
            for word in words:
                if not _possible([*rest, Test(name, Op.IS, words=(word,))], rule, reading):
                    yield f"`{word}` of `{name}`"
        case AnyOf(parts) | NoneOf(parts):
            for number, one in enumerate(parts, 1):
                if not _possible([*rest, one], rule, reading):
                    yield f"alternative {number} of `{'any' if isinstance(part, AnyOf) else 'none'}` ({spelt(one)})"
        case _:
            return


def _possible(conditions: list[Condition], rule: Rule, reading: Reading) -> bool:
    return reading.logic.together([All(tuple(conditions))], reading.grounds(rule))
