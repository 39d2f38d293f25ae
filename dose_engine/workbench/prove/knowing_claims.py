"""Claims about what is not known: an answer only settles, and what was ruled out stays ruled out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import z3

from ...evaluation import Evaluation
from ...evaluators.solver import Formula, Number, conjunction, disjunction, held, negation
from ...evaluators.values import UNKNOWN, Members, Range
from ...rulebook.model import Fact, Rulebook, Scope
from ...tally import Filter
from ...units import OPEN
from ..claims import Claim
from .counting import Counting
from .patient import LONGEST_AGO, NOT_STATED, Amount, Bounds, PastSlot, Patient, PlannedSlot, Word
from .places import FIELDS, Known
from .prover import Prover
from .result import Proof
from .terms import bindings

_ONE = Bounds(1, 1, 1)


def possible_covers_completions(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """For every record whatever: a rule that certainly fires once all is known was possible before, and one that was certain stays so."""
    book = prover.book
    for rule in book.rules:
        solver = z3.Solver()
        solver.set("timeout", max(int(prover.seconds * 1000), 1))
        before, after = _OpenRecord(book, "before"), _OpenRecord(book, "after")
        was, is_now = held(rule.condition, before, book), held(rule.condition, after, book)
        for fact in sorted(rule.reads):
            solver.add(*_completes(before, after, book.facts[fact]))
        lost = conjunction([is_now.certain, negation(was.possible)])
        undone = conjunction([was.certain, negation(is_now.certain)])
        opened = conjunction([is_now.possible, negation(was.possible)])
        solver.add(z3.BoolVal(False) if (wrong := disjunction([lost, undone, opened])) is False else wrong)
        answer = solver.check()
        if answer == z3.sat:
            return prover.outcome(claim, "broken", f"{rule.id}: {_shown(solver.model())}", "every record of facts")
        if answer != z3.unsat:
            return prover.outcome(claim, "not proved", f"The time was not enough for {rule.id}.", "every record of facts")
    return prover.outcome(claim, "proved", f"{len(book.rules)} rules, without bounds.", "every record of facts")


class _OpenRecord:
    """A record of facts of which nothing is given: each a range, a word or a list of its own."""

    def __init__(self, book: Rulebook, name: str) -> None:
        self.book, self.name = book, name
        self._words: dict[str, Word] = {}

    def ends(self, fact: str) -> tuple[Number, Number]:
        return z3.Int(f"{self.name} {fact} low"), z3.Int(f"{self.name} {fact} high")

    def word(self, fact: str) -> Word:
        if fact not in self._words:
            self._words[fact] = Word(f"{self.name} {fact}", tuple(dict.fromkeys((*self.book.facts[fact].words, UNKNOWN, "another"))))
        return self._words[fact]

    def is_word(self, fact: str, word: str) -> Formula:
        return self.word(fact)(word)

    def has(self, fact: str, member: str, sure: bool) -> Formula:
        has = z3.Bool(f"{self.name} {fact} has {member}")
        return has if sure else z3.Or(has, z3.Bool(f"{self.name} {fact} may have {member}"))


def _completes(before: _OpenRecord, after: _OpenRecord, fact: Fact) -> Iterator[Formula]:
    """`after` knows at least what `before` knows."""
    if fact.value_type is Range:
        (low, high), (new_low, new_high) = before.ends(fact.name), after.ends(fact.name)
        yield z3.And(low >= 0, low <= high, high <= OPEN, new_low >= low, new_low <= new_high, new_high <= high)
    elif fact.value_type is Members:
        for member in fact.words:
            yield z3.Implies(before.has(fact.name, member, True), after.has(fact.name, member, True))
            yield z3.Implies(after.has(fact.name, member, False), before.has(fact.name, member, False))
    else:
        was, now = before.word(fact.name), after.word(fact.name)
        yield conjunction([was.bound, now.bound, z3.Or(was(UNKNOWN), was.same(now))])


def _shown(model: z3.ModelRef) -> str:
    return ", ".join(sorted(f"{name} = {model[name]}" for name in model))


# facts


def an_answer_only_settles(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """For each sum, count and number of days: with more known of the doses, its range stays within what it was."""
    book = prover.book
    patient = Patient(book, _ONE)
    told = _Told(patient)
    before, after = Counting(patient), Counting(told.patient)
    facts = [fact for fact in book.facts.values() if fact.computation is not None]
    questions = [(fact, this) for fact in facts for this in bound_ways(fact, patient)]
    widens = []
    for fact, this in questions:
        assert fact.computation is not None
        (low, high), (new_low, new_high) = before.ends(fact.computation, this), after.ends(fact.computation, this)
        widens.append(z3.Or(new_low < low, new_high > high))
    solver = z3.Solver()
    solver.set("timeout", max(int(prover.seconds * 1000), 1))
    solver.add(*patient.constraints, *told.constraints())
    for (fact, _bound), wider in zip(questions, widens, strict=True):
        assert fact.computation is not None
        solver.push()
        solver.add(wider, told.products_stay if fact.computation.product == "other" else True)
        answer = solver.check()
        solver.pop()
        if answer == z3.sat:
            return prover.outcome(claim, "broken", f"{fact.name} (rules/facts.yaml:{fact.line}) widens when more is known.", str(_ONE))
        if answer != z3.unsat:
            return prover.outcome(claim, "not proved", f"The time was not enough for {fact.name}.", str(_ONE))
    note = f"{len(facts)} facts, {len(questions)} ways to bind them; one dose of each kind, as sums, counts and days go dose by dose."
    if any(fact.computation is not None and fact.computation.product == "other" for fact in facts):
        note += " An unknown product counts as another one, so naming it can clear the days since another product."
    return prover.outcome(claim, "proved", note, str(_ONE))


def bound_ways(fact: Fact, patient: Patient) -> list[tuple[Filter, ...]]:
    """What `this` can mean, each once."""
    assert fact.computation is not None
    if fact.scope is Scope.CASE:
        return [()]
    return list(dict.fromkeys(tuple(bindings(place)[name] for name in fact.computation.this) for place in patient.places))


class _Told:
    """The same patient with more known: units, days, places, purposes, products, a history that is complete or has another entry."""

    def __init__(self, before: Patient) -> None:
        self.before = before
        self.patient = Patient(before.book, before.bounds, "told ")
        self._more: list[Formula] = []
        made: dict[str, Any] = self.patient._made
        made["planned"] = tuple(self._planned(slot) for slot in before.planned)
        made["past"] = tuple(self._given(slot, may_appear=True) for slot in before.past)
        made["scheduled"] = tuple(self._given(slot, may_appear=False) for slot in before.scheduled)
        made["visit"] = before.visit
        first, complete, product = self.patient.first, self.patient.complete, self.patient.product
        self._settles(before.first, first, UNKNOWN)
        self._settles(before.complete, complete, UNKNOWN)
        self._settles(before.product, product, UNKNOWN)

    def constraints(self) -> list[Formula]:
        return [*self.patient.constraints, *self._more]

    @property
    def products_stay(self) -> Formula:
        """No earlier product is named that was unknown before."""
        return conjunction(one.product.same(other.product) for one, other in zip(self.before.past, self.patient.past, strict=True))

    def _settles(self, before: Word, after: Word, open_word: str) -> None:
        self._more.append(disjunction([before(open_word), before.same(after)]))

    def _amount(self, before: Amount, name: str) -> Amount:
        after = Amount(name)
        self._more += [after.bound, z3.Implies(before.known, z3.And(after.known, after.hundredths == before.hundredths))]
        return after

    def _planned(self, slot: PlannedSlot) -> PlannedSlot:
        return replace(slot, amount=self._amount(slot.amount, f"told plan {slot.index} units"))

    def _given(self, slot: PastSlot, may_appear: bool) -> PastSlot:
        name = f"told {slot.stretch} {slot.index}"
        book = self.before.book
        after = replace(
            slot,
            present=z3.Bool(f"{name} present"),
            shape=Word(f"{name} shape", slot.shape.words),
            amount=self._amount(slot.amount, f"{name} units"),
            dated=z3.Bool(f"{name} dated"),
            days=z3.Int(f"{name} days"),
            purpose=Word(f"{name} purpose", (*book.protocols, NOT_STATED)),
            product=Word(f"{name} product", slot.product.words),
        )
        self._settles(slot.purpose, after.purpose, NOT_STATED)
        self._settles(slot.product, after.product, UNKNOWN)
        self._more += [word.bound for word in (after.shape, after.purpose, after.product)]
        self._more += [
            after.days >= (0 if slot.stretch == "history" else 1),
            after.days <= LONGEST_AGO,
            z3.Implies(slot.dated, z3.And(after.dated, after.days == slot.days)),
        ]
        self._more.append(z3.Implies(slot.present, after.present))
        open_history = negation(disjunction([self.before.complete("yes"), self.before.first("yes")]))
        self._more.append(z3.Implies(after.present, z3.Or(slot.present, open_history) if may_appear else slot.present))
        self._more += [
            disjunction([negation(conjunction([slot.present, slot.shape(shape)])), after.shape(*self._nearer(shape))])
            for shape in slot.shape.words
        ]
        for shape in (*self.before.wholes, *self.before.regimens):
            self._more.append(disjunction([negation(after.shape(shape)), after.purpose(shape.partition(" ")[2])]))
        return after

    def _nearer(self, shape: str) -> list[str]:
        """The shapes that say at least as much of the place; a regimen stays what it is."""
        if shape in self.before.regimens:
            return [shape]
        may_be = self._may_be(shape)
        kept = [other for other in (*self.before.past_places, *self.before.wholes) if _within(self._may_be(other), may_be)]
        return [shape, *(other for other in kept if other != shape)]

    def _may_be(self, shape: str) -> dict[str, Known]:
        return self.before.past_places[shape].may_be if shape in self.before.past_places else self.before.wholes[shape]


def _within(one: dict[str, Known], other: dict[str, Known]) -> bool:
    for name in FIELDS:
        mine, its = one[name], other[name]
        if its is not None and (mine is None or not mine <= its):
            return False
    return True
