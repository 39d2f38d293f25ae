"""What a zone leaves of a rule, in the plainest form: two formulas over ends of ranges and single words.

`semantics` answers certain or possible at once, over values that may be open. A machine that knows only plain numbers and words needs
both sides written out: `fold` rewrites a condition into a formula that is true exactly when the condition is certain, and one that is true
exactly when it is possible. What is already known of the place (its zone, region and muscle) is decided here, once, and folded away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ..rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ..units import OPEN
from .values import UNKNOWN, Members, Range, Record

End = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Above:
    """The end of a number fact is at least `bound` (or, negated, below it): `fact.end >= bound`."""

    fact: str
    end: End
    bound: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Apart:
    """Two ends differ by at least the margin: `fact.end >= other.other_end + margin` (or, negated, not)."""

    fact: str
    end: End
    other: str
    other_end: End
    margin: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word fact is one of the words (`unknown` is a word here), or, negated, none of them."""

    fact: str
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A list fact certainly has the member (`sure`), or may have it; negated, not."""

    fact: str
    member: str
    sure: bool
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Every part is true. No parts: true."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part is true. No parts: false."""

    parts: tuple[Formula, ...] = ()


Atom = Above | Apart | Word | Member
Formula = Atom | Both | Either
TRUE = Both()
FALSE = Either()


@dataclass(frozen=True, slots=True)
class Folded:
    """A condition written out: when it is certain, and when it is possible."""

    certain: Formula
    possible: Formula


def fold(condition: Condition, known: Record, kind: Callable[[str], type]) -> Folded:
    """Write the condition out for a place. `known` holds word facts of the place; `kind` tells a fact's value type
    (`str`, `Range` or `Members`)."""
    match condition:
        case All(parts):
            return _all(parts, known, kind)
        case AnyOf(parts):
            return _join([fold(part, known, kind) for part in parts], either)
        case NoneOf(parts):
            return _swap(_join([fold(part, known, kind) for part in parts], either))
        case Named(_, inner, holds):
            folded = fold(inner, known, kind)
            return folded if holds else _swap(folded)
        case Test(fact=fact, words=words) if fact in known:
            holds = known[fact] in words
            return _constant(holds is (condition.op is Op.IS))
        case Test(op=Op.IS_NOT):
            return _swap(_is(condition, kind))
        case Test(op=Op.IS):
            return _is(condition, kind)
        case Test(op=Op.MORE_THAN):
            return _above(condition, 1)
        case Test(op=Op.AT_LEAST):
            return _above(condition, 0)
        case Test(op=Op.AT_MOST):
            return _swap(_above(condition, 1))
        case Test(op=Op.LESS_THAN):
            return _swap(_above(condition, 0))
        case _:  # no condition is left; as the type checker cannot see that, nothing is ruled out
            return Folded(FALSE, TRUE)


def _all(parts: Iterable[Condition], known: Record, kind: Callable[[str], type]) -> Folded:
    """Every part; the first that cannot hold here decides, and most rules are of another zone."""
    folded = []
    for part in parts:
        folded.append(fold(part, known, kind))
        if folded[-1].possible == FALSE:
            return folded[-1]
    return _join(folded, both)


def both(parts: Iterable[Formula]) -> Formula:
    """All parts, with true ones dropped; false as soon as one is."""
    kept = tuple(dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, Both) else (part,))))
    if FALSE in kept:
        return FALSE
    return kept[0] if len(kept) == 1 else Both(kept)


def either(parts: Iterable[Formula]) -> Formula:
    """Any part, with false ones dropped; true as soon as one is."""
    kept = tuple(dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, Either) else (part,))))
    if TRUE in kept:
        return TRUE
    return kept[0] if len(kept) == 1 else Either(kept)


def negate(formula: Formula) -> Formula:
    """The formula that is true exactly when this one is not; negation ends at the atoms."""
    match formula:
        case Both(parts):
            return either(negate(part) for part in parts)
        case Either(parts):
            return both(negate(part) for part in parts)
        case Above(fact, end, bound, negated):
            return Above(fact, end, bound, not negated)
        case Apart(fact, end, other, other_end, margin, negated):
            return Apart(fact, end, other, other_end, margin, not negated)
        case Word(fact, words, negated):
            return Word(fact, words, not negated)
        case Member(fact, member, sure, negated):
            return Member(fact, member, sure, not negated)


def facts_in(formula: Formula) -> frozenset[str]:
    """The facts whose value the formula reads."""
    match formula:
        case Both(parts) | Either(parts):
            return frozenset[str]().union(*(facts_in(part) for part in parts))
        case Apart(fact, _, other):
            return frozenset((fact, other))
        case Above(fact) | Word(fact) | Member(fact):
            return frozenset((fact,))


def _constant(holds: bool) -> Folded:
    return Folded(TRUE, TRUE) if holds else Folded(FALSE, FALSE)


def _join(folded: list[Folded], join: Callable[[Iterable[Formula]], Formula]) -> Folded:
    return Folded(join(part.certain for part in folded), join(part.possible for part in folded))


def _swap(folded: Folded) -> Folded:
    """*Not*: certain when the inner is impossible, possible when the inner is not certain."""
    return Folded(negate(folded.possible), negate(folded.certain))


def _is(test: Test, kind: Callable[[str], type]) -> Folded:
    value = kind(test.fact)
    if value is Members:
        return Folded(
            either(Member(test.fact, word, sure=True) for word in test.words),
            either(Member(test.fact, word, sure=False) for word in test.words),
        )
    if value is Range:
        if test.other is not None:
            return Folded(
                both(Apart(a, x, b, y, 0) for a, x, b, y in _pinned(test.fact, test.other)),
                both([Apart(test.fact, "high", test.other, "low", 0), Apart(test.other, "high", test.fact, "low", 0)]),
            )
        bound = test.number or 0
        reaches = [] if bound <= 0 else [Above(test.fact, "high", bound)]
        stays = [] if bound >= OPEN else [Above(test.fact, "low", bound + 1, negated=True)]
        pinned = [] if bound <= 0 else [Above(test.fact, "low", bound)]
        closed = [] if bound >= OPEN else [Above(test.fact, "high", bound + 1, negated=True)]
        return Folded(both([*pinned, *closed]), both([*reaches, *stays]))
    return Folded(Word(test.fact, test.words), Word(test.fact, (*test.words, UNKNOWN)))


def _pinned(fact: str, other: str) -> list[tuple[str, End, str, End]]:
    """Both ranges are one and the same number: each low end is at least the other's high end."""
    return [(fact, "low", other, "high"), (other, "low", fact, "high")]


def _above(test: Test, margin: int) -> Folded:
    if test.other is not None:
        return Folded(
            Apart(test.fact, "low", test.other, "high", margin),
            Apart(test.fact, "high", test.other, "low", margin),
        )
    bound = (test.number or 0) + margin
    return Folded(Above(test.fact, "low", bound), Above(test.fact, "high", bound))
