"""Which values a condition can have at all: what coverage asks for, and what it does not because no case could show it.

Some facts are never open: the plan always says in which zone a dose is, an age is required, a visit that is left out is a first pass. A
test of such a fact is never *possible*. What is claimed to be reachable may be a little too much, never too little: the facts of a case are
taken one by one, and one fact may rule out another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from ...evaluators.fold import Above, Apart, Both, Either, Formula, Member, Word, fold
from ...evaluators.semantics import Truth
from ...evaluators.values import UNKNOWN
from ...rulebook.conditions import Condition, facts_read
from ...rulebook.model import Fact, Rulebook
from ...rulebook.vocabulary import BANDS

PLACE: Final = ("dose.zone", "dose.region", "dose.muscle", "dose.side", "dose.band")
"""Fields that the place of a dose settles together."""

NEVER_OPEN: Final = {
    **dict.fromkeys(PLACE, "every dose of a plan has a place"),
    "dose.activity": "left out, it is read as not stated",
    "dose.aim": "left out, it is read as not stated",
    "dose.placement": "left out, it is read as standard",
    "visit": "left out, it is read as a first pass",
    "patient.age": "every case states it",
    "goals": "every case has them or has none",
    "goals.given": "every case has them or has none",
}
"""Fields of a case whose value is never unknown, and why."""

_WORDS: Final = (*PLACE, "dose.activity", "dose.aim", "visit")


def never_open(fact: Fact) -> str | None:
    """Why the fact always has one value; None where it can be open."""
    how = fact.computation
    if how is not None:
        counted = how.op == "count" and how.over == ("planned",) and how.product != "ours"
        return "the plan is always known in full" if counted else None
    return NEVER_OPEN.get(fact.given)


def settled(reads: Iterable[str], book: Rulebook) -> Iterator[dict[str, str]]:
    """Every combination that the words among these facts can have where none of them is ever open."""
    facts = [book.facts[name] for name in sorted(reads) if book.facts[name].given in _WORDS]
    placed = [fact for fact in facts if fact.given in PLACE]
    free = [fact for fact in facts if fact.given not in PLACE]
    places = dict.fromkeys(tuple(place[fact.given] for fact in placed) for place in _places(book))
    for here in places:
        for words in product(*(fact.words for fact in free)):
            yield {**dict(zip((fact.name for fact in placed), here, strict=True)), **dict(zip((f.name for f in free), words, strict=True))}


def _places(book: Rulebook) -> Iterator[dict[str, str]]:
    for zone in book.zones.values():
        for muscle, sides in zone.muscles.items():
            for side, band in product(sides, zone.bands or BANDS[-1:]):
                yield dict(zip(PLACE, (zone.name, zone.region, muscle, side, band), strict=True))


@dataclass(frozen=True, slots=True)
class Reach:
    """The values that a condition can have, and for each of the others why not."""

    values: frozenset[Truth]
    out: tuple[tuple[Truth, str], ...]


def reach(condition: Condition, book: Rulebook) -> Reach:
    """Which of certain, possible and impossible the condition can be."""
    found: set[Truth] = set()
    for known in settled(facts_read(condition), book):
        folded = fold(condition, known, lambda name: book.facts[name].value_type)
        certain, possible = (_of_known(formula, book) for formula in (folded.certain, folded.possible))
        if _can_be(certain, True, book):
            found.add(Truth.CERTAIN)
        if _can_be(possible, False, book):
            found.add(Truth.IMPOSSIBLE)
        if certain != possible and _can_be(possible, True, book) and _can_be(certain, False, book):
            found.add(Truth.POSSIBLE)
        if len(found) == len(Truth):
            break
    return Reach(frozenset(found), tuple((truth, _why_not(truth, condition, book)) for truth in Truth if truth not in found))


def _why_not(truth: Truth, condition: Condition, book: Rulebook) -> str:
    reads = facts_read(condition)
    if truth is not Truth.POSSIBLE:
        return "it holds in every case" if truth is Truth.IMPOSSIBLE else "it can hold in no case"
    if not reads:
        return "it holds in every case"
    reasons = dict.fromkeys(reason for name in sorted(reads) if (reason := never_open(book.facts[name])))
    return "never open: " + "; ".join(reasons) if reasons else "no answer leaves it open"


def _of_known(formula: Formula, book: Rulebook) -> Formula:
    """The formula with both ends of a number, and both ways to have a member, made one where the fact is never open."""
    match formula:
        case Both(parts):
            return Both(tuple(_of_known(part, book) for part in parts))
        case Either(parts):
            return Either(tuple(_of_known(part, book) for part in parts))
        case Above(fact, _, bound, negated) if never_open(book.facts[fact]):
            return Above(fact, "low", bound, negated)
        case Member(fact, member, _, negated) if never_open(book.facts[fact]):
            return Member(fact, member, True, negated)
        case Word(fact, words, negated) if never_open(book.facts[fact]):
            return Word(fact, tuple(word for word in words if word != UNKNOWN), negated)
        case _:
            return formula


def _can_be(formula: Formula, value: bool, book: Rulebook) -> bool:
    """Can the formula be true (or false), each of its parts taken by itself?"""
    match formula:
        case Both(parts):
            return (all if value else any)(_can_be(part, value, book) for part in parts)
        case Either(parts):
            return (any if value else all)(_can_be(part, value, book) for part in parts)
        case Above(_, _, bound, negated):
            return bound > 0 or value is not negated
        case Word(fact, words, negated):
            found = book.facts[fact]
            domain = {*found.words, *(() if never_open(found) else (UNKNOWN,))}
            return bool(domain - set(words) if value is negated else domain & set(words))
        case Apart() | Member():
            return True
