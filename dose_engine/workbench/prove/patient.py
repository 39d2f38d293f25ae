"""A patient that is every patient: each field of a case as a variable, within stated bounds.

Variables are made when they are first read, so a question that a claim does not touch costs nothing, and in a case that is read back from a
model it stands as in a healthy, fully answered patient.

What is in bounds: so many planned doses, earlier treatments and scheduled ones. An earlier or scheduled treatment is one dose, as far
known as a record can leave it (units, date, side, muscle, band, purpose, product, visit each known or not); or a whole treatment of which
only the purpose and perhaps the units are known; or a regimen given at its usual sites. A treatment of several doses is that many
treatments of one day, save where treatments are counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import z3

from ...evaluators.solver import Formula, Number, choice, conjunction, disjunction, negation
from ...evaluators.values import UNKNOWN
from ...rulebook.model import Protocol, Rulebook
from ...rulebook.vocabulary import ACTIVITIES, AIMS, PERFORMERS, PLACEMENTS, VISITS
from ...units import LARGEST, LATEST, OPEN
from .places import Known, PastPlace, Place, past_places, places, whole_place

NOT_STATED = "not_stated"
NONE = "none"
LIST = "list"
LONGEST_AGO = 36_500
MOST_POINTS = 100
"""The most points a case may state for one dose."""


class Bounds(NamedTuple):
    """How large a patient a proof covers."""

    planned: int = 8
    past: int = 6
    scheduled: int = 2

    def __str__(self) -> str:
        return f"{self.planned} planned doses, {self.past} earlier and {self.scheduled} scheduled treatments"


class Word:
    """A word that is one of a few."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name, self.words = name, tuple(words)
        bits = max((len(self.words) - 1).bit_length(), 1)
        self._var = z3.BitVec(name, bits)
        self._index = {word: index for index, word in enumerate(self.words)}
        self._is: dict[str, Formula] = {}
        self.bound: Formula = z3.ULE(self._var, len(self.words) - 1) if len(self.words) < 2**bits else True

    def __call__(self, *words: str) -> Formula:
        """Is it one of these words?"""
        known = [word for word in dict.fromkeys(words) if word in self._index]
        return True if len(known) == len(self.words) else disjunction(map(self._one, known))

    def _one(self, word: str) -> Formula:
        if word not in self._is:
            self._is[word] = self._var == self._index[word]
        return self._is[word]

    def same(self, other: Word) -> Formula:
        """Are both the same word? They must have the same list of words."""
        assert self.words == other.words
        return self._var == other._var

    def read(self, model: z3.ModelRef) -> str:
        value = model.eval(self._var, model_completion=True)
        return self.words[min(int(value.as_long()), len(self.words) - 1)]


class Amount:
    """Units that may not be known: whole hundredths of a unit, from 0.01 to 1000 U."""

    def __init__(self, name: str) -> None:
        self.known = z3.Bool(f"{name} known")
        self.hundredths = z3.Int(name)
        self.bound = z3.And(self.hundredths >= 1, self.hundredths <= LARGEST // 2)

    @cached_property
    def ends(self) -> tuple[Number, Number]:
        return z3.If(self.known, 2 * self.hundredths, 0), z3.If(self.known, 2 * self.hundredths, OPEN)

    @cached_property
    def half_ends(self) -> tuple[Number, Number]:
        return z3.If(self.known, self.hundredths, 0), z3.If(self.known, self.hundredths, (OPEN + 1) // 2)


class DayWord:
    """A day ahead, `none`, or not known."""

    def __init__(self, name: str) -> None:
        self.kind = Word(f"{name} kind", ("none", "date", UNKNOWN))
        self.days = z3.Int(name)
        self.bound = z3.And(self.days >= 0, self.days <= LONGEST_AGO)

    @cached_property
    def ends(self) -> tuple[Number, Number]:
        low = z3.If(self.kind("date"), self.days, z3.If(self.kind("none"), OPEN, 0))
        return low, z3.If(self.kind("date"), self.days, OPEN)


@dataclass(frozen=True)
class PlannedSlot:
    """One dose of the plan."""

    index: int
    present: Formula
    place: Word
    amount: Amount
    activity: Word
    aim: Word
    placement: dict[str, Any]
    pointed: Any
    points: Any

    def placed(self, member: str) -> Formula:
        if member == "standard":
            return negation(disjunction(self.placement.values()))
        return self.placement.get(member, False)


class Regimen(NamedTuple):
    """A named protocol with its own units: its sites where it has a split, and the rest in a range."""

    name: str
    sites: tuple[tuple[dict[str, Known], int], ...]
    rest: tuple[dict[str, Known], int, int] | None


@dataclass(frozen=True)
class PastSlot:
    """One earlier or scheduled treatment. `shape` says which form it has: a dose somewhere, a whole treatment, or a regimen."""

    stretch: str
    index: int
    present: Formula
    shape: Word
    amount: Amount
    dated: Any
    days: Any
    purpose: Word
    visit: Word
    product: Word

    @property
    def near(self) -> Number:
        return z3.If(self.dated, self.days, 0 if self.stretch == "history" else 1)

    @property
    def far(self) -> Number:
        return z3.If(self.dated, self.days, LATEST)


class Patient:
    """The variables of a case under the vocabulary of a rulebook. `constraints` grows as variables are made."""

    def __init__(self, book: Rulebook, bounds: Bounds, name: str = "") -> None:
        self.book, self.bounds, self.name = book, bounds, name
        self.places: tuple[Place, ...] = places(book)
        self.past_places: dict[str, PastPlace] = past_places(book)
        self.wholes: dict[str, dict[str, Known]] = {f"whole {p}": whole_place(book, p) for p in (*book.protocols, NOT_STATED)}
        self.regimens: dict[str, Regimen] = {f"regimen {r.name}": r for r in regimens(book)}
        self.constraints: list[Formula] = []
        self._made: dict[str, Any] = {}

    def note(self, *constraints: Formula) -> None:
        self.constraints += [constraint for constraint in constraints if constraint is not True]

    def made(self, name: str) -> Any:
        """A variable that was made, or None."""
        return self._made.get(name)

    # words and numbers of the case

    def word(self, name: str, words: Sequence[str]) -> Word:
        if name not in self._made:
            made = Word(f"{self.name}{name}", words)
            self._made[name] = made
            self.note(made.bound)
            self._tie(name, made)
        found: Word = self._made[name]
        return found

    def _tie(self, name: str, made: Word) -> None:
        """What a case refuses: a first treatment with a history."""
        if name == "first" and "past" in self._made:
            self.note(*(disjunction([negation(made("yes")), negation(slot.present)]) for slot in self.past))
        if {"first", "complete"} <= self._made.keys() and name in ("first", "complete"):
            self.note(disjunction([negation(self.first("yes")), negation(self.complete("no"))]))

    @property
    def product(self) -> Word:
        return self.word("product", (*self.book.products, UNKNOWN))

    @property
    def visit(self) -> Word:
        return self.word("visit", VISITS)

    @property
    def first(self) -> Word:
        return self.word("first", ("yes", "no", UNKNOWN))

    @property
    def complete(self) -> Word:
        return self.word("complete", ("yes", "no", UNKNOWN))

    def answer(self, question: str) -> Word:
        """Yes, no, unknown, or (for a question about a place) a list of places."""
        about_place = self.book.facts[question].about_place
        return self.word(f"answer {question}", ("no", "yes", UNKNOWN, *([LIST] if about_place else [])))

    def named_place(self, question: str, place: str) -> Formula:
        """Is this zone or region in the list of places that the question was answered with?"""
        key = f"place {question} {place}"
        if key not in self._made:
            self._made[key] = z3.Bool(f"{self.name}{key}")
        return self._made[key]

    def number(self, name: str, low: int, high: int) -> Any:
        if name not in self._made:
            self._made[name] = z3.Int(f"{self.name}{name}")
            self.note(self._made[name] >= low, self._made[name] <= high)
        return self._made[name]

    def flag(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = z3.Bool(f"{self.name}{name}")
        return self._made[name]

    def day(self, name: str) -> DayWord:
        if name not in self._made:
            self._made[name] = DayWord(f"{self.name}{name}")
            self.note(self._made[name].kind.bound, self._made[name].bound)
        found: DayWord = self._made[name]
        return found

    @property
    def performer(self) -> tuple[Any, dict[str, Any]]:
        """Not known; and what the patient is."""
        return self.flag("performer unknown"), {word: self.flag(f"performer {word}") for word in PERFORMERS}

    # doses and treatments

    @property
    def planned(self) -> tuple[PlannedSlot, ...]:
        if "planned" not in self._made:
            slots = tuple(self._planned(index) for index in range(self.bounds.planned))
            self._made["planned"] = slots
            for index, slot in enumerate(slots):
                self.note(*(disjunction([negation(slot.present), self._elsewhere(slot, other)]) for other in slots[:index]))
            for one, other in itertools.pairwise(slots[1:]):
                self.note(z3.Implies(other.present, one.present))
        found: tuple[PlannedSlot, ...] = self._made["planned"]
        return found

    def _elsewhere(self, one: PlannedSlot, other: PlannedSlot) -> Formula:
        same = conjunction(
            [one.place.same(other.place), *(one.placement[word] == other.placement[word] for word in one.placement), other.present]
        )
        return negation(same)

    def _planned(self, index: int) -> PlannedSlot:
        name = f"{self.name}plan {index}"
        slot = PlannedSlot(
            index,
            True if index == 0 else z3.Bool(f"{name} present"),
            Word(f"{name} place", [str(k) for k in range(len(self.places))]),
            Amount(f"{name} units"),
            Word(f"{name} activity", ACTIVITIES),
            Word(f"{name} aim", AIMS),
            {word: z3.Bool(f"{name} {word}") for word in PLACEMENTS if word != "standard"},
            z3.Bool(f"{name} pointed"),
            z3.Int(f"{name} points"),
        )
        self.note(slot.place.bound, slot.amount.bound, slot.activity.bound, slot.aim.bound, slot.points >= 1, slot.points <= MOST_POINTS)
        return slot

    @property
    def past(self) -> tuple[PastSlot, ...]:
        return self._given("past", "history", self.bounds.past)

    @property
    def scheduled(self) -> tuple[PastSlot, ...]:
        return self._given("scheduled", "scheduled", self.bounds.scheduled)

    def _given(self, key: str, stretch: str, most: int) -> tuple[PastSlot, ...]:
        if key not in self._made:
            slots = tuple(self._treatment(stretch, index) for index in range(most))
            self._made[key] = slots
            for one, other in itertools.pairwise(slots):
                self.note(z3.Implies(other.present, one.present))
            if key == "past" and "first" in self._made:
                self.note(*(disjunction([negation(self.first("yes")), negation(slot.present)]) for slot in slots))
        found: tuple[PastSlot, ...] = self._made[key]
        return found

    def _treatment(self, stretch: str, index: int) -> PastSlot:
        name = f"{self.name}{stretch} {index}"
        slot = PastSlot(
            stretch,
            index,
            z3.Bool(f"{name} present"),
            Word(f"{name} shape", (*self.past_places, *self.wholes, *self.regimens)),
            Amount(f"{name} units"),
            z3.Bool(f"{name} dated"),
            z3.Int(f"{name} days"),
            Word(f"{name} purpose", (*self.book.protocols, NOT_STATED)),
            Word(f"{name} visit", (*VISITS, NOT_STATED)),
            Word(f"{name} product", (*self.book.products, UNKNOWN)),
        )
        self.note(*(word.bound for word in (slot.shape, slot.purpose, slot.visit, slot.product)))
        self.note(slot.amount.bound, slot.days >= (0 if stretch == "history" else 1), slot.days <= LONGEST_AGO)
        for shape in (*self.wholes, *self.regimens):
            self.note(disjunction([negation(slot.shape(shape)), slot.purpose(shape.partition(" ")[2])]))
        for shape in self.wholes:
            base = base_units(self.book.protocols.get(shape.partition(" ")[2]))
            if base:  # so many units of a regimen with a split are in its sites; less, or not known, may be in any of its muscles
                stated = conjunction([slot.shape(shape), slot.amount.known])
                self.note(disjunction([negation(stated), slot.amount.hundredths * 2 < base]))
        return slot


def base_units(protocol: Protocol | None) -> int:
    """The units of a protocol's split, in 1/200 U; 0 where it has none."""
    return sum(int(units) for _, _, units in protocol.split) if protocol else 0


def regimens(book: Rulebook) -> Iterator[Regimen]:
    """The protocols that bring their own units."""
    from .places import of_muscle, of_muscles

    for protocol in book.protocols.values():
        if protocol.units is None:
            continue
        low, high = map(int, protocol.units)
        base = base_units(protocol)
        if not protocol.split or low < base:
            yield Regimen(protocol.name, (), (whole_place(book, protocol.name), low, high))
            continue
        sites = tuple((of_muscle(book, muscle, side), int(units)) for muscle, side, units in protocol.split)
        above = protocol.above_split or tuple(dict.fromkeys(muscle for muscle, _, _ in protocol.split))
        yield Regimen(protocol.name, sites, (of_muscles(book, above), low - base, high - base) if high > base else None)


__all__ = ["LIST", "NOT_STATED", "Amount", "Bounds", "DayWord", "PastSlot", "Patient", "PlannedSlot", "Regimen", "Word", "choice"]
