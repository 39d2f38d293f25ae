"""The facts of every patient as terms for the solver: of the case, or of one planned dose at one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from ...evaluators.solver import Formula, Held, Number, choice, conjunction, disjunction, held, negation
from ...evaluators.values import UNKNOWN
from ...rulebook.conditions import Condition
from ...rulebook.model import Fact, Rulebook
from ...rulebook.vocabulary import BINDINGS
from ...tally import Filter
from ...units import HALF, OPEN
from .counting import Counting
from .patient import LIST, MOST_POINTS, Patient, PlannedSlot
from .places import Place

_OTHER_SIDE = {"left": "right", "right": "left"}
_ANYTHING = (0, OPEN)


class FactTerms:
    """Facts of the case (`dose` None), or of the planned dose `dose` where it lies at `place`. Facts are those of `facts`."""

    def __init__(
        self, patient: Patient, counting: Counting, book: Rulebook, facts: Mapping[str, Fact], at: tuple[PlannedSlot, Place] | None = None
    ) -> None:
        self.patient, self.counting, self.book, self.facts, self.at = patient, counting, book, facts, at
        self._bound = bindings(at[1]) if at else {}
        self._ends: dict[str, tuple[Number, Number]] = {}

    def held(self, condition: Condition) -> Held:
        return held(condition, self, self.book)

    # numbers

    def ends(self, fact: str) -> tuple[Number, Number]:
        if fact not in self._ends:
            self._ends[fact] = self._number(self.facts[fact])
        return self._ends[fact]

    def _number(self, fact: Fact) -> tuple[Number, Number]:
        if fact.computation is not None:
            this = tuple(self._bound[name] for name in fact.computation.this)
            return self.counting.ends(fact.computation, this)
        patient = self.patient
        match fact.given:
            case "patient.age":
                age = patient.number("age", 0, 130)
                return age, age
            case "patient.next_performance":
                return patient.day("next_performance").ends
            case "patient.event":
                return patient.day("event").ends
            case "asymmetry.millimetres":
                size, known = patient.number("millimetres", 0, 10_000), patient.flag("millimetres known")
                return z3.If(known, size, 0), z3.If(known, size, OPEN)
            case "goals":
                goals = patient.number("goals", 0, 50)
                return goals, goals
            case "dose.units_each_point":
                return self._each_point()
        raise KeyError(fact.name)

    def _each_point(self) -> tuple[Number, Number]:
        """The units at one point, rounded up to 1/200 U, where the plan says how many points."""
        dose, _ = self._dose()
        name = f"each {dose.index}"
        each = self.patient.made(name)
        if each is None:
            units = 2 * dose.amount.hundredths
            each = self.patient.number(name, 1, 200_000)
            for points in range(1, MOST_POINTS + 1):
                rounded_up = z3.And(points * each >= units, points * each < units + points)
                self.patient.note(z3.Implies(dose.points == points, rounded_up))
        ours, unknown = self._ours()
        stated = conjunction([disjunction([ours, unknown]), dose.pointed])
        low = choice(conjunction([stated, dose.amount.known, negation(unknown)]), each, 0)
        return low, choice(stated, choice(dose.amount.known, each, OPEN), 0)

    def _ours(self) -> tuple[Formula, Formula]:
        return self.patient.product(self.book.product), self.patient.product(UNKNOWN)

    def _dose(self) -> tuple[PlannedSlot, Place]:
        assert self.at is not None
        return self.at

    # words

    def is_word(self, fact: str, word: str) -> Formula:
        declared = self.facts[fact]
        if declared.origin == "asked":
            return self._answered(declared, word)
        patient = self.patient
        match declared.given:
            case "product":
                return patient.product(word)
            case "visit":
                return patient.visit(word)
            case "patient.first_treatment":
                return self._first(word)
            case "history.complete":
                return self._complete(word)
            case "asymmetry.onset" | "asymmetry.cause":
                known = tuple(one for one in declared.words if one != UNKNOWN)
                return patient.word(declared.given, (*known, UNKNOWN))(word)
            case "asymmetry.seen_on_video":
                return patient.word(declared.given, ("yes", "no", UNKNOWN))(word)
            case "goals.given":
                some = patient.number("goals", 0, 50) >= 1
                return {"yes": some, "no": z3.Not(some)}.get(word, False)
        return self._of_dose(declared, word)

    def _of_dose(self, fact: Fact, word: str) -> Formula:
        dose, place = self._dose()
        match fact.given:
            case "dose.activity":
                return dose.activity(word)
            case "dose.aim":
                return dose.aim(word)
            case "dose.half_unit_steps":
                ours, unknown = self._ours()
                even = dose.amount.hundredths % (HALF // 2) == 0
                yes = disjunction([negation(disjunction([ours, unknown])), conjunction([dose.amount.known, even])])
                no = conjunction([ours, dose.amount.known, z3.Not(even)])
                return {"yes": yes, "no": no, UNKNOWN: negation(disjunction([yes, no]))}.get(word, False)
        return bool(getattr(place, fact.given.removeprefix("dose.")) == word)

    def _answered(self, fact: Fact, word: str) -> Formula:
        answer = self.patient.answer(fact.name)
        if not fact.about_place:
            return answer(word)
        listed = answer(LIST)
        names = [*self.book.zones, *self.book.regions]
        self.patient.note(disjunction([negation(listed), disjunction(self.patient.named_place(fact.name, name) for name in names)]))
        if self.at is None:
            here: Formula = True
        else:
            _, place = self.at
            here = disjunction([self.patient.named_place(fact.name, place.zone), self.patient.named_place(fact.name, place.region)])
        match word:
            case "yes":
                return disjunction([answer("yes"), conjunction([listed, here])])
            case "no":
                return disjunction([answer("no"), conjunction([listed, negation(here)])])
            case _:
                return answer(word)

    def _first(self, word: str) -> Formula:
        stated = self.patient.first
        treated = disjunction(slot.present for slot in self.patient.past)
        no = disjunction([stated("no"), conjunction([stated(UNKNOWN), treated])])
        return {"yes": stated("yes"), "no": no}.get(word, conjunction([stated(UNKNOWN), negation(treated)]))

    def _complete(self, word: str) -> Formula:
        first, complete = self.patient.first("yes"), self.patient.complete
        if word == "yes":
            return disjunction([first, complete("yes")])
        return conjunction([negation(first), complete(word)])

    # lists

    def has(self, fact: str, member: str, sure: bool) -> Formula:
        declared = self.facts[fact]
        if declared.given == "dose.placement":
            dose, _ = self._dose()
            return dose.placed(member)
        unknown, roles = self.patient.performer
        role: Any = roles.get(member, False)
        known = conjunction([negation(unknown), role])
        return known if sure else disjunction([known, unknown])


def bindings(place: Place) -> dict[str, Filter]:
    """What each binding of `this` means at a place; a dose in the midline has no other side."""
    bound: dict[str, Filter] = {name: (name, frozenset((getattr(place, name),)), False) for name in BINDINGS if name != "other_side"}
    other = _OTHER_SIDE.get(place.side)
    bound["other_side"] = ("side", frozenset((other,)) if other else frozenset(), False)
    return bound


__all__ = ["FactTerms"]
