"""The meaning of a rule as formulas for z3: for proofs over all patients, and as a fourth evaluator that must agree with the others.

Written out from the condition itself, not from `fold`, so that what is proved does not rest on the code that decides. Where the facts are
constants the formulas fold to `True` or `False` on the way; `z3` is imported only here and in the workbench.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import z3

from ..rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ..rulebook.model import Rule, Rulebook
from .values import UNKNOWN, Members, Range, Record

Formula = Any
"""A `z3.BoolRef`, or a plain bool where it is settled."""
Number = Any
"""A `z3.ArithRef`, or a plain int where it is known."""


class Terms(Protocol):
    """The facts of a case, or of one dose of it, as terms."""

    def ends(self, fact: str) -> tuple[Number, Number]:
        """The low and the high end of a number."""

    def is_word(self, fact: str, word: str) -> Formula:
        """Is the fact this word? `unknown` is a word here."""

    def has(self, fact: str, member: str, sure: bool) -> Formula:
        """Does the list certainly have the member (`sure`), or may it?"""


class Held(NamedTuple):
    """How far a condition holds: two formulas."""

    certain: Formula
    possible: Formula

    def negated(self) -> Held:
        return Held(negation(self.possible), negation(self.certain))


def conjunction(parts: Iterable[Formula]) -> Formula:
    kept = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    return True if not kept else kept[0] if len(kept) == 1 else z3.And(kept)


def disjunction(parts: Iterable[Formula]) -> Formula:
    kept = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)
    return False if not kept else kept[0] if len(kept) == 1 else z3.Or(kept)


def negation(part: Formula) -> Formula:
    return not part if isinstance(part, bool) else z3.Not(part)


def choice(condition: Formula, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, else `otherwise`; both numbers."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    return then if then is otherwise else z3.If(condition, then, otherwise)


def held(condition: Condition, terms: Terms, book: Rulebook) -> Held:
    """When the condition is certain, and when it is possible, as `semantics.evaluate` says it."""
    match condition:
        case All(parts):
            return _every(parts, terms, book)
        case AnyOf(parts):
            return _joined([held(part, terms, book) for part in parts], disjunction)
        case NoneOf(parts):
            return _joined([held(part, terms, book) for part in parts], disjunction).negated()
        case Named(_, inner, holds):
            found = held(inner, terms, book)
            return found if holds else found.negated()
        case Test(op=Op.IS_NOT):
            return _is(condition, terms, book).negated()
        case Test(op=Op.IS):
            return _is(condition, terms, book)
        case Test(op=Op.MORE_THAN):
            return _above(condition, terms, 1)
        case Test(op=Op.AT_LEAST):
            return _above(condition, terms, 0)
        case Test(op=Op.AT_MOST):
            return _above(condition, terms, 1).negated()
        case Test(op=Op.LESS_THAN):
            return _above(condition, terms, 0).negated()
    raise TypeError(f"no formula for {condition!r}")


def _every(parts: Iterable[Condition], terms: Terms, book: Rulebook) -> Held:
    """Every part; the first that cannot hold decides, so that of a rule of another place nothing more is written out."""
    found = []
    for part in parts:
        found.append(held(part, terms, book))
        if found[-1].possible is False:
            return Held(False, False)
    return _joined(found, conjunction)


def _joined(parts: list[Held], join: Any) -> Held:
    return Held(join(part.certain for part in parts), join(part.possible for part in parts))


def _is(test: Test, terms: Terms, book: Rulebook) -> Held:
    value = book.facts[test.fact].value_type
    if value is Members:
        return Held(
            disjunction(terms.has(test.fact, word, True) for word in test.words),
            disjunction(terms.has(test.fact, word, False) for word in test.words),
        )
    if value is Range:
        low, high = terms.ends(test.fact)
        other_low, other_high = _compared(test, terms)
        pinned = conjunction([_at_least(low, high), _at_least(low, other_high), _at_least(other_low, high)])
        return Held(pinned, conjunction([_at_least(other_high, low), _at_least(high, other_low)]))
    certain = disjunction(terms.is_word(test.fact, word) for word in test.words)
    return Held(certain, disjunction([certain, terms.is_word(test.fact, UNKNOWN)]))


def _above(test: Test, terms: Terms, margin: int) -> Held:
    low, high = terms.ends(test.fact)
    other_low, other_high = _compared(test, terms)
    return Held(_at_least(low, other_high, margin), _at_least(high, other_low, margin))


def _compared(test: Test, terms: Terms) -> tuple[Number, Number]:
    return terms.ends(test.other) if test.other is not None else (test.number or 0, test.number or 0)


def _at_least(number: Number, bound: Number, margin: int = 0) -> Formula:
    return number >= (bound + margin if margin else bound)


@dataclass(frozen=True, slots=True)
class KnownTerms:
    """Terms of a record whose values are there: every formula over them settles."""

    record: Record

    def ends(self, fact: str) -> tuple[Number, Number]:
        value = self.record[fact]
        assert isinstance(value, Range)
        return z3.IntVal(value.low), z3.IntVal(value.high)

    def is_word(self, fact: str, word: str) -> Formula:
        return self.record[fact] == word

    def has(self, fact: str, member: str, sure: bool) -> Formula:
        value = self.record[fact]
        assert isinstance(value, Members)
        return member in value.has or (not sure and member in value.may_have)


def fired(rules: Iterable[Rule], record: Record, book: Rulebook) -> dict[str, bool]:
    """Rule id -> certain? for every rule that is at least possible, by z3 alone. The record holds every fact that the rules read."""
    found = {}
    terms = KnownTerms(record)
    for rule in rules:
        holds = held(rule.condition, terms, book)
        if _settled(holds.possible):
            found[rule.id] = _settled(holds.certain)
    return found


def _settled(formula: Formula) -> bool:
    if isinstance(formula, bool):
        return formula
    value = z3.simplify(formula)
    assert z3.is_true(value) or z3.is_false(value), value
    return bool(z3.is_true(value))
