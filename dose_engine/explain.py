"""The derivation of a rule, line by line: what it asks, what the case says, and whether that holds. Also why a rule did not fire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .advisory import Place
from .compose import place_of
from .evaluators.semantics import Truth, evaluate
from .evaluators.values import Record
from .facts import Facts
from .rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Test
from .rulebook.model import Rule, Rulebook, Scope
from .wording import fact_text, test_text, value_text, words

Holds = Literal["certain", "possible", "no"]
_HOLDS: dict[Truth, Holds] = {Truth.CERTAIN: "certain", Truth.POSSIBLE: "possible", Truth.IMPOSSIBLE: "no"}


@dataclass(frozen=True, slots=True)
class DerivationLine:
    """One part of a condition: how deep it stands, what it asks and finds, and whether it holds."""

    depth: int
    text: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class Derivation:
    """A rule at one place (None: the case), and every part of its condition."""

    rule: str
    title: str
    place: Place | None
    holds: Holds
    lines: tuple[DerivationLine, ...]


def derivation(rule: Rule, facts: Facts, index: int | None) -> Derivation:
    """How the rule comes out for one dose of the case, or for the case."""
    dose = facts.doses[index] if index is not None else None
    record = facts.record(rule.reads, dose)
    lines = tuple(_lines(rule.condition, record, facts.book, 0)) or (DerivationLine(0, "always", "certain"),)
    return Derivation(rule.id, rule.title, place_of(dose) if dose else None, _HOLDS[evaluate(rule.condition, record)], lines)


def derivations(rule: Rule, facts: Facts) -> tuple[Derivation, ...]:
    """How the rule comes out everywhere it could: at each dose, or once for the case."""
    places: list[int | None] = list(range(len(facts.doses))) if rule.scope is Scope.DOSE else [None]
    return tuple(derivation(rule, facts, index) for index in places)


def _lines(condition: Condition, record: Record, book: Rulebook, depth: int) -> Iterator[DerivationLine]:
    holds = _HOLDS[evaluate(condition, record)]
    match condition:
        case Test():
            fact = book.facts[condition.fact]
            other = f" ({value_text(record.get(condition.other), fact.kind)})" if condition.other else ""
            text = f"{fact_text(fact)}: {value_text(record.get(fact.name), fact.kind)}; asked: {test_text(condition, book)}{other}"
            yield DerivationLine(depth, text, holds)
        case Named(name, inner, wanted):
            yield DerivationLine(depth, f"{'' if wanted else 'not: '}{book.facts[name].says or words(name)}", holds)
            yield from _lines(inner, record, book, depth + 1)
        case All(parts) if depth == 0:
            for part in parts:
                yield from _lines(part, record, book, depth)
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            name = {All: "all of", AnyOf: "any of", NoneOf: "none of"}[type(condition)]
            yield DerivationLine(depth, name, holds)
            for part in parts:
                yield from _lines(part, record, book, depth + 1)
