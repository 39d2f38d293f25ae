"""The claim that more toxin is never safer, and the patients who show why a few rules say `expects_dose`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import z3

from ...evaluation import Evaluation
from ...evaluators.solver import Formula, conjunction, disjunction, negation
from ...rulebook.load_conditions import clears_with_more
from ...rulebook.model import Rising, Rule, Scope
from ..claims import Claim
from .counting import Counting
from .knowing_claims import bound_ways
from .patient import Amount, Bounds, PastSlot, Patient, PlannedSlot
from .prover import Prover, Question
from .reading import case_of
from .result import Proof, Undecided, Witness
from .terms import FactTerms

_ONE = Bounds(2, 1, 1)
_FEW = Bounds(3, 2, 0)
"""A rule that misses a dose is shown by a small patient."""


def more_is_never_safer(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """By the polarity of every caution and stop, without bounds; then that each fact moves the way its polarity rests on."""
    book = prover.book
    silent = [
        rule for rule in prover.deciding() if not rule.expects_dose and (name := clears_with_more(rule.condition, book.facts)) and name
    ]
    if silent:
        return prover.outcome(claim, "broken", f"A higher dose could clear {', '.join(rule.id for rule in silent)}.", "every patient")
    wrong = falling_facts(prover)
    if wrong:
        return prover.outcome(claim, "broken", wrong, str(_ONE))
    witnesses, missing = [], []
    expecting = [rule for rule in prover.deciding() if rule.expects_dose]
    for rule in expecting:
        try:
            witness = cleared_by_more(prover, rule)
        except Undecided as undecided:
            return prover.outcome(claim, "not proved", str(undecided))
        if witness is None:
            missing.append(rule.id)
        else:
            witnesses.append(witness)
    if missing:
        note = f"{', '.join(missing)}: `expects_dose`, and no patient was found for whom a higher or an added dose clears it."
        return prover.outcome(claim, "broken", note, str(_FEW))
    note = f"{len(prover.deciding()) - len(expecting)} cautions and stops by the polarity of their conditions."
    if expecting:
        note += f" Each of the {len(expecting)} that say `expects_dose` is shown by a patient for whom a dose clears it."
    return prover.outcome(claim, "proved", note, "every patient", tuple(witnesses))


def falling_facts(prover: Prover) -> str:
    """What is wrong: a fact that does not move as declared when a dose is raised or added."""
    patient = Patient(prover.book, _ONE)
    richer = Richer(patient)
    before, after = Counting(patient), Counting(richer.patient)
    for fact in prover.book.facts.values():
        if fact.computation is None:
            continue
        for this in bound_ways(fact, patient):
            (low, high), (new_low, new_high) = before.ends(fact.computation, this), after.ends(fact.computation, this)
            less = z3.Or(new_low < low, new_high < high)
            more = z3.Or(new_low > low, new_high > high)
            against = {Rising.UP: less, Rising.DOWN: more, Rising.STILL: z3.Or(less, more)}[fact.rises]
            solver = z3.Solver()
            solver.set("timeout", max(int(prover.seconds * 1000), 1))
            solver.add(*patient.constraints, *richer.constraints(), against)
            answer = solver.check()
            if answer != z3.unsat:
                found = "does not move as it should" if answer == z3.sat else "could not be settled in time"
                return f"{fact.name} (rules/facts.yaml:{fact.line}) {found} when a dose is raised or added."
    return ""


def cleared_by_more(prover: Prover, rule: Rule) -> Witness | None:
    """A patient for whom the rule certainly fires, and the same with more toxin, for whom it does not. Raises `Undecided`."""
    for place in [None] if rule.scope is Scope.CASE else prover.places():
        question = Question(prover.book, _FEW, prover.seconds)
        if place is not None:
            question.here(place)
        fires = question.fires(rule, 0, place)
        if fires is False:
            continue
        richer = Richer(question.patient)
        at = None if place is None else (richer.patient.planned[0], richer.patient.places[place])
        then = FactTerms(richer.patient, Counting(richer.patient), prover.book, prover.book.facts, at)
        question.search.add(conjunction([fires, negation(then.held(rule.condition).possible)]))
        for constraint in richer.constraints():
            question.search.add(constraint)
        answer = question.search.look()
        if answer == "unknown":
            raise Undecided(f"{rule.id}: the solver was not done within {prover.seconds:g} s")
        if answer == "found":
            model = question.search.plain_model(richer.small_steps())
            values, more = case_of(question.patient, model), case_of(richer.patient, model)
            return _confirmed(prover, rule, Witness(f"{rule.id}: a dose more clears it.", values, more))
    return None


def _confirmed(prover: Prover, rule: Rule, witness: Witness) -> Witness:
    assert witness.then is not None
    before, after = prover.judge.evaluation(witness.values), prover.judge.evaluation(witness.then)
    places = {_place(before, one.index) for one in before.fired if one.rule.id == rule.id and one.certain}
    if not places - {_place(after, one.index) for one in after.fired if one.rule.id == rule.id and one.certain}:
        raise Undecided(f"{rule.id}: the solver and the engine differ")
    return witness


def _place(evaluation: Evaluation, index: int | None) -> tuple[object, ...]:
    if index is None:
        return ()
    dose = evaluation.facts.doses[index]
    return dose.zone, dose.muscle, dose.side, dose.band, tuple(dose.placement)


class Richer:
    """The same patient with more toxin: doses of the plan raised or added, and treatments added to the history."""

    def __init__(self, before: Patient) -> None:
        self.before = before
        self.patient = Patient(before.book, before.bounds, "more ")
        self._more: list[Formula] = []
        made: dict[str, Any] = self.patient._made
        shared = {key: value for key, value in before._made.items() if key not in ("planned", "past", "scheduled")}
        made.update(shared)
        made["planned"] = tuple(self._planned(slot) for slot in before.planned)
        made["past"] = tuple(self._past(slot) for slot in before.past)
        made["scheduled"] = before.scheduled
        for name in ("product", "visit", "first", "complete"):
            made[name] = getattr(before, name)
        for index, slot in enumerate(made["planned"]):
            self._more += [disjunction([negation(slot.present), self.patient._elsewhere(slot, other)]) for other in made["planned"][:index]]
        self._more += [disjunction([negation(before.first("yes")), negation(slot.present)]) for slot in made["past"]]

    def constraints(self) -> list[Formula]:
        return [*self.patient.constraints, *self._more]

    def small_steps(self) -> list[Formula]:
        """As little more as can be: no dose added, none raised."""
        pairs = [
            (one, other) for key in ("planned", "past") for one, other in zip(self.before.made(key), self.patient.made(key), strict=True)
        ]
        raised = [one.amount.hundredths == other.amount.hundredths for one, other in pairs if isinstance(one, PlannedSlot)]
        return [*(one.present == other.present for one, other in pairs if one.present is not True), *raised]

    def _planned(self, slot: PlannedSlot) -> PlannedSlot:
        after = Amount(f"more plan {slot.index} units")
        self._more += [after.bound, slot.amount.known == after.known, after.hundredths >= slot.amount.hundredths]
        if slot.present is True:
            return replace(slot, amount=after)
        present = z3.Bool(f"more plan {slot.index} present")
        self._more.append(z3.Implies(slot.present, present))
        return replace(slot, amount=after, present=present)

    def _past(self, slot: PastSlot) -> PastSlot:
        present = z3.Bool(f"more {slot.stretch} {slot.index} present")
        self._more.append(z3.Implies(slot.present, present))
        return replace(slot, present=present)
