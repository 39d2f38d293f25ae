"""Patients drawn at random from the symbolic patient: any values that its own constraints allow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import z3

from dose_engine.workbench.prove.patient import Amount, DayWord, PastSlot, Patient, PlannedSlot, Word

DAYS = [1, 7, 8, 9, 10, 14, 28, 29, 55, 56, 89, 90, 92, 93, 122, 123, 184, 185, 400]


def draw(patient: Patient, seed: int, *fixed: Any) -> z3.ModelRef:
    """A model of the patient: as many random values as its constraints allow, the rest as the solver likes."""
    chance = random.Random(seed)
    solver = z3.Solver()
    solver.add(*patient.constraints, *fixed)
    wishes = [wish for wish in _wishes(patient, chance) if not isinstance(wish, bool)]
    chance.shuffle(wishes)
    named = {z3.Bool(f"wish {number}"): wish for number, wish in enumerate(wishes)}
    for name, wish in named.items():
        solver.add(z3.Implies(name, wish))
    kept = list(named)
    while solver.check(*kept) != z3.sat:
        core = {str(name) for name in solver.unsat_core()}
        assert core, "the fixed values exclude each other"
        kept.remove(next(name for name in reversed(kept) if str(name) in core))
    return solver.model()


def _wishes(patient: Patient, chance: random.Random) -> Iterator[Any]:
    for key in ("planned", "past", "scheduled"):
        for slot in patient.made(key) or ():
            yield from _planned(slot, chance) if isinstance(slot, PlannedSlot) else _given(slot, chance)
    for made in list(patient._made.values()):
        if isinstance(made, Word):
            yield made(chance.choice(made.words))
        elif isinstance(made, DayWord):
            yield made.kind(chance.choice(made.kind.words))
            yield made.days == chance.choice(DAYS)
        elif isinstance(made, z3.BoolRef):
            yield made if chance.random() < 0.5 else z3.Not(made)


def _amount(amount: Amount, chance: random.Random) -> Iterator[Any]:
    yield amount.known if chance.random() < 0.75 else z3.Not(amount.known)
    yield amount.hundredths == chance.choice([1, 25, 50, 75, 200, 1000, 15_500, chance.randint(1, 100_000)])


def _planned(slot: PlannedSlot, chance: random.Random) -> Iterator[Any]:
    if slot.present is not True:
        yield slot.present if chance.random() < 0.7 else z3.Not(slot.present)
    yield slot.place(chance.choice(slot.place.words))
    yield slot.activity(chance.choice(slot.activity.words))
    yield slot.aim(chance.choice(slot.aim.words))
    yield from (flag if chance.random() < 0.2 else z3.Not(flag) for flag in slot.placement.values())
    yield slot.pointed if chance.random() < 0.6 else z3.Not(slot.pointed)
    yield slot.points == chance.randint(1, 100)
    yield from _amount(slot.amount, chance)


def _given(slot: PastSlot, chance: random.Random) -> Iterator[Any]:
    yield slot.present if chance.random() < 0.8 else z3.Not(slot.present)
    yield slot.shape(chance.choice(slot.shape.words))
    yield slot.purpose(chance.choice(slot.purpose.words))
    yield slot.visit(chance.choice(slot.visit.words))
    yield slot.product(chance.choice([*slot.product.words, *[slot.product.words[0]] * 4]))
    yield slot.dated if chance.random() < 0.75 else z3.Not(slot.dated)
    yield slot.days == chance.choice(DAYS)
    yield from _amount(slot.amount, chance)
