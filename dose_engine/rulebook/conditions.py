"""The condition of a rule, as the rulebook states it: tests on facts, joined by all, any and none.

A condition is data. What it means is in `evaluators/semantics.py`; what a zone leaves of it is in `evaluators/fold.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """How a test compares. `IS` on a list fact reads "has any of"."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


@dataclass(frozen=True, slots=True)
class Test:
    """One fact held against words, one number, or another fact of the same kind.

    `words` is used for word and list facts, `number` (1/200 U, hundredths of a millimetre, days, years or a plain count) or
    `other` for number facts. *Never* is the number `units.OPEN`.
    """

    fact: str
    op: Op
    words: tuple[str, ...] = ()
    number: int | None = None
    other: str | None = None
    text: str = ""
    """The value as the rulebook writes it, for people."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. No parts: always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A condition with a name of its own in facts.yaml, held (`yes`) or not held."""

    fact: str
    condition: Condition
    holds: bool = True


Condition = Test | All | AnyOf | NoneOf | Named

ALWAYS = All()


def tests(condition: Condition) -> Iterator[Test]:
    """Every test in the condition, in the order it is written, named conditions opened."""
    match condition:
        case Test():
            yield condition
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from tests(part)
        case Named(_, inner, _):
            yield from tests(inner)


def facts_read(condition: Condition) -> frozenset[str]:
    """The names of all facts whose value can matter to the condition."""
    names: set[str] = set()
    for test in tests(condition):
        names.add(test.fact)
        if test.other is not None:
            names.add(test.other)
    return frozenset(names)
