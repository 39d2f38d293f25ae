"""Looks for a patient: a solver over a `Patient`, and the plainest case it can show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import z3

from ...evaluators.solver import Formula, conjunction, negation
from ...evaluators.values import UNKNOWN
from .patient import NOT_STATED, Amount, DayWord, PastSlot, Patient, PlannedSlot, Word
from .reading import case_of

Answer = Literal["found", "none", "unknown"]

PLAIN_ROUNDS = 60
PLAIN_SECONDS = 4
MOST_REGRANTED = 12
"""How far a found case is made plainer: a case that is harder to read is still a true one."""


class Search:
    """One question put to the solver; formulas are added, and a case is asked for."""

    def __init__(self, patient: Patient, seconds: float) -> None:
        self.patient = patient
        self.solver = z3.Solver()
        self._seconds = seconds
        self.solver.set("timeout", max(int(seconds * 1000), 1))
        self.solver.set("random_seed", 0)
        self._noted = 0
        self.never = False

    def add(self, formula: Formula) -> None:
        if formula is False:
            self.never = True
        elif formula is not True:
            self.solver.add(formula)

    def look(self) -> Answer:
        """Is there a patient? `unknown` when the time was not enough."""
        if self.never:
            return "none"
        self._note()
        answer = self.solver.check()
        return "found" if answer == z3.sat else "none" if answer == z3.unsat else "unknown"

    def case(self) -> dict[str, Any]:
        """The case last found."""
        return case_of(self.patient, self.solver.model())

    def plainer(self) -> dict[str, Any]:
        """A case of the same question that is as near to a healthy, fully answered patient as can be found quickly."""
        return case_of(self.patient, self.plain_model())

    def nearest_model(self, other: z3.ModelRef) -> z3.ModelRef:
        """The model nearest to another one over the same patient: as few fields as can be differ, of which units, days and counts first."""
        found = self.solver.model()
        self.solver.push()
        try:
            wishes = [wish for wish in same_as(self.patient, other) if not isinstance(wish, bool)]
            return self.solver.model() if self._settle(wishes) and self.solver.check() == z3.sat else found
        finally:
            self.solver.pop()
            self.solver.set("timeout", max(int(self._seconds * 1000), 1))

    def plain_model(self, last: Sequence[Formula] = ()) -> z3.ModelRef:
        """The plainest model that is found quickly; the one found last where none is plainer. For after `look` has found one.
        `last`: what is wanted when all else is had."""
        found = self.solver.model()
        self.solver.push()
        try:
            if not self._settle([wish for wish in (*wishes_of(self.patient), *last) if not isinstance(wish, bool)]):
                return found
            self._round()
            return self.solver.model() if self.solver.check() == z3.sat else found
        finally:
            self.solver.pop()
            self.solver.set("timeout", max(int(self._seconds * 1000), 1))

    def _settle(self, wishes: list[Formula]) -> bool:
        """Grant all wishes but those that cannot be had together; of these the less wanted go."""
        self.solver.set("timeout", PLAIN_SECONDS * 1000)
        named = {z3.Bool(f"wish {number}"): wish for number, wish in enumerate(wishes)}
        for name, wish in named.items():
            self.solver.add(z3.Implies(name, wish))
        kept = list(named)
        for _ in range(PLAIN_ROUNDS):
            answer = self.solver.check(*kept)
            if answer == z3.sat:
                self.solver.add(*kept)
                self._grant([name for name in named if name not in kept][:MOST_REGRANTED])
                return True
            core = {str(name) for name in self.solver.unsat_core()} if answer == z3.unsat else set()
            last = next((name for name in reversed(kept) if str(name) in core), None)
            if last is None:
                return False
            kept.remove(last)
        return False

    def _round(self) -> None:
        """Small and round units, one wish after the other, as long as each is quickly granted."""
        self._grant(round_wishes_of(self.patient))

    def _grant(self, wishes: Iterable[Formula]) -> None:
        self.solver.set("timeout", 500)
        for wish in wishes:
            self.solver.push()
            self.solver.add(wish)
            granted = self.solver.check() == z3.sat
            self.solver.pop()
            if granted:
                self.solver.add(wish)

    def _note(self) -> None:
        fresh = self.patient.constraints[self._noted :]
        self._noted = len(self.patient.constraints)
        for constraint in fresh:
            self.add(constraint)


def wishes_of(patient: Patient) -> Iterator[Formula]:
    """What makes a case plain, the most wanted first: few entries, everything known, nothing special, whole units."""
    offered = [str(number) for number, place in enumerate(patient.places) if patient.book.zones[place.zone].suggest]
    for slot in (patient.made("planned") or ())[:1]:
        yield slot.amount.hundredths <= 1000
        yield slot.place(*offered)
    for key in ("scheduled", "past", "planned"):
        for slot in reversed(patient.made(key) or ()):
            if slot.present is not True:
                yield negation(slot.present)
    for name, made in list(patient._made.items()):
        if isinstance(made, Word):
            yield made(_PLAIN.get(name, "no" if name.startswith("answer") else made.words[0]))
        elif isinstance(made, DayWord):
            yield made.kind("none")
        elif name.startswith("performer"):
            yield negation(made)
        elif name == "millimetres known":
            yield made
        elif name in _USUAL:
            yield made == _USUAL[name]
    for slot in patient.made("planned") or ():
        yield from _planned(slot)
    for key in ("past", "scheduled"):
        for slot in patient.made(key) or ():
            yield from _given(slot, patient)


_PLAIN = {"first": "no", "complete": "yes", "visit": "first_pass", "asymmetry.onset": "longstanding", "asymmetry.cause": "muscular"}
_USUAL = {"age": 34, "millimetres": 200, "goals": 1}


def _planned(slot: PlannedSlot) -> Iterator[Formula]:
    yield slot.amount.known
    yield conjunction(negation(flag) for flag in slot.placement.values())
    yield slot.activity(NOT_STATED)
    yield slot.aim(NOT_STATED)
    yield slot.points <= 2
    yield negation(slot.pointed)


def _given(slot: PastSlot, patient: Patient) -> Iterator[Formula]:
    yield slot.dated
    yield slot.days <= 400
    yield slot.amount.known
    yield slot.product(patient.book.product)
    yield negation(slot.product(UNKNOWN))
    yield negation(slot.purpose(NOT_STATED))
    yield slot.visit(NOT_STATED)


def round_wishes_of(patient: Patient) -> Iterator[Formula]:
    """Few units rather than many, and steps that a syringe has."""
    for slot in patient.made("planned") or ():
        yield from _round(slot.amount, 1000)
    for key in ("past", "scheduled"):
        for slot in patient.made(key) or ():
            yield from _round(slot.amount, 20_000)


def _round(amount: Amount, few: int) -> Iterator[Formula]:
    yield amount.hundredths <= few
    yield amount.hundredths % 100 == 0
    yield amount.hundredths % 50 == 0


def same_as(patient: Patient, model: z3.ModelRef) -> Iterator[Formula]:
    """Every field as in the model; what may rather differ comes last."""
    later: list[Formula] = []
    for made in list(patient._made.values()):
        if isinstance(made, Word):
            yield made(made.read(model))
        elif isinstance(made, DayWord):
            yield made.kind(made.kind.read(model))
            later.append(_same(made.days, model))
        elif isinstance(made, z3.ArithRef):
            later.append(_same(made, model))
        elif isinstance(made, z3.BoolRef):
            yield _same(made, model)
    absent: list[Formula] = []
    for key in ("scheduled", "past", "planned"):
        for slot in patient.made(key) or ():
            if not z3.is_true(model.eval(slot.present, model_completion=True) if slot.present is not True else z3.BoolVal(True)):
                absent.append(negation(slot.present))
                later += list(_planned(slot) if isinstance(slot, PlannedSlot) else _given(slot, patient))
                continue
            yield slot.present
            words = [slot.place, slot.activity, slot.aim] if isinstance(slot, PlannedSlot) else _words(slot)
            yield from (word(word.read(model)) for word in words)
            flags = [slot.pointed, *slot.placement.values()] if isinstance(slot, PlannedSlot) else [slot.dated]
            yield from (_same(flag, model) for flag in (slot.amount.known, *flags))
            numbers = [slot.points, slot.amount.hundredths] if isinstance(slot, PlannedSlot) else [slot.amount.hundredths, slot.days]
            later += [_same(number, model) for number in numbers]
    yield from reversed(absent)
    yield from later


def _words(slot: PastSlot) -> list[Word]:
    return [slot.shape, slot.purpose, slot.visit, slot.product]


def _same(variable: Any, model: z3.ModelRef) -> Formula:
    return True if isinstance(variable, bool) else variable == model.eval(variable, model_completion=True)
