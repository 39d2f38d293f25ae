"""Why a condition holds: the tests that carry it, and the ones still open. Walks the meaning in `semantics`."""

from __future__ import annotations

from collections.abc import Iterator

from .evaluators.semantics import Truth, evaluate
from .evaluators.values import Record
from .rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Test


def support(condition: Condition, facts: Record, held: bool = True) -> Iterator[tuple[Test, bool]]:
    """The tests that make the condition as true as it is, each with whether it is asked for (True) or excluded (False)."""
    match condition:
        case Test():
            yield condition, held
        case Named(_, inner, holds):
            yield from support(inner, facts, held if holds else not held)
        case AnyOf(parts) if held:
            best = max((evaluate(part, facts) for part in parts), default=Truth.IMPOSSIBLE)
            for part in parts:
                if evaluate(part, facts) is best:
                    yield from support(part, facts, held)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from support(part, facts, held)
        case NoneOf(parts):
            for part in parts:
                yield from support(part, facts, not held)


def still_open(condition: Condition, facts: Record) -> Iterator[Test]:
    """The tests whose answer could settle a condition that is only possible."""
    if evaluate(condition, facts) is not Truth.POSSIBLE:
        return
    match condition:
        case Test():
            yield condition
        case Named(_, inner, _):
            yield from still_open(inner, facts)
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from still_open(part, facts)
