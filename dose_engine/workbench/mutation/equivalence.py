"""Proofs that a mutant changes nothing: no case could notice it, so none is asked for.

What is not proved here counts as a survivor, whatever one may think of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod

from ...evaluators.fold import Above, Apart, Both, Either, Formula, Member, fold
from ...evaluators.semantics import Truth, evaluate
from ...evaluators.values import UNKNOWN, Members, Range, Value
from ...evidence import still_open
from ...rulebook.conditions import Condition, Test, facts_read, tests
from ...rulebook.model import Fact, Rule, Rulebook
from ...rulebook.vocabulary import LIMIT_FACTS, NEEDED_CONSTANTS
from ...units import OPEN
from ..testing.reach import never_open, settled
from .outcome import Other, other
from .same_places import adds_nothing, outside

MOST_RECORDS = 100_000
"""Combinations of values that are tried for one condition at one place; beyond, nothing is claimed."""


def equivalent(old: Rulebook, new: Rulebook) -> str | None:
    """Why the two books always say the same, in words; None where that is not proved."""
    change = other(old, new)
    if change.zones or change.constants & set(NEEDED_CONSTANTS):  # exposure and timeline are drawn with these
        return None
    reasons = [*_of_rules(change, old), *_of_facts(change, old), *_of_opens(change, old), *_of_protocols(change, old)]
    if not all(reasons):
        return None
    return "; ".join(dict.fromkeys(map(str, reasons))) or "nothing that decides reads it"


# rules


def _of_rules(change: Other, book: Rulebook) -> Iterator[str | None]:
    for old, new in change.rules.values():
        if old is None or new is None or _does(old) != _does(new) or old.scope is not new.scope:
            yield None
        elif same_condition(old.condition, new.condition, book):
            yield "the condition holds in the same cases: " + _why_same(old, new, book)
        else:
            yield None


def _does(rule: Rule) -> Rule:
    """The rule without its condition, and without what is only said."""
    return replace(rule, condition=None, title="", message="", because="", advise="", instead="", line=0)  # type: ignore[arg-type]


def _why_same(old: Rule, new: Rule, book: Rulebook) -> str:
    gone = sorted(old.reads - new.reads)
    if gone and all(book.facts[name].given.startswith("dose.") for name in gone):
        return f"what it says of the {' and '.join(gone)} follows from where else it can hold"
    return "no values of its facts tell the two apart"


def same_condition(one: Condition, two: Condition, book: Rulebook) -> bool:
    """Are the two conditions certain together and possible together, whatever the facts are, and then open for the same facts?"""
    same_tests = _can_be_open(one, book) == _can_be_open(two, book)
    for known in settled(facts_read(one) | facts_read(two), book):
        first, second = (_written_out(condition, known, book) for condition in (one, two))
        if not (first == second and same_tests) and not _agree(one, two, known, [*first, *second], book):
            return False
    return True


def _written_out(condition: Condition, known: Mapping[str, str], book: Rulebook) -> tuple[Formula, Formula]:
    folded = fold(condition, known, lambda name: book.facts[name].value_type)
    return folded.certain, folded.possible


def _can_be_open(condition: Condition, book: Rulebook) -> frozenset[Test]:
    return frozenset(replace(test, text="") for test in tests(condition) if never_open(book.facts[test.fact]) is None)


def _agree(one: Condition, two: Condition, known: Mapping[str, str], formulas: list[Formula], book: Rulebook) -> bool:
    """Tried with every combination of values that the formulas can tell apart."""
    if any(isinstance(atom, Apart) for formula in formulas for atom in _atoms(formula)):
        return False
    names = sorted((facts_read(one) | facts_read(two)) - known.keys())
    values = [_values(book.facts[name], formulas) for name in names]
    if prod(map(len, values)) > MOST_RECORDS:
        return False
    records = ({**known, **dict(zip(names, found, strict=True))} for found in product(*values))
    return all(_comes_out(one, record) == _comes_out(two, record) for record in records)


def _comes_out(condition: Condition, record: Mapping[str, Value]) -> tuple[Truth, frozenset[str]]:
    return evaluate(condition, record), frozenset(test.fact for test in still_open(condition, record))


def _atoms(formula: Formula) -> Iterator[Formula]:
    match formula:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _atoms(part)
        case _:
            yield formula


def _values(fact: Fact, formulas: list[Formula]) -> list[Value]:
    """One value for each way in which the formulas can tell values of the fact apart."""
    is_open = never_open(fact) is None
    atoms = [atom for formula in formulas for atom in _atoms(formula)]
    if fact.value_type is Range:
        bounds = {atom.bound for atom in atoms if isinstance(atom, Above) and atom.fact == fact.name}
        ends = sorted({0, OPEN, *(end for bound in bounds for end in (bound - 1, bound) if 0 <= end <= OPEN)})
        return [Range(low, high) for low in ends for high in ends if low == high or (is_open and low < high)]
    if fact.value_type is Members:
        members = sorted({atom.member for atom in atoms if isinstance(atom, Member) and atom.fact == fact.name})
        states = product(("no", "has", "may") if is_open else ("no", "has"), repeat=len(members))
        named = [dict(zip(members, state, strict=True)) for state in states]
        return [Members(*(frozenset(m for m, word in state.items() if word == wanted) for wanted in ("has", "may"))) for state in named]
    return [*fact.words, *([UNKNOWN] if is_open else [])]


# facts and protocols


def _of_facts(change: Other, book: Rulebook) -> Iterator[str | None]:
    for name in sorted(change.facts):
        if not _is_read(name, book):
            yield f"no rule and no suggestion reads {name}"
        else:
            yield adds_nothing(book.facts[name], change.book.facts[name], book)


def _of_opens(change: Other, book: Rulebook) -> Iterator[str | None]:
    """How much an open answer counts for shows where a rule is possible because of it; an incomplete history and a product that is not
    known open every sum."""
    for name in sorted(change.opens):
        is_read = book.facts[name].given in ("history.complete", "product") or _is_read(name, book)
        yield None if is_read else f"no rule and no suggestion reads {name}"


def _is_read(name: str, book: Rulebook) -> bool:
    suggested = [line for zone in book.zones.values() for line in zone.suggest]
    counted = {LIMIT_FACTS[line.of, False] for line in suggested}
    return (
        any(name in rule.reads for rule in book.rules) or any(name in facts_read(line.condition) for line in suggested) or name in counted
    )


def _of_protocols(change: Other, book: Rulebook) -> Iterator[str | None]:
    if set(book.muscles) != set(change.book.muscles):  # a case could name a muscle that the other book does not know
        yield None
    for name in sorted(change.protocols):
        yield outside(book.protocols[name], change.book.protocols[name], book)
