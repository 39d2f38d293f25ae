"""From a model of the solver back to a patient: the case file that shows what was found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import z3

from ...evaluators.values import UNKNOWN
from ...rulebook.model import Rulebook
from ..cases import STANDARD, TODAY
from .patient import LIST, NOT_STATED, Amount, DayWord, PastSlot, Patient, PlannedSlot, Word


def case_of(patient: Patient, model: z3.ModelRef) -> dict[str, Any]:
    """The case as plain values; whatever the question did not touch is as in a healthy, fully answered patient."""
    return _Reading(patient, model).case()


class _Reading:
    def __init__(self, patient: Patient, model: z3.ModelRef) -> None:
        self.patient, self.model = patient, model
        self.book: Rulebook = patient.book

    def word(self, name: str, otherwise: str) -> str:
        made = self.patient.made(name)
        return made.read(self.model) if isinstance(made, Word) else otherwise

    def true(self, variable: Any) -> bool:
        return variable is True or (variable is not False and z3.is_true(self.model.eval(variable, model_completion=True)))

    def whole(self, variable: Any) -> int:
        return int(self.model.eval(variable, model_completion=True).as_long())

    def number(self, name: str, otherwise: int) -> int:
        made = self.patient.made(name)
        return otherwise if made is None else self.whole(made)

    def flag(self, name: str, otherwise: bool) -> bool:
        made = self.patient.made(name)
        return otherwise if made is None else self.true(made)

    def case(self) -> dict[str, Any]:
        standard = STANDARD
        first = self.word("first", "no")
        values: dict[str, Any] = {
            "date": standard["date"],
            "visit": self.word("visit", "first_pass"),
            "product": self.word("product", self.book.product),
            "patient": {"age": self.number("age", 34), "first_treatment": first, "screening": self.screening(), **self.performer()},
            "asymmetry": self.asymmetry(),
            "goals": _goals(self.number("goals", 1)),
        }
        for name in ("next_performance", "event"):
            day = self.day(name)
            if day is not None:
                values["patient"][name] = day
        past = [self.treatment(slot) for slot in self.patient.made("past") or () if self.true(slot.present)]
        if first != "yes":
            values["history"] = {"complete": self.word("complete", "yes"), "treatments": past}
        ahead = [self.treatment(slot) for slot in self.patient.made("scheduled") or () if self.true(slot.present)]
        if ahead:
            values["scheduled"] = ahead
        values["plan"] = self.plan()
        return values

    def screening(self) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for fact in self.book.facts.values():
            if fact.origin != "asked" or self.patient.made(f"answer {fact.name}") is None:
                continue
            answer: Any = self.word(f"answer {fact.name}", "no")
            if answer == LIST:
                answer = [name for name in (*self.book.zones, *self.book.regions) if self.flag(f"place {fact.name} {name}", False)]
            if answer != "no":
                answers[fact.name] = answer
        return {**answers, "everything_else": "no"}

    def performer(self) -> dict[str, Any]:
        if self.flag("performer unknown", False):
            return {"performer": UNKNOWN}
        roles = [word for word in ("singer", "wind_player", "speaker", "actor") if self.flag(f"performer {word}", False)]
        return {"performer": roles} if roles else {}

    def asymmetry(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "onset": self.word("asymmetry.onset", "longstanding"),
            "cause": self.word("asymmetry.cause", "muscular"),
            "seen_on_video": self.word("asymmetry.seen_on_video", "yes"),
        }
        if self.flag("millimetres known", True):
            size = Decimal(self.number("millimetres", 200)) / 100
            found["millimetres"] = int(size) if size == size.to_integral_value() else size
        return found

    def day(self, name: str) -> str | None:
        made = self.patient.made(name)
        if not isinstance(made, DayWord):
            return None
        kind = made.kind.read(self.model)
        return _date(self.whole(made.days)) if kind == "date" else kind

    def plan(self) -> list[dict[str, Any]]:
        slots = self.patient.made("planned")
        if slots is None:
            return [{"zone": "dao", "side": "left", "units": 1}] if "dao" in self.book.zones else [self._any_dose()]
        return [self.dose(slot) for slot in slots if self.true(slot.present)]

    def _any_dose(self) -> dict[str, Any]:
        place = self.patient.places[0]
        return placed(place.zone, place.muscle, place.side, place.band, self.book)

    def dose(self, slot: PlannedSlot) -> dict[str, Any]:
        place = self.patient.places[int(slot.place.read(self.model))]
        dose = placed(place.zone, place.muscle, place.side, place.band, self.book)
        dose |= self.amount(slot.amount)
        if self.patient.made(f"each {slot.index}") is not None and self.true(slot.pointed):
            dose["points"] = self.whole(slot.points)
        for name, word in (("activity", slot.activity), ("aim", slot.aim)):
            if (read := word.read(self.model)) != NOT_STATED:
                dose[name] = read
        placement = [word for word, flag in slot.placement.items() if self.true(flag)]
        if placement:
            dose["placement"] = placement
        return dose

    def amount(self, amount: Amount) -> dict[str, Any]:
        if not self.true(amount.known):
            return {}
        units = Decimal(self.whole(amount.hundredths)) / 100
        return {"units": int(units) if units == units.to_integral_value() else units.normalize()}

    def treatment(self, slot: PastSlot) -> dict[str, Any]:
        shape = slot.shape.read(self.model)
        sign = -1 if slot.stretch == "history" else 1
        found: dict[str, Any] = {"date": _date(sign * self.whole(slot.days)) if self.true(slot.dated) else UNKNOWN}
        product = slot.product.read(self.model)
        if product != self.book.product:
            found["product"] = product
        visit = slot.visit.read(self.model)
        if visit != NOT_STATED:
            found["visit"] = visit
        purpose = slot.purpose.read(self.model)
        if shape in self.patient.regimens:
            return {**found, "protocol": purpose}
        if purpose != NOT_STATED:
            found["purpose"] = purpose
        if shape in self.patient.wholes:
            return {**found, **self.amount(slot.amount)}
        return {**found, "doses": [{**self.patient.past_places[shape].written, **self.amount(slot.amount)}]}


def _goals(number: int) -> list[str]:
    return list(STANDARD["goals"]) if number == 1 else [f"goal {one}" for one in range(1, number + 1)]


def placed(zone: str, muscle: str, side: str, band: str, book: Rulebook) -> dict[str, Any]:
    """A place as a plan writes it: what has only one value is left out."""
    declared = book.zones[zone]
    found: dict[str, Any] = {"zone": zone}
    if len(declared.muscles) > 1:
        found["muscle"] = muscle
    if len(declared.muscles[muscle]) > 1:
        found["side"] = side
    if band != "none":
        found["band"] = band
    return found


def _date(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()
