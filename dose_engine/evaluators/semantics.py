"""The meaning of a rule. Every other evaluator must agree with this page.

A condition is held against facts that may be known only in part. The answer has two sides: is it *certain* (it holds however the open
questions are answered) and is it *possible* (it holds for some answer we cannot rule out)? Certain implies possible. Knowing more can only
make a possible condition certain or impossible; it never opens what was settled.

A fact that is missing from the record is not false: nothing is known of it. A number is then anything from 0 upward.
"""

from __future__ import annotations

from enum import IntEnum

from ..rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ..units import OPEN
from .values import UNKNOWN, Members, Range, Record

NOTHING_KNOWN = Range(0, OPEN)


class Truth(IntEnum):
    """How far a condition holds."""

    IMPOSSIBLE = 0
    POSSIBLE = 1
    CERTAIN = 2

    def negated(self) -> Truth:
        return Truth(2 - self)


def evaluate(condition: Condition, facts: Record) -> Truth:
    """How far the condition holds of the facts. Total: it answers for every condition and every record."""
    match condition:
        case All(parts):
            return min((evaluate(part, facts) for part in parts), default=Truth.CERTAIN)
        case AnyOf(parts):
            return max((evaluate(part, facts) for part in parts), default=Truth.IMPOSSIBLE)
        case NoneOf(parts):
            return max((evaluate(part, facts) for part in parts), default=Truth.IMPOSSIBLE).negated()
        case Named(_, inner, holds):
            truth = evaluate(inner, facts)
            return truth if holds else truth.negated()
        case Test(op=Op.IS_NOT):
            return _is(condition, facts).negated()
        case Test(op=Op.IS):
            return _is(condition, facts)
        case Test(op=Op.MORE_THAN):
            return _above(condition, facts, margin=1)
        case Test(op=Op.AT_LEAST):
            return _above(condition, facts, margin=0)
        case Test(op=Op.AT_MOST):
            return _above(condition, facts, margin=1).negated()
        case Test(op=Op.LESS_THAN):
            return _above(condition, facts, margin=0).negated()
        case _:  # no condition is left; as the type checker cannot see that, nothing is ruled out
            return Truth.POSSIBLE


def _truth(certain: bool, possible: bool) -> Truth:
    return Truth.CERTAIN if certain else Truth.POSSIBLE if possible else Truth.IMPOSSIBLE


def _is(test: Test, facts: Record) -> Truth:
    """The fact is one of the words, has any of them, or is the number."""
    match facts.get(test.fact):
        case str(word):
            return _truth(word in test.words, word in test.words or word == UNKNOWN)
        case Members(has, may_have):
            return _truth(not has.isdisjoint(test.words), not (has | may_have).isdisjoint(test.words))
        case Range(low, high):
            other = _compared(test, facts)
            same = low == high == other.low == other.high
            return _truth(same, low <= other.high and other.low <= high)
        case _:
            return Truth.POSSIBLE


def _above(test: Test, facts: Record, margin: int) -> Truth:
    """The number exceeds what it is compared with by at least the margin."""
    value = facts.get(test.fact)
    low, high = value if isinstance(value, Range) else NOTHING_KNOWN
    other = _compared(test, facts)
    return _truth(low >= other.high + margin, high >= other.low + margin)


def _compared(test: Test, facts: Record) -> Range:
    """The number on the other side of the test; nothing is known of a fact that is missing."""
    if test.other is None:
        return Range(test.number or 0, test.number or 0)
    value = facts.get(test.other)
    return value if isinstance(value, Range) else NOTHING_KNOWN
