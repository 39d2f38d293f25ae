"""Which rules are behind a claim: those that certainly fire where it says something, and by which it therefore holds.

A claim writes its own sums and names no rule, so the tie is worked out: the claim is taken apart into its alternatives (one zone, one
answer), and a rule is behind it when one of them settles every test of the rule. What cannot be told is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from ...advisory import Severity, Verdict
from ...evaluators.values import UNKNOWN
from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test, facts_read
from ...rulebook.load_computed import Words
from ...rulebook.model import Computation, Fact, Rule, Rulebook, Scope, Zone
from ...rulebook.vocabulary import ELSEWHERE, PLACE_FACTS
from ...units import OPEN
from ..claims import Claim
from .bounds import Counted, Ends, Key, apart, meet, within

_MOST: Final = 400
"""Alternatives of one claim that are looked at; a claim with more is left without rules."""

_SEVERITIES: Final = {
    Verdict.STOP: (Severity.STOP,),
    Verdict.CAUTION: (Severity.CAUTION, Severity.STOP),
    Verdict.INCOMPLETE: (Severity.STOP,),
}


@dataclass(frozen=True, slots=True)
class _Alternative:
    """What is settled in one alternative: words by fact, and the ends of numbers by fact or by how they are worked out."""

    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[Key, Ends] = field(default_factory=dict)
    zone: Zone | None = None
    muscle: str | None = None


def rules_behind(claim: Claim, book: Rulebook) -> tuple[str, ...]:
    """The ids of the rules by which the claim holds, in the order of the book; none for a claim about the book as a whole."""
    named = {*claim.fires, *claim.never}
    read = {rule.id for rule in book.rules if rule.severity is Severity.STOP and rule.reads & set(claim.no_stop_from)}
    made: set[str] = set()
    if claim.condition is not None and claim.verdict is not None:
        wanted = [rule for rule in book.rules if rule.severity in _SEVERITIES.get(claim.verdict, ())]
        made = set(_settled(claim, wanted, book))
    return tuple(rule.id for rule in book.rules if rule.id in named | read | made)


def _settled(claim: Claim, rules: Sequence[Rule], book: Rulebook) -> Iterator[str]:
    facts = {**book.facts, **{fact.name: fact for fact in claim.facts}}
    here = _Reader(book, facts)
    assert claim.condition is not None
    places = {name for name, fact in book.facts.items() if fact.given in PLACE_FACTS}
    only_place = facts_read(claim.condition) <= places
    for alternative in here.alternatives(claim):
        bare = replace(alternative, words={name: word for name, word in alternative.words.items() if name in places}, numbers={})
        for rule in rules:
            if not here.holds(rule.condition, alternative) and not _is_open(rule, alternative):
                continue
            if only_place or not here.holds(rule.condition, bare):  # else the place alone fires it, whatever the claim says
                yield rule.id


def _is_open(rule: Rule, alternative: _Alternative) -> bool:
    """Does the rule turn on a question that this alternative leaves open?"""
    return any(alternative.words.get(name) == UNKNOWN for name in rule.reads)


class _Reader:
    """Reads conditions over the facts of a book and of one claim."""

    def __init__(self, book: Rulebook, facts: Mapping[str, Fact]) -> None:
        self.book, self.facts = book, facts
        self.words = Words(book.zones, book.muscles, tuple(book.products), tuple(book.protocols))
        self.given = {fact.given: name for name, fact in book.facts.items() if fact.given}

    def alternatives(self, claim: Claim) -> list[_Alternative]:
        """The claim taken apart: one zone, and one word for each fact, at a time."""
        assert claim.condition is not None
        found = [_Alternative(zone=zone) for zone in self.book.zones.values()] if claim.scope is Scope.DOSE else [_Alternative()]
        return [self._placed(one) for one in self._split(claim.condition, found)]

    def _split(self, condition: Condition, found: list[_Alternative]) -> list[_Alternative]:
        if len(found) > _MOST:
            return []
        match condition:
            case All(parts):
                for part in parts:
                    found = self._split(part, found)
                return found
            case AnyOf(parts):
                return [one for part in parts for one in self._split(part, found)]
            case Test(op=Op.IS, number=None, other=None, words=words):
                return [
                    replace(one, words={**one.words, condition.fact: word})
                    for one, word in product(found, words)
                    if self._fits(condition, word, one)
                ]
            case Test(number=int(), other=None):
                return [self._bounded(condition, one) for one in found]
            case _:
                return found

    def _fits(self, test: Test, word: str, one: _Alternative) -> bool:
        """Can the word be true of the zone that is looked at?"""
        known = {"dose.zone": one.zone and one.zone.name, "dose.region": one.zone and one.zone.region}.get(self.facts[test.fact].given)
        if self.facts[test.fact].given == "dose.muscle" and one.zone is not None:
            return word in one.zone.muscles
        return known is None or known == word

    def _bounded(self, test: Test, one: _Alternative) -> _Alternative:
        return replace(one, numbers={**one.numbers, test.fact: meet(one.numbers.get(test.fact, (0, OPEN)), test)})

    def _placed(self, one: _Alternative) -> _Alternative:
        """With the words of its zone, and each number under what it counts there."""
        words = dict(one.words)
        muscle = words.get(self.given.get("dose.muscle", ""))
        if one.zone is not None:
            muscle = muscle or (next(iter(one.zone.muscles)) if len(one.zone.muscles) == 1 else None)
            known = {"dose.zone": one.zone.name, "dose.region": one.zone.region, "dose.muscle": muscle}
            words |= {self.given[name]: word for name, word in known.items() if word and name in self.given}
        placed = replace(one, words=words, muscle=muscle)
        return replace(placed, numbers={self.key(str(name), placed): ends for name, ends in one.numbers.items()})

    def holds(self, condition: Condition, one: _Alternative) -> bool:
        """Is the condition certainly true in this alternative?"""
        match condition:
            case All(parts):
                return all(self.holds(part, one) for part in parts)
            case AnyOf(parts):
                return any(self.holds(part, one) for part in parts)
            case NoneOf(parts):
                return all(self.fails(part, one) for part in parts)
            case Named(_, inner, yes):
                return self.holds(inner, one) if yes else self.fails(inner, one)
            case Test(other=str(other)):
                return apart(condition.op, self.ends(condition.fact, one), self.ends(other, one))
            case Test(number=int()):
                return within(condition, self.ends(condition.fact, one))
            case Test(op=op, words=words):
                word = one.words.get(condition.fact)
                return (
                    word is not None
                    and word != UNKNOWN
                    and (word in words) is (op is Op.IS)
                    and (op is Op.IS or self._is_single(condition))
                )

    def fails(self, condition: Condition, one: _Alternative) -> bool:
        """Is the condition certainly false in this alternative? Only told of single words, and of groups of them."""
        match condition:
            case All(parts):
                return any(self.fails(part, one) for part in parts)
            case AnyOf(parts):
                return all(self.fails(part, one) for part in parts)
            case Test(number=None, other=None, op=op, words=words) if self._is_single(condition):
                word = one.words.get(condition.fact)
                return word is not None and word != UNKNOWN and (word in words) is not (op is Op.IS)
            case _:
                return False

    def _is_single(self, test: Test) -> bool:
        return self.facts[test.fact].kind != "list"

    def ends(self, fact: str, one: _Alternative) -> Ends:
        """Between which ends a number is. A sum is no less than a part of it, and the most in any window no less than what lies in one."""
        key = self.key(fact, one)
        low, high = one.numbers.get(key, (0, OPEN))
        if isinstance(key, Counted) and key.op in ("sum", "count"):
            parts = (ends for other, ends in one.numbers.items() if isinstance(other, Counted) and other.is_part_of(key))
            low = max([low, *(least for least, _ in parts)])
        return low, high

    def key(self, fact: str, one: _Alternative) -> Key:
        """What a number counts at this place, so that two that are written differently and count the same have one key."""
        how = self.facts[fact].computation
        return fact if how is None else self._counted(how, one)

    def _counted(self, how: Computation, one: _Alternative) -> Counted:
        book = self.book
        where: dict[str, frozenset[str]] = {}
        for name, accepted, negated in how.where:
            every = (*self.words.of(name), *((ELSEWHERE,) if name in ("zone", "region") else ()))
            where[name] = frozenset(every) - accepted if negated else accepted
        this = set(how.this)
        for name, word in (("zone", one.zone and one.zone.name), ("region", one.zone and one.zone.region), ("muscle", one.muscle)):
            if name in this and word:
                this.discard(name)
                where[name] = where.get(name, frozenset((word,))) & {word}
        if one.zone is not None and one.muscle is not None and len(one.zone.muscles.get(one.muscle, ())) == 1:
            this.discard("side")  # a muscle on the midline has no other side
        if regions := where.pop("region", None):
            inside = frozenset(zone.name for zone in book.zones.values() if zone.region in regions)
            where["zone"] = where.get("zone", inside) & inside
        filters = frozenset(where.items())
        return Counted(how.op, how.over, how.within_days, how.at_peak, how.midline_half, how.product, frozenset(this), filters)


__all__ = ["rules_behind"]
